"""What differs between two documents of rules, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addon.model.rules import (
    Choice,
    End,
    FieldEnd,
    FieldMapping,
    Flow,
    IssueMapping,
    Rules,
    Side,
    UserMapping,
    UserPair,
    ValueMapping,
    document_of,
    hash_of,
    rules_from,
)
from addon.sync.comparison import Difference, compare

PAIR = ValueMapping(
    Choice("1", "High"), Choice("2", "Critical"), children=(ValueMapping(Choice("3", "a"), Choice("4", "b")),)
)
ROW = FieldMapping("s", "select", "select", "customfield_1", "priority", values=(PAIR,))
MAPPING = IssueMapping(
    "m",
    True,
    End("1", "APP", "10", "Bug"),
    End("2", "OPS", "20", "Incident"),
    (FieldMapping("summary", "text", "text", "summary", "summary"), ROW),
)
USERS = UserMapping(table=(UserPair(Choice("a", "Ann"), Choice("b", "Bob")),))


def rules(*mappings: IssueMapping, users: UserMapping = USERS) -> Rules:
    document = document_of(mappings, users)
    return rules_from(1, document)


def said(before: Rules, after: Rules, side: Side = "inviter") -> list[tuple[str, str, str, str]]:
    return [(one.mapping_id, one.row_id, one.kind, one.words) for one in compare(before, after, side, "Green")]


def row(**changed: Any) -> list[str]:
    """What is said of a changed row."""
    after = replace(MAPPING, fields=(MAPPING.fields[0], replace(ROW, **changed)))
    found = said(rules(MAPPING), rules(after))
    assert {one[:3] for one in found} == {("m", "s", "changed")}
    return [one[3] for one in found]


def test_the_same_does_not_differ() -> None:
    assert said(rules(MAPPING), rules(MAPPING)) == []


def test_a_mapping_that_comes_or_goes() -> None:
    words = "APP Bug ⇄ OPS Incident added, active. Field mappings: Summary, customfield_1 ⇄ Priority"
    assert said(rules(), rules(MAPPING)) == [("m", "", "added", words)]
    gone = "APP Bug ⇄ OPS Incident removed: its twins stay as they are and are no longer kept in step"
    assert said(rules(MAPPING), rules()) == [("m", "", "removed", gone)]
    assert said(rules(MAPPING), rules(), "accepter")[0][3].startswith("OPS Incident ⇄ APP Bug removed")


def test_a_row_that_comes_or_goes() -> None:
    short = replace(MAPPING, fields=MAPPING.fields[:1])
    assert said(rules(short), rules(MAPPING)) == [("m", "s", "added", "customfield_1 ⇄ Priority added, both ways")]
    assert said(rules(MAPPING), rules(short)) == [
        ("m", "s", "removed", "customfield_1 ⇄ Priority removed: no longer kept in step, nothing is cleared")
    ]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"direction": "to_accepter"}, "direction: both ways → only to Green"),
        ({"direction": "to_inviter"}, "direction: both ways → only from Green"),
        ({"conflict": "hold"}, "changed at both sides at once: our value stands → held until a person chooses"),
        ({"conflict": "accepter"}, "changed at both sides at once: our value stands → Green's value stands"),
        ({"mode": "create_only"}, "kept in step → set when the twin is created and never again"),
        ({"unmatched": "report"}, "no matching value: left as it is → the issue stops and says so"),
        ({"create_missing": True}, "create missing: no → yes"),
        ({"inviter_field": ""}, "Our field: customfield_1 → none"),
        ({"accepter_field": "labels"}, "Green's field: Priority → Labels"),
        ({"accepter_type": "radio"}, "type of Green's field: select → radio"),
        ({"at_accepter": FieldEnd(default={"id": "9", "name": "Minor"})}, "Green's side, default: none → Minor"),
        ({"values": ()}, "value High ⇄ Critical removed"),
        ({"values": (PAIR, PAIR)}, "its values changed"),
        (
            {"values": (replace(PAIR, direction="to_accepter"),)},
            "value High ⇄ Critical: direction: both ways → only to Green",
        ),
        ({"values": (replace(PAIR, children=()),)}, "below High ⇄ Critical, value a ⇄ b removed"),
        (
            {"values": (replace(PAIR, inviter=Choice("1", "Top")),)},
            "value High ⇄ Critical is now called Top ⇄ Critical",
        ),
    ],
)
def test_a_row_that_changes(changed: dict[str, Any], words: str) -> None:
    assert [one.partition(": ")[2] for one in row(**changed)] == [words]


def test_values_in_another_order() -> None:
    more = ValueMapping(Choice("5", "Low"), Choice("6", "Minor"), "to_inviter")
    one, two = (replace(MAPPING, fields=(replace(ROW, values=values),)) for values in ((PAIR, more), (more, PAIR)))
    assert [d[3] for d in said(rules(one), rules(two))] == ["customfield_1 ⇄ Priority: the order of its values changed"]
    assert [d[3] for d in said(rules(replace(MAPPING, fields=(ROW,))), rules(one))] == [
        "customfield_1 ⇄ Priority: value Low ⇄ Minor added, only from Green"
    ]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"active": False}, "Switched off: its twins stay and are no longer kept in step"),
        ({"to_accepter": Flow("manual")}, "Our issues get twins: automatic → manual"),
        ({"to_inviter": Flow("off")}, "Green's issues get twins: automatic → off"),
        ({"to_accepter": Flow(jql="labels = x")}, "Condition for our issues: none → labels = x"),
        ({"to_inviter": Flow(jql="labels = x")}, "Condition for Green's issues: none → labels = x"),
        ({"accepter": End("2", "OPS", "21", "Task")}, "Green's project and type: OPS Incident → OPS Task"),
        ({"fields": MAPPING.fields[::-1]}, "The order of the field mappings changed"),
    ],
)
def test_a_mapping_that_changes(changed: dict[str, Any], words: str) -> None:
    assert said(rules(MAPPING), rules(replace(MAPPING, **changed))) == [("m", "", "changed", words)]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"by_account_id": False}, "People by account id: yes → no"),
        ({"by_email": False}, "People by e-mail address: yes → no"),
        ({"unmatched": "default"}, "People who match nobody: left as it is → a default person"),
        ({"accepter_default": "x"}, "Green's default person: none → x"),
        ({"table": ()}, "Person Ann ⇄ Bob removed"),
    ],
)
def test_people_who_change(changed: dict[str, Any], words: str) -> None:
    found = said(rules(MAPPING), rules(MAPPING, users=replace(USERS, **changed)))
    assert found == [("", "users", "changed", words)]


def test_fields_are_named_as_the_page_names_them() -> None:
    after = replace(MAPPING, fields=(MAPPING.fields[0], replace(ROW, mode="create_only")))
    names = {("inviter", "customfield_1"): "Severity", ("accepter", "priority"): "Impact"}
    found = compare(rules(MAPPING), rules(after), "accepter", "Blue", lambda side, id_: names.get((side, id_), id_))
    assert found == (
        Difference(
            "m", "s", "changed", "Impact ⇄ Severity: kept in step → set when the twin is created and never again"
        ),
    )


# Whatever differs is named, of every attribute that rules have or will have.


def _other(kind: Any, value: Any) -> Iterator[Any]:
    """Values of an attribute that are not this one."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, str):
        choices = get_args(kind)
        yield from (one for one in choices if one != value) if choices else iter([value + "x"])
    elif is_dataclass(value):
        yield from _mutants(value)
    elif isinstance(value, tuple):
        yield from (value[:n] + value[n + 1 :] for n in range(len(value)))
        for n, one in enumerate(value):
            yield from ((*value[:n], mutant, *value[n + 1 :]) for mutant in _mutants(one))
    elif value is None:
        yield "x"


