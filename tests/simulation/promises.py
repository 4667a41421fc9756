"""The registry: what is promised (R1 … R17), and the stories and planted bugs that hold each promise to it.

A case is a story with the ways to break its rule (``test_promises``); a planted bug is found by random histories
(``test_planted``). ``docs/reliability-report.md`` is written from here.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.simulation import cases, edge_cases
from tests.simulation.cases import Case
from tests.simulation.planted import BUGS

INVARIANTS: Mapping[str, str] = {
    "R1": "an acknowledged webhook is never lost",
    "R2": "nothing is doubled",
    "R3": "order per issue",
    "R4": "convergence",
    "R5": "no silent lost update",
    "R6": "no echo, no ping-pong",
    "R7": "poison stays alone",
    "R8": "bounded retry",
    "R9": "Redis may vanish",
    "R10": "crash at every step",
    "R11": "a dead worker is noticed within the lease",
    "R12": "durable, fast answer to webhooks",
    "R13": "clocks ± 10 min",
    "R14": "secret change, uninstall, reinstall, rename in mid-flight",
    "R15": "restore from a backup",
    "R16": "broken connections and hostile answers",
    "R17": "webhooks that never came",
}
GOALS: Mapping[str, str] = {
    "R1": "0 lost of 10,000 acknowledged, 1,000 kills",
    "R2": "0 of 10,000, under 20 % faults and kills",
    "R3": "0 inversions",
    "R4": "equal ≤ 60 s after the last fault; 10,000 histories",
    "R5": "0 edits unexplained",
    "R6": "1 write over there per change, 0 in ten quiet minutes",
    "R7": "1 of 100 poisoned: p95 of the others ≤ 1.2 × without",
    "R8": "5 s … 10 h; 0 calls before Retry-After; a storm of 80 %: 0 lost",
    "R9": "≥ 100 kills or flushes: 0 lost, 0 doubled",
    "R10": "≥ 400 cases: 0 lost, 0 doubled",
    "R11": "≤ the lease",
    "R12": "commit before 2xx; ≥ 99.9 % 2xx at 50/s on 2 cores",
    "R13": "order and convergence unchanged",
    "R14": "0 writes with the wrong secret or to the wrong site",
    "R15": "0 doubled, 0 skipped",
    "R16": "0 wrong states; a call ends ≤ its deadline + 1 s",
    "R17": "5 % dropped: all found by one pass",
}
"""At full size."""
CASES: tuple[Case, ...] = (*cases.CASES, *edge_cases.CASES)


def broken_by(invariant: str) -> list[str]:
    """The names of all breakages on purpose that tests find out by this invariant."""
    told = [by.__name__ for case in CASES if case.invariant == invariant for by in case.breaks]
    return told + [name for name, bug in BUGS.items() if bug.breaks(invariant)]
