"""The engine: what is done for one twin link, in order, under its lease. The essay in ``addon.sync`` tells why.

``sync_link`` reads our issue and appends what changed to the outbox (*observe*), plans and applies what the partner
sent (*receive*), and hands our messages over (*deliver*). A step that fails leaves its verdict on the link, the tenant
or the synchronization and does not stop the others. A worker that dies anywhere leaves rows from which the next one
goes on: no step's result is only in memory.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from addon import crash, log, owner
from addon.config import Settings
from addon.errors import Retryable
from addon.jira.metadata import Metadata
from addon.model.message import Message
from addon.store import conflict, history, queue, twin_link
from addon.store import synchronization as synchronization_store
from addon.store import tenant as tenant_store
from addon.store.db import Database, Tx
from addon.store.queue import Received, Touched
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant
from addon.store.twin_link import TwinLink
from addon.store.wake import Wake
from addon.sync import backoff, choosing, epoch, following, hierarchy, inbound, inbox, observing, outbound, renewal
from addon.sync.apply import Application, Jira, Ports
from addon.sync.becoming import become
from addon.sync.line import HELD, TWIN, Line, LostLease, load
from addon.sync.looking import Look, look
from addon.sync.standing import attempt, is_due, is_later, progress
from addon.sync.walking import Moved

_MOST_MOVES = 5


class Sending(Protocol):
    """What the engine needs of ``sync.transport``."""

    def send(self, synchronization: Synchronization, messages: Sequence[Message]) -> dict[str, int]:
        """Hand messages over; answers by link key the last sequence the partner has stored."""


@dataclass(slots=True)
class Engine:
    """One per process, shared by its threads."""

    db: Database
    settings: Settings
    jira_of: Callable[[Tenant], Jira]
    transport: Sending
    wake: Wake
    clock: Callable[[], float] = time.time
    metadata: Metadata = field(default_factory=Metadata)
    new_owner: Callable[[], str] = owner.new
    """Names each run over a link, for its lease."""
    new_key: Callable[[], str] = lambda: uuid.uuid4().hex
    """The key of a link that is opened here."""

    def sync_link(self, link_id: int, touched: Touched | None = None) -> None:
        """Bring one twin link as far as it will go now. Does nothing while another worker is at it.

        ``touched``: the webhook's row that asks for it; it goes as the link is marked, in one transaction.
        """
        name, now = self.new_owner(), self.clock()
        with self.db.begin(durable=False) as tx:
            if touched is not None:
                queue.looked_at(tx, touched)
                twin_link.touch(tx, link_id, now)
                crash.point("pairing.before_commit")
            link = twin_link.take_lease(tx, link_id, name, now, self.settings.lease_seconds)
            at = load(tx, link, name) if link else None
        if link is None:
            return
        with log.bind(link=link_id, tenant=link.tenant_id, synchronization=link.synchronization_id):
            if at is not None:
                for step in (self.observe, self.receive, self.deliver):
                    attempt(step, at, self.db, self.clock, looks=step == self.observe)
            # A step's failure is a verdict by now. A worker that dies keeps its lease, so that nobody follows too soon.
            if at is None or not at.released:
                self._release(link, name, at)

    # observe: our issue → change → outbox

    def observe(self, at: Line) -> None:
        """Read our issue if it may have changed, and append what differs from the base to the outbox."""
        link = at.link
        if link.issue_id is None or link.touched_at is None or link.state == twin_link.ENDED:
            return
        if is_later(link.retry_at, self.clock()) or is_later(at.tenant.retry_at, self.clock()):
            return
        if at.rows and at.rows[0].intent_at is not None:
            # What differs now may be our own unfinished write: `receive` settles it first.
            observing.leave_to_people(self.db, at)
            return
        found = self._look(at)
        if link.base.get(HELD):
            with self.db.begin() as tx:
                observing.send_held(tx, at, found.snapshot.updated_at, self.clock())
        self.take(at, found)

    def _look(self, at: Line, *, whole: bool = False) -> Look:
        jira = self.jira_of(at.tenant)
        found = look(at, jira)
        whole = whole or at.link.renewed
        if not whole and not renewal.has_strangers(self.db, at, found.snapshot):
            return found
        found = replace(found, snapshot=renewal.with_origins(jira, found.snapshot, found.mapping))
        if not whole and renewal.has_forgotten(self.db, at, found.snapshot):
            epoch.begin_ours(self.db, at.synchronization, self.clock())
        return found

    def take(self, at: Line, found: Look) -> None:
        """Settle a fresh look: what changed goes to the outbox and the base moves, in one transaction.

        Where our condition keeps the issue in, neither happens: what changes meanwhile is caught up once it matches.
        """
        touched_at, snapshot = at.link.touched_at, found.snapshot
        if not observing.lets_out(self.db, at, found, self.jira_of(at.tenant)):
            with self.db.begin() as tx:
                observing.keep_in(tx, at, snapshot, touched_at, self.clock())
            return
        with self.db.begin() as tx:
            link = at.lock(tx)
            renewal.remember_copies(tx, at, snapshot.comments or ())
            moved = found.mapping.id != link.mapping_id
            if moved:
                former = at.rules.mapping(link.mapping_id)
                base = following.carried(link.base, former, found.mapping, link.next_sequence)
                at.change(tx, mapping_id=found.mapping.id, base=base)
            # Where the partner's issue was first, what they say of it waits already: there is nothing to tell them.
            news = moved and all(row.message.mapping_id != found.mapping.id for row in at.rows)
            change = observing.change_of(tx, at, snapshot, moved=news)
            crash.point("observe.before_append")
            columns: dict[str, Any] = {"looked_at": self.clock(), "renewed": False}
            if link.touched_at == touched_at:
                columns["touched_at"] = None
            if moved or link.state in (twin_link.OUT_OF_SCOPE, twin_link.OUTSIDE):
                columns |= {"state": twin_link.ACTIVE, "reason": "", "fix": ""}
            observing.append(tx, at, change, snapshot, columns, self.clock())
            observing.jira_reads(tx, at)
        crash.point("observe.after_append")
        if at.link.next_sequence == 2:
            self._shared(at)
        if at.link.waits_for:
            hierarchy.look_again(self.db, at.link, at.mapping(), self.clock())

    def _shared(self, at: Line) -> None:
        """Our issue has a twin link, or our twin an issue: who waited for that goes on.

        In a transaction after the one that made it so: who comes to wait meanwhile looks again after their own.
        """
        names = [f"{hierarchy.ISSUE}{at.link.issue_id}", f"{hierarchy.LINK}{at.link.link_key}"]
        with self.db.begin() as tx:
            waiting = twin_link.end_waiting(tx, at.synchronization.id, names, self.clock())
        self.wake.link(*waiting)

    # receive: inbox → plan → Jira → ack

    def receive(self, at: Line) -> None:
        """Plan and apply what the partner sent, our own edits first so that none is overwritten unseen."""
        now = self.clock()
        if at.link.state in (twin_link.BLOCKED, twin_link.ENDED) or is_later(at.link.retry_at, now):
            return
        if is_later(at.tenant.retry_at, now):
            return
        rows = at.rows
        if not rows or at.link.renewed:
            return
        ended = next((row.message.ended for row in rows if row.message.ended), "")
        if ended:
            self._end(at, rows, f"The issue at {at.synchronization.partner_name} {ended}.")
            return
        rows = self._follow(at) if at.lets_in() else rows
        messages = [following.translated(row.message, at.rules, at.link.mapping_id) for row in rows]
        arrived = inbound.fold(messages) if at.lets_in() else {}
        wanted = {part for row in rows for part in row.message.wants}
        if wanted:
            with self.db.begin() as tx:
                at.lock(tx)
                choosing.send_again(tx, at, wanted, now)
        if arrived:
            self._apply(at, rows, arrived)
        else:
            self._settle(at, rows, None)

    def _follow(self, at: Line) -> Sequence[Received]:
        """The messages to be applied now, once our issue is the kind of issue that they speak of."""
        rows, wanted = self._run_of(at)
        if wanted != at.link.mapping_id:
            at.check_rules(rows[-1].message)
            if at.link.issue_id is not None:
                # Our own edits first; and people may have changed it here by now.
                self.take(at, self._look(at))
                rows, wanted = self._run_of(at)
        if wanted != at.link.mapping_id:
            application = self._application(at, rows, {})
            become(at, at.mapping(wanted), application.jira, application.fence, self.db)
        elif at.link.state == twin_link.OUT_OF_SCOPE and at.link.issue_id is not None:
            self.take(at, self._look(at))
        return rows

    def _run_of(self, at: Line) -> tuple[Sequence[Received], str]:
        messages = [row.message for row in at.rows]
        run, wanted = following.run_of(at.link.mapping_id, at.link.base, at.side, messages)
        rows = at.rows[: len(run)]
        # What was begun is finished with the messages that it was begun for.
        up_to = (rows[0].intent or {}).get("up_to", rows[-1].sequence)
        return [row for row in rows if row.sequence <= up_to], wanted

    def _apply(self, at: Line, rows: Sequence[Received], arrived: dict[str, inbound.Arrived]) -> None:
        at.check_rules(rows[-1].message)
        first = rows[0].message
        again = first.tells_all and at.synchronization.epoch_at is not None
        late = renewal.is_late(rows[0], arrived, self.clock())
        unknown = first.tells_all or inbound.must_read(arrived, at.mapping(), at.side)
        if at.link.issue_id is not None and (late or (unknown and rows[0].intent is None)):
            found = self._look(at, whole=again)
            self.take(at, found)
            if again or late:
                surroundings = self._application(at, rows, arrived).surroundings(at.mapping())
                arrived = renewal.left_to_say(self.db, at, found.snapshot, arrived, surroundings, whole=again)
        application = self._applied(at, rows, arrived)
        crash.point("receive.before_settle")
        self._settle(at, rows, application)

    def _applied(self, at: Line, rows: Sequence[Received], arrived: dict[str, inbound.Arrived]) -> Application:
        """The messages, carried out. Whoever moves our issue meanwhile is heard first, a few times."""
        for _ in range(_MOST_MOVES):
            application = self._application(at, rows, arrived)
            try:
                application.run()
            except Moved:
                self.take(at, self._look(at))
                # What an earlier worker left half done was settled by the first run.
                rows = [replace(row, intent=None, intent_at=None) for row in rows]
            else:
                return application
        raise Retryable("Our issue is being moved by somebody else at the same time.")

    def _application(self, at: Line, rows: Sequence[Received], arrived: Mapping[str, inbound.Arrived]) -> Application:
        ports = Ports(self.db, self.settings, self.metadata, self.clock)
        return Application(ports, at, self.jira_of(at.tenant), rows, arrived)

    def _settle(self, at: Line, rows: Sequence[Received], application: Application | None) -> None:
        """The messages are dealt with: drop them, confirm them with an ack, and note what was done."""
        last, now = rows[-1].message, self.clock()
        others: list[int] = []
        with self.db.begin() as tx:
            link = at.lock(tx)
            queue.applied(tx, link.id, last.sequence)
            twin_link.forget_settled(tx, link.id, last.seen)
            columns = inbox.settled_by(link, last)
            if application is None:
                at.change(tx, **columns)
            else:
                self._confirm(tx, at, rows, application, columns)
                others = twin_link.touch_others(tx, at.link, now)
        crash.point("receive.after_settle")
        self.wake.link(*others)
        if application is not None and application.created:
            self._shared(at)

    def _confirm(
        self, tx: Tx, at: Line, rows: Sequence[Received], application: Application, columns: dict[str, Any]
    ) -> None:
        link, snapshot, now = at.link, application.snapshot, self.clock()
        observing.jira_answers(tx, at)
        base = dict(application.base if application.base is not None else link.base)
        if snapshot is not None:
            base[TWIN] = observing.info_of(at, snapshot, leaves=link.state != twin_link.OUTSIDE).to_json()
            if snapshot.comments is not None:
                columns["read_at"] = snapshot.updated_at
        # An ack says what we have seen by now, so the link has to say so first.
        at.link = replace(link, applied_sequence=rows[-1].sequence)
        ack = at.message(base)
        columns["base"] = base
        if link.state != twin_link.OUTSIDE:
            columns |= {"state": twin_link.ACTIVE, "reason": "", "fix": ""}
        if link.waits_for.startswith(hierarchy.LINK):
            columns["waits_for"] = ""
        at.append(tx, ack, now, **columns, retry_at=None, attempt_count=0, synced_at=now)
        history.write(tx, link, outbound.notes(application.notes, _latency(rows, now)), now)
        conflict.write(tx, link, application.conflicts, now)
        if any(row.conflict == "hold" for row in at.mapping().fields):
            conflict.settle(tx, link.id, application.changed, now)
        if snapshot is None:
            return
        if not following.covers(at.mapping(), at.side, snapshot):
            # It became another kind of issue while we wrote; under which mapping is told by a look of its own.
            at.change(tx, touched_at=now)
            return
        change = observing.change_of(tx, at, snapshot)
        if change.deltas:
            # Someone changed our issue while we wrote: that is a change of ours, seen in the same look.
            # Under a condition Jira has to be asked first.
            if at.mapping().flow_from(at.side).jql.strip():
                twin_link.touch(tx, link.id, now)
            else:
                observing.append(tx, at, change, snapshot, {}, now)

    def choose(self, link_id: int, part: str, value: str, account_id: str = "") -> None:
        """A person settles a held part (``choosing.choose``)."""
        with self.db.begin() as tx:
            choosing.choose(tx, link_id, part, value, account_id, self.clock())
        self.wake.link(link_id)

    # deliver: outbox → partner

    def deliver(self, at: Line) -> None:
        """Hand our messages to the partner, from the first one they have not stored."""
        while at.link.next_sequence - 1 > at.link.delivered_sequence:
            if is_later(at.synchronization.retry_at, self.clock()):
                return
            with self.db.read() as tx:
                messages = queue.outgoing(tx, at.link.id, at.link.delivered_sequence)
            if not messages:
                # The partner has confirmed them already: another worker took the link over while this one slept.
                raise LostLease
            before = at.link.delivered_sequence
            crash.point("deliver.before_send")
            leaving, held = at.leaving(messages)
            up_to = self.transport.send(at.synchronization, leaving)[at.link.link_key]
            crash.point("deliver.after_send")
            with self.db.begin(durable=False) as tx:
                link = at.lock(tx)
                if up_to < before or up_to >= link.next_sequence:
                    # They have forgotten what they had stored, or stored what we have forgotten to have sent.
                    epoch.begin(tx, at.synchronization.id, at.synchronization.epoch + 1, self.clock())
                    at.released = True
                    return
                if at.synchronization.retry_at is not None:
                    synchronization_store.clear_back_off(tx, at.synchronization.id, self.clock())
                if held:
                    base = {**link.base, HELD: [*link.base.get(HELD, ()), *held]}
                    at.change(tx, base=base, touched_at=link.touched_at or self.clock())
                last = link.next_sequence - 1 == up_to
                at.change(tx, delivered_sequence=up_to, **(twin_link.FREE if last else {}))
            crash.point("deliver.after_receipt")
            if up_to <= before:
                raise Retryable("The partner does not take our messages yet.")
            if last:
                at.released = True
                if is_due(at, at.link, self.clock()):
                    self.wake.link(at.link.id)
                return

    # ends

    def end(self, link_id: int, words: str) -> None:
        """Our issue is gone (``words``: "was deleted"): the link ends and the partner is told. Nothing is deleted."""
        with self.db.begin() as tx:
            link = twin_link.lock(tx, link_id)
            tenant = tenant_store.by_id(tx, link.tenant_id)
            synchronization = synchronization_store.get(tx, link.synchronization_id)
            if link.state == twin_link.ENDED or tenant is None or synchronization is None:
                return
            at = load(tx, link, link.lease_owner)
            if at is not None:
                at.append(tx, at.message(link.base, ended=words), self.clock())
            twin_link.change(tx, link_id, state=twin_link.ENDED, reason=f"This issue {words}.", fix="", touched_at=None)

    def _end(self, at: Line, rows: Sequence[Received], reason: str) -> None:
        with self.db.begin() as tx:
            at.lock(tx)
            queue.applied(tx, at.link.id, rows[-1].sequence)
            at.change(
                tx,
                state=twin_link.ENDED,
                reason=reason,
                fix="",
                applied_sequence=rows[-1].sequence,
                touched_at=None,
                partner_problem="",
            )

    # the lease

    def _release(self, before: TwinLink, name: str, at: Line | None) -> None:
        """Give the lease back and look again: what came while we were at it found the link taken."""
        crash.point("release")
        with self.db.begin(durable=False) as tx:
            after = twin_link.release(tx, before.id, name)
            if after is None or at is None or not is_due(at, after, self.clock()):
                return
            stuck = progress(after) == progress(before)
            if stuck:
                # Due, and yet nothing moved: without a pause this would turn in place.
                wait = backoff.wait(after.attempt_count, None)
                twin_link.change(tx, before.id, retry_at=self.clock() + wait)
        if not stuck:
            self.wake.link(before.id)


def _latency(rows: Sequence[Received], now: float) -> float:
    """Seconds from the last change among these messages, by the partner's Jira, until now."""
    return max(0.0, now - max(row.message.replica.changed_at for row in rows if row.message.replica is not None))
