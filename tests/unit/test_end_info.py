"""Ends as values: what a scope leaves of them, and that a partner's are read strictly."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addon.model.catalog import EndInfo, FieldInfo, StatusInfo, TransitionInfo, visible
from addon.model.offer import Offer
from addon.model.reading import Unreadable
from addon.model.scope import MODES, Choice, Scope

FIELDS = ("summary", "status", "customfield_1", "customfield_2")


def end() -> EndInfo:
    options = (Offer("1", "A", (Offer("2", "B"),)),)
    return EndInfo(
        "10",
        "P",
        "Project",
        "20",
        "Bug",
        tuple(FieldInfo(one, f"Name of {one}", "text", False, True, True, options) for one in FIELDS),
        (StatusInfo("1", "To Do", "new"),),
        (TransitionInfo(("1",), "1", "Again", ("customfield_1", "customfield_2")),),
        ("ASSIGN_ISSUES",),
        "1",
    )


@given(st.sampled_from(MODES), st.frozensets(st.sampled_from(FIELDS)))
def test_of_what_is_hidden_no_trace_is_left(mode: Any, ids: frozenset[str]) -> None:
    scope = Scope(fields=Choice(mode, ids))
    shown = visible(scope, end())
    assert shown is not None
    for field_id in FIELDS:
        seen = scope.fields.shows(field_id)
        assert (shown.field(field_id) is not None) == seen
        assert seen or f"'{field_id}'" not in str(shown.to_json())
    if not scope.fields.shows("status"):
        assert "To Do" not in str(shown.to_json())


@pytest.mark.parametrize(
    "scope",
    [
        Scope(projects=Choice("hide", frozenset({"10"}))),
        Scope(projects=Choice("only")),
        Scope(issue_types=Choice("hide", frozenset({"20"}))),
    ],
)
def test_a_hidden_pair_is_nothing(scope: Scope) -> None:
    assert visible(scope, end()) is None


def test_a_scope_is_read_back() -> None:
    scope = Scope(Choice("hide", frozenset({"1"})), Choice(), Choice("only", frozenset({"summary"})))
    assert Scope.from_json(scope.to_json()) == scope


def test_what_is_told_is_read_back() -> None:
    assert EndInfo.from_json(end().to_json()) == end()


def _in_field(name: str, value: object) -> Callable[[Any], None]:
    return lambda data: data["fields"][0].update({name: value})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.pop("statuses"),
        lambda data: data.update(secret=1),
        lambda data: data.update(fields={}),
        lambda data: data.update(project_id=10),
        lambda data: data["transitions"][0].update(from_ids="1"),
        _in_field("required", 1),
        _in_field("options", [{"id": "1"}]),
        _in_field("name", "\x00"),
        _in_field("name", None),
    ],
)
def test_what_a_partner_tells_is_read_strictly(spoil: Callable[[Any], object]) -> None:
    data = copy.deepcopy(end().to_json())
    spoil(data)
    with pytest.raises(Unreadable):
        EndInfo.from_json(data)
