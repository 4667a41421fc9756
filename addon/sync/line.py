"""Line: all that is known about one twin link while a worker holds its lease."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from addon.errors import Blocked, Ignored, Retryable
from addon.model.matrix import COMMENTS
from addon.model.message import Message, Parts, Replica, TwinInfo
from addon.model.rules import FieldMapping, IssueMapping, Rules, Side
from addon.store import queue, twin_link
from addon.store import rules as rules_store
from addon.store import synchronization as synchronization_store
from addon.store import tenant as tenant_store
from addon.store.db import Tx
from addon.store.queue import Received
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant
from addon.store.twin_link import TwinLink

TWIN = "twin"
"""The part of the base that holds what the partner's panel was last told of our issue."""

WALK = "walk"
"""The part of the base that holds, while our issue is walked to a status, where it has passed."""


HELD = "held"
"""The part of the base that holds what could not be sent because our scope had come to hide it."""


class LostLease(Exception):
    """Another worker has taken the link over: this one must not write any more."""


@dataclass(slots=True)
class Line:
    """One run over one twin link. ``link`` is read again in each transaction that changes it."""

    owner: str
    tenant: Tenant
    synchronization: Synchronization
    rules: Rules
    link: TwinLink
    rows: Sequence[Received] = ()
    """What waited in the inbox when the lease was taken."""
    released: bool = False

    @property
    def side(self) -> Side:
        return self.synchronization.side

    def mapping(self, mapping_id: str = "") -> IssueMapping:
        """The mapping this link lives under, or another that it shall live under.

        Raises:
            Blocked: the rules no longer have it, it is switched off, or it names a field that our scope hides.
            Ignored: its project or issue type is no longer shown to the partner.
        """
        return mapping_of(self.rules, mapping_id or self.link.mapping_id, self.synchronization)

    def leaving(self, messages: Sequence[Message]) -> tuple[Sequence[Message], list[Parts]]:
        """What of these messages may leave, and what they held besides, message by message.

        A message may have been written down before our scope came to hide a field. A part whose row has gone from the
        rules since stays too, for nobody knows any more which field it was.
        """
        if self.synchronization.veto.leave:
            # What the veto holds back is settled, not kept: it came too late for this message only.
            messages = [_parted(message, self._let_out(message.mapping_id))[0] for message in messages]
        shown = self.synchronization.scope.fields
        if shown.mode == "all":
            return messages, []
        parted = [_parted(message, self._open(message.mapping_id)) for message in messages]
        return [message for message, _ in parted], [kept for _, kept in parted if kept]

    def held(self, changed_at: float) -> list[Replica]:
        """What was kept back and may leave by now; what has no row any more has nowhere to go."""
        names = self._open(self.link.mapping_id)
        kept = [parts_of(names, parts) for parts in self.link.base.get(HELD, ())]
        return [Replica(parts, changed_at) for parts in kept if parts]

    def _let_out(self, mapping_id: str) -> set[str]:
        """The parts, comments as one, that our veto lets leave."""
        mapping, veto = self.rules.mapping(mapping_id), self.synchronization.veto
        rows = [row for row in (mapping.fields if mapping else ()) if not veto.keeps(row, self.side)]
        return {COMMENTS if row.inviter_type == COMMENTS else row.id for row in rows}

    def _open(self, mapping_id: str) -> set[str]:
        """The parts, comments as one, that may leave by the rules and our scope as they are now."""
        mapping, shown = self.rules.mapping(mapping_id), self.synchronization.scope.fields
        rows = [row for row in (mapping.fields if mapping else ()) if shown.shows(_field(row, self.side))]
        return {COMMENTS if row.inviter_type == COMMENTS else row.id for row in rows}

    @property
    def seen(self) -> int:
        """The partner's last message whose fields are taken in; of the last ones comments may still be left.

        Who edits our issue from then on has seen what was written there: it is no change of both sides at once.
        """
        return max(self.link.applied_sequence, self.rows[0].written_up_to if self.rows else 0)

    def lets_in(self) -> bool:
        """Whether the rules let anything in from the partner's side; what was on its way when that ended is dropped."""
        mapping = self.rules.mapping(self.link.mapping_id)
        return mapping is None or mapping.flow_from(self.synchronization.partner_side).mode != "off"

    def check_rules(self, message: Message) -> None:
        """Refuse to apply what was sent under rules that we do not hold (yet).

        Where both published the same version at once, the inviter's stands: what the accepter sent under the other one
        is taken like anything sent under an older version.

        Raises:
            Retryable: the partner has published a version that has not reached us.
        """
        check_rules(self.rules, message, self.side)

    def message(
        self,
        base: Mapping[str, Any],
        *,
        replica: Replica | None = None,
        problem: str = "",
        ended: str = "",
        wants: tuple[str, ...] = (),
    ) -> Message:
        """The next message of this link. ``base`` says what our issue is like by now."""
        return Message(
            link_key=self.link.link_key,
            sequence=self.link.next_sequence,
            seen=self.seen,
            seen_made_at=self._made_at(self.seen),
            mapping_id=self.link.mapping_id,
            rules_version=self.rules.version,
            rules_hash=self.rules.hash,
            twin=TwinInfo(**base.get(TWIN, {})),
            replica=replica,
            problem=problem,
            ended=ended,
            wants=wants,
            epoch=self.synchronization.epoch,
            yours=self.link.partner_issue_id if self.link.next_sequence == 1 else "",
        )

    def _made_at(self, sequence: int) -> float:
        """Of one of the partner's messages, as they said."""
        if sequence == self.link.expected_sequence - 1:
            return self.link.received_made_at
        return next((row.message.made_at for row in self.rows if row.sequence == sequence), 0.0)

    def lock(self, tx: Tx) -> TwinLink:
        """The link's row, locked, with what other doors wrote to it meanwhile.

        Raises:
            LostLease: the lease ran out and another worker has it.
        """
        self.link = twin_link.lock(tx, self.link.id)
        if self.link.lease_owner != self.owner:
            raise LostLease
        return self.link

    def change(self, tx: Tx, **columns: Any) -> None:
        """Set columns of the link's row, which this transaction has locked."""
        self.link = twin_link.change(tx, self.link.id, **columns)

    def append(self, tx: Tx, message: Message, now: float, **columns: Any) -> None:
        """Put the link's next message into the outbox and set columns, in one step with its sequence."""
        queue.append(tx, self.link, message, now)
        self.change(tx, next_sequence=message.sequence + 1, **columns)


