"""Issues by the thousand, the same for the same seed: with comments, links, attachments, worklogs, several
workflows and sets of fields."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from emulator import files, workflows
from emulator.seeds import base, workflow_graphs, writing
from emulator.seeds.documents import DAY_MS, FAULTS, NOUNS, START_MS, Writer

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.store import Record

LABELS = ("ui", "backend", "regression", "customer", "security")
KINDS = (base.BUG, base.TASK, base.STORY)
# Workflows beside the standard one, as edges between named statuses: bugs are verified, tasks reviewed in a loop.
BUG_EDGES = (
    ("Start work", "Open", "In Progress"),
    ("Resolve", "In Progress", "Resolved"),
    ("Verify", "Resolved", "Closed"),
    ("Reopen", "Resolved", "Open"),
    ("Reopen", "Closed", "Open"),
    ("Hold", None, "On Hold"),
    ("Resume", "On Hold", "In Progress"),
)
TASK_EDGES = (
    ("Begin", "To Do", "In Progress"),
    ("Ask for review", "In Progress", "In Review"),
    ("Send back", "In Review", "In Progress"),
    ("Accept", "In Review", "Done"),
)
Value = Callable[[random.Random, list[str]], Any]


def project(site: Site, key: str, name: str) -> Record:
    """A project whose bugs and tasks follow workflows of their own; stories follow the standard one."""
    made = writing.project(site, key, name)
    for type_id, edges in ((base.BUG, BUG_EDGES), (base.TASK, TASK_EDGES)):
        names = dict.fromkeys(status for _, *ends in edges for status in ends if status)
        graph = {
            "statuses": [{"name": status} for status in names],
            "transitions": [
                {"id": str(11 + 10 * number), "name": words, "frm": source, "to": target}
                for number, (words, source, target) in enumerate(edges)
            ],
        }
        kind = site.store.get("issuetype", type_id)
        words = f"{key} {kind['name'] if kind else type_id} workflow"
        workflow_graphs.use(site, made, workflow_graphs.load(site, graph, words), type_id)
    return made


def fill(site: Site, owner: Record, count: int, seed: int = 0) -> list[Record]:
    """Write `count` issues into a project, with what hangs on them; nothing is sent to anybody."""
    chance = random.Random(seed)
    people = [user["id"] for user in site.store.all("user") if user["accountType"] == "atlassian"]
    writer, sets = Writer(chance, people), _field_sets(site)
    made: list[Record] = []
    for number in range(count):
        issue = _issue(site, owner, writer, sets, number)
        moment = issue["fields"]["created"]
        for _ in range(chance.choice((0, 0, 1, 2))):
            moment += chance.randrange(1, 10**6)
            writing.comment(site, issue, chance.choice(people), writer.document(), moment)
        if made and chance.random() < 0.2:
            _link(site, chance, chance.choice(made), issue)
        if chance.random() < 0.1:
            _attachment(site, chance, issue, chance.choice(people))
        if chance.random() < 0.15:
            _worklog(site, writer, issue, chance.choice(people))
        made.append(issue)
    return made


def _issue(site: Site, owner: Record, writer: Writer, sets: dict[str, dict[str, Value]], number: int) -> Record:
    chance, people = writer.chance, writer.people
    created = START_MS + number * 60_000
    kind = chance.choice(KINDS)
    fields = {
        "summary": f"The {chance.choice(NOUNS)} {chance.choice(FAULTS)} ({number})",
        "issuetype": kind,
        "status": chance.choice(workflows.workflow_of(site, owner, kind)["statuses"]),
        "priority": chance.choice("12345"),
        "labels": sorted(chance.sample(LABELS, chance.randrange(3))),
        "description": writer.document(),
        "reporter": chance.choice(people),
        "assignee": chance.choice([None, *people]),
        "created": created,
        "updated": created,
    }
    for name, value in sets[kind].items():
        if chance.random() < 0.5:
            fields[name] = value(chance, people)
    return writing.issue(site, owner, fields)


def _field_sets(site: Site) -> dict[str, dict[str, Value]]:
    """For each issue type the custom fields that are filled in for it."""
    ids = {field["name"]: field["id"] for field in site.store.all("field")}

    def one(name: str) -> Value:
        options = [o["id"] for o in site.store.owned("option", ids.get(name, "")) if not o.get("parent")]
        return lambda chance, _: chance.choice(options)

    def some(name: str) -> Value:
        options = [o["id"] for o in site.store.owned("option", ids.get(name, ""))]
        return lambda chance, _: chance.sample(options, 2)

    by_type: dict[str, dict[str, Value]] = {
        base.BUG: {
            "Severity": one("Severity"),
            "Environment kind": one("Environment kind"),
            "Steps to reproduce": lambda chance, people: Writer(chance, people).document(2),
            "Occurred at": lambda chance, _: START_MS + chance.randrange(300 * DAY_MS),
        },
        base.TASK: {
            "Effort": lambda chance, _: float(chance.randrange(1, 40)) / 2,
            "Target date": lambda chance, _: f"2026-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}",
            "Platforms": some("Platforms"),
            "Contact": lambda chance, people: chance.choice(people),
        },
        base.STORY: {
            "Keywords": lambda chance, _: sorted(chance.sample(NOUNS, 2)),
            "Web link": lambda chance, _: f"https://example.com/{chance.randrange(10**6)}",
            "Reference": lambda chance, _: f"REF-{chance.randrange(10**6)}",
            "Checks": some("Checks"),
        },
    }
    return {
        kind: {ids[name]: value for name, value in chosen.items() if name in ids} for kind, chosen in by_type.items()
    }


def _link(site: Site, chance: random.Random, source: Record, destination: Record) -> None:
    kinds = [kind["id"] for kind in site.store.all("linktype")]
    writing.link(site, chance.choice(kinds), source["id"], destination["id"])


def _attachment(site: Site, chance: random.Random, issue: Record, author: str) -> None:
    number = chance.randrange(10**6)
    content = f"{number}\n".encode() * chance.randrange(1, 50)
    files.store(site, issue, author, f"log-{number}.txt", content, "text/plain", issue["fields"]["created"])


def _worklog(site: Site, writer: Writer, issue: Record, author: str) -> None:
    seconds, moment = writer.chance.randrange(1, 17) * 900, issue["fields"]["created"]
    writing.worklog(site, issue, author, writer.document(1), seconds, moment)
    issue["fields"]["timespent"] = (issue["fields"].get("timespent") or 0) + seconds
    site.store.put("issue", issue)
