"""Finds what the values of a clause mean for the clause's field, and refuses those that mean nothing."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emulator.jql.dates import parse_date
from emulator.jql.errors import JqlError
from emulator.jql.functions import IssueTest, function_named
from emulator.jql.syntax import Call, Empty, Field, Operand, Value, Values
from emulator.jql.world import Entity, FieldInfo, World

_ISSUES = ("issue", "parent")
DATE_FORMATS = (
    "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'"
)


@dataclass(slots=True)
class Wanted:
    """What a clause looks for: plain values to compare with, tests for issues, and whether empty is among them."""

    values: list[Any] = field(default_factory=list)
    tests: list[IssueTest] = field(default_factory=list)
    empty: bool = False


class Resolver:
    """Resolves operands of one field for one world."""

    def __init__(self, world: World, info: FieldInfo, named: Field) -> None:
        self._world = world
        self._info = info
        self._named = named

    def wanted(self, operand: Operand, operator: str) -> Wanted:
        """Everything in the operand; raises JqlError for values, functions or shapes that do not fit."""
        self._check_shape(operand, operator)
        result = Wanted()
        for single in flat(operand):
            if isinstance(single, Empty):
                result.empty = True
            elif isinstance(single, Call):
                self._call(single, result)
            else:
                result.values += self.value(single.text)
        return result

    def value(self, text: str) -> list[Any]:
        """What one written value means: ids, a number, a moment, issues; raises JqlError."""
        match self._info.kind:
            case "number":
                found: list[Any] = [self._number(text)]
            case "date" | "datetime":
                found = [self._date(text)]
            case "labels" | "group":
                found = [text.casefold()]
            case "user":
                found = [self._user(text)]
            case "issue" | "parent":
                found = [self._issue(text)]
            case _:
                found = list(self._entities(text))
        return found

    def _check_shape(self, operand: Operand, operator: str) -> None:
        is_list = isinstance(operand, Values) or (isinstance(operand, Call) and function_named(operand.name).is_list)
        if operator in ("is", "is not") and not isinstance(operand, Empty):
            raise JqlError(
                f"The operator '{operator}' only supports the value EMPTY or NULL, but '{words(operand)}' was given "
                f"for the field '{self._named}'."
            )
        if operator.removeprefix("was ") in ("in", "not in"):
            if not is_list:
                raise JqlError(
                    f"Operator '{operator}' does not support the non-list value '{words(operand)}' "
                    f"for field '{self._named}'."
                )
        elif is_list:
            raise JqlError(
                f"Operator '{operator}' does not support the list value '{words(operand)}' for field '{self._named}'."
            )
        if operator in ("<", ">", "<=", ">=") and any(isinstance(each, Empty) for each in flat(operand)):
            raise JqlError(f"The operator '{operator}' does not support the value EMPTY for the field '{self._named}'.")

    def _call(self, call: Call, result: Wanted) -> None:
        function = function_named(call.name)
        if self._info.kind not in function.kinds:
            raise JqlError(f"The field '{self._named}' does not support the function '{function.name}'.")
        found = function.call(self._world, call.arguments)
        if found.moment is not None:
            result.values.append(found.moment)
        if found.test is not None:
            result.tests.append(found.test)
        if self._info.kind in _ISSUES:
            result.values += [Entity(each, each) for each in found.ids]
        elif self._info.kind == "user":
            result.values += found.ids
        elif found.ids:
            result.values += [each for each in self._world.entities(self._info) if each.id in found.ids]

    def _number(self, text: str) -> float:
        try:
            return float(text)
        except ValueError:
            raise JqlError(f"The value '{text}' for field '{self._named}' is not a number.") from None

    def _date(self, text: str) -> datetime:
        moment = parse_date(text, self._world.now())
        if moment is None:
            raise JqlError(
                f"Date value '{text}' for field '{self._named}' is invalid. Valid formats include: {DATE_FORMATS}."
            )
        return moment

    def _user(self, text: str) -> str:
        user = self._world.user(text)
        if user is None:
            raise self._missing(text)
        return user.id

    def _issue(self, text: str) -> Entity:
        issue = self._world.issue(text)
        if issue is None and text.isdecimal():
            raise JqlError(f"A value with ID '{text}' does not exist for the field '{self._named}'.")
        if issue is None:
            raise JqlError(f"An issue with key '{text}' does not exist for field '{self._named}'.")
        key = self._world.issue_key(issue)
        return Entity(self._world.issue_id(issue), key, key)

    def _entities(self, text: str) -> list[Entity]:
        """All entities of this name or key, else the one with this id: a version may be called `10001`."""
        wanted = text.casefold()
        known = self._world.entities(self._info)
        found = [each for each in known if wanted in (each.name.casefold(), each.key.casefold())]
        found = found or [each for each in known if each.id == text]
        if not found:
            raise self._missing(text)
        return found

    def _missing(self, text: str) -> JqlError:
        return JqlError(f"The value '{text}' does not exist for the field '{self._named}'.")


def flat(operand: Operand) -> list[Value | Call | Empty]:
    """The single operands of an operand, however its lists are nested."""
    if not isinstance(operand, Values):
        return [operand]
    return [single for each in operand.operands for single in flat(each)]


def words(operand: Operand) -> str:
    """The operand as in a query, for messages."""
    match operand:
        case Value(text):
            return text
        case Call(name, arguments):
            return f"{name}({', '.join(arguments)})"
        case Values(operands):
            return f"({', '.join(words(each) for each in operands)})"
    return "EMPTY"
