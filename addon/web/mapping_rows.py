"""Field mappings and value mappings in the editor: each edit is stored in the draft at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, request

from addon.errors import Refused
from addon.model import editing, matrix, pair_editing
from addon.model.catalog import EndInfo, FieldInfo
from addon.model.offer import Offer
from addon.model.rules import Choice, FieldEnd, FieldMapping, IssueMapping, Rules, Side, other
from addon.model.suggestion import suggest
from addon.web import editor, editor_view, forms, mapping_forms, typed_value, words
from addon.web.auth import guard
from addon.web.editor_view import Names
from addon.web.pages import fragment, new_blueprint

blueprint = new_blueprint("mapping_rows")
PLACE = "/ui/synchronizations/<int:id_>/mappings/<mapping_id>"


@dataclass(frozen=True, slots=True)
class Pick:
    """A field in the dialog.

    ``narrow``: with the field chosen across it goes one way only. ``reason``: why it cannot be chosen, "" where it can.
    """

    id: str
    name: str
    type: str
    icon: str
    required: bool
    mapped: bool
    narrow: bool
    reason: str
    chosen: bool


@blueprint.get(f"{PLACE}/rows/new")
@guard("admin")
def ask(id_: int, mapping_id: str) -> Response:
    """*Add field mapping*: with a field of one side chosen, those that go with it come first at the other."""
    asked = forms.strict(mapping_forms.FieldsForm(), request.args)
    return _dialog(id_, mapping_id, asked["ours"], asked["theirs"])


@blueprint.post(f"{PLACE}/rows")
@guard("admin")
def add(id_: int, mapping_id: str) -> Response:
    try:
        asked = forms.read(mapping_forms.AddRowForm())
    except forms.Invalid as error:
        typed = forms.typed(mapping_forms.AddRowForm())
        sentence = next(iter(error.errors.values()))
        return _dialog(id_, mapping_id, typed.get("ours", ""), typed.get("theirs", ""), sentence, 422)
    view = editor.accepted(id_)
    side = view.synchronization.side
    mapping = editing.mapping_of(editor.drafted(id_), mapping_id)
    ends = editor.ends_of(view, mapping)
    try:
        row = _new_row(ends, mapping, side, asked["ours"], asked["theirs"])
        return editor.edit(
            id_,
            asked,
            _mapping(mapping_id, lambda one: editing.add_rows(one, (row,))),
            mapping_id=mapping_id,
            said="Field mapping added as the last.",
            opened=[*asked["open"], row.id],
        )
    except Refused as refusal:
        return _dialog(id_, mapping_id, asked["ours"], asked["theirs"], refusal.sentence, refusal.status)


@blueprint.post(f"{PLACE}/suggest")
@guard("admin")
def suggested(id_: int, mapping_id: str) -> Response:
    asked = forms.strict(mapping_forms.EditForm())
    view = editor.accepted(id_)
    mapping = editing.mapping_of(editor.drafted(id_), mapping_id)
    ends = editor.ends_of(view, mapping)
    rows = editing.suggested(mapping, suggest(ends["inviter"], ends["accepter"]))
    if not rows:
        return editor.answer(
            editor.load(id_, mapping_id, asked["open"]),
            flag="Nothing more to suggest",
            detail="Every field with a counterpart of its name and type is mapped.",
        )
    editor.save(id_, asked["revision"], _mapping(mapping_id, lambda one: editing.add_rows(one, rows)))
    told = words.plural(len(rows), "field mapping")
    return editor.answer(
        editor.load(id_, mapping_id, asked["open"]), flag=f"{told} suggested", detail="Look at them before you publish."
    )


@blueprint.post(f"{PLACE}/rows/move")
@guard("admin")
def move(id_: int, mapping_id: str) -> Response:
    asked = forms.strict(mapping_forms.MoveForm())
    rows = editing.mapping_of(editor.drafted(id_), mapping_id).fields
    place = max(0, min(asked["to"], len(rows) - 1))
    return editor.edit(
        id_,
        asked,
        _mapping(mapping_id, lambda one: editing.move_row(one, asked["row"], asked["to"])),
        mapping_id=mapping_id,
        said=f"Moved to position {place + 1} of {len(rows)}.",
    )


@blueprint.post(f"{PLACE}/rows/direction")
@guard("admin")
def turn(id_: int, mapping_id: str) -> Response:
    asked = forms.strict(mapping_forms.TurnForm())
    view = editor.accepted(id_)
    names = Names(view.synchronization.side, "here", view.partner)
    told = next(one.label for one in editor_view.ways_of(names, "text", "text") if one.way == asked["to"])
    return _edit_row(
        id_,
        mapping_id,
        asked,
        lambda row: editing.turn(row, view.synchronization.side, asked["to"]),
        said=f"Direction: {told[:1].lower()}{told[1:]}.",
    )


@blueprint.post(f"{PLACE}/rows/remove")
@guard("admin")
def remove(id_: int, mapping_id: str) -> Response:
    asked = forms.strict(mapping_forms.RowForm())
    return editor.edit(
        id_,
        asked,
        _mapping(mapping_id, lambda one: editing.remove_row(one, asked["row"])),
        mapping_id=mapping_id,
        said="Field mapping removed.",
    )


@blueprint.post(f"{PLACE}/rows/details")
@guard("admin")
def details(id_: int, mapping_id: str) -> Response:
    """What stands in the open part of a row: sent as a whole whenever something of it changes."""
    asked = forms.strict(mapping_forms.DetailForm())
    view = editor.accepted(id_)
    mapping = editing.mapping_of(editor.drafted(id_), mapping_id)
    ends = editor.ends_of(view, mapping)
    return _edit_row(id_, mapping_id, asked, lambda row: _detailed(row, view.synchronization.side, ends, asked))


@blueprint.post(f"{PLACE}/values")
@guard("admin")
def add_value(id_: int, mapping_id: str) -> Response:
    asked = forms.strict(mapping_forms.ValueForm())
    view = editor.accepted(id_)
    side = view.synchronization.side
    row = editing.row_of(editing.mapping_of(editor.drafted(id_), mapping_id), asked["row"])
    ends = editor.ends_of(view, editing.mapping_of(editor.drafted(id_), mapping_id))
    parent = _path(asked["parent"])
    above = pair_editing.pair_at(row, parent) if parent else None
    chosen = [
        _choice(ends[one], row.field_of(one), asked[key], above.at(one).id if above else "")
        for key, one in (("ours", side), ("theirs", other(side)))
    ]
    return _edit_row(
        id_,
        mapping_id,
        asked,
        lambda row: pair_editing.add_value(row, side, chosen[0], chosen[1], parent),
        said=f"{chosen[0].name} and {chosen[1].name} stand for each other.",
    )


@blueprint.post(f"{PLACE}/values/direction")
@guard("admin")
def turn_value(id_: int, mapping_id: str) -> Response:
    asked = forms.strict(mapping_forms.ValueTurnForm())
    side = editor.accepted(id_).synchronization.side
    return _edit_row(
        id_,
        mapping_id,
        asked,
        lambda row: pair_editing.turn_value(row, side, _path(asked["path"]), asked["to"]),
        said="Direction of the pair of values changed.",
    )


@blueprint.post(f"{PLACE}/values/remove")
@guard("admin")
def remove_value(id_: int, mapping_id: str) -> Response:
    asked = forms.strict(mapping_forms.ValueAtForm())
    return _edit_row(
        id_,
        mapping_id,
        asked,
        lambda row: pair_editing.remove_value(row, _path(asked["path"])),
        said="Pair of values removed.",
    )


def _mapping(mapping_id: str, change: Callable[[IssueMapping], IssueMapping]) -> Callable[[Rules], Rules]:
    return lambda rules: editing.change_mapping(rules, mapping_id, change)


def _edit_row(
    id_: int,
    mapping_id: str,
    asked: Mapping[str, Any],
    change: Callable[[FieldMapping], FieldMapping],
    said: str = "",
) -> Response:
    return editor.edit(
        id_,
        asked,
        _mapping(mapping_id, lambda one: editing.change_row(one, asked["row"], change)),
        mapping_id=mapping_id,
        said=said,
    )


def _path(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("-") if part)


def _choice(end: EndInfo, field_id: str, chosen: str, above: str) -> Choice:
    """What was chosen of a field's options, below the option ``above`` of a cascade."""
    offers = editor_view.offers_of(end, field_id)
    if above:
        offers = next((one.children for one in offers if one.id == above), ())
    found = next((one for one in offers if one.id == chosen), None)
    if found is None:
        raise Refused("This value is no longer offered there. Choose again.", status=409)
    return Choice(found.id, found.name)


