"""Unborn: a twin link that nobody has opened, to reckon with. There is no such row, and there will be none."""

from __future__ import annotations

from addon.store import twin_link
from addon.store.synchronization import Synchronization
from addon.store.twin_link import TwinLink


def link(
    ours: Synchronization, mapping_id: str, link_key: str, *, issue_id: str | None = None, issue_key: str = ""
) -> TwinLink:
    """What ``store.twin_link.create`` would make. Its id is 0."""
    return TwinLink(
        id=0,
        tenant_id=ours.tenant_id,
        synchronization_id=ours.id,
        link_key=link_key,
        mapping_id=mapping_id,
        state=twin_link.ACTIVE,
        reason="",
        fix="",
        partner_problem="",
        issue_id=issue_id,
        issue_key=issue_key,
        partner_issue={},
        partner_issue_id="",
        base={},
        next_sequence=1,
        delivered_sequence=0,
        partner_seen=0,
        expected_sequence=1,
        applied_sequence=0,
        received_made_at=0.0,
        renewed=False,
        lease_owner="",
        lease_until=0.0,
        touched_at=None,
        read_at=None,
        looked_at=None,
        retry_at=None,
        attempt_count=0,
        waits_for="",
        synced_at=None,
        created_at=0.0,
    )
