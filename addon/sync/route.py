"""Route: by which transitions our issue would be walked to a status, told without taking a step."""

from __future__ import annotations

from addon.errors import Blocked
from addon.jira import workflow
from addon.jira.reader import Reading
from addon.jira.workflow import Kind, Workflows
from addon.model.plan import Goal
from addon.model.rules import FieldEnd
from addon.sync import walk

FOUND_THEN = "No transition is known to lead there now; the way is looked for step by step, and may not be found."


def words(
    workflows: Workflows, jira: Reading, kind: Kind, issue_id: str, goal: Goal, end: FieldEnd
) -> tuple[str, bool]:
    """The transitions in a sentence, and whether a way is known. Screens are not looked at.

    Raises:
        addon.errors.Verdict: Jira does not tell the issue.
    """
    sight = workflow.look(jira, issue_id, ())
    here, taste = sight.here.id, walk.Taste(end.prefer, end.avoid)
    while True:
        graph, asked = workflows.graph(kind)
        known = {**graph, here: sight.moves}
        way = walk.way(known, here, goal.id, taste)
        unknown = None if way is not None else walk.unknown(known, here, None, (), asked)
        if unknown is None:
            break
        try:
            workflows.explore(kind, jira, unknown)
        except Blocked:  # Jira has been asked enough
            break
    if way is None:
        return FOUND_THEN, False
    names = ", ".join(f"“{move.name}”" for move in way)
    return f"By the transition{'s' if len(way) > 1 else ''} {names}." if way else "", True
