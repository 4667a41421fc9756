"""The documents' own examples, held against what the site answered in this run.

Runs last: it looks at every answer that was overheard. A key of an example must stand in one of the answers at the same
place, with a value of the same type; what differs is listed with its reason in `examples_exceptions.py`.
"""

from __future__ import annotations

import json
from fnmatch import fnmatch
from typing import Any

import pytest

from tests.emulator.contract import shared
from tests.emulator.openapi.examples_exceptions import EXCEPTIONS
from tests.emulator.openapi.judge import Judge

# With fewer operations heard, the run was of single tests and says nothing.
ENOUGH = 150
Shape = dict[str, set[str]]


def kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return {dict: "object", list: "array", str: "string", int: "number", float: "number"}.get(type(value), "null")


def shape(value: Any, place: str = "$") -> Shape:
    """Every place in a value with the types found there; all elements of a list share one place."""
    found: Shape = {place: {kind(value)}}
    inner = (
        [(f"{place}.{key}", each) for key, each in value.items()]
        if isinstance(value, dict)
        else [(f"{place}[]", each) for each in value]
        if isinstance(value, list)
        else []
    )
    for where, each in inner:
        for path, kinds in shape(each, where).items():
            found.setdefault(path, set()).update(kinds)
    return found


def examples(judge: Judge) -> dict[tuple[str, str, int], Any]:
    """The examples of answers that the site gave, but those that break their own schemas."""
    listed = shared() / "data" / "openapi" / "spec-examples-that-fail-own-schema.json"
    faulty = {(f["method"].upper(), f["path"], int(f["status"])) for f in json.loads(listed.read_text())}
    found = {}
    for method, template, status in judge.samples:
        if (method, template, status) in faulty:
            continue
        for contract in judge.contracts:
            operation = contract.document["paths"].get(template, {}).get(method.lower(), {})
            content = operation.get("responses", {}).get(str(status), {}).get("content", {})
            text = content.get("application/json", {}).get("example")
            if text is not None:
                found[method, template, status] = json.loads(text) if isinstance(text, str) else text
    return found


def differences(example: Shape, answers: Shape) -> list[str]:
    lost = []
    for place, kinds in sorted(example.items()):
        if place not in answers:
            parent = max(place.rfind("."), place.rfind("[]"))
            if place[:parent] in answers:
                lost.append(f"{place} is missing")
        elif not kinds & answers[place] and kinds != {"null"} and answers[place] != {"null"}:
            lost.append(f"{place} is {sorted(answers[place])}, in the example {sorted(kinds)}")
    return lost


def excused(operation: str, difference: str) -> bool:
    return any(fnmatch(operation, where) and fnmatch(difference, what) for where, what in EXCEPTIONS)


def test_examples_have_our_shape(judge: Judge | None) -> None:
    if judge is None:
        pytest.skip("the OpenAPI documents are not beside the checkout")
    if len(judge.samples) < ENOUGH:
        pytest.skip(f"needs a run of the whole emulator suite; {len(judge.samples)} kinds of answers were heard")
    compared, problems = examples(judge), []
    for (method, template, status), example in compared.items():
        heard: Shape = {}
        for answer in judge.samples[method, template, status]:
            for place, kinds in shape(json.loads(answer)).items():
                heard.setdefault(place, set()).update(kinds)
        operation = f"{method} {template} {status}"
        found = differences(shape(example), heard)
        problems += [f"{operation}: {each}" for each in found if not excused(operation, each)]
    assert not problems, f"{len(compared)} examples, {len(problems)} differences\n" + "\n".join(problems)
