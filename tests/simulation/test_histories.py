"""Random histories, by seed: whatever people do and whatever breaks, the oracles have nothing to complain of."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.simulation.play import Play, drive
from tests.soak.figures import begin, note, size

FIRST = int(os.environ.get("SEED", "0"))
RUNS = size(usual=60, full=10_000)
BATCH = 20
"""Histories per test, so that a long soak shares its work among processes and says where it is."""
OPPOSITE = (lambda text: text.strip().upper(), lambda text: text.lower() + " ")
POLICIES = ("inviter", "accepter", "newer")


def play_of(seed: int, database_url: str) -> Play:
    """The play of a seed; every fourth is between sites that rewrite text in opposite ways."""
    normalise = OPPOSITE if seed % 4 == 3 else (str, str)
    return Play(database_url, seed, policy=POLICIES[seed % 3], normalise=normalise)


@pytest.mark.parametrize("first", range(FIRST, FIRST + RUNS, BATCH))
def test_oracles_have_nothing_to_complain_of(first: int, folder: Path) -> None:
    failed, counts = {}, Counter[str]()
    last = min(first + BATCH, FIRST + RUNS)
    started = begin("random histories", f"{first}..{last - 1}")
    for seed in range(first, last):
        play = play_of(seed, f"sqlite:///{folder}/twinline.db")
        try:
            complaints = drive(play, seed)
        finally:
            play.close()
        counts.update(play.counts)
        if complaints:
            failed[seed] = complaints
    kinds = Counter(kind for complaints in failed.values() for kind in {kind for kind, _ in complaints})
    note(
        "R1 R2 R3 R4 R5 R6 R9 R13 R14 R17",
        "random histories",
        seeds=f"{first}..{last - 1}",
        histories=last - first,
        failed=len(failed),
        seconds_in_all=round(time.monotonic() - started, 1),
        complaints=dict(kinds).__repr__() if kinds else "",
        **counts,
    )
    assert not failed, "\n".join(f"SEED={seed}: {complaints[:3]}" for seed, complaints in failed.items())


@pytest.mark.parametrize("seed", [3, 7])
def test_the_same_seed_twice_gives_the_same_history(seed: int, folder: Path) -> None:
    histories = []
    for turn in range(2):
        play = play_of(seed, f"sqlite:///{folder}/{turn}.db")
        try:
            complaints = drive(play, seed)
            links_at_end = play.world.links()
        finally:
            play.close()
        told = [(site.said, site.issues) for site in play.world.sites.values()]
        links = [(link.link_key, link.base, link.next_sequence) for link in links_at_end]
        histories.append((complaints, play.moves, play.world.now, told, links))
    assert histories[0] == histories[1]


@pytest.mark.parametrize("seed", [31, 76, 198, 203, 235, 321, 399, 509, 560, 2425, 2653])
def test_what_a_history_found_once_stays_mended(seed: int, folder: Path) -> None:
    play = play_of(seed, f"sqlite:///{folder}/{seed}.db")
    try:
        assert drive(play, seed) == []
    finally:
        play.close()
