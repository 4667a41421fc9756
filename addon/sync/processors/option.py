"""Options: what is chosen from a list. The partner's own id and name arrive; what stands for them here is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from addon.model import matrix
from addon.model.offer import Need, Offer
from addon.model.rules import FieldMapping, Side, UserMapping, ValueMapping, other
from addon.sync.processors import Arriving, FieldWrite, PartChange, Surroundings, Unmatched
from addon.sync.processors.whole import Whole


def need_of(row: FieldMapping, side: Side) -> Need:
    """The list from which this side's field is chosen."""
    kind = matrix.TYPES[row.type_of(side)].offers or "field"
    return Need(kind, row.field_of(side) if kind == "field" else "")  # type: ignore[arg-type]


def read(raw: Any) -> dict[str, str] | None:
    """Jira's JSON of an option, version, group, team, status, project … as id and name."""
    if not isinstance(raw, dict):
        return {"id": raw, "name": raw} if isinstance(raw, str) and raw else None
    name = raw.get("value") or raw.get("name") or raw.get("title") or raw.get("key") or ""
    return {"id": str(raw.get("id") or raw.get("groupId") or name), "name": str(name)}


def choose(
    pairs: Sequence[ValueMapping], side: Side, theirs: Mapping[str, Any], offers: Sequence[Offer]
) -> tuple[Offer, ValueMapping | None]:
    """What stands here for a value of theirs, and the pair that says so.

    Raises:
        Unmatched: nothing does.
    """
    pair = pair_of(pairs, side, theirs)
    wanted_id, wanted = (pair.at(side).id, pair.at(side).name) if pair else ("", str(theirs["name"]))
    found = next((offer for offer in offers if offer.id == wanted_id), None) or next(
        (offer for offer in offers if offer.name.casefold() == wanted.casefold()), None
    )
    if found is None and pair:
        raise Unmatched(f"“{wanted}”, which stands for their “{theirs['name']}”, is not offered here any more.")
    if found is None:
        raise Unmatched(f"There is no “{wanted}” here.")
    return found, pair


def pair_of(pairs: Sequence[ValueMapping], side: Side, theirs: Mapping[str, Any]) -> ValueMapping | None:
    """The pair for their value: by its id, which survives renaming, then by its name."""
    entering = [pair for pair in pairs if pair.enters(side)]
    name = str(theirs["name"]).casefold()
    return next((pair for pair in entering if pair.at(other(side)).id == theirs["id"]), None) or next(
        (pair for pair in entering if not pair.at(other(side)).id and pair.at(other(side)).name.casefold() == name),
        None,
    )


class Option(Whole):
    """One option. ``key``: under which name Jira takes its id; empty where it takes the bare id."""

    form = "option"
    told_by_changelog = True

    def __init__(self, key: str = "id") -> None:
        self._key = key

    def read(self, raw: Any) -> dict[str, str] | None:
        return read(raw)

    def needed(self, row: FieldMapping, side: Side, value: Any, users: UserMapping) -> set[Need]:
        return {need_of(row, side)}

    def convert(
        self, row: FieldMapping, side: Side, rule: matrix.Rule, value: Any, ours: Any, surroundings: Surroundings
    ) -> dict[str, str]:
        theirs = value
        if isinstance(value, list):
            if len(value) > 1:
                raise Unmatched(f"{len(value)} values arrived, and this field takes one.")
            theirs = value[0]
        found, _ = choose(row.values, side, theirs, surroundings.of(need_of(row, side)))
        return {"id": found.id, "name": found.name}

    def arriving(
        self, row: FieldMapping, side: Side, change: PartChange, ours: Any, surroundings: Surroundings
    ) -> Arriving:
        value = change.get("value")
        one = value[0] if isinstance(value, list) and len(value) == 1 else value
        if row.create_missing and isinstance(one, dict) and matrix.TYPES[row.type_of(side)].creates:
            missing = missing_of(row, side, one, surroundings)
            if missing:
                return Arriving(None, missing=(missing,))
        return super().arriving(row, side, change, ours, surroundings)

    def jira(self, field_id: str, value: dict[str, str] | None) -> Mapping[str, Any]:
        if value is None:
            return {field_id: None}
        return {field_id: {self._key: value["id"]} if self._key else value["id"]}

    def same(self, one: Any, another: Any) -> bool:
        return (one or {}).get("id") == (another or {}).get("id")

    def replaced(self, item: Mapping[str, Any]) -> dict[str, str] | None:
        if not item.get("from"):
            return None
        return {"id": str(item["from"]), "name": str(item.get("fromString") or "")}


def missing_of(row: FieldMapping, side: Side, theirs: Mapping[str, Any], surroundings: Surroundings) -> Offer | None:
    """What has to be created here before their value can be set; None where it is here, or a pair names another."""
    try:
        choose(row.values, side, theirs, surroundings.of(need_of(row, side)))
    except Unmatched:
        return None if pair_of(row.values, side, theirs) else Offer("", str(theirs["name"]))
    return None


class Status(Option):
    """The status of an issue: found like any option, but walked to (``addon.sync.walking``)."""

    walks = True

    def writing(self, field_id: str, change: PartChange, ours: Any, *, new: bool) -> FieldWrite:
        value = change["value"]
        return FieldWrite() if self.same(value, ours) else FieldWrite(goal=value)

    def jira(self, field_id: str, value: dict[str, str] | None) -> Mapping[str, Any]:
        raise NotImplementedError("a status is walked to, never edited")


class Cascade(Whole):
    """Two levels of options; each is found among what the level above offers."""

    form = "cascade"

    def read(self, raw: Any) -> dict[str, Any] | None:
        found = read(raw)
        return {**found, "child": read(raw.get("child"))} if found else None

    def needed(self, row: FieldMapping, side: Side, value: Any, users: UserMapping) -> set[Need]:
        return {need_of(row, side)}

    def convert(
        self, row: FieldMapping, side: Side, rule: matrix.Rule, value: Any, ours: Any, surroundings: Surroundings
    ) -> dict[str, Any]:
        parent, pair = choose(row.values, side, value, surroundings.of(need_of(row, side)))
        child = None
        if value["child"]:
            found, _ = choose(pair.children if pair else (), side, value["child"], parent.children)
            child = {"id": found.id, "name": found.name}
        return {"id": parent.id, "name": parent.name, "child": child}

    def jira(self, field_id: str, value: dict[str, Any] | None) -> Mapping[str, Any]:
        if value is None:
            return {field_id: None}
        child = {"child": {"id": value["child"]["id"]}} if value["child"] else {}
        return {field_id: {"id": value["id"], **child}}

    def same(self, one: Any, another: Any) -> bool:
        return _ids(one) == _ids(another)


def _ids(value: Mapping[str, Any] | None) -> tuple[str, ...]:
    return tuple(level["id"] for level in (value, value["child"]) if level) if value else ()
