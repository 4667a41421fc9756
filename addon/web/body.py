"""Bodies of requests, with an end and a shape."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from addon.errors import Refused
from addon.strict_json import Malformed, parse

KiB = 1024
MiB = 1024 * KiB


def read(limit: int = MiB) -> bytes:
    """The whole body.

    Raises:
        Refused: longer than ``limit`` bytes (413), or shorter than announced (400): the connection was cut.
    """
    request.max_content_length = limit
    try:
        body = request.get_data()
    except RequestEntityTooLarge as error:
        raise Refused(f"The body is larger than {limit // KiB} KiB.", status=413) from error
    if len(body) > limit:
        raise Refused(f"The body is larger than {limit // KiB} KiB.", status=413)
    if len(body) < (request.content_length or 0):
        raise Refused("The body ended before its time.")
    return body


def read_json(limit: int = MiB) -> Any:
    """The body as JSON (``strict_json``).

    Raises:
        Refused: too long (413) or not JSON that we take (400).
    """
    try:
        return parse(read(limit))
    except Malformed as error:
        raise Refused(str(error)) from error


def read_object(limit: int = MiB) -> dict[str, Any]:
    """The body as a JSON object.

    Raises:
        Refused: as ``read_json``, or not an object (400).
    """
    value = read_json(limit)
    if not isinstance(value, dict):
        raise Refused("The body must be a JSON object.")
    return value
