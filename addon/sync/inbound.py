"""Inbound: messages, base, unseen changes and rules → plan. Pure. What enters is decided here, by the receiver.

A run of messages is folded into one plan: of each part the last word counts, sets add up. A part that we changed in a
message which the partner had not seen was changed on both sides at once: the row's policy decides, the same at both
ends, so that both arrive at the same value, and the value that does not stand is kept. Sets are decided element by
element; comments belong to one side and never conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from addon.model import matrix
from addon.model.entry import Entry, note
from addon.model.message import Message
from addon.model.offer import Need
from addon.model.plan import CommentWrite, Conflict, Creation, Edit, Goal, Plan
from addon.model.rules import FieldMapping, IssueMapping, Side, UserMapping
from addon.model.value import key_of
from addon.model.veto import WORDS, Veto
from addon.sync.processors import Arriving, FieldProcessor, FieldWrite, PartChange, Surroundings, comments
from addon.sync.processors.registry import comments_of, fields_of


@dataclass(frozen=True, slots=True)
class Ours:
    """A change of ours: the sequence of its message, and when it was made (seconds, where the newer one stands)."""

    sequence: int
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Here:
    """This side as it is when the plan is made.

    ``values``: by part, our field values now (freshly read, or the base where nothing can have been missed).
    ``unseen``: by part (of a set: by part and element, see ``element``), our last change that the partner has not
    confirmed.
    ``created``: by part, the id of our comment for a partner's comment; "" once it is gone.
    ``new``: our issue is still to be created. ``partner``: their name, for the head of comments.
    """

    side: Side
    values: Mapping[str, Any]
    unseen: Mapping[str, Ours]
    created: Mapping[str, str]
    surroundings: Surroundings
    partner: str
    new: bool


@dataclass(slots=True)
class _Draft:
    fields: dict[str, Any] = field(default_factory=dict)
    update: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, PartChange] = field(default_factory=dict)
    notes: list[Entry] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    creations: dict[Creation, None] = field(default_factory=dict)
    goal: Goal | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """The last word on a part in a run of messages, and what its sender had seen when it was said.

    ``elements``: for sets, the same by element, for each element has its own last word.
    """

    change: PartChange
    seen: int
    elements: Mapping[str, int] = field(default_factory=dict)


def fold(messages: Sequence[Message]) -> dict[str, Arrived]:
    """The run as one: by part, the last value; of a set, the last that happened to each element."""
    parts: dict[str, Arrived] = {}
    for message in messages:
        for part, change in (message.replica.parts if message.replica else {}).items():
            arrived = Arrived(change, message.seen)
            parts[part] = _add_up(parts.get(part), arrived) if "add" in change else arrived
    return parts


def _add_up(first: Arrived | None, then: Arrived) -> Arrived:
    came, went = ({_key(one): one for one in then.change[verb]} for verb in ("add", "remove"))
    last = dict.fromkeys((*came, *went), then.seen)
    if first is None or "add" not in first.change:
        return Arrived(then.change, then.seen, last)
    add, remove = ({_key(one): one for one in first.change[verb]} for verb in ("add", "remove"))
    add = {key: one for key, one in add.items() if key not in went} | came
    remove = {key: one for key, one in remove.items() if key not in came} | went
    change = {
        **then.change,
        "add": [add[key] for key in sorted(add)],
        "remove": [remove[key] for key in sorted(remove)],
    }
    return Arrived(change, then.seen, {**first.elements, **last})


def unseen(messages: Sequence[Message]) -> dict[str, Ours]:
    """By part, and by element of sets, the last of our messages that changed it."""
    last: dict[str, Ours] = {}
    for message in messages:
        for part, change in (message.replica.parts if message.replica else {}).items():
            ours = Ours(message.sequence, change.get("at", 0.0))
            last[part] = ours
            for one in (*change.get("add", ()), *change.get("remove", ())):
                last[element(part, key_of(one))] = ours
    return last


def _key(element: Any) -> str:
    # What arrived has not been checked yet (``processors.said``): anything must do for a key.
    try:
        return key_of(element)
    except (TypeError, KeyError):
        return repr(element)


def needs(arrived: Mapping[str, Arrived], mapping: IssueMapping, side: Side, users: UserMapping) -> set[Need]:
    """What has to be known of this Jira before the plan is made.

    Raises:
        Blocked: a part is not what the rules promise.
    """
    wanted = {
        need
        for row, processor in fields_of(mapping, side)
        if row.id in arrived and row.enters(side) and row.end_of(side).fixed is None
        for need in processor.needs(row, side, arrived[row.id].change, users)
    }
    return wanted | {
        need
        for part, word in arrived.items()
        if _enters_as_comment(part, mapping, side)
        for need in comments.needs(word.change, side, users)
    }


def _enters_as_comment(part: str, mapping: IssueMapping, side: Side) -> bool:
    """Whether a part is a comment that is written here. One belongs to its origin: theirs cannot change ours."""
    if not part.startswith(comments.PREFIX) or part.startswith(f"{comments.PREFIX}{side}/"):
        return False
    row = comments_of(mapping)
    return row is not None and row.enters(side)


def must_read(arrived: Mapping[str, Arrived], mapping: IssueMapping, side: Side) -> bool:
    """Whether our issue has to be read before it is edited.

    Jira has no conditional edit. Where its changelog tells afterwards which value our edit replaced, an edit by a
    person in the meantime is found there; for all other fields, and where no side is named to stand, we look first.
    """
    return any(
        row.id in arrived
        and not processor.merges
        and (not processor.told_by_changelog or row.conflict in ("newer", "hold"))
        for row, processor in fields_of(mapping, side)
    )


def plan(arrived: Mapping[str, Arrived], mapping: IssueMapping, here: Here) -> Plan:
    """What to do in our Jira.

    Raises:
        Blocked: a value cannot be taken in without loss, or matches nothing here and its row says to report that.
    """
    draft = _Draft()
    for row, processor in fields_of(mapping, here.side):
        if row.end_of(here.side).fixed is not None:
            _fix(draft, row, processor, here)
        elif row.id in arrived and row.enters(here.side) and (here.new or row.mode == "keep"):
            _plan_field(draft, row, processor, arrived[row.id], here)
    entering = {part: word for part, word in arrived.items() if _enters_as_comment(part, mapping, here.side)}
    return Plan(
        Edit(draft.fields, draft.update),
        tuple(_plan_comments(entering, here)),
        draft.changes,
        tuple(draft.notes),
        tuple(draft.conflicts),
        tuple(draft.creations),
        draft.goal,
    )


def refused(arrived: Mapping[str, Arrived], mapping: IssueMapping, veto: Veto, side: Side) -> list[Entry]:
    """History of what our veto did not let enter."""
    found = []
    for row in mapping.fields:
        if veto.refuses(row, side):
            ours = f"{comments.PREFIX}{side}/"
            theirs = [part for part in arrived if part.startswith(comments.PREFIX) and not part.startswith(ours)]
            parts = theirs if row.inviter_type == matrix.COMMENTS else [part for part in arrived if part == row.id]
            found += [note(part, "skipped", words=WORDS) for part in parts]
    return found


def _fix(draft: _Draft, row: FieldMapping, processor: FieldProcessor, here: Here) -> None:
    """A fixed value is set when the issue is created; from then on it is the people's here."""
    if here.new:
        value = row.end_of(here.side).fixed
        change = {"add": value, "remove": []} if processor.merges else {"value": value}
        _write(draft, row, change, processor.writing(row.field_of(here.side), change, None, new=True))


