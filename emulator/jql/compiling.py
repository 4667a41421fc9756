"""Turns a parsed query into a plan: tests and sort keys for one site, or every reason why that cannot be."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from emulator.jql.comparing import comparison_test
from emulator.jql.errors import JqlError
from emulator.jql.functions import IssueTest
from emulator.jql.kinds import KINDS, operators_of
from emulator.jql.past import changed_test, was_test
from emulator.jql.properties import PropertyField, property_field, property_test
from emulator.jql.sorting import SortKey, newest_first, sort_key
from emulator.jql.syntax import Changed, Clause, Comparison, Field, Group, Negation, Query, Sort, Was
from emulator.jql.world import FieldInfo, World

_Issue = TypeVar("_Issue")


@dataclass(frozen=True, slots=True)
class Plan:
    """A query made ready for one site and one user. It holds the moment it was made at: `-2d` does not move on."""

    _test: IssueTest
    _keys: tuple[SortKey, ...]

    def matches(self, issue: Any) -> bool:
        """Whether the issue is among the results."""
        return self._test(issue)

    def sort(self, issues: Iterable[_Issue]) -> list[_Issue]:
        """The issues in the query's order; newest first where the query leaves it open."""
        ordered = list(issues)
        for key in reversed(self._keys):
            ordered.sort(key=key.of, reverse=key.descending)
        return ordered


def compile_query(query: Query, world: World) -> Plan:
    """The plan of the query on this site. Raises JqlError with all that is wrong, not just the first."""
    compiler = _Compiler(world)
    test = compiler.clause(query.where, negated=False) if query.where else _everything
    keys = [key for sort in query.order_by if (key := compiler.sort(sort)) is not None]
    if compiler.problems:
        raise JqlError(*dict.fromkeys(compiler.problems))
    return Plan(test, (*keys, newest_first(world)))


def _everything(_: Any) -> bool:
    return True


class _Compiler:
    def __init__(self, world: World) -> None:
        self._world = world
        self._fields = world.fields()
        self.problems: list[str] = []

    def clause(self, clause: Clause, *, negated: bool) -> IssueTest:
        if isinstance(clause, Negation):
            return self.clause(clause.clause, negated=not negated)
        if isinstance(clause, Group):
            tests = [self.clause(each, negated=negated) for each in clause.clauses]
            # NOT goes inward, as Jira has it: NOT (a OR b) is (NOT a) AND (NOT b).
            return _all(tests) if (clause.operator == "and") != negated else _any(tests)
        try:
            return self._single(clause, negated=negated)
        except JqlError as error:
            self.problems += error.messages
            return _everything

    def sort(self, sort: Sort) -> SortKey | None:
        try:
            infos = self._infos(sort.field)
            if isinstance(infos, PropertyField) or not KINDS[infos[0].kind].orderable:
                raise JqlError(f"Not able to sort using field '{sort.field}'.")
        except JqlError as error:
            self.problems += error.messages
            return None
        return sort_key(self._world, infos[0], descending=sort.direction == "desc")

    def _single(self, clause: Comparison | Was | Changed, *, negated: bool) -> IssueTest:
        infos = self._infos(clause.field)
        if isinstance(infos, PropertyField):
            return property_test(self._world, infos, clause, negated=negated)
        tests = [self._of_field(info, clause, negated=negated) for info in infos]
        # Several custom fields may share a name; an issue is found by any of them.
        return tests[0] if len(tests) == 1 else _all(tests) if negated else _any(tests)

    def _of_field(self, info: FieldInfo, clause: Comparison | Was | Changed, *, negated: bool) -> IssueTest:
        if isinstance(clause, Was):
            test = was_test(self._world, info, clause)
            return _negation(test) if negated else test
        if isinstance(clause, Changed):
            test = changed_test(self._world, info, clause)
            return _negation(test) if negated else test
        if clause.operator not in operators_of(info.id, info.kind):
            raise JqlError(f"The operator '{clause.operator}' is not supported by the '{clause.field}' field.")
        return comparison_test(self._world, info, clause, negated=negated)

    def _infos(self, field: Field) -> Sequence[FieldInfo] | PropertyField:
        as_property = property_field(self._world, field)
        if as_property is not None:
            return as_property
        infos = self._fields.get(field.name.lower())
        if not infos or field.property is not None:
            raise JqlError(f"Field '{field}' does not exist or you do not have permission to view it.")
        return infos


def _all(tests: list[IssueTest]) -> IssueTest:
    return lambda issue: all(test(issue) for test in tests)


def _any(tests: list[IssueTest]) -> IssueTest:
    return lambda issue: any(test(issue) for test in tests)


def _negation(test: IssueTest) -> Callable[[Any], bool]:
    return lambda issue: not test(issue)
