"""What the handshake needs of ``store.wake``, so that tests can wake in their own way."""

from __future__ import annotations

from typing import Protocol


class Waking(Protocol):
    """Tells workers to look; may be lost."""

    def link(self, *link_ids: int) -> None: ...

    def synchronization(self, *synchronization_ids: int) -> None:
        """Push our state to the partner and look at every link."""
