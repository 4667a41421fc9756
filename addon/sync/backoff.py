"""How long to wait after the n-th failure in a row. Pure."""

from __future__ import annotations

import random

STEPS = (5.0, 30.0, 120.0, 600.0, 1800.0, 7200.0, 18000.0, 36000.0, 36000.0)
"""Seconds; the last one again and again, shown as *Interrupted*."""
BUG_LIMIT = 5
"""An error of our own blocks a link after so many tries: the others must not pay for it."""


def wait(attempt_count: int, asked: float | None) -> float:
    """Seconds to wait: what the other side ``asked`` for, else by the number of earlier failures in a row."""
    if asked is not None:
        return asked * random.uniform(1.0, 1.1)  # noqa: S311  spreads retries; guards nothing
    step = STEPS[min(attempt_count, len(STEPS) - 1)]
    return step * random.uniform(0.8, 1.2)  # noqa: S311
