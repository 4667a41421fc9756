"""Rules: one versioned document held by both ends, in terms of *inviter* and *accepter*.

The document is JSON so that it can be hashed, compared, exported and told to the partner as it is; the classes here
are its reading. ``hash_of`` is the identity of a version and travels with every message.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from addon.model.reading import read

Side = Literal["inviter", "accepter"]
Direction = Literal["both", "to_accepter", "to_inviter"]
Policy = Literal["inviter", "accepter", "newer", "hold"]
"""What settles a part that both sides changed at once: a named side, the newer change, or a person."""
Mode = Literal["keep", "create_only"]
"""Whether a row keeps its fields in step, or sets them when the twin is created and never again."""
Unmatched = Literal["nothing", "report", "default"]
"""What happens to a value that matches nothing here: left alone and noted, the link stops and says so, or a default."""
FlowMode = Literal["automatic", "manual", "off"]
FORMAT = 2


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
class Choice:
    """Something that can be chosen: an option, a user. The id decides; the name is for people."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ValueMapping:
    """One pair of values of a row. ``children``: the pairs of the level below, for cascading selects."""

    inviter: Choice
    accepter: Choice
    direction: Direction = "both"
    children: tuple[ValueMapping, ...] = ()

    def at(self, side: Side) -> Choice:
        return self.inviter if side == "inviter" else self.accepter

    def enters(self, side: Side) -> bool:
        return self.direction in ("both", f"to_{side}")


@dataclass(frozen=True, slots=True)
class FieldEnd:
    """What holds at one side of a row. Values are in the form of that side's type; null means not given.

    ``fixed`` is set when a twin is created here and nothing that arrives replaces it; ``default`` is written for a
    value that matches nothing here; ``when_empty`` is written in the place of an empty value.

    ``prefer`` and ``avoid`` are for a status: what to pass on the way to it and what not to, if there is a choice.
    Statuses are named by id or name, transitions by name (without an id).
    """

    fixed: Any = None
    default: Any = None
    when_empty: Any = None
    prefer: tuple[Choice, ...] = ()
    avoid: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One row of a mapping.

    ``id`` is the name of the part in snapshots, bases and messages. The types are names of ``model.matrix``.
    ``conflict`` says whose value stands when both changed it without having seen the other's change; it is the same
    for both ends, so that both come to the same value. Sets know no *hold*: they are merged element by element.
    ``create_missing``: versions and components that are not here yet are created.
    """

    id: str
    inviter_type: str
    accepter_type: str
    inviter_field: str
    accepter_field: str
    direction: Direction = "both"
    conflict: Policy = "inviter"
    mode: Mode = "keep"
    unmatched: Unmatched = "nothing"
    create_missing: bool = False
    at_inviter: FieldEnd = FieldEnd()
    at_accepter: FieldEnd = FieldEnd()
    values: tuple[ValueMapping, ...] = ()

    def type_of(self, side: Side) -> str:
        return self.inviter_type if side == "inviter" else self.accepter_type

    def end_of(self, side: Side) -> FieldEnd:
        return self.at_inviter if side == "inviter" else self.at_accepter

    def field_of(self, side: Side) -> str:
        return self.inviter_field if side == "inviter" else self.accepter_field

    def leaves(self, side: Side) -> bool:
        """Whether values travel away from this side."""
        return self.direction == "both" or self.direction == f"to_{other(side)}"

    def enters(self, side: Side) -> bool:
        """Whether values arriving are written at this side."""
        return self.leaves(other(side))


@dataclass(frozen=True, slots=True)
class UserPair:
    """One row of the table of people."""

    inviter: Choice
    accepter: Choice

    def at(self, side: Side) -> Choice:
        return self.inviter if side == "inviter" else self.accepter


@dataclass(frozen=True, slots=True)
class UserMapping:
    """Which person stands for which. The table is asked first, then the account id, then the e-mail address.

    ``unmatched``: the field is left as it is, a default person (``inviter_default``, ``accepter_default``: account
    ids) is put there, or the field is left and the person named in the history (text).
    """

    by_account_id: bool = True
    by_email: bool = True
    table: tuple[UserPair, ...] = ()
    unmatched: Literal["leave", "default", "text"] = "leave"
    inviter_default: str = ""
    accepter_default: str = ""

    def default_of(self, side: Side) -> str:
        return self.inviter_default if side == "inviter" else self.accepter_default


NO_USERS = UserMapping()


@dataclass(frozen=True, slots=True)
class Flow:
    """What leaves one side of a mapping, decided at that side.

    ``mode``: issues get twins on their own (automatic), when a person asks in the panel (manual), or nothing leaves at
    all (off). ``jql``: which issues, as that side's Jira understands it; empty for all of the pair.
    """

    mode: FlowMode = "automatic"
    jql: str = ""


@dataclass(frozen=True, slots=True)
class IssueMapping:
    """A pair of project and issue type with its field mappings."""

    id: str
    active: bool
    inviter: End
    accepter: End
    fields: tuple[FieldMapping, ...]
    to_accepter: Flow = Flow()
    to_inviter: Flow = Flow()

    def end_of(self, side: Side) -> End:
        return self.inviter if side == "inviter" else self.accepter

    def flow_from(self, side: Side) -> Flow:
        """What leaves this side."""
        return self.to_accepter if side == "inviter" else self.to_inviter


@dataclass(frozen=True, slots=True)
class Rules:
    """A published version as read from its document."""

    version: int
    hash: str
    mappings: tuple[IssueMapping, ...]
    users: UserMapping = NO_USERS

    def mapping(self, mapping_id: str) -> IssueMapping | None:
        return next((m for m in self.mappings if m.id == mapping_id), None)


NO_RULES = Rules(0, "", ())

BASIC_FIELDS: tuple[FieldMapping, ...] = (
    FieldMapping("summary", "text", "text", "summary", "summary"),
    FieldMapping("description", "paragraph", "paragraph", "description", "description"),
    FieldMapping("labels", "labels", "labels", "labels", "labels"),
    FieldMapping("priority", "priority", "priority", "priority", "priority"),
    FieldMapping("comments", "comments", "comments", "comment", "comment"),
)
"""*Basic* mode: nothing to decide but the pair. The issue type is the pair's own."""


@dataclass(frozen=True, slots=True)
class _Document:
    format: int
    mappings: tuple[IssueMapping, ...]
    users: UserMapping = NO_USERS


def rules_from(version: int, document: Mapping[str, Any]) -> Rules:
    """Read a document.

    Raises:
        addon.model.reading.Unreadable: it is not of the shape; it is not what ``sync.rulebook.check`` let through.
    """
    said = read(_Document, dict(document))
    return Rules(version, hash_of(document), said.mappings, said.users)


def document_of(mappings: tuple[IssueMapping, ...], users: UserMapping = NO_USERS) -> dict[str, Any]:
    """The document that says these mappings."""
    said: dict[str, Any] = json.loads(json.dumps(asdict(_Document(FORMAT, mappings, users))))
    return said


def hash_of(document: Mapping[str, Any]) -> str:
    """SHA-256 over the document's canonical JSON, hexadecimal."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
