"""Sizes and figures: how much a test does, and what it found, for ``docs/reliability-report.md``.

``SOAK=1`` (``make soak``) asks for the full size, ``SOAK_SHARE=0.1`` for a share of it; figures are kept only then.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

FILE = Path(os.environ.get("SOAK_FIGURES", "artifacts/soak/figures.jsonl"))
SOAK = os.environ.get("SOAK") == "1"
SHARE = float(os.environ.get("SOAK_SHARE", "1"))


def size(usual: int, full: int) -> int:
    """How often to do something: ``usual`` in the ordinary tests, ``full`` in the soak."""
    return max(1, round(full * SHARE)) if SOAK else usual


def note(invariants: str, what: str, **numbers: float | str) -> None:
    """Keep the figures of one run for the report; ``invariants`` as in "R4 R5"."""
    print(f"{invariants}: {what}: {numbers}")
    if SOAK:
        FILE.parent.mkdir(parents=True, exist_ok=True)
        with FILE.open("a") as file:
            file.write(json.dumps({"invariants": invariants, "what": what, **numbers}) + "\n")
