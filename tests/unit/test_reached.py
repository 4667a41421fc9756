"""What the reliability report says that was reached: what was measured, added up, and nothing else."""

from __future__ import annotations

import pytest

from tests.simulation.promises import GOALS, INVARIANTS
from tests.soak.reached import FIGURES, add_up, reached


def test_numbers_are_added_up_and_of_the_greatest_the_greatest_is_kept() -> None:
    runs = [{"what": "a", "seed": 7, "kills": 2, "most_p95": 40}, {"what": "a", "seed": 9, "kills": 3, "most_p95": 30}]
    assert add_up(runs) == {"kills": 5, "most_p95": 40}


def test_runs_of_one_kind_count_together() -> None:
    run = {"what": "random histories", "histories": 20, "out_of_order": 1}
    assert reached("R3", [run, run]) == "2 of 40 histories out of order"


@pytest.mark.parametrize("invariant", INVARIANTS)
def test_what_nothing_measured_is_a_dash(invariant: str) -> None:
    assert reached(invariant, []) == "–"
    assert reached(invariant, [{"what": "random histories", "begun": 1}]) == "–"


def test_each_invariant_has_a_goal_and_a_figure() -> None:
    assert INVARIANTS.keys() == GOALS.keys() == FIGURES.keys()
