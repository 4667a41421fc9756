"""Parents through the whole line: as their twins, each way, waited for, and never told where they are not shared."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from addon.model.matrix import CELLS, TYPES
from addon.model.rules import FieldMapping, Side
from addon.store import queue, twin_link
from addon.store import tenant as tenant_store
from tests.fakes.cells import CASES, SIDES
from tests.fakes.jira import FakeJira
from tests.simulation.world import World

SUMMARY = FieldMapping("summary", "text", "text", "summary", "summary")


class Stand:
    """A world whose mapping keeps parents in step; ``source`` is where people work, at ``side``."""

    def __init__(self, database_url: str, side: Side = "inviter", unmatched: str = "nothing") -> None:
        random.seed(8)
        row: Any = FieldMapping("parent", "parent", "parent", "parent", "parent", unmatched=unmatched)  # type: ignore[arg-type]
        self.world = World(database_url, random.Random(8), rows=(SUMMARY, row))
        sites = [self.world.sites[end.id] for end in (self.world.blue, self.world.green)]
        self.source, self.target = sites if side == "inviter" else reversed(sites)
        for site in sites:
            site.kinds["parent"] = "parent"

    def settle(self) -> None:
        self.world.settle()

    def issue(self, summary: str, parent: str = "") -> str:
        return self.source.create(summary, **({"parent": self.under(parent)} if parent else {}))

    def under(self, parent: str) -> dict[str, str]:
        return {"id": parent, "key": self.source.issues[parent]["key"]}

    def twin(self, summary: str, site: FakeJira | None = None) -> dict[str, Any]:
        issues = (site or self.target).issues.values()
        return next(issue for issue in issues if issue["fields"]["summary"] == summary)

    def parent_there(self, summary: str) -> str | None:
        """The summary of the twin's parent."""
        parent = self.twin(summary)["fields"]["parent"]
        return parent and self.target.issues[parent["id"]]["fields"]["summary"]

    def link(self, summary: str) -> twin_link.TwinLink:
        """The source's link of an issue."""
        key = self.twin(summary, self.source)["key"]
        return next(link for link in self.world.links() if link.issue_key == key)

    def older(self, summary: str) -> str:
        """An issue from before the mapping started: it gets no twin by itself."""
        issue_id = self.source.create(summary)
        self.source.issues[issue_id]["created"] -= 1_000_000
        return issue_id


def test_every_cell_is_tested() -> None:
    here = {("parent", "parent"), ("status", "status")}
    assert {(cell.source, cell.target) for cell in CASES} | here == {pair for pair in CELLS if TYPES[pair[1]].writable}


@pytest.mark.parametrize("side", SIDES)
def test_a_parent_is_set_changed_and_cleared(side: Side, database_url: str) -> None:
    stand = Stand(database_url, side)
    one, two = stand.issue("One"), stand.issue("Two")
    child = stand.issue("Child", one)
    stand.settle()
    assert stand.parent_there("Child") == "One"
    stand.source.edit(child, parent=stand.under(two))
    stand.settle()
    assert stand.parent_there("Child") == "Two"
    stand.source.edit(child, parent=None)
    stand.settle()
    assert stand.parent_there("Child") is None
    writes = len(stand.target.writes)
    stand.settle()
    assert len(stand.target.writes) == writes
    theirs = next(i for i, issue in stand.target.issues.items() if issue["fields"]["summary"] == "Child")
    there = next(i for i, issue in stand.target.issues.items() if issue["fields"]["summary"] == "One")
    stand.target.edit(theirs, parent={"id": there, "key": stand.target.issues[there]["key"]})
    stand.settle()
    assert stand.source.issues[child]["fields"]["parent"]["id"] == one


