"""Route: by which transitions our issue comes to a status, and what to say where none are known.

A walk takes them; a preview only tells them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from addon.errors import Blocked
from addon.jira import workflow
from addon.jira.reader import Reading
from addon.jira.workflow import Kind, Sight, Workflows
from addon.model.plan import Goal
from addon.model.rules import FieldEnd
from addon.model.workflow import Graph, Move, Status
from addon.sync import walk
from addon.sync.line import WALK
from addon.sync.walk import Taste

FOUND_THEN = "No transition is known to lead there now; the way is looked for step by step, and may not be found."

Way = tuple[Move, ...]
Known = Callable[[], tuple[Graph, Collection[str]]]
"""The graph as far as it is known, and the statuses of which asking tells nothing."""


def find(
    known: Known, explore: Callable[[str], None], here: str, goal: str, taste: Taste, passed: Collection[str] = ()
) -> tuple[Way | None, Graph]:
    """The best way to a status, and the graph it was found in; unknown statuses are explored as far as they matter.

    Where none is known it is the transition that a person named as the way on, if nothing tells where that leads.
    """
    while True:
        graph, asked = known()
        found = walk.way(graph, here, goal, taste, passed)
        settled = found is not None and not any(taste.shuns(move, goal) for move in found)
        unknown = walk.unknown(graph, here, goal if settled else None, passed, asked)
        if unknown is None:
            break
        explore(unknown)
    if found is None:
        hints = (move for move in graph[here] if taste.likes(move) and move.to.id not in graph)
        found = next(((move,) for move in hints if move.to.id not in passed), None)
    return found, graph


def hidden(workflows: Workflows, kind: Kind, sight: Sight) -> Way:
    """Transitions that were told of the present status before, and are not offered now."""
    offered = {move.id for move in sight.moves}
    before, _ = workflows.graph(kind)
    return tuple(move for move in before.get(sight.here.id, ()) if move.id not in offered)


def passed(base: Mapping[str, Any], goal: Goal, sight: Sight) -> list[str]:
    """What an earlier try passed on the same walk, if nobody has moved the issue since."""
    walked = base.get(WALK) or {}
    same = walked.get("goal") == goal.id and walked.get("at") == sight.here.id
    return list(walked["passed"]) if same else []


def no_way(
    jira: Reading, kind: Kind, sight: Sight, goal: Goal, graph: Graph, hidden: Way, passed: Collection[str]
) -> Blocked:
    """Why there is no way, and what a person can do about it."""
    here = sight.here
    target = f"“{here.name}” to “{goal.name}”"
    with_hidden = {**graph, here.id: (*graph[here.id], *hidden)}
    back = walk.way(with_hidden, here.id, goal.id, closed=passed)
    if back is not None:
        return Blocked(
            f"The way from {target} begins with the transition “{back[0].name}”, which Jira does not offer the app "
            "for this issue now: a condition of the workflow keeps it back.",
            fix="Let the app's user pass the condition, or move the issue by hand, then retry.",
        )
    if not sight.moves:
        return Blocked(
            f"There is no way from {target}: Jira offers the app no transition at all.",
            fix="Give the app's user the permission Transition issues in the project, or add a transition to the "
            "workflow, then retry.",
        )
    statuses = workflow.statuses(jira, kind)
    wanted = statuses.get(goal.id, Status(goal.id, goal.name))
    nearest = walk.nearest(graph, here.id, wanted, (here,))
    dark = [move.to.name for moves in graph.values() for move in moves if move.to.id not in graph]
    unseen = f" Where “{dark[0]}” leads, Jira does not tell, as no issue stands there." if dark else ""
    where = "the one it is in" if nearest.id == here.id else f"“{nearest.name}”"
    return Blocked(
        f"There is no way from {target} in this workflow; the nearest status it can reach is {where}.{unseen}",
        fix=f"Map their status to “{nearest.name}” in the field mapping of the status, name there the statuses to "
        "pass, or add a transition to the workflow; then retry.",
    )


def words(
    workflows: Workflows, jira: Reading, kind: Kind, issue_id: str, goal: Goal, end: FieldEnd, base: Mapping[str, Any]
) -> tuple[str, bool]:
    """The transitions in a sentence, and whether a way is known. Screens are not looked at.

    Raises:
        Blocked: there is no way.
        addon.errors.Verdict: Jira does not tell the issue.
    """
    sight = workflow.look(jira, issue_id, ())
    here, before = sight.here.id, passed(base, goal, sight)
    unoffered = hidden(workflows, kind, sight)

    def known() -> tuple[Graph, Collection[str]]:
        graph, asked = workflows.graph(kind)
        return {**graph, here: sight.moves}, asked

    try:
        way, graph = find(
            known,
            lambda status: workflows.explore(kind, jira, status),
            here,
            goal.id,
            Taste(end.prefer, end.avoid),
            before,
        )
        lacking = no_way(jira, kind, sight, goal, graph, unoffered, before) if way is None else None
    except Blocked:  # Jira has been asked enough
        return FOUND_THEN, False
    if lacking is not None:
        raise lacking
    assert way is not None, "what lacks has been said"
    if way and way[-1].to.id != goal.id:
        return FOUND_THEN, False
    names = ", ".join(f"“{move.name}”" for move in way)
    return f"By the transition{'s' if len(way) > 1 else ''} {names}." if way else "", True
