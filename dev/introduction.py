"""Introduce the two sites to each other: one synchronization, active from the first start on.

The steps a person takes on the pages, by the same functions: Blue invites, Green accepts, Blue publishes the mappings.
Each step runs in a process with its deployment's settings, since the two may be different ones:
``python -m dev.introduction STEP OWN_URL PARTNER_URL``.
"""

from __future__ import annotations

import sys
import time
import uuid
from collections.abc import Callable, Sequence

from addon import jobs
from addon.config import Settings
from addon.errors import Refused
from addon.model.rules import BASIC_FIELDS, End, IssueMapping, document_of
from addon.model.scope import ProjectInfo, Scope
from addon.store import synchronization as store
from addon.store import tenant as tenant_store
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant

NAME = "Blue ⇄ Green"
PROJECTS = ("SHOP", "QA")
"""At Blue and at Green."""
ISSUE_TYPES = ("Bug", "Task")
ARRIVAL_SECONDS = 30.0


def invite(parts: jobs.Parts, own: Tenant, partner_url: str) -> None:
    parts.handshake.invite(own, name=NAME, partner_url=partner_url, scope=Scope(), person="")


def accept(parts: jobs.Parts, own: Tenant, partner_url: str) -> None:
    arrived = _find(parts, own, partner_url)
    parts.handshake.accept(own, arrived.id, scope=Scope(), person="")


def publish(parts: jobs.Parts, own: Tenant, partner_url: str) -> None:
    ours = _find(parts, own, partner_url)
    here, there = PROJECTS
    own_projects = parts.handshake.own_projects(own)
    partner_projects = parts.handshake.partner_projects(own, ours.id)
    mappings = tuple(
        IssueMapping(
            str(uuid.uuid4()), True, _end(own_projects, here, kind), _end(partner_projects, there, kind), BASIC_FIELDS
        )
        for kind in ISSUE_TYPES
    )
    parts.handshake.publish(own, ours.id, document_of(mappings), person="")


STEPS: dict[str, Callable[[jobs.Parts, Tenant, str], None]] = {"invite": invite, "accept": accept, "publish": publish}


def main(arguments: Sequence[str]) -> int:
    name, own_url, partner_url = arguments
    parts = jobs.build(Settings.from_env())
    with parts.db.read() as tx:
        own = tenant_store.by_base_url(tx, own_url)
    if own is None:
        print(f"The add-on is not installed at {own_url}.", file=sys.stderr)
        return 1
    try:
        STEPS[name](parts, own, partner_url)
    except Refused as refused:
        print(refused.sentence, file=sys.stderr)
        return 1
    return 0


def _find(parts: jobs.Parts, own: Tenant, partner_url: str) -> Synchronization:
    """The synchronization with this partner; an invitation that could not be delivered at once comes a little later."""
    deadline = time.monotonic() + ARRIVAL_SECONDS
    while time.monotonic() < deadline:
        with parts.db.read() as tx:
            for found in store.of_tenant(tx, own.id):
                if found.partner_url == partner_url and found.name == NAME:
                    return found
        time.sleep(0.2)
    raise Refused(f"No synchronization {NAME} with {partner_url} has come to {own.base_url}.")


def _end(projects: Sequence[ProjectInfo], project_key: str, issue_type: str) -> End:
    for project in projects:
        for kind in project.issue_types:
            if (project.key, kind.name) == (project_key, issue_type):
                return End(project.id, project.key, kind.id, kind.name)
    raise Refused(f"There is no issue type {issue_type} in a project {project_key}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
