"""Fields of other apps: only read, and only as words. Nobody but the app knows what may be written there.

Jira's rendered value is what a person sees on the issue; where the app renders none, the words of the value itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from addon.model.snapshot import RENDERED
from addon.sync.processors.text import Text

_NAMES = ("displayName", "value", "name", "label", "title", "key")


class App(Text):
    told_by_changelog = False

    def read(self, raw: Any) -> str:
        if isinstance(raw, dict) and RENDERED in raw:
            page = _Page()
            page.feed(str(raw[RENDERED]))
            page.close()
            return page.words()
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


class _Page(HTMLParser):
    """The words of HTML, a line for each block. Styles and scripts are not words."""

    _UNSEEN = ("style", "script", "template")
    _INLINE = frozenset(
        {"a", "abbr", "b", "code", "del", "em", "font", "i", "img", "ins", "s", "small", "span", "strong"}
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._texts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._unseen += tag in self._UNSEEN
        if tag not in self._INLINE:
            self._texts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in self._UNSEEN))
        if tag not in self._INLINE:
            self._texts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._texts.append(data.replace("\n", " "))

    def words(self) -> str:
        lines = (" ".join(line.split()) for line in "".join(self._texts).split("\n"))
        return "\n".join(line for line in lines if line)
