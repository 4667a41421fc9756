"""Named crash points: where a process may be killed on purpose, to prove that nothing is lost there.

Nothing happens at a point unless it was armed. Tests arm points that raise; ``CRASH_AT=name:n`` (development) kills
the process the n-th time it comes by. A point stands wherever something durable has just happened or is about to.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

POINTS = (
    "observe.before_append",
    "observe.after_append",
    "receive.before_intent",
    "receive.after_intent",
    "receive.after_create",
    "receive.after_edit",
    "receive.after_step",
    "receive.after_comment",
    "receive.before_settle",
    "receive.after_settle",
    "deliver.before_send",
    "deliver.after_send",
    "deliver.after_receipt",
    "inbox.before_commit",
    "pairing.before_commit",
    "pairing.after_commit",
    "release",
)

_armed: dict[str, Callable[[], None]] = {}


def point(name: str) -> None:
    """Come by a crash point."""
    act = _armed.get(name)
    if act is not None:
        act()


def arm(name: str, act: Callable[[], None]) -> None:
    """Make a point do something.

    Raises:
        ValueError: there is no such point.
    """
    if name not in POINTS:
        raise ValueError(f"{name} is no crash point; there are {', '.join(POINTS)}")
    _armed[name] = act


def disarm() -> None:
    """Make all points harmless again."""
    _armed.clear()


def kill_at(setting: str) -> None:
    """Arm a point, as ``name:n``, to kill this process the n-th time: no handler runs, nothing is flushed."""
    name, _, count = setting.partition(":")
    left = int(count or 1)

    def act() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    arm(name, act)
