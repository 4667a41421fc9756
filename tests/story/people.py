"""People who work at both sites at once: they create issues, edit and comment them, quickly and several times over.

Every text they write has a number of its own (``#17``), so that nothing lost can hide behind a twin of it. Of each
field of an issue only one site's people write, as the rule of a team would be: nobody overwrites anybody else, so the
last that was said of it has to stand. Summary and priority are written where the issue was made, the description at the
other site; labels and comments everywhere.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

from dev.site import Site, paragraph
from dev.stage import Stage

PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")
PROJECTS = {"Blue": "SHOP", "Green": "QA"}
_KNOWN = 12
"""A person goes back to so many of their latest issues."""


@dataclass
class _Work:
    """What one person did to one issue."""

    key: str
    priority: str = ""
    comments: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)


class Person(threading.Thread):
    """Works at one site until told to stop; ``changes`` counts what Jira has taken."""

    def __init__(
        self,
        site: Site,
        numbers: Iterator[int],
        chance: random.Random,
        pauses: tuple[float, float],
        stop: threading.Event,
    ) -> None:
        super().__init__(name=f"person at {site.name}")
        self.changes = 0
        self.problem: Exception | None = None
        self._site, self._numbers, self._chance, self._pauses, self._over = site, numbers, chance, pauses, stop
        self._own: list[_Work] = []
        self._theirs: list[_Work] = []

    def run(self) -> None:
        kinds: dict[Callable[[], None], int] = {
            self._create: 8,
            self._rename: 14,
            self._rank: 12,
            self._label: 18,
            self._unlabel: 5,
            self._comment: 18,
            self._correct: 13,
            self._describe: 12,
        }
        try:
            self._create()
            while not self._over.wait(self._chance.uniform(*self._pauses)):
                (act,) = self._chance.choices([*kinds], [*kinds.values()])
                act()
                if self._chance.random() < 0.05:
                    self._look_around()
        except Exception as error:  # shown by the test: a person whose Jira fails makes the story worthless
            self.problem = error

    def _create(self) -> None:
        kind = self._chance.choice(["Bug", "Task"])
        summary = f"{self._site.name} #{next(self._numbers)}"
        self._own.append(_Work(self._site.create_issue(PROJECTS[self._site.name], kind, summary)))
        self.changes += 1

    def _rename(self) -> None:
        """Once, or twice or thrice without a breath between."""
        work = self._chance.choice(self._own[-_KNOWN:])
        for _ in range(self._chance.randint(1, 3)):
            self._edit(work, summary=f"{self._site.name} #{next(self._numbers)}")

    def _rank(self) -> None:
        work = self._chance.choice(self._own[-_KNOWN:])
        work.priority = self._chance.choice([name for name in PRIORITIES if name != work.priority])
        self._edit(work, priority={"name": work.priority})

    def _describe(self) -> None:
        if self._theirs:
            work = self._chance.choice(self._theirs[-_KNOWN:])
            for _ in range(self._chance.randint(1, 2)):
                self._edit(work, description=paragraph(f"{self._site.name} describes #{next(self._numbers)}"))

    def _label(self) -> None:
        work, label = self._any(), f"{self._site.name.lower()}-{next(self._numbers)}"
        self._change_label(work, "add", label)
        work.labels.append(label)

    def _unlabel(self) -> None:
        work = self._any()
        if work.labels:
            self._change_label(work, "remove", work.labels.pop())

    def _comment(self) -> None:
        work = self._any()
        work.comments.append(self._site.comment(work.key, f"{self._site.name} says #{next(self._numbers)}"))
        self.changes += 1

    def _correct(self) -> None:
        work = self._any()
        if work.comments:
            comment, words = self._chance.choice(work.comments), f"{self._site.name} corrects #{next(self._numbers)}"
            self._site.call("PUT", f"/rest/api/3/issue/{work.key}/comment/{comment}", {"body": paragraph(words)})
            self.changes += 1

    def _any(self) -> _Work:
        return self._chance.choice(self._own[-_KNOWN:] + self._theirs[-_KNOWN:])

    def _edit(self, work: _Work, **fields: object) -> None:
        self._site.edit(work.key, **fields)
        self.changes += 1

    def _change_label(self, work: _Work, operation: str, label: str) -> None:
        self._site.call("PUT", f"/rest/api/3/issue/{work.key}", {"update": {"labels": [{operation: label}]}})
        self.changes += 1

    def _look_around(self) -> None:
        """Find the issues that came from the other site."""
        (other,) = PROJECTS.keys() - {self._site.name}
        known = {work.key for work in self._theirs}
        found = self._site.search(f"project = {PROJECTS[self._site.name]} AND summary ~ {other} ORDER BY created ASC")
        twins = [issue["key"] for issue in found if issue["fields"]["summary"].startswith(f"{other} #")]
        self._theirs += [_Work(key) for key in twins if key not in known]


class Crowd:
    """Several people at each site. ``pauses``: the shortest and longest time between two acts of one, in seconds."""

    def __init__(self, stage: Stage, seed: int, each: int, pauses: tuple[float, float]) -> None:
        chance, numbers, self._stop = random.Random(seed), count(1), threading.Event()
        self._people = [
            Person(site, numbers, random.Random(chance.random()), pauses, self._stop)
            for _ in range(each)
            for site in (stage.blue, stage.green)
        ]
        for person in self._people:
            person.start()

    @property
    def changes(self) -> int:
        """How many changes Jira has taken from them so far. Raises what stopped one of them."""
        for person in self._people:
            if person.problem:
                raise person.problem
        return sum(person.changes for person in self._people)

    def stop(self) -> None:
        """Let everybody finish what they are at."""
        self._stop.set()
        for person in self._people:
            person.join()
