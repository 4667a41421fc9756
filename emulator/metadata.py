"""What may be written: create and edit metadata of fields."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from emulator.fields import Field, Scene, all_fields, is_on_screen, is_required
from emulator.fields.options import context_for

if TYPE_CHECKING:
    from emulator.store import Record

Bean = dict[str, Any]


def create_fields(scene: Scene, issue_type: Record) -> list[Bean]:
    """The fields of the create screen of one project and issue type."""
    assert scene.project is not None
    draft = {"id": None, "project": scene.project["id"], "fields": {"issuetype": issue_type["id"]}}
    here = replace(scene, issue=draft)
    shown = []
    for field in all_fields(scene.site).values():
        if is_on_screen(scene.site, field, scene.project, issue_type["id"], creating=True):
            bean = _bean(field, here, is_required(field, scene.project, issue_type))
            shown.append(bean | {"fieldId": field.id})
    return shown


def edit_fields(scene: Scene) -> dict[str, Bean]:
    """The fields of an issue that may be edited, by id."""
    assert scene.project is not None and scene.issue is not None
    type_id = scene.issue["fields"]["issuetype"]
    issue_type = scene.site.store.get("issuetype", type_id)
    return {
        field.id: _bean(field, scene, is_required(field, scene.project, issue_type))
        for field in all_fields(scene.site).values()
        if is_on_screen(scene.site, field, scene.project, type_id, creating=False)
    } | {"comment": _comment()}


def screen_fields(scene: Scene, screen: dict[str, bool]) -> dict[str, Bean]:
    """The fields of a transition's screen; the flag says whether a field must be given."""
    fields = all_fields(scene.site)
    return {name: _bean(fields[name], scene, required) for name, required in screen.items() if name in fields}


def _bean(field: Field, scene: Scene, required: bool) -> Bean:
    bean: Bean = {
        "required": required,
        "schema": field.schema,
        "name": field.name,
        "key": field.id,
        "operations": list(field.type.operations),
    }
    allowed = field.type.allowed(field, scene)
    if field.id == "project" and scene.project is not None:
        allowed = [field.type.show(field, scene.project["id"], scene)]
    if allowed is not None:
        bean["allowedValues"] = allowed
    default = default_value(field, scene)
    bean["hasDefaultValue"] = default is not None
    if default is not None:
        bean["defaultValue"] = field.type.show(field, default, scene)
    if field.type.kind == "user":
        bean["autoCompleteUrl"] = f"{scene.root}/user/search?query="
    elif field.type.kind == "labels":
        bean["autoCompleteUrl"] = f"{scene.root}/label/suggest?query="
    return bean


def default_value(field: Field, scene: Scene) -> Any:
    """The stored value that a new issue gets when the client gives none."""
    if field.id == "priority":
        found = next((p for p in scene.site.store.all("priority") if p.get("isDefault")), None)
        return found["id"] if found else None
    if field.custom and scene.project is not None:
        type_id = scene.issue["fields"].get("issuetype") if scene.issue else None
        context = context_for(scene.site, field.id, scene.project["id"], type_id)
        return context.get("default") if context else None
    return None


def _comment() -> Bean:
    return {
        "required": False,
        "schema": {"type": "comments-page", "system": "comment"},
        "name": "Comment",
        "key": "comment",
        "operations": ["add", "edit", "remove"],
        "hasDefaultValue": False,
    }
