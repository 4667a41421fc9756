"""Outlook: what a message would do here, row by row, in words. Pure.

Planned with the very functions by which messages are applied (``inbound``), one row at a time, so that a row that would
stop the twin link does not hide what becomes of the others. What did not change since it was settled is compared too:
it is *same*, or would only come along with the next change of its field (*later*).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from addon.errors import Blocked, Waiting
from addon.model import matrix
from addon.model.message import Message, Parts, Replica
from addon.model.offer import Need, Offer
from addon.model.plan import Goal, Plan
from addon.model.preview import Level, Line
from addon.model.rules import FieldMapping, IssueMapping, Side
from addon.model.value import empty
from addon.model.veto import WORDS, Veto
from addon.sync import inbound
from addon.sync.inbound import Arrived, Here
from addon.sync.processors import FieldProcessor, PartChange, comments, readable, shorten
from addon.sync.processors.registry import comments_of, fields_of

UNTOLD = "What stands there now is not told: it does not leave that side."
ONLY_AT_FIRST = "Set only when the twin is created."
NOT_TOLD = "Its value is told only once published rules let it leave."
LEFT = "It is left as it is."
CHANGED_HERE = "Has changed on this side meanwhile, which goes the other way."
WITH_NEXT = "Goes along with the next change of this field."


@dataclass(frozen=True, slots=True)
class Outlook:
    """The lines; whether anything would be written; and the status that would be walked to, if that may be told."""

    lines: tuple[Line, ...]
    writes: bool
    goal: Goal | None = None
    waits: bool = False
    """Whether what stops it is only that something else has to come first."""
    becomes: str = ""
    """That the issue becomes another kind of issue first, in words."""

    @property
    def problem(self) -> str:
        """Why the twin link would stop, empty where it would not."""
        return next((line.note for line in self.lines if line.level == "error"), "")


@dataclass(frozen=True, slots=True)
class _Said:
    """A line, whether something is written for it, and a status that is walked to."""

    line: Line
    writes: bool = False
    goal: Goal | None = None
    waits: bool = False


def name_of(row: FieldMapping) -> str:
    """A row's name for people."""
    return row.id.replace("_", " ").capitalize()


def arrivals(message: Message, rest: Parts) -> tuple[dict[str, Arrived], dict[str, Arrived]]:
    """What would arrive now, and what did not change."""
    return inbound.fold([message]), inbound.fold([replace(message, replica=Replica(rest, 0.0))])


def needs(arrived: Iterable[Mapping[str, Arrived]], mapping: IssueMapping, here: Here) -> set[Need]:
    """What has to be known of this Jira; of rows that cannot be taken in at all, nothing."""
    found: set[Need] = set()
    for parts in arrived:
        for row in mapping.fields:
            try:
                found |= inbound.needs(parts, _only(mapping, row), here.side, here.surroundings.users)
            except Blocked:
                continue
    return found


def outlook(
    message: Message,
    rest: Parts,
    mapping: IssueMapping,
    here: Here,
    settled: Collection[str],
    told: Collection[str] | None,
) -> Outlook:
    """What a message would do.

    ``settled``: ids of the rows whose values have been settled between the sides. ``told``: ids of the rows whose
    present value may be told; None for all.
    """
    now, later = arrivals(message, rest)
    planned = []
    for row, processor in fields_of(mapping, here.side):
        if row.enters(here.side) or row.end_of(here.side).fixed is not None:
            # Of an issue that is still to be created there is no present value to be told.
            open_ = told is None or here.new or row.id in told
            prospect = _Prospect(row, processor, mapping, here, row.id in settled, open_)
            planned.append(prospect.line(now.get(row.id), later.get(row.id)))
    planned += _comments(now, mapping, here, names=told is None)
    goal = next((said.goal for said in planned if said.goal), None)
    stops = [said.waits for said in planned if said.line.level == "error"]
    told_lines = tuple(said.line for said in planned)
    return Outlook(told_lines, any(said.writes for said in planned), goal, waits=bool(stops) and all(stops))


def refused(message: Message, rest: Parts, mapping: IssueMapping, veto: Veto, side: Side) -> list[Line]:
    """The rows of which our veto would let nothing enter of what arrives: for our own people only."""
    arrived = {**arrivals(message, rest)[1], **arrivals(message, rest)[0]}
    parts = {entry.part.partition("/")[0] for entry in inbound.refused(arrived, mapping, veto, side)}
    return [Line(row.id, name_of(row), note=WORDS, level="kept") for row in mapping.fields if _part(row) in parts]


def _part(row: FieldMapping) -> str:
    return matrix.COMMENTS if row.inviter_type == matrix.COMMENTS else row.id


def _only(mapping: IssueMapping, row: FieldMapping) -> IssueMapping:
    return replace(mapping, fields=(row,))


