"""Snapshot: our issue as we saw it, normalised. Times are seconds since 1970 by our Jira's clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

RENDERED = "twinline:rendered"
"""In the place of an app field's JSON: an object with this key alone, which holds the HTML that Jira shows for it."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment. ``restricted``: only some may read it here (a role, a group, or internal to a service desk)."""

    id: str
    author: str
    author_id: str
    body: Mapping[str, Any]
    created_at: float
    restricted: bool
    origin: str = ""
    """Set on comments that carry our own property: the part they were created for."""
    agreement: str = ""
    """Of the synchronization that they were created by."""
    author_email: str = ""
    """Empty where the person does not show it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An issue. ``fields`` holds Jira's own JSON by field id, only of the fields that were asked for.

    ``comments`` is None where they could not be read completely: then nothing may be concluded from a missing one.
    """

    issue_id: str
    issue_key: str
    project_id: str
    issue_type_id: str
    status: str
    status_category: str
    created_at: float
    updated_at: float
    fields: Mapping[str, Any]
    comments: tuple[Comment, ...] | None = None
    link_key: str = ""
    """The twin link this issue was created for, from our entity property; empty for all others."""
    twin: str = ""
    """Beside it: the agreement and the partner's issue for which it was created, as ``agreement/issue id``."""
    changed_at: Mapping[str, float] = field(default_factory=dict)
    """By field id, when it was last changed according to Jira's changelog, as far as that was asked for."""
