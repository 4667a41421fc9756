"""A status moved at one site is walked to at the other, over whatever workflow there is."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from addon import crash
from addon.model.rules import BASIC_FIELDS, Choice, FieldEnd, FieldMapping, ValueMapping
from addon.store import conflict, twin_link
from tests.fakes import fields
from tests.fakes.jira import Crash
from tests.fakes.workflow import Transition, Workflow, chain, simple
from tests.simulation.world import World

STATUS = FieldMapping("status", "status", "status", "status", "status")
RESOLUTION = FieldMapping("resolution", "resolution", "resolution", "resolution", "resolution")
LINE = ("Open > Doing", "Doing > Review", "Review > Done", "Done > Open: Reopen")


def pairs(**names: str) -> tuple[ValueMapping, ...]:
    return tuple(ValueMapping(Choice("", ours), Choice("", theirs)) for ours, theirs in names.items())


class Stand:
    """Two sites with one issue in step. Blue's workflow lets its people do as they like; the app walks at Green."""

    def __init__(
        self, url: str, theirs: Workflow, *rows: FieldMapping, ours: Workflow | None = None, policy: str = "inviter"
    ) -> None:
        random.seed(1)
        self.world = World(url, random.Random(1), rows=(*BASIC_FIELDS, *(rows or (STATUS,))), policy=policy)
        self.blue, self.green = (self.world.sites[tenant.id] for tenant in (self.world.blue, self.world.green))
        self.green.workflow = theirs
        self.blue.workflow = ours or simple(*theirs.statuses.values())
        for row in rows:
            if row.inviter_type != "status":
                self.blue.kinds[row.inviter_field] = row.inviter_type
                self.green.kinds[row.accepter_field] = row.accepter_type
        self.calls = {"blue": 0, "green": 0}
        self.blue.called, self.green.called = self._counter("blue"), self._counter("green")
        self.ours = self.blue.create("First")
        self.world.settle()
        self.theirs = next(iter(self.green.issues))

    def _counter(self, site: str) -> Callable[[], None]:
        def count() -> None:
            self.calls[site] += 1

        return count

    def move(self, status: str) -> None:
        self.blue.move(self.ours, status)
        self.world.settle()

    def work(self) -> None:
        """Everything that is awake, and nothing else: no sweep, no reconcile pass."""
        while self.world.bell.keys:
            self.world.work()

    def stands_at(self, *statuses: str) -> None:
        """Issues of other people in these statuses, of which Jira tells the ways out."""
        for status in statuses:
            other = self.green.create("Other")
            self.green.issues[other]["status"] = self.green.workflow.by_name(status)

    @property
    def at_green(self) -> str:
        return self.green.status(self.theirs)

    @property
    def names(self) -> list[str]:
        """The transitions that the app took at Green, by name."""
        by_id = {one.id: one.name for one in self.green.workflow.transitions}
        return [by_id[number] for _, number in self.green.steps]

    @property
    def blocked(self) -> twin_link.TwinLink:
        (link,) = (link for link in self.world.links() if link.state == twin_link.BLOCKED)
        return link

    @property
    def problems(self) -> list[str]:
        return [link.reason for link in self.world.links() if link.reason]


@pytest.fixture
def stand(folder: Path) -> Callable[..., Stand]:
    return lambda *given, **more: Stand(f"sqlite:///{folder}/twinline.db", *given, **more)


def readable(workflow: Workflow) -> Workflow:
    return replace(workflow, readable=True)


Make = Callable[..., Stand]


# the way


def test_several_steps_if_need_be(stand: Make) -> None:
    it = stand(readable(chain(*LINE)))
    it.move("Done")
    assert (it.at_green, it.names) == ("Done", ["Doing", "Review", "Done"])
    it.move("Open")
    assert (it.at_green, it.names[3:]) == ("Open", ["Reopen"])
    assert it.blue.steps == []
    assert it.problems == []


def test_without_a_row_the_status_is_left_alone(stand: Make) -> None:
    it = stand(chain(*LINE), replace(RESOLUTION, direction="to_inviter"))
    it.move("Done")
    assert (it.at_green, it.green.steps) == ("Open", [])