@dataclass(frozen=True, slots=True)
class _Prospect:
    """One row. What may not be told is not even looked at: no line, and no *same*, is made of it."""

    row: FieldMapping
    processor: FieldProcessor
    mapping: IssueMapping
    here: Here
    settled: bool
    told: bool

    @property
    def before(self) -> str:
        value = self.here.values.get(self.row.id) if self.told else None
        return "" if value is None else self.processor.show(value)

    def line(self, now: Arrived | None, later: Arrived | None) -> _Said:
        """The line, and whether something would be written."""
        fixed = self.row.end_of(self.here.side).fixed
        if self.here.new and fixed is not None:
            return _Said(self._line(self.processor.show(fixed), "Always this value."), writes=True)
        if fixed is not None:
            return _Said(self._line(self.before, "Fixed when the twin was created.", "same"))
        if self.row.mode == "create_only" and not self.here.new:
            return _Said(self._line(self.before, ONLY_AT_FIRST, "same"))
        if now is not None:
            return self._arriving(now, self.here)
        return _Said(self._later(later) if later is not None else self._line("", NOT_TOLD, "later"))

    def _line(self, after: str, note: str, level: Level = "ok") -> Line:
        return Line(self.row.id, name_of(self.row), self.before, after, note.strip(), level)

    def _later(self, later: Arrived) -> Line:
        line = self._arriving(later, replace(self.here, unseen={})).line
        if line.level == "same":
            return line
        if self.told and self.row.id in self.here.unseen:
            return self._line(self.before, CHANGED_HERE, "later")
        if not self.told and self.settled:
            return replace(line, after="", note="", level="same")
        note = f"Would stop: {line.note}" if line.level == "error" else line.note
        return replace(line, level="later", note=f"{note} {WITH_NEXT}".strip())

    def _arriving(self, arrived: Arrived, here: Here) -> _Said:
        try:
            if not self.told:
                here = replace(here, values=self._supposed(arrived, here), unseen={})
            plan = _plan({self.row.id: arrived}, _only(self.mapping, self.row), here)
        except (Blocked, Waiting) as stop:
            fix = stop.fix if isinstance(stop, Blocked) else ""
            return _Said(self._line("", f"{stop.reason} {fix}", "error"), waits=isinstance(stop, Waiting))
        created = [f"Creates “{creation.name}” first, as it is missing." for creation in plan.creations]
        note = " ".join([*(entry.note for entry in plan.notes), *created])
        level: Level = "warning" if plan.notes else "ok"
        change = plan.changes.get(self.row.id)
        clearable = matrix.TYPES[self.row.type_of(here.side)].clearable
        if not self.told and change is None and (plan.notes or not clearable):
            return _Said(self._line("", f"{note} {LEFT} {UNTOLD}", level))
        if not self.told:
            return _Said(self._line(self._untold(arrived, change), f"{note} {UNTOLD}", level), writes=True)
        if change is None:
            return _Said(self._line(self.before, note, level if note else "same"))
        value = change.get("value")
        if self.processor.merges:
            value = self.processor.merged(None if here.new else here.values.get(self.row.id), change)
        if here.new and empty(value):
            return _Said(self._line("", note, level if note else "same"))
        return _Said(self._line(self.processor.show(value), note, level), writes=True, goal=plan.goal)

    def _supposed(self, arrived: Arrived, here: Here) -> dict[str, Any]:
        """What to plan with where the value here is not looked at: nothing, but that what went may have been there."""
        if not self.processor.merges or not arrived.change.get("remove"):
            return {}
        change = self.processor.arriving(self.row, here.side, arrived.change, [], here.surroundings).change
        return {self.row.id: change["remove"]} if change else {}

    def _untold(self, arrived: Arrived, change: PartChange | None) -> str:
        """What to say of a change without telling what stands here: of people, only what the other side calls them."""
        show = self.processor.show
        if self.processor.form in ("person", "people"):
            change, show = arrived.change, _people
        if change is None:
            return ""
        if "add" not in change:
            return "" if empty(change["value"]) else show(change["value"])
        came = f"+ {show(change['add'])}" if change["add"] else ""
        went = f"− {show(change['remove'])}" if change["remove"] else ""
        return " ".join(filter(None, (came, went)))


def _people(value: Any) -> str:
    return shorten(readable.words("people" if isinstance(value, list) else "person", value))


def _plan(arrived: Mapping[str, Arrived], mapping: IssueMapping, here: Here) -> Plan:
    """The plan, as it will be once what is missing has been created."""
    plan = inbound.plan(arrived, mapping, here)
    if not plan.creations:
        return plan
    offers = dict(here.surroundings.offers)
    for creation in plan.creations:
        need = Need(creation.kind)  # type: ignore[arg-type]
        offers[need] = (*offers.get(need, ()), Offer(f"new {creation.name}", creation.name))
    then = replace(here, surroundings=replace(here.surroundings, offers=offers))
    return replace(inbound.plan(arrived, mapping, then), creations=plan.creations)


def _comments(now: Mapping[str, Arrived], mapping: IssueMapping, here: Here, *, names: bool) -> list[_Said]:
    """The line of the comments. ``names``: whether to say as whom they are written here."""
    row = comments_of(mapping)
    if row is None or not row.enters(here.side):
        return []
    try:
        writes = inbound.plan(now, _only(mapping, row), here).comments
    except Blocked as blocked:
        return [_Said(Line(row.id, name_of(row), note=f"{blocked.reason} {blocked.fix}".strip(), level="error"))]
    added = sum(1 for write in writes if not write.comment_id)
    gone = sum(1 for write in writes if write.body is None)
    edited = len(writes) - added - gone
    words = [f"{count} {verb}" for count, verb in ((edited, "edited"), (gone, "deleted")) if count]
    if names:
        values = [comments.said(now[write.part].change) for write in writes if write.body is not None]
        authors = [comments.author_here(value, here.side, here.surroundings) for value in values if value]
        words += [f"said by {', '.join(dict.fromkeys(authors))}"] if authors else []
    after, level = f"+{added}" if added else "", "ok" if writes else "same"
    return [_Said(Line(row.id, name_of(row), "", after, ", ".join(words), level), bool(writes))]  # type: ignore[arg-type]
