"""Telling: bringing our state to the partner until they have confirmed it."""

from __future__ import annotations

from dataclasses import dataclass

from addon import log
from addon.errors import Refused, Retryable
from addon.store import synchronization as store
from addon.store import tenant as tenant_store
from addon.store.synchronization import INVITATION_SENT, Synchronization
from addon.sync import backoff, epoch
from addon.sync.exchange import Exchange
from addon.sync.transport import Transport


@dataclass(frozen=True, slots=True)
class Telling:
    """Shared by the handshake's acts and the sweep."""

    exchange: Exchange
    transport: Transport

    def sweep(self) -> int:
        """Tell every partner that still has to be told something and may be called now. Answers how many were due."""
        with self.exchange.db.read() as tx:
            due = store.untold(tx, self.exchange.clock())
        for synchronization_id in due:
            self.push(synchronization_id)
        return len(due)

    def push(self, synchronization_id: int, *, waiting: bool = False) -> None:
        """Tell the partner our state, if they do not know it yet. A failure is stored, shown, and tried again.

        ``waiting``: a person waits for the answer, so a back-off is not waited out.
        """
        with self.exchange.db.read() as tx:
            ours = store.get(tx, synchronization_id)
            tenant = tenant_store.by_id(tx, ours.tenant_id) if ours else None
        if ours is None or ours.told or tenant is None or not tenant.live:
            return
        if not waiting and ours.retry_at is not None and ours.retry_at > self.exchange.clock():
            return
        with log.bind(synchronization=ours.id, tenant=ours.tenant_id):
            try:
                self.deliver(ours)
            except Retryable as error:
                self.back_off(ours, error)
            except Refused as refused:
                self.back_off(ours, Retryable(refused.sentence, party="partner"))

    def announce(self, tenant_id: int) -> None:
        """Our site has a new address or name: tell every partner."""
        now = self.exchange.clock()
        with self.exchange.db.begin() as tx:
            living = [ours for ours in store.of_tenant(tx, tenant_id) if not ours.over]
            for ours in living:
                store.change(tx, ours.id, state_version=ours.next_version(now))
        self.exchange.wake.synchronization(*[ours.id for ours in living])

    def deliver(self, ours: Synchronization) -> None:
        """Tell the partner our state and take in theirs, which comes back.

        Raises:
            Refused, Retryable: as ``Transport.tell``.
        """
        with self.exchange.db.read() as tx:
            state = self.exchange.own_state(tx, ours)
        try:
            if ours.status == INVITATION_SENT:
                answer = self.transport.invite(ours, state)
            else:
                answer = self.transport.tell(ours, state)
        except Refused as refused:
            if refused.status != 401 or not ours.over:
                raise
            # Nobody there knows of it, so nobody has to learn that it is over.
            self._confirm(ours.id, state.state_version)
            return
        self.exchange.take(ours, answer.state)
        self._confirm(ours.id, state.state_version, known=answer.known_version)

    def _confirm(self, synchronization_id: int, told: int, *, known: int = 0) -> None:
        with self.exchange.db.begin() as tx:
            store.confirm_told(tx, synchronization_id, told)
            ours = store.lock(tx, synchronization_id)
            if ours is not None and known > ours.state_version:
                # They know a later state than we do: we came back from a backup. What we say now counts from here on.
                store.change(tx, synchronization_id, state_version=known)
                epoch.begin(tx, synchronization_id, ours.epoch + 1, self.exchange.clock())

    def back_off(self, ours: Synchronization, error: Retryable) -> None:
        """Store the failure on the synchronization: nothing is sent to this partner before it is over."""
        until = self.exchange.clock() + backoff.wait(ours.attempt_count, error.after)
        log.info("partner_not_told", synchronization=ours.id, reason=error.reason)
        with self.exchange.db.begin() as tx:
            store.back_off(tx, ours.id, until, error.reason, asked=error.after is not None)
