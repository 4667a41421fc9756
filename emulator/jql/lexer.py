"""Cuts a query into the grammar's terminals, with Jira's words for broken strings and characters."""

import re
from collections.abc import Iterator
from typing import Any

from lark import Token
from lark.lexer import Lexer

from emulator.jql.errors import JqlError
from emulator.jql.reserved import RESERVED_CHARACTERS, RESERVED_WORDS

# Deeper nesting than any person writes; beyond it the compiled query could exhaust the interpreter's stack.
_MAX_NESTING = 100

_KEYWORDS = {
    "and": "_AND",
    "or": "_OR",
    "not": "_NOT",
    "in": "IN",
    "is": "IS",
    "was": "_WAS",
    "changed": "_CHANGED",
    "empty": "EMPTY",
    "null": "EMPTY",
    "order": "_ORDER",
    "by": "BY",
    "asc": "DIRECTION",
    "desc": "DIRECTION",
    "cf": "CF",
    **dict.fromkeys(("after", "before", "on", "during", "from", "to"), "PREDICATE"),
}
_SYMBOLS = {
    "!=": "NOT_EQUALS",
    "<=": "LESS_EQUALS",
    ">=": "GREATER_EQUALS",
    "!~": "NOT_LIKE",
    "&&": "_AND",
    "||": "_OR",
    "=": "EQUALS",
    "<": "LESS",
    ">": "GREATER",
    "~": "LIKE",
    "!": "_NOT",
    "&": "_AND",
    "|": "_OR",
    "(": "_LPAREN",
    ")": "_RPAREN",
    "[": "_LBRACKET",
    "]": "_RBRACKET",
    ",": "_COMMA",
}
_RESERVED = frozenset(RESERVED_WORDS)
_SYMBOL = re.compile("|".join(re.escape(symbol) for symbol in _SYMBOLS))
_BLANK = re.compile(r"\s+")
_WORD = re.compile(r"(?:\\.|[^\s=!<>~&|()\[\],\"'\\{}*/%+^$#@?;\x00-\x1f\x7f])+", re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.|$)", re.DOTALL)
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r"}
_ESCAPABLE_IN_WORDS = frozenset("'\"\\ =!<>~&|()[],{}*/%+^$#@?;:.-")


class JqlLexer(Lexer):
    """The lexer that lark is given. Token values are already without quotes and escapes."""

    def __init__(self, lexer_conf: Any) -> None:
        pass

    # Lark calls lexers of others with the text alone, which its own signature does not say.
    def lex(self, data: Any) -> Iterator[Token]:  # type: ignore[override]
        return scan(str(data))


def scan(text: str) -> Iterator[Token]:
    """All tokens of the query; raises JqlError."""
    position = nesting = 0
    while position < len(text):
        if match := _BLANK.match(text, position):
            position = match.end()
            continue
        token, end = _next(text, position)
        nesting += {"_LPAREN": 1, "_RPAREN": -1}.get(token.type, 1 if token.type == "_NOT" else 0)
        if nesting > _MAX_NESTING:
            raise JqlError(f"The JQL query is nested too deeply: at most {_MAX_NESTING} levels are possible.")
        yield token
        position = end


def place(text: str, position: int) -> str:
    """`(line 1, character 8)`, both counted from one."""
    line_start = text.rfind("\n", 0, position) + 1
    return f"(line {text.count(chr(10), 0, position) + 1}, character {position - line_start + 1})"


def _next(text: str, position: int) -> tuple[Token, int]:
    char = text[position]
    if char in "\"'":
        end = _end_of_string(text, position)
        return _token("STRING", text, position, end, _unescaped(text, position + 1, end - 1)), end
    if match := _SYMBOL.match(text, position):
        return _token(_SYMBOLS[match[0]], text, position, match.end(), match[0]), match.end()
    match = _WORD.match(text, position)
    if match is None:
        raise _illegal(text, position)
    word = _unescaped(text, position, match.end())
    kind = _KEYWORDS.get(match[0].lower()) or ("RESERVED" if match[0].lower() in _RESERVED else "WORD")
    return _token(kind, text, position, match.end(), word), match.end()


def _token(kind: str, text: str, start: int, end: int, value: str) -> Token:
    return Token(kind, value, start_pos=start, end_pos=end, line=text.count("\n", 0, start) + 1)


def _end_of_string(text: str, start: int) -> int:
    quote = text[start]
    position = start + 1
    while position < len(text):
        if text[position] == "\\":
            position += 1
        elif text[position] == quote:
            return position + 1
        position += 1
    inside = text[start + 1 :]
    named = f"The quoted string '{inside}'" if inside else "A quoted string"
    raise JqlError(f"Error in the JQL Query: {named} has not been completed. {place(text, start)}")


def _unescaped(text: str, start: int, end: int) -> str:
    piece = text[start:end]
    if "\\" not in piece:
        return piece

    def replaced(match: re.Match[str]) -> str:
        name = match[1]
        if len(name) == 5:
            return chr(int(name[1:], 16))
        if name in _ESCAPES:
            return _ESCAPES[name]
        if name in _ESCAPABLE_IN_WORDS:
            return name
        raise JqlError(
            f"Error in the JQL Query: '\\{name}' is an illegal JQL escape sequence. The valid escape sequences are "
            f"\\', \\\", \\t, \\n, \\r, \\\\, '\\ ' and \\uXXXX. {place(text, start + match.start())}"
        )

    return _ESCAPE.sub(replaced, piece)


def _illegal(text: str, position: int) -> JqlError:
    char = text[position]
    where = place(text, position)
    escape = f"'\\u{ord(char):04x}'"
    if char in RESERVED_CHARACTERS:
        return JqlError(
            f"Error in the JQL Query: The character '{char}' is a reserved JQL character. "
            f"You must enclose it in a string or use the escape {escape} instead. {where}"
        )
    if char == "\\":
        return JqlError(f"Error in the JQL Query: Illegal JQL escape sequence at the end of the query. {where}")
    return JqlError(
        f"Error in the JQL Query: The character with code U+{ord(char):04X} is illegal. "
        f"You must use the escape {escape} instead. {where}"
    )
