"""Preview: what would happen to an issue, as question and answer between the two ends. Nothing of it is ever stored.

A question is a message that is never sent: it consumes no sequence, and whoever is asked plans it and forgets it. What
each end tells of its own issue is bounded by what it tells anyway (``sync.answering``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from addon.model.message import Message, Parts

Way = Literal["enter", "leave"]
"""Asked of the partner: what would become of this message there, or what would leave there for the twin."""
Verdict = Literal["create", "update", "nothing", "waits", "blocked", "kept_out"]
Level = Literal["ok", "warning", "error", "same", "later", "kept"]
"""Of a line: written; written or left with something to know; stops the twin link; no difference; goes only with the
next change of its field; does not pass our own veto."""
HEADS: Mapping[Verdict, str] = {
    "create": "Will create",
    "update": "Will sync",
    "nothing": "Nothing to do",
    "waits": "Will wait",
    "blocked": "Blocked",
    "kept_out": "Kept out",
}


@dataclass(frozen=True, slots=True)
class Line:
    """What would become of one row. ``before`` and ``after`` are short readable texts of the side it would enter."""

    row_id: str
    name: str
    before: str = ""
    after: str = ""
    note: str = ""
    level: Level = "ok"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What would happen. ``words`` says it in a sentence or two; where it is blocked or kept out, why."""

    verdict: Verdict
    words: str
    lines: tuple[Line, ...] = ()

    @property
    def head(self) -> str:
        return HEADS[self.verdict]

    @property
    def shown(self) -> tuple[Line, ...]:
        """The lines with something to see."""
        return tuple(line for line in self.lines if line.level != "same")

    @property
    def same(self) -> tuple[str, ...]:
        """The names of the rows that come down to one line: nothing differs there."""
        return tuple(line.name for line in self.lines if line.level == "same")


@dataclass(frozen=True, slots=True)
class Question:
    """A message that would be sent, or for *leave* an empty one that names the twin link.

    ``rest``: values that did not change since they were settled, to be compared. ``document``: the rules to plan with
    (one mapping); None for the live ones, whose version and hash the message tells.
    """

    way: Way
    message: Message
    rest: Parts = field(default_factory=dict)
    document: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        document = dict(self.document) if self.document is not None else None
        return {"way": self.way, "message": self.message.to_json(), "rest": dict(self.rest), "document": document}


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer. For *enter* the lines, for *leave* the message that would leave and the ``rest`` beside it."""

    verdict: Verdict
    words: str = ""
    lines: tuple[Line, ...] = ()
    message: Message | None = None
    rest: Parts = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict,
            "words": self.words,
            "lines": [asdict(line) for line in self.lines],
            "message": self.message.to_json() if self.message else None,
            "rest": dict(self.rest),
        }
