"""People at both sites. Every value is written once in a history, so nothing lost can hide behind a twin of it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.jira import FakeJira, adf

ACTS = ("create", "summary", "description", "add label", "drop label", "priority", "say", "mend", "unsay", "delete")
_TOKEN = re.compile(r"#(\d+)")


def tokens(value: object) -> list[int]:
    """The numbers of the edits that a value bears, whatever a site made of case and white space."""
    return [int(number) for number in _TOKEN.findall(str(value))]


@dataclass(slots=True)
class Journal:
    """What people did, by number of the edit: the checker knows nothing else of their wishes."""

    site_of: dict[int, int] = field(default_factory=dict)
    """Edit → site at which it was made."""
    texts: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Edits of whole values: edit → (issue id at its site, field)."""
    replaced: set[int] = field(default_factory=set)
    """Edits of whole values that somebody overwrote having seen them, or whose issue was deleted."""
    comments: dict[int, tuple[int, str]] = field(default_factory=dict)
    """What is said: the last edit of each comment that was not deleted → (site, issue id)."""
    added: dict[int, tuple[int, str]] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)
    """Labels, by the number in their name."""
    may_return: set[int] = field(default_factory=set)
    """Labels that were dropped before a backup was put back: sets are united then (ADR 8)."""
    created: dict[str, int] = field(default_factory=dict)
    """Issue id → site at which a person created it."""
    deleted: set[str] = field(default_factory=set)
    deleted_copies: Counter[str] = field(default_factory=Counter)
    """By link key, how many issues that Twinline had created."""


class People:
    """Do one thing at a time; ``pick`` chooses among what there is."""

    def __init__(self, sites: dict[int, FakeJira], most_issues: int = 4) -> None:
        self.sites, self.journal, self.most_issues = sites, Journal(), most_issues
        self._last = 0

    def do(self, site_id: int, act: str, pick: int) -> tuple[str, str] | None:
        """Answers what was done at which issue, or None where there was nothing to do it to."""
        site = self.sites[site_id]
        mine = sum(1 for where in self.journal.created.values() if where == site_id)
        if act == "create" or not site.issues:
            return ("create", self._create(site_id, site)) if mine < self.most_issues else None
        issue_id = sorted(site.issues)[pick % len(site.issues)]
        done = getattr(self, "_" + act.replace(" ", "_"))(site_id, site, issue_id, pick)
        return (act, issue_id) if done else None

    def _number(self, site_id: int) -> int:
        self._last += 1
        self.journal.site_of[self._last] = site_id
        return self._last

    def _create(self, site_id: int, site: FakeJira) -> str:
        summary, description = self._number(site_id), self._number(site_id)
        issue_id = site.create(f"New #{summary}", description=adf(f"First words #{description}"), labels=["start"])
        self.journal.texts |= {summary: (issue_id, "summary"), description: (issue_id, "description")}
        self.journal.created[issue_id] = site_id
        return issue_id

    def _text(self, site_id: int, site: FakeJira, issue_id: str, name: str, value: Any, number: int) -> bool:
        self.journal.replaced.update(tokens(site.issues[issue_id]["fields"][name]))
        self.journal.texts[number] = (issue_id, name)
        site.edit(issue_id, **{name: value})
        return True

    def _summary(self, site_id: int, site: FakeJira, issue_id: str, pick: int) -> bool:
        number = self._number(site_id)
        return self._text(site_id, site, issue_id, "summary", f" Summary #{number} ", number)

    def _description(self, site_id: int, site: FakeJira, issue_id: str, pick: int) -> bool:
        number = self._number(site_id)
        return self._text(site_id, site, issue_id, "description", adf(f"Text #{number}"), number)

    def _priority(self, site_id: int, site: FakeJira, issue_id: str, pick: int) -> bool:
        others = [i for i in "1234" if i != site.issues[issue_id]["fields"]["priority"]["id"]]
        site.edit(issue_id, priority={"id": others[pick % 3]})
        return True

    def _move(self, site_id: int, site: FakeJira, issue_id: str, pick: int) -> bool:
        others = [name for name in site.workflow.statuses.values() if name != site.status(issue_id)]
        site.move(issue_id, others[pick % len(others)])
        return True

    def _add_label(self, site_id: int, site: FakeJira, issue_id: str, pick: int) -> bool:
        number = self._number(site_id)
        self.journal.added[number] = (site_id, issue_id)
        have = site.issues[issue_id]["fields"]["labels"]
        site.edit(issue_id, labels=sorted({*have, f"label#{number}"}))
        return True

    def _drop_label(self, site_id: int, site: FakeJira, issue_id: str, pick: int) -> bool:
        have = site.issues[issue_id]["fields"]["labels"]
        ours = sorted(name for name in have if name != "start")
        if not ours:
            return False
        gone = ours[pick % len(ours)]
        self.journal.dropped.update(tokens(gone))
        site.edit(issue_id, labels=sorted(set(have) - {gone}))
        return True

    def _say(self, site_id: int, site: FakeJira, issue_id: str, pick: int) -> bool:
        number = self._number(site_id)
        self.journal.comments[number] = (site_id, issue_id)
        site.comment(issue_id, f"Said #{number}")
        return True

    def _own(self, site: FakeJira, issue_id: str, pick: int) -> str | None:
        own = sorted(i for i, c in site.issues[issue_id]["comments"].items() if not c["properties"])
        return own[pick % len(own)] if own else None

    def _mend(self, site_id: int, site: FakeJira, issue_id: str, pick: int) -> bool:
        comment_id = self._own(site, issue_id, pick)
        if comment_id is None:
            return False
        (before,) = tokens(site.issues[issue_id]["comments"][comment_id]["body"])
        number = self._number(site_id)
        del self.journal.comments[before]
        self.journal.comments[number] = (site_id, issue_id)
        site.edit_comment(issue_id, comment_id, f"Mended #{number}")
        return True

    def _unsay(self, site_id: int, site: FakeJira, issue_id: str, pick: int) -> bool:
        comment_id = self._own(site, issue_id, pick)
        if comment_id is None:
            return False
        (before,) = tokens(site.issues[issue_id]["comments"][comment_id]["body"])
        del self.journal.comments[before]
        site.delete_comment(issue_id, comment_id)
        return True

    def _delete(self, site_id: int, site: FakeJira, issue_id: str, pick: int) -> bool:
        if pick % 5:
            return False  # people delete issues, but not often
        self.journal.deleted.add(issue_id)
        copied = site.issues[issue_id]["properties"].get("twinline")
        if copied:
            self.journal.deleted_copies[copied["link"]] += 1
        site.delete_issue(issue_id)
        return True
