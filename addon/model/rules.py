"""Rules: one versioned document held by both ends, in terms of *inviter* and *accepter*.

The document is JSON so that it can be hashed, compared, exported and told to the partner as it is; the classes here
are its reading. ``hash_of`` is the identity of a version and travels with every message.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Side = Literal["inviter", "accepter"]
Direction = Literal["both", "to_accepter", "to_inviter"]
Policy = Literal["inviter", "accepter", "newer", "hold"]
"""What settles a part that both sides changed at once: a named side, the newer change, or a person."""
FORMAT = 1


def other(side: Side) -> Side:
    """The side across."""
    return "accepter" if side == "inviter" else "inviter"


@dataclass(frozen=True, slots=True)
class End:
    """One end of a mapping: a project and an issue type. Ids decide; key and names are for people."""

    project_id: str
    project_key: str
    issue_type_id: str
    issue_type_name: str


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One row of a mapping.

    ``id`` is the name of the part in snapshots, bases and messages. ``kind`` chooses the processor.
    ``conflict`` says whose value stands when both changed it without having seen the other's change; it is the same
    for both ends, so that both come to the same value. Sets know no *hold*: they are merged element by element.
    """

    id: str
    kind: str
    inviter_field: str
    accepter_field: str
    direction: Direction = "both"
    conflict: Policy = "inviter"

    def field_of(self, side: Side) -> str:
        return self.inviter_field if side == "inviter" else self.accepter_field

    def leaves(self, side: Side) -> bool:
        """Whether values travel away from this side."""
        return self.direction == "both" or self.direction == f"to_{other(side)}"

    def enters(self, side: Side) -> bool:
        """Whether values arriving are written at this side."""
        return self.leaves(other(side))


@dataclass(frozen=True, slots=True)
class IssueMapping:
    """A pair of project and issue type with its field mappings."""

    id: str
    active: bool
    inviter: End
    accepter: End
    fields: tuple[FieldMapping, ...]

    def end_of(self, side: Side) -> End:
        return self.inviter if side == "inviter" else self.accepter


@dataclass(frozen=True, slots=True)
class Rules:
    """A published version as read from its document."""

    version: int
    hash: str
    mappings: tuple[IssueMapping, ...]

    def mapping(self, mapping_id: str) -> IssueMapping | None:
        return next((m for m in self.mappings if m.id == mapping_id), None)

    def mapping_for(self, side: Side, project_id: str, issue_type_id: str) -> IssueMapping | None:
        """The active mapping that an issue of this project and type falls under at this side, if any."""
        for mapping in self.mappings:
            end = mapping.end_of(side)
            if mapping.active and (end.project_id, end.issue_type_id) == (project_id, issue_type_id):
                return mapping
        return None


NO_RULES = Rules(0, "", ())

BASIC_FIELDS: tuple[FieldMapping, ...] = (
    FieldMapping("summary", "text", "summary", "summary"),
    FieldMapping("description", "rich_text", "description", "description"),
    FieldMapping("labels", "labels", "labels", "labels"),
    FieldMapping("priority", "priority", "priority", "priority"),
    FieldMapping("comments", "comments", "comment", "comment"),
)
"""*Basic* mode: nothing to decide but the pair. The issue type is the pair's own."""


def rules_from(version: int, document: Mapping[str, Any]) -> Rules:
    """Read a document. The caller has validated its shape (``web.schemas.RulesSchema``)."""
    return Rules(version, hash_of(document), tuple(_mapping(m) for m in document["mappings"]))


def _mapping(data: Mapping[str, Any]) -> IssueMapping:
    return IssueMapping(
        data["id"],
        data["active"],
        End(**data["inviter"]),
        End(**data["accepter"]),
        tuple(FieldMapping(**field) for field in data["fields"]),
    )


def mapping_to_json(mapping: IssueMapping) -> dict[str, Any]:
    """A mapping as it stands in the document."""
    return {
        "id": mapping.id,
        "active": mapping.active,
        "inviter": _end_to_json(mapping.inviter),
        "accepter": _end_to_json(mapping.accepter),
        "fields": [
            {
                "id": field.id,
                "kind": field.kind,
                "inviter_field": field.inviter_field,
                "accepter_field": field.accepter_field,
                "direction": field.direction,
                "conflict": field.conflict,
            }
            for field in mapping.fields
        ],
    }


def _end_to_json(end: End) -> dict[str, str]:
    return {
        "project_id": end.project_id,
        "project_key": end.project_key,
        "issue_type_id": end.issue_type_id,
        "issue_type_name": end.issue_type_name,
    }


def document_of(mappings: tuple[IssueMapping, ...]) -> dict[str, Any]:
    """The document that says these mappings."""
    return {"format": FORMAT, "mappings": [mapping_to_json(m) for m in mappings]}


def hash_of(document: Mapping[str, Any]) -> str:
    """SHA-256 over the document's canonical JSON, hexadecimal."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
