"""R4, R6: fifty edits in five seconds at both sites, under the worst of circumstances: all comes to rest, and equal.

The sites rewrite text in opposite ways, and what a status becomes there is not what that becomes here again.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from addon.model.rules import BASIC_FIELDS, Choice, FieldMapping, ValueMapping
from addon.store import queue
from tests.fakes.jira import adf
from tests.fakes.workflow import simple
from tests.simulation.test_histories import OPPOSITE
from tests.simulation.test_line import _quiet
from tests.simulation.world import World
from tests.soak.figures import note, size

THERE = {"Open": "New", "Doing": "Active", "Done": "Active"}
BACK = {"New": "Open", "Active": "Doing", "Closed": "Doing"}
EDITS, SECONDS = 50, 5.0
SEEDS = size(usual=1, full=50)


def _row() -> FieldMapping:
    there = [ValueMapping(Choice("", ours), Choice("", theirs), "to_accepter") for ours, theirs in THERE.items()]
    back = [ValueMapping(Choice("", ours), Choice("", theirs), "to_inviter") for theirs, ours in BACK.items()]
    return FieldMapping("status", "status", "status", "status", "status", values=(*there, *back))


@pytest.mark.parametrize("which", ["the same field", "different fields", "everything"])
@pytest.mark.parametrize("policy", ["inviter", "accepter", "newer"])
@pytest.mark.parametrize("seed", range(SEEDS))
def test_rapid_edits_on_both_sides(seed: int, which: str, policy: str, folder: Path) -> None:
    random.seed(4)
    rng = random.Random(f"{which} {policy} {seed or ''}".strip())
    rows = (*BASIC_FIELDS, _row())
    world = World(f"sqlite:///{folder}/t.db", rng, normalise=OPPOSITE, rows=rows, policy=policy)
    blue, green = (world.sites[tenant.id] for tenant in (world.blue, world.green))
    blue.workflow, green.workflow = simple(*THERE), simple("New", "Active", "Closed")
    ours = blue.create("First", labels=["start"])
    world.settle()
    (theirs,) = green.issues
    names = {
        "the same field": (("summary",), ("summary",)),
        "different fields": (("summary", "status"), ("description", "labels", "priority")),
        "everything": (("summary", "description", "labels", "priority", "status"),) * 2,
    }[which]
    written = [len(site.writes) for site in (blue, green)]
    for number in range(EDITS):
        for site, issue, fields in ((blue, ours, names[0]), (green, theirs, names[1])):
            name, values = rng.choice(fields), site.issues[issue]["fields"]
            if name == "status":
                site.move(issue, rng.choice([s for s in site.workflow.statuses.values() if s != site.status(issue)]))
            else:
                value = {
                    "summary": f" {site.name} {number} ",
                    "description": adf(f"{site.name} {number}"),
                    "labels": sorted({*values["labels"], f"{site.name}-{number}"}),
                    "priority": {"id": rng.choice([i for i in "1234" if i != values["priority"]["id"]])},
                }[name]
                site.edit(issue, **{name: value})
        world.now += SECONDS / EDITS
        if rng.random() < 0.5:
            world.work()
    world.settle()
    mine, other = blue.issues[ours]["fields"], green.issues[theirs]["fields"]
    for name in ("description", "labels", "priority"):
        assert mine[name] == other[name], name
    assert mine["summary"].strip().lower() == other["summary"].strip().lower()
    here, there = blue.status(ours), green.status(theirs)
    assert THERE[here] == there or BACK[there] == here, f"{here} stands beside {there}"
    for link in world.links():
        with world.db.read() as tx:
            assert queue.waiting(tx, link) == queue.Waiting(0, 0, False)
    writes = [len(site.writes) - before for site, before in zip((blue, green), written, strict=True)]
    assert max(writes) <= EDITS + 5, "more writes than a person made edits at the other side"
    _quiet(world)
    note(
        "R4 R5 R6",
        f"{EDITS} edits in {SECONDS:g} s at both sites, {which}",
        runs=1,
        changes=2 * EDITS,
        writes=sum(writes),
        conflicts_told=len(world.conflicts()),
    )