@pytest.mark.parametrize("side", SIDES)
def test_a_child_waits_for_its_parents_twin(side: Side, database_url: str) -> None:
    stand = Stand(database_url, side)
    parent = stand.issue("Parent")
    refused = stand.target.faults = lambda operation: "refused" if operation == "create" else ""
    for _ in range(20):
        stand.world.work()
    child = stand.issue("Child", parent)
    stand.world.now += 5
    for _ in range(40):
        stand.target.faults = refused
        stand.world.work()
        stand.world.now += 1
    links = {link.link_key: link for link in stand.world.links() if link.issue_id is None}
    assert stand.target.issues == {}
    waiting = links[stand.link("Child").link_key]
    assert waiting.state == twin_link.ACTIVE, "it is not blocked: it waits"
    assert waiting.reason == "Waiting for its parent, which has no twin here yet."
    blocked = links[stand.link("Parent").link_key]
    assert blocked.state == twin_link.BLOCKED
    stand.target.faults = lambda _operation: ""
    with stand.world.db.begin() as tx:
        twin_link.try_again(tx, blocked.id, stand.world.now)
        twin_link.change(tx, waiting.id, retry_at=stand.world.now + 10_000)
    stand.world.bell.link(blocked.id)
    while stand.world.bell.keys:
        stand.world.work()
    assert stand.parent_there("Child") == "Parent", "it did not have to wait its time out"
    assert stand.source.issues[child]["fields"]["parent"]["id"] == parent
    stand.settle()
    assert {link.waits_for for link in stand.world.links()} == {""}


def test_who_waits_long_says_so_at_the_other_side_and_takes_it_back(database_url: str) -> None:
    stand = Stand(database_url)
    parent = stand.issue("Parent")
    stand.target.faults = lambda operation: "refused" if operation == "create" else ""
    stand.issue("Child", parent)
    for _ in range(60):
        stand.world.work()
        stand.world.sweep()
        stand.world.now += 30
    assert stand.link("Child").partner_problem == "Waiting for its parent, which has no twin here yet."
    stand.target.faults = lambda _operation: ""
    blocked = next(link for link in stand.world.links() if link.state == twin_link.BLOCKED)
    stand.world.retry(blocked.id)
    assert stand.link("Child").partner_problem == ""
    assert stand.parent_there("Child") == "Parent"


@pytest.mark.parametrize("side", SIDES)
def test_a_parent_that_is_not_shared_is_told_by_nothing_but_that(side: Side, database_url: str) -> None:
    stand = Stand(database_url, side)
    secret = stand.older("Secret project")
    child = stand.issue("Child", secret)
    stand.settle()
    assert stand.parent_there("Child") is None
    with stand.world.db.read() as tx:
        said = json.dumps([one.to_json() for one in queue.outgoing(tx, stand.link("Child").id, -1)])
        kept = [link.base.get("parent") for link in stand.world.links() if link.issue_id != child]
    assert secret not in said
    assert kept == [None]
    assert stand.source.issues[secret]["key"] not in said + "".join(text for *_, text in stand.target.said)


@pytest.mark.parametrize("side", SIDES)
def test_a_parent_that_is_shared_later_arrives_by_itself(side: Side, database_url: str) -> None:
    stand = Stand(database_url, side)
    parent = stand.older("Parent")
    stand.issue("Child", parent)
    stand.settle()
    own = stand.link("Child")
    with stand.world.db.read() as tx:
        tenant = tenant_store.by_id(tx, own.tenant_id)
    assert tenant is not None
    stand.world.pairing.pair(tenant, parent, own.synchronization_id, "admin")
    stand.settle()
    assert stand.parent_there("Child") == "Parent"


@pytest.mark.parametrize("side", SIDES)
def test_a_parent_that_is_not_shared_may_be_reported(side: Side, database_url: str) -> None:
    stand = Stand(database_url, side, "report")
    stand.issue("Child", stand.older("Parent"))
    stand.settle()
    blocked = next(link for link in stand.world.links() if link.state == twin_link.BLOCKED)
    assert "a parent there that is not shared" in blocked.reason
    assert blocked.fix
    assert stand.target.issues == {}


def test_a_sub_task_waits_for_a_parent_that_is_not_shared(database_url: str) -> None:
    stand = Stand(database_url)
    stand.target.subtasks.add("1")
    parent = stand.older("Parent")
    child = stand.issue("Child", parent)
    for _ in range(20):
        stand.world.work()
    waiting = next(link for link in stand.world.links() if link.tenant_id == stand.world.green.id)
    assert (waiting.state, waiting.issue_id) == (twin_link.ACTIVE, None)
    assert "a sub-task needs one" in waiting.reason
    stand.target.subtasks.clear()
    shared = stand.issue("Shared")
    stand.source.edit(child, parent=stand.under(shared))
    stand.settle()
    assert stand.parent_there("Child") == "Shared"
