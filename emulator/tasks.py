"""Long-running tasks. They are done within the call that starts them; clients poll them all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emulator.auth import Caller
    from emulator.fields import Scene
    from emulator.site import Site
    from emulator.store import Record

KIND = "asynctask"


def done(site: Site, caller: Caller, description: str, result: object = None) -> Record:
    """A finished task, kept so that it can be asked for."""
    now = site.clock.now()
    record: Record = {
        "id": site.store.next_id(KIND),
        "description": description,
        "result": result,
        "at": now,
        "by": caller.account_id,
    }
    return site.store.put(KIND, record)


def bean(task: Record, scene: Scene) -> dict[str, Any]:
    """A task as `/task/{id}` shows it."""
    return {
        "self": f"{scene.root}/task/{task['id']}",
        "id": task["id"],
        "description": task["description"],
        "status": "COMPLETE",
        "message": "",
        "result": task["result"],
        "submittedBy": 10000,
        "progress": 100,
        "elapsedRuntime": 0,
        "submitted": task["at"],
        "started": task["at"],
        "finished": task["at"],
        "lastUpdate": task["at"],
    }
