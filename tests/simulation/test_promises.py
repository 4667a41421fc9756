"""Every invariant stands, and for each there is a test that fails when its rule is broken on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.cases import Break, Case
from tests.simulation.promises import CASES, INVARIANTS, broken_by

BROKEN = [(case, by) for case in CASES for by in case.breaks]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.invariant}-{case.story.__name__}")
def test_it_holds(case: Case, folder: Path) -> None:
    case.story(folder)


@pytest.mark.parametrize(
    ("case", "by"), BROKEN, ids=[f"{case.invariant}-{case.story.__name__}-{by.__name__}" for case, by in BROKEN]
)
def test_a_broken_rule_is_found(case: Case, by: Break, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by(monkeypatch)
    with pytest.raises(AssertionError):
        case.story(folder)


@pytest.mark.parametrize("invariant", INVARIANTS)
def test_every_invariant_has_a_rule_that_was_broken(invariant: str) -> None:
    assert broken_by(invariant)
