"""Findings about values: options without partner, what is named and not there, what is too long. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from addon.model import matrix
from addon.model.offer import Offer
from addon.model.rules import Side, ValueMapping, other
from addon.sync.finding import Finding, Spot, listed
from addon.sync.processors import Unmatched
from addon.sync.processors.option import choose


def of_options(spot: Spot) -> Iterator[Finding]:
    """What can arrive here and matches nothing, where both lists are known."""
    row, ours, theirs = spot.row, spot.field, spot.field_across
    if row is None or ours is None or theirs is None or not (ours.listed and theirs.listed):
        return
    yield from _dead_pairs(spot, ours.options, theirs.options)
    if not theirs.options or matrix.TYPES[ours.type].form == "labels" or not _is_chosen(ours.type):
        return
    creates = row.create_missing and matrix.TYPES[ours.type].creates
    lost = [] if creates else list(_lost(row.values, spot.side, theirs.options, ours.options))
    if not lost or row.unmatched == "default":
        return
    stops = "the twin stops there until a person mends it" if row.unmatched == "report" else "the field stays as it is"
    yield spot.warning(
        f"{spot.place} has nothing for {listed(lost)} of “{theirs.name}” in {spot.place_across}: {stops}.",
        "Map these values, give the row a default, or create them there.",
    )


def _is_chosen(kind: str) -> bool:
    return bool(matrix.TYPES[kind].offers) or kind == "status"


def _lost(pairs: Sequence[ValueMapping], side: Side, theirs: Sequence[Offer], ours: Sequence[Offer]) -> Iterator[str]:
    """Names of theirs for which nothing stands here, by the very rule that decides when a value arrives."""
    for one in theirs:
        try:
            found, pair = choose(pairs, side, {"id": one.id, "name": one.name}, ours)
        except Unmatched:
            yield one.name
            continue
        for child in _lost(pair.children if pair else (), side, one.children, found.children):
            yield f"{one.name} / {child}"


def _dead_pairs(spot: Spot, ours: Sequence[Offer], theirs: Sequence[Offer]) -> Iterator[Finding]:
    assert spot.row is not None
    gone, idle = [], []
    for pair in spot.row.values:
        if pair.enters(spot.side):
            if _is_chosen(spot.row.type_of(spot.side)) and not _is_among(
                ours, pair.at(spot.side).id, pair.at(spot.side).name
            ):
                gone.append(pair.at(spot.side).name)
            if theirs and not _is_among(theirs, pair.at(other(spot.side)).id, pair.at(other(spot.side)).name):
                idle.append(pair.at(other(spot.side)).name)
    if gone:
        yield spot.error(
            f"{spot.place} no longer offers {listed(gone)}, which the row maps values onto.",
            "Choose other values in the row, or create them there again.",
        )
    if idle:
        yield spot.warning(
            f"{spot.place_across} no longer offers {listed(idle)}, which the row maps from.",
            "Take these values out of the row.",
        )


def _is_among(offers: Sequence[Offer], id_: str, name: str) -> bool:
    return any(one.id == id_ or one.name.casefold() == name.casefold() for one in offers)


def of_given(spot: Spot) -> Iterator[Finding]:
    """Values that the row itself gives: fixed, default, when empty."""
    row, ours = spot.row, spot.field
    if row is None or ours is None:
        return
    end = row.end_of(spot.side)
    given = [("fixed value", end.fixed)]
    if spot.enters:
        given.append(("value when empty", end.when_empty))
        if row.unmatched == "default":
            given.append(("default", end.default))
    limit = matrix.TYPES[ours.type].limit
    for name, value in given:
        if isinstance(value, str) and limit and len(value) > limit:
            yield spot.error(
                f"The {name} for “{ours.name}” in {spot.place} is longer than {limit:,} characters.", "Shorten it."
            )
        lost = list(_not_offered(value, ours.options)) if ours.listed and ours.options else []
        if lost:
            yield spot.error(
                f"{spot.place} does not offer {listed(lost)}, the {name} for “{ours.name}”.",
                "Choose another one, or create it there.",
            )


def _not_offered(value: Any, options: Sequence[Offer]) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, dict) or "id" not in one:
            continue
        found = next((offer for offer in options if offer.id == str(one["id"])), None)
        if found is None:
            yield str(one.get("name", ""))
        elif one.get("child"):
            yield from (f"{found.name} / {name}" for name in _not_offered(one["child"], found.children))


def of_size(spot: Spot) -> Iterator[Finding]:
    """What may be longer, or more, than the field takes: it stops the twin rather than be cut."""
    row, ours, theirs = spot.row, spot.field, spot.field_across
    if row is None or ours is None or theirs is None:
        return
    source, target = matrix.TYPES[theirs.type], matrix.TYPES[ours.type]
    if ours.type == "text" and theirs.type == "paragraph":
        yield spot.warning(
            f"“{theirs.name}” of {spot.place_across} is a paragraph, and “{ours.name}” in {spot.place} takes "
            f"{target.limit} characters: a longer text stops the twin.",
            "Choose a paragraph field there, or accept that long texts wait for a person.",
        )
    if source.form == "options" and target.form == "option":
        yield spot.warning(
            f"“{ours.name}” in {spot.place} takes one value: an issue of {spot.place_across} with several stops.",
            "Choose a field there that takes several, or use one value only.",
        )
    spaced = [one.name for one in theirs.options if " " in one.name.strip()] if ours.type == "labels" else []
    named = {pair.at(other(spot.side)).id for pair in row.values if pair.enters(spot.side)}
    spaced = [one.name for one in theirs.options if one.name in spaced and one.id not in named]
    if spaced:
        yield spot.warning(
            f"A label cannot hold a space: {listed(spaced)} of {spot.place_across} stop the twin in {spot.place}.",
            "Map these values onto labels without spaces.",
        )
