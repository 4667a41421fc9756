"""A Jira in memory: the few resources the line uses, with Jira's own shapes, faults on demand and a write history.

It speaks the client's protocol (``get``, ``post``, ``put``, ``delete``): engine, reader and writer run as they are.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from addon.errors import Blocked, Missing, Retryable
from tests.fakes import fields as registry
from tests.fakes import jql
from tests.fakes.workflow import Transition, Workflow, simple

PRIORITIES = {"1": "Highest", "2": "High", "3": "Medium", "4": "Low"}


class Crash(BaseException):
    """The worker dies here. Not an Exception: nothing may catch it."""


class FakeJira:
    """One site. ``normalise``: what the site makes of single-line text; ``touch``: called for each webhook."""

    def __init__(
        self,
        name: str,
        first_id: int,
        clock: Callable[[], float],
        *,
        normalise: Callable[[str], str] = str,
    ) -> None:
        self.name = name
        self.issues: dict[str, dict[str, Any]] = {}
        self.writes: list[tuple[str, str]] = []
        self.said: list[tuple[str, str, str]] = []
        """What the add-on wrote, in order: operation, target, and the whole body as text."""
        self.undelivered: list[dict[str, Any]] = []
        """Webhooks that Jira has given up, as ``webhook/failed`` tells of them."""
        self.delayed: list[Callable[[], Any]] = []
        """Writes that were given up by their caller and take effect later all the same."""
        self.asked: list[str] = []
        """What the add-on asked about conditions and in bulk, in order."""
        self.called: Callable[[], None] = lambda: None
        self.faults: Callable[[str], str] = lambda _operation: ""
        self.webhook: Callable[[str, bool, bool], None] = lambda _issue, _deleted, _own: None
        self._clock, self._normalise = clock, normalise
        self._next = first_id
        self.tick = 0
        self.kinds: dict[str, str] = {}
        """Further fields by id, with their types (``addon.model.matrix``)."""
        self.created: dict[str, list[str]] = {"versions": [], "components": []}
        self.refusal = Blocked("Jira refuses this.")
        """What the fault "refused" is."""
        self.subtasks: set[str] = set()
        """The issue types that are of sub-tasks."""
        self.fixed_types = False
        """Whether a type can be changed by moving an issue only."""
        self.rendered: dict[str, str] = {}
        """By field id, the HTML that every issue shows for it."""
        self.expanded: set[str] = set()
        """What the add-on has asked issues to be expanded by."""
        self.workflow: Workflow = simple("To Do")
        self.steps: list[tuple[str, str]] = []
        """Transitions taken by the app: issue, transition id."""

    # what people do

    def create(self, summary: str, **fields: Any) -> str:
        return self._create({"summary": summary, **fields}, {}, own=False)

    def edit(self, issue_id: str, **fields: Any) -> None:
        self._edit(issue_id, fields, {}, "user", own=False)

    def become(self, issue_id: str, *, project: str = "", issue_type: str = "", **fields: Any) -> None:
        """Somebody moves an issue to another project or type."""
        issue = self.issues[issue_id]
        if project and project != issue["project"]:
            issue["project"], issue["key"] = project, f"{self.name.upper()}{project}-{issue_id}"
        issue["type"] = issue_type or issue["type"]
        self._edit(issue_id, fields, {}, "user", own=False)

    def move(self, issue_id: str, status: str) -> None:
        """Somebody moves an issue, by whatever way there is for people."""
        self._enter(issue_id, self.workflow.by_name(status), {}, "user", own=False)

    def status(self, issue_id: str) -> str:
        return self.workflow.statuses[self.issues[issue_id]["status"]]

    def comment(self, issue_id: str, words: str | dict[str, Any], author: str = "Ann") -> str:
        return self._comment(issue_id, adf(words) if isinstance(words, str) else words, {}, author, own=False)

    def edit_comment(self, issue_id: str, comment_id: str, words: str) -> None:
        self.issues[issue_id]["comments"][comment_id]["body"] = adf(words)
        self._touch(issue_id, own=False)

    def delete_comment(self, issue_id: str, comment_id: str) -> None:
        del self.issues[issue_id]["comments"][comment_id]
        self._touch(issue_id, own=False)

    def delete_issue(self, issue_id: str) -> None:
        del self.issues[issue_id]
        self.webhook(issue_id, True, False)

    # what the add-on calls

    def get(self, path: str, *, params: Mapping[str, Any] | None = None) -> Any:
        self.called()
        fault = self.faults("read")
        if fault:
            raise Retryable(fault, party="jira")
        parts = path.split("/")[4:]
        if parts[0] == "priority" and not self.kinds:
            return {"values": [{"id": i, "name": n} for i, n in PRIORITIES.items()], "isLast": True}
        if parts[0] == "issuetype":
            return {"id": parts[1], "name": "Type", "subtask": parts[1] in self.subtasks}
        if parts == ["webhook", "failed"]:
            assert params is not None
            return {"values": [one for one in self.undelivered if one["failureTime"] > params["after"]]}
        if parts[0] == "project" and parts[2:] == ["statuses"]:
            found = [self.workflow.status_json(status) for status in self.workflow.statuses]
            return [{"id": "1", "statuses": found}]
        if parts == ["user"] or (self.kinds and (parts[0] != "issue" or parts[1] == "createmeta")):
            return self._metadata(parts, dict(params or {}))
        if parts[2:] == ["transitions"]:
            return {"transitions": self._transitions(parts[1], screens=True, only=(params or {}).get("transitionId"))}
        if parts[0] == "serverInfo":
            return {"serverTime": _jira_time(self._clock())}
        if parts[2:] == ["comment"]:
            found = [self._comment_json(c) for c in self._issue(parts[1])["comments"].values()]
            return {"comments": found, "total": len(found)}
        expand = set((params or {}).get("expand", "").split(",")) - {""}
        self.expanded |= expand
        issue = self._issue_json(parts[1])
        if "renderedFields" in expand:
            issue["renderedFields"] = {**dict.fromkeys(self.kinds), **self.rendered}
        if "transitions" in expand:
            issue["transitions"] = self._transitions(parts[1])
        return issue

    def post(self, path: str, *, params: Mapping[str, Any] | None = None, json: Any = None) -> Any:
        parts = path.split("/")[4:]
        if parts[0] == "workflows":
            self.called()
            if not self.workflow.readable:
                raise Blocked("The app may not read workflows.")
            return self.workflow.whole_json()
        if parts[0] == "search" and "status = " in json["jql"]:
            self.called()
            wanted = json["jql"].partition("status = ")[2].split()[0]
            return {"issues": [{"id": i} for i, issue in self.issues.items() if issue["status"] == wanted]}
        if parts[2:] == ["transitions"]:
            return self._transition(parts[1], json)
        if parts[0] in ("version", "component"):
            names = self.created[f"{parts[0]}s"]
            if json["name"] in names:
                raise Blocked("A version with this name already exists in this project.")
            return self._write(f"create {parts[0]}", "", lambda: names.append(json["name"]), json)
        if parts[0] == "jql" or parts[1:] == ["approximate-count"] or json.get("maxResults") == 5000:
            self.asked.append("/".join(parts))
            self.called()
            fault = self.faults("read")
            if fault:
                raise Retryable(fault, party="jira")
            return jql.answer(parts[1], json, self.issues)
        if parts[1:] == ["bulkfetch"]:
            self.asked.append("/".join(parts))
            self.called()
            return {"issues": [self._issue_json(i) for i in json["issueIdsOrKeys"] if i in self.issues]}
        if parts[0] == "search" and "updated" in json["jql"]:
            issues = [self._issue_json(issue_id) for issue_id in self.issues]
            return {"issues": issues, "isLast": True}
        if parts[0] == "search":
            _, link, *more = json["jql"].split('"')
            wanted = {"link": link, **({"twin": more[1]} if len(more) > 1 else {})}
            found = [
                i
                for i, issue in self.issues.items()
                if wanted.items() & issue["properties"].get("twinline", {}).items()
            ]
            return {"issues": [{"id": i} for i in found]}
        if parts[2:] == ["comment"]:
            self._issue(parts[1])
            properties = {p["key"]: p["value"] for p in json["properties"]}
            return self._write(
                "comment",
                parts[1],
                lambda: {"id": self._comment(parts[1], json["body"], properties, "Twinline", own=True)},
                json,
            )
        properties = {p["key"]: p["value"] for p in json["properties"]}

        def create() -> dict[str, Any]:
            issue_id = self._create(dict(json["fields"]), properties, own=True)
            return {"id": issue_id, "key": self.issues[issue_id]["key"]}

        return self._write("create", properties["twinline"]["link"], create, json)

    def put(self, path: str, *, params: Mapping[str, Any] | None = None, json: Any = None) -> Any:
        parts = path.split("/")[4:]
        issue = self._issue(parts[1])
        if parts[2:3] == ["comment"]:
            if parts[3] not in issue["comments"]:
                raise Missing("no such comment")

            def change() -> None:
                issue["comments"][parts[3]]["body"] = json["body"]
                self._touch(parts[1], own=True)

            return self._write("comment", parts[1], change, json)

        given = json.get("fields", {}).get("issuetype")
        if given and self.fixed_types:
            raise Blocked("issuetype: The issue type selected is invalid.")
        if issue["status"] in self.workflow.locked:
            raise Blocked("You do not have permission to edit issues in this status.")

        def edit() -> Any:
            issue["type"] = json.get("fields", {}).pop("issuetype", {"id": issue["type"]})["id"]
            self._edit(parts[1], json.get("fields", {}), json.get("update", {}), "app", own=True)
            return self._issue_json(parts[1])

        return self._write("edit", parts[1], edit, json)

    def delete(self, path: str, *, params: Mapping[str, Any] | None = None) -> Any:
        parts = path.split("/")[4:]
        comments = self._issue(parts[1])["comments"]
        if parts[3] not in comments:
            raise Missing("no such comment")

        def drop() -> None:
            del comments[parts[3]]
            self._touch(parts[1], own=True)

        return self._write("comment", parts[1], drop, {"delete": parts[3]})

    # inside

    def _transitions(self, issue_id: str, *, screens: bool = False, only: str | None = None) -> list[dict[str, Any]]:
        status = self._issue(issue_id)["status"]
        return [
            self.workflow.transition_json(
                one,
                status,
                {name: {"name": name.title(), "required": must} for name, must in one.screen.items()}
                if screens
                else None,
            )
            for one in self.workflow.offered(status)
            if only in (None, one.id)
        ]

    def _transition(self, issue_id: str, json: Mapping[str, Any]) -> Any:
        issue, given = self._issue(issue_id), {**json.get("fields", {}), **json.get("update", {})}
        offered = self.workflow.offered(issue["status"])
        taken = next((one for one in offered if one.id == json["transition"]["id"]), None)
        if taken is None:
            raise Blocked("It is not on the appropriate transition.")
        if taken.refuses:
            raise Blocked(taken.refuses)
        for name in given:
            if name not in taken.screen:
                raise Blocked(f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown.")
        for name, must in taken.screen.items():
            if must and not given.get(name, issue["fields"].get(name)):
                raise Blocked(f"{name}: {name} is required.")
        return self._write("transition", issue_id, lambda: self._take(issue_id, taken, json), json)

    def _take(self, issue_id: str, taken: Transition, json: Mapping[str, Any]) -> None:
        self.steps.append((issue_id, taken.id))
        given = json.get("fields", {})
        others = {name: value for name, value in given.items() if name in {*self.kinds, "timetracking"}}
        plain = {
            name: _priority(value) if name == "priority" else value
            for name, value in given.items()
            if name not in others
        }
        fields = {**taken.sets, **plain, **self._stored(others, own=True)}
        to = taken.to or self.issues[issue_id]["status"]
        self._enter(issue_id, to, fields, "app", own=True)
        if taken.then:
            self._enter(issue_id, taken.then, {}, "automation", own=False)

    def _enter(self, issue_id: str, status: str, fields: Mapping[str, Any], author: str, *, own: bool) -> None:
        issue = self.issues[issue_id]
        before, names = issue["status"], self.workflow.statuses
        items = [
            {"fieldId": "status", "from": before, "fromString": names[before], "to": status, "toString": names[status]}
        ]
        for name, value in fields.items():
            items.append({"fieldId": name, **_replaced(issue["fields"].get(name), value)})
            issue["fields"][name] = value
        issue["status"] = status
        at = _jira_time(self._clock())
        issue["history"].insert(0, {"author": {"accountId": author}, "created": at, "items": items})
        self._touch(issue_id, own=own)

    def _metadata(self, parts: list[str], params: dict[str, Any]) -> Any:
        found = registry.offered(self.name)
        if parts[:2] == ["issue", "createmeta"]:
            fields = [{"fieldId": field_id, "allowedValues": found} for field_id in self.kinds]
            start = params.get("startAt", 0)
            return {"fields": fields[start : start + 50], "total": len(fields)}
        if parts[0] in ("priority", "resolution", "group"):
            return {"values": found, "isLast": True}
        if parts[0] == "project" and parts[2:]:
            return [*found, *(registry.option(self.name, name) for name in self.created[parts[2]])]
        if parts == ["user"]:
            name = params["accountId"].partition("-")[2]
            if name not in registry.PEOPLE:
                raise Missing("The user does not exist.")
            return registry.user(self.name, name)
        return {
            "project": {"key": "P"},
            "user": [],
            "myself": {"timeZone": registry.ZONE},
            "serverInfo": {"serverTime": _jira_time(self._clock())},
        }[parts[0]]

    def _stored(self, fields: Mapping[str, Any], *, own: bool) -> dict[str, Any]:
        """What becomes of given values. The app writes as it must; people's values are taken as Jira shows them."""
        found = {}
        for name, value in fields.items():
            if name == "timetracking":
                for target, text in value.items():
                    kind = {"originalEstimate": "original_estimate", "remainingEstimate": "remaining_estimate"}[target]
                    of = next(field_id for field_id, one in self.kinds.items() if one == kind and "target" in field_id)
                    found[of] = registry.stored(kind, text, self.name)
            elif own and self.kinds[name] == "parent":
                found[name] = {"id": value["id"], "key": self._issue(value["id"])["key"]}
            else:
                found[name] = registry.stored(self.kinds[name], value, self.name) if own else value
        return found

    def _edit_kind(self, values: dict[str, Any], name: str, steps: Any) -> None:
        kind = self.kinds[name]
        have = list(values.get(name) or [])
        for step in steps:
            for verb, given in step.items():
                one = registry.stored(kind, [given], self.name)[0]
                have = [*have, one] if verb == "add" else [element for element in have if element != one]
        values[name] = have

    def _write(self, operation: str, target: str, act: Callable[[], Any], body: object) -> Any:
        self.called()
        fault = self.faults(operation)
        if fault == "refused":
            raise self.refusal
        if fault == "before":
            raise Retryable("not done", party="jira")
        if fault == "crash before":
            raise Crash

        def do() -> Any:
            self.writes.append((operation, target))
            self.said.append((operation, target, str(body)))
            return copy.deepcopy(act())

        if fault == "late":
            self.delayed.append(do)
            raise Retryable("no answer in time", ambiguous=True, party="jira")
        answer = do()
        if fault == "after":
            raise Retryable("cut answer", ambiguous=True, party="jira")
        if fault == "crash after":
            raise Crash
        return answer

    def _issue(self, issue_id: str) -> dict[str, Any]:
        if issue_id not in self.issues:
            raise Missing("Issue does not exist or you do not have permission to see it.")
        return self.issues[issue_id]

    def _create(self, fields: dict[str, Any], properties: dict[str, Any], *, own: bool) -> str:
        self._next += 1
        issue_id = str(self._next)
        self.issues[issue_id] = {
            "key": f"{self.name.upper()}-{issue_id}",
            "project": (fields.get("project") or {"id": "1"})["id"],
            "type": (fields.get("issuetype") or {"id": "1"})["id"],
            "created": self._clock(),
            "updated": self._clock(),
            "fields": {
                "summary": self._normalise(fields["summary"]),
                "description": fields.get("description"),
                "labels": sorted(set(fields.get("labels", []))),
                "priority": _priority(fields.get("priority") or {"id": "3"}),
                **dict.fromkeys(self.kinds),
                **self._stored({k: v for k, v in fields.items() if k in {*self.kinds, "timetracking"}}, own=own),
            },
            "comments": {},
            "properties": properties,
            "history": [],
            "status": next(iter(self.workflow.statuses)),
        }
        self.webhook(issue_id, False, own)
        return issue_id

    def _edit(
        self, issue_id: str, fields: Mapping[str, Any], update: Mapping[str, Any], author: str, *, own: bool
    ) -> None:
        issue = self.issues[issue_id]
        values, items = issue["fields"], []
        others = {k: v for k, v in fields.items() if k in {*self.kinds, "timetracking"}}
        for name, value in self._stored(others, own=own).items():
            items.append({"fieldId": name, **_replaced(values[name], value)})
            values[name] = value
        fields = {k: v for k, v in fields.items() if k not in others}
        for name, value in fields.items():
            before = values[name]
            values[name] = {"summary": self._normalise, "priority": _priority}.get(name, lambda v: v)(value)
            items.append({"fieldId": name, **_replaced(before, values[name])})
        for name, steps in update.items():
            if self.kinds.get(name) == "parent":
                assert steps == [{"set": {"none": True}}]
                values[name] = None
                items.append({"field": "IssueParentAssociation", "from": None, "fromString": None})
                continue
            if name in self.kinds:
                self._edit_kind(values, name, steps)
                items.append({"fieldId": name, "from": None, "fromString": None})
                continue
            had, have = set(values[name]), set(values[name])
            for step in steps:
                have |= {step["add"]} if "add" in step else set()
                have -= {step["remove"]} if "remove" in step else set()
            values[name] = sorted(have)
            items.append({"fieldId": name, **_labels(had, have)})
        at = _jira_time(self._clock())
        issue["history"].insert(0, {"author": {"accountId": author}, "created": at, "items": items})
        self._touch(issue_id, own=own)

    def _comment(
        self, issue_id: str, body: Mapping[str, Any], properties: dict[str, Any], author: str, *, own: bool
    ) -> str:
        self._next += 1
        self.issues[issue_id]["comments"][str(self._next)] = {
            "id": str(self._next),
            "author": {"displayName": author, "accountId": "app" if own else author},
            "body": body,
            "created": self._clock(),
            "properties": properties,
        }
        self._touch(issue_id, own=own)
        return str(self._next)

    def _touch(self, issue_id: str, *, own: bool) -> None:
        self.tick += 1
        self.issues[issue_id]["updated"] = self._clock() + self.tick / 1000
        self.webhook(issue_id, False, own)

    def _comment_json(self, comment: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **comment,
            "created": _jira_time(comment["created"]),
            "properties": [{"key": k, "value": v} for k, v in comment["properties"].items()],
        }

    def _issue_json(self, issue_id: str) -> dict[str, Any]:
        issue = self._issue(issue_id)
        comments = [self._comment_json(c) for c in issue["comments"].values()]
        for comment in comments:
            del comment["properties"]
        return copy.deepcopy(
            {
                "id": issue_id,
                "key": issue["key"],
                "properties": issue["properties"],
                "changelog": {"histories": issue["history"]},
                "fields": {
                    **issue["fields"],
                    "project": {"id": issue["project"]},
                    "issuetype": {"id": issue["type"]},
                    "status": self.workflow.status_json(issue["status"]),
                    "created": _jira_time(issue["created"]),
                    "updated": _jira_time(issue["updated"]),
                    "comment": {"comments": comments, "total": len(comments)},
                },
            }
        )


