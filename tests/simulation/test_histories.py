"""Random histories, by seed: whatever people do and whatever breaks, the oracles have nothing to complain of."""

from __future__ import annotations

import os
import random
from functools import partial
from pathlib import Path

import pytest

from tests.simulation.batch import play_all
from tests.simulation.play import Play, drive, usual
from tests.soak.figures import size

FIRST = int(os.environ.get("SEED", "0"))
RUNS = size(usual=60, full=10_000)
BATCH = 20
"""Histories per test, so that a long soak shares its work among processes and says where it is."""
SKEWED = size(usual=6, full=1_000)
SKEW = 600.0
ALL = "R1 R2 R3 R4 R5 R6 R9 R14 R17"
OPPOSITE = (lambda text: text.strip().upper(), lambda text: text.lower() + " ")
POLICIES = ("inviter", "accepter", "newer")


def play_of(seed: int, database_url: str) -> Play:
    """The play of a seed; every fourth is between sites that rewrite text in opposite ways."""
    normalise = OPPOSITE if seed % 4 == 3 else (str, str)
    return Play(database_url, seed, policy=POLICIES[seed % 3], normalise=normalise)


@pytest.mark.parametrize("first", range(FIRST, FIRST + RUNS, BATCH))
def test_oracles_have_nothing_to_complain_of(first: int, folder: Path) -> None:
    seeds = range(first, min(first + BATCH, FIRST + RUNS))
    play_all(ALL, "random histories", seeds, lambda seed: play_of(seed, f"sqlite:///{folder}/twinline.db"), drive)


@pytest.mark.parametrize("first", range(0, SKEWED, BATCH))
def test_clocks_ten_minutes_ahead_and_behind(first: int, folder: Path) -> None:
    """R13: the sites' clocks are wrong from the start, each in another direction, and jump now and then."""

    def open_(seed: int) -> Play:
        play = play_of(seed, f"sqlite:///{folder}/twinline.db")
        for side in (0, 1):
            play.skew(side, SKEW if (seed + side) % 2 else -SKEW)
        return play

    seeds = range(first, min(first + BATCH, SKEWED))
    play_all(f"{ALL} R13", "random histories, clocks ± 10 min", seeds, open_, partial(drive, draw=_skewed))


def _skewed(rng: random.Random) -> tuple[str, tuple[object, ...]]:
    if rng.random() < 0.05:
        return "skew", (rng.randrange(2), rng.choice([-SKEW, 0.0, SKEW]))
    return usual(rng)


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


@pytest.mark.parametrize("seed", [31, 76, 198, 203, 235, 321, 399, 509, 560, 1815, 2425, 2653, 4474, 5867])
def test_what_a_history_found_once_stays_mended(seed: int, folder: Path) -> None:
    play = play_of(seed, f"sqlite:///{folder}/twinline.db")
    try:
        assert drive(play, seed) == []
    finally:
        play.close()
