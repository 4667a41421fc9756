"""Fields of other apps: only read, and only as words. Nobody but the app knows what may be written there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addon.sync.processors.text import Text

_NAMES = ("displayName", "value", "name", "label", "title", "key")


class App(Text):
    told_by_changelog = False

    def read(self, raw: Any) -> str:
        return words(raw)

    def jira(self, field_id: str, value: str) -> Mapping[str, Any]:
        raise NotImplementedError("an app's field is only read")


def words(raw: Any) -> str:
    """What a person would call this value: its name, a list joined by commas; nothing for what has no name."""
    if isinstance(raw, list):
        return ", ".join(text for text in map(words, raw) if text)
    if isinstance(raw, dict):
        return next((words(raw[name]) for name in _NAMES if raw.get(name)), "")
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    return "" if raw is None else str(raw)
