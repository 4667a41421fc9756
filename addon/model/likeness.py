"""Likeness: which names mean the same, and which options stand at the same height. Pure, and the same every time."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence

from addon.model.offer import Offer

_SAME_FIELDS = (
    ("severity", "priority", "urgency", "criticality", "importance"),
    ("assignee", "owner", "responsible", "assigned to"),
    ("reporter", "requester", "submitter", "raised by", "reported by"),
    ("story points", "story point estimate", "points", "estimation points"),
    ("due date", "deadline", "due", "target date"),
    ("start date", "begin date", "planned start"),
    ("fix versions", "fix version", "target version", "fixed in"),
    ("affects versions", "affects version", "affected version", "found in"),
    ("components", "component", "module", "area"),
    ("labels", "label", "tags", "keywords"),
    ("description", "details"),
    ("steps to reproduce", "reproduction steps", "repro steps", "how to reproduce"),
    ("team", "squad"),
    ("original estimate", "estimate", "time estimate"),
)
_SAME_OPTIONS = (
    ("yes", "true", "y"),
    ("no", "false", "n"),
    ("none", "n/a", "not applicable", "not set"),
    ("done", "fixed", "resolved"),
    ("won't do", "won't fix", "rejected"),
    ("duplicate", "duplicated"),
    ("cannot reproduce", "not reproducible", "works for me"),
    ("to do", "open", "new", "backlog"),
    ("in progress", "doing", "in work"),
)
_HEIGHTS = (
    ("blocker", "s0", "p0", "sev0"),
    ("critical", "highest", "urgent", "immediate", "s1", "p1", "sev1", "severity1", "showstopper"),
    ("high", "major", "s2", "p2", "sev2", "severity2"),
    ("medium", "normal", "moderate", "s3", "p3", "sev3", "severity3"),
    ("low", "minor", "s4", "p4", "sev4", "severity4"),
    ("lowest", "trivial", "cosmetic", "s5", "p5", "sev5", "severity5"),
)


def plain(name: str) -> str:
    """A name without case, spaces and punctuation; a name of nothing else stays as it is."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in folded if char.isalnum()) or folded.strip()


def _groups(groups: tuple[tuple[str, ...], ...]) -> dict[str, str]:
    return {plain(name): plain(group[0]) for group in groups for name in group}


_FIELDS, _OPTIONS = _groups(_SAME_FIELDS), _groups(_SAME_OPTIONS)
_HEIGHT = {plain(name): height for height, names in enumerate(_HEIGHTS) for name in names}


def field_meaning(name: str) -> str:
    """The same text for names of fields that mean the same."""
    return _FIELDS.get(plain(name), plain(name))


def is_height(name: str) -> bool:
    """Whether a field of this name says how serious something is."""
    return field_meaning(name) == plain("severity")


Match = Mapping[str, str]
"""By id of an option at one side, the id of the one that stands for it at the other."""


def by_name(ours: Sequence[Offer], theirs: Sequence[Offer]) -> Match:
    """Options of the same name, else of the same meaning; the first of several."""
    return {**_found(ours, theirs, _meaning), **_found(ours, theirs, plain)}


def _meaning(name: str) -> str:
    return _OPTIONS.get(plain(name), plain(name))


def _found(ours: Sequence[Offer], theirs: Sequence[Offer], key: Callable[[str], str]) -> dict[str, str]:
    known: dict[str, str] = {}
    for one in theirs:
        known.setdefault(key(one.name), one.id)
    return {one.id: known[key(one.name)] for one in ours if key(one.name) in known}


def by_height(ours: Sequence[Offer], theirs: Sequence[Offer]) -> Match:
    """By rank: the highest with the highest, the lowest with the lowest, what lies between at the same height."""
    from_, to = _descending(ours), _descending(theirs)
    if not from_ or not to:
        return {}
    last, steps = len(to) - 1, max(len(from_) - 1, 1)
    return {one.id: to[(2 * rank * last + steps) // (2 * steps)].id for rank, one in enumerate(from_)}


def _descending(options: Sequence[Offer]) -> list[Offer]:
    """The most serious first: as listed, or the other way round where the known words among them say so."""
    known = [(_HEIGHT[plain(one.name)], place) for place, one in enumerate(options) if plain(one.name) in _HEIGHT]
    rising = sum((a - b) * (m - n) for a, m in known for b, n in known if m > n)
    return list(reversed(options)) if rising < 0 else list(options)