def test_a_status_comes_by_the_rows_map(stand: Make) -> None:
    row = replace(STATUS, values=pairs(Backlog="Open", Shipped="Done"))
    it = stand(readable(chain(*LINE)), row, ours=simple("Backlog", "Shipped"))
    it.move("Shipped")
    assert it.at_green == "Done"
    it.green.move(it.theirs, "Open")
    it.world.settle()
    assert it.blue.status(it.ours) == "Backlog"


def test_what_matches_nothing_goes_by_the_rows_policy(stand: Make) -> None:
    it = stand(readable(chain(*LINE)), ours=simple("Open", "Strange"))
    it.move("Strange")
    assert (it.at_green, it.problems) == ("Open", [])


def test_what_matches_nothing_is_reported(stand: Make) -> None:
    it = stand(readable(chain(*LINE)), replace(STATUS, unmatched="report"), ours=simple("Open", "Strange"))
    it.move("Strange")
    assert it.at_green == "Open"
    assert "Strange" in it.blocked.reason


def test_what_matches_nothing_becomes_the_default(stand: Make) -> None:
    default = FieldEnd(default={"id": "2", "name": "Doing"})
    it = stand(chain(*LINE), replace(STATUS, unmatched="default", at_accepter=default), ours=simple("Open", "Strange"))
    it.move("Strange")
    assert it.at_green == "Doing"


def test_a_new_twin_begins_where_its_workflow_begins_and_is_walked_on(stand: Make) -> None:
    it = stand(readable(chain(*LINE)))
    other = it.blue.create("Second", labels=["x"])
    it.blue.move(other, "Review")
    it.world.settle()
    twin = next(i for i, one in it.green.issues.items() if one["fields"]["summary"] == "Second")
    assert it.green.status(twin) == "Review"
    assert it.names == ["Doing", "Review"]


def test_of_equal_ways_the_one_that_demands_nothing(stand: Make) -> None:
    workflow = chain("Open > Left", "Open > Right", "Left > Done", "Right > Done: Finish")
    workflow.named("Left").screen = {"resolution": True}
    it = stand(readable(workflow))
    it.move("Done")
    assert it.names == ["Right", "Finish"]


@pytest.mark.parametrize(
    ("end", "taken"),
    [
        (FieldEnd(), ["Left", "Done"]),
        (FieldEnd(prefer=(Choice("", "right"),)), ["Right", "Finish"]),
        (FieldEnd(prefer=(Choice("", "Finish"),)), ["Right", "Finish"]),
        (FieldEnd(avoid=(Choice("2", "Left"),)), ["Right", "Finish"]),
        (FieldEnd(avoid=(Choice("", "Left"), Choice("", "Right"))), ["Far", "Near", "Enough"]),
    ],
)
def test_a_row_names_what_it_likes_to_pass_and_what_not(stand: Make, end: FieldEnd, taken: list[str]) -> None:
    short = ("Open > Left", "Left > Done", "Open > Right", "Right > Done: Finish")
    workflow = chain(*short, "Open > Far", "Far > Near", "Near > Done: Enough")
    it = stand(readable(workflow), replace(STATUS, at_accepter=end))
    it.move("Done")
    assert it.names == taken


def test_global_looped_and_equally_named_transitions(stand: Make) -> None:
    workflow = chain("Open > Doing: Go", "Doing > Done: Go")
    workflow.transitions.insert(0, Transition("5", "Touch", None, ""))
    workflow.transitions.append(Transition("6", "Cancel", None, workflow.by_name("Done")))
    it = stand(readable(workflow))
    it.move("Doing")
    it.move("Done")
    assert it.names == ["Go", "Go"]
    it.green.workflow.transitions = [one for one in workflow.transitions if one.id in ("5", "6")]
    it.move("Doing")
    assert "nearest" in it.blocked.reason


# learning


def test_a_workflow_that_the_app_may_not_read_is_learnt_from_other_issues(stand: Make) -> None:
    it = stand(chain(*LINE))
    it.stands_at("Doing", "Review")
    it.world.settle()
    it.move("Done")
    assert (it.at_green, it.names) == ("Done", ["Doing", "Review", "Done"])


