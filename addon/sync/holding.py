"""Holding: which version of the rules each end holds, in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from addon.store.rules import Version
from addon.store.synchronization import Synchronization


@dataclass(frozen=True, slots=True)
class Holding:
    """What is live here and what the partner was last heard to hold.

    ``since``: when ours became live here (seconds), None before the first version. ``same``: both ends hold the same.
    """

    version: int
    since: float | None
    partner_version: int
    same: bool
    words: str


def holding(ours: Synchronization, live: Version | None) -> Holding:
    """Both ends' versions as this end knows them."""
    version, hash_ = (live.version, live.hash) if live else (0, "")
    theirs = ours.partner_rules_version
    same = (version, hash_) == (theirs, ours.partner_rules_hash)
    since = live.published_at if live else None
    return Holding(version, since, theirs, same, _words(ours, version, same))


def _words(ours: Synchronization, version: int, same: bool) -> str:
    partner, theirs = ours.partner_name or "Your partner", ours.partner_rules_version
    if same:
        return f"Version {version}, live here and at {partner}." if version else "Nothing has been published yet."
    here = f"Version {version} is live here." if version else "Nothing is live here yet."
    there = f"{partner} has version {theirs}" if theirs else f"{partner} has none yet"
    if theirs > version:
        return f"{here} {there}, which has not been taken here. {ours.status_reason}".rstrip()
    if not ours.told:
        return f"{here} {there} and is being told. {ours.retry_reason}".rstrip()
    if theirs == version:
        return f"{here} {partner} holds another version {theirs}: which of the two stands is being settled."
    return f"{here} {there} and has not taken version {version}: go back to {theirs}, or ask them to take it."
