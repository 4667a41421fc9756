"""Random histories in which people move issues over two different workflows, while everything breaks."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from addon.model.rules import BASIC_FIELDS, Choice, FieldMapping, ValueMapping
from tests.fakes.workflow import chain
from tests.simulation.batch import Complaints, play_all
from tests.simulation.oracle import pairs
from tests.simulation.people import ACTS
from tests.simulation.play import Play, drive, usual
from tests.soak.figures import size

RUNS = size(usual=16, full=2_000)
BATCH = 8
POLICIES = ("inviter", "accepter", "newer")
MOVES = (*ACTS, *("move",) * 6)
OURS = ("Open > Doing", "Doing > Review", "Review > Done", "Done > Open: Reopen", "Review > Doing: Rework")
THEIRS = (
    "Open > Done: Drop",
    "Open > Doing",
    "Doing > Review",
    "Review > Done",
    "Done > Review: Again",
    "Review > Open",
)


def _pair(ours: str, theirs: str, way: Any) -> ValueMapping:
    return ValueMapping(Choice("", ours), Choice("", theirs), way)


ASKEW = (
    _pair("Review", "Doing", "to_accepter"),
    _pair("Open", "Review", "to_accepter"),
    _pair("Doing", "Doing", "both"),
    _pair("Done", "Review", "to_inviter"),
    _pair("Open", "Done", "to_inviter"),
)
"""Maps that are no inverse of each other: what goes there as one status comes back as another."""


def _statuses(play: Play) -> list[str]:
    """Pairs whose statuses differ."""
    blue, green = (play.world.sites[tenant.id].workflow for tenant in (play.world.blue, play.world.green))
    found = [(blue.statuses[pair.ours["status"]], green.statuses[pair.theirs["status"]]) for pair in pairs(play.world)]
    return [f"{ours} and {theirs}" for ours, theirs in found if ours != theirs]


@pytest.mark.parametrize("askew", [False, True], ids=["the same names", "no inverse"])
@pytest.mark.parametrize("first", range(0, RUNS, BATCH))
def test_statuses_agree_and_come_to_rest(first: int, askew: bool, folder: Path) -> None:

    def open_(seed: int) -> Play:
        row = FieldMapping("status", "status", "status", "status", "status", values=ASKEW if askew else ())
        play = Play(f"sqlite:///{folder}/twinline.db", seed, policy=POLICIES[seed % 3], rows=(*BASIC_FIELDS, row))
        for tenant, edges in ((play.world.blue, OURS), (play.world.green, THEIRS)):
            workflow = chain(*edges)
            workflow.readable = True
            play.world.sites[tenant.id].workflow = workflow
        return play

    def bring(play: Play, seed: int) -> Complaints:
        complaints = drive(play, seed, draw=partial(usual, acts=MOVES))
        return complaints if askew else complaints + [("status", words) for words in _statuses(play)]

    what = f"random histories over workflows{', status maps no inverse of each other' if askew else ''}"
    play_all("R2 R3 R4 R5 R6", what, range(first, min(first + BATCH, RUNS)), open_, bring)
