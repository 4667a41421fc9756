"""The oracles: what must be true of a history, told from what people did and what the two sites show and were told.

Each answers its complaints in words; an empty list is praise. They are apart so that a planted bug can be held against
each of them alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from addon.store.twin_link import BLOCKED
from addon.sync.processors.rich_text import plain
from tests.simulation.people import People, tokens
from tests.simulation.world import World

Issue = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """The two issues of one link that both still live, and their ids at Blue and Green."""

    ours: Issue
    theirs: Issue
    ids: tuple[str, str]


def pairs(world: World) -> list[Pair]:
    """Every link whose issues both live."""
    ends: dict[str, dict[int, str | None]] = {}
    for link in world.links():
        ends.setdefault(link.link_key, {})[link.tenant_id] = link.issue_id
    blue, green = world.sites[world.blue.id].issues, world.sites[world.green.id].issues
    found = []
    for ids in ends.values():
        one, other = str(ids.get(world.blue.id)), str(ids.get(world.green.id))
        if one in blue and other in green:
            found.append(Pair(blue[one], green[other], (one, other)))
    return found


def convergence(world: World, people: People) -> Iterator[str]:
    """Both sides are equal. Alone it is blind: both may have lost the same."""
    for pair in pairs(world):
        mine, other = pair.ours["fields"], pair.theirs["fields"]
        for name in ("description", "labels", "priority"):
            if mine[name] != other[name]:
                yield f"{pair.ids}: {name} is {mine[name]} and {other[name]}"
        if _bare(mine["summary"]) != _bare(other["summary"]):
            yield f"{pair.ids}: summary is {mine['summary']!r} and {other['summary']!r}"
        if _said(pair.ours) != _said(pair.theirs):
            yield f"{pair.ids}: comments are {_said(pair.ours)} and {_said(pair.theirs)}"


def existence(world: World, people: People) -> Iterator[str]:
    """No issue was lost or doubled: each that a person made has one twin, and there are no others."""
    journal = people.journal
    paired = [issue_id for pair in pairs(world) for issue_id in pair.ids]
    for issue_id, count in Counter(paired).items():
        if count > 1:
            yield f"issue {issue_id} is in {count} pairs"
    gone = _partners_of_deleted(world, people)
    for site in world.sites.values():
        copies = Counter(
            issue["properties"]["twinline"]["link"] for issue in site.issues.values() if issue["properties"]
        )
        yield from (f"{site.name}: {count} issues for link {key}" for key, count in copies.items() if count > 1)
        for issue_id in site.issues:
            if issue_id not in paired and issue_id not in gone:
                kind = "created by a person" if issue_id in journal.created else "created by us"
                yield f"{site.name}: issue {issue_id}, {kind}, has no twin"


def _partners_of_deleted(world: World, people: People) -> set[str]:
    ends: dict[str, list[str]] = {}
    # Where a backup was put back, who created the copy may have forgotten it before it was deleted.
    told = set(people.journal.deleted_copies) if world.epoch(0) > 1 else set()
    for link in world.links():
        # The other end's row may be gone with its database.
        ends.setdefault(link.link_key, []).extend((str(link.issue_id), link.partner_issue_id))
        if link.issue_id is None and link.state == BLOCKED and "had a twin that is not known any more" in link.reason:
            told.add(link.link_key)  # deleted after the backup that was put back: a person is asked what to do
    deleted = people.journal.deleted
    return {issue_id for key, ids in ends.items() for issue_id in ids if key in told or deleted & set(ids)}


def items(world: World, people: People) -> Iterator[str]:
    """Comments and labels are exactly what people made of them, at both sides, once."""
    journal = people.journal
    for pair in pairs(world):
        wanted = sorted(number for number, (_, issue_id) in journal.comments.items() if issue_id in pair.ids)
        for issue in (pair.ours, pair.theirs):
            shown = sorted(number for words in _said(issue) for number in tokens(words))
            if shown != wanted:
                yield f"{pair.ids}: comments {wanted} were said, {shown} are shown"
        labels = {number for number, (_, issue_id) in journal.added.items() if issue_id in pair.ids}
        for issue in (pair.ours, pair.theirs):
            shown_labels = set(tokens(issue["fields"]["labels"]))
            if shown_labels - journal.may_return != labels - journal.dropped:
                yield f"{pair.ids}: labels {labels - journal.dropped} were set, {shown_labels} are shown"


def silent_overwrite(world: World, people: People) -> Iterator[str]:
    """Each edit of a whole value is final, was overwritten by somebody who saw it, or is in the conflict log."""
    journal = people.journal
    logged: set[int] = set()
    for one in (*world.conflicts(), *world.forgotten):
        logged.update(tokens(one.ours))
        logged.update(tokens(one.theirs))
    shown = {issue_id: pair for pair in pairs(world) for issue_id in pair.ids}
    if world.epoch(0) > 1:
        shown = {issue_id: pair for issue_id, pair in shown.items() if not world.interrupted & set(pair.ids)}
    for number, (issue_id, name) in journal.texts.items():
        pair = shown.get(issue_id)
        if pair is None or number in journal.replaced or number in logged:
            continue
        if any(number not in tokens(issue["fields"][name]) for issue in (pair.ours, pair.theirs)):
            yield f"{pair.ids}: edit #{number} of {name} is gone and nothing says why"


def order(world: World, people: People) -> Iterator[str]:
    """What came across was written in the order in which people made it."""
    journal = people.journal
    for tenant_id, site in world.sites.items():
        last: dict[tuple[str, str], int] = {}
        for operation, target, body in site.said:
            if operation != "edit":
                continue
            for number in tokens(body):
                if journal.site_of[number] == tenant_id or number not in journal.texts:
                    continue  # our own value put back after a conflict, or an element of a set
                part = (target, journal.texts[number][1])
                if number < last.get(part, 0):
                    yield f"{site.name}: #{number} was written to {part} after #{last[part]}"
                last[part] = number


def economy(world: World, people: People) -> Iterator[str]:
    """No comment was added twice and no issue created twice, not even for a moment.

    One that a person deleted before its creation was confirmed cannot be told from one that never was.
    """
    for site in world.sites.values():
        made = Counter(target for operation, target in site.writes if operation == "create")
        made -= people.journal.deleted_copies
        yield from (f"{site.name}: {count} creates for link {key}" for key, count in made.items() if count > 1)


ORACLES: dict[str, Callable[[World, People], Iterator[str]]] = {
    "convergence": convergence,
    "existence": existence,
    "items": items,
    "silent overwrite": silent_overwrite,
    "order": order,
    "economy": economy,
}


def _said(issue: Issue) -> list[str]:
    return sorted(plain(comment["body"]).split(":", 1)[-1].strip() for comment in issue["comments"].values())


def _bare(text: str) -> str:
    return text.strip().lower()
