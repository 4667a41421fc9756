"""Reads Jira wiki markup into an ADF document: the blocks. Any input gives a valid document."""

import re

from emulator.adf.inline import read_inline
from emulator.adf.lists import LIST_LINE, read_list
from emulator.adf.macros import Macros
from emulator.adf.node import Node, document, trimmed
from emulator.adf.placing import blocks, fitted, grouped, is_block
from emulator.adf.schema import problem_in
from emulator.adf.tables import ROW_LINE, read_table
from emulator.adf.tokens import clean
from emulator.adf.vocabulary import NO_CONTEXT, Context

HEADING_LINE = re.compile(r"[ \t]*h([1-6])\.(?:[ \t]+(.*))?$")
QUOTE_LINE = re.compile(r"[ \t]*bq\.(?:[ \t]+(.*))?$")
RULE_LINE = re.compile(r"[ \t]*-{4,5}[ \t]*$")


def from_wiki(text: str, context: Context = NO_CONTEXT) -> Node:
    """The document that the markup means. Never fails: what cannot be understood stays as text."""
    cleaned = clean(text)
    doc = document(_Blocks(Macros(cleaned), context).read())
    # Only an {adf} macro can bring in nodes that are right by themselves and wrong where they stand.
    if "{adf" in cleaned and problem_in(doc) is not None:
        doc = document(_Blocks(Macros(cleaned, trust_adf=False), context).read())
    return doc


class _Blocks:
    """One level of blocks: the document, or the inside of a quote, panel, list item or cell."""

    def __init__(self, macros: Macros, context: Context) -> None:
        self._macros = macros
        self._context = context

    def read(self) -> list[Node]:
        return self._lines(self._macros.text)

    def _lines(self, text: str) -> list[Node]:
        nodes: list[Node] = []
        lines = text.split("\n")
        open_paragraph: list[str] = []
        position = 0
        while position < len(lines):
            block, after = self._block(lines, position)
            if block is None:
                open_paragraph.append(lines[position])
            if (block is not None or not lines[position].strip(" \t")) and open_paragraph:
                nodes += self._fragment("\n".join(open_paragraph))
                open_paragraph = []
            nodes += block or []
            position = after
        return nodes + self._fragment("\n".join(open_paragraph))

    def _block(self, lines: list[str], position: int) -> tuple[list[Node] | None, int]:
        """The block that starts on this line and the line after it; None if it is a line of a paragraph."""
        line = lines[position]
        if match := HEADING_LINE.match(line):
            return self._heading(int(match[1]), match[2] or ""), position + 1
        if match := QUOTE_LINE.match(line):
            inner = self._fragment(match[1] or "")
            return grouped("blockquote", inner), position + 1
        if RULE_LINE.match(line):
            return [{"type": "rule"}], position + 1
        if LIST_LINE.match(line):
            return read_list(lines, position, self._item)
        if ROW_LINE.match(line):
            return read_table(lines, position, self._cell)
        return None, position + 1

    def _heading(self, level: int, words: str) -> list[Node]:
        nodes = self._inline(words)
        inline = trimmed([node for node in nodes if not is_block(node)])
        heading: Node = {"type": "heading", "attrs": {"level": level}, "content": inline}
        return [heading, *(node for node in nodes if is_block(node))]

    def _fragment(self, text: str) -> list[Node]:
        """Paragraphs and the blocks among them, of text without blank lines."""
        return blocks(self._inline(text))

    def _inline(self, text: str) -> list[Node]:
        return read_inline(text.strip(" \t\n"), self._context, self._lifted)

    def _lifted(self, key: str) -> list[Node]:
        macro = self._macros.lifted(key)
        if isinstance(macro, list):
            return macro
        inner = _Blocks(macro.inside, self._context).read()
        return grouped(macro.kind, [*macro.head, *inner], macro.attrs)

    def _item(self, text: str) -> list[Node]:
        return fitted("listItem", self._fragment(text))

    def _cell(self, kind: str, text: str) -> list[Node]:
        return fitted(kind, self._lines(text))
