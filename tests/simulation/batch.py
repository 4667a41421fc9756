"""Batches: the plays of many seeds in one test, with what they came to as figures for the report."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping

from tests.simulation.play import Play
from tests.soak.figures import begin, note

Complaints = list[tuple[str, str]]
VERDICTS: Mapping[str, tuple[str, ...]] = {
    "lost_or_doubled": ("existence", "items", "economy"),
    "out_of_order": ("order",),
    "not_equal": ("convergence", "status", "rest"),
    "unexplained": ("silent overwrite",),
    "echoing": ("amplification", "quiet"),
    "to_wrong_site": ("tenant",),
}
"""By the name of a figure (a number of histories), the oracles whose complaints it counts."""


def play_all(
    invariants: str, what: str, seeds: range, open_: Callable[[int], Play], bring: Callable[[Play, int], Complaints]
) -> None:
    """Open the play of each seed, bring it to its end, note what they came to.

    Raises:
        AssertionError: an oracle complained; the seeds are named.
    """
    failed: dict[int, Complaints] = {}
    counts, kinds = Counter[str](), Counter[str]()
    told = f"{seeds.start}..{seeds.stop - 1}"
    started = begin(what, told)
    for seed in seeds:
        play = open_(seed)
        try:
            complaints = bring(play, seed)
        finally:
            play.close()
        counts.update(play.counts)
        if complaints:
            failed[seed] = complaints
            kinds.update({kind for kind, _ in complaints})
    spoiled = [{kind for kind, _ in complaints} for complaints in failed.values()]
    note(
        invariants,
        what,
        seeds=told,
        histories=len(seeds),
        failed=len(failed),
        seconds_in_all=round(time.monotonic() - started, 1),
        complaints=repr(dict(kinds)) if kinds else "",
        **{name: sum(bool(kinds & set(oracles)) for kinds in spoiled) for name, oracles in VERDICTS.items()},
        **counts,
    )
    assert not failed, "\n".join(f"SEED={seed}: {complaints[:3]}" for seed, complaints in failed.items())
