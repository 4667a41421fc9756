"""Comments: items. Each belongs to the side where it was written; only that side's edits and deletion travel.

A part is named ``comments/<origin side>/<id at its origin>``. A comment that only some may read never leaves: it is
not part of what is compared, so hiding one later means *stop*, and only a comment that is really gone is deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from addon.errors import Blocked
from addon.model.offer import Need
from addon.model.rules import Side, UserMapping
from addon.model.snapshot import Comment
from addon.model.value import fits
from addon.sync.processors import PartChange, Surroundings, Unmatched, mention, person, shorten
from addon.sync.processors.rich_text import Node, leaving, normal, plain

PREFIX = "comments/"


def part_of(side: str, comment_id: str) -> str:
    """The part's name of a comment written at ``side``."""
    return f"{PREFIX}{side}/{comment_id}"


def read(comments: Collection[Comment], side: str, created_here: Collection[str]) -> dict[str, Any]:
    """Our own comments as parts. ``created_here``: ids of comments that stand for a partner's comment."""
    return {
        part_of(side, comment.id): {
            "author": {"id": comment.author_id, "name": comment.author, "email": comment.author_email},
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


def said(change: PartChange) -> Mapping[str, Any] | None:
    """The comment that arrived; None where it is gone.

    Raises:
        Blocked: it is not of the form of a comment.
    """
    if change.get("gone"):
        return None
    value = change.get("value")
    told = value if isinstance(value, dict) and value.get("body") and "author" in value else None
    if told is None or not fits("person", told["author"]) or not fits("rich", told["body"]):
        raise Blocked(
            "What arrived is not a comment.", fix="Ask your partner to update Twinline, then retry or skip it."
        )
    return told


def needs(change: PartChange, side: Side, users: UserMapping) -> set[Need]:
    """Whom to look up: the people whom it mentions, and its author where another account may stand for them.

    The same account goes by the same name everywhere, so it is not asked for.
    """
    value = said(change)
    if value is None:
        return set()
    author = person.needs_of(value["author"], side, users) if value["author"] else set()
    return mention.needs(value["body"], side, users) | {need for need in author if need.kind == "email"}


def body_here(value: Mapping[str, Any], side: Side, partner: str, surroundings: Surroundings) -> Node:
    """The partner's comment as it is written here: who said it, by the name they have here, then what was said."""
    head: Node = {
        "type": "paragraph",
        "content": [
            {"type": "text", "text": author_here(value, side, surroundings), "marks": [{"type": "strong"}]},
            {"type": "text", "text": f" at {partner}:"},
        ],
    }
    body = mention.here(value["body"], side, surroundings)
    return {"type": "doc", "version": 1, "content": [head, *body.get("content", ())]}


def author_here(value: Mapping[str, Any], side: Side, surroundings: Surroundings) -> str:
    """Who said the partner's comment, by the name they have here."""
    author = value["author"]
    if author is None:
        return "Someone"
    try:
        return str(person.here(author, side, surroundings)["name"] or author["name"] or "Someone")
    except Unmatched:
        return str(author["name"] or "Someone")


def show(value: Mapping[str, Any] | None) -> str:
    """A few words for history and panel."""
    if value is None:
        return ""
    return shorten(f"{value['author']['name']}: {plain(value['body'])}")
