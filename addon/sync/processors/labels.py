"""Labels: a set. Each side's additions and removals are merged, so two people never undo each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addon.sync.processors import FieldWrite, PartChange, Surroundings, shorten


class Labels:
    merges = True
    told_by_changelog = False

    def read(self, raw: Any) -> list[str]:
        return sorted(set(raw or []))

    def leaving(self, before: list[str] | None, after: list[str]) -> PartChange:
        old, new = set(before or []), set(after)
        return {"add": sorted(new - old), "remove": sorted(old - new)}

    def arriving(
        self, field_id: str, change: PartChange, ours: list[str] | None, surroundings: Surroundings, *, new: bool
    ) -> FieldWrite:
        if new:
            return FieldWrite(fields={field_id: list(change["add"])}) if change["add"] else FieldWrite()
        have = set(ours or [])
        steps = [{"add": label} for label in change["add"] if label not in have]
        steps += [{"remove": label} for label in change["remove"] if label in have]
        return FieldWrite(update={field_id: steps}) if steps else FieldWrite()

    def merged(self, base: list[str] | None, change: PartChange) -> list[str]:
        return sorted((set(base or []) | set(change["add"])) - set(change["remove"]))

    def show(self, value: list[str]) -> str:
        return shorten(", ".join(value))

    def replaced(self, item: Mapping[str, Any]) -> list[str]:
        return self.read(str(item.get("fromString") or "").split())

    def restoring(self, field_id: str, value: list[str]) -> Mapping[str, Any]:
        return {field_id: value}
