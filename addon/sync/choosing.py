"""Choosing: a person settles what both sides changed at once, where the rules hold it for them."""

from __future__ import annotations

from collections.abc import Collection

from addon.errors import Refused
from addon.store import audit, conflict, twin_link
from addon.store.db import Tx
from addon.sync import hierarchy, outbound
from addon.sync.line import Line, load


def choose(tx: Tx, link_id: int, part: str, value: str, account_id: str, now: float) -> None:
    """Settle a held part: ``value`` is "ours" or "theirs". Whose value it is sends it again.

    Raises:
        Refused: nothing is held there any more, or the link cannot be worked on.
    """
    link = twin_link.lock(tx, link_id)
    at = load(tx, link, link.lease_owner)
    if at is None or part not in {one.part for one in conflict.held(tx, link_id)}:
        raise Refused("This conflict has been settled meanwhile.", status=409)
    if value == "ours" and link.state == twin_link.OUTSIDE:
        raise Refused(f"{link.reason} Nothing leaves it until it matches again.", status=409)
    told = {"part": part, "value": value}
    audit.write(tx, link.tenant_id, account_id, "conflict.choose", str(link_id), told, now)
    if value == "ours":
        send_again(tx, at, {part}, now)
    else:
        at.append(tx, at.message(link.base, wants=(part,)), now)


def send_again(tx: Tx, at: Line, parts: Collection[str], now: float) -> None:
    """Send our value of these parts once more: it was chosen, here or by the partner's people."""
    mapping, base = at.mapping(), at.link.base
    twins = hierarchy.twins_of(tx, at.link, base, mapping)
    leaving = at.synchronization.veto.outgoing(mapping, at.side)
    replica = outbound.whole(base, leaving, at.side, parts, now, twins)
    if replica is not None:
        at.append(tx, at.message(base, replica=replica), now)
    conflict.settle(tx, at.link.id, parts, now)
