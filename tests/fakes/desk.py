"""One side's way to the drafts, as its pages go it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from addon.model.rules import Start
from addon.store import rules, table
from addon.store import synchronization as store
from addon.store.draft import Draft
from addon.store.proposal import Proposal
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant
from addon.sync.drafting import Drafting
from addon.sync.publication import Published
from tests.fakes.partners import Deployment, Pair


@dataclass
class Desk:
    """One end of a synchronization with the person who edits its rules."""

    two: Pair
    home: Deployment
    tenant: Tenant
    ours: Synchronization
    person: str

    @property
    def drafting(self) -> Drafting:
        return self.home.handshake.drafting

    def open(self) -> Draft:
        return self.drafting.open(self.tenant, self.ours.id)

    def save(self, said: dict[str, Any], revision: int | None = None) -> Draft:
        at = self.open().revision if revision is None else revision
        return self.drafting.save(self.tenant, self.ours.id, said, self.person, at)

    def publish(self, said: dict[str, Any] | None = None, **starts: Start) -> Published:
        """``starts``: by mapping id, what becomes of the issues that are there."""
        if said is not None:
            self.save(said)
        return self.drafting.publish(self.tenant, self.ours.id, self.person, self.open().revision, starts)

    def compare(self) -> list[tuple[str, str]]:
        return [(one.kind, one.words) for one in self.drafting.compare(self.tenant, self.ours.id)]

    def live(self) -> rules.Version:
        with self.home.db.read() as tx:
            found = rules.latest_version(tx, self.ours.id)
        assert found is not None
        return found

    def audited(self) -> list[str]:
        with self.home.db.read() as tx:
            rows = tx.execute(table.audit.select().where(table.audit.c.tenant_id == self.tenant.id))
            return [row.action for row in rows]

    def row(self) -> Synchronization:
        with self.home.db.read() as tx:
            found = store.get(tx, self.ours.id)
        assert found is not None
        return found

    def note(self) -> str:
        return self.home.handshake.note(self.row())

    def ask_review(self, wanted: bool = True) -> None:
        self.drafting.ask_review(self.tenant, self.ours.id, wanted, self.person)

    def proposal(self) -> Proposal | None:
        """What the partner proposes."""
        return self.drafting.proposal(self.tenant, self.ours.id)

    def proposed(self) -> Proposal:
        """What we proposed last."""
        found = self.drafting.proposed(self.tenant, self.ours.id)
        assert found is not None
        return found

    def accept(self, proposal: Proposal | None = None) -> Published:
        asked = proposal or self.proposal()
        assert asked is not None
        return self.drafting.accept(self.tenant, self.ours.id, asked.proposal_id, self.person)

    def decline(self, reason: str = "") -> None:
        asked = self.proposal()
        assert asked is not None
        self.drafting.decline(self.tenant, self.ours.id, asked.proposal_id, self.person, reason)

    def withdraw(self) -> None:
        self.drafting.withdraw(self.tenant, self.ours.id, self.proposed().proposal_id, self.person)


def desks_of(two: Pair) -> tuple[Desk, Desk]:
    """Blue's (the inviter's) and Green's, of a synchronization that has just been accepted."""
    ours, theirs = two.accepted()
    blue = Desk(two, two.blue_home, two.blue, ours, "ann")
    return blue, Desk(two, two.green_home, two.green, theirs, "bob")
