"""Walk: which transitions lead from one status to another, and what to say where none do. Pure.

The best way is the one that passes the fewest statuses to be avoided; of these the shortest; of equally short ones
the one that takes most of what is preferred, then the one that demands the fewest fields, then the fewest screens,
then the one that comes first in Jira's order. Among equal ways the choice is therefore always the same.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from addon.model.rules import Choice
from addon.model.workflow import Graph, Move, Status

_Cost = tuple[int, int, int, int, int, tuple[int, ...]]
_FREE: _Cost = (0, 0, 0, 0, 0, ())
_PROGRESS = {"new": 0, "indeterminate": 1, "done": 2}


@dataclass(frozen=True, slots=True)
class Taste:
    """What a row prefers and what it avoids: statuses by id or name, transitions by name."""

    prefer: tuple[Choice, ...] = ()
    avoid: tuple[Choice, ...] = ()

    def likes(self, move: Move) -> bool:
        return any(_is(choice, move) for choice in self.prefer)

    def shuns(self, move: Move, goal: str) -> bool:
        """Whether it is avoided; to arrive is never avoided but by the transition's name."""
        return any(_is(choice, move, by_status=move.to.id != goal) for choice in self.avoid)


def _is(choice: Choice, move: Move, *, by_status: bool = True) -> bool:
    name = choice.name.casefold()
    if choice.id:
        return by_status and choice.id == move.to.id
    return name == move.name.casefold() or (by_status and name == move.to.name.casefold())


NO_TASTE = Taste()


def way(
    graph: Graph, start: str, goal: str, taste: Taste = NO_TASTE, closed: Collection[str] = ()
) -> tuple[Move, ...] | None:
    """The best way from one status to another, as transitions; None where none is known.

    ``closed``: ids of statuses that must not be passed.
    """
    heap: list[tuple[_Cost, int, str, tuple[Move, ...]]] = [(_FREE, 0, start, ())]
    done: set[str] = set()
    pushed = 0
    while heap:
        cost, _, status, moves = heapq.heappop(heap)
        if status == goal:
            return moves
        if status in done:
            continue
        done.add(status)
        for order, move in enumerate(graph.get(status, ())):
            if move.to.id in done or move.to.id in closed:
                continue
            pushed += 1
            heapq.heappush(heap, (_plus(cost, move, order, goal, taste), pushed, move.to.id, (*moves, move)))
    return None


def _plus(cost: _Cost, move: Move, order: int, goal: str, taste: Taste) -> _Cost:
    avoided, steps, liked, demands, screens, orders = cost
    return (
        avoided + taste.shuns(move, goal),
        steps + 1,
        liked - taste.likes(move),
        demands + move.demands,
        screens + move.has_screen,
        (*orders, order),
    )


def steps_to(graph: Graph, start: str, closed: Collection[str] = ()) -> dict[str, int]:
    """The statuses that can be reached, the start among them, with how many transitions away they are."""
    found, waiting = {start: 0}, deque([start])
    while waiting:
        status = waiting.popleft()
        for move in graph.get(status, ()):
            if move.to.id not in found and move.to.id not in closed:
                found[move.to.id] = found[status] + 1
                waiting.append(move.to.id)
    return found


def unknown(
    graph: Graph, start: str, goal: str | None, closed: Collection[str] = (), asked: Collection[str] = ()
) -> str | None:
    """The next status that has to be asked about before the shortest way is known; None where nothing is open.

    ``goal`` None: every status that can be reached matters. ``asked``: statuses of which asking tells nothing.
    """
    reached = steps_to(graph, start, closed)
    # A status one step before the goal, or further, cannot make the way any shorter.
    most = reached.get(goal or "", len(reached) + 1) - 1
    open_ones = (status for status, steps in reached.items() if status not in graph and steps < most)
    return next((status for status in open_ones if status not in asked), None)


def nearest(graph: Graph, start: str, goal: Status, statuses: Sequence[Status]) -> Status:
    """Of the statuses that an issue can be in from ``start`` on (that one too), the nearest to a goal it cannot reach.

    Nearest means: of the goal's category, or the category closest to it; of these the fewest transitions away from the
    goal if they could be gone backwards too; of these the furthest along. ``statuses`` tells what ``start`` is.
    """
    reached = steps_to(graph, start)
    away = _either_way(graph, goal.id)
    known = {one.id: one for one in statuses} | {move.to.id: move.to for moves in graph.values() for move in moves}
    far = len(known) + 1
    best = min(
        (status for status in reached if status in known),
        key=lambda status: (_apart(known[status], goal), away.get(status, far), -reached[status]),
    )
    return known[best]


def _apart(one: Status, other: Status) -> int:
    return abs(_PROGRESS.get(one.category, 1) - _PROGRESS.get(other.category, 1))


def _either_way(graph: Graph, goal: str) -> Mapping[str, int]:
    both: dict[str, set[str]] = {}
    for status, moves in graph.items():
        for move in moves:
            both.setdefault(status, set()).add(move.to.id)
            both.setdefault(move.to.id, set()).add(status)
    found, waiting = {goal: 0}, deque([goal])
    while waiting:
        status = waiting.popleft()
        for following in sorted(both.get(status, ())):
            if following not in found:
                found[following] = found[status] + 1
                waiting.append(following)
    return found
