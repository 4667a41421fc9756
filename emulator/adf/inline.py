"""Reads a run of wiki markup into inline ADF nodes."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import unquote

from emulator.adf.colour import hexadecimal
from emulator.adf.node import Node, hard_break, merged, text, trimmed
from emulator.adf.tokens import URL, Kind, Token, split_parts, tokens
from emulator.adf.vocabulary import (
    CARD_KINDS,
    EMOJI_BY_EMOTICON,
    MARKS,
    STATUS_COLOURS,
    Context,
)

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_STATUS_BY_COLOUR = {hexadecimal.lower(): name for name, hexadecimal in STATUS_COLOURS.items()}
_BARE_URL = re.compile(rf"(?<![A-Za-z0-9])(?:{URL})")
_DASH_FOR = {"--": "–", "---": "—"}

# Formats do not reach over a line end or a block.
_BARRIERS = (Kind.NEWLINE, Kind.BREAK, Kind.LIFTED)

Lift = Callable[[str], list[Node]]


@dataclass(slots=True)
class _Index:
    """Where the signs of a run can close, so that a format finds its end without a walk."""

    closers: dict[tuple[Kind, str], list[int]] = field(default_factory=dict)
    barriers: list[int] = field(default_factory=list)

    def close(self, opener: int, token: Token, end: int) -> int | None:
        """The index of the token that closes the format opened at `opener`, before `end`; None if there is none."""
        candidates = self.closers.get((token.kind, token.value), [])
        at = bisect_left(candidates, opener + 2)
        if at == len(candidates) or candidates[at] >= end:
            return None
        barrier = bisect_left(self.barriers, opener)
        crossed = barrier < len(self.barriers) and self.barriers[barrier] < candidates[at]
        return None if crossed and token.kind is not Kind.COLOUR_END else candidates[at]


def read_inline(markup: str, context: Context, lifted: Lift, *, in_link: bool = False) -> list[Node]:
    """The nodes of a paragraph's markup. Blocks (code, media, cards) come where they stood among the inline ones."""
    reader = _Reader(list(tokens(markup)), context, lifted, in_link)
    nodes = merged(reader.read(0, len(reader.tokens), ()))
    return trimmed(nodes) if in_link else merged(_linked(nodes))


class _Reader:
    def __init__(self, stream: list[Token], context: Context, lifted: Lift, in_link: bool) -> None:
        self.tokens = stream
        self._context = context
        self._lifted = lifted
        self._in_link = in_link
        self._index = _Index()
        for position, token in enumerate(stream):
            if token.closes:
                self._index.closers.setdefault((token.kind, token.value), []).append(position)
            elif token.kind is Kind.COLOUR_END:
                self._index.closers.setdefault((Kind.COLOUR_END, token.value), []).append(position)
            elif token.kind in _BARRIERS:
                self._index.barriers.append(position)

    def read(self, start: int, end: int, marks: tuple[Node, ...]) -> list[Node]:
        nodes: list[Node] = []
        position = start
        while position < end:
            token = self.tokens[position]
            if token.kind is Kind.COLOUR:
                position = self._colour(position, end, marks, nodes)
            elif token.opens and (close := self._format_end(position, end, marks)) is not None:
                nodes += self.read(position + 1, close, (*marks, MARKS[token.value]))
                position = close + 1
            else:
                nodes += self._one(token, marks)
                position += 1
        return nodes

    def _format_end(self, position: int, end: int, marks: tuple[Node, ...]) -> int | None:
        token = self.tokens[position]
        mark = MARKS[token.value]
        # A mark is had once; subscript and superscript are one mark with two values.
        if any(each["type"] == mark["type"] for each in marks):
            return None
        return self._index.close(position, token, end)

    def _colour(self, position: int, end: int, marks: tuple[Node, ...], nodes: list[Node]) -> int:
        token = self.tokens[position]
        colour = hexadecimal(token.value)
        if colour is None or any(mark["type"] == "textColor" for mark in marks):
            return position + 1
        closing = Token(Kind.COLOUR_END, "{color}", token.start, token.end)
        close = self._index.close(position - 1, closing, end)
        inner_end = end if close is None else close
        mark: Node = {"type": "textColor", "attrs": {"color": colour}}
        nodes += self.read(position + 1, inner_end, (*marks, mark))
        return inner_end + 1

    def _one(self, token: Token, marks: tuple[Node, ...]) -> list[Node]:  # noqa: PLR0911 - one case per kind
        match token.kind:
            case Kind.BREAK | Kind.NEWLINE:
                return [hard_break()]
            case Kind.LIFTED:
                return self._lifted(token.value)
            case Kind.CODE:
                return [_code_or_date(token.value)]
            case Kind.STATUS:
                return [_status(token.value)]
            case Kind.EMOTICON:
                return [EMOJI_BY_EMOTICON[token.value]]
            case Kind.LINK if not self._in_link:
                return self._link(token.value, marks)
            case Kind.MEDIA if not self._in_link:
                return [_media(token.value, self._context)]
            case Kind.COLOUR_END | Kind.ANCHOR:
                return []
        return [text(_literal(token), marks)]

    def _link(self, value: str, marks: tuple[Node, ...]) -> list[Node]:
        parts = [part.strip() for part in split_parts(value)]
        target = _unescaped(parts[0] if len(parts) == 1 else parts[1])
        if target.startswith("^"):
            attrs = {"type": "file", "id": self._context.media_id(target[1:]), "collection": ""}
            return [{"type": "mediaInline", "attrs": attrs}]
        if target.startswith("~"):
            return [_mention(target[1:], self._context)]
        if len(parts) == 3 and parts[2] in CARD_KINDS:
            return [_card(CARD_KINDS[parts[2]], target)]
        words = parts[0] if len(parts) > 1 else target.removeprefix("mailto:")
        alias = read_inline(words, self._context, self._lifted, in_link=True)
        if not any(node["type"] == "text" for node in alias):
            alias = [*alias, text(target)]
        link: Node = {"type": "link", "attrs": {"href": target}}
        return [_marked(node, (link, *marks)) for node in alias]


