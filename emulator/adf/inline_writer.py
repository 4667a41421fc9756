"""Writes inline ADF nodes as wiki markup."""

import json
import re
from collections.abc import Iterator
from typing import Any

from emulator.adf.escaping import Piece, joined, neutral
from emulator.adf.node import Node, attributes, merged
from emulator.adf.plain import iso_date
from emulator.adf.tokens import is_word
from emulator.adf.vocabulary import CARD_WORDS, EMOTICON_BY_EMOJI, MARKS, SIGN_ORDER, STATUS_COLOURS, Context

_UNWRITABLE_CODE = re.compile(r"^[}\s]|[{}\s]$|\}\}|\{\{|\n|\ufdd0|\ufdd1|^$")


def write_inline(nodes: list[Node], context: Context, *, also: str = "") -> str:
    """A paragraph's markup. `also` names characters that the surroundings give a meaning, as `|` in a table."""
    whole = merged(_split_at_newlines(nodes))
    pieces: list[Piece] = []
    for index, node in enumerate(whole):
        before = whole[index - 1] if index else None
        after = whole[index + 1] if index + 1 < len(whole) else None
        pieces += _pieces(node, before, after, context, also)
    return joined(pieces)


def adf_macro(node: Node, display: str) -> str:
    """The node itself in a macro, for what the markup has no words for."""
    # The macro ends at the next {adf}; inside JSON strings a brace can be written otherwise.
    content = json.dumps(node, ensure_ascii=False, separators=(",", ":")).replace("{adf", "\\u007badf")
    return (
        f"{{adf:display=block}}\n{content}\n{{adf}}"
        if display == "block"
        else f"{{adf:display=inline}}{content}{{adf}}"
    )


def media_markup(node: Node, context: Context, parent: dict[str, Any]) -> str:
    """`!file|width=..!` for a media node; `parent` are the attrs of the mediaSingle around it."""
    attrs = attributes(node)
    given: list[str] = []
    if parent.get("width"):
        given.append(f"width={_number(parent['width'])}%")
    else:
        given += [f"{key}={_number(attrs[key])}" for key in ("width", "height") if attrs.get(key)]
    if attrs.get("alt"):
        given.append(f'alt="{_quoted(str(attrs["alt"]))}"')
    link = next((mark for mark in node.get("marks", []) if mark["type"] == "link"), None)
    if link:
        given.append(f'href="{_address(str(link["attrs"]["href"]))}"')
    name = str(attrs.get("url") if attrs.get("type") == "external" else context.file_name(str(attrs.get("id"))))
    return f"!{_address(name, spaces=True)}|{','.join(given) or 'thumbnail'}!"


def _split_at_newlines(nodes: list[Node]) -> Iterator[Node]:
    for node in nodes:
        if node["type"] != "text" or "\n" not in node["text"] or _mark(node, "code"):
            yield node
            continue
        for index, line in enumerate(node["text"].split("\n")):
            if index:
                yield {"type": "hardBreak"}
            if line:
                yield {**node, "text": line}


def _pieces(node: Node, before: Node | None, after: Node | None, context: Context, also: str) -> list[Piece]:  # noqa: PLR0911 - one case per type
    match node["type"]:
        case "text":
            return _text(node, before, after, context, also)
        case "hardBreak":
            return [Piece(_break(before, after))]
        case "mention":
            return [Piece(_mention(node))]
        case "emoji":
            return [_emoji(node, before, after)]
        case "status":
            return [Piece(_status(node))]
        case "date":
            return [Piece(f"{{{{{iso_date(attributes(node).get('timestamp'))}}}}}")]
        case "mediaInline":
            name = context.file_name(str(attributes(node)["id"]))
            return [Piece(f"[^{_address(name, spaces=True)}]")]
        case "inlineCard" | "blockCard" | "embedCard" if attributes(node).get("url"):
            return [Piece(card_markup(node))]
    return [Piece(adf_macro(node, "inline"))]


def card_markup(node: Node) -> str:
    """`[url|url|smart-link]`, the wiki's form of a card; the node must have a url."""
    url = _address(str(attributes(node)["url"]))
    return f"[{url}|{url}|{CARD_WORDS[node['type']]}]"


def _break(before: Node | None, after: Node | None) -> str:
    """A line end where one line follows another; at the ends and between breaks only the forced break survives."""
    alone = before is None or after is None or "hardBreak" in (before["type"], after["type"])
    # The blank matters: `\\` directly before a word with a backslash in it is read as a path.
    return "\\\\ " if alone else "\n"