def _write(draft: _Draft, row: FieldMapping, change: PartChange, write: FieldWrite) -> None:
    draft.changes[row.id] = change
    draft.update.update(write.update)
    if write.goal:
        draft.goal = Goal(row.id, write.goal["id"], write.goal["name"])
    for name, value in write.fields.items():
        # Both estimates are written inside one field.
        both = isinstance(value, dict) and name == "timetracking"
        draft.fields[name] = {**draft.fields.get(name, {}), **value} if both else value


def _plan_field(draft: _Draft, row: FieldMapping, processor: FieldProcessor, arrived: Arrived, here: Here) -> None:
    ours, show = here.values.get(row.id), _shower(processor)
    arriving = processor.arriving(row, here.side, arrived.change, ours, here.surroundings)
    if arriving.note:
        draft.notes.append(note(row.id, "skipped", show(ours), "", arriving.note))
    kind = matrix.TYPES[row.type_of(here.side)].offers
    draft.creations.update(dict.fromkeys(Creation(kind, offer.name) for offer in arriving.missing))
    change = arriving.change
    if change is None:
        return
    if processor.merges:
        change = _uncontested(row, arrived, arriving, change, here)
    write = processor.writing(row.field_of(here.side), change, ours, new=here.new)
    if not write and not here.new:
        return
    mine = here.unseen.get(row.id)
    if not processor.merges and mine is not None and mine.sequence > arrived.seen:
        stands = _stands(row, here.side, mine.at, arrived.change.get("at", 0.0))
        draft.conflicts.append(Conflict(row.id, ours, change["value"], stands))
        draft.notes.append(note(row.id, "conflict", show(ours), show(change["value"]), _STANDS[stands]))
        if stands != "theirs":
            return
    _write(draft, row, change, write)


