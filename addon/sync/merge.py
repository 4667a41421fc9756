"""Merge: bringing a draft up to the version that was published since it was begun. Pure.

Mapping by mapping and row by row: what the draft changed stays as the draft says, what it left alone becomes what is
live. What both changed is the draft's: the comparison with the live rules shows it before anything is published.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any, Protocol, TypeVar

from addon.model.rules import FieldMapping, IssueMapping, Rules, UserMapping


class _Named(Protocol):
    @property
    def id(self) -> str: ...


N = TypeVar("N", bound=_Named)
D = TypeVar("D", IssueMapping, FieldMapping)


def merge(base: Rules, draft: Rules, live: Rules) -> tuple[tuple[IssueMapping, ...], UserMapping]:
    """The draft, as if it had been made from the live rules."""
    users = live.users if draft.users == base.users else draft.users
    return _merged(base.mappings, draft.mappings, live.mappings, _mapping), users


def _mapping(base: IssueMapping, draft: IssueMapping, live: IssueMapping) -> IssueMapping:
    rows = _merged(base.fields, draft.fields, live.fields, _row)
    return replace(_attributes(base, draft, live), fields=rows)


def _row(base: FieldMapping, draft: FieldMapping, live: FieldMapping) -> FieldMapping:
    return _attributes(base, draft, live)


def _attributes(base: D, draft: D, live: D) -> D:
    changed: dict[str, Any] = {
        field.name: getattr(draft, field.name)
        for field in fields(base)
        if getattr(draft, field.name) != getattr(base, field.name)
    }
    return replace(live, **changed)


def _merged(base: Sequence[N], draft: Sequence[N], live: Sequence[N], both: Callable[[N, N, N], N]) -> tuple[N, ...]:
    """The live ones in their order without those the draft removed, then those that only the draft has."""
    was, said, stands = ({one.id: one for one in many} for many in (base, draft, live))
    found = []
    for one in live:
        if one.id in said:
            found.append(both(was.get(one.id, one), said[one.id], one))
        elif one.id not in was:
            found.append(one)
    for one in draft:
        # What is gone from the live rules comes back only where the draft had changed it.
        if one.id not in stands and (one.id not in was or one != was[one.id]):
            found.append(one)
    return tuple(found)
