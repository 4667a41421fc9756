"""Becoming: our issue is made into the kind of issue that its twin has become.

Jira lets an app change an issue's type by an edit where the type is of the same project and hierarchy level and its
workflow has the issue's status. Bulk move, which does the rest for people, is closed to Connect apps: there a person
moves the issue, and the link goes on by itself when it has been moved.
"""

from __future__ import annotations

from collections.abc import Callable

from addon.errors import Blocked
from addon.jira import reader, writer
from addon.model.plan import Edit
from addon.model.rules import End, IssueMapping
from addon.store.db import Database
from addon.sync import following
from addon.sync.detection import field_values
from addon.sync.line import Line


def become(at: Line, mapping: IssueMapping, jira: writer.Writing, fence: Callable[[], None], db: Database) -> None:
    """Bring the link, and its issue if there is one, under another mapping, because the partner said so.

    Raises:
        Blocked: an app cannot do that to the issue, with what a person has to do instead.
    """
    values = {}
    if at.link.issue_id is not None:
        after = mapping.end_of(at.side)
        check(at, mapping)
        fence()
        try:
            data = writer.edit_issue(jira, at.link.issue_id, Edit({"issuetype": {"id": after.issue_type_id}}))
        except Blocked as refused:
            raise Blocked(
                f"{_became(at, mapping)}, which is {_name(after)} here. Jira does not change the type by an edit: "
                f"{refused.reason}",
                fix=f"Change the type of this issue to {_name(after)}. It then goes on by itself.",
            ) from refused
        values = field_values(reader.snapshot(data), mapping, at.side)
    with db.begin() as tx:
        link = at.lock(tx)
        kept = following.carried(link.base, at.rules.mapping(link.mapping_id), mapping, 0)
        at.change(tx, mapping_id=mapping.id, base={**values, **kept} if link.base else {})


def check(at: Line, mapping: IssueMapping) -> None:
    """Whether an app may try to bring our issue under another mapping.

    Raises:
        Blocked: as ``become``.
    """
    before, after = at.mapping().end_of(at.side), mapping.end_of(at.side)
    if before.project_id != after.project_id:
        raise Blocked(
            f"{_became(at, mapping)}, which is {_name(after)} of {after.project_key} here. Jira does not let an "
            "app move an issue to another project.",
            fix=f"Move this issue to {after.project_key} as {_name(after)}. It then goes on by itself.",
        )


def _became(at: Line, mapping: IssueMapping) -> str:
    theirs = mapping.end_of(at.synchronization.partner_side)
    return f"The issue at {at.synchronization.partner_name} became {_name(theirs)} of {theirs.project_key}"


def _name(end: End) -> str:
    return f"“{end.issue_type_name}”"
