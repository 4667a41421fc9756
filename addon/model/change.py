"""Change: what differs between the base and a snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Delta:
    """A part's value before and after, and when (seconds). ``gone``: the item was deleted, ``after`` is None."""

    before: Any
    after: Any
    gone: bool = False
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """What differs between base and snapshot. ``base`` is the base once this change is settled.

    ``first``: nothing has been sent yet, the twin is made of this.
    """

    deltas: Mapping[str, Delta]
    base: Mapping[str, Any]
    at: float
    first: bool = False
