"""What a fresh site is filled with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.seeds import base, projects

if TYPE_CHECKING:
    from emulator.site import Site

SEEDS = ("blue", "green", "empty")


def fill(site: Site, seed: str) -> None:
    """Fill a fresh site: `empty` has people and types but no project. Raises ValueError for an unknown seed."""
    if seed not in SEEDS:
        raise ValueError(f"unknown seed {seed}; known are {', '.join(SEEDS)}")
    base.fill(site)
    if seed == "blue":
        projects.blue(site)
    elif seed == "green":
        projects.green(site)
