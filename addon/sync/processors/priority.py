"""Priority: travels by id and name, is found here by name. One that does not exist here is left alone and said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addon.sync.processors import FieldWrite, PartChange, Surroundings, Whole


class Priority(Whole):
    told_by_changelog = True

    def read(self, raw: Any) -> dict[str, str] | None:
        return {"id": str(raw["id"]), "name": raw["name"]} if raw else None

    def leaving(self, before: Any, after: dict[str, str] | None) -> PartChange:
        return {"value": after}

    def arriving(
        self,
        field_id: str,
        change: PartChange,
        ours: dict[str, str] | None,
        surroundings: Surroundings,
        *,
        new: bool,
    ) -> FieldWrite:
        theirs = change["value"]
        if theirs is None:
            # Absence is not deletion: most projects demand a priority.
            return FieldWrite()
        if ours and ours["name"].lower() == theirs["name"].lower():
            return FieldWrite()
        ours_id = surroundings.priorities.get(theirs["name"].lower())
        if ours_id is None:
            return FieldWrite(skipped=f"There is no priority “{theirs['name']}” here.")
        return FieldWrite(fields={field_id: {"id": ours_id}})

    def show(self, value: dict[str, str] | None) -> str:
        return value["name"] if value else ""

    def replaced(self, item: Mapping[str, Any]) -> dict[str, str] | None:
        if not item.get("from"):
            return None
        return {"id": str(item["from"]), "name": str(item.get("fromString") or "")}

    def restoring(self, field_id: str, value: dict[str, str] | None) -> Mapping[str, Any]:
        return {field_id: {"id": value["id"]} if value else None}
