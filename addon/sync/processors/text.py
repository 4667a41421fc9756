"""Single-line text: the summary and short text fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addon.sync.processors import FieldWrite, PartChange, Surroundings, Whole, shorten


class Text(Whole):
    told_by_changelog = True

    def read(self, raw: Any) -> str:
        return raw if isinstance(raw, str) else ""

    def leaving(self, before: str | None, after: str) -> PartChange:
        return {"value": after}

    def arriving(
        self, field_id: str, change: PartChange, ours: str | None, surroundings: Surroundings, *, new: bool
    ) -> FieldWrite:
        # Jira refuses line breaks here; white space it trims itself would otherwise come back as a change.
        text = " ".join(str(change["value"]).split("\n")).strip()
        return FieldWrite() if text == ours else FieldWrite(fields={field_id: text})

    def show(self, value: str) -> str:
        return shorten(value)

    def replaced(self, item: Mapping[str, Any]) -> str:
        return str(item.get("fromString") or "")

    def restoring(self, field_id: str, value: str) -> Mapping[str, Any]:
        return {field_id: value}
