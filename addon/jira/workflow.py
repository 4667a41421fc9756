"""Workflow: what Jira tells of the ways between statuses. Asked at each step; what was told before is only a hint.

An issue's own transitions come with the issue. Where they do not lead to the goal at once, the rest of the workflow is
read where the app may (Jira shuts that resource to Connect apps), and is otherwise learnt from issues of the same kind
that stand in the statuses in question: each tells the ways out of its own.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from addon.errors import Blocked
from addon.jira import reader
from addon.jira.reader import Reading
from addon.model.snapshot import Snapshot
from addon.model.workflow import Graph, Move, ScreenField, Status

KEEP_SECONDS = 300.0
MOST_KINDS = 1_000
Kind = tuple[int, str, str]
"""Tenant, project and issue type: what has one workflow."""
_REQUIRED = "system:validate-field-value"


@dataclass(frozen=True, slots=True)
class Sight:
    """An issue as it is now, and where it can go from there. ``data``: as Jira answered it."""

    snapshot: Snapshot
    here: Status
    moves: tuple[Move, ...]
    data: Mapping[str, Any]


def look(jira: Reading, issue_id: str, field_ids: Collection[str]) -> Sight:
    """Read an issue together with its transitions and its changelog.

    Raises:
        addon.errors.Verdict: those of ``reader.issue``.
    """
    data = reader.ask(jira, issue_id, field_ids, expand="changelog,transitions,transitions.fields")
    found = reader.snapshot(data)
    if "comment" in field_ids and found.comments is None:
        found = replace(found, comments=reader.comments(jira, issue_id))
    return Sight(found, _status(data["fields"]["status"]), _moves(data.get("transitions") or ()), data)


def screen(jira: Reading, issue_id: str, move: Move) -> Move:
    """The transition with the fields of its screen, as they are now."""
    if not move.has_screen or move.fields is not None:
        return move
    answer = jira.get(
        f"/rest/api/3/issue/{issue_id}/transitions",
        params={"transitionId": move.id, "expand": "transitions.fields"},
    )
    told = _moves(answer.get("transitions") or ())
    return next((one for one in told if one.id == move.id and one.fields is not None), replace(move, fields=()))


def held(jira: Reading, issue_id: str, field_ids: Collection[str]) -> Mapping[str, Any]:
    """What an issue holds in these fields, in Jira's own JSON."""
    found: Mapping[str, Any] = reader.ask(jira, issue_id, field_ids)["fields"]
    return found


def statuses(jira: Reading, kind: Kind) -> Mapping[str, Status]:
    """The statuses that issues of a kind can have, by id."""
    kinds = jira.get(f"/rest/api/3/project/{kind[1]}/statuses")
    return {str(one["id"]): _status(one) for each in kinds if str(each["id"]) == kind[2] for one in each["statuses"]}


def again(raw: Any) -> Any:
    """A field's value as Jira shows it, in the form in which Jira takes it; None where it holds nothing."""
    if isinstance(raw, list):
        return [again(one) for one in raw] or None
    if not isinstance(raw, dict) or raw.get("type") == "doc":
        return raw if raw != "" else None
    for name in ("accountId", "groupId", "id"):
        if raw.get(name):
            child = {"child": {"id": raw["child"]["id"]}} if raw.get("child") else {}
            return {name: raw[name], **child}
    return raw


@dataclass(slots=True)
class _Known:
    """What was told of one workflow, with when: by issues (``moves``), and by itself (``whole``, ``read_at``).

    ``asked``: statuses of which nobody could be asked.
    """

    moves: dict[str, tuple[float, tuple[Move, ...]]] = field(default_factory=dict)
    asked: dict[str, float] = field(default_factory=dict)
    whole: Mapping[str, tuple[Move, ...]] = field(default_factory=dict)
    read_at: float = -math.inf


