"""Markdown of an ADF document (CommonMark and tables of GitHub's), for text fields. One way; unknown nodes by words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Node = Mapping[str, Any]
_MARKS = {"strong": "**", "em": "*", "strike": "~~"}


def write(document: Node | None) -> str:
    """The document as Markdown, without a line break at its end."""
    return _blocks(document or {}).strip("\n")


def _children(node: Node) -> list[Node]:
    return list(node.get("content") or ())


def _attrs(node: Node) -> Mapping[str, Any]:
    return node.get("attrs") or {}


def _blocks(node: Node) -> str:
    return "\n\n".join(text for text in (_block(child) for child in _children(node)) if text)


def _block(node: Node) -> str:
    write = _BLOCKS.get(str(node.get("type")))
    if write:
        return write(node)
    return _blocks(node) if any("content" in child for child in _children(node)) else _inline(node)


def _heading(node: Node) -> str:
    return f"{'#' * int(_attrs(node).get('level') or 1)} {_line(node)}"


def _code(node: Node) -> str:
    return f"```{_attrs(node).get('language') or ''}\n{_line(node)}\n```"


def _quote(node: Node) -> str:
    return _indent(_blocks(node), "> ", "> ")


def _list(node: Node) -> str:
    items = []
    for number, item in enumerate(_children(node), int(_attrs(node).get("order") or 1)):
        mark = f"{number}. " if node["type"] == "orderedList" else "- "
        if item.get("type") == "taskItem":
            mark = "- [x] " if _attrs(item).get("state") == "DONE" else "- [ ] "
        blocks = any("content" in child or child.get("type") == "paragraph" for child in _children(item))
        items.append(_indent(_tight(item) if blocks else _line(item), mark, " " * len(mark)))
    return "\n".join(items)


def _tight(item: Node) -> str:
    return "\n".join(text for text in (_block(child) for child in _children(item)) if text)


def _indent(text: str, first: str, rest: str) -> str:
    return "\n".join((first if number == 0 else rest) + line for number, line in enumerate(text.split("\n")))


def _table(node: Node) -> str:
    rows = [
        [_blocks(cell).replace("\n", " ").replace("|", "\\|") for cell in _children(row)] for row in _children(node)
    ]
    if not rows:
        return ""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|" + " --- |" * len(rows[0]))
    return "\n".join(lines)


def _line(node: Node) -> str:
    return "".join(_inline(child) for child in _children(node))


def _inline(node: Node) -> str:
    kind, attrs = node.get("type"), _attrs(node)
    if kind == "text":
        return _marked(node)
    if kind == "hardBreak":
        return "\n"
    if kind == "mention":
        name = str(attrs.get("text") or "someone")
        return name if name.startswith("@") else f"@{name}"
    if kind == "media":
        return f"[{attrs.get('alt') or 'file'}]"
    if node.get("content"):
        return _line(node)
    return str(attrs.get("text") or attrs.get("shortName") or attrs.get("url") or "")


def _marked(node: Node) -> str:
    text = str(node.get("text") or "")
    marks = {mark.get("type"): mark.get("attrs") or {} for mark in node.get("marks") or ()}
    if "code" in marks:
        text = f"`{text}`"
    for name, sign in _MARKS.items():
        if name in marks and text.strip():
            text = f"{sign}{text}{sign}"
    return f"[{text}]({marks['link'].get('href', '')})" if "link" in marks else text


_BLOCKS: Mapping[str, Callable[[Node], str]] = {
    "paragraph": _line,
    "heading": _heading,
    **dict.fromkeys(("bulletList", "orderedList", "taskList", "decisionList"), _list),
    "codeBlock": _code,
    "blockquote": _quote,
    "panel": _quote,
    "rule": lambda _node: "---",
    "table": _table,
}