def _literal(token: Token) -> str:
    match token.kind:
        case Kind.ENTITY:
            code = int(token.value)
            return chr(code) if 32 <= code < 0x110000 and chr(code).isprintable() else f"&#{token.value};"
        case Kind.DASHES:
            return _DASH_FOR[token.value]
        case Kind.LINK:
            return f"[{_unescaped(token.value)}]"
        case Kind.MEDIA:
            return f"!{token.value}!"
        case Kind.FORCED:
            return f"{{{token.value}}}"
    return token.value


def _marked(node: Node, marks: Iterable[Node]) -> Node:
    if node["type"] != "text":
        return node
    own = node.get("marks", [])
    if any(mark["type"] == "code" for mark in own):
        marks = [mark for mark in marks if mark["type"] == "link"]
    have = {mark["type"] for mark in own}
    return text(node["text"], [*own, *(mark for mark in marks if mark["type"] not in have)])


def _linked(nodes: list[Node]) -> list[Node]:
    """Bare addresses in plain text become links, as everywhere in Jira."""
    result: list[Node] = []
    for node in nodes:
        kinds = {mark["type"] for mark in node.get("marks", ())}
        if node["type"] != "text" or kinds & {"link", "code"}:
            result.append(node)
            continue
        position = 0
        for match in _BARE_URL.finditer(node["text"]):
            if match.start() > position:
                result.append(text(node["text"][position : match.start()], node.get("marks", ())))
            link: Node = {"type": "link", "attrs": {"href": match[0]}}
            words = match[0].removeprefix("mailto:")
            result.append(text(words, [link, *node.get("marks", ())]))
            position = match.end()
        if position < len(node["text"]):
            result.append(text(node["text"][position:], node.get("marks", ())))
    return result


def _code_or_date(value: str) -> Node:
    if _ISO_DATE.fullmatch(value):
        try:
            day = datetime.fromisoformat(value).replace(tzinfo=UTC)
        except ValueError:
            day = None
        if day:
            return {"type": "date", "attrs": {"timestamp": str(int(day.timestamp() * 1000))}}
    return text(value, [{"type": "code"}])


def _status(value: str) -> Node:
    colour, words = value[7:14], value[15 : -len("{color}")].removeprefix("*[ ").removesuffix(" ]*")
    name = _STATUS_BY_COLOUR.get(colour.lower(), "neutral")
    return {"type": "status", "attrs": {"text": words, "color": name}}


def _mention(account_id: str, context: Context) -> Node:
    if account_id.lower().startswith("accountid:"):
        account_id = account_id[len("accountid:") :]
    attrs = {"id": account_id}
    if account_id in context.mention_names:
        attrs["text"] = f"@{context.mention_names[account_id]}"
    return {"type": "mention", "attrs": attrs}


def _card(kind: str, url: str) -> Node:
    attrs = {"url": url, "layout": "center"} if kind == "embedCard" else {"url": url}
    return {"type": kind, "attrs": attrs}


def _media(value: str, context: Context) -> Node:
    name, _, rest = value.partition("|")
    given = dict(part.strip().partition("=")[::2] for part in rest.split(",")) if rest else {}
    attrs: Node = {"type": "file", "id": context.media_id(name), "collection": ""}
    if "://" in name:
        attrs = {"type": "external", "url": name}
    single: Node = {"layout": "center"}
    width = given.get("width", "")
    if width.endswith("%") and width[:-1].isdecimal():
        single["width"] = min(int(width[:-1]), 100)
    else:
        sizes = {key: given.get(key, "").removesuffix("px") for key in ("width", "height")}
        attrs |= {key: int(size[:6]) for key, size in sizes.items() if size.isdecimal() and size.isascii()}
    if alt := unquote(given.get("alt", "").strip('"')):
        attrs["alt"] = alt
    media: Node = {"type": "media", "attrs": attrs}
    if href := given.get("href", "").strip('"'):
        media["marks"] = [{"type": "link", "attrs": {"href": href}}]
    return {"type": "mediaSingle", "attrs": single, "content": [media]}


def _unescaped(value: str) -> str:
    return re.sub(r"\\([^\n])", r"\1", value)
