"""The checker of the stories with real processes finds what it is there to find."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from dev.site import paragraph
from tests.story.checker import DIFFERENT, DOUBLED, ECHOED, INVERTED, LOST, Chronicle, check

PERSON, APP = None, "io.twinline.sync"


class History:
    """One site's lines, as the emulator writes them."""

    def __init__(self, name: str) -> None:
        self.name, self.lines, self._numbers = name, list[dict[str, Any]](), count(1)

    def _write(self, app: str | None, kind: str, record_id: str, issue: str, **more: Any) -> None:
        line = {"n": next(self._numbers), "type": "write", "request": 1, "app": app, "kind": kind, "id": record_id}
        self.lines.append(line | {"issue": issue} | more)

    def issue(self, app: str | None, issue: str, summary: str, **values: Any) -> None:
        values = {"summary": summary, "priority": "3", "description": None} | values
        self._write(app, "issue", issue, issue, op="created", values=values)

    def edit(self, app: str | None, issue: str, field: str, value: Any) -> None:
        self._write(app, "issue", issue, issue, op="changed", field=field, to=value)

    def comment(self, app: str | None, issue: str, comment: str, words: str) -> None:
        self._write(app, "comment", comment, issue, op="created", values={"body": paragraph(words)})

    def correct(self, app: str | None, issue: str, comment: str, words: str) -> None:
        self._write(app, "comment", comment, issue, op="changed", field="body", to=paragraph(words))


def good(blue: History, green: History) -> None:
    """What people said at Blue came to Green, and the description the other way."""
    blue.issue(PERSON, "b", "Blue #1")
    blue.edit(PERSON, "b", "summary", "Blue #2")
    green.issue(APP, "g", "Blue #2")
    blue.edit(PERSON, "b", "summary", "Blue #3")
    blue.edit(PERSON, "b", "summary", "Blue #4")
    green.edit(APP, "g", "summary", "Blue #4")
    for priority in ("2", "4", "2"):
        blue.edit(PERSON, "b", "priority", priority)
        green.edit(APP, "g", "priority", priority)
    green.edit(PERSON, "g", "description", paragraph("Green describes #5"))
    blue.edit(APP, "b", "description", paragraph("Green describes #5"))
    blue.edit(PERSON, "b", "labels", ["one", "two"])
    green.edit(APP, "g", "labels", ["one", "two"])
    green.edit(PERSON, "g", "labels", ["one", "two", "three"])
    blue.edit(PERSON, "b", "labels", ["two"])
    green.edit(APP, "g", "labels", ["two", "three"])
    blue.edit(APP, "b", "labels", ["two", "three"])
    blue.comment(PERSON, "b", "bc", "Blue says #6")
    green.comment(APP, "g", "gc", "Blue Admin at Blue: Blue says #6")
    blue.correct(PERSON, "b", "bc", "Blue corrects #7")
    green.correct(APP, "g", "gc", "Blue Admin at Blue: Blue corrects #7")


def _twice(name: str) -> Callable[[History, History], None]:
    return lambda _blue, green: green.issue(APP, name, "Blue #1")


WRONG: dict[str, tuple[str, Callable[[History, History], None]]] = {
    "an issue without a twin": (LOST, lambda blue, green: blue.issue(PERSON, "b2", "Blue #20")),
    "an issue with two twins": (DOUBLED, _twice("g2")),
    "an issue nobody made": (DIFFERENT, lambda blue, green: green.issue(APP, "g3", "Blue #99")),
    "an edit that did not come": (LOST, lambda blue, green: blue.edit(PERSON, "b", "summary", "Blue #21")),
    "an edit that comes again later": (INVERTED, lambda blue, green: green.edit(APP, "g", "summary", "Blue #2")),
    "an edit that is written twice": (DOUBLED, lambda blue, green: green.edit(APP, "g", "summary", "Blue #4")),
    "an edit that comes back": (ECHOED, lambda blue, green: blue.edit(APP, "b", "summary", "Blue #3")),
    "an edit nobody made": (DIFFERENT, lambda blue, green: green.edit(APP, "g", "summary", "Blue #98")),
    "priorities turned round": (INVERTED, lambda blue, green: green.edit(APP, "g", "priority", "4")),
    "a label that did not come": (LOST, lambda blue, green: blue.edit(PERSON, "b", "labels", ["two", "three", "x"])),
    "a label taken away": (LOST, lambda blue, green: blue.edit(APP, "b", "labels", ["two"])),
    "a label that nobody set": (DIFFERENT, lambda blue, green: green.edit(APP, "g", "labels", ["two", "three", "x"])),
    "a comment that did not come": (LOST, lambda blue, green: blue.comment(PERSON, "b", "bc2", "Blue says #22")),
    "a comment added twice": (DOUBLED, lambda blue, green: green.comment(APP, "g", "gc2", "Blue says #6")),
    "a correction that did not come": (LOST, lambda blue, green: blue.correct(PERSON, "b", "bc", "Blue #23")),
    "a correction turned round": (INVERTED, lambda blue, green: green.correct(APP, "g", "gc", "Blue says #6")),
    "a comment written into": (ECHOED, lambda blue, green: blue.correct(APP, "b", "bc", "Blue corrects #7")),
}


def _kinds(after: Callable[[History, History], None] | None = None) -> set[str]:
    blue, green = History("Blue"), History("Green")
    good(blue, green)
    if after:
        after(blue, green)
    complaints = check(Chronicle("Blue", blue.lines), Chronicle("Green", green.lines))
    return {complaint.kind for complaint in complaints}


def test_what_came_across_well_is_praised() -> None:
    assert _kinds() == set()


@pytest.mark.parametrize("name", WRONG)
def test_what_went_wrong_is_found(name: str) -> None:
    kind, spoil = WRONG[name]
    assert kind in _kinds(spoil)


def test_a_label_set_twice_is_found() -> None:
    def spoil(_blue: History, green: History) -> None:
        green.edit(APP, "g", "labels", ["three"])
        green.edit(APP, "g", "labels", ["two", "three"])

    assert _kinds(spoil) == {DOUBLED}


def test_issues_whose_webhooks_nobody_took_are_told_from_others() -> None:
    blue, green = History("Blue"), History("Green")
    good(blue, green)
    green.edit(PERSON, "g", "description", paragraph("Green describes #30"))
    told = {"type": "webhook", "trace": None, "identifier": "one", "issue": "g"}
    green.lines += [{"n": 98, "outcome": "retried"} | told, {"n": 99, "outcome": "failed"} | told]
    here, there = Chronicle("Blue", blue.lines), Chronicle("Green", green.lines)
    assert here.unheard | there.unheard == {"Green g"}
    assert [complaint.about for complaint in check(here, there)] == [{"Blue b", "Green g"}]