def _text(node: Node, before: Node | None, after: Node | None, context: Context, also: str) -> list[Piece]:
    if link := _mark(node, "link"):
        bare = {**node, "marks": [mark for mark in node["marks"] if mark["type"] != "link"]}
        alias = write_inline([bare], context, also="[]|")
        return [Piece(f"[{alias}|{_address(str(link['attrs']['href']))}]")]
    if _mark(node, "code"):
        if _UNWRITABLE_CODE.search(node["text"]) or len(node["text"]) > 2000:
            return [Piece(adf_macro(node, "inline"))]
        return [Piece(f"{{{{{node['text']}}}}}")]
    words: str = node["text"]
    inner = words.strip(" \t")
    if not inner or not node.get("marks"):
        return [Piece(neutral(words, also=also), is_words=True)]
    start = words.index(inner)
    lead, trail = words[:start], words[start + len(inner) :]
    beside_letters = (not lead and _touches(before, -1)) or (not trail and _touches(after, 0))
    # `*` around `*` would be two signs in a row, and `-` around `-` a dash.
    forced = beside_letters or inner[0] in "*_-+^~?" or inner[-1] in "*_-+^~?"
    pieces = [Piece(neutral(inner, also=also), is_words=True)]
    for opening, closing in _delimiters(node, forced):
        pieces = [Piece(opening), *pieces, Piece(closing)]
    return [Piece(lead), *pieces, Piece(trail)]


def _delimiters(node: Node, forced: bool) -> Iterator[tuple[str, str]]:
    for sign in SIGN_ORDER:
        mark = _mark(node, MARKS[sign]["type"])
        if mark and attributes(mark) == attributes(MARKS[sign]):
            delimiter = f"{{{sign}}}" if forced else sign
            yield delimiter, delimiter
    if colour := _mark(node, "textColor"):
        yield f"{{color:{colour['attrs']['color']}}}", "{color}"


def _touches(neighbour: Node | None, edge: int) -> bool:
    """Whether the neighbour puts a letter beside this node's signs, where only the braced form of them works."""
    if neighbour is None or neighbour["type"] == "hardBreak":
        return False
    if neighbour["type"] == "emoji":
        return is_word(_emoji_words(neighbour)[edge])
    if neighbour["type"] != "text" or _mark(neighbour, "link") or _mark(neighbour, "code"):
        return False
    words: str = neighbour["text"]
    if neighbour.get("marks") and not words[edge].isspace():
        return False
    return is_word(words[edge])


def _emoji(node: Node, before: Node | None, after: Node | None) -> Piece:
    emoticon = EMOTICON_BY_EMOJI.get(str(attributes(node).get("shortName")))
    if emoticon and not _touches(before, -1) and not _touches(after, 0):
        return Piece(emoticon)
    return Piece(neutral(_emoji_words(node)), is_words=True)


def _emoji_words(node: Node) -> str:
    """The emoji as words: its short name where there is an emoticon too, since both begin and end with a sign."""
    attrs = attributes(node)
    short_name = str(attrs.get("shortName", ""))
    return short_name if short_name in EMOTICON_BY_EMOJI else str(attrs.get("text") or short_name) or " "


def _mention(node: Node) -> str:
    account_id = str(attributes(node)["id"])
    if re.search(r"[\[\]|\\\n\ufdd0\ufdd1]", account_id) or not account_id.strip():
        return adf_macro(node, "inline")
    return f"[~accountid:{account_id}]"


def _status(node: Node) -> str:
    attrs = attributes(node)
    words = str(attrs["text"]).upper()
    if re.search(r"[\]\n\\\ufdd0\ufdd1]", words) or len(words) > 200:
        return adf_macro(node, "inline")
    colour = STATUS_COLOURS.get(str(attrs["color"]), STATUS_COLOURS["neutral"])
    return f"{{color:{colour}}}*[ {words} ]*{{color}}"


def _mark(node: Node, kind: str) -> Node | None:
    return next((mark for mark in node.get("marks", []) if mark["type"] == kind), None)


def _address(url: str, *, spaces: bool = False) -> str:
    """The address with those characters percent-encoded that would end it in wiki markup."""
    unsafe = r"[\[\]|!{}\\\n\ufdd0\ufdd1]" if spaces else r"[\[\]|\\\s{}\ufdd0\ufdd1]"
    return re.sub(unsafe, lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), url)


def _quoted(words: str) -> str:
    return re.sub(r'[%"!|,\n{}]', lambda match: f"%{ord(match[0]):02X}", words)


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)
