"""Editing pairs: what an administrator does to the value mappings of a row and to the table of people. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from addon.errors import Refused
from addon.model.editing import Way, direction
from addon.model.rules import Choice, FieldMapping, Side, UserMapping, UserPair, ValueMapping, other

Path = Sequence[int]
"""Where a value mapping stands: its place among the row's, then among the children of that one, and so on."""
MAX_PEOPLE = 10_000


def add_value(row: FieldMapping, side: Side, ours: Choice, theirs: Choice, parent: Path = ()) -> FieldMapping:
    """One pair of values more, in the widest direction that is still free. ``parent``: the pair above, in cascades.

    Raises:
        Refused: 409, both stand for something already in each direction; 404, the pair above is gone.
    """
    inviter, accepter = (ours, theirs) if side == "inviter" else (theirs, ours)

    def add(values: tuple[ValueMapping, ...]) -> tuple[ValueMapping, ...]:
        for said in ("both", f"to_{other(side)}", f"to_{side}"):
            made = ValueMapping(inviter, accepter, said)  # type: ignore[arg-type]
            if (said == "both" or row.direction in ("both", said)) and not _taken(values, made):
                return (*values, made)
        raise Refused(f"“{ours.name}” and “{theirs.name}” both stand for something already.", status=409)

    return replace(row, values=_at(row.values, parent, add))


def remove_value(row: FieldMapping, path: Path) -> FieldMapping:
    """The row without this pair of values, and those below it. Raises 404 where it is gone."""
    place = path[-1]
    _pair(row.values, path)
    return replace(row, values=_at(row.values, path[:-1], lambda values: (*values[:place], *values[place + 1 :])))


def turn_value(row: FieldMapping, side: Side, path: Path, to: Way) -> FieldMapping:
    """The pair of values in another direction.

    Raises:
        Refused: 409, another pair already says what one of the two becomes; 404, the pair is gone.
    """
    place, turned = path[-1], replace(_pair(row.values, path), direction=direction(side, to))

    def put(values: tuple[ValueMapping, ...]) -> tuple[ValueMapping, ...]:
        rest = (*values[:place], *values[place + 1 :])
        taken = _taken(rest, turned)
        if taken:
            raise Refused(
                f"Another pair already says what “{taken}” becomes. Turn or remove that one first.", status=409
            )
        return (*values[:place], turned, *values[place + 1 :])

    return replace(row, values=_at(row.values, path[:-1], put))


def pair_at(row: FieldMapping, path: Path) -> ValueMapping:
    """The pair of values at this place. Raises 404 where it is gone."""
    return _pair(row.values, path)


def _taken(values: Sequence[ValueMapping], made: ValueMapping) -> str:
    """The value that already stands for another one in a direction of the new pair; "" for none."""
    sides: tuple[Side, Side] = ("inviter", "accepter")
    for one in values:
        for side in sides:
            source = made.at(other(side))
            if one.enters(side) and made.enters(side) and one.at(other(side)).id == source.id:
                return source.name
    return ""


def _pair(values: Sequence[ValueMapping], path: Path) -> ValueMapping:
    if not path or not 0 <= path[0] < len(values):
        raise Refused("This pair of values has been removed meanwhile. Open the page again.", status=404)
    return _pair(values[path[0]].children, path[1:]) if len(path) > 1 else values[path[0]]


def _at(
    values: tuple[ValueMapping, ...],
    parent: Path,
    change: Callable[[tuple[ValueMapping, ...]], tuple[ValueMapping, ...]],
) -> tuple[ValueMapping, ...]:
    if not parent:
        return change(values)
    place = parent[0]
    above = _pair(values, parent[:1])
    changed = replace(above, children=_at(above.children, parent[1:], change))
    return (*values[:place], changed, *values[place + 1 :])


def add_person(users: UserMapping, pair: UserPair) -> UserMapping:
    """One pair of people more.

    Raises:
        Refused: 409, one of the two stands in the table already; 422, too many.
    """
    for one in users.table:
        if one.inviter.id == pair.inviter.id or one.accepter.id == pair.accepter.id:
            name = pair.inviter.name if one.inviter.id == pair.inviter.id else pair.accepter.name
            raise Refused(f"{name} stands in the table already. Remove that line first.", status=409)
    if len(users.table) >= MAX_PEOPLE:
        raise Refused(f"The table can hold {MAX_PEOPLE:,} people.", status=422)
    return replace(users, table=(*users.table, pair))


def remove_person(users: UserMapping, inviter_id: str, accepter_id: str) -> UserMapping:
    """The table without this pair; no matter if it is gone already."""
    kept = tuple(one for one in users.table if (one.inviter.id, one.accepter.id) != (inviter_id, accepter_id))
    return replace(users, table=kept)
