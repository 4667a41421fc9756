"""Workflow: the statuses and transitions of one kind of issue, as far as Jira tells them. Pure.

Jira tells the transitions of an issue from the status it is in, and nothing of where they lead on from there: a graph
is put together from what was told of other issues of the same kind, and is never more than a hint. What an issue can
do now is asked of Jira at each step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Status:
    """A status. ``category`` is Jira's key: new, indeterminate, done; empty where not told."""

    id: str
    name: str
    category: str = ""


@dataclass(frozen=True, slots=True)
class ScreenField:
    """A field on the screen of a transition. ``given``: Jira fills it by itself where nobody does."""

    id: str
    name: str
    required: bool = False
    given: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """A transition as it leads away from one status. Ids name it within its workflow; names may be shared.

    ``fields`` are those of its screen, None while only its having one is known.
    """

    id: str
    name: str
    to: Status
    has_screen: bool = False
    fields: tuple[ScreenField, ...] | None = None
    demanded: int = 0
    """How many fields have to be filled, where that is told without the screen."""

    @property
    def demands(self) -> int:
        """How many fields have to be filled, as far as known."""
        return self.demanded if self.fields is None else sum(one.required for one in self.fields)


Graph = Mapping[str, tuple[Move, ...]]
"""By status id, the ways out of it, in Jira's order. A status that is missing leads nobody knows where."""
