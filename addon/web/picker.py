"""The scope picker: what there is to choose from, and what the partner will see of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask import g

from addon.model.offer import Offer
from addon.model.scope import ProjectInfo, Scope, visible
from addon.web import words
from addon.web.services import services


@dataclass(frozen=True, slots=True)
class Box:
    """One choice of the scope picker; ``value`` may hold several ids."""

    value: str
    label: str
    note: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    title: str
    mode: str
    choices: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Picker:
    """The scope picker: projects, issue types and fields to choose from, and what the partner will see."""

    parts: tuple[Part, Part, Part]
    seen: tuple[ProjectInfo, ...]
    seen_fields: str

    @property
    def seen_words(self) -> str:
        if not self.seen:
            return "nothing"
        types = {kind.name for project in self.seen for kind in project.issue_types}
        counts = f"{words.plural(len(self.seen), 'project')}, {words.plural(len(types), 'issue type')}"
        return f"{counts}, {self.seen_fields}"


def picker(scope: Scope, projects: Sequence[ProjectInfo], fields: Sequence[Offer]) -> Picker:
    """The picker for a scope over what our Jira has: its projects, and its fields by id and name."""
    by_name: dict[str, dict[str, None]] = {}
    uses: Counter[str] = Counter()
    for project in projects:
        for kind in project.issue_types:
            by_name.setdefault(kind.name, {})[kind.id] = None
        uses.update({kind.name for kind in project.issue_types})
    project_boxes = tuple(
        Box(p.id, f"{p.key} · {p.name}", words.plural(len(p.issue_types), "issue type"), p.id in scope.projects.ids)
        for p in sorted(projects, key=lambda p: p.key)
    )
    type_boxes = tuple(
        Box(",".join(ids), name, f"in {words.plural(uses[name], 'project')}", set(ids) <= scope.issue_types.ids)
        for name, ids in sorted(by_name.items(), key=lambda item: item[0].casefold())
    )
    field_boxes = tuple(
        Box(one.id, one.name, "custom" if one.id.startswith("customfield_") else "", one.id in scope.fields.ids)
        for one in fields
    )
    shown = [one.name for one in fields if scope.fields.shows(one.id)]
    return Picker(
        (
            Part("projects", "Projects", scope.projects.mode, project_boxes),
            Part("issue_types", "Issue types", scope.issue_types.mode, type_boxes),
            Part("field_ids", "Fields", scope.fields.mode, field_boxes),
        ),
        visible(scope, projects),
        "all fields of these" if len(shown) == len(fields) else words.plural(len(shown), "field"),
    )


def fresh(scope: Scope) -> Picker:
    """The picker over the projects that Jira has now. Raises its verdicts."""
    return picker(scope, services().catalogue.fresh(g.tenant), _fields())


def recent(scope: Scope) -> Picker:
    """The picker over what Jira had some minutes ago at most. Raises its verdicts."""
    return picker(scope, services().catalogue.recent(g.tenant), _fields())


def _fields() -> tuple[Offer, ...]:
    return services().handshake.catalog.own_fields(g.tenant)
