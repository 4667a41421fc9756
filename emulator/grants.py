"""Whom a permission scheme and a project's roles let do something.

A project that was given a scheme carries its grants (`grants`: permission to holders) and the actors of its roles
(`roles`: role id to users and groups), so that asking needs nothing but the project.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from emulator.store import Record

HOLDERS = ("anyone", "applicationRole", "group", "projectRole", "projectLead", "user", "assignee", "reporter")


def granted(user: Record, permission: str, project: Record) -> bool:
    """Whether the project's scheme grants the permission to the account. Reporter and assignee may be anybody."""
    holders: Iterable[Mapping[str, str | None]] = project["grants"].get(permission, [])
    return any(_is(user, holder, project) for holder in holders)


def _is(user: Record, holder: Mapping[str, str | None], project: Record) -> bool:
    kind, parameter = holder["type"], holder.get("parameter")
    if kind == "projectLead":
        return bool(project.get("lead") == user["id"])
    if kind == "user":
        return bool(parameter == user["id"])
    if kind == "group":
        return parameter in user.get("groups", [])
    if kind == "projectRole":
        return in_role(user, project, str(parameter))
    return True


def in_role(user: Record, project: Record, role_id: str) -> bool:
    """Whether the account is an actor of a role in the project, by itself or through a group."""
    actors = project.get("roles", {}).get(role_id, {})
    in_group = any(group in actors.get("groups", []) for group in user.get("groups", []))
    return in_group or user["id"] in actors.get("users", [])
