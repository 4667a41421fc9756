"""The matrix: recognised types, directions, and that every promise has a processor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from addon.errors import Refused
from addon.model import matrix
from addon.model.matrix import CELLS, TYPES, directions, recognise
from addon.model.rules import Choice, End, FieldEnd, FieldMapping, IssueMapping, document_of, rules_from
from addon.sync.processors.registry import PROCESSORS
from addon.sync.rulebook import check

END = End("1", "P", "1", "Bug")


def test_every_type_has_a_processor_of_its_form() -> None:
    assert PROCESSORS.keys() == TYPES.keys()
    assert {name: one.form for name, one in PROCESSORS.items()} == {name: one.form for name, one in TYPES.items()}


def test_everything_can_be_read_as_text() -> None:
    assert all((source, target) in CELLS for source in TYPES for target in ("text", "paragraph"))


@pytest.mark.parametrize(
    ("ours", "theirs", "ways"),
    [
        ("text", "text", ("out", "in", "both")),
        ("text", "paragraph", ("out", "in")),
        ("text", "user", ("in",)),
        ("user", "text", ("out",)),
        ("select", "priority", ("out", "in", "both")),
        ("date", "datetime", ("out", "in", "both")),
        ("multi_select", "labels", ("out", "in", "both")),
        ("components", "labels", ("out",)),
        ("original_estimate", "number", ("out",)),
        ("status", "select", ("out",)),
        ("status", "status", ("out", "in", "both")),
        ("number", "date", ()),
        ("comments", "comments", ("out", "in", "both")),
    ],
)
def test_directions(ours: str, theirs: str, ways: tuple[str, ...]) -> None:
    assert directions(ours, theirs) == ways


_CUSTOM = "com.atlassian.jira.plugin.system.customfieldtypes:"


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string", "system": "summary"}, "text"),
        ({"type": "user", "system": "assignee"}, "user"),
        ({"type": "array", "items": "version", "system": "fixVersions"}, "versions"),
        ({"type": "option", "custom": f"{_CUSTOM}select", "customId": 10001}, "select"),
        ({"type": "option-with-child", "custom": f"{_CUSTOM}cascadingselect"}, "cascading"),
        ({"type": "array", "items": "json", "custom": "com.pyxis.greenhopper.jira:gh-sprint"}, "sprint"),
        ({"type": "any", "custom": "com.example.app:thing"}, "app"),
        ({"type": "array", "items": "attachment", "system": "attachment"}, "app"),
        ({}, "app"),
    ],
)
def test_types_are_recognised_by_jiras_schema(schema: dict[str, Any], kind: str) -> None:
    assert recognise(schema) == kind


def document(**row: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {"id": "x", "inviter_type": "text", "accepter_type": "text"}
    fields |= {"inviter_field": "a", "accepter_field": "b", **row}
    return document_of((IssueMapping("m", True, END, END, (FieldMapping(**fields),)),))


def test_a_document_says_what_was_put_into_it() -> None:
    said = document(at_inviter=FieldEnd(default="x"), mode="create_only")
    check(said)
    assert document_of(rules_from(1, said).mappings) == said


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"inviter_type": "nonsense"}, "not known"),
        ({"accepter_type": "number"}, "cannot take"),
        ({"inviter_type": "user", "accepter_type": "text"}, "cannot take"),
        ({"inviter_type": "count", "accepter_type": "count"}, "cannot take"),
        ({"accepter_type": "comments"}, "comments only"),
        ({"at_inviter": FieldEnd(fixed=5)}, "fixed value is not of the type"),
        ({"inviter_type": "select", "accepter_type": "select", "unmatched": "default"}, "no default"),
        ({"inviter_field": ""}, "missing"),
        ({"inviter_field": "", "accepter_field": ""}, "no field"),
        ({"conflict": "nobody"}, "cannot be read"),
        ({"inviter_type": "status", "accepter_type": "status"}, "field “status”"),
        ({"at_accepter": FieldEnd(prefer=(Choice("", "Doing"),))}, "only a status"),
    ],
)
def test_rules_that_contradict_the_matrix_are_refused(row: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words) as refused:
        check(document(**row))
    assert refused.value.status == 422


def test_another_format_is_refused() -> None:
    with pytest.raises(Refused, match="format"):
        check({"format": 1, "mappings": []})


def test_limits_stand_in_one_place() -> None:
    assert (TYPES["text"].limit, TYPES["paragraph"].limit) == (matrix.TEXT_LIMIT, matrix.PARAGRAPH_LIMIT)


def test_the_document_in_the_documentation_can_be_published() -> None:
    text = (Path(__file__).parents[2] / "docs/rules.md").read_text(encoding="utf-8")
    shown = json.loads(text.partition("```json\n")[2].partition("```")[0])
    check(shown)
    assert rules_from(1, shown).users.accepter_default == "70121:1"


def test_the_documentation_names_every_type() -> None:
    text = (Path(__file__).parents[2] / "docs/rules.md").read_text(encoding="utf-8")
    assert [name for name in TYPES if f"`{name}`" not in text] == []
