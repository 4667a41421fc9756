"""Answers of partners are read strictly."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from addon.model.reading import Unreadable, read
from addon.model.rules import document_of
from addon.model.scope import ProjectInfo
from addon.model.state import Answer, PublishedRules, Receipt, State
from addon.sync.rulebook import check
from tests.fakes.partners import document, mapping

STATE = State(
    agreement_id="a" * 36,
    side="inviter",
    state_version=1,
    status="accepted",
    name="n",
    site_url="https://x.example",
    site_name="X",
    endpoint="https://t.example",
    key_id="0" * 64,
    public_key="k",
    expires_at=5.0,
    rules=PublishedRules(1, document(), "inviter", "Ann"),
)


def travelled(value: Any) -> Any:
    return json.loads(json.dumps(value))


def test_what_is_told_is_read_back() -> None:
    answer = Answer(7, STATE, "why")
    assert read(Answer, travelled(answer.to_json())) == answer
    receipt = Receipt({"a": 3}, 1, 2)
    assert read(Receipt, travelled(receipt.to_json())) == receipt


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("known_version",), "7"),
        (("known_version",), True),
        (("known_version",), 7.5),
        (("known_version",), 2**60),
        (("known_version",), None),
        (("refused",), None),
        (("refused",), "x" * 200_000),
        (("refused",), "\x00"),
        (("state",), []),
        (("state", "side"), "third"),
        (("state", "side"), []),
        (("state", "expires_at"), "soon"),
        (("state", "expires_at"), float("nan")),
        (("state", "rules"), {}),
        (("state", "rules", "version"), -1.5),
        (("state", "rules", "document"), []),
        (("state", "more"), 1),
    ],
)
def test_what_is_not_as_it_should_be(path: tuple[str, ...], value: Any) -> None:
    data = travelled(Answer(7, STATE).to_json())
    inner = data
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(Unreadable):
        read(Answer, data)


def test_what_is_missing() -> None:
    data = travelled(Answer(7, STATE).to_json())
    del data["state"]["status"]
    with pytest.raises(Unreadable, match="status is missing"):
        read(Answer, data)
    with pytest.raises(Unreadable):
        read(ProjectInfo, {"id": "1", "key": "A", "name": "A", "issue_types": [{"id": 5, "name": "x"}]})


def test_a_document_is_checked_down_to_its_leaves() -> None:
    good = travelled(document_of((mapping(),)))
    check(good)

    def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        return [path, *[found for key, inner in items for found in places(inner, (*path, key))]]

    for path in places(good)[1:]:
        bad = copy.deepcopy(good)
        inner = bad
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = 3.5
        with pytest.raises(Exception, match=r"rules|field mapping"):
            check(bad)
