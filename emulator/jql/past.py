"""Tests of issues for WAS and CHANGED, over the history of a field."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emulator.jql.comparing import as_list
from emulator.jql.dates import parse_date
from emulator.jql.errors import JqlError
from emulator.jql.functions import IssueTest, function_named
from emulator.jql.kinds import has_history
from emulator.jql.operands import DATE_FORMATS, Resolver, flat, words
from emulator.jql.syntax import Call, Changed, Empty, Operand, Predicate, Was
from emulator.jql.world import Change, Entity, FieldInfo, World


@dataclass(frozen=True, slots=True)
class _Span:
    """A time during which the field had a value; None is empty. `by` is who gave it, `until` None means still."""

    value: str | None
    since: datetime
    until: datetime | None
    by: str | None


SpanTest = Callable[[_Span], bool]
ChangeTest = Callable[[Change], bool]


def was_test(world: World, info: FieldInfo, clause: Was) -> IssueTest:
    """WAS, WAS NOT, WAS IN, WAS NOT IN with their predicates; raises JqlError."""
    _check_history(info, clause)
    wanted = _ids(world, info, clause, clause.operand, clause.operator)
    tests = [_span_test(world, info, clause, predicate) for predicate in clause.predicates]
    negative = clause.operator in ("was not", "was not in")

    def test(issue: Any) -> bool:
        had = any(span.value in wanted and all(each(span) for each in tests) for span in _spans(world, info, issue))
        return had != negative

    return test


def changed_test(world: World, info: FieldInfo, clause: Changed) -> IssueTest:
    """CHANGED with its predicates, all of which one and the same change has to meet; raises JqlError."""
    _check_history(info, clause)
    tests = [_change_test(world, info, clause, predicate) for predicate in clause.predicates]

    def test(issue: Any) -> bool:
        return any(all(each(change) for each in tests) for change in world.history(issue, info))

    return test


def _check_history(info: FieldInfo, clause: Was | Changed) -> None:
    if not has_history(info.id):
        raise JqlError(f"History searches do not support the '{clause.field}' field.")


def _ids(world: World, info: FieldInfo, clause: Was | Changed, operand: Operand, operator: str) -> set[str | None]:
    wanted = Resolver(world, info, clause.field).wanted(operand, operator)
    ids: set[str | None] = {each.id if isinstance(each, Entity) else str(each) for each in wanted.values}
    return ids | {None} if wanted.empty else ids


def _spans(world: World, info: FieldInfo, issue: Any) -> Iterable[_Span]:
    changes = world.history(issue, info)
    created_field = next(iter(world.fields().get("created", ())), None)
    created = world.value(issue, created_field) if created_field else None
    present = [each.id if isinstance(each, Entity) else str(each) for each in as_list(world.value(issue, info))]
    start = created or (changes[0].at if changes else world.now())
    if info.kind == "version":
        return _spans_of_many(changes, present, start)
    return _spans_of_one(changes, present, start)


def _spans_of_one(changes: Iterable[Change], present: list[str], start: datetime) -> list[_Span]:
    spans: list[_Span] = []
    since, by = start, None
    for change in changes:
        spans.append(_Span(change.from_id, since, change.at, by))
        since, by = change.at, change.author_id
    return [*spans, _Span(present[0] if present else None, since, None, by)]


def _spans_of_many(changes: Iterable[Change], present: list[str], start: datetime) -> list[_Span]:
    """Fields with several values have a change for each value that comes or goes."""
    spans: list[_Span] = []
    since: dict[str, tuple[datetime, str | None]] = {}
    for change in changes:
        if change.from_id:
            begun, by = since.pop(change.from_id, (start, None))
            spans.append(_Span(change.from_id, begun, change.at, by))
        if change.to_id:
            since[change.to_id] = (change.at, change.author_id)
    for value in {*present, *since}:
        begun, by = since.get(value, (start, None))
        spans.append(_Span(value, begun, None, by))
    return spans or [_Span(None, start, None, None)]


def _span_test(world: World, info: FieldInfo, clause: Was, predicate: Predicate) -> SpanTest:
    if predicate.name == "by":
        users = _users(world, predicate)
        return lambda span: span.by in users
    if predicate.name in ("from", "to"):
        raise JqlError(f"The '{predicate.name}' predicate is only supported by the 'changed' operator.")
    begin, end = _period(world, clause, predicate)
    return lambda span: (
        (end is None or span.since < end) and (begin is None or span.until is None or span.until > begin)
    )


def _change_test(world: World, info: FieldInfo, clause: Changed, predicate: Predicate) -> ChangeTest:
    if predicate.name == "by":
        users = _users(world, predicate)
        return lambda change: change.author_id in users
    if predicate.name in ("from", "to"):
        many = len(flat(predicate.operand)) > 1
        wanted = _ids(world, info, clause, predicate.operand, "in" if many else "=")
        if predicate.name == "from":
            return lambda change: change.from_id in wanted
        return lambda change: change.to_id in wanted
    begin, end = _period(world, clause, predicate)
    return lambda change: (begin is None or change.at >= begin) and (end is None or change.at < end)


def _users(world: World, predicate: Predicate) -> frozenset[str]:
    found: set[str] = set()
    for single in flat(predicate.operand):
        if isinstance(single, Call):
            found |= function_named(single.name).call(world, single.arguments).ids
        elif not isinstance(single, Empty):
            user = world.user(single.text)
            if user is None:
                raise JqlError(f"The user '{single.text}' does not exist and cannot be used in the 'by' predicate.")
            found.add(user.id)
    return frozenset(found)


def _period(world: World, clause: Was | Changed, predicate: Predicate) -> tuple[datetime | None, datetime | None]:
    """The time a predicate speaks of: beginning (inclusive) and end (exclusive); None is open."""
    moments = [_moment(world, clause, each) for each in flat(predicate.operand)]
    if predicate.name == "during":
        if len(moments) != 2:
            raise JqlError(f"The 'during' predicate needs two dates, but '{words(predicate.operand)}' was given.")
        return moments[0][0], moments[1][1]
    begin, end = moments[0]
    return {"after": (end, None), "before": (None, begin)}.get(predicate.name, (begin, end))


def _moment(world: World, clause: Was | Changed, operand: Operand) -> tuple[datetime, datetime]:
    """A date as a stretch: a day alone is that whole day, anything else its minute."""
    if isinstance(operand, Call):
        moment = function_named(operand.name).call(world, operand.arguments).moment
    else:
        moment = parse_date(words(operand), world.now())
    if moment is None:
        raise JqlError(
            f"Date value '{words(operand)}' for field '{clause.field}' is invalid. "
            f"Valid formats include: {DATE_FORMATS}."
        )
    whole_day = (moment.hour, moment.minute) == (0, 0)
    return moment, moment + (timedelta(days=1) if whole_day else timedelta(minutes=1))
