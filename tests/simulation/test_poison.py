"""R7: one of a hundred issues is poisoned; the others are as quick as without it, and once mended it catches up."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from addon import log
from addon.errors import Blocked
from addon.store import twin_link
from tests.fakes.jira import FakeJira
from tests.simulation.test_line import _check, _quiet, _words
from tests.simulation.world import World
from tests.soak.figures import SOAK, note, size

ISSUES, ROUNDS = 100, size(usual=1, full=40)
BATCH = 25
AT_ONCE, PAUSE = 20, 5.0
"""So many edits come at once, and so many seconds pass until the next ones."""
TURNS = 46
"""What a worker does in that time: hardly more than the edits need, so that turns in vain cost all others some."""
MOST = 1.2


class Season:
    """A hundred pairs of twins in two busy projects."""

    def __init__(self, folder: Path) -> None:
        random.seed(7)
        self.rng = random.Random(7)
        self.world = World(f"sqlite:///{folder}/{len(list(folder.iterdir()))}.db", random.Random(7))
        self.blue, self.green = (self.world.sites[tenant.id] for tenant in (self.world.blue, self.world.green))
        for start in range(0, ISSUES, BATCH):
            for number in range(start, start + BATCH):
                self.blue.create(f"Issue {number}")
            self.world.settle()
        ours = {
            link.link_key: str(link.issue_id) for link in self.world.links() if link.tenant_id == self.world.blue.id
        }
        self.twins = {
            ours[link.link_key]: str(link.issue_id)
            for link in self.world.links()
            if link.tenant_id == self.world.green.id
        }
        self.turn = 0
        self.pending: dict[str, tuple[str, int]] = {}
        """By Blue's issue, the summary that Green does not show yet, and the turn in which it was written."""
        self.took: dict[str, list[int]] = {}

    def work(self, seconds: float, turns: int) -> None:
        """Time passes, in which a worker takes so many turns."""
        for _ in range(turns):
            self.world.now += seconds / turns
            self.turn += 1
            if not self.world.keys or self.turn % TURNS == 0:
                self.world.sweep()
            # As in Redis: a key is woken once, however often it was named (``store.wake``).
            self.world.keys[:] = dict.fromkeys(self.world.keys)
            self.world.work()
            for issue_id, (summary, since) in list(self.pending.items()):
                if self.green.issues[self.twins[issue_id]]["fields"]["summary"] == summary:
                    self.took[issue_id].append(self.turn - since)
                    del self.pending[issue_id]

    def edit_all(self, round_: str) -> None:
        """People edit each issue once, in any order, and say something at the first."""
        for number, issue_id in enumerate(self.rng.sample(sorted(self.twins), ISSUES)):
            summary = f"{round_} of {issue_id}"
            self.blue.edit(issue_id, summary=summary)
            self.pending[issue_id] = (summary, self.turn)
            if issue_id == self.first:
                self.blue.comment(issue_id, round_)
            if number % AT_ONCE == AT_ONCE - 1:
                self.work(PAUSE, TURNS)
        self.work(200.0, 100)

    @property
    def first(self) -> str:
        return min(self.twins)

    def slow(self, kind: str) -> int:
        """Rounds of edits; answers the turns within which 95 of 100 of those of the other issues were shown."""
        self.took = {issue_id: [] for issue_id in self.twins}
        # Who is woken first is served first, and people do the same each time: what differs is the poison.
        self.world.rng.randrange = lambda *_: 0  # type: ignore[method-assign]
        self.rng.seed(7)
        self.world.rng.seed(7)
        self.turn = 0
        for number in range(ROUNDS):
            self.edit_all(f"{kind} {number}")
        took = sorted(turns for issue_id, one in self.took.items() if issue_id != self.first for turns in one)
        assert len(took) == (ISSUES - 1) * ROUNDS, "not every edit came across"
        return took[len(took) * 95 // 100]


def _refused(season: Season, patch: pytest.MonkeyPatch) -> None:
    """Green's Jira answers 400 to whatever is written to the first issue."""
    honest = season.green.put, season.green.post

    def refusing(call: Callable[..., Any]) -> Callable[..., Any]:
        def refuse(path: str, **given: Any) -> Any:
            if f"/issue/{season.twins[season.first]}" in path:
                raise Blocked("This field cannot be set.")
            return call(path, **given)

        return refuse

    patch.setattr(season.green, "put", refusing(honest[0]))
    patch.setattr(season.green, "post", refusing(honest[1]))


def _unreadable(season: Season, patch: pytest.MonkeyPatch) -> None:
    """What Blue's Jira says of the first issue is nothing that we ever expected."""
    honest = FakeJira._issue_json

    def told(site: FakeJira, issue_id: str) -> Mapping[str, Any]:
        found: dict[str, Any] = honest(site, issue_id)
        if site is season.blue and issue_id == season.first:
            found["fields"]["description"] = {"type": "doc", "version": 1, "content": [5]}
        return found

    patch.setattr(FakeJira, "_issue_json", told)


@pytest.mark.timeout(600 if not SOAK else 0)
def test_the_others_are_as_quick_as_without(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "bug", lambda *_, **__: None)
    season = Season(folder)
    world, twin = season.world, season.green.issues[season.twins[season.first]]
    ends = {world.blue.id: season.first, world.green.id: season.twins[season.first]}
    without = season.slow("Healthy")
    for poison, kind in ((_refused, "Refused"), (_unreadable, "Unreadable")):
        before, said = twin["fields"]["summary"], len(twin["comments"])
        with monkeypatch.context() as patch:
            poison(season, patch)
            slow = season.slow(kind)
            season.work(1000.0, 100)
            (blocked,) = (link for link in world.links() if link.state == twin_link.BLOCKED)
            assert blocked.issue_id == ends[blocked.tenant_id] and blocked.reason, "nobody is shown why it stands still"
            assert (twin["fields"]["summary"], len(twin["comments"])) == (before, said)
        ratio = slow / without
        figures = {"most_p95": slow, "most_p95_without": without, "most_ratio": round(ratio, 2)}
        note("R7", f"poison, {kind.lower()}", issues=ISSUES, edits=ISSUES * ROUNDS, **figures)
        assert ratio <= MOST
        world.retry(blocked.id)
        season.pending.clear()
        assert twin["fields"]["summary"] == f"{kind} {ROUNDS - 1} of {season.first}"
        heard = [_words(twin["comments"][comment_id]) for comment_id in sorted(twin["comments"], key=int)][said:]
        assert heard == [f"{kind} {number}" for number in range(ROUNDS)], "it did not resume in order"
        _check(world)
    _quiet(world)
