"""Lifts the block macros out of wiki markup, so that what is inside them disturbs nobody: {code}, {quote} and the like.

Where a macro stood, a short key is left in the text; the key goes through paragraphs, lists and cells like any
other word, and whoever meets it asks here what it stands for.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from emulator.adf.colour import hexadecimal, panel_type
from emulator.adf.node import Node, document, paragraph, text
from emulator.adf.schema import problem_in
from emulator.adf.tokens import LIFTED_CLOSE, LIFTED_OPEN

# Quotes in quotes beyond this depth stay as text; the recursion has to end somewhere.
_MAX_DEPTH = 6

_SKIP = r"\\.|\{\{(?:(?!\{\{)[^\n]){1,2000}?\}\}"
_RAW = re.compile(rf"{_SKIP}|\{{(code|noformat|adf)(?::([^}}\n]*))?\}}", re.DOTALL)
_ENCLOSING = re.compile(rf"{_SKIP}|\{{(quote|panel)(?::([^}}\n]*))?\}}", re.DOTALL)

# Names that the wiki and the editor have for one language.
_LANGUAGES = {"objc": "objective-c", "sh": "shell", "js": "javascript", "cpp": "c++", "c#": "csharp"}


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A macro with markup in it: the container's node type and attrs, its first nodes, its inside."""

    kind: str
    attrs: Node | None
    head: list[Node]
    inside: "Macros"


class Macros:
    """A text without its macros, and the macros."""

    def __init__(self, markup: str, *, trust_adf: bool = True, outer: "Macros | None" = None) -> None:
        self._trust_adf = trust_adf
        self._found: dict[str, list[Node] | Enclosed] = outer._found if outer else {}
        self._depth: int = outer._depth + 1 if outer else 0
        if outer is None:
            markup = self._lift(markup, _RAW, self._raw)
        self.text = self._lift(markup, _ENCLOSING, self._enclosed) if self._depth < _MAX_DEPTH else markup

    def lifted(self, key: str) -> list[Node] | Enclosed:
        """What stood where the key stands now."""
        return self._found[key]

    def _lift(
        self, markup: str, opening: re.Pattern[str], made: Callable[[str, str, str], list[Node] | Enclosed]
    ) -> str:
        result: list[str] = []
        position = scan = 0
        while match := opening.search(markup, scan):
            scan = match.end()
            name = match[1]
            close = _close(markup, name, match.end()) if name else -1
            if close < 0:
                continue
            key = f"{LIFTED_OPEN}{len(self._found)}{LIFTED_CLOSE}"
            # The key is taken before the inside is read, which takes keys of its own.
            self._found[key] = []
            self._found[key] = made(name, match[2] or "", markup[match.end() : close])
            result += [markup[position : match.start()], key]
            position = scan = close + len(name) + 2
        return "".join([*result, markup[position:]])

    def _raw(self, name: str, arguments: str, inside: str) -> list[Node]:
        if name == "adf":
            return [_node_from(inside) if self._trust_adf else _code(f"Invalid ADF Macro: {inside}", None)]
        title = _arguments(arguments).get("title")
        language = _language(arguments) if name == "code" else None
        body = inside.removeprefix("\n").removesuffix("\n")
        return [*_title(title), _code(body, language)]

    def _enclosed(self, name: str, arguments: str, inside: str) -> Enclosed:
        given = _arguments(arguments)
        macros = Macros(inside.strip("\n"), trust_adf=self._trust_adf, outer=self)
        if name == "quote":
            return Enclosed("blockquote", None, [], macros)
        attrs = {"panelType": panel_type(hexadecimal(given.get("bgColor", "")))}
        return Enclosed("panel", attrs, _title(given.get("title")), macros)


def _close(markup: str, name: str, start: int) -> int:
    """Where the macro ends; -1 if it does not. Only in markup can the end be escaped, code has no escapes."""
    close = markup.find(f"{{{name}}}", start)
    while name in ("quote", "panel") and close > 0 and markup[close - 1] == "\\":
        close = markup.find(f"{{{name}}}", close + 1)
    return close


def _arguments(arguments: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in arguments.split("|"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _language(arguments: str) -> str:
    """The language of a {code} macro; Jira's default is Java."""
    named = [part.strip().lower() for part in arguments.split("|") if part.strip() and "=" not in part]
    return _LANGUAGES.get(named[0], named[0]) if named else "java"


def _title(title: str | None) -> list[Node]:
    return [paragraph([text(title, [{"type": "strong"}])])] if title else []


def _code(body: str, language: str | None) -> Node:
    attrs = {"language": language} if language else {}
    return {"type": "codeBlock", "attrs": attrs, "content": [text(body)] if body else []}


def _node_from(inside: str) -> Node:
    """The node an {adf} macro spells out, if it is one; Jira shows a broken one as code."""
    try:
        node = json.loads(inside)
    except (ValueError, RecursionError):
        node = None
    as_block, as_inline = document([node]), document([paragraph([node])])
    if isinstance(node, dict) and (problem_in(as_block) is None or problem_in(as_inline) is None):
        return node
    return _code(f"Invalid ADF Macro: {inside}", None)
