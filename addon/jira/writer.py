"""Writer: one function per kind of write; each is one REST call of a plan. Reads back what Jira made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from addon.jira.reader import PROPERTY
from addon.model.plan import Edit


class Writing(Protocol):
    """What the writer needs of ``jira.client.JiraClient``."""

    def get(self, path: str, *, params: Mapping[str, Any] | None = None) -> Any: ...

    def post(self, path: str, *, params: Mapping[str, Any] | None = None, json: Any = None) -> Any: ...

    def put(self, path: str, *, params: Mapping[str, Any] | None = None, json: Any = None) -> Any: ...

    def delete(self, path: str, *, params: Mapping[str, Any] | None = None) -> Any: ...


def create_issue(
    jira: Writing, project_id: str, issue_type_id: str, edit: Edit, mark: Mapping[str, str]
) -> tuple[str, str]:
    """Create the twin; ``mark`` goes along in the same call, so that a lost answer can be looked for.

    ``mark``: *link* is our link's key, *twin* the agreement and the partner's issue.

    Returns:
        id and key of the new issue.
    """
    fields = {**edit.fields, "project": {"id": project_id}, "issuetype": {"id": issue_type_id}}
    body = {"fields": fields, "properties": [{"key": PROPERTY, "value": dict(mark)}]}
    answer = jira.post("/rest/api/3/issue", json=body)
    return str(answer["id"]), answer["key"]


def create_named(jira: Writing, kind: str, project_id: str, name: str) -> None:
    """Create a version or a component (``kind``: versions, components) of a project."""
    if kind == "versions":
        jira.post("/rest/api/3/version", json={"name": name, "projectId": int(project_id)})
    else:
        # Components are the only ones to be told a project by its key, which may have changed.
        key = jira.get(f"/rest/api/3/project/{project_id}")["key"]
        jira.post("/rest/api/3/component", json={"name": name, "project": key})


def edit_issue(jira: Writing, issue_id: str, edit: Edit) -> Mapping[str, Any]:
    """Edit the twin; answers the issue as it is afterwards, with its changelog."""
    body = {name: dict(part) for name, part in (("fields", edit.fields), ("update", edit.update)) if part}
    answer: Mapping[str, Any] = jira.put(
        f"/rest/api/3/issue/{issue_id}", params={"returnIssue": "true", "expand": "changelog"}, json=body
    )
    return answer


def transition(jira: Writing, issue_id: str, move_id: str, edit: Edit) -> None:
    """Move an issue along a transition; ``edit`` holds what is set on its screen."""
    body = {name: dict(part) for name, part in (("fields", edit.fields), ("update", edit.update)) if part}
    jira.post(f"/rest/api/3/issue/{issue_id}/transitions", json={"transition": {"id": move_id}, **body})


def add_comment(jira: Writing, issue_id: str, mark: Mapping[str, str], body: Mapping[str, Any]) -> str:
    """Write a partner's comment; ``mark`` goes along as a property. Returns the new comment's id.

    ``mark``: *part* is its name and *agreement* that of the partner whose it is.
    """
    answer = jira.post(
        f"/rest/api/3/issue/{issue_id}/comment",
        json={"body": body, "properties": [{"key": PROPERTY, "value": dict(mark)}]},
    )
    return str(answer["id"])


def edit_comment(jira: Writing, issue_id: str, comment_id: str, body: Mapping[str, Any]) -> None:
    """Replace the text of a comment that we created. Properties stay as they are: leaving them out keeps them."""
    jira.put(f"/rest/api/3/issue/{issue_id}/comment/{comment_id}", json={"body": body})


def delete_comment(jira: Writing, issue_id: str, comment_id: str) -> None:
    """Delete a comment that we created."""
    jira.delete(f"/rest/api/3/issue/{issue_id}/comment/{comment_id}")
