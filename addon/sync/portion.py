"""Portion: which part of a plan is said in which call: at creation, along with a transition, or in an edit. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from addon.model.plan import Edit, Plan
from addon.model.rules import FieldMapping, IssueMapping, Side
from addon.sync.processors.registry import fields_of

_ESTIMATES = ("original_estimate", "remaining_estimate")


def at_creation(plan: Plan, mapping: IssueMapping, side: Side) -> tuple[Plan, Plan]:
    """A plan for a new twin as what is said when it is created, and what can only be said after that."""
    if plan.goal is None:
        return plan, part_of(plan, mapping, side, ())
    later = {row.id for row, _ in fields_of(mapping, side) if row.type_of(side) == "resolution"}
    first = part_of(plan, mapping, side, plan.changes.keys() - later)
    return replace(first, goal=plan.goal), replace(part_of(plan, mapping, side, later), goal=plan.goal)


def part_of(plan: Plan, mapping: IssueMapping, side: Side, parts: Collection[str]) -> Plan:
    """The plan with the edits of these parts only, and without its goal."""
    names = {name_of(row, side) for row, _ in fields_of(mapping, side) if row.id in parts}
    edit = Edit(
        {name: value for name, value in plan.edit.fields.items() if name in names},
        {name: steps for name, steps in plan.edit.update.items() if name in names},
    )
    changes = {part: change for part, change in plan.changes.items() if part in parts}
    return replace(plan, edit=edit, changes=changes, goal=None)


def name_of(row: FieldMapping, side: Side) -> str:
    """Under which name a field stands on a screen and in an edit."""
    return "timetracking" if row.type_of(side) in _ESTIMATES else row.field_of(side)
