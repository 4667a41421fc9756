"""Reading query parameters and bodies; what is wrong with them is 400 in words."""

from collections.abc import Sequence
from typing import Any

import orjson
from flask import request

from emulator.errors import JiraError


def text(name: str, default: str | None = None) -> str | None:
    """A query parameter; empty counts as absent."""
    return request.args.get(name) or default


def words(name: str) -> list[str]:
    """A parameter that may be repeated, comma separated, or both."""
    return [word.strip() for given in request.args.getlist(name) for word in given.split(",") if word.strip()]


def flag(name: str, default: bool = False) -> bool:
    value = request.args.get(name)
    return default if value is None else value.lower() == "true"


def number(name: str, default: int, low: int = 0, high: int | None = None) -> int:
    """A whole number; one beyond `high` is cut down to it, as Jira does."""
    value = request.args.get(name)
    if value is None or value == "":
        return default
    try:
        parsed = int(value)
    except ValueError:
        raise JiraError(400, f"The query parameter {name} must be a whole number.") from None
    if parsed < low:
        raise JiraError(400, f"The query parameter {name} must be at least {low}.")
    return parsed if high is None else min(parsed, high)


def page(size: int = 50, most: int = 100) -> tuple[int, int]:
    """`startAt` and `maxResults`."""
    return number("startAt", 0), number("maxResults", size, high=most)


def paged(values: Sequence[Any], show: Any, size: int = 50, most: int = 100) -> dict[str, Any]:
    """A page bean over a list; only the page's items are shown."""
    start, count = page(size, most)
    chosen = values[start : start + count]
    bean: dict[str, Any] = {
        "self": request.url,
        "maxResults": count,
        "startAt": start,
        "total": len(values),
        "isLast": start + count >= len(values),
        "values": [show(value) for value in chosen],
    }
    return bean


def body() -> dict[str, Any]:
    """The JSON object in the body."""
    value = json_body()
    if not isinstance(value, dict):
        raise JiraError(400, "Invalid request payload. Refer to the REST API documentation and try again.")
    return value


def json_body() -> Any:
    """The JSON in the body, of whatever kind."""
    try:
        return orjson.loads(request.get_data(cache=True))
    except orjson.JSONDecodeError:
        raise JiraError(400, "There was an error parsing JSON. Check that your request body is valid.") from None


def listed(given: dict[str, Any], name: str, most: int | None = None, required: bool = False) -> list[Any]:
    """An array inside a body."""
    value = given.get(name)
    if value is None and not required:
        return []
    if not isinstance(value, list):
        raise JiraError(400, f"'{name}' must be an array.")
    if most is not None and len(value) > most:
        raise JiraError(400, f"'{name}' must hold at most {most} entries.")
    return value


def whole(given: dict[str, Any], name: str, default: int, low: int, high: int) -> int:
    """A whole number inside a body, cut down to `high`."""
    value = given.get(name, default)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or value < low:
        raise JiraError(400, f"'{name}' must be a whole number of at least {low}.")
    return min(value, high)


def has_body() -> bool:
    return bool(request.get_data(cache=True).strip())
