"""Walking: our issue into the status of a plan, one transition after the other, each a write of its own.

Before each step the issue is read together with the transitions that Jira offers now: somebody may have moved it, and
a condition may hide what was offered a minute ago. After each step the base takes the status read back, so that a
worker that dies on the way leaves an issue that is simply somewhere else, and the next one goes on from there. A
status that was passed is not passed again.

What stands on the screen of a transition and is in the plan goes along with it, above all the resolution. What the
screen demands beside that is filled from the issue itself, then from the row's default; the rest is edited. An issue
is edited before it is moved to a *done* status and after it was moved elsewhere, for workflows often lock what is done.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from addon import crash
from addon.errors import Blocked, Missing
from addon.jira import reader, workflow, writer
from addon.jira.workflow import Kind, Sight
from addon.model.entry import note
from addon.model.plan import Goal, Plan
from addon.model.rules import FieldMapping, IssueMapping, Side
from addon.model.snapshot import Snapshot
from addon.model.workflow import Move, Status
from addon.sync import route, walk
from addon.sync.line import WALK, field_ids
from addon.sync.load import Load, Loading
from addon.sync.portion import name_of, part_of
from addon.sync.processors import FieldProcessor, PartChange
from addon.sync.processors.registry import fields_of

if TYPE_CHECKING:
    from addon.sync.apply import Application

DONE = "done"
_REFUSED = "Mend what Jira complains of, in the issue or in the workflow, or move the issue by hand; then retry."


class Moved(Exception):
    """Somebody moved our issue while it was being walked: a change of ours, to be sent before anything is planned."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__("the issue was moved by somebody else")
        self.snapshot = snapshot