def _new_row(ends: Mapping[Side, EndInfo], mapping: IssueMapping, side: Side, ours: str, theirs: str) -> FieldMapping:
    chosen: dict[Side, FieldInfo | None] = {
        side: _field(ends[side], ours),
        other(side): _field(ends[other(side)], theirs),
    }
    given = next(one for one in chosen.values() if one)
    both = {one: (info.id, info.type) if info else ("", given.type) for one, info in chosen.items()}
    row = editing.new_row(both["inviter"], both["accepter"], side, mapping.fields)
    if ours and theirs:
        return row
    # A fixed value: it goes to the one side that has a field.
    return replace(row, direction=editing.direction(side, "in" if ours else "out"))


def _field(end: EndInfo, field_id: str) -> FieldInfo | None:
    if not field_id:
        return None
    found = end.field(field_id)
    if found is None:
        raise Refused("This field is no longer shown there. Choose another one.", status=409)
    return found


def _detailed(row: FieldMapping, side: Side, ends: Mapping[Side, EndInfo], asked: Mapping[str, Any]) -> FieldMapping:
    changed = replace(
        row,
        unmatched=asked.get("unmatched", row.unmatched),
        conflict=asked.get("conflict", row.conflict),
        mode="create_only" if asked["create_only"] else "keep",
        create_missing=asked["create_missing"],
    )
    for key, one in (("ours", side), ("theirs", other(side))):
        at = _end(row, one, editor_view.offers_of(ends[one], row.field_of(one)), key, asked)
        changed = replace(changed, at_inviter=at) if one == "inviter" else replace(changed, at_accepter=at)
    return changed


