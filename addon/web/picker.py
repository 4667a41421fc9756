"""The scope picker: what there is to choose from, and what the partner will see of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from addon.model.scope import ProjectInfo, Scope, visible
from addon.web import words


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
    """The scope picker: projects and issue types to choose from, and what the partner will see."""

    parts: tuple[Part, Part]
    seen: tuple[ProjectInfo, ...]

    @property
    def seen_words(self) -> str:
        if not self.seen:
            return "nothing"
        types = {kind.name for project in self.seen for kind in project.issue_types}
        return f"{words.plural(len(self.seen), 'project')}, {words.plural(len(types), 'issue type')}"


def picker(scope: Scope, projects: Sequence[ProjectInfo]) -> Picker:
    """The picker for a scope over what our Jira has."""
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
    return Picker(
        (
            Part("projects", "Projects", scope.projects.mode, project_boxes),
            Part("issue_types", "Issue types", scope.issue_types.mode, type_boxes),
        ),
        visible(scope, projects),
    )
