"""Rich text at the API's edge: ADF under v3, wiki markup under v2, one stored form (ADF)."""

from typing import Any

from emulator import adf
from emulator.errors import FieldProblem

LIMIT = 32767

to_wiki = adf.to_wiki
to_html = adf.to_html
to_text = adf.to_text
from_wiki = adf.from_wiki


def read(value: object, version: int) -> dict[str, Any] | None:
    """The document a client sent; raises FieldProblem. An empty string under v2 is no document."""
    if version == 2:
        if not isinstance(value, str):
            raise FieldProblem("Operation value must be a string")
        _refuse_long(len(value))
        return adf.from_wiki(value) if value else None
    if not isinstance(value, dict) or value.get("type") != "doc":
        raise FieldProblem("Operation value must be an Atlassian Document (see the Atlassian Document Format)")
    problem = adf.problem_in(value)
    if problem:
        raise FieldProblem(f"INVALID_INPUT: {problem}")
    _refuse_long(len(adf.to_text(value)))
    return value


def show(document: dict[str, Any], version: int) -> object:
    """What a client of this API version gets."""
    return adf.to_wiki(document) if version == 2 else document


def _refuse_long(length: int) -> None:
    if length > LIMIT:
        raise FieldProblem(f"The entered text is too long. It exceeds the allowed limit of {LIMIT:,} characters.")
