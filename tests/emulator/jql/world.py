"""A small site for JQL tests: plain records, and the World protocol over them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

from emulator.jql import Change, Entity, FieldInfo, Link

ZONE = timezone(timedelta(hours=2))
NOW = datetime(2026, 11, 21, 10, 30, 40, tzinfo=ZONE)  # a Saturday


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


ANNA = Entity("5b10a", "Anna Ash")
BEN = Entity("5b10b", "Ben Birch")
ABC = Entity("10000", "Alphabet", key="ABC", lead="5b10a")
XYZ = Entity("10001", "Last Letters", key="XYZ", lead="5b10b")
BUG, TASK, SUB = (
    Entity("1", "Bug", state="standard"),
    Entity("2", "Task", state="standard"),
    Entity("3", "Sub-task", state="subtask"),
)
OPEN, DOING, DONE = Entity("1", "Open", rank=1), Entity("3", "In Progress", rank=2), Entity("10", "Done", rank=3)
LOW, MEDIUM, HIGH = Entity("4", "Low", rank=1), Entity("3", "Medium", rank=2), Entity("2", "High", rank=3)
V1 = Entity("100", "1.0", rank=1, project="10000", state="released")
V2 = Entity("101", "2.0", rank=2, project="10000", state="unreleased")
V3 = Entity("102", "3.0", rank=3, project="10000", state="unreleased")
X1 = Entity("110", "1.0", rank=1, project="10001", state="released")
BACKEND = Entity("200", "Backend", project="10000", lead="5b10a")
FIXED = Entity("1", "Fixed", rank=1)
S1, S2, S3 = (
    Entity("1", "Sprint 1", state="closed"),
    Entity("2", "Sprint 2", state="active"),
    Entity("3", "Sprint 3", state="future"),
)
RED, BLUE = Entity("300", "Red", rank=2), Entity("301", "Blue", rank=1)

FIELDS = [
    FieldInfo("summary", ("summary",), "text"),
    FieldInfo("description", ("description",), "text"),
    FieldInfo("comment", ("comment",), "comment"),
    FieldInfo("text", ("text",), "alltext"),
    FieldInfo("project", ("project",), "project"),
    FieldInfo("issuetype", ("issuetype", "type"), "issuetype"),
    FieldInfo("status", ("status",), "status"),
    FieldInfo("priority", ("priority",), "priority"),
    FieldInfo("resolution", ("resolution",), "resolution"),
    FieldInfo("assignee", ("assignee",), "user"),
    FieldInfo("reporter", ("reporter",), "user"),
    FieldInfo("watcher", ("watcher",), "user"),
    FieldInfo("voter", ("voter",), "user"),
    FieldInfo("labels", ("labels",), "labels"),
    FieldInfo("fixVersions", ("fixVersion",), "version"),
    FieldInfo("components", ("component",), "component"),
    FieldInfo("created", ("created", "createdDate"), "datetime"),
    FieldInfo("duedate", ("due", "duedate"), "date"),
    FieldInfo("issuekey", ("issuekey", "key", "id", "issue"), "issue"),
    FieldInfo("parent", ("parent",), "parent"),
    FieldInfo("sprint", ("Sprint", "cf[10020]"), "sprint", 10020),
    FieldInfo("customfield_10010", ("Story Points", "cf[10010]"), "number", 10010),
    FieldInfo("customfield_10011", ("Colour", "cf[10011]"), "option", 10011),
    FieldInfo("attachments", ("attachments",), "attachments"),
]
ENTITIES = {
    "project": [ABC, XYZ],
    "issuetype": [BUG, TASK, SUB],
    "status": [OPEN, DOING, DONE],
    "priority": [LOW, MEDIUM, HIGH],
    "resolution": [FIXED],
    "version": [V1, V2, V3, X1],
    "component": [BACKEND],
    "sprint": [S1, S2, S3],
    "option": [RED, BLUE],
}


@dataclass
class FakeIssue:
    id: str
    key: str
    values: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, list[Change]] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    properties: dict[str, Any] = field(default_factory=dict)


class FakeWorld:
    def __init__(self, issues: Sequence[FakeIssue], user: str | None = "5b10a") -> None:
        self._issues = issues
        self._user = user
        self._fields: dict[str, list[FieldInfo]] = {}
        for info in FIELDS:
            for name in info.names:
                self._fields.setdefault(name.lower(), []).append(info)

    def fields(self) -> Mapping[str, Sequence[FieldInfo]]:
        return self._fields

    def entities(self, field: FieldInfo) -> Sequence[Entity]:
        return ENTITIES.get(field.kind, [])

    def user(self, name: str) -> Entity | None:
        return next((user for user in (ANNA, BEN) if name in (user.id, user.name)), None)

    def users(self) -> Sequence[Entity]:
        return [ANNA, BEN]

    def groups(self) -> Sequence[str]:
        return ["developers"]

    def group_members(self, name: str) -> Collection[str] | None:
        return {"developers": {"5b10a"}}.get(name)

    def current_user(self) -> str | None:
        return self._user

    def now(self) -> datetime:
        return NOW

    def value(self, issue: Any, field: FieldInfo) -> Any:
        if field.id == "issuekey":
            return Entity(issue.id, issue.key, issue.key)
        return issue.values.get(field.id)

    def history(self, issue: Any, field: FieldInfo) -> Sequence[Change]:
        return issue.changes.get(field.id, [])

    def updates(self, issue: Any) -> Sequence[tuple[datetime, str]]:
        return [(change.at, change.author_id) for changes in issue.changes.values() for change in changes]

    def issue_id(self, issue: Any) -> str:
        return issue.id

    def issue(self, id_or_key: str) -> Any | None:
        return next((each for each in self._issues if id_or_key in (each.id, each.key)), None)

    def issue_key(self, issue: Any) -> str:
        return issue.key

    def links(self, issue: Any) -> Sequence[Link]:
        return issue.links

    def viewed_issues(self) -> Collection[str]:
        return {"2"}

    def property(self, issue: Any, key: str) -> Any | None:
        return issue.properties.get(key)

    def property_type(self, key: str, path: str) -> str | None:
        return {"n": "number", "s": "string", "t": "text", "when": "date"}.get(path) if key == "sync" else None

    def property_aliases(self) -> Mapping[str, tuple[str, str, str]]:
        return {"twincount": ("sync", "n", "number")}


def sample() -> list[FakeIssue]:
    one = FakeIssue(
        "1",
        "ABC-1",
        {
            "summary": "Login fails in the browser",
            "description": "The exact phrase is here",
            "comment": ["first words", "second thoughts"],
            "text": ["Login fails in the browser", "The exact phrase is here", "first words"],
            "project": ABC,
            "issuetype": BUG,
            "status": DONE,
            "priority": HIGH,
            "resolution": FIXED,
            "assignee": ANNA,
            "reporter": BEN,
            "watcher": [ANNA],
            "voter": [BEN],
            "labels": ["Red", "sync"],
            "fixVersions": [V1, V2],
            "components": [BACKEND],
            "created": at("2026-11-20T10:00:30"),
            "duedate": date(2026, 11, 21),
            "sprint": [S1, S2],
            "customfield_10010": 3,
            "customfield_10011": RED,
        },
        {
            "status": [
                Change(at("2026-11-20T11:00"), "5b10a", "1", "Open", "3", "In Progress"),
                Change(at("2026-11-21T09:00"), "5b10b", "3", "In Progress", "10", "Done"),
            ],
            "assignee": [Change(at("2026-11-20T12:00"), "5b10b", None, None, "5b10a", "Anna Ash")],
            "fixVersions": [Change(at("2026-11-20T13:00"), "5b10a", "102", "3.0", None, None)],
        },
        [Link(("Blocks", "blocks", "is blocked by"), "2")],
        {"sync": {"n": 5, "s": "Alpha", "t": "many words", "when": "2026-11-20", "list": [1]}},
    )
    two = FakeIssue(
        "2",
        "ABC-10",
        {
            "summary": "Sort of slow",
            "text": ["Sort of slow"],
            "project": ABC,
            "issuetype": SUB,
            "status": OPEN,
            "priority": LOW,
            "reporter": ANNA,
            "created": at("2026-11-21T10:00:10"),
            "parent": Entity("1", "ABC-1", "ABC-1"),
            "sprint": [S3],
            "customfield_10010": 0.5,
            "customfield_10011": BLUE,
            "labels": [],
        },
        properties={"sync": {"n": 1}},
    )
    three = FakeIssue(
        "3",
        "XYZ-2",
        {
            "summary": "Browsers",
            "text": ["Browsers"],
            "project": XYZ,
            "issuetype": TASK,
            "status": DOING,
            "priority": MEDIUM,
            "assignee": BEN,
            "reporter": ANNA,
            "created": at("2026-10-01T00:00"),
            "duedate": date(2026, 12, 1),
            "labels": ["blue"],
            "fixVersions": [X1],
        },
    )
    return [one, two, three]
