"""Mappings of a synchronization: add, switch, remove. Each change is published at once as the next version."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, g

from addon.errors import Refused, Verdict
from addon.model.rules import End, FieldMapping, IssueMapping, document_of
from addon.model.scope import ProjectInfo, visible
from addon.model.suggestion import basic
from addon.store import overview
from addon.sync.publication import Published
from addon.web import confirm, forms, present
from addon.web.admin import view_of
from addon.web.auth import guard
from addon.web.pages import fragment, new_blueprint
from addon.web.services import services

blueprint = new_blueprint("rules")
Mappings = tuple[IssueMapping, ...]


@dataclass(frozen=True, slots=True)
class SideChoice:
    """One half of *Add mapping*: ours or theirs."""

    name: str
    title: str
    projects: Sequence[ProjectInfo]


@blueprint.get("/ui/synchronizations/<int:id_>/mappings")
@guard("admin")
def show(id_: int) -> Response:
    return _page(id_)


@blueprint.post("/ui/synchronizations/<int:id_>/mappings")
@guard("admin")
def add(id_: int) -> Response:
    typed = forms.typed(forms.MappingForm())
    try:
        asked = forms.read(forms.MappingForm())
    except forms.Invalid as error:
        return _page(id_, errors=error.errors, typed=typed, status=422)
    view = _accepted(id_)
    ours = _end(_own(view), asked["ours_project"], asked["ours_type"], "your scope")
    shown = services().handshake.partner_projects(g.tenant, id_)
    theirs = _end(shown, asked["theirs_project"], asked["theirs_type"], f"what {view.partner} shares")
    inviter, accepter = (ours, theirs) if view.side == "inviter" else (theirs, ours)
    mapping = IssueMapping(str(uuid.uuid4()), asked["active"], inviter, accepter, _basic(view, inviter, accepter))
    problem = _taken(view, mapping)
    if problem:
        return _page(id_, errors={"ours_type": problem}, typed=typed, status=409)
    done = _publish(view, asked["version"], lambda mappings: (*mappings, mapping))
    pair = f"{ours.project_key} {ours.issue_type_name} ⇄ {theirs.project_key} {theirs.issue_type_name}"
    return _page(id_, **_told(view, done, "Mapping added", pair))


@blueprint.post("/ui/synchronizations/<int:id_>/mappings/<mapping_id>/<any(activate, deactivate):action>")
@guard("admin")
def switch(id_: int, mapping_id: str, action: str) -> Response:
    version = forms.strict(forms.VersionForm())["version"]
    view = _accepted(id_)
    chosen = _mapping(view, mapping_id)
    active = action == "activate"
    problem = _taken(view, chosen) if active else ""
    if problem:
        raise Refused(problem, status=409)
    changed = replace(chosen, active=active)
    done = _publish(view, version, lambda mappings: tuple(changed if m.id == mapping_id else m for m in mappings))
    return _page(id_, **_told(view, done, "Mapping activated" if active else "Mapping deactivated"))


@blueprint.get("/ui/synchronizations/<int:id_>/mappings/<mapping_id>/confirm")
@guard("admin")
def ask(id_: int, mapping_id: str) -> Response:
    view = _accepted(id_)
    _mapping(view, mapping_id)
    with services().db.read() as tx:
        links = overview.issues_of_mappings(tx, g.tenant.id, id_)
    shown = next(m for m in present.mappings(view, links) if m.id == mapping_id)
    return fragment("confirm/dialog.html", ask=confirm.remove_mapping(view, shown))


@blueprint.post("/ui/synchronizations/<int:id_>/mappings/<mapping_id>/remove")
@guard("admin")
def remove(id_: int, mapping_id: str) -> Response:
    version = forms.strict(forms.VersionForm())["version"]
    view = _accepted(id_)
    _mapping(view, mapping_id)
    done = _publish(view, version, lambda mappings: tuple(m for m in mappings if m.id != mapping_id))
    return _page(id_, **_told(view, done, "Mapping removed"))


def _basic(view: present.View, inviter: End, accepter: End) -> tuple[FieldMapping, ...]:
    """What both ends have of what needs no decision.

    Raises:
        Refused: they have nothing of it.
    """
    ends = services().handshake.catalog.ends(g.tenant, view.synchronization, inviter, accepter, fresh=True)
    rows = basic(*ends)
    if not rows:
        raise Refused("These two have nothing in common that could be kept in step: look at both scopes.", status=409)
    return rows


def _accepted(id_: int) -> present.View:
    with services().db.read() as tx:
        view = view_of(tx, id_)
    if not view.accepted:
        raise Refused("Mappings can be changed once the invitation is accepted and while it stands.", status=409)
    return view


def _publish(view: present.View, version: int, change: Callable[[Mappings], Mappings]) -> Published:
    """Publish the live mappings, changed.

    Raises:
        Refused: another version has been published since the page was shown.
    """
    if view.rules.version != version:
        raise Refused(
            f"The rules were changed meanwhile: version {view.rules.version} is live. "
            "Open the mappings again and look before you change them.",
            status=409,
        )
    document = document_of(change(view.rules.mappings), view.rules.users)
    return services().handshake.publish(g.tenant, view.id, document, g.account_id)


def _told(view: present.View, done: Published, flag: str, detail: str = "") -> dict[str, Any]:
    """What the page says of a change: that it was made, or that it waits for the partner's word."""
    if done.proposed:
        return {"flag": f"Proposed to {view.partner}", "detail": "It is live once they accept it."}
    return {"flag": flag, "detail": detail}


