"""Admission: which mapping gives an issue a twin, or the first rule that keeps it out. Pure.

Pairing decides by this, the backlog opens by it and the panel explains by it: there is no second opinion. Whether an
issue fulfils a mapping's condition is the one thing that only Jira can tell; it is asked last, for it costs a call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from addon.model.rules import End, IssueMapping, Side
from addon.model.scope import Scope

Rule = Literal[
    "synchronization", "scope", "mapping", "inactive", "off", "manual", "ended", "copy", "start", "condition"
]
"""In the order in which they are looked at."""


@dataclass(frozen=True, slots=True)
class Issue:
    """What admission asks of an issue. Times are by its Jira's clock; ``copied``: Twinline created it."""

    project_id: str
    issue_type_id: str
    created_at: float
    updated_at: float
    copied: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """What one synchronization lets out of our side, and how one issue stands to it.

    ``starts``: by mapping id, since when issues get twins on their own; 0 where old ones do, too. ``ended``: the issue
    had a twin by it once.
    """

    accepted: bool
    side: Side
    scope: Scope
    mappings: tuple[IssueMapping, ...]
    starts: Mapping[str, float]
    ended: bool = False

    def end_of(self, mapping: IssueMapping) -> End:
        return mapping.end_of(self.side)

    def jql_of(self, mapping: IssueMapping) -> str:
        """Our condition in this mapping, or "" for none."""
        return mapping.flow_from(self.side).jql.strip()


@dataclass(frozen=True, slots=True)
class Ruling:
    """``rule``: the first that keeps the issue out; None: none does, except perhaps the mapping's condition."""

    rule: Rule | None
    mapping: IssueMapping | None = None


def rule_on(terms: Terms, issue: Issue, *, asked: bool = False) -> Ruling:
    """What the rules say of an issue that has no living twin. ``asked``: a person wants it to have one."""
    if not terms.accepted:
        return Ruling("synchronization")
    if not terms.scope.shows(issue.project_id, issue.issue_type_id):
        return Ruling("scope")
    mapping = covering(terms, issue.project_id, issue.issue_type_id)
    if mapping is None:
        return Ruling("mapping")
    return Ruling(_before_reading(terms, mapping, asked) or (None if asked else _of(terms, mapping, issue)), mapping)


def rule_on_twin(terms: Terms, mapping_id: str) -> Ruling:
    """What the rules say of an issue with a living twin under this mapping. ``rule`` None: it is kept in step."""
    if not terms.accepted:
        return Ruling("synchronization")
    mapping = next((one for one in terms.mappings if one.id == mapping_id), None)
    if mapping is None:
        return Ruling("mapping")
    end = terms.end_of(mapping)
    if not terms.scope.shows(end.project_id, end.issue_type_id):
        return Ruling("scope", mapping)
    return Ruling(_before_reading(terms, mapping, asked=True), mapping)


def covering(terms: Terms, project_id: str, issue_type_id: str) -> IssueMapping | None:
    """The mapping that issues of this project and type fall under: the active one, if there is one."""
    found = [
        mapping
        for mapping in terms.mappings
        if (terms.end_of(mapping).project_id, terms.end_of(mapping).issue_type_id) == (project_id, issue_type_id)
    ]
    return next((mapping for mapping in found if mapping.active), found[0] if found else None)


def possible(terms: Terms) -> tuple[IssueMapping, ...]:
    """The mappings that might give the issue a twin, as far as can be told without knowing anything of it."""
    return tuple(
        mapping
        for mapping in terms.mappings
        if terms.accepted
        and terms.scope.shows(terms.end_of(mapping).project_id, terms.end_of(mapping).issue_type_id)
        and _before_reading(terms, mapping, asked=False) is None
    )


def _before_reading(terms: Terms, mapping: IssueMapping, asked: bool) -> Rule | None:
    mode = mapping.flow_from(terms.side).mode
    if not mapping.active:
        return "inactive"
    if mode == "off":
        return "off"
    if asked:
        return None
    if mode == "manual":
        return "manual"
    return "ended" if terms.ended else None


def _of(terms: Terms, mapping: IssueMapping, issue: Issue) -> Rule | None:
    if issue.copied:
        return "copy"
    started_at = terms.starts.get(mapping.id)
    # Under a condition an older issue comes in by an edit; without one there is nothing it could be edited into.
    moment = issue.updated_at if terms.jql_of(mapping) else issue.created_at
    return "start" if started_at is None or moment < started_at else None
