"""Transport: everything that goes to a partner, over HTTP or, where both ends live here, straight to their door.

Both ways end in the same ``Door``, so they mean the same; one contract suite runs over both. Every call may be
repeated: states are whole and versioned, messages are numbered.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from addon import log
from addon.config import Settings
from addon.errors import Blocked, Refused, Retryable
from addon.model.catalog import EndInfo
from addon.model.message import Message
from addon.model.preview import Question, Reply
from addon.model.scope import ProjectInfo
from addon.model.state import Answer, Receipt, SiteAnswer, State
from addon.store import synchronization as synchronization_store
from addon.store.db import Database
from addon.store.secret import Vault
from addon.store.synchronization import Synchronization
from addon.sync import epoch
from addon.sync.partner_http import PartnerHttp, batch_size

BATCH_BYTES = 1024 * 1024
MOST_ENDS = 500


@dataclass(frozen=True, slots=True)
class Caller:
    """Who speaks at the door: the end of this agreement that holds this key.

    ``nonce`` is that of the signature, to be used up with the act; none where both ends live in this process.
    """

    agreement_id: str
    key_id: str
    nonce: str | None = None
    nonce_expires_at: float = 0.0


class Door(Protocol):
    """What a deployment answers to partners (``sync.door``). Raises ``Refused`` or ``Retryable``."""

    def messages(self, caller: Caller, messages: Sequence[Message], endpoint: str) -> Receipt: ...

    def state(self, caller: Caller, state: State) -> Answer: ...

    def projects(self, caller: Caller) -> tuple[ProjectInfo, ...]: ...

    def end(self, caller: Caller, project_id: str, issue_type_id: str, *, fresh: bool) -> EndInfo: ...
    def preview(self, caller: Caller, question: Question, endpoint: str) -> Reply: ...

    def invitation(self, caller: Caller, target_url: str, state: State, *, vouched: bool) -> Answer: ...


class Transport:
    """One per process, shared by its threads."""

    def __init__(self, db: Database, vault: Vault, settings: Settings, http: PartnerHttp | None = None) -> None:
        self._db = db
        self._vault = vault
        self._endpoint = settings.base_url
        self._http = http or PartnerHttp(settings)
        self._door: Door | None = None
        self._seen_projects: dict[int, tuple[str, tuple[ProjectInfo, ...]]] = {}
        self._seen_ends: dict[tuple[int, str, str], tuple[str, EndInfo]] = {}
        self._lock = threading.Lock()

    def attach(self, door: Door) -> None:
        """The door of this deployment, for partners that live here too. Done once, by the handshake."""
        self._door = door

    def send(self, synchronization: Synchronization, messages: Sequence[Message]) -> dict[str, int]:
        """Hand messages over, in order. Answers, by link key, the last sequence the partner has stored.

        Where a later batch fails, what the earlier ones brought is answered and the failure is left to the next try.

        Raises:
            Retryable: the partner does not take messages now; all of them may be sent again.
            Blocked: the partner will not take this message.
        """
        up_to: dict[str, int] = {}
        for batch in _batches(messages):
            try:
                receipt = self._hand_over(synchronization, batch)
            except (Retryable, Blocked):
                if not up_to:
                    raise
                return up_to
            up_to.update(receipt.accepted_up_to)
            if receipt.epoch > synchronization.epoch:
                with self._db.begin() as tx:
                    epoch.begin(tx, synchronization.id, receipt.epoch, time.time())
            self._compare(synchronization, receipt)
        return up_to

    def _hand_over(self, synchronization: Synchronization, batch: Sequence[Message]) -> Receipt:
        try:
            if synchronization.partner_tenant_id is not None:
                return self._here().messages(_caller(synchronization), batch, self._endpoint)
            return self._http.messages(synchronization, self._key(synchronization), batch)
        except Refused as refused:
            if refused.status in (400, 413, 422):
                raise Blocked(
                    refused.sentence, fix="Make the change smaller, or update Twinline at your partner."
                ) from refused
            # They stand elsewhere than we think: an exchange of states finds out where.
            with self._db.begin() as tx:
                synchronization_store.doubt_told(tx, synchronization.id)
            raise Retryable(refused.sentence, party="partner") from refused

    def _compare(self, synchronization: Synchronization, receipt: Receipt) -> None:
        lost = receipt.known_version < synchronization.told_version
        missed = receipt.state_version > synchronization.partner_state_version
        if lost or missed:
            log.info("states_differ", synchronization=synchronization.id, lost=lost, missed=missed)
            with self._db.begin() as tx:
                synchronization_store.doubt_told(tx, synchronization.id)

    def tell(self, synchronization: Synchronization, state: State) -> Answer:
        """Exchange states: ours for theirs.

        Raises:
            Refused: they will not hear it; with status 401 where they do not know this synchronization.
            Retryable: not now; ``ambiguous`` where they may have heard it.
        """
        if synchronization.partner_tenant_id is not None:
            return self._here().state(_caller(synchronization), state)
        return self._http.state(synchronization, self._key(synchronization), state)

    def invite(self, synchronization: Synchronization, state: State) -> Answer:
        """Bring an invitation to the site it is for; may be repeated. Raises as ``tell``."""
        if synchronization.partner_tenant_id is not None:
            target = synchronization.partner_url
            return self._here().invitation(_caller(synchronization), target, state, vouched=True)
        return self._http.invitation(synchronization, self._key(synchronization), state)

    def metadata(self, synchronization: Synchronization) -> tuple[ProjectInfo, ...]:
        """The projects and issue types that the partner shows us. Raises as ``tell``."""
        if synchronization.partner_tenant_id is not None:
            return self._here().projects(_caller(synchronization))
        with self._lock:
            seen = self._seen_projects.get(synchronization.id)
        fresh = self._http.projects(synchronization, self._key(synchronization), seen[0] if seen else "")
        if fresh is None:
            assert seen is not None
            return seen[1]
        with self._lock:
            self._seen_projects[synchronization.id] = fresh
        return fresh[1]

    def end(
        self, synchronization: Synchronization, project_id: str, issue_type_id: str, *, fresh: bool = False
    ) -> EndInfo:
        """One project and issue type as the partner shows it; ``fresh``: as it is there now. Raises as ``tell``."""
        if synchronization.partner_tenant_id is not None:
            return self._here().end(_caller(synchronization), project_id, issue_type_id, fresh=fresh)
        key = (synchronization.id, project_id, issue_type_id)
        with self._lock:
            seen = self._seen_ends.get(key)
        tag = seen[0] if seen else ""
        told = self._http.end(synchronization, self._key(synchronization), project_id, issue_type_id, tag, fresh=fresh)
        if told is None:
            assert seen is not None
            return seen[1]
        with self._lock:
            self._seen_ends.pop(key, None)
            while len(self._seen_ends) >= MOST_ENDS:
                del self._seen_ends[next(iter(self._seen_ends))]
            self._seen_ends[key] = told
        return told[1]

    def preview(self, synchronization: Synchronization, question: Question) -> Reply:
        """Ask the partner what would happen. Raises as ``tell``."""
        if synchronization.partner_tenant_id is not None:
            return self._here().preview(_caller(synchronization), question, self._endpoint)
        return self._http.preview(synchronization, self._key(synchronization), question)

    def site(self, deployment: str, url: str) -> SiteAnswer:
        """Whether a Jira is a tenant of that deployment. Raises ``Retryable`` where it cannot be asked."""
        return self._http.site(deployment, url)

    def vouches(self, deployment: str, state: State, target_url: str) -> bool:
        """Whether that deployment says that it sent this invitation, with this key, to this site.

        Raises:
            Retryable: it cannot be asked.
        """
        return self._http.vouches(deployment, state, target_url)

    def is_jira(self, url: str) -> bool:
        """Whether a Jira answers at this URL.

        Raises:
            Refused: the address may not be called.
            Retryable: nothing answers there.
        """
        return self._http.is_jira(url)

    def _key(self, synchronization: Synchronization) -> str:
        return self._vault.open(synchronization.private_key)

    def _here(self) -> Door:
        assert self._door is not None
        return self._door


def _caller(synchronization: Synchronization) -> Caller:
    return Caller(synchronization.agreement_id, synchronization.key_id)


def _batches(messages: Sequence[Message]) -> Iterator[list[Message]]:
    # A message that is larger than a batch may be goes alone; the partner's own limit decides about it.
    batch: list[Message] = []
    total = 0
    for message in messages:
        size = batch_size(message)
        if batch and total + size > BATCH_BYTES:
            yield batch
            batch, total = [], 0
        batch.append(message)
        total += size
    if batch:
        yield batch
