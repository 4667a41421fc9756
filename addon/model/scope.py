"""Scope: which projects, issue types and fields the partner may see and we may send. The rule stays with its owner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Mode = Literal["all", "hide", "only"]
MODES: tuple[Mode, ...] = ("all", "hide", "only")
MODE_WORDS: Mapping[Mode, str] = {
    "all": "Show all",
    "hide": "Hide only selected",
    "only": "Show only selected",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One dimension of a scope: a mode and the ids it speaks of (empty with "all")."""

    mode: Mode = "all"
    ids: frozenset[str] = frozenset()

    def shows(self, id_: str) -> bool:
        """Whether the partner may see the project, issue type or field with this id."""
        if self.mode == "all":
            return True
        return (id_ in self.ids) == (self.mode == "only")


@dataclass(frozen=True, slots=True)
class Scope:
    """What one side shows: projects, issue types and fields, each by its own choice."""

    projects: Choice = Choice()
    issue_types: Choice = Choice()
    fields: Choice = Choice()

    def shows(self, project_id: str, issue_type_id: str) -> bool:
        """Whether issues of this project and type may be seen by the partner and sent to them."""
        return self.projects.shows(project_id) and self.issue_types.shows(issue_type_id)

    def to_json(self) -> dict[str, Any]:
        return {
            "projects": {"mode": self.projects.mode, "ids": sorted(self.projects.ids)},
            "issue_types": {"mode": self.issue_types.mode, "ids": sorted(self.issue_types.ids)},
            "fields": {"mode": self.fields.mode, "ids": sorted(self.fields.ids)},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Scope:
        return cls(_choice(data["projects"]), _choice(data["issue_types"]), _choice(data["fields"]))


def _choice(data: Mapping[str, Any]) -> Choice:
    return Choice(data["mode"], frozenset(data["ids"]))


@dataclass(frozen=True, slots=True)
class IssueTypeInfo:
    """An issue type of a project as shown to whoever may see it."""

    id: str
    name: str
    subtask: bool = False


@dataclass(frozen=True, slots=True)
class ProjectInfo:
    """A project with its issue types as shown to whoever may see it."""

    id: str
    key: str
    name: str
    issue_types: tuple[IssueTypeInfo, ...] = ()


def visible(scope: Scope, projects: Iterable[ProjectInfo]) -> tuple[ProjectInfo, ...]:
    """The result of a scope: what the partner will see. Projects left without any issue type are not shown."""
    shown = (
        ProjectInfo(
            project.id,
            project.key,
            project.name,
            tuple(kind for kind in project.issue_types if scope.issue_types.shows(kind.id)),
        )
        for project in projects
        if scope.projects.shows(project.id)
    )
    return tuple(project for project in shown if project.issue_types)


def projects_to_json(projects: Iterable[ProjectInfo]) -> list[dict[str, Any]]:
    """Projects as they travel to the partner."""
    return [
        {
            "id": project.id,
            "key": project.key,
            "name": project.name,
            "issue_types": [
                {"id": kind.id, "name": kind.name, "subtask": kind.subtask} for kind in project.issue_types
            ],
        }
        for project in projects
    ]
