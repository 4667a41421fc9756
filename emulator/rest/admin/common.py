"""What the administrative resources share: reading names, finding records, answering with a task."""

from typing import Any

import orjson
from flask import Response

from emulator import context, tasks
from emulator.errors import JiraError, bad_field
from emulator.rest.routing import scene
from emulator.store import Record


def name_of(given: dict[str, Any], kind: str, most: int = 255, known: Record | None = None) -> str:
    """The `name` of a body: required, not too long, and not taken by another record of the kind."""
    name = given.get("name")
    if not isinstance(name, str) or not name.strip():
        raise bad_field("name", "The name is required.")
    if len(name) > most:
        raise bad_field("name", f"The name must not exceed {most} characters.")
    name = name.strip()
    for other in context.site().store.all(kind):
        if other is not known and other["name"].lower() == name.lower() and not other.get("scope"):
            raise bad_field("name", f"The name '{name}' is used already. Choose another one.")
    return name


def text_of(given: dict[str, Any], name: str, default: str = "") -> str:
    """A text of a body; null counts as absent."""
    value = given.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise bad_field(name, f"'{name}' must be a string.")
    return value


def must(kind: str, record_id: object, noun: str) -> Record:
    """A record, or 404 in words."""
    record = context.site().store.get(kind, str(record_id))
    if record is None:
        raise JiraError(404, f"The {noun} with id '{record_id}' was not found.")
    return record


def ids(kind: str, given: list[Any], noun: str) -> list[str]:
    """Ids of existing records, each once; 400 names the first that is unknown."""
    store = context.site().store
    for each in given:
        if store.get(kind, str(each)) is None:
            raise JiraError(400, f"The {noun} with id '{each}' does not exist.")
    return list(dict.fromkeys(str(each) for each in given))


def reorder(kind: str, order: list[str]) -> None:
    """Let records of a kind stand in this order, after those that are not named.

    Records are listed in the order of their creation, so they are taken out and put back.
    """
    store = context.site().store
    records = [record for record in (store.get(kind, each) for each in order) if record]
    for record in records:
        store.delete(kind, record["id"])
        store.put(kind, record)


def moved(order: list[str], chosen: list[str], after: str | None, position: str | None) -> list[str]:
    """A list of ids with some of them put behind one, or at an end; 400 if neither is said."""
    others = [each for each in order if each not in chosen]
    if position == "First":
        return [*chosen, *others]
    if position == "Last":
        return [*others, *chosen]
    if after not in others:
        raise JiraError(400, "Give either 'after' with an id of the list, or 'position' as First or Last.")
    place = others.index(str(after)) + 1
    return [*others[:place], *chosen, *others[place:]]


def see_task(description: str, result: object = None) -> Response:
    """303 to a task that is done already."""
    task = tasks.bean(tasks.done(context.site(), context.caller(), description, result), scene())
    return Response(orjson.dumps(task), 303, {"Location": task["self"]}, content_type="application/json;charset=UTF-8")
