"""Documents are held against Atlassian's schema, and faults are named with their place."""

import hashlib
import json
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from emulator.adf import problem_in
from emulator.adf.schema import SCHEMA_PATH

PARAGRAPH = {"type": "paragraph", "content": [{"type": "text", "text": "x"}]}


def doc(*content: Any) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(content)}


def test_the_vendored_files_are_those_of_the_lock() -> None:
    lock = json.loads((SCHEMA_PATH.parent / "lock.json").read_text(encoding="utf-8"))
    for name, entry in lock["files"].items():
        assert hashlib.sha256((SCHEMA_PATH.parent / name).read_bytes()).hexdigest() == entry["sha256"]


def test_real_documents_are_accepted_or_refused_as_known(shared: Path) -> None:
    folder = shared / "data" / "adf"
    manifest = json.loads((folder / "docs-manifest.json").read_text(encoding="utf-8"))
    problems = {
        entry["file"]: problem_in(json.loads((folder / "docs" / entry["file"]).read_text(encoding="utf-8")))
        for entry in manifest
    }
    assert [entry["file"] for entry in manifest if (problems[entry["file"]] is None) != entry["valid_full"]] == []
    assert sum(problem is None for problem in problems.values()) == 82
    assert sum(problem is not None for problem in problems.values()) == 25


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (None, "document: must be of type object"),
        ([], "document: must be of type object"),
        ({"type": "doc", "content": []}, "document: 'version' is missing"),
        ({"type": "doc", "version": 2, "content": []}, "version: must be 1"),
        ({"type": "doc", "version": True, "content": []}, "version: must be 1"),
        ({**doc(), "more": 1}, "document: 'more' is not allowed here"),
        (doc("x"), "content/0: must be a node with a 'type' (allowed: "),
        (doc({"type": "text", "text": "x"}), "content/0: a node of type 'text' is not allowed here (allowed: "),
        (doc(PARAGRAPH, {"type": "heading", "attrs": {"level": 7}}), "content/1/attrs/level: must be at most 6"),
        (
            doc({"type": "paragraph", "content": [{"type": "text", "text": ""}]}),
            "content/0/content/0/text: must not be empty",
        ),
        (
            doc({"type": "paragraph", "content": [{"type": "status", "attrs": {"text": "x", "color": "red\n"}}]}),
            "content/0/content/0/attrs/color: must match ",
        ),
        (doc({"type": "bulletList", "content": []}), "content/0/content: needs at least 1 item(s)"),
        (
            doc({"type": "paragraph", "content": [{"type": "text", "text": "x", "marks": [{"type": "bold"}]}]}),
            "content/0/content/0/marks/0: a node of type 'bold' is not allowed here",
        ),
        (
            doc({"type": "panel", "attrs": {"panelType": "info"}, "content": [{"type": "table", "content": []}]}),
            "content/0/content/0: a node of type 'table' is not allowed here",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(document: object, problem: str) -> None:
    found = problem_in(document)
    assert found is not None
    assert found.startswith(problem)


def test_the_empty_document_is_valid() -> None:
    assert problem_in(doc()) is None


def test_endless_nesting_is_refused_and_not_followed() -> None:
    nested: dict[str, Any] = PARAGRAPH
    for _ in range(50_000):
        nested = {"type": "bulletList", "content": [{"type": "listItem", "content": [nested]}]}
    assert problem_in(doc(nested)) == "document: is nested deeper than 120 levels"


def test_a_big_document_is_a_matter_of_milliseconds() -> None:
    cell = {"type": "tableCell", "attrs": {}, "content": [PARAGRAPH]}
    big = doc({"type": "table", "content": [{"type": "tableRow", "content": [cell] * 10}] * 100})
    assert problem_in(big) is None
    start = perf_counter()
    problem_in(big)
    assert perf_counter() - start < 0.5
