"""Load: what goes along with a transition on its screen, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from addon.errors import Blocked
from addon.jira import workflow
from addon.model.plan import Edit, Plan
from addon.model.rules import FieldMapping, IssueMapping, Side
from addon.model.workflow import Move, ScreenField
from addon.sync.portion import name_of, part_of
from addon.sync.processors import PartChange
from addon.sync.processors.registry import fields_of


@dataclass(frozen=True, slots=True)
class Load:
    """What goes along with one transition; ``changes`` by part, in our own terms."""

    edit: Edit
    changes: Mapping[str, PartChange]


@dataclass(frozen=True, slots=True)
class Loading:
    """What there is to take along: a plan, the issue itself (``held`` asks for its fields), the rows' defaults."""

    plan: Plan
    mapping: IssueMapping
    side: Side
    held: Callable[[Collection[str]], Mapping[str, Any]]

    def load(self, move: Move, rest: Collection[str]) -> Load:
        """What is said on a transition's screen: of the parts in ``rest``, and what it demands beside.

        Raises:
            Blocked: it demands a field that nothing fills.
        """
        screen = {one.id: one for one in move.fields or ()}
        rows = [row for row, _ in fields_of(self.mapping, self.side) if row.id in rest]
        parts = {row.id for row in rows if name_of(row, self.side) in screen and not self._empties(row, screen)}
        ours = part_of(self.plan, self.mapping, self.side, parts)
        fields, changes = dict(ours.edit.fields), dict(ours.changes)
        lacking = [one for one in screen.values() if one.required and one.id not in {*fields, *ours.edit.update}]
        held = self.held([one.id for one in lacking]) if lacking else {}
        for one in lacking:
            self._fill(one, workflow.again(held.get(one.id)), move, fields, changes)
        return Load(Edit(fields, ours.edit.update), changes)

    def _empties(self, row: FieldMapping, screen: Mapping[str, ScreenField]) -> bool:
        """Whether the plan would clear what the screen demands."""
        name = name_of(row, self.side)
        return screen[name].required and name in self.plan.edit.fields and not self.plan.edit.fields[name]

    def _fill(
        self, one: ScreenField, held: Any, move: Move, fields: dict[str, Any], changes: dict[str, PartChange]
    ) -> None:
        if held is not None:
            fields[one.id] = held
            return
        for row, processor in fields_of(self.mapping, self.side):
            end = row.end_of(self.side)
            value = next((it for it in (end.default, end.fixed, end.when_empty) if it is not None), None)
            if row.field_of(self.side) == one.id and value is not None:
                fields.update(processor.restoring(one.id, value))
                changes[row.id] = {"add": value, "remove": []} if processor.merges else {"value": value}
                return
        if not one.given:
            raise Blocked(
                f"The transition “{move.name}” to “{move.to.name}” demands the field “{one.name}”, and nothing fills "
                "it.",
                fix=f"Map “{one.name}” in this mapping or give its row a default for this side, or take it off the "
                "transition's screen; then retry.",
            )
