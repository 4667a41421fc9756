"""Jira's refusals, as a sentence for people: which field, and what is wrong with it, but not what stands in it."""

from __future__ import annotations

import re
from typing import Any

from addon.strict_json import Malformed, parse_answer

_QUOTED = re.compile(r"(?P<before>\b[Ff]ields?:?\s+)?(?P<quote>['\"])(?P<text>[^'\"]*)(?P=quote)")
_MESSAGE_LIMIT = 300
_SENTENCE_LIMIT = 1000


def sentence(body: bytes) -> str:
    """What ``{"errorMessages": [...], "errors": {field: message}}`` says; empty where the body says nothing."""
    try:
        data = parse_answer(body)
    except Malformed:
        return ""
    if not isinstance(data, dict):
        return ""
    messages = _texts(data.get("errorMessages")) or _texts([data.get("message")])
    errors = data.get("errors")
    if isinstance(errors, dict):
        messages += [f"{field}: {text}" for field, value in errors.items() for text in _texts([value])]
    return " ".join(_ended(message) for message in messages)[:_SENTENCE_LIMIT]


def fields_named(body: bytes) -> tuple[str, ...]:
    """The ids of the fields that a refusal complains of."""
    try:
        data = parse_answer(body)
    except Malformed:
        return ()
    errors = data.get("errors") if isinstance(data, dict) else None
    return tuple(errors) if isinstance(errors, dict) else ()


def _texts(values: Any) -> list[str]:
    if not isinstance(values, list):
        return []
    return [_without_values(value)[:_MESSAGE_LIMIT] for value in values if isinstance(value, str) and value.strip()]


def _without_values(message: str) -> str:
    """Jira quotes both fields and values; a value is content and does not belong in a reason or a log."""

    def keep_fields(match: re.Match[str]) -> str:
        return match[0] if match["before"] else f"{match['quote']}…{match['quote']}"

    return _QUOTED.sub(keep_fields, " ".join(message.split()))


def _ended(message: str) -> str:
    return message if message.endswith((".", "!", "?")) else f"{message}."
