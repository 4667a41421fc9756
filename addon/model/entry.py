"""Entry: one line of a twin link's history."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One part's change. ``direction``: out (to the partner) or in. ``verb``: sent, written, skipped or conflict.

    ``before`` and ``after`` are short readable texts; ``latency`` is in seconds from the change to the write;
    ``at`` is set when the entry is stored.
    """

    direction: str
    part: str
    verb: str
    before: str = ""
    after: str = ""
    note: str = ""
    latency: float | None = None
    at: float = 0.0


def note(part: str, verb: str, before: str = "", after: str = "", words: str = "") -> Entry:
    """What became of a part that arrived."""
    return Entry("in", part, verb, before, after, words)
