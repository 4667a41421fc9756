"""Escapes plain words so that the reader takes them for what they are, and no more of them than needed.

Words alone are made harmless first (`neutral`). Whether a `*` or `_` is a sign depends on what stands around it,
so that is decided on the finished paragraph (`joined`), where words and markup are still told apart.
"""

import re
from dataclasses import dataclass

from emulator.adf.tokens import ESCAPABLE, Kind, Token, tokens

# At the start of a line these would begin a heading, a quote, a list, a table or a rule.
LINE_START = re.compile(
    r"(?P<letter>[hb])(?=[1-6]\.(?:[ \t]|$)|q\.(?:[ \t]|$))"
    r"|(?P<list>(?!-{2,}[ \t])[*#-]{1,20}(?=[ \t]))"
    r"|(?P<rule>-(?=-{3,4}[ \t]*$))"
    r"|(?P<bar>\|)",
    re.MULTILINE,
)

_ENTITY_NEEDED = re.compile(rf"&(?=#\d{{2,6}};)|\\(?=[{ESCAPABLE}\\]|$)", re.MULTILINE)
# Lines with none of these and no start of a block cannot mean anything but their words.
_MARKUP = re.compile(rf"[{ESCAPABLE}\n\\]|^[hb]")
_SPECIAL = re.compile(rf"[{ESCAPABLE}]")
_MACRO = re.compile(r"\{(?=\{|(?:adf|anchor|code|quote|noformat|panel|color)[:}]|(?:[-+*^~_]|\?\?)\}|$)")
_HARMLESS = frozenset({Kind.TEXT, Kind.SIGN, Kind.URL, Kind.NEWLINE, Kind.ENTITY, Kind.ESCAPE, Kind.BREAK, Kind.LIFTED})


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a paragraph: words of the document, or markup that the writer made."""

    value: str
    is_words: bool = False


def neutral(words: str, *, also: str = "") -> str:
    """The words with everything escaped that would be markup by itself; `also` names characters to escape anywhere."""
    words = _ENTITY_NEEDED.sub(lambda match: f"&#{ord(match[0])};", words)
    words = _MACRO.sub(r"\\{", words)
    parts = [token_words(token, words) for token in tokens(words)]
    result = "".join(parts)
    return re.sub(rf"(?<!\\)([{re.escape(also)}])", r"\\\1", result) if also else result


def token_words(token: Token, words: str) -> str:
    """One token of plain words, harmless."""
    value = words[token.start : token.end]
    return value if token.kind in _HARMLESS else _SPECIAL.sub(r"\\\g<0>", value)


def joined(pieces: list[Piece]) -> str:
    """The paragraph's markup, with those signs escaped in the words that would find a partner."""
    line = "".join(piece.value for piece in pieces)
    if not _MARKUP.search(line):
        return line
    is_words = [piece.is_words for piece in pieces for _ in piece.value]
    stream = list(tokens(line))
    found = [*_paired(stream), *(token for token in stream if token.kind not in _HARMLESS)]
    escapes = {token.start for token in found if is_words[token.start]}
    for match in LINE_START.finditer(line):
        at_start = not line[: match.start()].rpartition("\n")[2].strip(" \t")
        if at_start:
            escapes.update(_first_words(match, is_words))
    if not escapes:
        return line
    return "".join(_escaped(char) if index in escapes else char for index, char in enumerate(line))


def _first_words(match: re.Match[str], is_words: list[bool]) -> list[int]:
    return [index for index in range(match.start(), match.end()) if is_words[index]][:1]


def _escaped(char: str) -> str:
    # Letters cannot be escaped with a backslash; Jira's renderer understands character references.
    return f"&#{ord(char)};" if char.isalpha() else f"\\{char}"


def _paired(stream: list[Token]) -> list[Token]:
    """The signs that have a partner in their line."""
    found: list[Token] = []
    waiting: dict[str, list[Token]] = {}
    for token in stream:
        if token.kind in (Kind.NEWLINE, Kind.BREAK):
            waiting = {}
        if token.kind is not Kind.SIGN:
            continue
        if token.closes and token.value in waiting:
            found += [*waiting[token.value], token]
            waiting[token.value] = []
        if token.opens:
            waiting.setdefault(token.value, []).append(token)
    return found
