"""Parent, time tracking, sprint and team: fields that reach beyond one value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator import durations
from emulator.clock import jira_time
from emulator.errors import FieldProblem
from emulator.fields.base import Field, FieldType, Scene

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.store import Record


def issue_by(site: Site, id_or_key: object) -> Record | None:
    """An issue by id, key, or a key that it had before it moved."""
    text = str(id_or_key)
    if text.isdigit():
        return site.store.get("issue", text)
    pointer = site.store.get("issuekey", text.upper())
    return site.store.get("issue", pointer["issue"]) if pointer else None


class Parent(FieldType):
    """The issue one level up."""

    kind = "parent"

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        if not isinstance(value, dict):
            raise FieldProblem("data was not an object")
        if value.get("none") is True:
            return None
        wanted = value.get("id") or value.get("key")
        parent = issue_by(scene.site, wanted) if wanted else None
        if parent is None:
            raise FieldProblem("Could not find issue by id or key.")
        if scene.issue is not None:
            self._check_level(parent, scene.issue, scene.site)
        return parent["id"]

    @staticmethod
    def _check_level(parent: Record, child: Record, site: Site) -> None:
        levels = []
        for issue in (parent, child):
            issue_type = site.store.get("issuetype", issue["fields"].get("issuetype"))
            levels.append(issue_type["hierarchyLevel"] if issue_type else 0)
        same_project = parent["project"] == child["project"] or levels[1] >= 0
        if parent["id"] == child.get("id") or levels[0] != levels[1] + 1 or not same_project:
            raise FieldProblem("Given parent work item does not belong to appropriate hierarchy.")

    def ids(self, of: Field, stored: Any, site: Site) -> str | None:
        return None if stored is None else str(stored)

    def text(self, of: Field, stored: Any, site: Site) -> str | None:
        issue = site.store.get("issue", stored)
        return issue["key"] if issue else None


class TimeTracking(FieldType):
    """Original and remaining estimate; kept in two fields of their own, in seconds."""

    operations = ("set", "edit")

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        if not isinstance(value, dict):
            raise FieldProblem("data was not an object")
        estimates = {}
        for name, target in (("originalEstimate", "timeoriginalestimate"), ("remainingEstimate", "timeestimate")):
            if value.get(name) is None:
                continue
            seconds = durations.parse(str(value[name]))
            if seconds is None:
                raise FieldProblem(f"{name} must be entered in the correct format")
            estimates[target] = seconds
        if "timeestimate" not in estimates and "timeoriginalestimate" in estimates:
            known = (scene.issue or {}).get("fields", {}).get("timeestimate")
            if known is None:
                estimates["timeestimate"] = estimates["timeoriginalestimate"]
        return estimates

    def apply(self, of: Field, current: Any, operation: str, operand: Any, scene: Scene) -> Any:
        return super().apply(of, current, "set" if operation == "edit" else operation, operand, scene)


class Seconds(FieldType):
    """A duration in seconds; written through `timetracking` and worklogs only."""

    kind = "number"
    operations = ()

    def text(self, of: Field, stored: Any, site: Site) -> str | None:
        return None if stored is None else str(stored)

    def ids(self, of: Field, stored: Any, site: Site) -> str | None:
        return None if stored is None else str(stored)


class Sprint(FieldType):
    """The sprints an issue is or was in; written as the id of the one it shall be in."""

    kind = "sprint"
    many = True

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        if isinstance(value, bool) or not isinstance(value, (int, str)) or not str(value).isdigit():
            raise FieldProblem("Number value expected as the Sprint id.")
        sprint = scene.site.store.get("sprint", str(value))
        if sprint is None or sprint["state"] == "closed":
            raise FieldProblem("The issue can't be added to the sprint: it does not exist or is closed.")
        held = (scene.issue or {}).get("fields", {}).get(of.id) or []
        closed = [s for s in held if (scene.site.store.get("sprint", s) or {}).get("state") == "closed"]
        return [*closed, sprint["id"]]

    def show(self, of: Field, stored: Any, scene: Scene) -> Any:
        sprints = (scene.site.store.get("sprint", item) for item in stored)
        return [self._bean(sprint) for sprint in sprints if sprint] or None

    @staticmethod
    def _bean(sprint: Record) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": int(sprint["id"]),
            "name": sprint["name"],
            "state": sprint["state"],
            "boardId": int(sprint["board"]),
            "goal": sprint.get("goal") or "",
        }
        moments = {name: jira_time(sprint.get(name)) for name in ("startDate", "endDate", "completeDate")}
        return shown | {name: moment for name, moment in moments.items() if moment}

    def ids(self, of: Field, stored: Any, site: Site) -> str | None:
        return ", ".join(stored or [])

    def text(self, of: Field, stored: Any, site: Site) -> str | None:
        sprints = (site.store.get("sprint", item) for item in stored or [])
        return ", ".join(sprint["name"] for sprint in sprints if sprint)


class Team(FieldType):
    """A team, by its id as a bare string."""

    kind = "team"

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        wanted = value.get("id") if isinstance(value, dict) else value
        if not isinstance(wanted, str) or scene.site.store.get("team", wanted) is None:
            raise FieldProblem(f"Team id '{wanted}' is not valid")
        return wanted

    def show(self, of: Field, stored: Any, scene: Scene) -> Any:
        team = scene.site.store.get("team", stored)
        if team is None:
            return None
        return {"id": team["id"], "name": team["name"], "title": team["name"], "isShared": False, "isVisible": True}

    def ids(self, of: Field, stored: Any, site: Site) -> str | None:
        return None if stored is None else str(stored)

    def text(self, of: Field, stored: Any, site: Site) -> str | None:
        team = site.store.get("team", stored)
        return str(team["name"]) if team else None
