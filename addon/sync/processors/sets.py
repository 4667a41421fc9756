"""Sets: labels, options, people. Each side's additions and removals are merged, so two people never undo each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addon.errors import Blocked
from addon.model import matrix
from addon.model.offer import Need, Offer
from addon.model.rules import FieldMapping, Side, UserMapping, other
from addon.model.value import Form, key_of
from addon.sync.processors import (
    Arriving,
    FieldWrite,
    PartChange,
    Surroundings,
    Unmatched,
    change_of,
    left_out,
    option,
    person,
    readable,
    rule_of,
    said,
    shorten,
)


class Sets:
    """What one kind adds: ``element`` (read), ``here`` (theirs → ours), ``jira`` (write)."""

    form: Form
    merges = True
    told_by_changelog = False
    walks = False

    def element(self, raw: Any) -> Any:
        """One element of Jira's list as a plain value."""
        return raw

    def here(self, row: FieldMapping, side: Side, theirs: Any, surroundings: Surroundings) -> Any:
        """An element of theirs as one of ours.

        Raises:
            Unmatched: there is nothing here for it.
            Blocked: it cannot be said here at all.
        """
        return theirs

    def jira(self, element: Any) -> Any:
        """One element as Jira takes it."""
        return element

    def needed(self, row: FieldMapping, side: Side, theirs: Any, users: UserMapping) -> set[Need]:
        return set()

    def missing(self, row: FieldMapping, side: Side, theirs: Any, surroundings: Surroundings) -> Offer | None:
        """What has to be created here first."""
        return None

    def fallback(self, row: FieldMapping, side: Side, surroundings: Surroundings) -> list[Any]:
        return list(row.end_of(side).default or ()) if row.unmatched == "default" else []

    # the protocol

    def read(self, raw: Any) -> list[Any]:
        found = {key_of(one): one for one in (self.element(one) for one in raw or ()) if one}
        return [found[key] for key in sorted(found)]

    def leaving(self, row: FieldMapping, side: Side, before: Any, after: Any) -> PartChange:
        return change_of(row, side, before, after)

    def needs(self, row: FieldMapping, side: Side, change: PartChange, users: UserMapping) -> set[Need]:
        return {need for theirs in said(row, side, change) for need in self.needed(row, side, theirs, users)}

    def arriving(
        self, row: FieldMapping, side: Side, change: PartChange, ours: Any, surroundings: Surroundings
    ) -> Arriving:
        rule_of(row, side)
        said(row, side, change)
        notes: list[str] = []
        add: dict[str, Any] = {}
        origin: dict[str, str] = {}
        missing: list[Offer] = []
        for theirs in change["add"]:
            lacking = self.missing(row, side, theirs, surroundings) if row.create_missing else None
            if lacking:
                missing.append(lacking)
                continue
            for element in self._came(row, side, theirs, surroundings, notes):
                add[key_of(element)] = element
                origin[key_of(element)] = key_of(theirs)
        remove = self._went(row, side, change["remove"], surroundings, origin)
        # Two of theirs may stand for one of ours: what came stays.
        remove = {key: element for key, element in remove.items() if key not in add}
        self._filled(row, side, ours, add, remove)
        here = {"add": _sorted(add), "remove": _sorted(remove)}
        return Arriving(here, " ".join(notes), tuple(missing), origin)

    def _came(
        self, row: FieldMapping, side: Side, theirs: Any, surroundings: Surroundings, notes: list[str]
    ) -> list[Any]:
        try:
            return [self.here(row, side, theirs, surroundings)]
        except Unmatched as unmatched:
            instead = self.fallback(row, side, surroundings)
            notes.append(f"{unmatched} The default was taken." if instead else left_out(row, side, str(unmatched)))
            return instead

    def _went(
        self, row: FieldMapping, side: Side, gone: list[Any], surroundings: Surroundings, origin: dict[str, str]
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for theirs in gone:
            try:
                element = self.here(row, side, theirs, surroundings)
            except (Unmatched, Blocked):
                # What never could come here needs not go.
                continue
            found[key_of(element)] = element
            origin[key_of(element)] = key_of(theirs)
        return found

    def _filled(self, row: FieldMapping, side: Side, ours: Any, add: dict[str, Any], remove: dict[str, Any]) -> None:
        """Where nothing would be left and the row names a value for that, it comes in."""
        left = {key_of(one) for one in ours or ()} - remove.keys()
        if not add and not left:
            for element in row.end_of(side).when_empty or ():
                add[key_of(element)] = element
                remove.pop(key_of(element), None)

    def writing(self, field_id: str, change: PartChange, ours: Any, *, new: bool) -> FieldWrite:
        if new:
            found = [self.jira(element) for element in change["add"]]
            return FieldWrite(fields={field_id: found}) if found else FieldWrite()
        have = {key_of(element) for element in ours or ()}
        steps = [{"add": self.jira(element)} for element in change["add"] if key_of(element) not in have]
        steps += [{"remove": self.jira(element)} for element in change["remove"] if key_of(element) in have]
        return FieldWrite(update={field_id: steps}) if steps else FieldWrite()

    def merged(self, base: Any, change: PartChange) -> list[Any]:
        have = {key_of(one): one for one in (*(base or ()), *change["add"])}
        gone = {key_of(one) for one in change["remove"]}
        return _sorted({key: one for key, one in have.items() if key not in gone})

    def wrote(self, item: Mapping[str, Any], change: PartChange) -> bool:
        return False  # the changelog of most sets does not tell element by element

    def show(self, value: Any) -> str:
        return shorten(readable.words(self.form, value))

    def replaced(self, item: Mapping[str, Any]) -> list[Any]:
        raise NotImplementedError("a changelog tells sets as words only")

    def restoring(self, field_id: str, value: Any) -> Mapping[str, Any]:
        return {field_id: [self.jira(element) for element in value or ()]}


def _sorted(elements: Mapping[str, Any]) -> list[Any]:
    return [elements[key] for key in sorted(elements)]


class Labels(Sets):
    form = "labels"

    def here(self, row: FieldMapping, side: Side, theirs: Any, surroundings: Surroundings) -> str:
        value = theirs if isinstance(theirs, dict) else {"id": theirs, "name": theirs}
        pair = option.pair_of(row.values, side, value)
        label = pair.at(side).name if pair else str(value["name"])
        if any(sign.isspace() for sign in label) or len(label) > matrix.TYPES["labels"].limit:
            raise Blocked(
                f"“{row.field_of(side)}”: “{shorten(label)}” cannot be a label: labels hold no spaces and at most "
                f"{matrix.TYPES['labels'].limit} characters.",
                fix="Map this value to a label in the field mapping, then retry.",
            )
        return label

    def wrote(self, item: Mapping[str, Any], change: PartChange) -> bool:
        before, after = (set((item.get(name) or "").split()) for name in ("fromString", "toString"))
        return before != after and after - before <= set(change["add"]) and before - after <= set(change["remove"])


class Options(Sets):
    form = "options"

    def __init__(self, key: str = "id") -> None:
        self._key = key

    def element(self, raw: Any) -> Any:
        return option.read(raw)

    def needed(self, row: FieldMapping, side: Side, theirs: Any, users: UserMapping) -> set[Need]:
        return {option.need_of(row, side)}

    def here(self, row: FieldMapping, side: Side, theirs: Any, surroundings: Surroundings) -> dict[str, str]:
        found, _ = option.choose(row.values, side, _named(theirs), surroundings.of(option.need_of(row, side)))
        return {"id": found.id, "name": found.name}

    def missing(self, row: FieldMapping, side: Side, theirs: Any, surroundings: Surroundings) -> Offer | None:
        if not matrix.TYPES[row.type_of(side)].creates or not matrix.TYPES[row.type_of(other(side))].creates:
            return None
        return option.missing_of(row, side, _named(theirs), surroundings)

    def jira(self, element: Any) -> Any:
        return {self._key: element["id"]}


def _named(theirs: Any) -> Mapping[str, Any]:
    return theirs if isinstance(theirs, dict) else {"id": theirs, "name": theirs}


class Users(Sets):
    form = "people"

    def element(self, raw: Any) -> Any:
        return person.read(raw)

    def needed(self, row: FieldMapping, side: Side, theirs: Any, users: UserMapping) -> set[Need]:
        return person.needs_of(theirs, side, users)

    def here(self, row: FieldMapping, side: Side, theirs: Any, surroundings: Surroundings) -> person.Person:
        return person.here(theirs, side, surroundings)

    def fallback(self, row: FieldMapping, side: Side, surroundings: Surroundings) -> list[Any]:
        found = person.instead(row, side, surroundings.users)
        return found if isinstance(found, list) else [found] if found else []

    def jira(self, element: Any) -> Any:
        return {"accountId": element["id"]}
