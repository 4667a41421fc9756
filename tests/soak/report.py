"""Write ``docs/reliability-report.md`` from the figures of the last soak: ``python -m tests.soak.report``."""

from __future__ import annotations

import json
import os
import platform
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.simulation.promises import INVARIANTS, broken_by
from tests.soak.figures import FILE, SHARE

REPORT = Path(__file__).resolve().parents[2] / "docs" / "reliability-report.md"
FURTHER = {
    "R1": "`story/test_kills`, `soak/test_database_kills`",
    "R2": "`story/test_kills`, `soak/test_database_kills`",
    "R3": "`story/test_kills`, `soak/test_database_kills`",
    "R6": "`soak/test_quiet`, `story/test_kills`",
    "R9": "`story/test_nemesis` (FLUSHALL), `story/test_kills`",
    "R10": "`test_crash_points` on both databases, `story/test_nemesis` (CRASH_AT)",
    "R11": "`test_dead_worker`",
    "R12": "`soak/test_webhook_rate`",
    "R15": "`test_restore`",
    "R16": "`soak/test_proxy`",
    "R17": "`test_reconcile`",
}
"""Tests beside those that the registry knows (``tests.simulation.promises``)."""
FULL = (
    ("random histories", "histories", 10_000),
    ("random histories with restores", "histories", 1_000),
    ("state machine (Hypothesis)", "histories", 500),
    ("real processes killed while people work", "kills", 1_000),
    ("real processes killed while people work", "changes", 10_000),
    ("real processes killed while people work", "acknowledged", 10_000),
    ("PostgreSQL killed while people work", "kills", 60),
    ("Redis flushed or killed while people work", "flushes", 100),
    ("a quiet time, with a reconcile pass each half minute", "quiet_seconds", 600),
)
"""What a soak does at its full size."""
LARGEST = {"seconds", "deadline", "p50_ms", "p99_ms"}
"""Figures of which the worst counts; the others are added up."""


def main() -> None:
    runs = [json.loads(line) for line in FILE.read_text().splitlines()] if FILE.exists() else []
    by: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for run in runs:
        for name in run["invariants"].split():
            by[name].append(run)
    lines = [
        "# Reliability report",
        "",
        "Written by `make soak`; do not edit. `SEED=n pytest tests/simulation/test_histories.py` repeats a failure.",
        "",
        f"Run at {SHARE:g} of the full size on {os.cpu_count()} cores, Python {platform.python_version()}.",
        "A dash means that nothing of this run measured it.",
        "",
        "| # | Invariant | Test that fails when the rule is broken | Measured |",
        "| --- | --- | --- | --- |",
    ]
    lines += [f"| {name} | {words} | {_tests(name)} | {_sum(by[name])} |" for name, words in INVARIANTS.items()]
    lines += [
        "",
        "## How far it came",
        "",
        "| What | Reached | Full size | Seconds per hundred |",
        "| --- | --- | --- | --- |",
    ]
    lines += [_reached(what, unit, full, runs) for what, unit, full in FULL]
    lines += ["", "## Planted bugs", "", "| Bug | Found after (histories) | By the oracles |", "| --- | --- | --- |"]
    lines += [f"| `{run['what']}` | {run['found_after']} | {run['found_by']} |" for run in by["planted"]]
    failed = [run for run in runs if run.get("failed")]
    lines += ["", "## Failures", ""]
    lines += [
        f"- {run['what']}, seeds {run.get('seeds', '')}: {run['failed']} failed: {run['complaints']}" for run in failed
    ]
    lines += [] if failed else ["None."]
    REPORT.write_text("\n".join(lines) + "\n")


def _tests(invariant: str) -> str:
    told = ", ".join(f"`{name}`" for name in dict.fromkeys(broken_by(invariant)))
    return f"broken on purpose: {told}" + (f"; {FURTHER[invariant]}" if invariant in FURTHER else "")


def _reached(what: str, unit: str, full: int, runs: list[dict[str, Any]]) -> str:
    of_it = [run for run in runs if run["what"] == what]
    count = sum(run.get(unit, 0) for run in of_it)
    seconds = sum(run.get("seconds_in_all", 0.0) for run in of_it)
    each = f"{100 * seconds / count:.0f}" if count and seconds else "–"
    return f"| {what} | {count:,} {unit} | {full:,} | {each} |"


def _sum(runs: list[dict[str, Any]]) -> str:
    """The runs of one kind added up: numbers as sums, the longest time."""
    kinds: dict[str, dict[str, float]] = {}
    for run in runs:
        total = kinds.setdefault(run["what"], defaultdict(float))
        for key, value in run.items():
            if isinstance(value, int | float) and key != "seed":
                total[key] = max(total[key], value) if key in LARGEST else total[key] + value
    return (
        "; ".join(f"{what}: " + ", ".join(f"{v:g} {k}" for k, v in total.items()) for what, total in kinds.items())
        or "–"
    )


if __name__ == "__main__":
    main()
