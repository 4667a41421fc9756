"""Processors: one kind of value per file, both directions, pure.

A processor never sees Jira, the database or the partner. It knows four things about its kind: how to read Jira's own
JSON into a plain value, what of a change travels, what to write for a change that arrived, and how to say a value in
a few words. Values and changes are plain JSON, so that bases and messages are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

PartChange = Mapping[str, Any]
"""What happened to a part, as it travels: see ``addon.model.message``."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What this side's Jira has to offer, as far as processors need it. ``priorities``: id by lower-case name."""

    priorities: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldWrite:
    """What to write for one field: ``fields`` or ``update`` in Jira's sense, or ``skipped`` with the reason.

    Nothing at all means that our issue already says so.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    update: Mapping[str, Any] = field(default_factory=dict)
    skipped: str = ""


class FieldProcessor(Protocol):
    """One kind of field."""

    merges: bool
    """Whether changes of both sides are merged element by element, so that they are never in conflict."""
    told_by_changelog: bool
    """Whether Jira's changelog tells exactly which value an edit replaced."""

    def read(self, raw: Any) -> Any:
        """Jira's JSON of the field → plain value."""

    def leaving(self, before: Any, after: Any) -> PartChange:
        """What travels when our value went from ``before`` to ``after``. ``before`` is None for a new twin."""

    def arriving(
        self, field_id: str, change: PartChange, ours: Any, surroundings: Surroundings, *, new: bool
    ) -> FieldWrite:
        """What to write here. ``ours`` is our value now; ``new`` while our issue is still to be created."""

    def show(self, value: Any) -> str:
        """A few words for history and panel."""

    def replaced(self, item: Mapping[str, Any]) -> Any:
        """The value that a changelog item says was replaced. Only asked where ``told_by_changelog``."""

    def merged(self, base: Any, change: PartChange) -> Any:
        """The base with the partner's additions and removals. Only asked where ``merges``."""

    def restoring(self, field_id: str, value: Any) -> Mapping[str, Any]:
        """``fields`` that put a value of ours back."""


class Whole:
    """Base of the processors whose values are settled as a whole."""

    merges = False

    def merged(self, base: Any, change: PartChange) -> Any:
        raise NotImplementedError("only sets are merged")


def shorten(text: str, limit: int = 120) -> str:
    """The text in one line, cut at ``limit`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