_STANDS = {
    "ours": "Changed on both sides; ours stands.",
    "theirs": "Changed on both sides; theirs stands.",
    "held": "Changed on both sides; held until someone chooses.",
}


def _stands(row: FieldMapping, side: Side, ours_at: float, theirs_at: float) -> str:
    """Whose value stands. Both ends come to the same answer: of equally old changes the inviter's stands."""
    if row.conflict == "hold":
        return "held"
    if row.conflict == "newer" and ours_at != theirs_at:
        return "ours" if ours_at > theirs_at else "theirs"
    named = "inviter" if row.conflict == "newer" else row.conflict
    return "ours" if named == side else "theirs"


def element(part: str, name: str) -> str:
    """The key of one element of a set in ``Here.unseen``."""
    return f"{part}\n{name}"


def _uncontested(row: FieldMapping, arrived: Arrived, arriving: Arriving, change: PartChange, here: Here) -> PartChange:
    """A set's change without the elements that both sides touched at once and on which our side stands."""

    def enters(one: Any) -> bool:
        mine = here.unseen.get(element(row.id, key_of(one)))
        # What a default or a fixed rule put in was said by nobody: it counts as old as the whole change.
        seen = arrived.elements.get(arriving.origin.get(key_of(one), ""), arrived.seen)
        if mine is None or mine.sequence <= seen:
            return True
        merged = row if row.conflict != "hold" else replace(row, conflict="inviter")
        return _stands(merged, here.side, mine.at, arrived.change.get("at", 0.0)) == "theirs"

    return {verb: [one for one in change[verb] if enters(one)] for verb in ("add", "remove")}


@dataclass(frozen=True, slots=True)
class Overwritten:
    """A person's edit that ours replaced: it came between the last look and the write."""

    row: FieldMapping
    processor: FieldProcessor
    value: Any


def overwritten(
    base: Mapping[str, Any],
    changes: Collection[str],
    items: Sequence[Mapping[str, Any]],
    mapping: IssueMapping,
    side: Side,
) -> list[Overwritten]:
    """Edits of people that our own edit replaced, told by its changelog ``items`` (*from* is not what we knew)."""
    found = []
    by_field = {item.get("fieldId") or item.get("field"): item for item in items}
    for row, processor in fields_of(mapping, side):
        item = by_field.get(row.field_of(side))
        # What stood before a transition was looked at right before it.
        told = processor.told_by_changelog and not processor.walks
        if row.id not in changes or item is None or not told or row.id not in base:
            continue
        value = processor.replaced(item)
        if processor.show(value) != processor.show(base[row.id]):
            found.append(Overwritten(row, processor, value))
    return found


def _shower(processor: FieldProcessor) -> Callable[[Any], str]:
    return lambda value: processor.show(value) if value is not None else ""


def _plan_comments(arrived: Mapping[str, Arrived], here: Here) -> list[CommentWrite]:
    writes = []
    for part, word in arrived.items():
        comment_id = here.created.get(part)
        value = comments.said(word.change)
        if value is None:
            if comment_id:
                writes.append(CommentWrite(part, comment_id, None))
        elif comment_id != "":
            body = comments.body_here(value, here.side, here.partner, here.surroundings)
            writes.append(CommentWrite(part, comment_id or "", body))
    return writes
