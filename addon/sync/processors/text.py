"""Single-line text: the summary, short text fields and URLs. Short text takes in the words of every other type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addon.errors import Blocked
from addon.model import matrix
from addon.model.rules import FieldMapping, Side
from addon.sync.processors import Surroundings
from addon.sync.processors.whole import Whole, words_of


class Text(Whole):
    form = "text"
    told_by_changelog = True
    nothing = ""

    def read(self, raw: Any) -> str:
        return raw if isinstance(raw, str) else ""

    def convert(
        self, row: FieldMapping, side: Side, rule: matrix.Rule, value: Any, ours: Any, surroundings: Surroundings
    ) -> str:
        # Jira refuses line breaks here; white space it trims itself would otherwise come back as a change.
        words = value if rule == "same" else words_of(row, side, value)
        text = " ".join(words.split("\n")).strip()
        limit = matrix.TYPES[row.type_of(side)].limit
        check_length(row.field_of(side), len(text), limit)
        return text

    def jira(self, field_id: str, value: str) -> Mapping[str, Any]:
        # An empty string is refused by most fields; null clears them.
        return {field_id: value or None}

    def replaced(self, item: Mapping[str, Any]) -> str:
        return str(item.get("fromString") or "")


def check_length(field: str, length: int, limit: int) -> None:
    """Refuse to cut a text.

    Raises:
        Blocked: it is longer than the field takes.
    """
    if length > limit:
        raise Blocked(
            f"“{field}” takes at most {limit:,} characters, and what arrived has {length:,}.",
            fix="Shorten it at the partner, or map it to a field that takes more, then retry.",
        )
