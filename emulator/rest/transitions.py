"""Transitions of an issue."""

from typing import Any

from emulator import context, issues, metadata, permissions, workflows
from emulator.rest import params
from emulator.rest.issues import found
from emulator.rest.routing import Resource
from emulator.store import Record

rest = Resource("transitions")


@rest.get("/issue/<issue>/transitions")
def available(issue: str) -> Any:
    site, caller, record = context.site(), context.caller(), found(issue)
    offered: list[Record] = []
    if permissions.has_on_issue(site, caller.user, "TRANSITION_ISSUES", record):
        offered = workflows.available(site, record)
    wanted = params.text("transitionId")
    scene = issues.scene_for(site, caller, context.version(), record)
    with_fields = "transitions.fields" in params.words("expand")
    shown = [
        workflows.bean(
            transition,
            scene,
            metadata.screen_fields(scene, transition.get("fields") or {}) if with_fields else None,
        )
        for transition in offered
        if wanted in (None, transition["id"])
    ]
    return {"expand": "transitions", "transitions": shown}


@rest.post("/issue/<issue>/transitions")
def move(issue: str) -> Any:
    issues.transition(context.site(), context.caller(), found(issue), params.body(), context.version())
    return None
