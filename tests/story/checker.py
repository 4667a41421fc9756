"""The checker: says from the two sites' histories alone what became of everything that people did.

It reads what the emulators wrote down (every change of a record, in order, and whether a person or an app made it) and
knows nothing of the add-on. What people said is what the histories say that they said; see ``people`` for the numbers
in their texts, and for why the last word of each field is plain.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dev.site import Site

Line = dict[str, Any]
LOST, DOUBLED, INVERTED, ECHOED, DIFFERENT = "lost", "doubled", "inverted", "echoed", "different"
FOR_GOOD = (DOUBLED, INVERTED, ECHOED)
"""What no later write makes good again; what is lost or different may only be late."""
FIELDS = ("summary", "description", "priority")
_NUMBER = re.compile(r"#(\d+)")


@dataclass(frozen=True, slots=True)
class Complaint:
    """``kind``: one of the above. ``about``: the site and id of each issue that it is about."""

    kind: str
    words: str
    about: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Write:
    """One value that a field took. ``by_app``: else a person wrote it."""

    value: str
    by_app: bool


@dataclass(slots=True)
class Comment:
    """Its texts, in order."""

    texts: list[Write]
    is_there: bool = True


@dataclass(slots=True)
class Issue:
    """What happened to one issue at one site."""

    id: str
    by_app: bool
    fields: dict[str, list[Write]] = field(default_factory=dict)
    labels: frozenset[str] = frozenset()
    label_acts: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    """How often an act ("add", "remove") befell a label, and whether the app did it."""
    comments: dict[str, Comment] = field(default_factory=dict)
    is_there: bool = True

    def by(self, name: str, *, app: bool) -> list[str]:
        """The values that a field got from the app, or from people."""
        return [write.value for write in self.fields.get(name, ()) if write.by_app == app]

    def stands(self, name: str) -> str:
        """What a field says now."""
        writes = self.fields.get(name)
        return writes[-1].value if writes else ""


class Chronicle:
    """One site's history, folded: the issues that people and apps made, by id."""

    def __init__(self, name: str, lines: Iterable[Line] = ()) -> None:
        self.name = name
        self.issues: dict[str, Issue] = {}
        self.last = 0
        """Number of the last line taken in."""
        self.writes = 0
        """Changes of issues and comments, by whomever."""
        self.acknowledged: set[str] = set()
        """Webhooks of what people did that were answered 2xx, by their identifier."""
        self.unheard: set[str] = set()
        """The issues that a webhook told of which Jira gave up: nobody took it. As ``Complaint.about``."""
        self.take(lines)

    def read(self, site: Site) -> None:
        """Take in what has happened since the last time."""
        self.take(site.history(self.last, "write", "webhook"))

    def take(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self.last = line["n"]
            if line["type"] == "webhook":
                if line["outcome"] == "delivered" and line["trace"] is None:
                    self.acknowledged.add(line["identifier"])
                elif line["outcome"] == "failed":
                    self.unheard.add(f"{self.name} {line['issue']}")
            elif line["request"] is not None and line["kind"] in ("issue", "comment"):
                self.writes += 1
                self._take_issue(line) if line["kind"] == "issue" else self._take_comment(line)

    def _take_issue(self, line: Line) -> None:
        by_app = line["app"] is not None
        if line["op"] == "created":
            issue = self.issues[line["id"]] = Issue(line["id"], by_app)
            for name, value in line["values"].items():
                _note(issue, name, value, by_app)
        elif line["id"] in self.issues:
            issue = self.issues[line["id"]]
            if line["op"] == "deleted":
                issue.is_there = False
            else:
                _note(issue, line["field"], line["to"], by_app)

    def _take_comment(self, line: Line) -> None:
        issue, by_app = self.issues.get(line["issue"]), line["app"] is not None
        if issue is None:
            return
        if line["op"] == "created":
            issue.comments[line["id"]] = Comment([Write(_said(line["values"]["body"]), by_app)])
        elif line["op"] == "deleted":
            issue.comments[line["id"]].is_there = False
        elif line["field"] == "body":
            issue.comments[line["id"]].texts.append(Write(_said(line["to"]), by_app))


def check(blue: Chronicle, green: Chronicle) -> list[Complaint]:
    """What is wrong with how people's issues came across; empty when all is well."""
    return [*_across(blue, green), *_across(green, blue)]


def count_of(complaints: Sequence[Complaint]) -> dict[str, int]:
    """How many complaints there are of each kind."""
    found = Counter(complaint.kind for complaint in complaints)
    return {kind: found[kind] for kind in (LOST, DOUBLED, INVERTED, ECHOED, DIFFERENT)}


def _across(here: Chronicle, there: Chronicle) -> Iterator[Complaint]:
    """The issues that people made here, and their twins over there."""
    origins = {value: i for i in here.issues.values() if not i.by_app for value in i.by("summary", app=False)}
    twins: dict[str, list[Issue]] = {}
    for copy in there.issues.values():
        if copy.by_app:
            origin = origins.get(copy.fields["summary"][0].value)
            if origin is None:
                yield Complaint(DIFFERENT, f"{there.name} {copy.id}: nobody made an issue like that")
            else:
                twins.setdefault(origin.id, []).append(copy)
    for issue in here.issues.values():
        if issue.by_app:
            continue
        found = twins.get(issue.id, [])
        name = f"{here.name} {issue.id}"
        if len(found) > 1:
            yield Complaint(DOUBLED, f"{name}: its twins are {[copy.id for copy in found]}")
        living = [copy for copy in found if copy.is_there]
        if not living or not issue.is_there:
            yield Complaint(LOST, f"{name}: it has no twin", frozenset([name]))
            continue
        about = frozenset([name, f"{there.name} {living[0].id}"])
        yield from (replace(complaint, about=about) for complaint in _one(name, issue, living[0]))


def _one(name: str, ours: Issue, theirs: Issue) -> Iterator[Complaint]:
    for part in FIELDS:
        yield from _field(f"{name} {part}", part, ours, theirs)
    yield from _labels(f"{name} label", ours, theirs)
    for one, other in ((ours, theirs), (theirs, ours)):
        yield from _comments(f"{name} comment", one, other)


def _field(name: str, part: str, ours: Issue, theirs: Issue) -> Iterator[Complaint]:
    for one, other in ((ours, theirs), (theirs, ours)):
        said, own = one.by(part, app=False), other.by(part, app=False)
        yield from _sequence(name, said, other.by(part, app=True), own)
        if said and (wrong := [issue.id for issue in (one, other) if issue.stands(part) != said[-1]]):
            yield Complaint(LOST, f"{name}: {said[-1]} was said last and does not stand at {wrong}")


def _sequence(name: str, said: Sequence[str], written: Sequence[str], own: Sequence[str] = ()) -> Iterator[Complaint]:
    """What the app wrote must be a part of what was said over there, in that order, nothing twice."""
    at = -1
    for before, value in zip([None, *written], written, strict=False):
        if value in said[at + 1 :]:
            at = said.index(value, at + 1)
        elif value == before:
            yield Complaint(DOUBLED, f"{name}: {value} was written twice")
        elif value in said:
            yield Complaint(INVERTED, f"{name}: {value} was written after {before}")
        elif value in own:
            yield Complaint(ECHOED, f"{name}: {value} was written where it had been said")
        else:
            yield Complaint(DIFFERENT, f"{name}: {value} was written, and nobody had said it")


def _labels(name: str, ours: Issue, theirs: Issue) -> Iterator[Complaint]:
    wanted = set[str]()
    for one, other in ((ours, theirs), (theirs, ours)):
        said = {label for act, label, by_app in one.label_acts if act == "add" and not by_app}
        taken = {label for act, label, by_app in one.label_acts if act == "remove" and not by_app}
        wanted |= said - taken
        for (act, label, by_app), times in other.label_acts.items():
            if by_app and label in said and times > 1:
                yield Complaint(DOUBLED, f"{name} {label}: {times} times {act}")
        for (act, label, by_app), times in one.label_acts.items():
            if by_app and label in said:
                yield Complaint(ECHOED, f"{name} {label}: {times} times {act} where it had been set")
    for issue in (ours, theirs):
        if issue.labels != wanted:
            lost, more = sorted(wanted - issue.labels), sorted(issue.labels - wanted)
            yield Complaint(LOST if lost else DIFFERENT, f"{name}: {issue.id} lacks {lost} and has {more} too many")


def _comments(name: str, one: Issue, other: Issue) -> Iterator[Complaint]:
    """The comments that people made on ``one``, and their copies on ``other``."""
    for comment_id, comment in one.comments.items():
        if comment.texts[0].by_app:
            continue
        said = [write.value for write in comment.texts if not write.by_app]
        if len(said) != len(comment.texts):
            yield Complaint(ECHOED, f"{name} {comment_id}: the app wrote into it")
        copies = [copy for copy in other.comments.values() if copy.texts[0].by_app and copy.texts[0].value in said]
        if len(copies) > 1:
            yield Complaint(DOUBLED, f"{name} {comment_id}: {len(copies)} copies")
        for copy in copies:
            yield from _sequence(f"{name} {comment_id}", said, [write.value for write in copy.texts])
        if not any(copy.is_there and copy.texts[-1].value == said[-1] for copy in copies):
            yield Complaint(LOST, f"{name} {comment_id}: {said[-1]} was said last and does not stand over there")


def _note(issue: Issue, name: str, value: Any, by_app: bool) -> None:
    if name == "labels":
        labels = frozenset(value or ())
        issue.label_acts.update(("add", label, by_app) for label in labels - issue.labels)
        issue.label_acts.update(("remove", label, by_app) for label in issue.labels - labels)
        issue.labels = labels
    elif name in FIELDS and value is not None:
        issue.fields.setdefault(name, []).append(Write(value if name == "priority" else _said(value), by_app))


def _said(value: Any) -> str:
    """The number in a text or document; the text itself where there is none."""
    found = _NUMBER.search(text := _text(value))
    return f"#{found[1]}" if found else text


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return value.get("text", "") + "".join(_text(child) for child in value.get("content", ()))
