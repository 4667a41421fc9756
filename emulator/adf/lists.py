"""Reads lists of wiki markup: `*`, `#` and `-`, nested by repetition and mixed."""

import re
from collections.abc import Callable

from emulator.adf.node import Node

# Jira reads at most twenty levels. Two or three dashes alone are a dash, not a list.
LIST_LINE = re.compile(r"[ \t]*(?!-{2,}[ \t])([*#-]{1,20})[ \t]+")

_KINDS = {"*": "bulletList", "-": "bulletList", "#": "orderedList"}


def read_list(lines: list[str], position: int, item: Callable[[str], list[Node]]) -> tuple[list[Node], int]:
    """The lists that start on this line, and the line after them. A list ends at a blank line.

    `item` reads the text of one item, which may go over several lines.
    """
    found: list[tuple[str, list[str]]] = []
    while position < len(lines) and lines[position].strip(" \t"):
        match = LIST_LINE.match(lines[position])
        if match:
            found.append((match[1], [lines[position][match.end() :]]))
        else:
            found[-1][1].append(lines[position])
        position += 1
    return _nested([(signs, item("\n".join(text))) for signs, text in found]), position


def _nested(items: list[tuple[str, list[Node]]]) -> list[Node]:
    roots: list[Node] = []
    open_lists: list[Node] = []
    for signs, content in items:
        kind = _KINDS[signs[-1]]
        # A level may not be skipped: ADF has no list item without its parents.
        depth = min(len(signs), len(open_lists) + 1)
        del open_lists[depth:]
        if len(open_lists) == depth and open_lists[-1]["type"] != kind:
            open_lists.pop()
        if len(open_lists) < depth:
            new: Node = {"type": kind, "content": []}
            (open_lists[-1]["content"][-1]["content"] if open_lists else roots).append(new)
            open_lists.append(new)
        open_lists[-1]["content"].append({"type": "listItem", "content": content})
    return roots
