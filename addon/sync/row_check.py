"""Row check: whether one field mapping contradicts the type matrix or itself. Pure."""

from __future__ import annotations

from addon.errors import Refused
from addon.model import matrix
from addon.model.rules import FieldEnd, FieldMapping, Side, ValueMapping, other
from addon.model.value import fits

MAX_VALUES = 2_000


def check(row: FieldMapping) -> None:
    """Refuse a row that cannot work.

    Raises:
        Refused: with what is wrong and what to do.
    """
    if matrix.COMMENTS in (row.inviter_type, row.accepter_type):
        if row.inviter_type != row.accepter_type:
            _refuse(row, "comments go with comments only")
        if (row.at_inviter, row.at_accepter, row.values) != (FieldEnd(), FieldEnd(), ()):
            _refuse(row, "comments take no fixed values, defaults or value mappings")
        return
    sides: tuple[Side, Side] = ("inviter", "accepter")
    for side in sides:
        if row.type_of(side) not in matrix.TYPES:
            _refuse(row, f"the type “{row.type_of(side)}” is not known; it may need a newer Twinline")
    if not row.field_of("inviter") and not row.field_of("accepter"):
        _refuse(row, "it names no field at either side")
    for side in sides:
        _check_way(row, side)
        _check_values(row, side)
    if row.direction == "both" and "both" not in matrix.directions(row.inviter_type, row.accepter_type):
        _refuse(row, f"{row.inviter_type} and {row.accepter_type} can go one way only; choose a direction")
    if _count(row.values) > MAX_VALUES:
        _refuse(row, f"it has more than {MAX_VALUES} value mappings")


def _check_way(row: FieldMapping, side: Side) -> None:
    """What enters at this side must have a way in."""
    end, ours, theirs = row.end_of(side), row.type_of(side), row.type_of(other(side))
    if end.fixed is not None:
        if not matrix.TYPES[ours].writable:
            _refuse(row, f"a field of type {ours} is only read, so it cannot have a fixed value")
        return
    if not row.enters(side):
        return
    if not row.field_of(side) or not row.field_of(other(side)):
        if row.end_of(other(side)).fixed is None:
            _refuse(row, "a field is missing at one side; only a fixed value needs no partner")
        return
    if matrix.rule(theirs, ours) is None or not matrix.TYPES[ours].writable:
        _refuse(
            row, f"a field of type {ours} cannot take the values of type {theirs}; choose another direction or field"
        )
    if ours == "status" and row.field_of(side) != "status":
        _refuse(row, "only Jira's own field “status” is a status that can be moved; choose that field")
    if row.unmatched == "default" and matrix.TYPES[ours].offers and end.default is None:
        _refuse(row, "values that match nothing shall become the default, but no default is given")


def _check_values(row: FieldMapping, side: Side) -> None:
    end, kind = row.end_of(side), matrix.TYPES[row.type_of(side)]
    for name, value in (("fixed value", end.fixed), ("default", end.default), ("value when empty", end.when_empty)):
        if value is not None and not fits(kind.form, value):
            _refuse(row, f"its {name} is not of the type {kind.name}")
    if (end.prefer or end.avoid) and kind.name != "status":
        _refuse(row, "only a status is walked to, so only there can something be preferred or avoided on the way")


def _count(values: tuple[ValueMapping, ...]) -> int:
    return sum(1 + _count(value.children) for value in values)


def _refuse(row: FieldMapping, words: str) -> None:
    fields = " ⇄ ".join(name for name in (row.inviter_field, row.accepter_field) if name)
    raise Refused(f"The field mapping {fields or row.id}: {words}.", status=422)
