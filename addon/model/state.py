"""State: what one end of a synchronization tells the other about itself. Whole each time, so that any may be lost.

Telling is an exchange: the answer to a state is the other end's own. Versions only grow, an older state than the one
already known changes nothing, and so repeats, lost receipts and both ends speaking at once all come to the same end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from addon.model.rules import Side


@dataclass(frozen=True, slots=True)
class PublishedRules:
    """The live version of the rules as it travels. ``published_by`` is a name for people.

    ``proposal_id`` and ``proposed_by``: where it accepts what the other side than ``published_side`` proposed.
    """

    version: int
    document: Mapping[str, Any]
    published_side: Side
    published_by: str = ""
    proposal_id: str = ""
    proposed_by: str = ""


@dataclass(frozen=True, slots=True)
class ProposedRules:
    """Rules that the teller wants and the hearer is to accept. ``based_hash``: of the version they were made from."""

    proposal_id: str
    document: Mapping[str, Any]
    based_on: int
    based_hash: str
    proposed_by: str = ""


@dataclass(frozen=True, slots=True)
class Declined:
    """That the teller does not accept this proposal of the hearer's, and why."""

    proposal_id: str
    reason: str
    declined_by: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """One end as it tells of itself.

    ``site_url`` and ``site_name`` are its Jira's, ``endpoint`` is its Twinline deployment. ``public_key`` is Ed25519,
    raw, in base64; ``key_id`` its SHA-256. ``expires_at`` (seconds since 1970) is the invitation's. ``review``: rules
    of the hearer's wait here until a person accepts them. ``epoch``: the one that it counts its messages in.
    """

    agreement_id: str
    side: Side
    state_version: int
    status: str
    name: str
    site_url: str
    site_name: str
    endpoint: str
    key_id: str
    public_key: str
    epoch: int = 1
    reason: str = ""
    person: str = ""
    expires_at: float | None = None
    rules: PublishedRules | None = None
    review: bool = False
    proposal: ProposedRules | None = None
    declined: Declined | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> State:
        """Read a state whose shape has been validated (``web.schemas.StateSchema``)."""
        nested = {"rules": PublishedRules, "proposal": ProposedRules, "declined": Declined}
        return cls(**{**data, **{name: kind(**data[name]) for name, kind in nested.items() if data[name]}})


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back for a state: the version that is now known there, the other end's state, and why not if not.

    ``refused`` is a sentence for the person who asked; empty when all is well.
    """

    known_version: int
    state: State
    refused: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"known_version": self.known_version, "state": self.state.to_json(), "refused": self.refused}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Answer:
        return cls(data["known_version"], State.from_json(data["state"]), data["refused"])


@dataclass(frozen=True, slots=True)
class Receipt:
    """What comes back for a batch of messages.

    ``accepted_up_to``: by link key, the last sequence stored there. The versions are those of both ends' states as
    known there: where they are not what we think, one of us came back from a backup and states are exchanged again.
    ``epoch``: the one that they count in; where it is later than ours, nothing was stored.
    """

    accepted_up_to: Mapping[str, int]
    known_version: int
    state_version: int
    epoch: int = 1

    def to_json(self) -> dict[str, Any]:
        return {
            "accepted_up_to": dict(self.accepted_up_to),
            "known_version": self.known_version,
            "state_version": self.state_version,
            "epoch": self.epoch,
        }


@dataclass(frozen=True, slots=True)
class SiteAnswer:
    """What a deployment says of a Jira: whether it is its tenant. ``state``: enabled, disabled or absent."""

    state: str
    url: str = ""
    name: str = ""
