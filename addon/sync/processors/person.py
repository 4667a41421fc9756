"""People: who stands for whom, by the table, the account id or the e-mail address. Nobody is unassigned in silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addon.model import matrix
from addon.model.offer import Need
from addon.model.rules import FieldMapping, Side, UserMapping, other
from addon.sync.processors import Surroundings, Unmatched
from addon.sync.processors.whole import Whole

Person = dict[str, str]


def read(raw: Any) -> Person | None:
    """Jira's JSON of a user. The address is there only where the person shows it."""
    if not isinstance(raw, dict):
        return None
    return {
        "id": str(raw.get("accountId") or ""),
        "name": str(raw.get("displayName") or ""),
        "email": str(raw.get("emailAddress") or ""),
    }


def needs_of(value: Mapping[str, str], side: Side, users: UserMapping) -> set[Need]:
    """Whom to look up for a person of theirs: nobody where the table names one."""
    if any(pair.at(other(side)).id == value["id"] for pair in users.table):
        return set()
    needs = {Need("user", value["id"])} if users.by_account_id and value["id"] else set()
    return needs | ({Need("email", value["email"])} if users.by_email and value["email"] else set())


def here(value: Mapping[str, str], side: Side, surroundings: Surroundings) -> Person:
    """Who stands here for a person of theirs.

    Raises:
        Unmatched: nobody does.
    """
    users = surroundings.users
    for pair in users.table:
        if pair.at(other(side)).id == value["id"]:
            return {"id": pair.at(side).id, "name": pair.at(side).name, "email": ""}
    for need in sorted(needs_of(value, side, users), key=lambda need: need.kind, reverse=True):
        # An address that two people share names neither of them.
        found = surroundings.of(need)
        if len(found) == 1:
            return {"id": found[0].id, "name": found[0].name, "email": ""}
    raise Unmatched(f"Nobody here stands for their {value['name'] or 'person'}.")


def instead(row: FieldMapping, side: Side, users: UserMapping) -> Any:
    """The person for those who match nobody: the row's own, else the one of all rows; None for nobody."""
    if row.unmatched == "default" and row.end_of(side).default is not None:
        return row.end_of(side).default
    if row.unmatched != "report" and users.unmatched == "default" and users.default_of(side):
        return {"id": users.default_of(side), "name": "", "email": ""}
    return None


class User(Whole):
    form = "person"

    def read(self, raw: Any) -> Person | None:
        return read(raw)

    def needed(self, row: FieldMapping, side: Side, value: Any, users: UserMapping) -> set[Need]:
        return needs_of(value, side, users)

    def convert(
        self, row: FieldMapping, side: Side, rule: matrix.Rule, value: Any, ours: Any, surroundings: Surroundings
    ) -> Person:
        return here(value, side, surroundings)

    def fallback(self, row: FieldMapping, side: Side, value: Any, surroundings: Surroundings) -> Any:
        return instead(row, side, surroundings.users)

    def jira(self, field_id: str, value: Person | None) -> Mapping[str, Any]:
        return {field_id: {"accountId": value["id"]} if value else None}

    def same(self, one: Any, another: Any) -> bool:
        return (one or {}).get("id") == (another or {}).get("id")
