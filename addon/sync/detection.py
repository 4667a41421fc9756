"""Change detection: base and snapshot → change, or nothing. Pure.

Nothing means: our own echo, a webhook that came twice, a field that is not mapped. A part the base does not know yet
(its row came into the rules later) is taken as settled: changing rules never sends or clears anything by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from addon.model.change import Change, Delta
from addon.model.rules import FieldMapping, IssueMapping, Side
from addon.model.snapshot import Snapshot
from addon.model.value import empty
from addon.sync.processors import comments
from addon.sync.processors.registry import comments_of, fields_of


def detect(
    base: Mapping[str, Any],
    snapshot: Snapshot,
    mapping: IssueMapping,
    side: Side,
    created_here: Collection[str],
    *,
    first: bool,
    moved: bool = False,
) -> Change:
    """Compare an issue with what was settled.

    ``created_here``: ids of our comments that stand for the partner's. ``first``: the link was opened here and nothing
    has been sent yet: everything is new. ``moved``: the issue has come under another mapping; what the base does not
    know is new, but an empty value is none: it clears nothing.
    """
    deltas: dict[str, Delta] = {}
    settled = dict(base)
    for part, value in _values(snapshot, mapping, side, created_here).items():
        known = part in base
        is_item = part.startswith(comments.PREFIX)
        if known and not _differs(is_item, base[part], value):
            continue
        settled[part] = value
        if known or first or is_item or (moved and not empty(value)):
            deltas[part] = Delta(base.get(part), value, at=_changed_at(snapshot, mapping, side, part))
    if comments_of(mapping) and snapshot.comments is not None:
        for part in comments.gone(base, snapshot.comments, side):
            deltas[part] = Delta(settled.pop(part), None, gone=True)
    return Change(deltas, settled, snapshot.updated_at, first)


def _changed_at(snapshot: Snapshot, mapping: IssueMapping, side: Side, part: str) -> float:
    field_id = next((row.field_of(side) for row in mapping.fields if row.id == part), "")
    return snapshot.changed_at.get(field_id, snapshot.updated_at)


def settle(
    base: Mapping[str, Any], snapshot: Snapshot, mapping: IssueMapping, side: Side, parts: Collection[str]
) -> dict[str, Any]:
    """The base with these field parts moved to the values read back from Jira."""
    return {**base, **{part: value for part, value in field_values(snapshot, mapping, side).items() if part in parts}}


def field_values(snapshot: Snapshot, mapping: IssueMapping, side: Side) -> dict[str, Any]:
    """The mapped fields' values, by part. A field that Jira does not tell of has none: that is not an empty one."""
    return {
        field.id: processor.read(snapshot.fields.get(field.field_of(side)))
        for field, processor in fields_of(mapping, side)
        if field.field_of(side) and not _is_gone(snapshot, field.field_of(side))
    }


def _is_gone(snapshot: Snapshot, field_id: str) -> bool:
    # Of system fields Jira leaves out those that are empty, such as a parent; custom fields it tells as null.
    return field_id.startswith("customfield_") and field_id not in snapshot.fields


def gone(base: Mapping[str, Any], snapshot: Snapshot, mapping: IssueMapping, side: Side) -> list[FieldMapping]:
    """Rows whose field our issue no longer has though it held a value: deleted, or taken from its project or type."""
    return [
        row
        for row, _ in fields_of(mapping, side)
        if row.leaves(side)
        and row.mode == "keep"
        and not empty(base.get(row.id))
        and _is_gone(snapshot, row.field_of(side))
    ]


def _values(snapshot: Snapshot, mapping: IssueMapping, side: Side, created_here: Collection[str]) -> dict[str, Any]:
    values = field_values(snapshot, mapping, side)
    if comments_of(mapping) and snapshot.comments is not None:
        values.update(comments.read(snapshot.comments, side, created_here))
    return values


def _differs(is_item: bool, before: Any, after: Any) -> bool:
    return comments.changed(before, after) if is_item else bool(before != after)
