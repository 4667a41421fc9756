"""Parents: an issue's parent travels as its twin link, and becomes the twin that this link has here.

What a parent is called is told of none that is not shared: its twin link is the only thing that leaves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addon.errors import Waiting
from addon.model import matrix
from addon.model.offer import Need
from addon.model.rules import FieldMapping, IssueMapping, Side, UserMapping, other
from addon.sync.processors import FieldWrite, PartChange, Surroundings, Unmatched
from addon.sync.processors.option import Option

NOT_SHARED = {"id": "", "name": ""}
"""What travels of a parent that has no twin link: that there is one."""
SUBTASK = Need("subtask")


def rows_of(mapping: IssueMapping) -> list[FieldMapping]:
    """The rows that keep parents in step."""
    return [row for row in mapping.fields if matrix.rule(row.inviter_type, row.accepter_type) == "twin"]


def told(row: FieldMapping, side: Side, what: PartChange, twins: Mapping[str, str]) -> PartChange:
    """The change as it leaves. ``twins``: by our issue's id, the key of its twin link in this synchronization."""
    if matrix.rule(row.type_of(side), row.type_of(other(side))) != "twin" or not what.get("value"):
        return what
    link_key = twins.get(what["value"]["id"])
    return {**what, "value": {"id": link_key, "name": ""} if link_key else NOT_SHARED}


class Parent(Option):
    """Another issue. In our own terms by its id and key, on its way by its twin link."""

    told_by_changelog = False

    def read(self, raw: Any) -> dict[str, str] | None:
        return {"id": str(raw["id"]), "name": str(raw["key"])} if isinstance(raw, dict) else None

    def needed(self, row: FieldMapping, side: Side, value: Any, users: UserMapping) -> set[Need]:
        return {Need("twin", value["id"]) if value["id"] else SUBTASK}

    def convert(
        self, row: FieldMapping, side: Side, rule: matrix.Rule, value: Any, ours: Any, surroundings: Surroundings
    ) -> dict[str, str]:
        if not value["id"]:
            if ours is None and surroundings.of(SUBTASK):
                raise Waiting("Waiting for its parent: a sub-task needs one, and the parent there is not shared.")
            raise Unmatched("It has a parent there that is not shared.")
        found = surroundings.of(Need("twin", value["id"]))
        if not found:
            raise Waiting("Waiting for its parent, which has no twin here yet.", on=value["id"])
        if not found[0].id:
            raise Unmatched(found[0].name)
        return {"id": found[0].id, "name": found[0].name}

    def writing(self, field_id: str, change: PartChange, ours: Any, *, new: bool) -> FieldWrite:
        if change["value"] is None and not new and ours is not None:
            return FieldWrite(update={field_id: [{"set": {"none": True}}]})
        return super().writing(field_id, change, ours, new=new)
