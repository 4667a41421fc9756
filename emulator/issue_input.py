"""What a client wants an issue to become: `fields` and `update` read against the issue's screen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from emulator.errors import FieldProblem, JiraError
from emulator.fields import Field, Scene, all_fields, is_on_screen, is_required

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.store import Record

# `update` names that write other resources than fields.
EXTRAS = ("comment", "worklog", "issuelinks")
NOT_ON_SCREEN = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."


@dataclass(slots=True)
class Wanted:
    """Stored values by field id, and operations on comments, worklogs and links."""

    values: dict[str, Any] = field(default_factory=dict)
    extras: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def refuse(self, field_id: str, problem: str) -> None:
        self.errors.setdefault(field_id, problem)

    def raise_if_wrong(self) -> None:
        """One bad field refuses everything: 400, nothing written."""
        if self.errors:
            raise JiraError(400, errors=self.errors)


def read(
    scene: Scene,
    payload: Mapping[str, Any],
    *,
    creating: bool = False,
    screen: Mapping[str, bool] | None = None,
    skip: tuple[str, ...] = (),
) -> Wanted:
    """Parse a request body; problems are collected in `errors`.

    `screen` limits the fields to those of a transition's screen.
    """
    fields, update = _object(payload, "fields"), _object(payload, "update")
    wanted = Wanted()
    for name in set(fields) & set(update):
        wanted.refuse(name, f"Field '{name}' cannot appear in both 'fields' and 'update'")
    for name, value in fields.items():
        if name not in skip:
            _set(scene, wanted, name, [("set", value)], creating, screen)
    for name, operations in update.items():
        steps = _operations(wanted, name, operations)
        if name in EXTRAS:
            wanted.extras[name] = steps
        else:
            _set(scene, wanted, name, steps, creating, screen)
    return wanted


def require(scene: Scene, wanted: Wanted, issue_type: Record) -> None:
    """Refuse a new issue that lacks a required field."""
    assert scene.project is not None
    for each in all_fields(scene.site).values():
        missing = wanted.values.get(each.id) in (None, [])
        if missing and is_required(each, scene.project, issue_type):
            summary = "You must specify a summary of the issue."
            wanted.refuse(each.id, summary if each.id == "summary" else f"{each.name} is required.")


def _object(payload: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = payload.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise JiraError(400, f"Can not deserialize value of '{name}': an object is expected.")
    return value


def _operations(wanted: Wanted, name: str, operations: Any) -> list[tuple[str, Any]]:
    if not isinstance(operations, list):
        wanted.refuse(name, "Update operations must be an array.")
        return []
    steps = []
    for operation in operations:
        if not isinstance(operation, dict) or len(operation) != 1:
            wanted.refuse(name, "Each update operation must be an object with one operation.")
            continue
        steps.append(next(iter(operation.items())))
    return steps


def _set(
    scene: Scene,
    wanted: Wanted,
    name: str,
    steps: list[tuple[str, Any]],
    creating: bool,
    screen: Mapping[str, bool] | None,
) -> None:
    known = all_fields(scene.site).get(name)
    if known is None or not _offered(scene, known, creating, screen):
        wanted.refuse(name, NOT_ON_SCREEN.format(name))
        return
    current = (scene.issue or {"fields": {}})["fields"].get(name)
    try:
        for operation, operand in steps:
            current = known.type.apply(known, current, operation, operand, scene)
    except FieldProblem as problem:
        wanted.refuse(name, str(problem))
        return
    if name == "timetracking":
        wanted.values |= current or {"timeoriginalestimate": None, "timeestimate": None}
    else:
        wanted.values[name] = current


def _offered(scene: Scene, known: Field, creating: bool, screen: Mapping[str, bool] | None) -> bool:
    assert scene.project is not None and scene.issue is not None
    if screen is not None:
        return known.id in screen
    return is_on_screen(scene.site, known, scene.project, scene.issue["fields"].get("issuetype"), creating)


def project_and_type(scene: Scene, payload: Mapping[str, Any]) -> tuple[Record, Record]:
    """The project and issue type of a new issue; 400 with both problems if both are wrong."""
    fields, errors = _object(payload, "fields"), {}
    known = all_fields(scene.site)
    project = issue_type = None
    try:
        project_id = known["project"].type.read(known["project"], fields.get("project"), scene)
        project = scene.site.store.get("project", project_id)
    except FieldProblem:
        pass
    if project is None:
        errors["project"] = "Specify a valid project ID or key"
    if fields.get("issuetype") is None:
        errors["issuetype"] = "Specify an issue type"
    else:
        try:
            here = replace(scene, project=project)
            type_id = known["issuetype"].type.read(known["issuetype"], fields["issuetype"], here)
            issue_type = scene.site.store.get("issuetype", type_id)
        except FieldProblem as problem:
            errors["issuetype"] = str(problem)
    if project is None or issue_type is None:
        raise JiraError(400, errors=errors)
    return project, issue_type
