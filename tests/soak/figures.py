"""Sizes and figures: how much a test does, and what it found, for ``docs/reliability-report.md``.

``SOAK=1`` (``make soak``) asks for the full size, ``SOAK_SHARE=0.1`` for a share of it; figures are kept only then.
``SOAK_MINUTES`` ends it in time: what has not begun by then is left out, and the report says how far it came. With
``SOAK_RESUME=1`` the figures of an earlier soak are kept, and the batches that they tell of are not run again.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

FILE = Path(os.environ.get("SOAK_FIGURES", "artifacts/soak/figures.jsonl"))
SOAK = os.environ.get("SOAK") == "1"
SHARE = float(os.environ.get("SOAK_SHARE", "1"))


def size(usual: int, full: int) -> int:
    """How often to do something: ``usual`` in the ordinary tests, ``full`` in the soak."""
    return max(1, round(full * SHARE)) if SOAK else usual


def begin(what: str, seeds: str) -> float:
    """To be called where a batch begins; answers when that was. Leaves out what was done already or is too late."""
    if SOAK and (what, seeds) in _done():
        pytest.skip(f"{what}, seeds {seeds}: done by an earlier soak")
    minutes, started = float(os.environ.get("SOAK_MINUTES", "0")), float(os.environ.get("SOAK_STARTED", "0"))
    if SOAK and minutes and time.time() > started + minutes * 60:
        pytest.skip(f"{what}, seeds {seeds}: the time of this soak is over")
    return time.monotonic()


@functools.cache
def _done() -> set[tuple[str, str]]:
    if os.environ.get("SOAK_RESUME") != "1" or not FILE.exists():
        return set()
    runs = [json.loads(line) for line in FILE.read_text().splitlines()]
    return {(run["what"], run["seeds"]) for run in runs if "seeds" in run and not run.get("failed")}


def note(invariants: str, what: str, **numbers: float | str) -> None:
    """Keep the figures of one run for the report; ``invariants`` as in "R4 R5"."""
    print(f"{invariants}: {what}: {numbers}")
    if SOAK:
        FILE.parent.mkdir(parents=True, exist_ok=True)
        with FILE.open("a") as file:
            soak = int(os.environ.get("SOAK_STARTED", "0"))
            told = {"invariants": invariants, "what": what, "soak": soak, "commit": _commit(), **numbers}
            file.write(json.dumps(told) + "\n")


@functools.cache
def _commit() -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    asked = [git, "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    return subprocess.run(asked, check=False, capture_output=True, text=True).stdout.strip()
