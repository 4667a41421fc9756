"""JSON from outside, read with limits: what would crash, confuse or swell us is refused with words."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

MAX_DEPTH = 100
MAX_NODES = 250_000
"""Lists, objects and elements in one document: a few bytes of text can become a hundred in memory."""
MAX_ANSWER_NODES = 600_000
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}(?:\\u[dD][c-fC-F][0-9a-fA-F]{2})?|u[dD][c-fC-F][0-9a-fA-F]{2}|.)"
)


class Malformed(ValueError):
    """This is not JSON that we take; the message is a sentence for people."""


def parse(body: bytes) -> Any:
    """Read a request's body.

    Raises:
        Malformed: not UTF-8, not JSON, nested deeper than ``MAX_DEPTH``, too many elements, NaN or infinite numbers, a
            key twice in one object, NUL or half a surrogate pair in a string.
    """
    text = _decoded(body, MAX_NODES)
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite)
    except Malformed:
        raise
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is not valid JSON.") from error
    if "\\u" in text or text.count("[") + text.count("{") > MAX_DEPTH:
        _check(value)
    return value


def parse_answer(body: bytes) -> Any:
    """Read an answer of Jira: bounded in size and depth as well, but what users wrote is taken as it is.

    Half surrogate pairs become U+FFFD: they can be neither stored nor sent.

    Raises:
        Malformed: not JSON within the bounds.
    """
    text = _decoded(body, MAX_ANSWER_NODES)
    if "\\u" in text:
        text = _ESCAPE.sub(_whole, text)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("The answer is not valid JSON.") from error


def _decoded(body: bytes, max_nodes: int) -> str:
    if body.count(b",") + body.count(b"[") + body.count(b"{") > max_nodes:
        raise Malformed("The body holds too many elements.")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("The body is not UTF-8.") from error


def _whole(match: re.Match[str]) -> str:
    escape = match[0]
    half = len(escape) == 6 and escape[1] == "u"
    return "\\ufffd" if half else escape


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("The body holds a key twice.")
    return found


def _no_constant(_name: str) -> NoReturn:
    raise Malformed("The body holds a number that JSON does not have.")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise Malformed("The body holds a number that is too large.")
    return number


def _check(value: Any) -> None:
    # A loop, not a recursion: the parser itself allows documents about as deep as our own stack.
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for item in level:
            if isinstance(item, str):
                _check_string(item)
            elif isinstance(item, list):
                below += item or (None,)
            elif isinstance(item, dict):
                below += item.keys() or (None,)
                below += item.values()
        if not below:
            return
        level = below
    raise Malformed(f"The body is nested deeper than {MAX_DEPTH} levels.")


def _check_string(text: str) -> None:
    if "\0" in text or (not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text)):
        raise Malformed("The body holds a character that cannot be stored.")
