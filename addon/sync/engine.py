"""The engine: what is done for one twin link, in order, under its lease. The essay in ``addon.sync`` tells why.

``sync_link`` reads our issue and appends what changed to the outbox (*observe*), plans and applies what the partner
sent (*receive*), and hands our messages over (*deliver*). A step that fails leaves its verdict on the link, the tenant
or the synchronization and does not stop the others. A worker that dies anywhere leaves rows from which the next one
goes on: no step's result is only in memory.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from addon import crash, log
from addon.config import Settings
from addon.errors import Blocked, Ignored, Missing, Refused, Retryable
from addon.jira import reader
from addon.jira.metadata import Metadata
from addon.model.change import Change
from addon.model.message import Message, TwinInfo
from addon.model.snapshot import Snapshot
from addon.store import conflict, history, queue, twin_item, twin_link
from addon.store import synchronization as synchronization_store
from addon.store import tenant as tenant_store
from addon.store.db import Database, Tx
from addon.store.queue import Received
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant
from addon.store.twin_link import TwinLink
from addon.store.wake import Wake
from addon.sync import backoff, inbound, outbound
from addon.sync.apply import COMMENT, Application, Jira, Ports
from addon.sync.detection import detect
from addon.sync.line import TWIN, Line, LostLease, field_ids, load

GONE = "Jira no longer shows this issue to the app: it was deleted, or a permission was removed."


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

    def sync_link(self, link_id: int) -> None:
        """Bring one twin link as far as it will go now. Does nothing while another worker is at it."""
        owner, now = uuid.uuid4().hex, self.clock()
        with self.db.begin() as tx:
            link = twin_link.take_lease(tx, link_id, owner, now, self.settings.lease_seconds)
            at = load(tx, link, owner) if link else None
        if link is None:
            return
        with log.bind(link=link_id, tenant=link.tenant_id, synchronization=link.synchronization_id):
            try:
                if at is not None:
                    for step in (self.observe, self.receive, self.deliver):
                        self._attempt(step, at)
            finally:
                self._release(link, owner)

    # observe: our issue → change → outbox

    def observe(self, at: Line) -> None:
        """Read our issue if it may have changed, and append what differs from the base to the outbox."""
        link = at.link
        if link.issue_id is None or link.touched_at is None or link.state == twin_link.ENDED:
            return
        if _later(link.retry_at, self.clock()) or _later(at.tenant.retry_at, self.clock()):
            return
        with self.db.read() as tx:
            if queue.has_intent(tx, link.id):
                # What differs now may be our own unfinished write: `receive` settles it first.
                return
        self.take(at, self._look(at))

    def _look(self, at: Line) -> Snapshot:
        assert at.link.issue_id is not None
        mapping = at.mapping()
        try:
            dated = any(row.conflict == "newer" for row in mapping.fields)
            return reader.issue(self.jira_of(at.tenant), at.link.issue_id, field_ids(mapping, at.side), dated=dated)
        except Missing as missing:
            raise Blocked(GONE, fix="Let the app browse the issue again, then retry.") from missing

    def take(self, at: Line, snapshot: Snapshot) -> None:
        """Settle a fresh snapshot: what changed goes to the outbox and the base moves, in one transaction."""
        touched_at = at.link.touched_at
        with self.db.begin() as tx:
            link = at.lock(tx)
            change = self._detect(tx, at, snapshot)
            crash.point("observe.before_append")
            self._append(tx, at, change, snapshot)
            if link.touched_at == touched_at:
                at.change(tx, touched_at=None)
            if link.state == twin_link.OUT_OF_SCOPE:
                at.change(tx, state=twin_link.ACTIVE, reason="")
            self._jira_answers(tx, at)
        crash.point("observe.after_append")

    def _jira_answers(self, tx: Tx, at: Line) -> None:
        if at.tenant.attempt_count:
            tenant_store.clear_back_off(tx, at.tenant.id)

    def _detect(self, tx: Tx, at: Line, snapshot: Snapshot) -> Change:
        link = at.link
        created = twin_item.our_ids(tx, link.tenant_id, COMMENT, [comment.id for comment in snapshot.comments or ()])
        first = link.next_sequence == 1 and link.expected_sequence == 1
        return detect(link.base, snapshot, at.mapping(), at.side, created, first=first)

    def _append(self, tx: Tx, at: Line, change: Change, snapshot: Snapshot) -> None:
        link, now = at.link, self.clock()
        info = self._info(at, snapshot)
        base = {**change.base, TWIN: info.to_json()}
        replica = outbound.replica_of(change, at.mapping(), at.side)
        if replica is not None or link.base.get(TWIN) != base[TWIN]:
            queue.append(tx, link, at.message(base, replica=replica), now)
            history.write(tx, link, outbound.entries(change, replica, at.mapping(), at.side), now)
            conflict.settle(tx, link.id, list(replica.parts) if replica else (), now)
        at.change(tx, base=base, issue_key=snapshot.issue_key, read_at=snapshot.updated_at)

    def _info(self, at: Line, snapshot: Snapshot) -> TwinInfo:
        url = f"{tenant_store.link_url(at.tenant)}/browse/{snapshot.issue_key}"
        return TwinInfo(snapshot.issue_id, snapshot.issue_key, url, snapshot.status, snapshot.status_category)

    # receive: inbox → plan → Jira → ack

    def receive(self, at: Line) -> None:
        """Plan and apply what the partner sent, our own edits first so that none is overwritten unseen."""
        now = self.clock()
        if at.link.state not in (twin_link.ACTIVE, twin_link.OUT_OF_SCOPE) or _later(at.link.retry_at, now):
            return
        if _later(at.tenant.retry_at, now):
            return
        with self.db.read() as tx:
            rows = queue.incoming(tx, at.link.id)
        if not rows:
            return
        ended = next((row.message.ended for row in rows if row.message.ended), "")
        if ended:
            self._end(at, rows, f"The issue at {at.synchronization.partner_name} {ended}.")
            return
        arrived = inbound.fold([row.message for row in rows])
        wanted = {part for row in rows for part in row.message.wants}
        if wanted:
            self.send_again(at, wanted)
        if arrived:
            self._apply(at, rows, arrived)
        else:
            self._settle(at, rows, None)

    def _apply(self, at: Line, rows: Sequence[Received], arrived: dict[str, inbound.Arrived]) -> None:
        at.check_rules(rows[-1].message)
        if (
            at.link.issue_id is not None
            and rows[0].intent is None
            and inbound.must_read(arrived, at.mapping(), at.side)
        ):
            self.take(at, self._look(at))
        ports = Ports(self.db, self.settings, self.metadata, self.clock)
        application = Application(ports, at, self.jira_of(at.tenant), rows, arrived)
        application.run()
        crash.point("receive.before_settle")
        self._settle(at, rows, application)

    def _settle(self, at: Line, rows: Sequence[Received], application: Application | None) -> None:
        """The messages are dealt with: drop them, confirm them with an ack, and note what was done."""
        last, now = rows[-1].message, self.clock()
        with self.db.begin() as tx:
            link = at.lock(tx)
            queue.applied(tx, link.id, last.sequence)
            twin_link.forget_settled(tx, link.id, last.seen)
            at.change(
                tx,
                applied_sequence=last.sequence,
                partner_seen=max(link.partner_seen, last.seen),
                partner_issue=last.twin.to_json() if last.twin.issue_id else dict(link.partner_issue),
                partner_problem=last.problem,
            )
            others: list[int] = []
            if application is not None:
                others = self._confirm(tx, at, rows, application, now)
        crash.point("receive.after_settle")
        self.wake.link(*others)

    def _confirm(self, tx: Tx, at: Line, rows: Sequence[Received], application: Application, now: float) -> list[int]:
        link, snapshot = at.link, application.snapshot
        self._jira_answers(tx, at)
        base = dict(link.base)
        if snapshot is not None:
            base[TWIN] = self._info(at, snapshot).to_json()
            if snapshot.comments is not None:
                at.change(tx, read_at=snapshot.updated_at)
        queue.append(tx, link, at.message(base), now)
        history.write(tx, link, outbound.notes(application.notes, _latency(rows, now)), now)
        conflict.settle(tx, link.id, application.changed, now)
        conflict.write(tx, link, application.conflicts, now)
        at.change(
            tx, base=base, state=twin_link.ACTIVE, reason="", fix="", retry_at=None, attempt_count=0, synced_at=now
        )
        if snapshot is not None and self._detect(tx, at, snapshot).deltas:
            # Someone changed our issue while we wrote: that is a change of ours, seen in the same look.
            self._append(tx, at, self._detect(tx, at, snapshot), snapshot)
        return twin_link.touch_others(tx, at.link, now)

    # conflicts that wait for a person

    def choose(self, link_id: int, part: str, value: str) -> None:
        """A person settles a held part: ``value`` is "ours" or "theirs". Whose value it is sends it again.

        Raises:
            Refused: nothing is held there any more, or the link cannot be worked on.
        """
        with self.db.begin() as tx:
            link = twin_link.lock(tx, link_id)
            at = load(tx, link, link.lease_owner)
            if at is None or part not in {one.part for one in conflict.held(tx, link_id)}:
                raise Refused("This conflict has been settled meanwhile.", status=409)
            if value == "ours":
                self._send_again(tx, at, {part})
            else:
                queue.append(tx, link, at.message(link.base, wants=(part,)), self.clock())
        self.wake.link(link_id)

    def send_again(self, at: Line, parts: Collection[str]) -> None:
        """The partner's people chose our value of these parts."""
        with self.db.begin() as tx:
            at.lock(tx)
            self._send_again(tx, at, parts)

    def _send_again(self, tx: Tx, at: Line, parts: Collection[str]) -> None:
        replica = outbound.whole(at.link.base, at.mapping(), at.side, parts, self.clock())
        if replica is not None:
            queue.append(tx, at.link, at.message(at.link.base, replica=replica), self.clock())
            at.link = twin_link.lock(tx, at.link.id)
        conflict.settle(tx, at.link.id, parts, self.clock())

    # deliver: outbox → partner

    def deliver(self, at: Line) -> None:
        """Hand our messages to the partner, from the first one they have not stored."""
        while not _later(at.synchronization.retry_at, self.clock()):
            with self.db.read() as tx:
                messages = queue.outgoing(tx, at.link.id, at.link.delivered_sequence)
            if not messages:
                return
            before = at.link.delivered_sequence
            crash.point("deliver.before_send")
            up_to = self.transport.send(at.synchronization, messages)[at.link.link_key]
            crash.point("deliver.after_send")
            with self.db.begin() as tx:
                at.lock(tx)
                at.change(tx, delivered_sequence=up_to)
                synchronization_store.clear_back_off(tx, at.synchronization.id)
            crash.point("deliver.after_receipt")
            if up_to <= before:
                raise Retryable("The partner does not take our messages yet.", party="partner")

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
                queue.append(tx, link, at.message(link.base, ended=words), self.clock())
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

    # verdicts

    def _attempt(self, step: Callable[[Line], None], at: Line) -> None:
        """One step; its failure becomes a verdict and does not stop the next."""
        try:
            step(at)
        except LostLease:
            log.warning("lease_lost", step=step.__name__)
        except Ignored as verdict:
            self._stand_still(at, twin_link.OUT_OF_SCOPE, verdict.reason, "", looked=step == self.observe)
        except Blocked as verdict:
            log.info("blocked", step=step.__name__)
            self._stand_still(at, twin_link.BLOCKED, verdict.reason, verdict.fix, looked=step == self.observe)
        except Retryable as verdict:
            log.info("retry_later", step=step.__name__, party=verdict.party)
            self._postpone(at, verdict)
        except Exception:  # a bug of ours: this link waits, the others go on
            log.bug("step_failed", step=step.__name__)
            if at.link.attempt_count + 1 >= backoff.BUG_LIMIT:
                reason = "Twinline met an error of its own with this issue."
                fix = "Retry; if it stays, tell the people who run Twinline."
                self._stand_still(at, twin_link.BLOCKED, reason, fix, looked=step == self.observe)
            else:
                self._postpone(at, Retryable("Twinline met an error of its own with this issue and tries again."))

    def _stand_still(self, at: Line, state: str, reason: str, fix: str, *, looked: bool) -> None:
        """The link stops at this message; the partner is told once why. ``looked``: our issue needs no other look."""
        with self.db.begin() as tx:
            link = twin_link.lock(tx, at.link.id)
            if link.lease_owner != at.owner:
                return
            at.link = link
            told = link.state == state and link.reason == reason
            if state == twin_link.BLOCKED and not told:
                queue.append(tx, link, at.message(link.base, problem=reason), self.clock())
            at.change(tx, state=state, reason=reason, fix=fix, touched_at=None if looked else link.touched_at)

    def _postpone(self, at: Line, verdict: Retryable) -> None:
        now = self.clock()
        with self.db.begin() as tx:
            if verdict.party == "jira":
                until = now + backoff.wait(at.tenant.attempt_count, verdict.after)
                tenant_store.back_off(tx, at.tenant.id, until, verdict.reason, asked=verdict.after is not None)
            elif verdict.party == "partner":
                until = now + backoff.wait(at.synchronization.attempt_count, verdict.after)
                synchronization_store.back_off(tx, at.synchronization.id, until, verdict.reason)
            else:
                link = at.link
                wait = backoff.wait(link.attempt_count, verdict.after)
                at.link = twin_link.change(
                    tx,
                    link.id,
                    retry_at=now + wait,
                    attempt_count=link.attempt_count + 1,
                    reason=verdict.reason,
                )

    def _release(self, before: TwinLink, owner: str) -> None:
        """Give the lease back and look again: what came while we were at it found the link taken."""
        crash.point("release")
        now = self.clock()
        with self.db.begin() as tx:
            after = twin_link.release(tx, before.id, owner)
            again = after is not None and bool(queue.due_links(tx, now, only=before.id))
            if again and after is not None and _progress(after) == _progress(before):
                # Due, and yet nothing moved: without a pause this would turn in place.
                twin_link.change(tx, before.id, retry_at=now + backoff.wait(after.attempt_count, None))
                again = False
        if again:
            self.wake.link(before.id)


def _progress(link: TwinLink) -> tuple[object, ...]:
    return (
        link.touched_at,
        link.state,
        link.issue_id,
        link.next_sequence,
        link.delivered_sequence,
        link.expected_sequence,
        link.applied_sequence,
    )


def _later(moment: float | None, now: float) -> bool:
    return moment is not None and moment > now


def _latency(rows: Sequence[Received], now: float) -> float:
    """Seconds from the last change among these messages, by the partner's Jira, until now."""
    return max(0.0, now - max(row.message.replica.changed_at for row in rows if row.message.replica is not None))
