"""What a JQL editor asks for: fields, functions, reserved words, and suggestions while one types."""

from collections.abc import Iterable
from html import escape
from typing import Any

from emulator.jql.functions import FUNCTIONS
from emulator.jql.kinds import KINDS, listed_operators
from emulator.jql.reserved import RESERVED_WORDS
from emulator.jql.structure import encoded
from emulator.jql.world import FieldInfo, World

MAX_SUGGESTIONS = 15

Json = dict[str, Any]


def reference_data(world: World) -> Json:
    """The answer of `GET /jql/autocompletedata` (schema JQLReferenceData)."""
    fields = {info.id: info for infos in world.fields().values() for info in infos}
    return {
        "visibleFieldNames": sorted(map(_field, fields.values()), key=lambda each: each["displayName"].casefold()),
        "visibleFunctionNames": [
            {
                "value": f"{function.name}()",
                "displayName": f"{function.name}()",
                **({"isList": "true"} if function.is_list else {}),
                "types": [function.java_type],
            }
            for _, function in sorted(FUNCTIONS.items())
        ],
        "jqlReservedWords": list(RESERVED_WORDS),
    }


def suggestions(world: World, field_name: str, prefix: str = "", predicate: str = "") -> list[Json]:
    """The answer of `GET /jql/autocompletedata/suggestions`: values of a field (or of BY, FROM, TO) by their beginning.

    An unknown field has no suggestions.
    """
    if predicate.lower() == "by":
        names: Iterable[tuple[str, str]] = ((user.id, user.name) for user in world.users())
    else:
        infos = world.fields().get(field_name.lower(), ())
        names = (pair for info in infos for pair in _values(world, info))
    wanted = prefix.casefold()
    found = {
        value: shown
        for value, shown in names
        if wanted in (value[: len(wanted)].casefold(), "") or _begins(shown, wanted)
    }
    ordered = sorted(found.items(), key=lambda pair: pair[1].casefold())[:MAX_SUGGESTIONS]
    return [{"value": encoded(value), "displayName": _highlighted(shown, wanted)} for value, shown in ordered]


def _field(info: FieldInfo) -> Json:
    kind = KINDS[info.kind]
    name = info.names[0]
    result: Json = {
        "value": f"cf[{info.custom_id}]" if info.custom_id else encoded(name),
        "displayName": f"{name} - cf[{info.custom_id}]" if info.custom_id else name,
        "orderable": "true" if kind.orderable else "false",
        "searchable": "true",
        "operators": listed_operators(info.id, info.kind),
        "types": [kind.java_type],
    }
    if kind.suggests:
        result["auto"] = "true"
    if info.custom_id:
        result["cfid"] = f"cf[{info.custom_id}]"
        result["value"] = encoded(name)
    return result


def _values(world: World, info: FieldInfo) -> Iterable[tuple[str, str]]:
    """Pairs of what stands in the query and what is shown."""
    if info.kind == "user":
        return [(user.id, user.name) for user in world.users()]
    if info.kind == "group":
        return [(name, name) for name in world.groups()]
    if not KINDS[info.kind].suggests:
        return []
    if info.kind == "project":
        return [(each.key, f"{each.name} ({each.key})") for each in world.entities(info)]
    return [(each.name, each.name) for each in world.entities(info)]


def _begins(shown: str, wanted: str) -> bool:
    """Whether the text or any word in it begins so."""
    return any(each.startswith(wanted) for each in (shown.casefold(), *shown.casefold().replace("(", " ").split()))


def _highlighted(shown: str, wanted: str) -> str:
    at = shown.casefold().find(wanted) if wanted else -1
    if at < 0:
        return escape(shown)
    end = at + len(wanted)
    return f"{escape(shown[:at])}<b>{escape(shown[at:end])}</b>{escape(shown[end:])}"
