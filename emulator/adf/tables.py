"""Reads tables of wiki markup: `||head||` and `|cell|`, with cells that go over several lines."""

import re
from collections.abc import Callable

from emulator.adf.node import Node

ROW_LINE = re.compile(r"[ \t]*\|[ \t]*\S")

# A bar inside a link, a picture's attributes or monospace is no border of a cell.
_PIECE = re.compile(
    r"\\.|\[(?:\\.|[^\[\]\n\\])*\]|!(?![\s!])[^!|\n]+\|[^!\n]*!|\{\{(?:(?!\{\{)[^\n]){1,2000}?\}\}|(?P<border>\|\|?)"
)


def read_table(
    lines: list[str], position: int, cell: Callable[[str, str], list[Node]]
) -> tuple[list[Node] | None, int]:
    """The table that starts on this line, and the line after it. `cell` reads one cell: its node type, its text."""
    rows: list[Node] = []
    while position < len(lines) and ROW_LINE.match(lines[position]):
        row = lines[position]
        position += 1
        while not _closed(row) and position < len(lines) and _continues(lines[position]):
            row += "\n" + lines[position]
            position += 1
        rows.append({"type": "tableRow", "content": [_cell(kind, text, cell) for kind, text in _cells(row)]})
    return [{"type": "table", "content": rows}], position


def _closed(row: str) -> bool:
    return row.rstrip(" \t").endswith("|")


def _continues(line: str) -> bool:
    stripped = line.strip(" \t")
    return bool(stripped) and not stripped.startswith("|")


def _cells(row: str) -> list[tuple[str, str]]:
    """Node type and text of each cell. What follows the last border is a cell only if it says something."""
    borders = [match for match in _PIECE.finditer(row) if match["border"]]
    ends = [match.start() for match in borders[1:]] + [len(row)]
    found = [
        ("tableHeader" if border["border"] == "||" else "tableCell", row[border.end() : end])
        for border, end in zip(borders, ends, strict=True)
    ]
    return found if len(found) == 1 or found[-1][1].strip() else found[:-1]


def _cell(kind: str, text: str, read: Callable[[str, str], list[Node]]) -> Node:
    return {"type": kind, "attrs": {}, "content": read(kind, text.strip("\n"))}
