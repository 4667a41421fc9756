"""All fields of a site: the system's, and the custom ones made on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator import screens
from emulator.fields.base import Field, FieldType
from emulator.fields.options import Cascade, Option, context_for
from emulator.fields.plain import Date, DateTime, Labels, Number, ReadOnly, RichText, Text, Url
from emulator.fields.reference import Group, Many, OfProject, Reference, User
from emulator.fields.special import Sprint, Team
from emulator.fields.system import SYSTEM

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.store import Record

_BASIC = "com.atlassian.jira.plugin.system.customfieldtypes:"
_AGILE = "com.pyxis.greenhopper.jira:"

# Type key -> behaviour, schema type, schema items.
TYPES: dict[str, tuple[FieldType, str, str | None]] = {
    f"{_BASIC}textfield": (Text(), "string", None),
    f"{_BASIC}textarea": (RichText(), "string", None),
    f"{_BASIC}url": (Url(), "string", None),
    f"{_BASIC}readonlyfield": (Text(), "string", None),
    f"{_BASIC}float": (Number(), "number", None),
    f"{_BASIC}datepicker": (Date(), "date", None),
    f"{_BASIC}datetime": (DateTime(), "datetime", None),
    f"{_BASIC}labels": (Labels(), "array", "string"),
    f"{_BASIC}select": (Option(), "option", None),
    f"{_BASIC}radiobuttons": (Option(), "option", None),
    f"{_BASIC}multiselect": (Many(Option()), "array", "option"),
    f"{_BASIC}multicheckboxes": (Many(Option()), "array", "option"),
    f"{_BASIC}cascadingselect": (Cascade(), "option-with-child", None),
    f"{_BASIC}userpicker": (User(), "user", None),
    f"{_BASIC}people": (Many(User()), "array", "user"),
    f"{_BASIC}multiuserpicker": (Many(User()), "array", "user"),
    f"{_BASIC}grouppicker": (Group(), "group", None),
    f"{_BASIC}multigrouppicker": (Many(Group()), "array", "group"),
    f"{_BASIC}version": (OfProject("version", "Version"), "version", None),
    f"{_BASIC}multiversion": (Many(OfProject("version", "Version")), "array", "version"),
    f"{_BASIC}project": (Reference("project", "Project", "key"), "project", None),
    f"{_BASIC}atlassian-team": (Team(), "team", None),
    f"{_AGILE}jsw-story-points": (Number(), "number", None),
    f"{_AGILE}gh-sprint": (Sprint(), "array", "json"),
    f"{_AGILE}gh-lexo-rank": (ReadOnly(), "any", None),
    f"{_AGILE}gh-epic-label": (Text(), "string", None),
    "com.atlassian.servicedesk:sd-request-participants": (Many(User()), "array", "user"),
}
WITH_OPTIONS = tuple(key for key, value in TYPES.items() if value[0].kind in ("option", "cascade"))


def all_fields(site: Site) -> dict[str, Field]:
    """Every field by id; worked out anew only when a custom field changed."""
    version = site.store.version("field")
    if site.field_cache is None or site.field_cache[0] != version:
        fields = {field.id: field for field in SYSTEM}
        fields |= {record["id"]: custom(record) for record in site.store.all("field") if not record.get("trashed")}
        site.field_cache = (version, fields)
    return site.field_cache[1]


def custom(record: Record) -> Field:
    """The field that a custom field's record describes."""
    behaviour, kind, items = TYPES[record["type"]]
    number = int(record["id"].removeprefix("customfield_"))
    schema = {"type": kind, "custom": record["type"], "customId": number} | ({"items": items} if items else {})
    writable = not isinstance(behaviour, ReadOnly)
    return Field(
        id=record["id"],
        name=record["name"],
        type=behaviour,
        schema=schema,
        change_name=record["name"],
        clauses=(f"cf[{number}]", record["name"]),
        on_create=writable,
        on_edit=writable,
        custom=True,
    )


def find_field(site: Site, field_id: str) -> Field | None:
    return all_fields(site).get(field_id)


def field_named(site: Site, name: str) -> Field | None:
    """A field by id or, without regard to case, by name."""
    found = find_field(site, name)
    if found:
        return found
    return next((f for f in all_fields(site).values() if f.name.lower() == name.lower()), None)


def is_on_screen(site: Site, field: Field, project: Record, type_id: str | None, creating: bool) -> bool:
    """Whether an issue of this project and type offers the field for writing."""
    if not (field.on_create if creating else field.on_edit) or field.id in project.get("hiddenFields", []):
        return False
    if field.id in screens.rules(project, type_id).get("hidden", []):
        return False
    if not screens.offers(site, project, type_id, "create" if creating else "edit", field.id):
        return False
    if field.custom:
        return context_for(site, field.id, project["id"], type_id) is not None
    if field.id == "security":
        return bool(project.get("securityLevels"))
    return True


def is_required(field: Field, project: Record, issue_type: Record | None) -> bool:
    """Whether an issue may not be created without it."""
    if field.id == "parent":
        return bool(issue_type and issue_type["hierarchyLevel"] < 0)
    configured = screens.rules(project, issue_type["id"] if issue_type else None).get("required", [])
    return field.required or field.id in configured or field.id in project.get("requiredFields", [])
