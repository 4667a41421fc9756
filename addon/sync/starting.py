"""Starting: what a publication says of issues that are there already, and whether its conditions can be used at all.

The choice is each side's own, for its own issues; it is stored here and never told to the partner.
"""

from __future__ import annotations

from collections.abc import Iterable

from addon.errors import Refused
from addon.jira import condition
from addon.jira.reader import Reading
from addon.model.rules import IssueMapping, Rules, Side, Start
from addon.store import backlog
from addon.store import rules as rules_store
from addon.store.db import Tx
from addon.store.synchronization import Synchronization


def begin(tx: Tx, ours: Synchronization, mapping_id: str, start: Start, moment: float, now: float) -> None:
    """Choose for our side of a live mapping, within the transaction that makes it live.

    ``moment``: our Jira's time. From then on new issues get twins; with *all*, older ones too.

    Raises:
        Refused: there is no such mapping, or it gives no twins by itself.
    """
    mapping = rules_store.live(tx, ours.id).mapping(mapping_id)
    if mapping is None or not mapping.active or mapping.flow_from(ours.side).mode != "automatic":
        raise Refused("This mapping gives no twins by itself: switch it on and let it flow automatically.", status=409)
    rules_store.set_start(tx, ours, mapping_id, 0.0 if start == "all" else moment)
    if start == "now":
        backlog.drop(tx, ours.id, mapping_id)
    else:
        backlog.begin(tx, ours, mapping_id, start, waiting_query(mapping, ours.side), moment, now)


def waiting_query(mapping: IssueMapping, side: Side) -> str:
    """The query for what a side lets out by a mapping and Twinline did not create."""
    end = mapping.end_of(side)
    return condition.not_copied(condition.query(end.project_id, end.issue_type_id, mapping.flow_from(side).jql.strip()))


def check_conditions(jira: Reading, before: Rules, after: Rules, side: Side) -> None:
    """Refuse a version with a new condition for our side that our Jira cannot evaluate. No new condition, no call.

    Raises:
        Refused: with Jira's own words.
        Blocked, Retryable, Ignored: Jira does not tell.
    """
    known = set(_conditions(before.mappings, side))
    for jql in dict.fromkeys(_conditions(after.mappings, side)):
        problem = "" if jql in known else condition.problem(jira, jql)
        if problem:
            raise Refused(f"Jira cannot use the condition “{jql}”: {problem}", status=422)


def _conditions(mappings: Iterable[IssueMapping], side: Side) -> list[str]:
    found = (mapping.flow_from(side).jql.strip() for mapping in mappings)
    return [jql for jql in found if jql]
