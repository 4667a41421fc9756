"""Write ``docs/reliability-report.md`` from the figures of the last soak: ``python -m tests.soak.report``."""

from __future__ import annotations

import json
import os
import platform
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.simulation.promises import GOALS, INVARIANTS, broken_by
from tests.soak.figures import FILE, SHARE
from tests.soak.reached import MOST, add_up, reached

REPORT = Path(__file__).resolve().parents[2] / "docs" / "reliability-report.md"
FURTHER = {
    "R1": "`story/test_kills`, `soak/test_database_kills`",
    "R2": "`story/test_kills`, `soak/test_database_kills`",
    "R3": "`story/test_kills`, `soak/test_database_kills`",
    "R6": "`soak/test_quiet`, `story/test_kills`",
    "R7": "`test_poison`",
    "R8": "`test_retry`",
    "R9": "`story/test_nemesis` (FLUSHALL), `story/test_kills`",
    "R10": "`test_crash_points` on both databases, `story/test_nemesis` (CRASH_AT)",
    "R11": "`test_dead_worker`",
    "R12": "`soak/test_webhook_rate`",
    "R13": "`test_histories` (clocks)",
    "R15": "`test_restore`",
    "R16": "`soak/test_proxy`",
    "R17": "`test_reconcile`",
}
"""Tests beside those that the registry knows (``tests.simulation.promises``)."""
FULL = (
    ("random histories", "histories", 10_000),
    ("random histories, clocks ± 10 min", "histories", 1_000),
    ("random histories over workflows", "histories", 2_000),
    ("random histories over workflows, status maps no inverse of each other", "histories", 2_000),
    ("random histories with restores", "histories", 1_000),
    ("state machine (Hypothesis)", "histories", 500),
    ("storms of 80 % 429 and 503, ten minutes", "histories", 60),
    ("5% of all webhooks dropped, one pass", "changes", 10_000),
    ("real processes killed while people work", "kills", 1_000),
    ("real processes killed while people work", "changes", 10_000),
    ("real processes killed while people work", "acknowledged", 10_000),
    ("PostgreSQL killed while people work", "kills", 60),
    ("Redis flushed or killed while people work", "flushes", 100),
    ("a quiet time, with a reconcile pass each half minute", "quiet_seconds", 600),
)
"""What a soak does at its full size."""


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
        *_soaks(runs),
        "",
        "| # | Invariant | Goal at full size | Reached |",
        "| --- | --- | --- | --- |",
    ]
    lines += [f"| {name} | {words} | {GOALS[name]} | {reached(name, by[name])} |" for name, words in INVARIANTS.items()]
    lines += ["", "## Tests that fail when the rule is broken", "", "| # | Broken on purpose | Further |"]
    lines += [
        "| --- | --- | --- |",
        *(f"| {name} | {_broken(name)} | {FURTHER.get(name, '')} |" for name in INVARIANTS),
    ]
    lines += [
        "",
        "## Runs",
        "",
        "What each kind of run did, added up.",
        "",
        "| Run | For | Figures |",
        "| --- | --- | --- |",
    ]
    kinds = dict.fromkeys(run["what"] for run in runs if run["invariants"] != "planted")
    lines += [_run(what, [run for run in runs if run["what"] == what]) for what in kinds]
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


def _soaks(runs: list[dict[str, Any]]) -> list[str]:
    """Which soaks the figures come from, for one may go on with another's (``SOAK_RESUME``)."""
    counts = Counter((run.get("soak", 0), run.get("commit", "")) for run in runs)
    return [
        f"- {count} of its figures by a soak begun {datetime.fromtimestamp(begun, UTC):%Y-%m-%d %H:%M} UTC, commit {of}"
        for (begun, of), count in sorted(counts.items())
    ]


def _broken(invariant: str) -> str:
    return ", ".join(f"`{name}`" for name in dict.fromkeys(broken_by(invariant)))


def _run(what: str, runs: list[dict[str, Any]]) -> str:
    told = {name: value for name, value in add_up(runs).items() if value and name not in ("seconds_in_all", "soak")}
    names = list(dict.fromkeys(name for run in runs for name in run["invariants"].split()))
    figures = ", ".join(
        f"{'≤ ' if name.startswith(MOST) else ''}{value:,.10g} {name.removeprefix(MOST).replace('_', ' ')}"
        for name, value in told.items()
    )
    return f"| {what} | {' '.join(names)} | {figures or 'nothing to tell'} |"


def _reached(what: str, unit: str, full: int, runs: list[dict[str, Any]]) -> str:
    of_it = [run for run in runs if run["what"] == what]
    count = sum(run.get(unit, 0) for run in of_it)
    seconds = sum(run.get("seconds_in_all", 0.0) for run in of_it)
    each = f"{100 * seconds / count:.0f}" if count and seconds else "–"
    return f"| {what} | {count:,} {unit} | {full:,} | {each} |"


if __name__ == "__main__":
    main()
