"""Rows that are suggested: by what fields are, what they are called and what they offer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addon.model import matrix
from addon.model.catalog import EndInfo, FieldInfo, StatusInfo
from addon.model.likeness import by_height, plain
from addon.model.offer import Offer
from addon.model.rules import FieldMapping
from addon.model.suggestion import basic, suggest
from addon.sync import row_check

SUMMARY = FieldInfo("summary", "Summary", "text", True, True, True)
COMMENT = FieldInfo("comment", "Comment", "comments", False, False, True)


def field(number: int, name: str, kind: str, *options: str, **more: object) -> FieldInfo:
    offers = tuple(Offer(f"{number}{n}", one) for n, one in enumerate(options))
    return FieldInfo(f"customfield_{number}", name, kind, False, True, True, offers, **more)  # type: ignore[arg-type]


def end(*fields: FieldInfo, statuses: tuple[StatusInfo, ...] = ()) -> EndInfo:
    return EndInfo("1", "P", "Project", "2", "Bug", fields, statuses)


def only(ours: FieldInfo, theirs: FieldInfo) -> FieldMapping | None:
    rows = suggest(end(ours), end(theirs))
    return rows[0] if rows else None


def names(row: FieldMapping | None) -> list[tuple[str, str, str]]:
    assert row is not None
    return [(pair.inviter.name, pair.accepter.name, pair.direction) for pair in row.values]


def test_what_every_issue_has_comes_first() -> None:
    description = FieldInfo("description", "Beschreibung", "paragraph", False, True, True)
    labels = FieldInfo("labels", "Aa", "labels", False, True, True)
    whole = end(labels, COMMENT, description, SUMMARY)
    assert [row.id for row in suggest(whole, whole)] == ["summary", "description", "comments", "labels"]
    assert all(row.direction == "both" for row in suggest(whole, whole))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Root Cause", "root-cause"),
        ("Severity", "Priority"),
        ("Owner", "Responsible"),
        ("Story Points", "Story point estimate"),
        ("Fix version/s", "Fix versions"),
        ("Ärger", "ÄRGER"),
    ],
)
def test_names_that_mean_the_same(ours: str, theirs: str) -> None:
    row = only(field(1, ours, "number"), field(2, theirs, "number"))
    assert row is not None
    assert (row.id, row.direction) == ("customfield_1-customfield_2", "both")


@pytest.mark.parametrize(
    ("ours", "theirs", "direction"),
    [
        ("select", "radio", "both"),
        ("text", "paragraph", "to_accepter"),
        ("select", "text", "to_accepter"),
        ("text", "number", "to_inviter"),
        ("number", "select", None),
    ],
)
def test_types_decide_the_direction(ours: str, theirs: str, direction: str | None) -> None:
    row = only(field(1, "Thing", ours), field(2, "Thing", theirs))
    assert (row.direction if row else None) == direction


def test_meaning_alone_is_not_translated_into_words() -> None:
    assert only(field(1, "Severity", "select"), field(2, "Urgency", "text")) is None


def test_nothing_is_suggested_that_jira_would_not_take() -> None:
    hidden = replace(field(2, "Thing", "text"), on_edit=False)
    row = only(field(1, "Thing", "text"), hidden)
    assert row is not None and row.direction == "to_inviter"
    assert only(replace(field(1, "Thing", "text"), on_create=False), hidden) is None


def test_who_may_see_an_issue_is_not_guessed() -> None:
    security = FieldInfo("security", "Security Level", "security", False, True, True)
    assert only(security, security) is None
    assert only(security, field(1, "Security Level", "select")) is None


def test_the_better_of_two_is_taken() -> None:
    rows = suggest(end(field(1, "Thing", "select")), end(field(2, "Thing", "text"), field(3, "thing", "select")))
    assert [(row.accepter_field, row.direction) for row in rows] == [("customfield_3", "both")]


def test_options_by_name_and_meaning() -> None:
    row = only(field(1, "Answer", "select", "YES", "no", "Maybe"), field(2, "Answer", "select", "true", "No", "Never"))
    assert names(row) == [("YES", "true", "both"), ("no", "No", "both")]


@pytest.mark.parametrize(
    ("theirs", "partners"),
    [
        (("S1", "S2", "S3", "S4", "S5"), ["S1", "S2", "S3", "S4", "S5"]),
        (("Trivial", "Minor", "Normal", "Major", "Critical"), ["Critical", "Major", "Normal", "Minor", "Trivial"]),
        (("Red", "Green"), ["Red", "Red", "Green", "Green", "Green"]),
    ],
)
def test_priorities_by_rank(theirs: tuple[str, ...], partners: list[str]) -> None:
    options = tuple(Offer(str(n), one) for n, one in enumerate(("Highest", "High", "Medium", "Low", "Lowest"), 1))
    priority = FieldInfo("priority", "Priority", "priority", False, True, True, options)
    row = only(priority, field(2, "Severity", "select", *theirs))
    out = [pair for pair in names(row) if pair[2] != "to_inviter"]
    assert [one[1] for one in out] == partners
    assert {one[1] for one in names(row) if one[2] != "to_accepter"} == set(theirs), "each of theirs has one of ours"


def test_cascades_level_by_level() -> None:
    ours = replace(
        field(1, "Where", "cascading"), options=(Offer("1", "Europe", (Offer("11", "Bonn"), Offer("12", "Ulm"))),)
    )
    theirs = replace(field(2, "Where", "cascading"), options=(Offer("7", "europe", (Offer("71", "ULM"),)),))
    row = only(ours, theirs)
    assert row is not None
    assert [(pair.inviter.name, pair.accepter.name) for pair in row.values[0].children] == [("Ulm", "ULM")]


def test_what_is_not_told_wholly_is_left_to_its_names() -> None:
    row = only(field(1, "Thing", "select", "A", listed=False), field(2, "Thing", "select", "A"))
    assert row is not None and not row.values


KINDS = st.sampled_from([*matrix.TYPES, "comments", "something newer"])
WORDS = st.sampled_from(["Severity", "Priority", "Thing", "thing!", "Owner", "", "…"])
OPTIONS = st.lists(st.sampled_from(["High", "low", "S1", "Done", "x"]), max_size=4)
FIELDS = st.lists(st.tuples(WORDS, KINDS, OPTIONS, st.booleans(), st.booleans()), max_size=8)


def _drawn(drawn: list[tuple[str, str, list[str], bool, bool]], prefix: int) -> EndInfo:
    made = (field(prefix + n, name, kind, *options) for n, (name, kind, options, _, _) in enumerate(drawn))
    return end(*(replace(one, on_create=row[3], on_edit=row[4]) for one, row in zip(made, drawn, strict=True)), COMMENT)


@settings(max_examples=200)
@given(FIELDS, FIELDS, st.randoms())
def test_a_suggestion_can_be_published_as_it_is(ours: object, theirs: object, shuffle: object) -> None:
    inviter, accepter = _drawn(ours, 100), _drawn(theirs, 200)  # type: ignore[arg-type]
    rows = suggest(inviter, accepter)
    for row in rows:
        row_check.check(row)
    for used in ([row.inviter_field for row in rows], [row.accepter_field for row in rows], [row.id for row in rows]):
        assert len(used) == len(set(used)), "no field twice"
    mixed = [*accepter.fields]
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    assert suggest(inviter, replace(accepter, fields=tuple(mixed))) == rows
    for row in rows:
        for side, way in ((inviter, "to_inviter"), (accepter, "to_accepter")):
            into = side.field(row.field_of("inviter" if side is inviter else "accepter"))
            assert into is not None
            may = row.direction not in ("both", way) or into.type == "comments" or (into.on_create and into.on_edit)
            assert may or into.type in ("status", "resolution")
    assert {row.id for row in basic(inviter, accepter)} <= {"comments"}


@given(st.lists(st.text(min_size=1), max_size=6), st.lists(st.text(min_size=1), max_size=6))
def test_rank_gives_each_a_place(ours: list[str], theirs: list[str]) -> None:
    here, there = ([Offer(str(n), one) for n, one in enumerate(names_)] for names_ in (ours, theirs))
    assert by_height(here, there).keys() == ({one.id for one in here} if there else set())


def test_plain_names() -> None:
    assert plain("Fix Version/s") == "fixversions"
    assert plain("???") == "???"
