"""Catalog: what issues of one project and type can hold at one site, as far as its owner shows it.

It travels to the partner as JSON and is read back strictly (``model.reading``). Ids are the owner's own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from addon.model.offer import Offer
from addon.model.reading import read
from addon.model.scope import Scope

STATUS = "status"


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One field. ``type`` is a name of ``model.matrix``.

    ``required``: Jira demands a value when an issue is created and has no default of its own. ``on_edit`` is as
    ``on_create`` where there is no issue yet by which Jira could tell. ``options``: what can be chosen, of fields
    chosen from a list; ``listed`` is False where that is not told or not told wholly (groups, very long lists), so
    that nothing may be concluded from an option's absence.
    """

    id: str
    name: str
    type: str
    required: bool
    on_create: bool
    on_edit: bool
    options: tuple[Offer, ...] = ()
    listed: bool = True


@dataclass(frozen=True, slots=True)
class StatusInfo:
    """A status that issues of this kind can have. ``category`` is Jira's key: new, indeterminate or done."""

    id: str
    name: str
    category: str


@dataclass(frozen=True, slots=True)
class TransitionInfo:
    """A transition of the workflow, but for the one that creates. ``from_ids`` is empty where it starts anywhere.

    ``required_fields``: ids of fields without which Jira does not let an issue through. ``to_id`` is empty where it
    leads back to where it started.
    """

    from_ids: tuple[str, ...]
    to_id: str
    name: str
    required_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EndInfo:
    """One end of a mapping, as it is there now.

    ``transitions`` is empty and ``initial_status`` "" where the app may not read the workflow. ``permissions_missing``:
    Jira's keys of what the app's own user may not do in the project.
    """

    project_id: str
    project_key: str
    project_name: str
    issue_type_id: str
    issue_type_name: str
    fields: tuple[FieldInfo, ...]
    statuses: tuple[StatusInfo, ...]
    transitions: tuple[TransitionInfo, ...] = ()
    permissions_missing: tuple[str, ...] = ()
    initial_status: str = ""

    def field(self, field_id: str) -> FieldInfo | None:
        return next((field for field in self.fields if field.id == field_id), None)

    def to_json(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return said

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> EndInfo:
        """Read what a partner tells.

        Raises:
            addon.model.reading.Unreadable: it is not of the shape.
        """
        return read(cls, data)


def visible(scope: Scope, end: EndInfo) -> EndInfo | None:
    """What a scope shows of an end; None where it shows nothing of it. Of a hidden field no trace is left."""
    if not scope.shows(end.project_id, end.issue_type_id):
        return None
    shown = replace(
        end,
        fields=tuple(field for field in end.fields if scope.fields.shows(field.id)),
        transitions=tuple(
            replace(one, required_fields=tuple(filter(scope.fields.shows, one.required_fields)))
            for one in end.transitions
        ),
    )
    if scope.fields.shows(STATUS):
        return shown
    return replace(shown, statuses=(), transitions=(), initial_status="")
