"""Documents with every kind of block, inline node and mark that people and apps write."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from typing import Any

Node = dict[str, Any]
NOUNS = ("checkout", "login", "search", "invoice", "report", "import", "cart", "profile", "mail", "cache")
FAULTS = ("fails", "is slow", "shows nothing", "asks twice", "forgets its input", "breaks on mobile")
COLOURS = ("#ff5630", "#36b37e", "#00b8d9", "#6554c0")
DAY_MS = 86_400_000
START_MS = 1_767_225_600_000  # 2026-01-01


class Writer:
    """Writes documents from one source of chance; `people` are the account ids that may be mentioned."""

    def __init__(self, chance: random.Random, people: list[str]) -> None:
        self.chance = chance
        self.people = people

    def document(self, blocks: int | None = None) -> Node:
        """A document of so many blocks, or of one to four."""
        count = blocks or self.chance.randrange(1, 5)
        return _doc([build(self) for build in self.chance.choices(BLOCKS, BLOCK_WEIGHTS, k=count)])

    def sampler(self) -> Node:
        """One document with every kind of block, and a paragraph of every kind of inline node."""
        return _doc([paragraph(*(build(self) for build in INLINES)), *(build(self) for build in BLOCKS)])

    def words(self) -> str:
        return f"{self.chance.choice(NOUNS)} {self.chance.choice(FAULTS)}"

    def line(self) -> list[Node]:
        """Words and perhaps one thing among them."""
        if self.chance.random() < 0.6:
            return [text(f"The {self.words()}.")]
        return [text("The "), self.chance.choice(INLINES)(self), text(f" {self.words()}.")]

    def id(self) -> str:
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))


def _doc(content: list[Node]) -> Node:
    return {"type": "doc", "version": 1, "content": content}


def text(words: str, *marks: Node) -> Node:
    return {"type": "text", "text": words} | ({"marks": list(marks)} if marks else {})


def paragraph(*content: Node) -> Node:
    return {"type": "paragraph", "content": list(content)}


def _node(kind: str, *content: Node, **attrs: Any) -> Node:
    return {"type": kind} | ({"attrs": attrs} if attrs else {}) | ({"content": list(content)} if content else {})


def _mark(kind: str, **attrs: Any) -> Callable[[Writer], Node]:
    return lambda writer: text(writer.words(), {"type": kind} | ({"attrs": attrs} if attrs else {}))


def _mention(writer: Writer) -> Node:
    person = writer.chance.choice(writer.people) if writer.people else "unknown"
    return _node("mention", id=person, text="@somebody", accessLevel="")


INLINES: tuple[Callable[[Writer], Node], ...] = (
    lambda writer: text(writer.words()),
    _mark("strong"),
    _mark("em"),
    _mark("code"),
    _mark("strike"),
    _mark("underline"),
    _mark("subsup", type="sub"),
    _mark("subsup", type="sup"),
    _mark("textColor", color=COLOURS[0]),
    _mark("backgroundColor", color=COLOURS[1]),
    _mark("link", href="https://example.com/a?b=c"),
    lambda writer: text(writer.words(), {"type": "strong"}, {"type": "em"}),
    _mention,
    lambda writer: _node("emoji", shortName=":smile:", id="1f604", text="😄"),
    lambda writer: _node("date", timestamp=str(START_MS + writer.chance.randrange(300) * DAY_MS)),
    lambda writer: _node("status", text="IN DOUBT", color="yellow", localId=writer.id()),
    lambda writer: _node("inlineCard", url="https://example.com/card"),
    lambda writer: {"type": "hardBreak"},
    lambda writer: _node("placeholder", text="Say what you expected"),
    lambda writer: _node("mediaInline", id=writer.id(), collection="", type="file"),
    lambda writer: _node("inlineExtension", extensionType="com.example.app", extensionKey="inline"),
)


def _items(writer: Writer, depth: int = 1) -> list[Node]:
    inner = [_node("bulletList", *_items(writer, depth - 1))] if depth else []
    return [_node("listItem", paragraph(*writer.line()), *inner), _node("listItem", paragraph(*writer.line()))]


def _table(writer: Writer) -> Node:
    head = _node("tableRow", *(_cell("tableHeader", writer) for _ in range(3)))
    wide = _node("tableCell", paragraph(*writer.line()), colspan=2, background="#deebff")
    return _node("table", head, _node("tableRow", wide, _cell("tableCell", writer)), layout="default")


def _cell(kind: str, writer: Writer) -> Node:
    return {"type": kind, "attrs": {}, "content": [paragraph(*writer.line())]}


def _media(writer: Writer) -> Node:
    return _node("media", id=writer.id(), collection="", type="file")


def _tasks(writer: Writer) -> Node:
    states = ("TODO", "DONE")
    items = [_node("taskItem", *writer.line(), localId=writer.id(), state=state) for state in states]
    return _node("taskList", *items, localId=writer.id())


def _decisions(writer: Writer) -> Node:
    item = _node("decisionItem", *writer.line(), localId=writer.id(), state="DECIDED")
    return _node("decisionList", item, localId=writer.id())


def _panel(writer: Writer) -> Node:
    kind = writer.chance.choice(("info", "note", "tip", "warning", "error", "success"))
    return _node("panel", paragraph(*writer.line()), panelType=kind)


def _layout(writer: Writer) -> Node:
    columns = [_node("layoutColumn", paragraph(*writer.line()), width=50) for _ in range(2)]
    return _node("layoutSection", *columns)


def _expand(writer: Writer) -> Node:
    return _node("expand", paragraph(*writer.line()), title=writer.words())


def _nested_expand(writer: Writer) -> Node:
    inner = _node("nestedExpand", paragraph(*writer.line()), title=writer.words())
    return _node("table", _node("tableRow", {"type": "tableCell", "attrs": {}, "content": [inner]}))


# How often each kind of block comes, and how it is made: real descriptions are mostly paragraphs and lists.
_WEIGHED: tuple[tuple[int, Callable[[Writer], Node]], ...] = (
    (40, lambda writer: paragraph(*writer.line())),
    (6, lambda writer: _node("heading", text(writer.words()), level=writer.chance.randrange(1, 7))),
    (10, lambda writer: _node("bulletList", *_items(writer))),
    (6, lambda writer: _node("orderedList", *_items(writer), order=1)),
    (6, lambda writer: _node("codeBlock", text(f"raise Error('{writer.words()}')"), language="python")),
    (3, lambda writer: _node("blockquote", paragraph(*writer.line()))),
    (3, _panel),
    (2, lambda writer: {"type": "rule"}),
    (4, _table),
    (2, _tasks),
    (1, _decisions),
    (2, lambda writer: _node("mediaSingle", _media(writer), layout="center")),
    (1, lambda writer: _node("mediaGroup", _media(writer))),
    (1, _expand),
    (1, _nested_expand),
    (1, _layout),
    (1, lambda writer: _node("blockCard", url="https://example.com/card")),
    (1, lambda writer: _node("embedCard", url="https://example.com/embed", layout="center")),
    (1, lambda writer: _node("extension", extensionType="com.example.app", extensionKey="block")),
    (
        1,
        lambda writer: _node(
            "bodiedExtension", paragraph(*writer.line()), extensionType="com.example.app", extensionKey="bodied"
        ),
    ),
)
BLOCK_WEIGHTS = [weight for weight, _ in _WEIGHED]
BLOCKS = [build for _, build in _WEIGHED]
