"""Tests of issues for the plain operators: equality, order, likeness, emptiness."""

import operator as python_operator
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from emulator.jql.dates import minute
from emulator.jql.errors import JqlError
from emulator.jql.fulltext import parse_text
from emulator.jql.functions import IssueTest
from emulator.jql.operands import Resolver, Wanted, flat, words
from emulator.jql.syntax import Comparison, Value
from emulator.jql.world import Entity, FieldInfo, World

NEGATED = {
    "=": "!=",
    "!=": "=",
    "in": "not in",
    "not in": "in",
    "is": "is not",
    "is not": "is",
    "~": "!~",
    "!~": "~",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
}
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": python_operator.lt,
    "<=": python_operator.le,
    ">": python_operator.gt,
    ">=": python_operator.ge,
}
_NEGATIVE = frozenset({"!=", "not in", "!~", "is not"})


def comparison_test(world: World, info: FieldInfo, clause: Comparison, *, negated: bool) -> IssueTest:
    """The test for one field; `negated` is NOT in front of it, which Jira turns into the opposite operator.

    Raises JqlError for values that do not fit. As in Jira, `!=`, `NOT IN` and `!~` do not find empty fields.
    """
    operator = NEGATED[clause.operator] if negated else clause.operator
    if operator in ("~", "!~"):
        return _likeness(world, info, clause, operator)
    wanted = Resolver(world, info, clause.field).wanted(clause.operand, clause.operator)
    if operator in _ORDERS:
        return _order(world, info, wanted, _ORDERS[operator])
    return _equality(world, info, wanted, negative=operator in _NEGATIVE)


def as_list(value: Any) -> list[Any]:
    """A field's value as a list, whether it holds one, many or none."""
    if value is None:
        return []
    return value if isinstance(value, list) else list(value) if isinstance(value, tuple | set | frozenset) else [value]


def comparable(kind: str, value: Any) -> Any:
    """What two values of a kind are compared by: ids, texts without case, minutes, days."""
    if isinstance(value, Entity):
        return value.name.casefold() if kind == "group" else value.id
    if kind == "datetime" and isinstance(value, datetime):
        return minute(value)
    if kind == "date" and isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    return value.casefold() if isinstance(value, str) and kind in ("labels", "group") else value


def _equality(world: World, info: FieldInfo, wanted: Wanted, *, negative: bool) -> IssueTest:
    kind = info.kind
    values = frozenset(comparable(kind, each) for each in wanted.values)

    def found(issue: Any, present: list[Any]) -> bool:
        return any(comparable(kind, each) in values for each in present) or any(test(issue) for test in wanted.tests)

    def positive_test(issue: Any) -> bool:
        present = as_list(world.value(issue, info))
        return (wanted.empty and not present) or found(issue, present)

    def negative_test(issue: Any) -> bool:
        present = as_list(world.value(issue, info))
        return bool(present) and not found(issue, present)

    return negative_test if negative else positive_test


def _order(world: World, info: FieldInfo, wanted: Wanted, compare: Callable[[Any, Any], bool]) -> IssueTest:
    pairs = [_ordered(info.kind, each) for each in wanted.values]

    def test(issue: Any) -> bool:
        present = [_ordered(info.kind, each) for each in as_list(world.value(issue, info))]
        # Ranks of versions and numbers of keys say something within one project only.
        return any(mine[0] == other[0] and compare(mine[1], other[1]) for mine in present for other in pairs)

    return test


def _ordered(kind: str, value: Any) -> tuple[str, Any]:
    """Where a value stands: the project in which its order counts, and its place there."""
    if isinstance(value, Entity):
        if kind in ("issue", "parent"):
            project, _, number = value.key.rpartition("-")
            return project, int(number) if number.isdecimal() else 0
        return value.project, value.rank
    return "", comparable(kind, value)


def _likeness(world: World, info: FieldInfo, clause: Comparison, operator: str) -> IssueTest:
    singles = flat(clause.operand)
    if len(singles) != 1 or not isinstance(singles[0], Value) or singles[0] is not clause.operand:
        raise JqlError(
            f"Operator '{clause.operator}' does not support the value '{words(clause.operand)}' "
            f"for field '{clause.field}'."
        )
    query = parse_text(singles[0].text, clause.field.name)

    def test(issue: Any) -> bool:
        texts = as_list(world.value(issue, info))
        return bool(texts) and query.matches(texts) == (operator == "~")

    return test