def test_where_nothing_tells_the_way_nobody_walks_into_the_dark(stand: Make) -> None:
    it = stand(chain(*LINE))
    it.move("Done")
    assert (it.at_green, it.green.steps) == ("Open", [])
    assert "Where “Doing” leads, Jira does not tell" in it.blocked.reason
    assert "name there the statuses to pass" in it.blocked.fix


def test_a_row_may_show_the_way_through_the_dark(stand: Make) -> None:
    prefer = (Choice("", "Doing"), Choice("", "Review"))
    it = stand(chain(*LINE), replace(STATUS, at_accepter=FieldEnd(prefer=prefer)))
    it.move("Done")
    assert (it.at_green, it.names) == ("Done", ["Doing", "Review", "Done"])


def test_what_was_learnt_costs_nothing_the_next_time(stand: Make) -> None:
    it = stand(chain(*LINE))
    it.stands_at("Doing", "Review")
    it.world.settle()
    it.move("Done")
    it.move("Open")
    asked: list[str] = []
    honest = it.green.post
    it.green.post = lambda path, **more: asked.append(path) or honest(path, **more)  # type: ignore[method-assign]
    it.blue.move(it.ours, "Done")
    it.work()
    assert it.at_green == "Done"
    assert [path for path in asked if not path.endswith("/transitions")] == []


# ways that are shut


def test_an_unreachable_status_blocks_and_names_the_nearest(stand: Make) -> None:
    it = stand(readable(chain("Open > Doing", "Doing > Resolved", "Closed > Open")))
    it.move("Closed")
    assert it.at_green == "Open"
    assert it.blocked.reason == (
        "There is no way from “Open” to “Closed” in this workflow; the nearest status it can reach is “Resolved”."
    )
    assert "“Resolved”" in it.blocked.fix
    assert it.blocked.tenant_id == it.world.green.id
    problem = next(link for link in it.world.links() if link.tenant_id == it.world.blue.id).partner_problem
    assert "no way" in problem


def test_a_blocked_status_goes_on_when_the_workflow_was_mended(stand: Make) -> None:
    workflow = readable(chain("Open > Doing", "Closed > Open"))
    it = stand(workflow)
    it.move("Closed")
    workflow.transitions.append(Transition("99", "Close", (workflow.by_name("Doing"),), workflow.by_name("Closed")))
    it.world.now += 600
    with it.world.db.begin() as tx:
        twin_link.try_again(tx, it.blocked.id, it.world.now)
    it.world.settle()
    assert (it.at_green, it.problems) == ("Closed", [])


def test_a_condition_that_hides_a_transition_is_told(stand: Make) -> None:
    workflow = readable(chain(*LINE))
    it = stand(workflow)
    it.move("Doing")
    it.move("Open")
    # Now it is known where Doing leads; what is offered there is asked again all the same.
    workflow.named("Review").hidden = True
    it.move("Review")
    assert it.at_green == "Doing"
    assert "does not offer" in it.blocked.reason or "no way" in it.blocked.reason


def test_a_refused_transition_is_gone_round(stand: Make) -> None:
    workflow = readable(chain("Open > Done: Straight", "Open > Doing", "Doing > Done"))
    workflow.named("Straight").refuses = "Not like this."
    it = stand(workflow)
    it.move("Done")
    assert (it.at_green, it.names) == ("Done", ["Doing", "Done"])


def test_a_refusal_that_cannot_be_gone_round_is_told_in_jiras_words(stand: Make) -> None:
    workflow = readable(chain(*LINE))
    workflow.named("Review").refuses = "A reviewer is missing."
    it = stand(workflow)
    it.move("Done")
    assert it.at_green == "Doing"
    assert it.blocked.reason == "Jira refuses the transition “Review” to “Review”: A reviewer is missing."
    workflow.named("Review").refuses = ""
    with it.world.db.begin() as tx:
        twin_link.try_again(tx, it.blocked.id, it.world.now)
    it.world.settle()
    assert (it.at_green, it.names) == ("Done", ["Doing", "Review", "Done"])


