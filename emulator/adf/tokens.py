"""Cuts a line of wiki markup into tokens: what stands for itself, what is a sign, what is text.

One pass of one regular expression, so that the time is linear in the text whatever it holds; the reader and the
writer (which has to know what must be escaped) share it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from emulator.adf.vocabulary import EMOJI_BY_EMOTICON, STATUS_COLOURS

# Noncharacters of Unicode stand around the number of a block that was lifted out of the text; `clean` keeps
# the input itself free of them.
LIFTED_OPEN, LIFTED_CLOSE = "\ufdd0", "\ufdd1"

ESCAPABLE = r"\-#*_+?^~|%{}\[\]()!@:;"
# An address ends before a character reference, which is the writer's way to spell what it may not write.
_URL_END = r".,;:!?'()*_+~^-"
_NOT_URL = r"\s|\[\]<>\"\ufdd0\ufdd1{}\\"
URL = (
    rf"(?:https?|ftps?|irc)://(?:(?!&\#\d)[^{_NOT_URL}])*(?!&\#\d)[^{_NOT_URL}{_URL_END}]"
    r"|mailto:[\w.+-]+@[\w.-]*\w"
)

_EMOTICONS = "|".join(re.escape(each) for each in sorted(EMOJI_BY_EMOTICON, key=len, reverse=True))

_STATUS_COLOURS = "|".join(colour[1:] for colour in STATUS_COLOURS.values())

_TOKEN = re.compile(
    rf"""
    (?P<BREAK>(?<!\\)\\\\(?!\S*\\))
  | \\(?P<ESCAPE>[{ESCAPABLE}])
  | (?P<LIFTED>\ufdd0\d+\ufdd1)
  | (?P<NEWLINE>\n)
  | &\#(?P<ENTITY>\d{{2,6}});
  | \{{\{{(?P<CODE>(?:(?!\{{\{{)[^\n\ufdd0]){{1,2000}}?)\}}\}}
  | (?P<STATUS>\{{color:\#(?i:{_STATUS_COLOURS})\}}\*\[\ [^\]\n\\]{{1,200}}\ \]\*\{{color\}})
  | \{{color:(?P<COLOUR>[^}}\n]{{1,40}})\}}
  | (?P<COLOUR_END>\{{color\}})
  | (?P<ANCHOR>\{{anchor(?::[^}}\n]*)?\}})
  | (?P<FORCED>\{{(?:[-+*^~_]|\?\?)\}})
  | \[(?P<LINK>(?:\\[^\n]|[^\[\]\n\\\ufdd0])+)\]
  | !(?P<MEDIA>(?![\s!])[^!|\n{{}}\ufdd0]*[^!|\s{{}}\ufdd0](?:\|[^!\n]*)?)!
  | (?P<URL>(?<![A-Za-z0-9])(?:{URL}))
  | (?P<EMOTICON>(?<![A-Za-z0-9])(?:{_EMOTICONS})(?![A-Za-z0-9]))
  | (?P<DASHES>(?<![^\s])-{{2,3}}(?![^\s]))
  | (?P<SIGN>\?\?|[*_+^~-])
    """,
    re.VERBOSE,
)


class Kind(Enum):
    """What a token is; TEXT is everything that matched nothing."""

    TEXT = auto()
    BREAK = auto()
    ESCAPE = auto()
    LIFTED = auto()
    NEWLINE = auto()
    ENTITY = auto()
    CODE = auto()
    STATUS = auto()
    COLOUR = auto()
    COLOUR_END = auto()
    ANCHOR = auto()
    FORCED = auto()
    LINK = auto()
    MEDIA = auto()
    URL = auto()
    EMOTICON = auto()
    DASHES = auto()
    SIGN = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `value` is what is between the delimiters, `start` and `end` are those of the whole in the text.

    `opens` and `closes` are set for signs only: whether the neighbours let the sign begin or end a format.
    """

    kind: Kind
    value: str
    start: int
    end: int
    opens: bool = False
    closes: bool = False


def clean(text: str) -> str:
    """Line ends as newlines, and without the characters that `lift` needs for itself."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace(LIFTED_OPEN, "\ufffd").replace(LIFTED_CLOSE, "\ufffd")


def tokens(text: str) -> Iterator[Token]:
    """All tokens of the text in order, gapless. Links and media that mean nothing come as text."""
    position = 0
    scan = 0
    while match := _TOKEN.search(text, scan):
        kind = Kind[match.lastgroup or "TEXT"]
        if kind in _NEEDS_SENSE and not _NEEDS_SENSE[kind](match[kind.name]):
            scan = match.start() + 1
            continue
        if match.start() > position:
            yield Token(Kind.TEXT, text[position : match.start()], position, match.start())
        yield _token(kind, match, text)
        position = scan = match.end()
    if position < len(text):
        yield Token(Kind.TEXT, text[position:], position, len(text))


def _token(kind: Kind, match: re.Match[str], text: str) -> Token:
    start, end = match.span()
    value = match[kind.name]
    if kind is Kind.FORCED:
        return Token(kind, value[1:-1], start, end, opens=True, closes=True)
    if kind is Kind.SIGN:
        before = text[start - 1] if start else " "
        after = text[end] if end < len(text) else " "
        opens = not is_word(before) and not after.isspace()
        closes = not is_word(after) and not before.isspace()
        return Token(kind, value, start, end, opens, closes)
    return Token(kind, value, start, end)


def is_word(char: str) -> bool:
    """Whether a sign beside it is part of a word: letters, digits and all beyond ASCII but the hard space."""
    return (char.isalnum() or ord(char) > 127) and char != "\u00a0"


def split_parts(link: str) -> list[str]:
    """The parts of a link between its unescaped bars: `text|target|kind`."""
    return re.split(r"(?<!\\)\|", link)


def _link_has_sense(link: str) -> bool:
    parts = split_parts(link)
    target = parts[0 if len(parts) == 1 else 1].strip()
    if len(parts) == 1:
        return bool(re.match(rf"~(?!accountid:$)\S|\^\S|(?:{URL})$", target))
    return len(parts) <= 3 and bool(re.match(r"[a-z][a-z+.-]*:\S|[/#]\S|\^\S", target, re.I)) and is_safe(target)


def is_safe(url: str) -> bool:
    """Whether the address is one that Jira makes a link of."""
    return bool(
        re.match(r"(?:https?|ftps?|irc|mailto|tel|sip|skype|file|notes|slack|jamfselfservice):|[/#^]", url, re.I)
    )


def _media_has_sense(media: str) -> bool:
    name, _, attributes = media.partition("|")
    return bool(re.search(r"\.\w{1,10}$", name) or "://" in name or attributes)


_NEEDS_SENSE = {Kind.LINK: _link_has_sense, Kind.MEDIA: _media_has_sense}
