"""A site as the query engine sees it, for one account at one moment."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from emulator import permissions, rich_text, threads
from emulator.beans import CATEGORIES
from emulator.fields import Field, Scene, all_fields
from emulator.fields.plain import RichText
from emulator.fields.special import issue_by
from emulator.jql import Change, Entity, FieldInfo, Link

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from emulator.site import Site
    from emulator.store import Record

# How the query engine names the kinds of our field types, where the two differ.
KINDS = {
    "string": "text",
    "cascade": "option",
    "team": "option",
    "securitylevel": "level",
    "entity": "option",
}
# System fields whose kind does not follow from their type.
BY_ID = {
    "comment": "comment",
    "statusCategory": "statuscategory",
    "attachment": "attachments",
    "issuelinks": "links",
    "votes": "number",
    "watches": "number",
    "workratio": "number",
}
EXTRA = (
    FieldInfo("issuekey", ("key", "issuekey", "id", "issue"), "issue"),
    FieldInfo("text", ("text",), "alltext"),
    FieldInfo("watcher", ("watcher",), "user"),
    FieldInfo("voter", ("voter",), "user"),
    FieldInfo("category", ("category",), "category"),
)
RECORDS = {"level": "securitylevel"}


def moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def infos(site: Site) -> dict[str, list[FieldInfo]]:
    """All searchable fields by each of their names in lower case."""
    found: dict[str, list[FieldInfo]] = {}
    for info in (*EXTRA, *(_info(field) for field in all_fields(site).values() if field.clauses)):
        for name in info.names:
            found.setdefault(name.lower(), []).append(info)
    return found


def _info(field: Field) -> FieldInfo:
    kind = BY_ID.get(field.id) or KINDS.get(field.type.kind, field.type.kind)
    if field.custom:
        number = int(field.id.removeprefix("customfield_"))
        return FieldInfo(field.id, (field.name, f"cf[{number}]"), kind, number)
    return FieldInfo(field.id, field.clauses, kind)


class JqlWorld:
    """Implements `emulator.jql.World`."""

    def __init__(self, site: Site, account_id: str | None) -> None:
        self._site = site
        self._account_id = account_id
        self._user = site.store.get("user", account_id)
        self._known: dict[tuple[str, str], Entity | None] = {}

    def fields(self) -> Mapping[str, Sequence[FieldInfo]]:
        version = self._site.store.version("field")
        cached = self._site.jql_fields
        if cached is None or cached[0] != version:
            cached = self._site.jql_fields = (version, infos(self._site))
        return cached[1]

    def entities(self, field: FieldInfo) -> Sequence[Entity]:
        store = self._site.store
        if field.kind == "option":
            records = store.owned("option", field.id) or (store.all("team") if "eam" in field.names[0] else [])
            return [_option(record) for record in records]
        if field.kind == "statuscategory":
            return [_category(key) for key in CATEGORIES]
        records = store.all(RECORDS.get(field.kind, field.kind))
        if field.kind == "project":
            records = [p for p in records if permissions.has_in_project(self._user, "BROWSE_PROJECTS", p)]
        return [_entity(field.kind, record, number) for number, record in enumerate(records)]

    def user(self, name: str) -> Entity | None:
        wanted = name.lower()
        for user in self._site.store.all("user"):
            if user["id"] == name or wanted in (user["displayName"].lower(), user.get("email", "").lower()):
                return Entity(user["id"], user["displayName"])
        return None

    def users(self) -> Sequence[Entity]:
        return [Entity(user["id"], user["displayName"]) for user in self._site.store.all("user")]

    def groups(self) -> Sequence[str]:
        return [group["name"] for group in self._site.store.all("group")]

    def group_members(self, name: str) -> Collection[str] | None:
        group = self._site.store.find("group", name=name)
        if group is None:
            return None
        return {user["id"] for user in self._site.store.all("user") if group["id"] in user.get("groups", [])}

    def current_user(self) -> str | None:
        return self._account_id

    def now(self) -> datetime:
        return moment(self._site.clock.now())

    def value(self, issue: Any, field: FieldInfo) -> Any:
        if field.id in _VALUES:
            return _VALUES[field.id](self, issue)
        stored = issue["fields"].get(field.id)
        if stored is None or stored == []:
            return None
        return self._normalised(stored, field)

    def _normalised(self, stored: Any, field: FieldInfo) -> Any:
        plain = _PLAIN.get(field.kind)
        if plain:
            return plain(stored)
        if field.kind == "parent":
            parent = self._site.store.get("issue", stored)
            return Entity(parent["id"], parent["key"], parent["key"]) if parent else None
        if isinstance(stored, list):
            return [entity for entity in (self._found(field, each) for each in stored) if entity]
        return self._found(field, stored)

    def _found(self, field: FieldInfo, record_id: str) -> Entity | None:
        kind = RECORDS.get(field.kind, field.kind)
        key = (kind, record_id)
        if key not in self._known:
            record = self._site.store.get(kind, record_id) or self._site.store.get("team", record_id)
            self._known[key] = _any(kind, record, self._site) if record else None
        return self._known[key]

    def history(self, issue: Any, field: FieldInfo) -> Sequence[Change]:
        return [
            Change(
                moment(record["created"]),
                record["author"] or "",
                item["from"],
                item["fromString"],
                item["to"],
                item["toString"],
            )
            for record in self._site.store.owned("history", issue["id"])
            for item in record["items"]
            if item.get("fieldId") == field.id
        ]

    def updates(self, issue: Any) -> Sequence[tuple[datetime, str]]:
        fields = issue["fields"]
        created = (moment(fields["created"]), fields.get("creator") or "")
        records = self._site.store.owned("history", issue["id"])
        return [created, *((moment(record["created"]), record["author"] or "") for record in records)]

    def issue_id(self, issue: Any) -> str:
        return str(issue["id"])

    def issue(self, id_or_key: str) -> Any | None:
        issue = issue_by(self._site, id_or_key)
        visible = issue and permissions.has_on_issue(self._site, self._user, "BROWSE_PROJECTS", issue)
        return issue if visible else None

    def issue_key(self, issue: Any) -> str:
        return str(issue["key"])

    def links(self, issue: Any) -> Sequence[Link]:
        found = []
        for link_id in self._site.indexes.links.get(issue["id"], {}):
            link = self._site.store.get("issuelink", link_id)
            kind = self._site.store.get("linktype", link["type"]) if link else None
            if link and kind:
                outward = link["source"] == issue["id"]
                names = (kind["name"], kind["outward"] if outward else kind["inward"])
                found.append(Link(names, link["destination"] if outward else link["source"]))
        return found

    def viewed_issues(self) -> Collection[str]:
        return set((self._user or {}).get("viewed", []))

    def property(self, issue: Any, key: str) -> Any | None:
        return issue["properties"].get(key)

    def property_type(self, key: str, path: str) -> str | None:
        return next((kind for known, place, kind, _ in self._extractions() if (known, place) == (key, path)), None)

    def property_aliases(self) -> Mapping[str, tuple[str, str, str]]:
        return {alias.lower(): (key, path, kind) for key, path, kind, alias in self._extractions() if alias}

    def _extractions(self) -> list[tuple[str, str, str, str | None]]:
        """What the enabled apps have indexed: property key, path, type, alias."""
        return [
            (configuration["propertyKey"], extraction["objectName"], extraction["type"], extraction.get("alias"))
            for app in self._site.store.all("app")
            if app["state"] in ("enabled", "installing")
            for module in app["descriptor"].get("modules", {}).get("jiraEntityProperties", [])
            if module.get("entityType", "issue") == "issue"
            for configuration in module.get("keyConfigurations", [])
            for extraction in configuration.get("extractions", [])
        ]

    def comments(self, issue: Record) -> list[str]:
        """The texts of the comments that the account may see."""
        scene = Scene(self._site, 3, self._account_id)
        return [rich_text.to_text(comment["body"]) for comment in threads.visible(scene, "comment", issue)]

    def texts(self, issue: Record) -> list[str]:
        """Every text of the issue, for the `text` field."""
        found = [issue["fields"]["summary"]]
        for field in all_fields(self._site).values():
            stored = issue["fields"].get(field.id)
            if stored and isinstance(field.type, RichText):
                found.append(rich_text.to_text(stored))
            elif stored and field.custom and isinstance(stored, str) and field.type.kind == "string":
                found.append(stored)
        return found + self.comments(issue)

    def people(self, account_ids: Sequence[str]) -> list[Entity]:
        users = (self._site.store.get("user", account_id) for account_id in account_ids)
        return [Entity(user["id"], user["displayName"]) for user in users if user]

    def status_category(self, issue: Record) -> Entity | None:
        status = self._site.store.get("status", issue["fields"]["status"])
        return _category(status["category"]) if status else None

    def attachments(self, issue: Record) -> list[str]:
        return [attachment["filename"] for attachment in self._site.store.owned("attachment", issue["id"])]


# Values that need no other record.
_PLAIN: dict[str, Any] = {
    "text": lambda stored: rich_text.to_text(stored) if isinstance(stored, dict) else str(stored),
    "number": lambda stored: stored,
    "labels": lambda stored: stored,
    "date": date.fromisoformat,
    "datetime": moment,
}
_VALUES: dict[str, Any] = {
    "issuekey": lambda world, issue: Entity(issue["id"], issue["key"], issue["key"]),
    "comment": lambda world, issue: world.comments(issue),
    "text": lambda world, issue: world.texts(issue),
    "statusCategory": lambda world, issue: world.status_category(issue),
    "watcher": lambda world, issue: world.people(issue.get("watchers", [])),
    "voter": lambda world, issue: world.people(issue.get("voters", [])),
    "watches": lambda world, issue: len(issue.get("watchers", [])),
    "votes": lambda world, issue: len(issue.get("voters", [])),
    "attachment": lambda world, issue: world.attachments(issue),
    "issuelinks": lambda world, issue: [Entity(name, name) for link in world.links(issue) for name in link.names],
}


def _category(key: str) -> Entity:
    return Entity(str(CATEGORIES[key]["id"]), CATEGORIES[key]["name"], key)


def _option(record: Record) -> Entity:
    rank = -int(record["id"]) if record["id"].isdigit() else 0
    return Entity(record["id"], record.get("value") or record["name"], rank=rank)


def _any(kind: str, record: Record, site: Site) -> Entity:
    if kind == "user":
        return Entity(record["id"], record["displayName"])
    if kind == "option":
        return _option(record)
    siblings = site.store.all(kind)
    return _entity(kind, record, next((n for n, each in enumerate(siblings) if each is record), 0))


def _entity(kind: str, record: Record, number: int) -> Entity:
    """Priorities are kept from the highest down, everything else from the least up."""
    rank = -float(record.get("rank", number)) if kind == "priority" else float(record.get("rank", number))
    return Entity(
        record["id"],
        record["name"],
        key=record.get("key", ""),
        rank=rank,
        project=record.get("project", "") if kind in ("version", "component") else "",
        lead=record.get("lead") or "",
        state=_state(kind, record),
    )


def _state(kind: str, record: Record) -> str:
    if kind == "version":
        return "archived" if record.get("archived") else "released" if record.get("released") else "unreleased"
    if kind == "issuetype":
        return "subtask" if record["hierarchyLevel"] < 0 else "standard"
    return str(record.get("state", "")) if kind == "sprint" else ""
