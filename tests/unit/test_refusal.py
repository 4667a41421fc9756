"""What a refusal names, and what is said to mend it."""

from __future__ import annotations

import json

import pytest

from addon.errors import Blocked, Missing
from addon.jira.complaint import fields_named
from addon.model.plan import Edit
from addon.model.rules import End, FieldMapping, IssueMapping
from addon.sync.refusal import explained

END = End("1", "OPS", "1", "Incident")
ROWS = (
    FieldMapping("severity", "select", "select", "a", "customfield_1"),
    FieldMapping("owner", "user", "user", "assignee", "assignee"),
    FieldMapping("epic", "parent", "parent", "parent", "parent"),
    FieldMapping("work", "original_estimate", "original_estimate", "timeoriginalestimate", "timeoriginalestimate"),
)
MAPPING = IssueMapping("m", True, END, END, ROWS)
ALL = Edit({"customfield_1": 1, "assignee": 1, "parent": 1, "timetracking": 1})


@pytest.mark.parametrize(
    ("field", "edit", "fix"),
    [
        ("customfield_1", ALL, "The field mapping “severity” writes “customfield_1”: put the field on the screens of"),
        ("customfield_1", Edit(), "Incident of OPS demands “customfield_1”: fill it in"),
        ("customfield_2", Edit(), "Incident of OPS demands “customfield_2”: add a field mapping"),
        ("assignee", ALL, "The field mapping “owner” names a person who may not stand there"),
        ("parent", ALL, "The field mapping “epic”: the issue types on both sides have to be of the same level"),
        ("timetracking", ALL, "The field mapping “work” writes “timetracking”"),
        ("issuetype", Edit(), "Let the app create and edit Incident of OPS"),
    ],
)
def test_a_refused_field_names_its_row_and_what_mends_it(field: str, edit: Edit, fix: str) -> None:
    told = explained(Blocked("No.", fields=(field,)), MAPPING, "accepter", edit)
    assert told.reason == "No."
    assert told.fix.startswith(fix)
    assert told.fix.endswith((".", "retry."))


def test_a_fix_that_is_known_stays() -> None:
    known = Blocked("No.", fix="Ask Ann.")
    assert explained(known, MAPPING, "accepter", ALL) is known
    assert explained(Blocked("No."), MAPPING, "accepter", ALL).fix
    assert "browse" in explained(Missing("Gone."), MAPPING, "accepter", ALL).fix


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"errors": {"summary": "x", "customfield_1": "y"}}, ("summary", "customfield_1")),
        ({"errors": []}, ()),
        ([], ()),
    ],
)
def test_the_fields_of_a_refusal_are_known(body: object, fields: tuple[str, ...]) -> None:
    assert fields_named(json.dumps(body).encode()) == fields
    assert fields_named(b"<html>") == ()
