"""Processors: what is read, what travels, what is written for it. Pure, so every case is a line."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addon.errors import Blocked
from addon.model.offer import Need, Offer
from addon.model.rules import Choice, FieldEnd, FieldMapping, UserMapping, UserPair, ValueMapping
from addon.model.snapshot import Comment
from addon.sync.processors import Arriving, FieldWrite, Surroundings, comments
from addon.sync.processors.registry import PROCESSORS
from addon.sync.processors.rich_text import RichText, leaving, plain, returning

HERE = Surroundings({Need("priorities"): (Offer("2", "High"), Offer("4", "Low"))})
NAMES = st.sets(st.sampled_from("abcdef"), max_size=6).map(sorted)


def doc(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(blocks)}


def paragraph(*inline: dict[str, Any]) -> dict[str, Any]:
    return {"type": "paragraph", "content": list(inline)}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


MENTION = {"type": "mention", "attrs": {"id": "acc-1", "text": "@Lena Ortiz"}}
PICTURE = {
    "type": "mediaSingle",
    "attrs": {"layout": "center"},
    "content": [{"type": "media", "attrs": {"id": "uuid", "type": "file", "collection": "", "alt": "error.png"}}],
}


def row(kind: str, theirs: str = "", **more: Any) -> FieldMapping:
    """A row whose accepter (ours, in these tests) is of ``kind``."""
    return FieldMapping("part", theirs or kind, kind, "theirs", "ours", **more)


def arrive(it: FieldMapping, change: dict[str, Any], ours: Any = None, here: Surroundings = HERE) -> Arriving:
    return PROCESSORS[it.accepter_type].arriving(it, "accepter", change, ours, here)


def write(it: FieldMapping, change: dict[str, Any], ours: Any = None) -> FieldWrite:
    came = arrive(it, change, ours).change
    return PROCESSORS[it.accepter_type].writing("ours", came, ours, new=False) if came else FieldWrite()


def test_text_is_one_line_and_equal_text_is_not_written() -> None:
    assert write(row("text"), {"value": " a\nb "}, "x").fields == {"ours": "a b"}
    assert not write(row("text"), {"value": "a b "}, "a b").fields


@given(before=NAMES, after=NAMES, ours=NAMES)
def test_labels_merge_element_by_element(before: list[str], after: list[str], ours: list[str]) -> None:
    change = PROCESSORS["labels"].leaving(row("labels"), "inviter", before, after)
    result = set(ours)
    for step in write(row("labels"), dict(change), ours).update.get("ours", ()):
        result |= {step["add"]} if "add" in step else set()
        result -= {step["remove"]} if "remove" in step else set()
    assert result == (set(ours) | (set(after) - set(before))) - (set(before) - set(after))
    assert result == set(PROCESSORS["labels"].merged(ours, change))


@pytest.mark.parametrize(
    ("theirs", "ours", "fields", "noted"),
    [
        ({"id": "9", "name": "High"}, {"id": "4", "name": "Low"}, {"ours": {"id": "2"}}, False),
        ({"id": "9", "name": "HIGH"}, {"id": "2", "name": "High"}, {}, False),
        ({"id": "9", "name": "Urgent"}, {"id": "2", "name": "High"}, {}, True),
        (None, {"id": "2", "name": "High"}, {}, False),
    ],
)
def test_priority_is_found_by_name_and_never_cleared(
    theirs: Any, ours: Any, fields: dict[str, Any], noted: bool
) -> None:
    change = {"value": theirs}
    assert (write(row("priority"), change, ours).fields, bool(arrive(row("priority"), change, ours).note)) == (
        fields,
        noted,
    )


PAIRS = (
    ValueMapping(Choice("1", "Blocker"), Choice("2", "High")),
    ValueMapping(Choice("7", "Low"), Choice("2", "High"), "to_inviter"),
    ValueMapping(Choice("8", "Gone"), Choice("99", "Deleted")),
)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"id": "1", "name": "Blocker"}, "2"),
        ({"id": "1", "name": "Renamed since"}, "2"),
        # The pair only goes the other way: the name decides.
        ({"id": "7", "name": "Low"}, "4"),
    ],
)
def test_a_value_mapping_goes_by_id_and_by_its_own_direction(theirs: dict[str, str], ours: str) -> None:
    came = arrive(row("priority", values=PAIRS), {"value": theirs})
    assert came.change
    assert came.change["value"]["id"] == ours


def test_an_option_of_ours_that_was_deleted_is_named() -> None:
    with pytest.raises(Blocked, match="Deleted"):
        arrive(row("priority", values=PAIRS, unmatched="report"), {"value": {"id": "8", "name": "Gone"}})


def test_a_cascade_is_mapped_level_by_level() -> None:
    offers = {Need("field", "ours"): (Offer("10", "Fruit", (Offer("11", "Apple"), Offer("12", "Pear"))),)}
    child = ValueMapping(Choice("2", "Pomme"), Choice("11", "Apple"))
    pair = ValueMapping(Choice("1", "Food"), Choice("10", "Fruit"), children=(child,))
    it, here = row("cascading", values=(pair,)), Surroundings(offers)
    theirs = {"id": "1", "name": "Food", "child": {"id": "2", "name": "Pomme"}}
    came = arrive(it, {"value": theirs}, here=here).change
    assert came
    assert PROCESSORS["cascading"].writing("ours", came, None, new=False).fields == {
        "ours": {"id": "10", "child": {"id": "11"}}
    }
    assert "Kiwi" in arrive(it, {"value": {**theirs, "child": {"id": "3", "name": "Kiwi"}}}, here=here).note


@pytest.mark.parametrize(
    ("it", "change", "words"),
    [
        (row("text"), {"value": "x" * 256}, "255"),
        (row("paragraph", "text"), {"value": "x" * 32_768}, "32,767"),
        (row("number"), {"value": 1e15}, "beyond"),
        (row("labels", "multi_select"), {"add": [{"id": "1", "name": "two words"}], "remove": []}, "spaces"),
        (row("labels"), {"add": ["x" * 256], "remove": []}, "255"),
        (row("number"), {"value": "five"}, "not a value of the type"),
        (row("date"), {"value": "2026-02-30"}, "not a value of the type"),
        (row("paragraph"), {"value": {"type": "doc", "content": [{"no": "type"}]}}, "not a value of the type"),
        (row("labels"), {"value": ["a"]}, "not a value of the type"),
        (row("multi_select"), {"add": [{"id": 5}], "remove": []}, "not a value of the type"),
        (row("user"), {"value": {"accountId": "x"}}, "not a value of the type"),
        (row("number", "labels"), {"value": ["a"]}, "cannot take"),
    ],
)
def test_what_would_be_cut_rounded_or_is_no_such_value_blocks(
    it: FieldMapping, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(Blocked, match=words) as refused:
        arrive(it, change)
    assert refused.value.fix


def test_more_versions_than_a_field_takes_are_not_dropped() -> None:
    it = row("version", "versions", unmatched="report")
    with pytest.raises(Blocked, match="2 values"):
        arrive(it, {"value": [{"id": "1", "name": "1.0"}, {"id": "2", "name": "2.0"}]})


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("versions", {"add": [{"id": "1", "name": "1.0"}, {"id": "2", "name": "2.0"}], "remove": []}),
        ("version", {"value": {"id": "2", "name": "2.0"}}),
    ],
)
def test_a_missing_version_is_created_only_where_the_row_allows(kind: str, change: dict[str, Any]) -> None:
    here = Surroundings({Need("versions"): (Offer("50", "1.0"),)})
    assert [offer.name for offer in arrive(row(kind, create_missing=True), change, here=here).missing] == ["2.0"]
    allowed = arrive(row(kind), change, here=here)
    assert allowed.missing == ()
    assert "2.0" in allowed.note


def test_an_empty_value_becomes_the_one_named_for_it() -> None:
    assert write(row("text", at_accepter=FieldEnd(when_empty="none given")), {"value": ""}, "x").fields == {
        "ours": "none given"
    }
    it = row("labels", at_accepter=FieldEnd(when_empty=["empty"]))
    assert write(it, {"add": [], "remove": ["a"]}, ["a"]).update == {"ours": [{"add": "empty"}, {"remove": "a"}]}


ANN = {"id": "their-ann", "name": "Ann", "email": "ann@example.com"}
HIDDEN = {**ANN, "email": ""}
BY_EMAIL = {Need("email", "ann@example.com"): (Offer("our-ann", "Ann A."),)}
TABLE = UserMapping(table=(UserPair(Choice("their-ann", "Ann"), Choice("by-table", "Ann B.")),))


@pytest.mark.parametrize(
    ("theirs", "here", "account"),
    [
        (ANN, Surroundings(BY_EMAIL), "our-ann"),
        (ANN, Surroundings({**BY_EMAIL, Need("user", "their-ann"): (Offer("their-ann", "Ann"),)}), "their-ann"),
        (ANN, Surroundings(BY_EMAIL, TABLE), "by-table"),
        (ANN, Surroundings(BY_EMAIL, UserMapping(by_email=False)), None),
        (HIDDEN, Surroundings(BY_EMAIL), None),
        (ANN, Surroundings({Need("email", "ann@example.com"): (Offer("1", "A"), Offer("2", "A"))}), None),
        (HIDDEN, Surroundings({}, UserMapping(unmatched="default", accepter_default="lead")), "lead"),
        (HIDDEN, Surroundings({}, UserMapping(unmatched="text")), None),
    ],
)
def test_people_are_found_and_nobody_is_unassigned_in_silence(
    theirs: dict[str, str], here: Surroundings, account: str | None
) -> None:
    came = arrive(row("user"), {"value": theirs}, here=here)
    if account is None:
        assert came.change is None
        assert "Ann" in came.note
    else:
        assert came.change
        assert came.change["value"]["id"] == account


def test_only_what_has_to_be_known_is_asked_for() -> None:
    user = PROCESSORS["user"]
    change = {"value": ANN}
    assert user.needs(row("user"), "accepter", change, TABLE) == set()
    assert user.needs(row("user"), "accepter", change, UserMapping()) == {
        Need("user", "their-ann"),
        Need("email", "ann@example.com"),
    }
    assert user.needs(row("user"), "accepter", {"value": None}, UserMapping()) == set()


def test_rich_text_becomes_markdown_in_short_text() -> None:
    bold = {"type": "text", "text": "bold", "marks": [{"type": "strong"}]}
    item = {"type": "listItem", "content": [paragraph(text("one"))]}
    theirs = doc(paragraph(bold, text(" words")), {"type": "bulletList", "content": [item]})
    assert write(row("text", "paragraph"), {"value": theirs}).fields == {"ours": "**bold** words  - one"}


def test_an_app_field_is_read_by_its_words() -> None:
    raw = [{"label": "Laptop", "objectId": 5}, {"label": "Screen", "objectId": 6}]
    assert PROCESSORS["app"].read(raw) == "Laptop, Screen"


def test_rich_text_leaves_without_files() -> None:
    left = leaving(doc(paragraph(text("Ask "), MENTION), PICTURE))
    assert "uuid" not in str(left)
    assert plain(left) == "Ask @Lena Ortiz\n[error.png]\n"


def test_a_partners_edit_does_not_cost_us_mentions_and_pictures() -> None:
    ours = doc(paragraph(text("Ask "), MENTION, text(" today")), PICTURE)
    theirs = leaving(ours)
    theirs["content"][0] = paragraph(text("Ask @Lena Ortiz tomorrow"))
    assert returning(theirs, ours) == doc(paragraph(text("Ask "), MENTION, text(" tomorrow")), PICTURE)


def test_rich_text_that_comes_back_unchanged_is_not_written() -> None:
    ours = RichText().read(doc(paragraph(text("Ask "), MENTION), PICTURE))
    change = {"value": leaving(ours or {})}
    assert not write(row("paragraph"), change, ours).fields


def test_local_ids_do_not_count() -> None:
    one, other = (doc({**paragraph(text("a")), "attrs": {"localId": name}}) for name in ("x", "y"))
    assert RichText().read(one) == RichText().read(other)


def comment(**given: Any) -> Comment:
    return Comment(
        **{
            "id": "7",
            "author": "Lena",
            "author_id": "a",
            "body": doc(paragraph(text("hi"))),
            "created_at": 0.0,
            "restricted": False,
            **given,
        }
    )


@pytest.mark.parametrize("hidden", [comment(restricted=True), comment(origin="comments/accepter/3"), comment(id="8")])
def test_comments_that_are_restricted_or_ours_do_not_leave(hidden: Comment) -> None:
    assert comments.read([hidden], "inviter", {"8"}) == {}


def test_hiding_a_comment_is_no_deletion() -> None:
    base = comments.read([comment()], "inviter", ())
    assert comments.gone(base, [comment(restricted=True)], "inviter") == []
    assert comments.gone(base, [], "inviter") == ["comments/inviter/7"]


def test_the_partners_comment_says_who_and_where() -> None:
    value = comments.read([comment()], "inviter", ())["comments/inviter/7"]
    assert plain(comments.body_here(value, "accepter", "Blue", Surroundings())) == "Lena at Blue:\nhi\n"


@pytest.mark.parametrize(
    "value", ["text", {"author": None}, {"author": "Lena", "body": doc()}, {"body": {"type": "x"}}]
)
def test_what_is_no_comment_is_refused(value: Any) -> None:
    with pytest.raises(Blocked):
        comments.needs({"value": value}, "accepter", UserMapping())