def _mutants(value: Any) -> Iterator[Any]:
    hints = get_type_hints(type(value))
    for field in fields(value):
        for mutant in _other(hints[field.name], getattr(value, field.name)):
            yield replace(value, **{field.name: mutant})


MUTANTS = [*(rules(one) for one in _mutants(MAPPING)), *(rules(MAPPING, users=one) for one in _mutants(USERS))]


@pytest.mark.parametrize("side", ["inviter", "accepter"])
def test_every_attribute_is_told(side: Side) -> None:
    assert len(MUTANTS) > 60
    for mutant in MUTANTS:
        assert mutant.hash != rules(MAPPING).hash
        assert compare(rules(MAPPING), mutant, side, "Green"), mutant
        assert compare(mutant, rules(MAPPING), side, "Green"), mutant


CHOICES = st.builds(Choice, st.sampled_from(["", "1", "2"]), st.sampled_from(["a", "b"]))
VALUES = st.lists(st.builds(ValueMapping, CHOICES, CHOICES, st.sampled_from(["both", "to_accepter"])), max_size=3)
ROWS = st.lists(
    st.builds(
        replace,
        st.just(ROW),
        id=st.sampled_from(["s", "t", "u"]),
        direction=st.sampled_from(["both", "to_inviter"]),
        values=VALUES.map(tuple),
    ),
    max_size=3,
    unique_by=lambda one: one.id,
)
MAPPINGS = st.lists(
    st.builds(replace, st.just(MAPPING), id=st.sampled_from(["m", "n"]), active=st.booleans(), fields=ROWS.map(tuple)),
    max_size=2,
    unique_by=lambda one: one.id,
)


@given(MAPPINGS, MAPPINGS, st.sampled_from(["inviter", "accepter"]))
def test_documents_differ_just_where_something_is_told(
    one: list[IssueMapping], two: list[IssueMapping], side: Side
) -> None:
    before, after = rules(*one), rules(*two)
    found = compare(before, after, side, "Green")
    assert bool(found) == (hash_of(document_of(tuple(one), USERS)) != hash_of(document_of(tuple(two), USERS)))
    assert len({(d.mapping_id, d.row_id, d.kind) for d in found if d.kind != "changed"}) == sum(
        d.kind != "changed" for d in found
    )
