"""Introduce the two sites to each other: one synchronization, active at the first start."""

from __future__ import annotations

from dev.deployment import Deployment
from dev.site import Site


def introduce(first: Deployment, blue: Site, last: Deployment, green: Site) -> None: ...
