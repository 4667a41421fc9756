"""Proposals: rules that one side wants and the other has to accept before they are live. Both ends hold them.

Of each side at most one is open. A proposal that has been answered or taken back is kept: an older state that still
tells it must not open it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import insert, select, update

from addon.model.rules import Side, Start
from addon.store.db import Tx
from addon.store.synchronization import Synchronization
from addon.store.table import proposal as table

ProposalState = Literal["open", "withdrawn", "accepted", "declined"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A document that ``side`` proposes.

    ``based_on`` and ``based_hash`` name the version it was made from: on any other it can no longer be accepted.
    ``proposed_by`` and ``answered_by`` are names for people; ``proposed_at`` is when it was stored here (seconds).
    ``starts``: of one of ours, by mapping id, what becomes of our issues that are there once it is live; never told.
    """

    proposal_id: str
    side: Side
    document: Mapping[str, Any]
    hash: str
    based_on: int
    based_hash: str
    proposed_by: str
    proposed_at: float
    state: ProposalState = "open"
    answered_by: str = ""
    reason: str = ""
    starts: Mapping[str, Start] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        return self.state == "open"


_COLUMNS = tuple(table.c[name] for name in Proposal.__dataclass_fields__)


def latest(tx: Tx, synchronization_id: int, side: Side) -> Proposal | None:
    """What this side proposed last, whatever became of it."""
    row = tx.execute(
        select(*_COLUMNS)
        .where(table.c.synchronization_id == synchronization_id, table.c.side == side)
        .order_by(table.c.id.desc())
        .limit(1)
    ).one_or_none()
    return Proposal(*row) if row else None


def all_of(tx: Tx, synchronization_id: int, side: Side) -> list[Proposal]:
    """All that this side ever proposed, oldest first."""
    rows = tx.execute(
        select(*_COLUMNS)
        .where(table.c.synchronization_id == synchronization_id, table.c.side == side)
        .order_by(table.c.id)
    )
    return [Proposal(*row) for row in rows]


def by_id(tx: Tx, synchronization_id: int, proposal_id: str) -> Proposal | None:
    """The proposal of this id, open or not."""
    row = tx.execute(
        select(*_COLUMNS).where(table.c.synchronization_id == synchronization_id, table.c.proposal_id == proposal_id)
    ).one_or_none()
    return Proposal(*row) if row else None


def add(tx: Tx, synchronization: Synchronization, proposal: Proposal) -> None:
    """Store a proposal in the place of the one that its side had open."""
    withdraw(tx, synchronization.id, proposal.side)
    values = {name: getattr(proposal, name) for name in Proposal.__dataclass_fields__}
    values |= {"document": dict(proposal.document), "starts": dict(proposal.starts)}
    tx.execute(
        insert(table).values(tenant_id=synchronization.tenant_id, synchronization_id=synchronization.id, **values)
    )


def withdraw(tx: Tx, synchronization_id: int, side: Side) -> None:
    """What this side has open is taken back."""
    tx.execute(
        update(table)
        .where(table.c.synchronization_id == synchronization_id, table.c.side == side, table.c.state == "open")
        .values(state="withdrawn")
    )


def answer(
    tx: Tx, synchronization_id: int, proposal_id: str, state: ProposalState, *, by: str = "", reason: str = ""
) -> bool:
    """Close an open proposal with this answer; False where it is not open (any more)."""
    answered = (
        update(table)
        .where(
            table.c.synchronization_id == synchronization_id,
            table.c.proposal_id == proposal_id,
            table.c.state == "open",
        )
        .values(state=state, answered_by=by, reason=reason)
        .returning(table.c.id)
    )
    return tx.execute(answered).one_or_none() is not None
