"""Workflows: which status an issue starts in and where it may go from there.

A workflow record holds `statuses` (ids) and `transitions`: `{id, name, from: [status ids], to, global, initial,
fields: {field id: required}, screen, resolution}`. A transition without `from` that is `global` leads from
anywhere; one without `to` is looped: it leads back to the status it was called in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator import beans
from emulator.errors import JiraError

if TYPE_CHECKING:
    from emulator.fields.base import Scene
    from emulator.site import Site
    from emulator.store import Record

DONE = "done"


def workflow_of(site: Site, project: Record, type_id: str) -> Record:
    """The workflow that issues of a type follow in a project."""
    scheme = project["workflows"]
    workflow = site.store.get("workflow", scheme.get(type_id, scheme["default"]))
    if workflow is None:
        raise JiraError(422, "The project has no workflow for this issue type.")
    return workflow


def initial_status(workflow: Record) -> str:
    """Where a new issue begins."""
    first = next((t for t in workflow["transitions"] if t.get("initial")), None)
    return str(first["to"] if first else workflow["statuses"][0])


def available(site: Site, issue: Record) -> list[Record]:
    """The transitions that lead away from the issue's status, in the workflow's order."""
    project = site.store.get("project", issue["project"])
    if project is None:
        return []
    status = issue["fields"]["status"]
    workflow = workflow_of(site, project, issue["fields"]["issuetype"])
    return [
        _seen_from(site, transition, status)
        for transition in workflow["transitions"]
        if not transition.get("initial") and (transition.get("global") or status in transition["from"])
    ]


def _seen_from(site: Site, transition: Record, status: str) -> Record:
    """A transition with its target, and with the fields of its screen beside those its validators want."""
    screen = site.store.get("screen", transition.get("screen"))
    if transition["to"] is not None and screen is None:
        return transition
    shown = {field: False for tab in (screen or {"tabs": []})["tabs"] for field in tab["fields"]}
    return transition | {"to": transition["to"] or status, "fields": shown | (transition.get("fields") or {})}


def resolution_after(site: Site, issue: Record, transition: Record) -> str | None:
    """The resolution that the transition's post function leaves: set on entering *done*, cleared on leaving it."""
    after = site.store.get("status", transition["to"])
    held = issue["fields"].get("resolution")
    if after is None or after["category"] != DONE:
        return None
    if held:
        return str(held)
    default = transition.get("resolution") or next((r["id"] for r in site.store.all("resolution")), None)
    return str(default) if default else None


def bean(transition: Record, scene: Scene, fields: dict[str, Any] | None = None) -> dict[str, Any]:
    """A transition as the API shows it; `fields` only where they were asked for."""
    target = scene.site.store.get("status", transition["to"])
    looped = scene.issue is not None and scene.issue["fields"]["status"] == transition["to"]
    shown = {
        "id": transition["id"],
        "name": transition["name"],
        "to": beans.status(target, scene) if target else None,
        "hasScreen": bool(transition.get("fields")),
        "isGlobal": bool(transition.get("global")),
        "isInitial": bool(transition.get("initial")),
        "isAvailable": True,
        "isConditional": bool(transition.get("conditional")),
        "isLooped": looped,
    }
    return shown | ({"fields": fields} if fields is not None else {})
