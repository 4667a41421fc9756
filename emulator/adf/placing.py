"""Puts nodes where ADF allows them: what a container cannot hold is changed, lifted out or taken apart."""

from functools import cache

from emulator.adf.node import Node, children, paragraph, text, trimmed
from emulator.adf.schema import allowed_in

_INLINE = frozenset(
    {
        "text",
        "hardBreak",
        "mention",
        "emoji",
        "date",
        "status",
        "inlineCard",
        "mediaInline",
        "placeholder",
        "inlineExtension",
    }
)
_DEFINITIONS = {
    "listItem": "listItem_node",
    "tableCell": "table_cell_node",
    "tableHeader": "table_header_node",
    "blockquote": "blockquote_node",
    "panel": "panel_node",
}


@cache
def allowed(kind: str) -> frozenset[str]:
    """The types that a container of this kind may hold, as the schema says."""
    return allowed_in(_DEFINITIONS[kind])


def is_block(node: Node) -> bool:
    """Whether the node cannot stand inside a paragraph."""
    return node["type"] not in _INLINE


def blocks(nodes: list[Node]) -> list[Node]:
    """Inline nodes gathered into paragraphs around the blocks that stand among them."""
    result: list[Node] = []
    run: list[Node] = []
    for node in nodes:
        if is_block(node):
            result += [*_paragraph(run), node]
            run = []
        else:
            run.append(node)
    return result + _paragraph(run)


def _paragraph(run: list[Node]) -> list[Node]:
    content = trimmed(run)
    return [paragraph(content)] if content else []


def grouped(kind: str, nodes: list[Node], attrs: Node | None = None) -> list[Node]:
    """Containers of this kind around the nodes; those it cannot hold stand between two containers, as in Jira."""
    result: list[Node] = []
    run: list[Node] = []
    for node in (_plainer(each, allowed(kind)) for each in nodes):
        if node["type"] in allowed(kind):
            run.append(node)
            continue
        result += [*_container(kind, run, attrs), node]
        run = []
    return (result + _container(kind, run, attrs)) or _container(kind, [paragraph([])], attrs)


def fitted(kind: str, nodes: list[Node]) -> list[Node]:
    """The content for a list item or a cell, which cannot be split: foreign containers are taken apart."""
    return _flattened(nodes, allowed(kind)) or [paragraph([])]


def _container(kind: str, content: list[Node], attrs: Node | None) -> list[Node]:
    if not content:
        return []
    return [{"type": kind, "attrs": attrs, "content": content} if attrs else {"type": kind, "content": content}]


def _flattened(nodes: list[Node], types: frozenset[str]) -> list[Node]:
    result: list[Node] = []
    for node in (_plainer(each, types) for each in nodes):
        if node["type"] in types:
            result.append(node)
        elif is_block(node):
            result += _flattened(blocks(children(node)), types)
    return result


def _plainer(node: Node, types: frozenset[str]) -> Node:
    """Headings as bold paragraphs and cards as inline ones, where the container knows neither."""
    if node["type"] in types:
        return node
    if node["type"] == "heading":
        return paragraph([_bold(child) for child in children(node)])
    if node["type"] in ("blockCard", "embedCard") and "url" in node["attrs"]:
        return paragraph([{"type": "inlineCard", "attrs": {"url": node["attrs"]["url"]}}])
    return node


def _bold(node: Node) -> Node:
    marks = node.get("marks", [])
    if node["type"] != "text" or any(mark["type"] in ("strong", "code") for mark in marks):
        return node
    return text(node["text"], [*marks, {"type": "strong"}])
