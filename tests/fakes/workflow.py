"""A workflow of the Jira in memory: any graph of transitions, with screens, conditions, validators, post functions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.emulator.contract import shared

GRAPHS = shared() / "data" / "workflows" / "graphs.json"
DONE = ("done", "closed", "resolved", "discarded", "rejected", "released", "complete", "fixed", "cancel")
NEW = ("open", "to do", "todo", "new", "backlog", "idea", "reopened", "submitted", "untriaged")


@dataclass
class Transition:
    """``starts`` None: from anywhere; ``to`` "": back to where it was called. ``screen``: field id → required?"""

    id: str
    name: str
    starts: tuple[str, ...] | None
    to: str
    screen: dict[str, bool] = field(default_factory=dict)
    hidden: bool = False
    """A condition keeps it back from everybody."""
    refuses: str = ""
    """What a validator says to everybody."""
    sets: dict[str, Any] = field(default_factory=dict)
    """Fields that its post functions set."""
    then: str = ""
    """The status to which an automation moves the issue on."""


@dataclass
class Workflow:
    """``statuses`` by id, with names; new issues start in the first."""

    statuses: dict[str, str]
    transitions: list[Transition]
    readable: bool = False
    """Whether the app may read it as a whole."""
    locked: set[str] = field(default_factory=set)
    """Statuses in which issues cannot be edited."""

    def by_name(self, name: str) -> str:
        return next(status for status, other in self.statuses.items() if other == name)

    def named(self, name: str) -> Transition:
        return next(one for one in self.transitions if one.name == name)

    def offered(self, status: str) -> list[Transition]:
        return [one for one in self.transitions if not one.hidden and (one.starts is None or status in one.starts)]

    def status_json(self, status: str) -> dict[str, Any]:
        return {"id": status, "name": self.statuses[status], "statusCategory": {"key": category(self.statuses[status])}}

    def transition_json(self, one: Transition, status: str, fields: Mapping[str, Any] | None = None) -> dict[str, Any]:
        told = {
            "id": one.id,
            "name": one.name,
            "to": self.status_json(one.to or status),
            "hasScreen": bool(one.screen),
            "isGlobal": one.starts is None,
        }
        return told if fields is None else {**told, "fields": fields}

    def whole_json(self) -> dict[str, Any]:
        """The answer of ``POST /workflows``."""
        rule = "system:validate-field-value"
        names = {"new": "TODO", "indeterminate": "IN_PROGRESS", "done": "DONE"}
        return {
            "statuses": [
                {
                    "id": status,
                    "statusReference": f"ref-{status}",
                    "name": name,
                    "statusCategory": names[category(name)],
                }
                for status, name in self.statuses.items()
            ],
            "workflows": [
                {
                    "statuses": [{"statusReference": f"ref-{status}"} for status in self.statuses],
                    "transitions": [
                        {
                            "id": one.id,
                            "name": one.name,
                            "type": "GLOBAL" if one.starts is None else "DIRECTED",
                            "links": [{"fromStatusReference": f"ref-{status}"} for status in one.starts or ()],
                            **({"toStatusReference": f"ref-{one.to}"} if one.to else {}),
                            "validators": [
                                {
                                    "ruleKey": rule,
                                    "parameters": {
                                        "ruleType": "fieldRequired",
                                        "fieldsRequired": ",".join(name for name, must in one.screen.items() if must),
                                    },
                                }
                            ],
                        }
                        for one in self.transitions
                    ],
                }
            ],
        }

    def distances(self, start: str) -> dict[str, int]:
        """How many transitions away each status is: told apart from the code that is tested."""
        found, rim = {start: 0}, [start]
        while rim:
            rim = [
                to
                for status in rim
                for to in dict.fromkeys(one.to or status for one in self.offered(status))
                if to not in found and not found.update({to: found[status] + 1})  # type: ignore[func-returns-value]
            ]
        return found


def category(name: str) -> str:
    """Graphs and tests give names only; they tell."""
    words = name.lower()
    if any(word in words for word in DONE):
        return "done"
    return "new" if any(words.startswith(word) for word in NEW) else "indeterminate"


def simple(*names: str) -> Workflow:
    """Every status from everywhere, by a global transition of its name."""
    statuses = {str(number): name for number, name in enumerate(names, 1)}
    return Workflow(statuses, [Transition(f"1{status}", name, None, status) for status, name in statuses.items()])


def chain(*edges: str) -> Workflow:
    """``"Open > Doing"``, ``"Doing > Done"`` …: one transition each, named after where it leads; statuses as they come.

    ``"Doing > Done: Ship it"`` names it.
    """
    ways = [(start.strip(), *_end(end)) for start, _, end in (edge.partition(">") for edge in edges)]
    names = dict.fromkeys(name for start, end, _ in ways for name in (start, end))
    ids = {name: str(number) for number, name in enumerate(names, 1)}
    return Workflow(
        {number: name for name, number in ids.items()},
        [Transition(str(10 + n), label, (ids[start],), ids[end]) for n, (start, end, label) in enumerate(ways)],
    )


def _end(text: str) -> tuple[str, str]:
    name, _, label = text.partition(":")
    return name.strip(), label.strip() or name.strip()


def real() -> Sequence[Workflow]:
    """The workflows of real projects."""
    if not GRAPHS.exists():
        pytest.skip("the graphs of real workflows are not beside the checkout")
    return [from_graph(graph) for graph in json.loads(GRAPHS.read_text())]


def from_graph(graph: Mapping[str, Any]) -> Workflow:
    """Edges of one id, name and target are one transition; others that share an id get one of their own."""
    ids = {one["name"]: str(number) for number, one in enumerate(graph["statuses"], 1)}
    found: dict[tuple[str, str, str], Transition] = {}
    for edge in graph["transitions"]:
        key = (edge["id"], edge["name"], edge["to"])
        one = found.setdefault(key, Transition(str(100 + len(found)), edge["name"], (), ids[edge["to"]]))
        one.starts = (*(one.starts or ()), ids[edge["frm"]]) if edge.get("frm") else None
    return Workflow({number: name for name, number in ids.items()}, list(found.values()))