@dataclass(slots=True)
class Walking:
    """One walk of one issue. ``rest``: parts of the plan that are still to be written."""

    application: Application
    mapping: IssueMapping
    plan: Plan
    goal: Goal
    rest: set[str] = field(default_factory=set)
    taken: list[Move] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    shut: set[tuple[str, str]] = field(default_factory=set)
    """Status and transition that turned out not to be passable."""
    problems: list[Blocked] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    """Transitions whose screens were told in this walk; others are as they were some minutes ago."""
    sight: Sight = field(init=False)
    hidden: tuple[Move, ...] = ()
    """Transitions that were told of the present status before, and are not offered now."""

    def go(self) -> Plan:
        """Walk; answers what of the plan is left to be edited.

        Raises:
            Moved: somebody else moved the issue meanwhile.
            Blocked: there is no way, or none that can be taken; what was walked stays.
        """
        self.rest = set(self.plan.changes) - {self.goal.part}
        self._look()
        start, known = self.sight.here, self.application.at.link.base.get(self.goal.part)
        if known is not None and known["id"] != start.id:
            raise Moved(self.sight.snapshot)
        self._remember()
        at = start
        while at.id != self.goal.id:
            way, load = self._next()
            if self._locks(way):
                self._edit_first(way)
                load = self._loading.load(way[0], self.rest)
            self._step(way[0], load)
            # Who moves it on from the goal does so after the change that is applied here: it is seen when all is done.
            at = self.taken[-1].to if self.taken else start
        if self.taken:
            self._note(start)
        return part_of(self.plan, self.mapping, self._side, self.rest)

    @property
    def _side(self) -> Side:
        return self.application.at.side

    @property
    def _issue_id(self) -> str:
        assert self.application.at.link.issue_id is not None
        return self.application.at.link.issue_id

    @property
    def _kind(self) -> Kind:
        end = self.mapping.end_of(self._side)
        return self.application.at.tenant.id, end.project_id, end.issue_type_id

    @property
    def _workflows(self) -> workflow.Workflows:
        return self.application.ports.metadata.workflows

    @property
    def _loading(self) -> Loading:
        jira, issue_id = self.application.jira, self._issue_id
        return Loading(self.plan, self.mapping, self._side, lambda names: workflow.held(jira, issue_id, names))

    @property
    def _row(self) -> FieldMapping:
        return next(row for row in self.mapping.fields if row.id == self.goal.part)

    def _look(self) -> None:
        self.sight = workflow.look(self.application.jira, self._issue_id, field_ids(self.mapping, self._side))
        self.application.snapshot = self.sight.snapshot
        self.hidden = route.hidden(self._workflows, self._kind, self.sight)
        self._workflows.told(self._kind, self.sight.here.id, self.sight.moves)

    def _remember(self) -> None:
        """What an earlier try passed on the same walk, if nobody has moved the issue since."""
        self.passed = route.passed(self.application.at.link.base, self.goal, self.sight)

    # which way

    def _next(self) -> tuple[tuple[Move, ...], Load]:
        """The best way of which the first transition can be taken, and what goes along with that."""
        while True:
            way = self._way()
            first = self._on_screen(way[0])
            try:
                return (first, *way[1:]), self._loading.load(first, self.rest)
            except Blocked as lacking:
                self.problems.append(lacking)
                self.shut.add((self.sight.here.id, first.id))

    def _way(self) -> tuple[Move, ...]:
        end, jira = self._row.end_of(self._side), self.application.jira
        taste = walk.Taste(end.prefer, end.avoid)
        found, graph = route.find(
            self._known,
            lambda status: self._workflows.explore(self._kind, jira, status),
            self.sight.here.id,
            self.goal.id,
            taste,
            self.passed,
        )
        if found is None and self.problems:
            raise self.problems[0]
        if found is None:
            raise route.no_way(jira, self._kind, self.sight, self.goal, graph, self.hidden, self.passed)
        return found

    def _known(self) -> tuple[dict[str, tuple[Move, ...]], Collection[str]]:
        """The graph, in which the ways out of the present status are those that are offered now and can be taken."""
        known, asked = self._workflows.graph(self._kind)
        here = self.sight.here.id
        offered = known.get(here, self.sight.moves)
        now = {move.id for move in self.sight.moves}
        return {
            **known,
            here: tuple(move for move in offered if move.id in now and (here, move.id) not in self.shut),
        }, asked

    # what goes along

    def _on_screen(self, move: Move) -> Move:
        """The transition with its screen."""
        found = workflow.screen(self.application.jira, self._issue_id, move)
        if found is not move:
            self.asked.add(move.id)
            moves = tuple(found if one.id == move.id else one for one in self.sight.moves)
            self._workflows.told(self._kind, self.sight.here.id, moves)
        return found

    # the writes

    def _locks(self, way: tuple[Move, ...]) -> bool:
        """Whether the issue is edited before it is moved."""
        return way[-1].to.category == DONE != self.sight.here.category and bool(self._first_edits(way))

    def _first_edits(self, way: tuple[Move, ...]) -> set[str]:
        """Parts that go along with no transition on the way, as far as screens are known."""
        on_screens = {one.id for move in way for one in move.fields or ()}
        rows = [row for row, _ in fields_of(self.mapping, self._side) if row.id in self.rest]
        return {
            row.id
            for row in rows
            if name_of(row, self._side) not in on_screens and row.type_of(self._side) != "resolution"
        }

    def _edit_first(self, way: tuple[Move, ...]) -> None:
        parts = self._first_edits(way)
        plan = part_of(self.plan, self.mapping, self._side, parts)
        self.rest -= parts
        if plan.edit:
            self.application.edit(replace(plan, goal=self.goal), self.mapping)

    def _step(self, move: Move, load: Load) -> None:
        application, here = self.application, self.sight.here
        to = {"id": move.to.id, "name": move.to.name}
        try:
            with application.writing({"changes": {**load.changes, self.goal.part: {"value": to}}}):
                writer.transition(application.jira, self._issue_id, move.id, load.edit)
        except Missing:
            raise
        except Blocked as refused:
            self._refused(move, refused)
            return
        crash.point("receive.after_step")
        self.taken.append(move)
        self.passed.append(here.id)
        self._look()
        restore = self._settle(move, load)
        if restore:
            application.put_back(restore)
        if self.sight.here.id != move.to.id != self.goal.id:
            raise Moved(self.sight.snapshot)

    def _refused(self, move: Move, refused: Blocked) -> None:
        here = self.sight.here
        if not move.has_screen or move.id in self.asked:
            words = f"Jira refuses the transition “{move.name}” to “{move.to.name}”: {refused.reason}"
            self.problems.append(Blocked(words, fix=refused.fix or _REFUSED))
            self.shut.add((here.id, move.id))
        self._workflows.forget(self._kind)
        self._look()
        if self.sight.here.id != here.id:
            raise Moved(self.sight.snapshot)

    def _settle(self, move: Move, load: Load) -> Mapping[str, Any]:
        """The base after a step, by what was read back; answers the fields of people to put back."""
        application, before = self.application, self.application.at.link.base
        items = reader.our_change(self.sight.data, application.at.tenant.account_id, ["status"])
        changes = {**load.changes, self.goal.part: {"value": None}, **self._set_by_workflow(items)}
        base = application.settled(before, self.sight.snapshot, self.mapping, replace(self.plan, changes=changes))
        base[self.goal.part] = {"id": move.to.id, "name": move.to.name}
        if move.to.id == self.goal.id:
            base.pop(WALK, None)
        else:
            base[WALK] = {"goal": self.goal.id, "at": move.to.id, "passed": self.passed}
        restore = application.lost(before, load.changes, items, self.mapping)
        application.commit(base)
        application.changed.update({*load.changes, self.goal.part})
        self.rest -= load.changes.keys()
        written = replace(self.plan, changes=load.changes)
        application.note_written(written, before, base, self.mapping)
        return restore

    def _set_by_workflow(self, items: Collection[Mapping[str, Any]]) -> dict[str, PartChange]:
        """A resolution that the transition itself set or cleared: its workflow's business, and no change of ours."""
        told = {item.get("fieldId") or item.get("field") for item in items}
        rows: list[tuple[FieldMapping, FieldProcessor]] = list(fields_of(self.mapping, self._side))
        return {
            row.id: {"value": None}
            for row, _ in rows
            if row.type_of(self._side) == "resolution" and row.field_of(self._side) in told
        }

    def _note(self, start: Status) -> None:
        names = ", ".join(f"“{move.to.name}”" for move in self.taken[:-1])
        words = f"By way of {names}." if names else ""
        self.application.notes.append(note(self.goal.part, "written", start.name, self.goal.name, words))
