"""Two sites under some rows, asked what would happen: asking changes nothing, in no table and at no Jira."""

from __future__ import annotations

import random
from typing import Any

from addon.model.matrix import COMMENTS
from addon.model.preview import Line, Outcome
from addon.model.rules import (
    FieldMapping,
    IssueMapping,
    Rules,
    Side,
    document_of,
    rules_from,
)
from addon.model.veto import Veto
from addon.store import rules as rules_store
from addon.store import synchronization as synchronization_store
from addon.store import twin_link
from addon.store.synchronization import Synchronization
from addon.store.table import metadata
from addon.sync import preview as previews
from addon.sync.processors.registry import PROCESSORS
from tests.simulation.world import World

SUMMARY = FieldMapping("summary", "text", "text", "summary", "summary")
COMMENT = FieldMapping("comments", COMMENTS, COMMENTS, "comment", "comment")
OF: dict[Side, str] = {"inviter": "blue", "accepter": "green"}


class Stand:
    """Blue and Green under these rows."""

    def __init__(self, url: str, *rows: FieldMapping, seed: int = 7, policy: str = "inviter", **more: Any) -> None:
        self.rng = random.Random(seed)
        random.seed(seed)
        self.rows = rows
        self.vetoes: dict[Side, Veto] = {"inviter": Veto(), "accepter": Veto()}
        self.world = World(url, self.rng, rows=rows, policy=policy, **more)
        self.blue = self.world.sites[self.world.blue.id]
        self.green = self.world.sites[self.world.green.id]
        for row in rows:
            for site, side in ((self.blue, "inviter"), (self.green, "accepter")):
                if row.field_of(side).startswith("f"):  # type: ignore[arg-type]
                    site.kinds[row.field_of(side)] = row.type_of(side)  # type: ignore[arg-type]

    @property
    def twin(self) -> str:
        return next(iter(self.green.issues))

    def ask(self, direction: previews.Direction = "out", rules: Rules | None = None, issue: str = "") -> Outcome:
        """From Blue; asking must change nothing."""
        world = self.world
        before = self.everything()
        reads = {site.name: 0 for site in world.sites.values()}
        for site in world.sites.values():
            site.called = lambda name=site.name: reads.__setitem__(name, reads[name] + 1)
        self.reads = reads
        try:
            issue = issue or next(iter(self.blue.issues))
            with world.db.read() as tx:
                ours = synchronization_store.get(tx, world.ours.id)
            assert ours is not None
            return world.preview.run(world.blue, ours, issue, rules, direction)
        finally:
            for site in world.sites.values():
                site.called = lambda: None
            assert self.everything() == before

    def everything(self) -> tuple[Any, ...]:
        """All rows of all tables, what both Jiras hold and were told, and which bells rang."""
        with self.world.db.read() as tx:
            tables = {t.name: [tuple(row) for row in tx.execute(t.select())] for t in metadata.sorted_tables}
        sites = [(repr(site.issues), tuple(site.writes), repr(site.created)) for site in self.world.sites.values()]
        return tables, sites, tuple(self.world.bell.keys), self.world.post.sent

    def shown(self, row: FieldMapping, side: Side) -> str:
        """What a side shows in a row's field, in the words of the preview."""
        site = self.blue if side == "inviter" else self.green
        processor = PROCESSORS[row.type_of(side)]
        words = processor.show(processor.read(next(iter(site.issues.values()))["fields"][row.field_of(side)]))
        # Jira takes an estimate away by setting it to nothing.
        return "" if words == "0m" else words

    def change(self, end: Synchronization, **columns: Any) -> None:
        """Settings of one side, such as its scope or its veto."""
        with self.world.db.begin() as tx:
            synchronization_store.change(tx, end.id, **columns)

    def veto(self, rng: random.Random) -> None:
        """Each side keeps some fields to itself, and lets nothing into some others."""
        for side, end in (("inviter", self.world.ours), ("accepter", self.world.theirs)):
            names = [row.field_of(side) for row in self.rows if row.inviter_type != COMMENTS]  # type: ignore[arg-type]
            some = [frozenset(name for name in names if name != "summary" and rng.random() < 0.3) for _ in range(2)]
            self.vetoes[side] = Veto(*some)  # type: ignore[index]
            self.change(end, veto=self.vetoes[side])  # type: ignore[index]

    def blocked(self) -> list[str]:
        return [link.reason for link in self.world.links() if link.state == twin_link.BLOCKED]


def line(outcome: Outcome, row_id: str) -> Line:
    return next(one for one in outcome.lines if one.row_id == row_id)


def row(kind: str, theirs: str = "", **more: Any) -> FieldMapping:
    return FieldMapping("f", kind, theirs or kind, "f", "f", **more)


def draft(*rows: FieldMapping, stand: Stand, active: bool = True) -> Rules:
    with stand.world.db.read() as tx:
        live = rules_store.live(tx, stand.world.ours.id).mappings[0]
    return rules_from(99, document_of((IssueMapping("m", active, live.inviter, live.accepter, rows),)))
