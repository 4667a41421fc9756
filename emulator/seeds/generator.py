"""Issues by the thousand, the same for the same seed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from emulator.seeds import base, writing

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.store import Record

NOUNS = ("checkout", "login", "search", "invoice", "report", "import", "cart", "profile", "mail", "cache")
FAULTS = ("fails", "is slow", "shows nothing", "asks twice", "forgets its input", "breaks on mobile")
LABELS = ("ui", "backend", "regression", "customer", "security")
KINDS = (base.BUG, base.TASK, base.STORY)
START_MS = 1_767_225_600_000  # 2026-01-01


def fill(site: Site, project: Record, count: int, seed: int = 0) -> list[Record]:
    """Write `count` issues with descriptions, comments, links and worklogs; nothing is sent to anybody."""
    chance = random.Random(seed)
    people = [user["id"] for user in site.store.all("user") if user["accountType"] == "atlassian"]
    made: list[Record] = []
    for number in range(count):
        issue = _issue(site, project, chance, people, number)
        for _ in range(chance.choice((0, 0, 1, 2))):
            moment = issue["fields"]["created"] + chance.randrange(1, 10**6)
            writing.comment(site, issue, chance.choice(people), _document(chance), moment)
        if made and chance.random() < 0.2:
            _link(site, chance, chance.choice(made), issue)
        made.append(issue)
    return made


def _issue(site: Site, project: Record, chance: random.Random, people: list[str], number: int) -> Record:
    created = START_MS + number * 60_000
    fields = {
        "summary": f"The {chance.choice(NOUNS)} {chance.choice(FAULTS)} ({number})",
        "issuetype": chance.choice(KINDS),
        "status": chance.choice((base.TO_DO, base.TO_DO, base.IN_PROGRESS, base.IN_REVIEW)),
        "priority": chance.choice("12345"),
        "labels": sorted(chance.sample(LABELS, chance.randrange(3))),
        "description": _document(chance),
        "reporter": chance.choice(people),
        "assignee": chance.choice([None, *people]),
        "created": created,
        "updated": created,
    }
    return writing.issue(site, project, fields)


def _text(text: str, *marks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "text", "text": text} | ({"marks": list(marks)} if marks else {})


def _paragraph(*content: dict[str, Any]) -> dict[str, Any]:
    return {"type": "paragraph", "content": list(content)}


def _document(chance: random.Random) -> dict[str, Any]:
    """A document of one to four blocks of different kinds."""
    words = f"{chance.choice(NOUNS)} {chance.choice(FAULTS)}"
    item = {"type": "listItem", "content": [_paragraph(_text(words))]}
    cell = {"type": "tableCell", "attrs": {}, "content": [_paragraph(_text(words))]}
    blocks: list[dict[str, Any]] = [
        _paragraph(_text("The "), _text(words, {"type": "strong"}), _text(".")),
        {"type": "heading", "attrs": {"level": 2}, "content": [_text(words)]},
        {"type": "bulletList", "content": [item, item]},
        {"type": "orderedList", "attrs": {"order": 1}, "content": [item]},
        {"type": "codeBlock", "attrs": {"language": "python"}, "content": [_text(f"raise Error('{words}')")]},
        {"type": "panel", "attrs": {"panelType": "info"}, "content": [_paragraph(_text(words))]},
        {"type": "blockquote", "content": [_paragraph(_text(words, {"type": "em"}))]},
        {"type": "rule"},
        {"type": "table", "attrs": {}, "content": [{"type": "tableRow", "content": [cell, cell]}]},
    ]
    return {"type": "doc", "version": 1, "content": chance.sample(blocks, chance.randrange(1, 5))}


def _link(site: Site, chance: random.Random, source: Record, destination: Record) -> None:
    kinds = [kind["id"] for kind in site.store.all("linktype")]
    link: Record = {
        "id": site.store.next_id("issuelink"),
        "type": chance.choice(kinds),
        "source": source["id"],
        "destination": destination["id"],
    }
    site.store.put("issuelink", link)
    site.indexes.add_link(link)
