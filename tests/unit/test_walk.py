"""Ways over a graph of transitions: the shortest, the choice among equal ones, what is not known, the nearest."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addon.model.rules import Choice
from addon.model.workflow import Move, ScreenField, Status
from addon.sync.walk import NO_TASTE, Taste, nearest, steps_to, unknown, way

NAMES = "ABCDEF"
EDGES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=14)


def graph(*edges: tuple[str, str], category: str = "") -> dict[str, tuple[Move, ...]]:
    found: dict[str, list[Move]] = {name: [] for name in NAMES}
    for number, (start, end) in enumerate(edges):
        found[start].append(Move(str(number), f"to {end}", Status(end, end, category)))
    return {name: tuple(moves) for name, moves in found.items()}


def shown(found: tuple[Move, ...] | None) -> str | None:
    return None if found is None else "".join(move.to.id for move in found)


@given(edges=EDGES, start=st.sampled_from(NAMES), goal=st.sampled_from(NAMES))
def test_a_way_is_a_shortest_one_and_holds_together(edges: list[tuple[str, str]], start: str, goal: str) -> None:
    lengths = dict.fromkeys(edges, 1) | {(a, a): 0 for a in NAMES}
    for k, a, b in product(NAMES, NAMES, NAMES):  # Floyd and Warshall
        through = lengths.get((a, k), 99) + lengths.get((k, b), 99)
        if through < lengths.get((a, b), 99):
            lengths[a, b] = through
    found = way(graph(*edges), start, goal)
    if (start, goal) not in lengths:
        assert found is None
        return
    assert found is not None and len(found) == lengths[start, goal]
    stops = [start, *(move.to.id for move in found)]
    assert stops[-1] == goal and all(pair in edges for pair in pairwise(stops))
    assert steps_to(graph(*edges), start).get(goal) == len(found)


def test_nothing_closed_is_passed() -> None:
    ways = graph(("A", "B"), ("B", "D"), ("A", "C"), ("C", "E"), ("E", "D"))
    assert shown(way(ways, "A", "D")) == "BD"
    assert shown(way(ways, "A", "D", closed=("B",))) == "CED"
    assert way(ways, "A", "D", closed=("B", "E")) is None


@pytest.mark.parametrize(
    ("taste", "taken"),
    [
        (NO_TASTE, "BD"),
        (Taste(prefer=(Choice("C", ""),)), "CD"),
        (Taste(prefer=(Choice("E", ""),)), "BD"),
        (Taste(avoid=(Choice("", "to b"),)), "CD"),
        (Taste(avoid=(Choice("B", ""), Choice("C", ""))), "EFD"),
        (Taste(avoid=(Choice("B", ""), Choice("C", ""), Choice("E", ""))), "BD"),
        (Taste(avoid=(Choice("D", ""),)), "BD"),
    ],
)
def test_taste(taste: Taste, taken: str) -> None:
    edges = (("A", "B"), ("A", "C"), ("B", "D"), ("C", "D"), ("A", "E"), ("E", "F"), ("F", "D"))
    assert shown(way(graph(*edges), "A", "D", taste)) == taken


def test_of_equal_ways_the_one_with_the_fewest_demands_then_screens() -> None:
    def ways(b: Move, c: Move) -> dict[str, tuple[Move, ...]]:
        end = Move("9", "end", Status("D", "D"))
        return {"A": (b, c), "B": (end,), "C": (end,), "D": ()}

    b, c = Status("B", "B"), Status("C", "C")
    demanding = Move("1", "b", b, True, (ScreenField("x", "X", required=True),))
    asking = Move("1", "b", b, True, (ScreenField("x", "X"),))
    assert shown(way(ways(demanding, Move("2", "c", c, True, ())), "A", "D")) == "CD"
    assert shown(way(ways(asking, Move("2", "c", c)), "A", "D")) == "CD"
    assert shown(way(ways(asking, Move("2", "c", c, True, ())), "A", "D")) == "BD"
    assert shown(way(ways(Move("1", "b", b, True, None, 2), Move("2", "c", c, True, None, 1)), "A", "D")) == "CD"


def test_what_has_to_be_asked_before_the_shortest_way_is_known() -> None:
    known = {"A": graph(("A", "B"), ("A", "C"), ("A", "D"))["A"], "B": (Move("7", "e", Status("E", "E")),)}
    assert unknown(known, "A", "D") is None, "one step cannot be beaten"
    assert unknown(known, "A", "E") is None, "nor two by whatever lies two steps away"
    assert unknown(known, "A", "F") == "C"
    assert unknown(known, "A", "F", asked=("C", "D")) == "E"
    assert unknown(known, "A", "F", asked=("C", "D", "E")) is None
    assert unknown(known, "A", None) == "C"


@pytest.mark.parametrize(
    ("edges", "categories", "named"),
    [
        ((("A", "B"), ("B", "C"), ("D", "C")), {}, "C"),
        ((("A", "B"), ("B", "C"), ("D", "A")), {"C": "done", "D": "done"}, "C"),
        ((("A", "B"), ("B", "C"), ("D", "A")), {"A": "new", "D": "done", "B": "indeterminate", "C": "new"}, "B"),
        ((("B", "A"), ("D", "A")), {"A": "new", "D": "done"}, "A"),
    ],
)
def test_the_nearest_status(edges: tuple[tuple[str, str], ...], categories: dict[str, str], named: str) -> None:
    found = {
        start: tuple(
            Move(one.id, one.name, Status(one.to.id, one.to.id, categories.get(one.to.id, ""))) for one in ways
        )
        for start, ways in graph(*edges).items()
    }
    goal, here = (Status(name, name, categories.get(name, "")) for name in "DA")
    assert nearest(found, "A", goal, (here,)).id == named
