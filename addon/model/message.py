"""Message: a replica (or nothing) on its way to the partner, with its sequence and what it has seen.

``parts`` maps a part's name to what happened to it. A part's name is the id of its field mapping, or
``comments/<origin side>/<id at its origin>`` for one comment. What happened is one of

    {"value": ...}                   the part's value now
    {"add": [...], "remove": [...]}  for sets: elements that came and went
    {"gone": true}                   the item was deleted at its origin

with ``"at"`` beside it where the newer change stands: seconds since 1970 by the changelog of the sender's Jira. A
message without a replica is an ack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Parts = Mapping[str, Any]
MAX_ELEMENTS = 5_000


def fits(part: Any) -> bool:
    """Whether this is one of the things that may happen to a part. What its values mean is not looked at."""
    if not isinstance(part, dict) or isinstance(part.get("at", 0.0), bool):
        return False
    kind = part.keys() - {"at"}
    if not isinstance(part.get("at", 0.0), int | float):
        return False
    if kind == {"add", "remove"}:
        sets = (part["add"], part["remove"])
        return all(isinstance(elements, list) and len(elements) <= MAX_ELEMENTS for elements in sets)
    return kind == {"value"} or (kind == {"gone"} and part["gone"] is True)


@dataclass(frozen=True, slots=True)
class TwinInfo:
    """The sender's issue, for people: shown in the partner's panel, never written into an issue.

    ``status_category`` is Jira's key: new, indeterminate or done. Empty strings where not known yet.
    """

    issue_id: str = ""
    issue_key: str = ""
    url: str = ""
    status: str = ""
    status_category: str = ""

    def to_json(self) -> dict[str, str]:
        return {
            "issue_id": self.issue_id,
            "issue_key": self.issue_key,
            "url": self.url,
            "status": self.status,
            "status_category": self.status_category,
        }


@dataclass(frozen=True, slots=True)
class Replica:
    """The part of a snapshot that travels. ``changed_at``: seconds since 1970 by the sender's Jira."""

    parts: Parts
    changed_at: float

    def to_json(self) -> dict[str, Any]:
        return {"parts": dict(self.parts), "changed_at": self.changed_at}


@dataclass(frozen=True, slots=True)
class Message:
    """One step of a twin link's line.

    ``link_key``: the twin link at both ends. ``sequence``: 1, 2, 3 … per link and sender. ``seen``: the receiver's last
    sequence that the sender had applied, but for comments, when it made this message. ``problem``: why the sender
    stands still there, in words for people; empty when all is well. ``ended``: the sender's reason for ending the link.
    ``wants``: parts that the receiver shall send again as they are there, because a person chose its value.
    ``epoch``: sequences are counted anew in each (``sync.epoch``). ``yours``: the receiver's issue as the sender knows
    it, said with the first message of an epoch. ``made_at``: when it was put down, in seconds by the sender's clock: it
    tells a message from another of the same sequence that a backup made forgotten. ``seen_made_at``: that of the
    message ``seen``, or 0 where the sender does not know.
    """

    link_key: str
    sequence: int
    seen: int
    mapping_id: str
    rules_version: int
    rules_hash: str
    twin: TwinInfo = field(default_factory=TwinInfo)
    replica: Replica | None = None
    problem: str = ""
    ended: str = ""
    wants: tuple[str, ...] = ()
    epoch: int = 1
    yours: str = ""
    made_at: float = 0.0
    seen_made_at: float = 0.0

    @property
    def tells_all(self) -> bool:
        """Whether what it does not name is not there: the first of an epoch, from whoever has an issue to tell of."""
        return self.sequence == 1 and self.replica is not None

    @property
    def begins_again(self) -> bool:
        """Whether it is the first of a later epoch than the first: both ends had issues before."""
        return self.tells_all and self.epoch > 1

    def to_json(self) -> dict[str, Any]:
        return {
            "link_key": self.link_key,
            "sequence": self.sequence,
            "seen": self.seen,
            "mapping_id": self.mapping_id,
            "rules_version": self.rules_version,
            "rules_hash": self.rules_hash,
            "twin": self.twin.to_json(),
            "replica": self.replica.to_json() if self.replica else None,
            "problem": self.problem,
            "ended": self.ended,
            "wants": list(self.wants),
            "epoch": self.epoch,
            "yours": self.yours,
            "made_at": self.made_at,
            "seen_made_at": self.seen_made_at,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Message:
        """Read a message whose shape has been validated (``web.schemas.MessageSchema``) or that we wrote."""
        replica = data["replica"]
        return cls(
            link_key=data["link_key"],
            sequence=data["sequence"],
            seen=data["seen"],
            mapping_id=data["mapping_id"],
            rules_version=data["rules_version"],
            rules_hash=data["rules_hash"],
            twin=TwinInfo(**data["twin"]),
            replica=Replica(replica["parts"], replica["changed_at"]) if replica else None,
            problem=data["problem"],
            ended=data["ended"],
            wants=tuple(data["wants"]),
            epoch=data["epoch"],
            yours=data["yours"],
            # Rows that an earlier release wrote lack them.
            made_at=data.get("made_at", 0.0),
            seen_made_at=data.get("seen_made_at", 0.0),
        )
