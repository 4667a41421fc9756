"""Fields as a list; contexts and options of custom fields."""

from typing import Any

from emulator import context
from emulator.fields import Field, all_fields
from emulator.rest import params
from emulator.rest.routing import Resource, scene

rest = Resource("fields")


def detail(field: Field) -> dict[str, Any]:
    bean: dict[str, Any] = {
        "id": field.id,
        "key": field.id,
        "name": field.name,
        "custom": field.custom,
        "orderable": field.orderable,
        "navigable": field.navigable,
        "searchable": field.searchable,
        "clauseNames": list(field.clauses),
    }
    if field.custom:
        bean["untranslatedName"] = field.name
    return bean | {"schema": field.schema}


@rest.get("/field", anonymous=True)
def every() -> Any:
    fields = [detail(field) for field in all_fields(context.site()).values()]
    key = {
        "id": "issuekey",
        "key": "issuekey",
        "name": "Key",
        "custom": False,
        "orderable": False,
        "navigable": True,
        "searchable": False,
        "clauseNames": ["id", "issue", "issuekey", "key"],
    }
    return [key, *fields]


@rest.get("/field/search", scope="NONE")
def search() -> Any:
    kinds, wanted = params.words("type"), params.words("id")
    query = (params.text("query") or "").lower()
    chosen = [
        field
        for field in all_fields(context.site()).values()
        if (not kinds or ("custom" if field.custom else "system") in kinds)
        and (not wanted or field.id in wanted)
        and query in field.name.lower()
    ]
    backwards = (params.text("orderBy") or "").startswith("-")
    if params.text("orderBy"):
        chosen.sort(key=lambda field: field.name.lower(), reverse=backwards)
    return params.paged(chosen, _short, most=50)


def _short(field: Field) -> dict[str, Any]:
    record = scene().site.store.get("field", field.id) or {}
    return {
        "id": field.id,
        "key": field.id,
        "name": field.name,
        "schema": field.schema,
        "description": record.get("description", ""),
    }
