"""Clauses on entity properties: `issue.property[key].path`, and the aliases that apps give to indexed ones."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulator.jql.comparing import NEGATED
from emulator.jql.dates import minute, parse_date
from emulator.jql.errors import JqlError
from emulator.jql.fulltext import parse_text
from emulator.jql.functions import IssueTest, function_named
from emulator.jql.kinds import EMPTINESS, EQUALITY, LIKENESS, MEMBERSHIP, RANGE
from emulator.jql.operands import flat, words
from emulator.jql.syntax import Call, Changed, Comparison, Empty, Field, Operand, Value, Was
from emulator.jql.world import World

_OPERATORS: dict[str, frozenset[str]] = {
    "number": frozenset(EQUALITY + RANGE + MEMBERSHIP + EMPTINESS),
    "date": frozenset(EQUALITY + RANGE + MEMBERSHIP + EMPTINESS),
    "string": frozenset(EQUALITY + MEMBERSHIP + EMPTINESS),
    "user": frozenset(EQUALITY + MEMBERSHIP + EMPTINESS),
    "text": frozenset(LIKENESS + EMPTINESS),
}


@dataclass(frozen=True, slots=True)
class PropertyField:
    """A place in an issue property. Without an index (`type` None) Jira finds nothing there, and says nothing."""

    field: Field
    key: str
    path: str
    type: str | None


def property_field(world: World, field: Field) -> PropertyField | None:
    """The property that a field of a query means; None if it is an ordinary field."""
    if field.property is not None and field.name.lower() == "issue.property":
        key, path = field.property.key, field.property.path
        return PropertyField(field, key, path, world.property_type(key, path))
    alias = world.property_aliases().get(field.name.lower()) if field.property is None else None
    return PropertyField(field, *alias) if alias else None


def property_test(
    world: World, place: PropertyField, clause: Comparison | Was | Changed, *, negated: bool
) -> IssueTest:
    """The test of a clause on a property; raises JqlError."""
    if not isinstance(clause, Comparison):
        raise JqlError(f"History searches do not support the '{place.field}' field.")
    if place.type is None:
        return lambda _: False
    if clause.operator not in _OPERATORS[place.type]:
        raise JqlError(f"The operator '{clause.operator}' is not supported by the '{place.field}' field.")
    operator = NEGATED[clause.operator] if negated else clause.operator
    test = _test(world, place, clause, operator)
    return lambda issue: test(_found(world.property(issue, place.key), place.path))


def _test(world: World, place: PropertyField, clause: Comparison, operator: str) -> Callable[[list[Any]], bool]:
    if operator in LIKENESS:
        query = parse_text(words(clause.operand), str(place.field))
        return lambda found: bool(found) and query.matches(map(str, found)) == (operator == "~")
    wanted = [_wanted(world, place, each) for each in flat(clause.operand) if not isinstance(each, Empty)]
    wants_empty = any(isinstance(each, Empty) for each in flat(clause.operand))
    if operator in RANGE:
        return lambda found: any(
            mine is not None and _in_order(operator, mine, each)
            for mine in (_typed(world, place.type, value) for value in found)
            for each in wanted
        )
    positive = operator in ("=", "in", "is")

    def test(found: list[Any]) -> bool:
        hit = any(_typed(world, place.type, value) in wanted for value in found)
        return (hit or (wants_empty and not found)) if positive else bool(found) and not hit

    return test


def _in_order(operator: str, one: Any, other: Any) -> bool:
    if operator.startswith("<"):
        return bool(one < other) or (operator == "<=" and bool(one == other))
    return bool(one > other) or (operator == ">=" and bool(one == other))


def _found(value: Any, path: str) -> list[Any]:
    """The values at the path; lists on the way or at its end give each of their elements."""
    level = [value]
    for step in filter(None, re.split(r"\.", path)):
        level = [each.get(step) for each in _elements(level) if isinstance(each, dict)]
    return [each for each in _elements(level) if each is not None]


def _elements(values: list[Any]) -> list[Any]:
    return [element for value in values for element in (value if isinstance(value, list) else [value])]


def _typed(world: World, kind: str | None, value: Any) -> Any:
    """The value as its index holds it; None if it is not of the index's type."""
    if kind == "number":
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    if kind == "date":
        return _date(world, value)
    return str(value).casefold() if isinstance(value, str | int | float | bool) else None


def _date(world: World, value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        moment = parse_date(str(value), world.now())  # type: ignore[assignment]
    if moment is None:
        return None
    return minute(moment if moment.tzinfo else moment.replace(tzinfo=world.now().tzinfo))


def _wanted(world: World, place: PropertyField, operand: Operand) -> Any:
    if isinstance(operand, Call):
        found = function_named(operand.name).call(world, operand.arguments)
        moment = found.moment
        if place.type == "date" and moment is not None:
            return minute(moment)
        if place.type == "user" and len(found.ids) == 1:
            return next(iter(found.ids)).casefold()
        raise JqlError(f"The field '{place.field}' does not support the function '{operand.name}'.")
    text = operand.text if isinstance(operand, Value) else words(operand)
    if place.type == "number":
        try:
            return float(text)
        except ValueError:
            raise JqlError(f"The value '{text}' for field '{place.field}' is not a number.") from None
    if place.type == "date":
        moment = _date(world, text)
        if moment is None:
            raise JqlError(f"Date value '{text}' for field '{place.field}' is invalid.")
        return moment
    return text.casefold()
