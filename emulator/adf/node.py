"""Small builders for ADF nodes, so that readers and writers speak of paragraphs and not of dictionaries."""

from collections.abc import Iterable, Iterator
from typing import Any

Node = dict[str, Any]
"""One ADF node or mark as JSON: `type` and, depending on it, `attrs`, `content`, `marks`, `text`."""

# The editor keeps marks in this order; two texts with the same marks must compare equal.
_MARK_ORDER = ("link", "em", "strong", "strike", "subsup", "underline", "textColor", "code")


def document(content: list[Node]) -> Node:
    """A whole document. An empty list is Jira's own empty document."""
    return {"type": "doc", "version": 1, "content": content}


def paragraph(content: list[Node]) -> Node:
    """A paragraph of inline nodes, possibly none."""
    return {"type": "paragraph", "content": content}


def text(value: str, marks: Iterable[Node] = ()) -> Node:
    """A text node; ADF forbids empty texts, so `value` must not be empty."""
    node: Node = {"type": "text", "text": value}
    ordered = sorted(marks, key=lambda mark: _MARK_ORDER.index(mark["type"]))
    if ordered:
        node["marks"] = ordered
    return node


def hard_break() -> Node:
    """A line break inside a paragraph."""
    return {"type": "hardBreak"}


def merged(nodes: Iterable[Node]) -> list[Node]:
    """The same inline nodes with neighbouring texts of equal marks made one."""
    result: list[Node] = []
    for node in nodes:
        last = result[-1] if result else None
        if last and last["type"] == node["type"] == "text" and last.get("marks") == node.get("marks"):
            result[-1] = {**last, "text": last["text"] + node["text"]}
        else:
            result.append(node)
    return result


def trimmed(nodes: list[Node]) -> list[Node]:
    """Inline nodes without breaks at either end, and without blanks at the ends of lines: nothing would show them."""
    result: list[Node] = []
    for node in reversed(_without_leading_blanks(nodes)):
        at_end = not result or result[-1]["type"] == "hardBreak"
        if node["type"] == "hardBreak" and not result:
            continue
        if node["type"] == "text" and at_end:
            result += _with_text(node, node["text"].rstrip(" \t"))
        else:
            result.append(node)
    return result[::-1]


def _without_leading_blanks(nodes: list[Node]) -> list[Node]:
    result: list[Node] = []
    for node in nodes:
        at_start = not result or result[-1]["type"] == "hardBreak"
        if node["type"] == "hardBreak" and not result:
            continue
        if node["type"] == "text" and at_start:
            result += _with_text(node, node["text"].lstrip(" \t"))
        else:
            result.append(node)
    return result


def _with_text(node: Node, value: str) -> list[Node]:
    return [{**node, "text": value}] if value else []


def children(node: Node) -> list[Node]:
    """The node's content; absent content is none."""
    content = node.get("content")
    return content if isinstance(content, list) else []


def attributes(node: Node) -> dict[str, Any]:
    """The node's attrs; absent attrs are none."""
    attrs = node.get("attrs")
    return attrs if isinstance(attrs, dict) else {}


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, in reading order."""
    yield node
    for child in children(node):
        yield from walk(child)