def _end(row: FieldMapping, side: Side, offers: tuple[Offer, ...], key: str, asked: Mapping[str, Any]) -> FieldEnd:
    at, type_ = row.end_of(side), row.type_of(side)

    def value(name: str, before: Any) -> Any:
        given = asked.get(f"{key}_{name}")
        return before if given is None else typed_value.parse(type_, given, offers)

    return FieldEnd(value("fixed", at.fixed), value("default", at.default), value("empty", at.when_empty))


def _dialog(id_: int, mapping_id: str, ours: str, theirs: str, problem: str = "", status: int = 200) -> Response:
    found = editor.load(id_, mapping_id)
    assert found.mapping is not None
    side = found.side
    ends = editor.ends_of(found.view, found.mapping)
    response = fragment(
        "mapping/field.html",
        status,
        editor=found,
        view=found.view,
        problem=problem,
        ours=ours,
        theirs=theirs,
        lists=(
            ("ours", found.names.ours, _picks(ends[side], ends[other(side)].field(theirs), found.mapping, side, ours)),
            (
                "theirs",
                found.names.theirs,
                _picks(ends[other(side)], ends[side].field(ours), found.mapping, other(side), theirs),
            ),
        ),
    )
    if status >= 400:
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#dialogs", "innerHTML"
    return response


def _picks(end: EndInfo, across: FieldInfo | None, mapping: IssueMapping, side: Side, chosen: str) -> tuple[Pick, ...]:
    """The fields of one side: what goes with the field chosen across first, then the rest with the reason why not."""
    mapped = {row.field_of(side) for row in mapping.fields}
    found = [
        Pick(
            info.id,
            info.name,
            editing.title(info.type),
            editor_view.ICONS.get(info.type, "list"),
            info.required,
            info.id in mapped,
            across is not None and "both" not in matrix.directions(info.type, across.type),
            _reason(info, across),
            info.id == chosen,
        )
        for info in end.fields
        if info.type in matrix.TYPES or info.type == matrix.COMMENTS
    ]
    return tuple(sorted(found, key=lambda one: (bool(one.reason), one.mapped, one.narrow)))


def _reason(info: FieldInfo, across: FieldInfo | None) -> str:
    if across is None or matrix.directions(info.type, across.type):
        return ""
    return f"Does not go with {editing.title(across.type)}"