def mapping_of(rules: Rules, mapping_id: str, synchronization: Synchronization) -> IssueMapping:
    """The mapping with this id, if our issues may go by it. Raises as ``Line.mapping``."""
    mapping = rules.mapping(mapping_id)
    if mapping is None or not mapping.active:
        raise Blocked(
            "The mapping of this issue was removed or switched off.",
            fix="Switch the mapping on again in the synchronization, then retry.",
        )
    end = mapping.end_of(synchronization.side)
    if not synchronization.scope.shows(end.project_id, end.issue_type_id):
        raise Ignored("Out of scope: its project or issue type is not shown to the partner.")
    shown = synchronization.scope.fields
    hidden = [name for name in field_ids(mapping, synchronization.side) if not shown.shows(name)]
    if hidden:
        # The partner is told no more than the rules say already: which of these exist is ours to know.
        raise Blocked(
            f"The mapping names fields that are not shared here: {', '.join(hidden)}.",
            fix="Share them in the scope of the synchronization, or take them out of the mapping, then retry.",
        )
    return mapping


def check_rules(ours: Rules, message: Message, side: Side) -> None:
    """Whether a message was made under rules that we hold. Raises as ``Line.check_rules``."""
    if message.rules_version > ours.version:
        raise Retryable(f"Waiting for version {message.rules_version} of the rules from the partner.")
    crossed = message.rules_version == ours.version and message.rules_hash != ours.hash
    if crossed and side == "accepter":
        raise Retryable(f"Waiting for the partner's version {message.rules_version} of the rules, which stands.")


def load(tx: Tx, link: TwinLink, owner: str) -> Line | None:
    """The line of a link whose lease ``owner`` holds; None while nothing may be done on it."""
    tenant = tenant_store.by_id(tx, link.tenant_id)
    synchronization = synchronization_store.get(tx, link.synchronization_id)
    if tenant is None or tenant.state != "enabled" or synchronization is None or not synchronization.accepted:
        return None
    rules = rules_store.live(tx, synchronization.id)
    waits = link.expected_sequence - 1 > link.applied_sequence
    return Line(owner, tenant, synchronization, rules, link, queue.incoming(tx, link.id) if waits else ())


def _parted(message: Message, names: set[str]) -> tuple[Message, Parts]:
    parts = message.replica.parts if message.replica else {}
    left = parts_of(names, parts)
    if message.replica is None or len(left) == len(parts):
        return message, {}
    kept = {part: what for part, what in parts.items() if part not in left}
    return replace(message, replica=replace(message.replica, parts=left)), kept


def parts_of(names: Collection[str], parts: Parts) -> dict[str, Any]:
    """Of some parts those with these names; comments go by one."""
    return {part: what for part, what in parts.items() if part.partition("/")[0] in names}


def _field(row: FieldMapping, side: Side) -> str:
    return "comment" if row.type_of(side) == COMMENTS else row.field_of(side)


def field_ids(mapping: IssueMapping, side: Side) -> list[str]:
    """Jira's ids of the fields that a snapshot has to hold."""
    return [name for row in mapping.fields if (name := _field(row, side))]


def rendered_ids(mapping: IssueMapping, side: Side) -> list[str]:
    """Those of them that are taken as Jira shows them. That costs Jira time: it is asked for where a row needs it."""
    return [row.field_of(side) for row in mapping.fields if row.type_of(side) == "app" and row.field_of(side)]
