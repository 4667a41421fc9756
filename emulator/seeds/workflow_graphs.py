"""Real workflows from a file of graphs: statuses, and transitions between them by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.store import Record

# Statuses in the graphs have no category; their names tell.
DONE = ("done", "closed", "resolved", "discarded", "rejected", "released", "complete", "fixed", "cancel")
NEW = ("open", "to do", "todo", "new", "backlog", "idea", "reopened", "submitted", "untriaged")


def load(site: Site, graph: dict[str, Any], name: str) -> Record:
    """Make a workflow (and the statuses that the site lacks) from one graph.

    `graph` has `statuses` (`name`) and `transitions` (`id`, `name`, `frm`, `to`; no `frm` means from anywhere).
    Edges that share id, name and target become one transition, as in Jira's own workflows.
    """
    ids = {status["name"]: _status(site, status["name"]) for status in graph["statuses"]}
    first = next(iter(ids.values()))
    transitions: dict[tuple[str, str, str], Record] = {}
    for edge in graph["transitions"]:
        target = ids.get(edge["to"])
        if target is None:
            continue
        source = ids.get(edge.get("frm") or "")
        known = transitions.setdefault(
            (edge["id"], edge["name"], target),
            {"id": edge["id"], "name": edge["name"], "from": [], "to": target, "global": source is None},
        )
        if source and source not in known["from"]:
            known["from"].append(source)
    create: Record = {"id": "1", "name": "Create", "from": [], "to": first, "initial": True}
    record: Record = {
        "id": site.store.next_id("workflow"),
        "name": name,
        "statuses": list(ids.values()),
        "transitions": [create, *_distinct(list(transitions.values()))],
    }
    return site.store.put("workflow", record)


def _distinct(transitions: list[Record]) -> list[Record]:
    """Within one workflow an id names one transition: those that share it get numbers of their own."""
    taken = {"1"}
    for transition in transitions:
        number = int(transition["id"]) if str(transition["id"]).isdigit() else 1
        while str(number) in taken:
            number += 1000
        transition["id"] = str(number)
        taken.add(transition["id"])
    return transitions


def _status(site: Site, name: str) -> str:
    known = next((s for s in site.store.all("status") if s["name"].lower() == name.lower()), None)
    if known is None:
        words = name.lower()
        category = "indeterminate"
        if any(word in words for word in DONE):
            category = "done"
        elif any(words.startswith(word) for word in NEW):
            category = "new"
        known = {"id": site.store.next_id("status"), "name": name, "category": category, "description": ""}
        site.store.put("status", known)
    return str(known["id"])


def use(site: Site, project: Record, workflow: Record, type_id: str | None = None) -> None:
    """Let a project's issues of a type (or of all types) follow a workflow; for projects without issues."""
    project["workflows"][type_id or "default"] = workflow["id"]
    site.store.put("project", project)
