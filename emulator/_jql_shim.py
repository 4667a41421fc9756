import re


class JqlError(Exception):
    def __init__(self, messages):
        super().__init__(messages)
        self.messages = messages


class Query:
    def __init__(self, text):
        body, _, order = re.split(r"(?i)(\border\s+by\b|$)", text, maxsplit=1)
        self.order_by = [o.strip() for o in order.split(",")] if order.strip() else []
        self.where = []
        for part in re.split(r"(?i)\s+and\s+", body.strip()) if body.strip() else []:
            m = re.match(r"""(?is)^([\w.\[\]"' -]+?)\s*(!=|=|>=|<=|>|<|not\s+in\b|in\b)\s*(.+)$""", part)
            if not m:
                raise JqlError([f"Error in the JQL Query: {part}"])
            vals = [v.strip().strip("\"'") for v in (m[3].strip("() ").split(",") if "in" in m[2].lower() else [m[3]])]
            self.where.append((m[1].lower(), m[2].lower(), vals))
        self.is_bounded = bool(self.where)

    def structure(self):
        return {"where": None}


def parse(text):
    return Query(text)


class Plan:
    def __init__(self, q, world):
        self.q, self.site = q, world.site

    def _values(self, issue, name):
        F, st = issue["fields"], self.site.store
        if name in ("key", "issuekey", "id", "issue"):
            return [issue["id"], issue["key"]]
        if name.startswith("issue.property["):
            key, path = re.match(r"issue\.property\[([^\]]+)\]\.(.+)", name).groups()
            v = {k.lower(): v for k, v in issue["properties"].items()}.get(key)
            for p in path.split("."):
                v = {k.lower(): x for k, x in v.items()}.get(p) if isinstance(v, dict) else None
            return [str(v)] if v is not None else []
        if name == "updated":
            return [str(F["updated"])]
        kind = {
            "project": "project",
            "issuetype": "issuetype",
            "type": "issuetype",
            "status": "status",
            "priority": "priority",
        }.get(name)
        if kind:
            r = st.get(kind, F.get(kind))
            return [r["id"], r["name"], r.get("key", "")] if r else []
        v = F.get(name)
        return [str(x) for x in (v if isinstance(v, list) else [v])]

    def matches(self, issue):
        for name, op, vals in self.q.where:
            have = {v.lower() for v in self._values(issue, name)}
            hit = bool(have & {v.lower() for v in vals})
            if op in (">=", "<=", ">", "<"):
                continue
            if hit == (op in ("!=", "not in")):
                return False
        return True

    def sort(self, found):
        return sorted(found, key=lambda i: int(i["id"]), reverse=not any("asc" in o.lower() for o in self.q.order_by))


def compile_query(q, world):
    return Plan(q, world)
