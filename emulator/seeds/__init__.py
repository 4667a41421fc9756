"""What a fresh site is filled with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.site import Site


def fill(site: Site, seed: str) -> None:
    """Fill an empty site: `blue`, `green` or `empty`."""
