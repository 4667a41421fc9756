"""Standing: what a failed step leaves behind, by its verdict, so that the other steps and the other links go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from addon import log
from addon.errors import Blocked, Ignored, Retryable, Waiting
from addon.store import synchronization as synchronization_store
from addon.store import tenant as tenant_store
from addon.store import twin_link
from addon.store.db import Database
from addon.store.twin_link import TwinLink
from addon.sync import backoff
from addon.sync.hierarchy import LINK
from addon.sync.line import TWIN, Line, LostLease

Clock = Callable[[], float]
TELL_AFTER = 3
"""After so many looks in vain the partner is told what we wait for: only they can change it."""
UNSHARED = "This issue is not shared at the moment."
OUR_FAULT = "Twinline met an error of its own with this issue."


def attempt(step: Callable[[Line], None], at: Line, db: Database, clock: Clock, *, looks: bool) -> None:
    """One step; its failure becomes a verdict and does not stop the next. ``looks``: the step that reads our issue."""
    try:
        step(at)
    except LostLease:
        log.warning("lease_lost", step=step.__name__)
    except Ignored as verdict:
        _stand_still(at, db, clock, twin_link.OUT_OF_SCOPE, verdict.reason, "", looks)
    except Blocked as verdict:
        log.info("blocked", step=step.__name__)
        _stand_still(at, db, clock, twin_link.BLOCKED, verdict.reason, verdict.fix, looks)
    except Retryable as verdict:
        log.info("retry_later", step=step.__name__, party=verdict.party)
        _postpone(at, db, clock, verdict)
    except Exception:  # a bug of ours: this link waits, the others go on
        log.bug("step_failed", step=step.__name__)
        if at.link.attempt_count + 1 >= backoff.BUG_LIMIT:
            fix = "Retry; if it stays, tell the people who run Twinline."
            _stand_still(at, db, clock, twin_link.BLOCKED, OUR_FAULT, fix, looks)
        else:
            _postpone(at, db, clock, Retryable(f"{OUR_FAULT} It tries again."))


def _stand_still(at: Line, db: Database, clock: Clock, state: str, reason: str, fix: str, looked: bool) -> None:
    """The link stops at this message; the partner is told once why. ``looked``: our issue needs no other look."""
    with db.begin() as tx:
        link = twin_link.lock(tx, at.link.id)
        if link.lease_owner != at.owner:
            return
        at.link = link
        told = link.state == state and link.reason == reason
        if not told:
            # Why it is out of scope is nobody else's business.
            at.append(tx, at.message(link.base, problem=reason if state == twin_link.BLOCKED else UNSHARED), clock())
            # What they were told of our issue is out of date with this: the next look says how it is, problem or not.
            at.change(tx, base={part: value for part, value in link.base.items() if part != TWIN})
        at.change(tx, state=state, reason=reason, fix=fix, touched_at=None if looked else link.touched_at)


def _postpone(at: Line, db: Database, clock: Clock, verdict: Retryable) -> None:
    """Nothing moves; the pause is stored on whom the failure concerns."""
    with db.begin() as tx:
        if verdict.party == "jira":
            until = clock() + backoff.wait(at.tenant.attempt_count, verdict.after)
            tenant_store.back_off(tx, at.tenant.id, until, verdict.reason, asked=verdict.after is not None)
            at.tenant = replace(at.tenant, retry_at=until)
        elif verdict.party == "partner":
            until = clock() + backoff.wait(at.synchronization.attempt_count, verdict.after)
            asked = verdict.after is not None
            synchronization_store.back_off(tx, at.synchronization.id, until, verdict.reason, asked=asked)
            at.synchronization = replace(at.synchronization, retry_at=until)
        else:
            until = clock() + backoff.wait(at.link.attempt_count, verdict.after)
            count = at.link.attempt_count + 1
            columns: dict[str, Any] = {"retry_at": until, "attempt_count": count, "reason": verdict.reason}
            if isinstance(verdict, Waiting):
                columns["waits_for"] = f"{LINK}{verdict.on}"
                if count == TELL_AFTER:
                    at.append(tx, at.message(at.link.base, problem=verdict.reason), clock())
            at.change(tx, **columns)


def is_later(moment: float | None, now: float) -> bool:
    """Whether there is a moment to wait for."""
    return moment is not None and moment > now


def is_due(at: Line, link: TwinLink, now: float) -> bool:
    """Whether there is something to do on a link and no reason to wait; what ``queue.due_links`` asks of all."""
    if is_later(link.retry_at, now):
        return False
    if link.next_sequence - 1 > link.delivered_sequence and not is_later(at.synchronization.retry_at, now):
        return True
    if is_later(at.tenant.retry_at, now):
        return False
    open_ = link.state in (twin_link.ACTIVE, twin_link.OUTSIDE)
    waits = link.expected_sequence - 1 > link.applied_sequence and open_
    return waits or (link.touched_at is not None and link.state != twin_link.ENDED)


def progress(link: TwinLink) -> tuple[object, ...]:
    """What is another after a run that moved something."""
    return (
        link.touched_at,
        link.state,
        link.issue_id,
        link.next_sequence,
        link.delivered_sequence,
        link.expected_sequence,
        link.applied_sequence,
    )
