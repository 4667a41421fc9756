"""Fixed values and defaults: what is typed becomes a value of the field's form, and is shown again as it was typed."""

from __future__ import annotations

from typing import Any

import pytest

from addon.errors import Refused
from addon.model import matrix
from addon.model.offer import Offer
from addon.model.value import fits
from addon.web import typed_value

OFFERS = (Offer("1", "Red", (Offer("11", "Dark"),)), Offer("2", "Blue"))


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        ("text", "x", "x"),
        ("number", "1,5", 1.5),
        ("number", "3", 3),
        ("original_estimate", "1.5", 5400),
        ("date", "2026-11-21", "2026-11-21"),
        ("datetime", "2026-11-21T10:30", "2026-11-21T10:30:00.000+0000"),
        ("labels", "a, b", ["a", "b"]),
        ("user", "5b10", {"id": "5b10", "name": "5b10", "email": ""}),
        ("users", "a, b", [{"id": one, "name": one, "email": ""} for one in "ab"]),
        ("group", "staff", {"id": "", "name": "staff"}),
        ("groups", "a, b", [{"id": "", "name": one} for one in "ab"]),
        ("cascading", "Red", {"id": "", "name": "Red", "child": None}),
    ],
)
def test_what_is_typed_is_a_value_and_comes_back(type_: str, text: str, value: Any) -> None:
    parsed = typed_value.parse(type_, [text], ())
    assert parsed == value
    shown = typed_value.control(type_, parsed, ()).text
    assert typed_value.parse(type_, [shown], ()) == value


def test_paragraphs_are_lines() -> None:
    document = typed_value.parse("paragraph", ["one\n\ntwo"], ())
    assert fits("rich", document) and len(document["content"]) == 3
    assert typed_value.control("paragraph", document, ()).text == "one\n\ntwo"


@pytest.mark.parametrize(
    ("type_", "given", "value"),
    [
        ("select", ["2"], {"id": "2", "name": "Blue"}),
        ("multi_select", ["1", "2"], [{"id": "1", "name": "Red"}, {"id": "2", "name": "Blue"}]),
        ("cascading", ["1/11"], {"id": "1", "name": "Red", "child": {"id": "11", "name": "Dark"}}),
        ("cascading", ["2"], {"id": "2", "name": "Blue", "child": None}),
    ],
)
def test_what_is_chosen_is_an_option_with_its_name(type_: str, given: list[str], value: Any) -> None:
    assert typed_value.parse(type_, given, OFFERS) == value
    assert list(typed_value.control(type_, value, OFFERS).chosen) == given


@pytest.mark.parametrize(
    ("type_", "text", "words"),
    [
        ("number", "many", "Enter a number."),
        ("number", "nan", "Enter a number."),
        ("original_estimate", "1e999", "Enter a number."),
        ("date", "tomorrow", "Enter a date."),
        ("datetime", "2026-11-21", "Enter a date and a time."),
        ("original_estimate", "-1", "does not suit"),
    ],
)
def test_what_is_no_such_value_is_refused_in_words(type_: str, text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        typed_value.parse(type_, [text], ())


def test_an_option_that_is_gone_is_shown_and_not_chosen_anew() -> None:
    control = typed_value.control("select", {"id": "9", "name": "Old"}, OFFERS)
    assert control.choices[-1] == ("9", "Old (no longer there)")
    with pytest.raises(Refused, match="no longer offered"):
        typed_value.parse("select", ["9"], OFFERS)


def test_nothing_is_nothing() -> None:
    assert typed_value.parse("text", ["", "  "], ()) is None and typed_value.parse("select", [], OFFERS) is None


def test_every_writable_type_has_a_control() -> None:
    for name, kind in matrix.TYPES.items():
        if kind.writable:
            assert typed_value.control(name, None, ()).chosen == ("",)
