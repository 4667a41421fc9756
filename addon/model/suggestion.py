"""Suggestion: which fields of two ends may be kept in step, by what they are, what they are called and what they offer.

Pure and deterministic: the same two ends get the same rows. A row's id names its two fields, so that it is never used
for something else. Nothing is suggested that Jira would not take: a value enters only where the field stands on both
the create and the edit screen.
"""

from __future__ import annotations

from collections.abc import Mapping

from addon.model import likeness, matrix
from addon.model.catalog import STATUS, EndInfo, FieldInfo
from addon.model.offer import Offer
from addon.model.rules import BASIC_FIELDS, Choice, Direction, FieldMapping, ValueMapping

FIRST = ("summary", "description", "comment")
MAX_VALUES = 1_000
_BASIC = {row.id for row in BASIC_FIELDS}
_GROWING = ("versions", "components", "groups")
"""Lists that grow by themselves: their values are matched by name when they travel, which pairs would only freeze."""


def suggest(inviter: EndInfo, accepter: EndInfo) -> tuple[FieldMapping, ...]:
    """Rows for what both ends have: summary, description and comments first, then the others by name."""
    pairs: list[tuple[FieldInfo, FieldInfo]] = []
    free = ([*inviter.fields], [*accepter.fields])
    for likes in (_same_system_field, _same_name, _same_meaning):
        for ours in sorted(free[0], key=_order):
            found = [theirs for theirs in free[1] if likes(ours, theirs) and _direction(ours, theirs)]
            if found:
                theirs = min(
                    found, key=lambda one: (_direction(ours, one) != "both", one.type != ours.type, _order(one))
                )
                free[0].remove(ours)
                free[1].remove(theirs)
                pairs.append((ours, theirs))
    pairs.sort(key=lambda pair: _order(pair[0]))
    return tuple(_row(inviter, accepter, *pair) for pair in pairs)


def basic(inviter: EndInfo, accepter: EndInfo) -> tuple[FieldMapping, ...]:
    """The part of the suggestion that needs no decision: what *Basic* publishes."""
    return tuple(row for row in suggest(inviter, accepter) if row.id in _BASIC)


def _order(field: FieldInfo) -> tuple[int, str, str]:
    return FIRST.index(field.id) if field.id in FIRST else len(FIRST), field.name.casefold(), field.id


def _same_system_field(ours: FieldInfo, theirs: FieldInfo) -> bool:
    # Who may see an issue is nothing to be guessed.
    return ours.id == theirs.id and not _is_custom(ours) and ours.type != "security"


def _same_name(ours: FieldInfo, theirs: FieldInfo) -> bool:
    return _guessable(ours, theirs) and likeness.plain(ours.name) == likeness.plain(theirs.name)


def _same_meaning(ours: FieldInfo, theirs: FieldInfo) -> bool:
    # A word for word translation into text would be too much to guess.
    means = likeness.field_meaning(ours.name) == likeness.field_meaning(theirs.name)
    return means and _guessable(ours, theirs) and _direction(ours, theirs) == "both"


def _guessable(ours: FieldInfo, theirs: FieldInfo) -> bool:
    """Names speak for fields that people made; two of Jira's own are what they are."""
    return (_is_custom(ours) or _is_custom(theirs)) and not {"security", matrix.COMMENTS} & {ours.type, theirs.type}


def _is_custom(field: FieldInfo) -> bool:
    return field.id.startswith("customfield_")


def _direction(ours: FieldInfo, theirs: FieldInfo) -> Direction | None:
    """The most that types and screens allow."""
    allowed = matrix.directions(ours.type, theirs.type)
    out, back = "out" in allowed and _takes(theirs), "in" in allowed and _takes(ours)
    if "both" in allowed and out and back:
        return "both"
    return "to_accepter" if out else "to_inviter" if back else None


def _takes(field: FieldInfo) -> bool:
    """Whether values may be written there, at creation as well as later. A status is reached, not written."""
    if field.type == STATUS:
        return field.id == STATUS
    return field.type in (matrix.COMMENTS, "resolution") or (field.on_create and field.on_edit)


def _row(inviter: EndInfo, accepter: EndInfo, ours: FieldInfo, theirs: FieldInfo) -> FieldMapping:
    direction = _direction(ours, theirs)
    assert direction is not None
    if ours.type == matrix.COMMENTS:
        return FieldMapping(matrix.COMMENTS, ours.type, theirs.type, ours.id, theirs.id, direction)
    return FieldMapping(
        ours.id if ours.id == theirs.id else f"{ours.id}-{theirs.id}",
        ours.type,
        theirs.type,
        ours.id,
        theirs.id,
        direction,
        values=values(inviter, accepter, ours, theirs, direction),
    )


def values(
    inviter: EndInfo, accepter: EndInfo, ours: FieldInfo, theirs: FieldInfo, direction: Direction
) -> tuple[ValueMapping, ...]:
    """Which option stands for which: by name, by meaning, priorities by rank, statuses by category.

    What has no partner is left out: ``sync.findings`` names it.
    """
    lists = (matrix.TYPES[kind].offers if kind in matrix.TYPES else "" for kind in (ours.type, theirs.type))
    if not (ours.options and theirs.options and ours.listed and theirs.listed) or any(one in _GROWING for one in lists):
        return ()
    there = {one.id: one for one in theirs.options}
    here = {one.id: one for one in ours.options}
    forward, back = _match(inviter, ours, accepter, theirs), _match(accepter, theirs, inviter, ours)
    found = [_pair(one, there[forward[one.id]], back) for one in ours.options if one.id in forward]
    found += [
        _pair(here[back[one.id]], one, back, "to_inviter")
        for one in theirs.options
        if one.id in back and forward.get(back[one.id]) != one.id
    ]
    return tuple(pair for pair in found if pair.direction in ("both", direction) or direction == "both")[:MAX_VALUES]


def _pair(ours: Offer, theirs: Offer, back: Mapping[str, str], direction: Direction | None = None) -> ValueMapping:
    way: Direction = direction or ("both" if back.get(theirs.id) == ours.id else "to_accepter")
    return ValueMapping(Choice(ours.id, ours.name), Choice(theirs.id, theirs.name), way, _children(ours, theirs))


def _children(ours: Offer, theirs: Offer) -> tuple[ValueMapping, ...]:
    forward = likeness.by_name(ours.children, theirs.children)
    back = likeness.by_name(theirs.children, ours.children)
    there = {one.id: one for one in theirs.children}
    return tuple(_pair(one, there[forward[one.id]], back) for one in ours.children if one.id in forward)


def _match(from_: EndInfo, ours: FieldInfo, to: EndInfo, theirs: FieldInfo) -> likeness.Match:
    named = likeness.by_name(ours.options, theirs.options)
    if ours.type == theirs.type == STATUS:
        return {**_by_category(from_, to), **named}
    if "priority" in (ours.type, theirs.type) or likeness.is_height(ours.name):
        return {**likeness.by_height(ours.options, theirs.options), **named}
    return named


def _by_category(from_: EndInfo, to: EndInfo) -> dict[str, str]:
    """The first status of the same category; of what is new, the one an issue starts in."""
    first: dict[str, str] = {}
    for status in to.statuses:
        if status.category not in first or status.id == to.initial_status:
            first[status.category] = status.id
    return {status.id: first[status.category] for status in from_.statuses if status.category in first}
