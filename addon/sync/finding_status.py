"""Findings about statuses: what the known transitions do not reach, or only with fields that no row gives. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from addon.model.catalog import STATUS, EndInfo, TransitionInfo
from addon.model.offer import Offer
from addon.model.rules import other
from addon.sync.finding import Finding, Spot, listed
from addon.sync.processors import Unmatched
from addon.sync.processors.option import choose


def of_ways(spot: Spot, given: Collection[str]) -> Iterator[Finding]:
    """Of the statuses that can be asked for here, those that cannot be reached. ``given``: fields that rows give.

    Says nothing where the workflow is not known.
    """
    end, row = spot.end, spot.row
    if row is None or row.type_of(spot.side) != STATUS or not end.initial_status:
        return
    names = {status.id: status.name for status in end.statuses}
    wanted = _wanted(spot)
    reached = reachable(end.transitions, end.initial_status)
    lost = [names[one] for one in wanted if one not in reached]
    if lost:
        yield spot.error(
            f"No transitions lead to {listed(lost)} from the status in which an issue of {spot.place} starts.",
            "Map these statuses onto others, or add transitions to the workflow there.",
        )
    wanted = [one for one in wanted if one in reached]
    yield from _dead_ends(spot, wanted, names)
    yield from _demands(spot, wanted, names, given)


def _wanted(spot: Spot) -> list[str]:
    """The statuses here that stand for one of theirs, in the order of the workflow."""
    assert spot.row is not None
    row, offers = spot.row, tuple(Offer(status.id, status.name) for status in spot.end.statuses)
    theirs = tuple(Offer(status.id, status.name) for status in spot.across.statuses)
    if row.type_of(other(spot.side)) != STATUS and spot.field_across is not None:
        theirs = spot.field_across.options
    found = set()
    for one in theirs:
        try:
            found.add(choose(row.values, spot.side, {"id": one.id, "name": one.name}, offers)[0].id)
        except Unmatched:
            continue
    return [status.id for status in spot.end.statuses if status.id in found]


def _dead_ends(spot: Spot, wanted: list[str], names: dict[str, str]) -> Iterator[Finding]:
    for start in wanted:
        reached = reachable(spot.end.transitions, start)
        lost = [names[one] for one in wanted if one not in reached]
        if lost:
            yield spot.warning(
                f"In {spot.place}, no transitions lead from “{names[start]}” to {listed(lost)}: a twin that is there "
                "and has to go on stops.",
                "Add transitions to the workflow there, or let the status go one way only.",
            )


def _demands(spot: Spot, wanted: list[str], names: dict[str, str], given: Collection[str]) -> Iterator[Finding]:
    """Statuses that can be reached only by a transition which demands a field that no row gives."""
    free = tuple(one for one in spot.end.transitions if set(one.required_fields) <= set(given))
    reached = reachable(free, spot.end.initial_status)
    lost = [one for one in wanted if one not in reached]
    if not lost:
        return
    demanded = {name for one in spot.end.transitions if one.to_id in lost for name in one.required_fields} - set(given)
    fields = [_name(spot.end, field_id) for field_id in sorted(demanded)]
    which = f" demand {listed(fields)}, which no row gives" if fields else " demand fields that no row gives"
    yield spot.warning(
        f"In {spot.place}, the transitions to {listed([names[one] for one in lost])}{which}.",
        "Add rows that give these fields, with a fixed value if need be.",
    )


def _name(end: EndInfo, field_id: str) -> str:
    field = end.field(field_id)
    return field.name if field else field_id


def reachable(transitions: Collection[TransitionInfo], start: str) -> set[str]:
    """The statuses that an issue can come to from one, itself among them."""
    found, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        for one in transitions:
            if one.to_id and one.to_id not in found and (not one.from_ids or here in one.from_ids):
                found.add(one.to_id)
                waiting.append(one.to_id)
    return found