def test_nobody_walks_back(stand: Make) -> None:
    """The way on is refused half way; the only other way would lead back through where the issue came from."""
    edges = ("Open > Doing", "Doing > Done", "Doing > Open: Stop", "Open > Far", "Far > Farther", "Farther > Done: End")
    workflow = readable(chain(*edges))
    workflow.named("Done").refuses = "Not yet."
    it = stand(workflow)
    it.move("Done")
    assert (it.at_green, it.names) == ("Doing", ["Doing"])
    with it.world.db.begin() as tx:
        twin_link.try_again(tx, it.blocked.id, it.world.now)
    it.world.settle()
    assert (it.at_green, it.names) == ("Doing", ["Doing"])
    assert "Not yet." in it.blocked.reason


# screens


def with_resolution(**more: Any) -> FieldMapping:
    return replace(RESOLUTION, **more)


def resolution(name: str, site: str = "green") -> dict[str, Any]:
    return fields.option(site, name)


def resolve(it: Stand, name: str | None, status: str = "Done") -> None:
    """A person at Blue resolves: one step with a resolution on its screen."""
    value = fields.option("blue", name) if name else None
    it.blue._enter(it.ours, it.blue.workflow.by_name(status), {"resolution": value}, "user", own=False)
    it.world.settle()


def test_a_resolution_travels_with_the_transition(stand: Make) -> None:
    workflow = readable(chain(*LINE))
    workflow.named("Done").screen = {"resolution": True}
    workflow.named("Reopen").sets = {"resolution": None}
    it = stand(workflow, STATUS, RESOLUTION)
    resolve(it, "Alpha")
    assert (it.at_green, it.green.issues[it.theirs]["fields"]["resolution"]["name"]) == ("Done", "Alpha")
    assert [kind for kind, _ in it.green.writes if kind == "edit"] == []
    sent, writes = it.world.post.sent, len(it.green.writes)
    resolve(it, None, "Open")
    assert (it.at_green, it.green.issues[it.theirs]["fields"]["resolution"]) == ("Open", None)
    assert (it.world.post.sent - sent, len(it.green.writes) - writes, it.blue.writes) == (2, 1, [])


def test_a_resolution_that_the_workflow_sets_stays_where_it_is(stand: Make) -> None:
    workflow = readable(chain(*LINE))
    workflow.named("Done").sets = {"resolution": resolution("Beta")}
    it = stand(workflow, STATUS, RESOLUTION)
    sent = it.world.post.sent
    it.move("Done")
    assert it.green.issues[it.theirs]["fields"]["resolution"]["name"] == "Beta"
    assert (it.world.post.sent - sent, it.blue.writes, it.blue.issues[it.ours]["fields"]["resolution"]) == (2, [], None)


def test_a_new_twin_is_resolved_on_its_way_and_not_when_it_is_created(stand: Make) -> None:
    workflow = readable(chain(*LINE))
    workflow.named("Done").screen = {"resolution": True}
    it = stand(workflow, STATUS, RESOLUTION)
    other = it.blue.create("Second")
    it.blue._enter(other, it.blue.workflow.by_name("Done"), {"resolution": resolution("Beta", "blue")}, "u", own=False)
    it.world.settle()
    twin = next(i for i, one in it.green.issues.items() if one["fields"]["summary"] == "Second")
    assert it.green.issues[twin]["fields"]["resolution"]["name"] == "Beta"
    assert "resolution" not in next(body for kind, _, body in it.green.said if kind == "create" and "Second" in body)


def test_what_a_screen_demands_comes_from_the_issue_itself(stand: Make) -> None:
    workflow = readable(chain(*LINE))
    workflow.named("Review").screen = {"priority": True, "labels": False}
    it = stand(workflow)
    it.move("Done")
    assert (it.at_green, it.problems) == ("Done", [])
    assert it.green.issues[it.theirs]["fields"]["priority"]["name"] == "Medium"


def test_what_a_screen_demands_comes_from_the_rows_default(stand: Make) -> None:
    workflow = readable(chain(*LINE))
    workflow.named("Done").screen = {"resolution": True}
    it = stand(workflow, STATUS, with_resolution(at_accepter=FieldEnd(default=resolution("Beta"))))
    it.move("Done")
    assert (it.at_green, it.green.issues[it.theirs]["fields"]["resolution"]["name"]) == ("Done", "Beta")
    assert it.blue.issues[it.ours]["fields"]["resolution"] is None


