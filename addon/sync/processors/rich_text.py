"""Rich text (ADF): travels unflattened, except what would be wrong or refused at another site.

People and files of one site do not exist at the other: a mention names the person who stands for them there, or
becomes their name in words (``mention``), media leave as a line that names the file. When such a text comes back with
the partner's edits, our own mentions and media are put back where their stand-ins still are, so that nobody's edit
costs us a picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from addon.model import matrix
from addon.model.offer import Need
from addon.model.rules import FieldMapping, Side, UserMapping
from addon.sync.processors import PartChange, Surroundings, change_of, mention, rule_of
from addon.sync.processors.text import check_length
from addon.sync.processors.whole import Whole, words_of

Node = dict[str, Any]
EMPTY: Node = {"type": "doc", "version": 1, "content": []}
_MEDIA = ("mediaSingle", "mediaGroup")
# Jira gives each node an id of its own; it says nothing about the content and differs at every site.
_SITE_ATTRS = ("localId", "occurrenceKey")


class RichText(Whole):
    form = "rich"

    def read(self, raw: Any) -> Node | None:
        return normal(raw) if raw and raw.get("content") else None

    def leaving(self, row: FieldMapping, side: Side, before: Any, after: Node | None) -> PartChange:
        return change_of(row, side, None, leaving(after) if after else None)

    def needed(self, row: FieldMapping, side: Side, value: Any, users: UserMapping) -> set[Need]:
        return mention.needs(value, side, users) if rule_of(row, side) == "same" else set()

    def convert(
        self, row: FieldMapping, side: Side, rule: matrix.Rule, value: Any, ours: Any, surroundings: Surroundings
    ) -> Node:
        if rule == "same":
            text = returning(mention.here(value, side, surroundings), ours)
        else:
            text = document(words_of(row, side, value))
        check_length(row.field_of(side), len(plain(text)), matrix.TYPES[row.type_of(side)].limit)
        return text


def document(words: str) -> Node:
    """Words as a document, one paragraph per line."""
    lines = [line for line in words.split("\n") if line.strip()]
    return {
        **EMPTY,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in lines],
    }


def normal(node: Node) -> Node:
    """The node without what differs from site to site and says nothing: local ids, empty containers' noise."""
    out: Node = {key: value for key, value in node.items() if key not in ("content", "attrs")}
    attrs = {key: value for key, value in (node.get("attrs") or {}).items() if key not in _SITE_ATTRS}
    if attrs:
        out["attrs"] = attrs
    if "content" in node:
        out["content"] = [normal(child) for child in node["content"]]
    return out


def leaving(node: Node) -> Node:
    """The document as another site may show it."""
    out = dict(node)
    if "content" in node:
        out["content"] = [_leaving(child) for child in node["content"]]
    return out


def _leaving(node: Node) -> Node:
    return mention.leaving(node) if node["type"] == "mention" else _stand_in(node) or leaving(node)


def _stand_in(node: Node) -> Node | None:
    """What stands for a node of ours at another site, where it cannot be shown as it is."""
    if node["type"] == "mention":
        return {"type": "text", "text": mention.text_of(node)}
    if node["type"] in _MEDIA:
        names = ", ".join(_media_name(child) for child in _walk(node) if child["type"] == "media")
        return {
            "type": "paragraph",
            "content": [{"type": "text", "text": f"[{names or 'file'}]", "marks": [{"type": "em"}]}],
        }
    if node["type"] == "mediaInline":
        return {"type": "text", "text": f"[{_media_name(node)}]"}
    return None


def returning(theirs: Node, ours: Node | None) -> Node:
    """Their document with our own mentions and media put back where their stand-ins stand."""
    blocks: dict[str, Node] = {}
    names: dict[str, Node] = {}
    people: dict[str, Node] = {}
    for node in _walk(ours) if ours else ():
        if node["type"] == "mention":
            people[mention.id_of(node)] = node
        stand_in = _stand_in(node)
        if stand_in is None:
            continue
        if stand_in["type"] == "text":
            names[stand_in["text"]] = node
        else:
            blocks[plain(stand_in)] = node
    return _put_back(theirs, blocks, names, people) if blocks or names else theirs


def _put_back(node: Node, blocks: Mapping[str, Node], names: Mapping[str, Node], people: Mapping[str, Node]) -> Node:
    out = dict(node)
    if "content" in node:
        children: list[Node] = []
        for child in node["content"]:
            if child["type"] == "text" and not child.get("marks"):
                children.extend(_split(child["text"], names))
            elif child["type"] == "paragraph" and plain(child) in blocks:
                children.append(blocks[plain(child)])
            elif child["type"] == "mention":
                children.append(people.get(mention.id_of(child), child))
            else:
                children.append(_put_back(child, blocks, names, people))
        out["content"] = children
    return out


def _split(text: str, names: Mapping[str, Node]) -> Iterator[Node]:
    """A text with the known names in it replaced by their nodes, longest names first."""
    for name in sorted(names, key=len, reverse=True):
        head, found, tail = text.partition(name)
        if found:
            yield from _split(head, names)
            yield names[name]
            yield from _split(tail, names)
            return
    if text:
        yield {"type": "text", "text": text}


def plain(node: Mapping[str, Any] | None) -> str:
    """The document's words."""
    if not node:
        return ""
    if node.get("type") == "text":
        return str(node.get("text", ""))
    if node.get("type") == "mention":
        return mention.text_of(node)
    if node.get("type") == "hardBreak":
        return "\n"
    attrs = node.get("attrs") or {}
    inner = "".join(plain(child) for child in node.get("content", ())) or str(
        attrs.get("text") or attrs.get("shortName") or attrs.get("url") or ""
    )
    return inner + ("\n" if node.get("type") in ("paragraph", "heading", "codeBlock") else "")


def _media_name(node: Mapping[str, Any]) -> str:
    return str((node.get("attrs") or {}).get("alt") or "file")


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.get("content", ()):
        yield from _walk(child)
