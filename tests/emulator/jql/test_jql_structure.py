"""Trees and editor data, held against Atlassian's OpenAPI document."""

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from emulator.jql import parse, reference_data, structure, suggestions
from tests.emulator.jql.test_jql_searching import FOUND
from tests.emulator.jql.world import FakeWorld, sample


@pytest.fixture(scope="module")
def openapi(shared: Path) -> Any:
    path = shared / "data" / "openapi" / "jira-platform-v3.2026-05.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    # A fault of the document: closed to all properties, the clause refuses those of each of its own variants.
    del document["components"]["schemas"]["JqlQueryClause"]["additionalProperties"]
    return document


def validator(openapi: Any, name: str) -> OAS30Validator:
    registry = Registry().with_resource("urn:jira", Resource(contents=openapi, specification=DRAFT4))
    return OAS30Validator({"$ref": f"urn:jira#/components/schemas/{name}"}, registry=registry)


def test_trees_have_the_documented_form(openapi: Any) -> None:
    check = validator(openapi, "JqlQuery")
    for text, _ in FOUND:
        assert list(check.iter_errors(structure(parse(text)))) == [], text


def test_editor_data_has_the_documented_form(openapi: Any) -> None:
    data = reference_data(FakeWorld(sample()))
    assert list(validator(openapi, "JQLReferenceData").iter_errors(data)) == []
    names = {each["displayName"]: each for each in data["visibleFieldNames"]}
    assert names["Story Points - cf[10010]"]["cfid"] == "cf[10010]"
    assert names["status"]["operators"] == [
        *("=", "!=", "is", "is not", "in", "not in"),
        *("was", "was in", "was not", "was not in", "changed"),
    ]
    assert "currentUser()" in [each["value"] for each in data["visibleFunctionNames"]]
    assert "select" in data["jqlReservedWords"]


def test_a_tree_names_everything() -> None:
    text = (
        'NOT status was not in (Open, "In Progress") by currentUser() '
        "and issue.property[a1].b = empty order by key desc"
    )
    assert structure(parse(text)) == {
        "where": {
            "operator": "and",
            "clauses": [
                {
                    "operator": "not",
                    "clauses": [
                        {
                            "field": {"name": "status", "encodedName": "status"},
                            "operator": "was not in",
                            "operand": {
                                "values": [
                                    {"value": "Open", "encodedValue": "Open"},
                                    {"value": "In Progress", "encodedValue": '"In Progress"'},
                                ],
                                "encodedOperand": '(Open, "In Progress")',
                            },
                            "predicates": [
                                {
                                    "operator": "by",
                                    "operand": {
                                        "function": "currentUser",
                                        "arguments": [],
                                        "encodedOperand": "currentUser()",
                                    },
                                }
                            ],
                        }
                    ],
                },
                {
                    "field": {
                        "name": "issue.property[a1].b",
                        "encodedName": "issue.property[a1].b",
                        "property": [{"entity": "issue", "key": "a1", "path": "b"}],
                    },
                    "operator": "=",
                    "operand": {"keyword": "empty"},
                },
            ],
        },
        "orderBy": {"fields": [{"field": {"name": "key", "encodedName": "key"}, "direction": "desc"}]},
    }


@pytest.mark.parametrize(("text", "bounded"), [("", False), ("order by key", False), ("key is not empty", True)])
def test_only_a_restriction_bounds(text: str, bounded: bool) -> None:
    assert parse(text).is_bounded is bounded


@pytest.mark.parametrize(
    ("field", "prefix", "expected"),
    [
        ("project", "", [("ABC", "Alphabet (ABC)"), ("XYZ", "Last Letters (XYZ)")]),
        ("project", "let", [("XYZ", "Last <b>Let</b>ters (XYZ)")]),
        ("status", "in", [('"In Progress"', "<b>In</b> Progress")]),
        ("assignee", "be", [("5b10b", "<b>Be</b>n Birch")]),
        ("summary", "x", []),
        ("nothing", "", []),
    ],
)
def test_suggestions_begin_as_asked(field: str, prefix: str, expected: list[tuple[str, str]]) -> None:
    found = suggestions(FakeWorld(sample()), field, prefix)
    assert [(each["value"], each["displayName"]) for each in found] == expected
