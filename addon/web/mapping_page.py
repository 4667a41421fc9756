"""The mapping editor: the page, its pairs of project and issue type, and what leaves our side."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, g, request

from addon.errors import Refused, Verdict
from addon.jira import condition
from addon.model import editing
from addon.model.rules import End, FieldMapping, IssueMapping, Rules, other
from addon.model.scope import ProjectInfo, visible
from addon.model.suggestion import basic
from addon.web import confirm, editor, forms, mapping_forms, present
from addon.web.auth import guard
from addon.web.pages import fragment, new_blueprint
from addon.web.services import services

blueprint = new_blueprint("mapping_page")
PLACE = "/ui/synchronizations/<int:id_>/mappings"


@dataclass(frozen=True, slots=True)
class SideChoice:
    """One half of *Add mapping*: ours or theirs."""

    name: str
    title: str
    projects: Sequence[ProjectInfo]


@blueprint.get(PLACE)
@guard("admin")
def first(id_: int) -> Response:
    return page(id_)


@blueprint.get(f"{PLACE}/<mapping_id>")
@guard("admin")
def show(id_: int, mapping_id: str) -> Response:
    return page(id_, mapping_id)


@blueprint.get("/ui/synchronizations/<int:id_>/draft/go")
@guard("admin")
def chosen(id_: int) -> Response:
    """The pair that was chosen in *Work type*."""
    return page(id_, request.args.get("mapping", ""))


@blueprint.get(f"{PLACE}/<mapping_id>/editor")
@guard("admin")
def look(id_: int, mapping_id: str) -> Response:
    """The editor with a row opened or closed, or as it is by now."""
    asked = forms.strict(mapping_forms.LookForm(), request.args)
    opened = set(asked["open"]) ^ ({asked["toggle"]} if asked["toggle"] else set())
    return editor.answer(editor.load(id_, mapping_id, opened))


@blueprint.get("/ui/synchronizations/<int:id_>/draft/pair")
@guard("admin")
def ask_pair(id_: int) -> Response:
    return _pair_dialog(id_, {"active": True}, {})


@blueprint.post(PLACE)
@guard("admin")
def add(id_: int) -> Response:
    typed = forms.typed(mapping_forms.PairForm())
    try:
        asked = forms.read(mapping_forms.PairForm())
    except forms.Invalid as error:
        return _pair_dialog(id_, typed, error.errors, 422)
    view = editor.accepted(id_)
    ours = _end(_own(view), asked["ours_project"], asked["ours_type"], "your scope")
    shown = services().handshake.partner_projects(g.tenant, id_)
    theirs = _end(shown, asked["theirs_project"], asked["theirs_type"], f"what {view.partner} shares")
    inviter, accepter = (ours, theirs) if view.side == "inviter" else (theirs, ours)
    try:
        rows = _basic(view, inviter, accepter)
        mapping = IssueMapping(str(uuid.uuid4()), asked["active"], inviter, accepter, rows)

        def change(rules: Rules) -> Rules:
            _check_rival(view, rules, mapping)
            return editing.add_mapping(rules, mapping)

        editor.save(id_, asked["revision"], change)
    except Refused as refusal:
        return _pair_dialog(id_, typed, {refusal.field or "ours_type": refusal.sentence}, refusal.status)
    return page(id_, mapping.id, flag="Mapping added to the draft", detail="It is live once you publish.")


@blueprint.post(f"{PLACE}/<mapping_id>/<any(activate, deactivate):action>")
@guard("admin")
def switch(id_: int, mapping_id: str, action: str) -> Response:
    asked = forms.strict(mapping_forms.EditForm())
    view = editor.accepted(id_)

    def change(rules: Rules) -> Rules:
        changed = replace(editing.mapping_of(rules, mapping_id), active=action == "activate")
        _check_rival(view, rules, changed)
        return editing.change_mapping(rules, mapping_id, lambda _: changed)

    said = "The mapping will be active" if action == "activate" else "The mapping will not be active"
    return editor.edit(id_, asked, change, mapping_id=mapping_id, said=f"{said} once you publish.")


@blueprint.get(f"{PLACE}/<mapping_id>/confirm")
@guard("admin")
def ask_remove(id_: int, mapping_id: str) -> Response:
    found = editor.load(id_, mapping_id)
    return fragment(
        "confirm/dialog.html",
        ask=confirm.remove_mapping(found.view, mapping_id, found.pair, found.links, found.draft.revision),
    )


@blueprint.post(f"{PLACE}/<mapping_id>/remove")
@guard("admin")
def remove(id_: int, mapping_id: str) -> Response:
    asked = forms.strict(mapping_forms.EditForm())
    editor.save(id_, asked["revision"], lambda rules: editing.remove_mapping(rules, mapping_id))
    return page(id_, flag="Mapping removed from the draft", detail="It is gone once you publish.")


@blueprint.post(f"{PLACE}/<mapping_id>/flow")
@guard("admin")
def flow(id_: int, mapping_id: str) -> Response:
    asked = forms.strict(mapping_forms.FlowForm())
    side = editor.accepted(id_).synchronization.side
    source = side if asked["way"] == "out" else other(side)
    return editor.edit(
        id_,
        asked,
        lambda rules: editing.change_mapping(
            rules, mapping_id, lambda one: editing.set_flow(one, source, mode=asked["mode"])
        ),
        mapping_id=mapping_id,
        said="Flow changed in the draft.",
    )


@blueprint.post(f"{PLACE}/<mapping_id>/condition")
@guard("admin")
def set_condition(id_: int, mapping_id: str) -> Response:
    """Our condition. What Jira cannot read does not get into the draft; what was typed stays."""
    asked = forms.strict(mapping_forms.ConditionForm())
    side = editor.accepted(id_).synchronization.side
    jql = asked["jql"]
    problem = condition.problem(services().jira(g.tenant), jql) if jql else ""
    if problem:
        raise Refused(f"Jira cannot read this condition: {problem}", status=422)
    return editor.edit(
        id_,
        asked,
        lambda rules: editing.change_mapping(rules, mapping_id, lambda one: editing.set_flow(one, side, jql=jql)),
        mapping_id=mapping_id,
        said="Condition saved in the draft.",
    )


@blueprint.post(f"{PLACE}/<mapping_id>/condition/check")
@guard("admin")
def check_condition(id_: int, mapping_id: str) -> Response:
    """How many of our issues match, or why Jira cannot read the condition."""
    jql = forms.strict(mapping_forms.ConditionCheckForm())["jql"]
    view = editor.accepted(id_)
    rules = editor.drafted(id_)
    end = editing.mapping_of(rules, mapping_id).end_of(view.synchronization.side)
    jira, count, problem = services().jira(g.tenant), 0, ""
    try:
        problem = condition.problem(jira, jql) if jql else ""
        if not problem:
            count = condition.count(jira, condition.query(end.project_id, end.issue_type_id, jql))
    except Verdict as verdict:
        problem = verdict.reason
    return fragment("mapping/_count.html", count=count, problem=problem)


def _check_rival(view: present.View, rules: Rules, mapping: IssueMapping) -> None:
    found = editing.rival(rules, mapping) if mapping.active else None
    if found is None:
        return
    end = mapping.end_of(found[1])
    whose = "your" if found[1] == view.side else f"{view.partner}'s"
    raise Refused(
        f"Another active mapping already has {whose} {end.project_key} {end.issue_type_name}. "
        "Deactivate that one first.",
        status=409,
    )


def _basic(view: present.View, inviter: End, accepter: End) -> tuple[FieldMapping, ...]:
    """What both ends have of what needs no decision.

    Raises:
        Refused: they have nothing of it, or one of them does not tell.
    """
    ends = editor.asked_ends(view, inviter, accepter, fresh=True)
    rows = basic(*ends)
    if not rows:
        raise Refused("These two have nothing in common that could be kept in step: look at both scopes.", status=409)
    return rows


def _end(projects: Sequence[ProjectInfo], project_id: str, type_id: str, place: str) -> End:
    for project in projects:
        for kind in project.issue_types:
            if (project.id, kind.id) == (project_id, type_id):
                return End(project.id, project.key, kind.id, kind.name)
    raise Refused(f"This project and issue type is not, or no longer, in {place}. Choose again.", status=409)


def _own(view: present.View) -> tuple[ProjectInfo, ...]:
    return visible(view.synchronization.scope, services().handshake.own_projects(g.tenant))


def page(id_: int, mapping_id: str = "", **told: Any) -> Response:
    """The whole page, at this mapping or at the first one."""
    found = editor.load(id_, mapping_id)
    return fragment(
        "mapping/page.html",
        editor=found,
        view=found.view,
        proposal=services().handshake.drafting.proposal(g.tenant, id_),
        proposed=services().handshake.drafting.proposed(g.tenant, id_),
        **told,
    )


def _pair_dialog(id_: int, typed: dict[str, Any], errors: dict[str, str], status: int = 200) -> Response:
    view = editor.accepted(id_)
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
    response = fragment(
        "mapping/pair.html",
        status,
        view=view,
        ours=ours,
        theirs=theirs,
        trouble=trouble,
        sides=(SideChoice("ours", "Yours", ours), SideChoice("theirs", view.partner, theirs)),
        form=typed,
        errors=errors,
        basic=present.BASIC_WORDS,
        revision=services().handshake.drafting.open(g.tenant, id_).revision,
    )
    if status >= 400:
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#dialogs", "innerHTML"
    return response