def test_what_a_screen_demands_and_nobody_fills_blocks_with_its_name(stand: Make) -> None:
    workflow = readable(chain(*LINE))
    workflow.named("Doing").screen = {"resolution": True}
    it = stand(workflow)
    it.move("Doing")
    assert it.at_green == "Open"
    assert it.blocked.reason == (
        "The transition “Doing” to “Doing” demands the field “Resolution”, and nothing fills it."
    )
    assert "default" in it.blocked.fix


def test_other_fields_on_a_screen_go_along_and_the_rest_is_edited(stand: Make) -> None:
    workflow = readable(chain(*LINE))
    workflow.named("Doing").screen = {"priority": False}
    it = stand(workflow)
    it.blue.edit(it.ours, priority={"id": "1"}, summary="Changed")
    it.move("Doing")
    shown = it.green.issues[it.theirs]["fields"]
    assert (it.at_green, shown["priority"]["name"], shown["summary"]) == ("Doing", "Highest", "Changed")
    said = {kind: body for kind, _, body in it.green.said}
    assert "priority" in said["transition"] and "priority" not in said["edit"] and "summary" in said["edit"]


@pytest.mark.parametrize(("first", "then"), [("Open", "Done"), ("Done", "Open")])
def test_an_issue_is_edited_where_its_workflow_lets_it(stand: Make, first: str, then: str) -> None:
    """What is done is locked: it is edited before it gets there, and after it has left."""
    workflow = readable(chain(*LINE))
    it = stand(workflow)
    it.move(first)
    workflow.locked = {workflow.by_name("Done")}
    it.blue.edit(it.ours, summary="Changed")
    it.move(then)
    assert (it.at_green, it.green.issues[it.theirs]["fields"]["summary"]) == (then, "Changed")
    assert it.problems == []


# others who move it


def meddle(it: Stand, when: Callable[[], bool], status: str) -> None:
    """Somebody at Green moves the issue, once, at a moment between two calls of the app."""
    done: list[bool] = []

    def called() -> None:
        if not done and when():
            done.append(True)
            it.green.move(it.theirs, status)

    it.green.called = called


@pytest.mark.parametrize("policy", ["inviter", "accepter", "newer", "hold"])
def test_somebody_moves_the_issue_while_it_is_walked(stand: Make, policy: str) -> None:
    workflow = readable(chain(*LINE, "Doing > Parked", "Parked > Doing: Resume", "Done > Parked: Park"))
    it = stand(workflow, policy=policy)
    meddle(it, lambda: len(it.green.steps) == 1, "Parked")
    it.move("Done")
    ours, theirs = it.blue.status(it.ours), it.at_green
    expected = {"inviter": ("Done", "Done"), "accepter": ("Parked", "Parked"), "newer": ("Parked", "Parked")}
    if policy == "hold":
        assert (ours, theirs) == ("Done", "Parked")
    else:
        assert (ours, theirs) == expected[policy]
    with it.world.db.read() as tx:
        logged = [one for link in it.world.links() for one in conflict.all_of(tx, link.id)]
    assert logged


def test_an_automation_that_moves_it_on_is_a_change_of_that_side(stand: Make) -> None:
    workflow = readable(chain(*LINE, "Done > Archived"))
    it = stand(workflow)
    workflow.named("Done").then = workflow.by_name("Archived")
    it.move("Done")
    assert (it.at_green, it.blue.status(it.ours)) == ("Archived", "Archived")
    assert it.problems == []


# rest