def _mapping(view: present.View, mapping_id: str) -> IssueMapping:
    mapping = view.rules.mapping(mapping_id)
    if mapping is None:
        raise Refused("This mapping has been removed meanwhile. Open the mappings again.", status=404)
    return mapping


def _taken(view: present.View, mapping: IssueMapping) -> str:
    """Why this mapping cannot be active: an issue falls under one mapping of a synchronization only, at either end."""
    if not mapping.active and mapping.id not in {m.id for m in view.rules.mappings}:
        return ""
    for other in view.rules.mappings:
        if other.id == mapping.id or not other.active:
            continue
        for side in ("inviter", "accepter"):
            end = mapping.end_of(side)
            if (end.project_id, end.issue_type_id) == (other.end_of(side).project_id, other.end_of(side).issue_type_id):
                whose = "your" if side == view.side else f"{view.partner}'s"
                pair = f"{end.project_key} {end.issue_type_name}"
                return f"Another active mapping already has {whose} {pair}. Deactivate that one first."
    return ""


def _end(projects: Sequence[ProjectInfo], project_id: str, type_id: str, place: str) -> End:
    for project in projects:
        for kind in project.issue_types:
            if (project.id, kind.id) == (project_id, type_id):
                return End(project.id, project.key, kind.id, kind.name)
    raise Refused(f"This project and issue type is not, or no longer, in {place}. Choose again.", status=409)


def _own(view: present.View) -> tuple[ProjectInfo, ...]:
    return visible(view.synchronization.scope, services().handshake.own_projects(g.tenant))


def _page(
    id_: int,
    *,
    errors: dict[str, str] | None = None,
    typed: dict[str, Any] | None = None,
    status: int = 200,
    flag: str = "",
    detail: str = "",
) -> Response:
    with services().db.read() as tx:
        view = view_of(tx, id_)
        links = overview.issues_of_mappings(tx, g.tenant.id, id_)
    ours: Sequence[ProjectInfo] = ()
    theirs: Sequence[ProjectInfo] = ()
    trouble = ""
    try:
        ours = _own(view)
        theirs = services().handshake.partner_projects(g.tenant, id_)
    except Refused as refusal:
        trouble = refusal.sentence
    except Verdict as verdict:
        trouble = verdict.reason
    return fragment(
        "synchronizations/mappings.html",
        status,
        flag=flag,
        detail=detail,
        view=view,
        mappings=present.mappings(view, links),
        ours=ours,
        theirs=theirs,
        trouble=trouble,
        sides=(SideChoice("ours", "Yours", ours), SideChoice("theirs", view.partner, theirs)),
        form=typed if typed is not None else {"active": True},
        errors=errors or {},
        basic_fields=present.BASIC_WORDS,
    )
