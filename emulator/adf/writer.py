"""Writes ADF documents as Jira wiki markup: the blocks."""

from collections.abc import Callable

from emulator.adf.inline_writer import adf_macro, card_markup, media_markup, write_inline
from emulator.adf.node import Node, attributes, children
from emulator.adf.vocabulary import CODE_LANGUAGES, NO_CONTEXT, PANEL_COLOURS, Context

_LIST_SIGNS = {"bulletList": "*", "orderedList": "#"}


def to_wiki(doc: Node, context: Context = NO_CONTEXT) -> str:
    """The markup Jira's version 2 API would show for this (valid) document."""
    return _Writer(context).blocks(children(doc))


class _Writer:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._makers: dict[str, Callable[[Node], str]] = {
            "paragraph": self._paragraph,
            "heading": self._heading,
            "rule": lambda _: "----",
            "codeBlock": self._code,
            "blockquote": lambda node: f"{{quote}}{self.blocks(children(node))}{{quote}}",
            "panel": self._panel,
            "expand": self._expand,
            "bulletList": self._list,
            "orderedList": self._list,
            "taskList": lambda node: "\n".join(self._tasks(node, 1)),
            "decisionList": self._decisions,
            "table": self._table,
            "mediaSingle": self._media,
            "mediaGroup": self._media,
            "blockCard": self._card,
            "embedCard": self._card,
        }

    def blocks(self, nodes: list[Node], between: str = "\n\n") -> str:
        return between.join(self._block(node) for node in nodes)

    def _block(self, node: Node) -> str:
        make = self._makers.get(node["type"])
        return make(node) if make else adf_macro(node, "block")

    def _paragraph(self, node: Node) -> str:
        return write_inline(children(node), self._context)

    def _heading(self, node: Node) -> str:
        words = write_inline(children(node), self._context).replace("\n", "\\\\ ")
        return f"h{int(attributes(node)['level'])}. {words}"

    def _code(self, node: Node) -> str:
        body = "".join(str(child["text"]) for child in children(node))
        language = str(attributes(node).get("language") or "")
        name, opening = ("code", f"code:{language}") if language in CODE_LANGUAGES else ("noformat", "noformat")
        if f"{{{name}}}" in body or "\ufdd0" in body or "\ufdd1" in body:
            return adf_macro(node, "block")
        if body.startswith("\n") or body.endswith("\n"):
            body = f"\n{body}\n"
        return f"{{{opening}}}{body}{{{name}}}"

    def _panel(self, node: Node) -> str:
        attrs = attributes(node)
        colour = PANEL_COLOURS.get(str(attrs["panelType"])) or attrs.get("panelColor") or ""
        return f"{{panel:bgColor={colour}}}\n{self.blocks(children(node))}\n{{panel}}"

    def _expand(self, node: Node) -> str:
        title = attributes(node).get("title")
        head = [{"type": "text", "text": title, "marks": [{"type": "strong"}]}] if title else []
        return "\n\n".join([write_inline(head, self._context), *map(self._block, children(node))]).lstrip("\n")

    def _list(self, node: Node) -> str:
        return "\n".join(self._items(node, ""))

    def _items(self, node: Node, above: str) -> list[str]:
        signs = above + _LIST_SIGNS[node["type"]]
        return [line for item in children(node) for line in self._item(item, signs)]

    def _item(self, item: Node, signs: str) -> list[str]:
        """One entry per run of an item's own blocks, one per item of the lists inside; runs after a list start anew."""
        lines: list[str] = []
        run: list[str] = []
        for child in children(item):
            if child["type"] in _LIST_SIGNS:
                lines += [f"{signs} {_run(run)}"] if run or not lines else []
                run = []
                lines += self._items(child, signs)
            elif child["type"] == "taskList":
                run += self._tasks(child, len(signs) + 1)
            else:
                run.append(self._block(child))
        return [*lines, f"{signs} {_run(run)}"] if run else lines

    def _tasks(self, node: Node, depth: int) -> list[str]:
        lines: list[str] = []
        for item in children(node):
            if item["type"] == "taskList":
                lines += self._tasks(item, depth + 1)
            elif item["type"] == "taskItem":
                content = children(item)
                if attributes(item)["state"] == "DONE":
                    content = [_struck(child) for child in content]
                lines.append(f"{'*' * depth} {write_inline(content, self._context)}")
            else:
                lines.append(f"{'*' * depth} {_run([self._block(child) for child in children(item)])}")
        return lines

    def _decisions(self, node: Node) -> str:
        return "\n".join(f"* <> {write_inline(children(item), self._context)}" for item in children(node))

    def _table(self, node: Node) -> str:
        cells = [cell for row in children(node) for cell in children(row)]
        if any(attributes(cell).get(key, 1) != 1 for cell in cells for key in ("colspan", "rowspan")):
            return adf_macro(node, "block")
        return "\n".join(self._row(row) for row in children(node))

    def _row(self, row: Node) -> str:
        written = ""
        border = "|"
        for cell in children(row):
            border = "||" if cell["type"] == "tableHeader" else "|"
            written += border + self._cell(cell)
        return written + border

    def _cell(self, cell: Node) -> str:
        return _Cell(self._context).blocks(children(cell), "\n").strip("\n") or " "

    def _media(self, node: Node) -> str:
        parts = []
        for child in children(node):
            if child["type"] == "media":
                parts.append(media_markup(child, self._context, attributes(node)))
            else:
                parts.append(self._paragraph(child))
        return "\n".join(parts)

    def _card(self, node: Node) -> str:
        return card_markup(node) if attributes(node).get("url") else adf_macro(node, "block")


class _Cell(_Writer):
    """Blocks inside a table cell, where a bar would end the cell and a blank line the table."""

    def _paragraph(self, node: Node) -> str:
        return write_inline(children(node), self._context, also="|")

    def blocks(self, nodes: list[Node], between: str = "\n") -> str:
        written = (self._block(node) for node in nodes)
        return between.join(block for block in written if block)


def _run(blocks: list[str]) -> str:
    # A blank line would end the list.
    return "\n".join(block for block in blocks if block)


def _struck(node: Node) -> Node:
    marks = node.get("marks", [])
    if node["type"] != "text" or any(mark["type"] in ("code", "strike") for mark in marks):
        return node
    return {**node, "marks": [*marks, {"type": "strike"}]}
