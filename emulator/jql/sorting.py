"""ORDER BY: what issues are sorted by. Empty values come last upwards and therefore first downwards."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulator.jql.comparing import as_list
from emulator.jql.world import Entity, FieldInfo, World

# These kinds have an order that is not that of their names.
_RANKED = frozenset({"priority", "version", "status", "resolution", "issuetype", "sprint", "option"})


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key: what it gives is comparable between any two issues."""

    of: Callable[[Any], Any]
    descending: bool


def sort_key(world: World, info: FieldInfo, *, descending: bool) -> SortKey:
    """The key of a field."""

    def key(issue: Any) -> tuple[bool, Any]:
        present = as_list(world.value(issue, info))
        return (not present, min(_place(info.kind, each) for each in present) if present else None)

    return SortKey(lambda issue: _Nullable(*key(issue)), descending)


def newest_first(world: World) -> SortKey:
    """The order of issues that a query does not order: the newest first."""
    return SortKey(lambda issue: int(world.issue_id(issue)), descending=True)


@dataclass(frozen=True, slots=True)
class _Nullable:
    """A value or none. None is compared with nothing but its being none."""

    empty: bool
    value: Any

    def __lt__(self, other: "_Nullable") -> bool:
        if self.empty or other.empty:
            return other.empty and not self.empty
        return bool(self.value < other.value)


def _place(kind: str, value: Any) -> Any:
    if isinstance(value, Entity):
        if kind in ("issue", "parent"):
            project, _, number = value.key.rpartition("-")
            return project, int(number) if number.isdecimal() else 0
        return (value.rank if kind in _RANKED else 0, value.name.casefold())
    return value.casefold() if isinstance(value, str) else value
