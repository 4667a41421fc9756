"""Plan: what will be done in our Jira. Made afresh at each try, never stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from addon.model.entry import Entry


@dataclass(frozen=True, slots=True)
class Edit:
    """One call that creates or edits the issue: ``fields`` and ``update`` as Jira wants them."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    update: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.fields or self.update)


@dataclass(frozen=True, slots=True)
class CommentWrite:
    """One call on a comment of ours. ``comment_id`` empty: create; ``body`` None: delete."""

    part: str
    comment_id: str
    body: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A part that both sides changed at once. Both values are kept, whichever ``stands``: ours, theirs or held."""

    part: str
    ours: Any
    theirs: Any
    stands: str


@dataclass(frozen=True, slots=True)
class Creation:
    """Something that has to be there before the edit: ``kind`` is versions or components."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Goal:
    """The status that our issue shall be in; ``part`` is the row that says so."""

    part: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a run of messages asks for.

    ``changes``: by part, what the edit writes, in our own terms. ``creations``: what has to be created first, after
    which the plan is made afresh. ``goal``: a status is not edited but walked to, transition by transition.
    """

    edit: Edit
    comments: tuple[CommentWrite, ...]
    changes: Mapping[str, Any]
    notes: tuple[Entry, ...]
    conflicts: tuple[Conflict, ...]
    creations: tuple[Creation, ...] = ()
    goal: Goal | None = None
