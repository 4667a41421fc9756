"""Comments: items. Each belongs to the side where it was written; only that side's edits and deletion travel.

A part is named ``comments/<origin side>/<id at its origin>``. A comment that only some may read never leaves: it is
not part of what is compared, so hiding one later means *stop*, and only a comment that is really gone is deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from addon.model.snapshot import Comment
from addon.model.value import fits
from addon.sync.processors import PartChange, shorten
from addon.sync.processors.rich_text import Node, leaving, normal, plain

PREFIX = "comments/"


def part_of(side: str, comment_id: str) -> str:
    """The part's name of a comment written at ``side``."""
    return f"{PREFIX}{side}/{comment_id}"


def read(comments: Collection[Comment], side: str, created_here: Collection[str]) -> dict[str, Any]:
    """Our own comments as parts. ``created_here``: ids of comments that stand for a partner's comment."""
    return {
        part_of(side, comment.id): {
            "author": comment.author,
            "body": normal(dict(comment.body)),
            "created_at": comment.created_at,
        }
        for comment in comments
        if not comment.restricted and not comment.origin and comment.id not in created_here
    }


def gone(base: Mapping[str, Any], comments: Collection[Comment], side: str) -> list[str]:
    """Parts of the base whose comment no longer exists (hidden ones still do)."""
    existing = {part_of(side, comment.id) for comment in comments}
    return [part for part in base if part.startswith(f"{PREFIX}{side}/") and part not in existing]


def changed(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> bool:
    """Whether the comment says something else than before."""
    return before is None or before["body"] != after["body"]


def change_of(value: Mapping[str, Any] | None) -> PartChange:
    """What travels: the comment, or that it is gone."""
    if value is None:
        return {"gone": True}
    return {"value": {**value, "body": leaving(value["body"])}}


def said(part: str, change: PartChange) -> bool:
    """Whether a part that arrived is a comment, or that one is gone, in the form in which they travel."""
    value = change.get("value")
    return part.startswith(PREFIX) and (
        change.get("gone") is True
        or (
            isinstance(value, dict)
            and "author" in value
            and value.get("body") is not None
            and fits("rich", value["body"])
        )
    )


def body_here(value: Mapping[str, Any], partner: str) -> Node:
    """The partner's comment as it is written here: who said it, then what was said."""
    head: Node = {
        "type": "paragraph",
        "content": [
            {"type": "text", "text": str(value["author"] or "Someone"), "marks": [{"type": "strong"}]},
            {"type": "text", "text": f" at {partner}:"},
        ],
    }
    return {"type": "doc", "version": 1, "content": [head, *value["body"].get("content", ())]}


def show(value: Mapping[str, Any] | None) -> str:
    """A few words for history and panel."""
    if value is None:
        return ""
    return shorten(f"{value['author']}: {plain(value['body'])}")
