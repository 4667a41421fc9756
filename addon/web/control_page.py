"""Control: a side's own say, beside the rules. Whether the partner's rules wait for it, and its veto."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Response, g

from addon.errors import Refused
from addon.model import editing, matrix
from addon.model.veto import Veto
from addon.sync.comparison import named_by_id
from addon.web import editor, forms, mapping_forms, present
from addon.web.auth import guard
from addon.web.pages import fragment, new_blueprint
from addon.web.services import services

blueprint = new_blueprint("control_page")
PLACE = "/ui/synchronizations/<int:id_>/control"
COMMENT = "comment"
"""What a veto calls the comments."""


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """A field of ours that may be held back. ``mapped``: some mapping names it."""

    id: str
    name: str
    type: str
    mapped: bool


@blueprint.get(PLACE)
@guard("admin")
def show(id_: int) -> Response:
    return _page(id_)


@blueprint.post(PLACE)
@guard("admin")
def save(id_: int) -> Response:
    asked = forms.strict(mapping_forms.ControlForm())
    view = editor.accepted(id_)
    veto = Veto(frozenset(asked["leave"]), frozenset(asked["enter"]))
    if veto != view.synchronization.veto:
        services().handshake.set_veto(g.tenant, id_, veto, g.account_id)
    services().handshake.drafting.ask_review(g.tenant, id_, asked["review"], g.account_id)
    return _page(id_, flag="Control saved", detail="It holds at once.")


def _page(id_: int, flag: str = "", detail: str = "") -> Response:
    view = editor.accepted(id_)
    fields, trouble = _fields(view)
    return fragment(
        "synchronizations/control.html", flag=flag, detail=detail, view=view, fields=fields, trouble=trouble
    )


def _fields(view: present.View) -> tuple[tuple[FieldChoice, ...], str]:
    """Our fields as far as the mappings' project and types have them, and what is under a veto now."""
    row, trouble = view.synchronization, []
    mappings = (*view.rules.mappings, *editor.drafted(view.id).mappings)
    ends = {(end.project_id, end.issue_type_id): end for end in (one.end_of(row.side) for one in mappings)}
    mapped = {field.field_of(row.side) for one in mappings for field in one.fields}
    found = {COMMENT: FieldChoice(COMMENT, "Comments", "", COMMENT in mapped)}
    for end in ends.values():
        try:
            told = services().handshake.catalog.ours(g.tenant, row, end.project_id, end.issue_type_id)
        except Refused as refusal:
            trouble.append(f"{end.project_key} {end.issue_type_name}: {refusal.sentence}")
            continue
        for info in told.fields:
            if info.type != matrix.COMMENTS:
                found[info.id] = FieldChoice(info.id, info.name, editing.title(info.type), info.id in mapped)
    known = row.veto.leave | row.veto.enter | (mapped - {""})
    for id_ in sorted(known - found.keys()):
        found[id_] = FieldChoice(id_, named_by_id(row.side, id_), "", id_ in mapped)
    return _in_order(found.values()), " ".join(trouble)


def _in_order(fields: Iterable[FieldChoice]) -> tuple[FieldChoice, ...]:
    return tuple(sorted(fields, key=lambda one: (not one.mapped, one.name.lower())))
