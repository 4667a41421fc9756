"""Offers: what a Jira has to choose from, and the name by which one asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NeedKind = Literal[
    "field",
    "priorities",
    "resolutions",
    "statuses",
    "versions",
    "components",
    "groups",
    "user",
    "email",
    "zone",
    "twin",
    "subtask",
]


@dataclass(frozen=True, slots=True)
class Need:
    """Something to be known of this side before a plan is made.

    ``name``: a field's id, an account id, an address, the key of a twin link.
    """

    kind: NeedKind
    name: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """Something this Jira offers: an option (with its ``children``), a version, a person, a zone."""

    id: str
    name: str
    children: tuple[Offer, ...] = ()
