"""Write ``docs/reliability-report.md`` from the figures of the last soak: ``python -m tests.soak.report``."""

from __future__ import annotations

import json
import os
import platform
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.soak.figures import FILE, SHARE

REPORT = Path(__file__).resolve().parents[2] / "docs" / "reliability-report.md"
INVARIANTS = (
    ("R1", "an acknowledged webhook is never lost", "`test_histories` (existence, items), `story/test_kills`"),
    ("R2", "nothing is doubled", "`test_histories` (existence, economy), planted `create_at_once`, `no_intent`"),
    ("R3", "order per issue", "`test_histories` (order)"),
    ("R4", "convergence", "`test_histories`, `test_machine` (convergence), planted `seen_ignored`"),
    ("R5", "no silent lost update", "`test_histories` (silent overwrite, items), planted `winner_is_ours`"),
    ("R6", "no echo, no ping-pong", "`Play.calm` (amplification), quiet, rest; planted `acks_are_answered`"),
    ("R7", "poison stays alone", "`test_operator` shows and skips; no timing figure yet"),
    ("R8", "bounded retry", "no test of the storm yet; `test_edges_client` for Retry-After"),
    ("R9", "Redis may vanish", "`test_histories` (flush), `test_nemesis` (FLUSHALL), `test_kills`"),
    ("R10", "crash at every step", "`test_crash_points` on both databases, `test_nemesis` (CRASH_AT)"),
    ("R11", "a dead worker is noticed within the lease", "`test_histories` (stall), planted `no_lease`"),
    ("R12", "durable, fast answer to webhooks", "`test_edges_webhooks`; no rate figure here"),
    ("R13", "clocks ± 10 min", "`test_histories` (skew)"),
    ("R14", "uninstall, reinstall in mid-flight", "`test_histories` (switch; no call while off); no secret change yet"),
    ("R15", "restore from a backup", "**no test: epochs are not there yet**"),
    ("R16", "broken connections", "`soak/test_proxy`, `test_edges_client`"),
    ("R17", "webhooks that never came", "`test_histories` (lost webhooks, healed by one pass)"),
)


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
    lines += [f"| {name} | {words} | {test} | {_sum(by[name])} |" for name, words, test in INVARIANTS]
    lines += ["", "## Planted bugs", "", "| Bug | Found after (histories) | By the oracles |", "| --- | --- | --- |"]
    lines += [f"| `{run['what']}` | {run['found_after']} | {run['found_by']} |" for run in by["planted"]]
    failed = [run for run in runs if run.get("failed")]
    lines += ["", "## Failures", ""]
    lines += [
        f"- {run['what']}, seeds {run.get('seeds', '')}: {run['failed']} failed: {run['complaints']}" for run in failed
    ]
    lines += [] if failed else ["None."]
    REPORT.write_text("\n".join(lines) + "\n")


def _sum(runs: list[dict[str, Any]]) -> str:
    """The runs of one kind added up: numbers as sums, the longest time."""
    kinds: dict[str, dict[str, float]] = {}
    for run in runs:
        total = kinds.setdefault(run["what"], defaultdict(float))
        for key, value in run.items():
            if isinstance(value, int | float) and key != "seed":
                total[key] = max(total[key], value) if key in ("seconds", "deadline") else total[key] + value
    return (
        "; ".join(f"{what}: " + ", ".join(f"{v:g} {k}" for k, v in total.items()) for what, total in kinds.items())
        or "–"
    )


if __name__ == "__main__":
    main()