def test_maps_that_are_no_inverse_of_each_other_come_to_rest(stand: Make) -> None:
    way = {"to_accepter": {"Open": "To Do", "Review": "Doing", "Doing": "Doing", "Done": "Closed"}}
    way["to_inviter"] = {"To Do": "Doing", "Doing": "Doing", "Closed": "Open"}
    values = tuple(
        ValueMapping(*(Choice("", name) for name in (pair if to == "to_accepter" else pair[::-1])), to)  # type: ignore[arg-type]
        for to, names in way.items()
        for pair in names.items()
    )
    it = stand(simple("To Do", "Doing", "Closed"), replace(STATUS, values=values), ours=simple(*way["to_accepter"]))
    for status, there in (("Review", "Doing"), ("Done", "Closed"), ("Open", "To Do"), ("Doing", "Doing")):
        sent, steps = it.world.post.sent, len(it.green.steps)
        it.move(status)
        assert (it.blue.status(it.ours), it.at_green) == (status, there)
        assert (it.world.post.sent - sent, len(it.green.steps) - steps, it.blue.steps) == (2, 1, [])
    # Their Doing stands for our Review as well as for our Doing: that ours is another one is no news for them.
    it.move("Review")
    assert (it.at_green, it.blue.status(it.ours)) == ("Doing", "Review")
    it.green.move(it.theirs, "Closed")
    it.blue.move(it.ours, "Done")
    it.world.settle()
    steps = len(it.green.steps) + len(it.blue.steps)
    it.world.settle()
    assert len(it.green.steps) + len(it.blue.steps) == steps


# what it costs


def test_a_status_costs_two_calls_more_than_an_edit_and_an_edit_none(stand: Make) -> None:
    it = stand(chain(*LINE))

    def cost(act: Callable[[], None]) -> int:
        it.world.now += 1
        it.calls |= {"blue": 0, "green": 0}
        act()
        it.work()
        return sum(it.calls.values())

    it.world.webhook_fate = lambda _tenant, own: "lost" if own else ""
    cost(lambda: it.blue.edit(it.ours, summary="Warm"))
    edit = cost(lambda: it.blue.edit(it.ours, summary="Changed"))
    cost(lambda: it.blue.move(it.ours, "Doing"))
    step = cost(lambda: it.blue.move(it.ours, "Review"))
    assert it.at_green == "Review"
    assert (edit, step) == (2, 4)
    it.green.workflow.named("Done").screen = {"priority": True}
    cost(lambda: it.blue.move(it.ours, "Done"))
    assert it.at_green == "Done"


# what breaks


WALKED = tuple(name for name in crash.POINTS if name.startswith("receive.") and "create" not in name)


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("name", [*WALKED, "deliver.after_send", "release"])
def test_a_worker_dies_on_the_way_and_nothing_is_walked_twice(stand: Make, name: str, nth: int) -> None:
    it = stand(readable(chain(*LINE, "Doing > Open: Stop", "Review > Doing: Rework")))
    left = nth

    def die() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Crash

    crash.arm(name, die)
    it.blue.edit(it.ours, summary="Changed")
    it.blue.move(it.ours, "Done")
    it.work()
    it.world.settle()
    assert (it.at_green, it.names) == ("Done", ["Doing", "Review", "Done"])
    assert it.green.issues[it.theirs]["fields"]["summary"] == "Changed"
    assert (it.blue.status(it.ours), it.blue.writes, it.problems) == ("Done", [], [])


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("fault", ["before", "after", "late", "crash before", "crash after"])
def test_an_answer_is_lost_on_the_way_and_nothing_is_walked_twice(stand: Make, fault: str, nth: int) -> None:
    it = stand(readable(chain(*LINE, "Doing > Open: Stop", "Review > Doing: Rework")))
    left = nth

    def draw(operation: str) -> str:
        nonlocal left
        left -= operation == "transition"
        return fault if operation == "transition" and left == 0 else ""

    it.green.faults = draw
    it.blue.move(it.ours, "Done")
    it.work()
    it.world.settle()
    assert (it.at_green, it.names) == ("Done", ["Doing", "Review", "Done"])
    assert (it.blue.status(it.ours), it.blue.writes, it.problems) == ("Done", [], [])


def test_somebody_moves_the_issue_while_a_worker_lies_dead(stand: Make) -> None:
    workflow = readable(chain(*LINE, "Doing > Parked", "Parked > Doing: Resume", "Done > Parked: Park"))
    it = stand(workflow, policy="accepter")

    def die() -> None:
        crash.disarm()
        raise Crash

    crash.arm("receive.after_step", die)
    it.blue.move(it.ours, "Done")
    it.work()
    assert it.at_green == "Doing"
    it.green.move(it.theirs, "Parked")
    it.world.settle()
    assert (it.at_green, it.blue.status(it.ours), it.names) == ("Parked", "Parked", ["Doing"])
