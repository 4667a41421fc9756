"""Progress of long-running tasks."""

from typing import Any

from emulator import tasks
from emulator.rest.admin.common import must
from emulator.rest.routing import Resource, scene, site_admin

rest = Resource("admin_tasks")


@rest.get("/task/<task>")
def progress(task: str) -> Any:
    site_admin()
    return tasks.bean(must(tasks.KIND, task, "task"), scene())
