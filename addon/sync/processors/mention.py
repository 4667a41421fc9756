"""Mentions: they travel with whom they name, and name here who stands for that person; nobody else is ever notified.

A mention of somebody for whom nobody stands here becomes the name as text. The default person of the user mapping is
for fields: a text that speaks of one person must not call another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from addon.model.offer import Need
from addon.model.rules import Side, UserMapping
from addon.sync.processors import Surroundings, Unmatched, person

Node = dict[str, Any]
MOST = 50
"""How many people of one text are looked up. A text that mentions more names the others in words."""


def text_of(node: Mapping[str, Any]) -> str:
    """A mention as words."""
    text = str((node.get("attrs") or {}).get("text") or "someone")
    return text if text.startswith("@") else f"@{text}"


def leaving(node: Mapping[str, Any]) -> Node:
    """A mention as it travels: whom it names, nothing else of what this site knows of them."""
    return {"type": "mention", "attrs": {"id": id_of(node), "text": text_of(node)}}


def needs(document: Mapping[str, Any], side: Side, users: UserMapping) -> set[Need]:
    """Whom to look up before a document of theirs can be written here."""
    return {need for mentioned in _people(document).values() for need in person.needs_of(mentioned, side, users)}


def here(document: Node, side: Side, surroundings: Surroundings) -> Node:
    """Their document with each mention as one of ours, or as text where nobody here stands for that person."""
    stand_ins = {}
    for account_id, mentioned in _people(document).items():
        try:
            found = person.here(mentioned, side, surroundings)
        except Unmatched:
            continue
        text = f"@{found['name']}" if found["name"] else mentioned["name"]
        stand_ins[account_id] = {"type": "mention", "attrs": {"id": found["id"], "text": text}}
    return _rewritten(document, stand_ins)


def _rewritten(node: Node, stand_ins: Mapping[str, Node]) -> Node:
    if node.get("type") == "mention":
        return stand_ins.get(id_of(node)) or {"type": "text", "text": text_of(node)}
    if "content" not in node:
        return node
    return {**node, "content": [_rewritten(child, stand_ins) for child in node["content"]]}


def _people(document: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for node in _mentions(document):
        if id_of(node) and len(found) < MOST:
            found.setdefault(id_of(node), {"id": id_of(node), "name": text_of(node), "email": ""})
    return found


def _mentions(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if node.get("type") == "mention":
        yield node
    for child in node.get("content", ()):
        yield from _mentions(child)


def id_of(node: Mapping[str, Any]) -> str:
    """The account that a mention names."""
    return str((node.get("attrs") or {}).get("id") or "")
