"""What JQL has to know of a site. Issues are opaque: only the site looks into them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing that a field can have as its value: a project, status, version, option, user, issue ...

    `rank` is the order that `<`, `>` and ORDER BY use, where greater is greater in JQL: the highest priority and the
    latest version have the greatest. `project` and `lead` are ids. `state` is `released`, `unreleased` or `archived`
    of a version, `active`, `closed` or `future` of a sprint, `subtask` or `standard` of an issue type; otherwise empty.
    """

    id: str
    name: str
    key: str = ""
    rank: float = 0
    project: str = ""
    lead: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one field in an issue's history. Empty values are None; ids are the site's, names as shown then."""

    at: datetime
    author_id: str
    from_id: str | None
    from_name: str | None
    to_id: str | None
    to_name: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """A link of an issue: the names it goes by (type, inward and outward words) and the id of the issue at its end."""

    names: tuple[str, ...]
    issue_id: str


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field of the site as JQL sees it.

    `names` are all its names in queries, the first being the one to show; `kind` is one of those in `kinds.py` and
    decides operators and meaning. `custom_id` is the number of a custom field, which adds the name `cf[number]`.
    """

    id: str
    names: tuple[str, ...]
    kind: str
    custom_id: int | None = None


class World(Protocol):
    """The site a query is compiled against, as one user sees it."""

    def fields(self) -> Mapping[str, Sequence[FieldInfo]]:
        """All fields by each of their names in lower case; several custom fields may have one name."""

    def entities(self, field: FieldInfo) -> Sequence[Entity]:
        """All values that a field of entities can have: every status, every version of every project, ..."""

    def user(self, name: str) -> Entity | None:
        """The user with this account id, or with this name or e-mail address as far as the site shows them."""

    def users(self) -> Sequence[Entity]:
        """All users, for suggestions."""

    def groups(self) -> Sequence[str]:
        """The names of all groups."""

    def group_members(self, name: str) -> Collection[str] | None:
        """Account ids of a group's members; None if there is no such group."""

    def current_user(self) -> str | None:
        """The account id of the user who asks; None for nobody."""

    def now(self) -> datetime:
        """The present moment, aware, in the time zone of the user who asks."""

    def value(self, issue: Any, field: FieldInfo) -> Any:
        """The issue's value, in the form that `kinds.py` gives for the field's kind; None or [] if it is empty."""

    def history(self, issue: Any, field: FieldInfo) -> Sequence[Change]:
        """The changes of a field, oldest first."""

    def updates(self, issue: Any) -> Sequence[tuple[datetime, str]]:
        """When and by whom the issue was changed in any way, its creation included."""

    def issue_id(self, issue: Any) -> str:
        """The issue's id, a decimal number."""

    def issue(self, id_or_key: str) -> Any | None:
        """The issue with this id or key (also an old key) if the user may see it."""

    def issue_key(self, issue: Any) -> str:
        """The issue's present key."""

    def links(self, issue: Any) -> Sequence[Link]:
        """The issue's links."""

    def viewed_issues(self) -> Collection[str]:
        """Ids of the issues that the user looked at lately, for issueHistory()."""

    def property(self, issue: Any, key: str) -> Any | None:
        """The value of an issue property; None if it is not set."""

    def property_type(self, key: str, path: str) -> str | None:
        """How an app has the property indexed: number, string, text, date or user. None if it is not indexed."""

    def property_aliases(self) -> Mapping[str, tuple[str, str, str]]:
        """Aliases of indexed properties in lower case, each with key, path and type."""
