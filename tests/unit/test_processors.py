"""Processors: what is read, what travels, what is written for it. Pure, so every case is a line."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addon.model.snapshot import Comment
from addon.sync.processors import Surroundings, comments
from addon.sync.processors.labels import Labels
from addon.sync.processors.priority import Priority
from addon.sync.processors.rich_text import RichText, leaving, plain, returning
from addon.sync.processors.text import Text

HERE = Surroundings({"high": "2", "low": "4"})
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


def test_text_is_one_line_and_equal_text_is_not_written() -> None:
    assert Text().arriving("summary", {"value": " a\nb "}, "x", HERE, new=False).fields == {"summary": "a b"}
    assert not Text().arriving("summary", {"value": "a b "}, "a b", HERE, new=False).fields


@given(before=NAMES, after=NAMES, ours=NAMES)
def test_labels_merge_element_by_element(before: list[str], after: list[str], ours: list[str]) -> None:
    change = Labels().leaving(before, after)
    write = Labels().arriving("labels", change, ours, HERE, new=False)
    result = set(ours)
    for step in write.update.get("labels", ()):
        result |= {step["add"]} if "add" in step else set()
        result -= {step["remove"]} if "remove" in step else set()
    assert result == (set(ours) | (set(after) - set(before))) - (set(before) - set(after))
    assert result == set(Labels().merged(ours, change))


@pytest.mark.parametrize(
    ("theirs", "ours", "fields", "skipped"),
    [
        ({"id": "9", "name": "High"}, {"id": "4", "name": "Low"}, {"priority": {"id": "2"}}, False),
        ({"id": "9", "name": "HIGH"}, {"id": "2", "name": "High"}, {}, False),
        ({"id": "9", "name": "Urgent"}, {"id": "2", "name": "High"}, {}, True),
        (None, {"id": "2", "name": "High"}, {}, False),
    ],
)
def test_priority_is_found_by_name_and_never_cleared(
    theirs: Any, ours: Any, fields: dict[str, Any], skipped: bool
) -> None:
    write = Priority().arriving("priority", {"value": theirs}, ours, HERE, new=False)
    assert (write.fields, bool(write.skipped)) == (fields, skipped)


def test_rich_text_leaves_without_people_and_files() -> None:
    left = leaving(doc(paragraph(text("Ask "), MENTION), PICTURE))
    assert "acc-1" not in str(left)
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
    assert not RichText().arriving("description", change, ours, HERE, new=False).fields


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
    assert plain(comments.body_here(value, "Blue")) == "Lena at Blue:\nhi\n"