def _replaced(before: Any, after: Any) -> dict[str, Any]:
    (old, was), (new, now) = _said(before), _said(after)
    return {"from": old, "fromString": was, "to": new, "toString": now}


def _said(value: Any) -> tuple[str | None, str | None]:
    if isinstance(value, dict) and "name" in value:
        return value["id"], value["name"]
    return None, value if isinstance(value, str) else None


def _labels(before: Collection[str], after: Collection[str]) -> dict[str, Any]:
    return {"from": "", "fromString": " ".join(sorted(before)), "to": "", "toString": " ".join(sorted(after))}


def _priority(value: Mapping[str, Any]) -> dict[str, str]:
    return {"id": value["id"], "name": PRIORITIES[value["id"]]}


def _jira_time(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def adf(words: str) -> dict[str, Any]:
    """A document of one paragraph."""
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": words}]}] if words else [],
    }


def once(fault: str, operation: str) -> Callable[[str], str]:
    """This operation fails once in this way."""
    left = [fault]
    return lambda given: left.pop() if left and given == operation else ""


def chance(rng: random.Random, faults: Mapping[str, float]) -> Callable[[str], str]:
    """Faults drawn at random: by name, how often."""

    def draw(operation: str) -> str:
        roll = rng.random()
        for name, share in faults.items():
            if roll < share:
                return name if operation != "read" or "crash" not in name else ""
            roll -= share
        return ""

    return draw