class Workflows:
    """What was told of workflows in the last minutes, per process. Safe to be shared by threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[Kind, _Known] = {}
        self._lock = threading.Lock()

    def graph(self, kind: Kind) -> tuple[Graph, Collection[str]]:
        """What is known of a workflow, and the statuses of which asking told nothing."""
        oldest = self._clock() - KEEP_SECONDS
        with self._lock:
            known = self._known.get(kind, _Known())
            moves = {status: told for status, (at, told) in known.moves.items() if at > oldest}
            whole = known.whole if known.read_at > oldest else {}
            return {**whole, **moves}, {status for status, at in known.asked.items() if at > oldest}

    def told(self, kind: Kind, status_id: str, moves: tuple[Move, ...]) -> None:
        """Jira offered an issue in this status these transitions. Screens that it did not tell now are remembered."""
        now = self._clock()
        with self._lock:
            known = self._of(kind)
            before = {one.id: one.fields for one in known.moves.get(status_id, (0.0, ()))[1]}
            kept = tuple(
                replace(one, fields=before.get(one.id)) if one.has_screen and one.fields is None else one
                for one in moves
            )
            known.moves[status_id] = now, kept

    def forget(self, kind: Kind) -> None:
        """Something was not as it had been told."""
        with self._lock:
            self._known.pop(kind, None)

    def explore(self, kind: Kind, jira: Reading, status_id: str) -> None:
        """Find out where a status leads: from the workflow itself, or from an issue that stands there."""
        now = self._clock()
        with self._lock:
            known = self._of(kind)
            read_lately = known.read_at > now - KEEP_SECONDS
            if not read_lately:
                known.read_at, known.whole = now, {}
        whole = {} if read_lately else _read(jira, kind)
        found = {} if status_id in whole else _by_an_issue(jira, kind, status_id)
        with self._lock:
            known = self._of(kind)
            if not read_lately:
                known.read_at, known.whole = now, whole
            known.moves |= {status: (now, moves) for status, moves in found.items()}
            if status_id not in whole and status_id not in found:
                known.asked[status_id] = now

    def _of(self, kind: Kind) -> _Known:
        if kind not in self._known:
            while len(self._known) >= MOST_KINDS:
                del self._known[next(iter(self._known))]
            self._known[kind] = _Known()
        return self._known[kind]


def _by_an_issue(jira: Reading, kind: Kind, status_id: str) -> dict[str, tuple[Move, ...]]:
    _, project_id, type_id = kind
    jql = f"project = {project_id} AND issuetype = {type_id} AND status = {status_id} ORDER BY updated DESC"
    page = jira.post("/rest/api/3/search/jql", json={"jql": jql, "fields": ["id"], "maxResults": 1})
    if not page["issues"]:
        return {}
    # The search index lags: where the issue stands is told with its transitions.
    data = reader.ask(jira, str(page["issues"][0]["id"]), (), expand="transitions,transitions.fields")
    fields = data["fields"]
    if (str(fields["project"]["id"]), str(fields["issuetype"]["id"])) != (project_id, type_id):
        return {}
    return {str(fields["status"]["id"]): _moves(data.get("transitions") or ())}


def _read(jira: Reading, kind: Kind) -> dict[str, tuple[Move, ...]]:
    """The whole workflow; empty where the app may not read it."""
    asked = {"projectAndIssueTypes": [{"projectId": kind[1], "issueTypeId": kind[2]}]}
    try:
        told = jira.post("/rest/api/3/workflows", json=asked)
    except Blocked:
        return {}
    statuses = {
        str(one["statusReference"]): Status(str(one["id"]), one["name"], _CATEGORIES.get(one["statusCategory"], ""))
        for one in told.get("statuses") or ()
    }
    for workflow in told.get("workflows") or ():
        return _ways_of(workflow, statuses)
    return {}


_CATEGORIES = {"TODO": "new", "IN_PROGRESS": "indeterminate", "DONE": "done"}


def _ways_of(workflow: Mapping[str, Any], statuses: Mapping[str, Status]) -> dict[str, tuple[Move, ...]]:
    here = [str(one["statusReference"]) for one in workflow["statuses"]]
    found: dict[str, list[Move]] = {statuses[reference].id: [] for reference in here if reference in statuses}
    for one in workflow["transitions"]:
        if one["type"] == "INITIAL":
            continue
        links = [str(link.get("fromStatusReference")) for link in one.get("links") or ()]
        for reference in here if one["type"] == "GLOBAL" else links:
            start, to = statuses.get(reference), statuses.get(str(one.get("toStatusReference") or reference))
            if start is None or to is None or start.id not in found:
                continue
            demanded = _demanded(one)
            has_screen = bool(one.get("transitionScreen") or demanded)
            # Which fields stand on the screen is not told here, so it is asked when the time comes.
            fields = None if has_screen else ()
            found[start.id].append(Move(str(one["id"]), one["name"], to, has_screen, fields, demanded))
    return {status: tuple(moves) for status, moves in found.items()}


def _demanded(transition: Mapping[str, Any]) -> int:
    rules = [
        rule.get("parameters") or {} for rule in transition.get("validators") or () if rule["ruleKey"] == _REQUIRED
    ]
    names = [name for given in rules for name in str(given.get("fieldsRequired") or "").split(",")]
    return sum(bool(name.strip()) for name in names)


def _moves(transitions: Sequence[Mapping[str, Any]]) -> tuple[Move, ...]:
    return tuple(_move(one) for one in transitions if one.get("to") and one.get("isAvailable", True))


def _move(told: Mapping[str, Any]) -> Move:
    fields = None
    if "fields" in told:
        fields = tuple(
            ScreenField(name, str(one.get("name") or name), bool(one.get("required")), bool(one.get("hasDefaultValue")))
            for name, one in told["fields"].items()
        )
    elif not told.get("hasScreen"):
        fields = ()
    return Move(str(told["id"]), str(told["name"]), _status(told["to"]), bool(told.get("hasScreen")), fields)


def _status(told: Mapping[str, Any]) -> Status:
    return Status(str(told["id"]), str(told["name"]), str((told.get("statusCategory") or {}).get("key", "")))
