"""Pages of one synchronization: new, overview, scope, delete, remove the record, retry what is held."""

from __future__ import annotations

import time

from flask import Response, g, request

from addon.errors import Refused, Verdict
from addon.model.scope import MODE_WORDS, Scope
from addon.store import audit, overview, rules, synchronization, twin_link
from addon.web import confirm, forms, picker, present, words
from addon.web.admin import listed, view_of
from addon.web.auth import guard
from addon.web.pages import fragment, new_blueprint
from addon.web.services import services

blueprint = new_blueprint("synchronizations")
_NAMED = 100
"""How many links an audit row names."""


@blueprint.get("/ui/synchronizations/new")
@guard("admin")
def new() -> Response:
    return _form({"name": "", "partner_url": ""}, {}, Scope())


@blueprint.post("/ui/synchronizations")
@guard("admin")
def invite() -> Response:
    typed = {"name": "", "partner_url": "", **forms.typed(forms.NewForm())}
    try:
        asked = forms.read(forms.NewForm())
        sent = services().handshake.invite(
            g.tenant,
            name=asked["name"],
            partner_url=asked["partner_url"],
            scope=asked["scope"],
            person=g.account_id,
        )
    except forms.Invalid as error:
        return _form(typed, error.errors, forms.typed_scope(typed), 422)
    except Refused as refusal:
        # What is wrong with the invitation as a whole is mostly wrong with its address.
        field = refusal.field if refusal.field in ("name", *forms.DIMENSIONS) else "partner_url"
        return _form(typed, {field: refusal.sentence}, forms.typed_scope(typed), refusal.status)
    return listed(flag="Invitation sent", detail=f"{sent.partner_name or sent.partner_url} can answer it now.")


@blueprint.post("/ui/synchronizations/check")
@guard("admin")
def check() -> Response:
    url = forms.strict(forms.CheckForm())["partner_url"]
    if not url:
        return fragment("synchronizations/_check.html")
    try:
        found = services().handshake.check_partner(g.tenant, url)
    except Refused as refusal:
        return fragment("synchronizations/_check.html", sentence=refusal.sentence)
    except Verdict as verdict:
        return fragment("synchronizations/_check.html", sentence=verdict.reason)
    return fragment("synchronizations/_check.html", found=found)


@blueprint.post("/ui/scope/preview")
@guard("admin")
def preview() -> Response:
    scope = forms.typed_scope(forms.typed(forms.ScopeForm()))
    return fragment("synchronizations/_seen.html", picker=picker.recent(scope))


@blueprint.get("/ui/synchronizations/<int:id_>")
@guard("admin")
def show(id_: int) -> Response:
    return _overview(id_)


@blueprint.get("/ui/synchronizations/<int:id_>/shared")
@guard("admin")
def shared(id_: int) -> Response:
    """What the partner shares with us: asked from them, so it comes after the page."""
    with services().db.read() as tx:
        view = view_of(tx, id_)
    try:
        projects = services().handshake.partner_projects(g.tenant, id_)
    except (Refused, Verdict) as failure:
        sentence = failure.sentence if isinstance(failure, Refused) else failure.reason
        return fragment("synchronizations/_shared.html", view=view, shared=(), trouble=sentence)
    types = {kind.name for project in projects for kind in project.issue_types}
    told = f"{words.plural(len(projects), 'project')}, {words.plural(len(types), 'issue type')}"
    return fragment("synchronizations/_shared.html", view=view, shared=projects, shared_words=told)


@blueprint.get("/ui/synchronizations/<int:id_>/scope")
@guard("admin")
def scope_page(id_: int) -> Response:
    with services().db.read() as tx:
        view = view_of(tx, id_)
    return _scope(view, view.synchronization.scope, {})


@blueprint.post("/ui/synchronizations/<int:id_>/scope")
@guard("admin")
def save_scope(id_: int) -> Response:
    with services().db.read() as tx:
        view = view_of(tx, id_)
    try:
        asked = forms.read(forms.ScopeForm())
    except forms.Invalid as error:
        return _scope(view, forms.typed_scope(forms.typed(forms.ScopeForm())), error.errors, 422)
    services().handshake.set_scope(g.tenant, id_, asked["scope"], g.account_id)
    return _overview(id_, "Scope saved", f"{view.partner} sees the result when they next look.")


@blueprint.get("/ui/synchronizations/<int:id_>/confirm/<any(delete, remove):action>")
@guard("admin")
def ask(id_: int, action: str) -> Response:
    with services().db.read() as tx:
        view = view_of(tx, id_)
    return fragment("confirm/dialog.html", ask=confirm.delete(view) if action == "delete" else confirm.remove(view))


@blueprint.post("/ui/synchronizations/<int:id_>/delete")
@guard("admin")
def delete(id_: int) -> Response:
    services().handshake.delete(g.tenant, id_, person=g.account_id)
    return listed(flag="Synchronization deleted", detail="Your partner is told. The issues of both sides stay.")


@blueprint.post("/ui/synchronizations/<int:id_>/remove")
@guard("admin")
def remove(id_: int) -> Response:
    services().handshake.remove(g.tenant, id_, g.account_id)
    return listed(flag="Record removed")


@blueprint.post("/ui/synchronizations/<int:id_>/retry")
@guard("admin")
def retry_all(id_: int) -> Response:
    with services().db.read() as tx:
        view_of(tx, id_)
        held = overview.blocked_ids(tx, g.tenant.id, id_)
    _try_again(id_, held)
    told = f"{words.plural(len(held), 'issue')} tried again"
    return listed(flag=told) if request.args.get("from") == "list" else _overview(id_, told)


@blueprint.post("/ui/synchronizations/<int:id_>/try")
@guard("admin")
def try_partner(id_: int) -> Response:
    """Ask the partner again now, instead of when the next try is due."""
    now = time.time()
    with services().db.begin() as tx:
        view = view_of(tx, id_)
        synchronization.clear_back_off(tx, id_, now)
        waits = view_of(tx, id_).synchronization.retry_at is not None
        audit.write(tx, g.tenant.id, g.account_id, "synchronization.try", str(id_), {}, now)
    services().wake.synchronization(id_)
    # Whoever asks to be left alone is, by people too.
    told = "asks us to wait, and is tried again by itself" if waits else "is tried again"
    return listed(flag=f"{view.partner} {told}")


@blueprint.post("/ui/synchronizations/<int:id_>/links/<int:link_id>/retry")
@guard("admin")
def retry(id_: int, link_id: int) -> Response:
    """One held issue; with ``like``, all that are held for the same reason."""
    with services().db.read() as tx:
        link = twin_link.by_id(tx, link_id)
    if link is None or (link.tenant_id, link.synchronization_id) != (g.tenant.id, id_):
        raise Refused("This issue is no longer part of the synchronization.", status=404)
    if "like" not in request.args:
        _try_again(id_, [link_id])
        return _overview(id_, f"{link.issue_key or 'The new twin'} is tried again")
    with services().db.read() as tx:
        alike = overview.blocked_ids(tx, g.tenant.id, id_, link.reason)
    _try_again(id_, alike)
    return _overview(id_, f"{words.plural(len(alike), 'issue')} tried again")


def _try_again(id_: int, link_ids: list[int]) -> None:
    now = time.time()
    with services().db.begin() as tx:
        for link_id in link_ids:
            twin_link.try_again(tx, link_id, now)
        detail = {"links": link_ids[:_NAMED], "count": len(link_ids)}
        audit.write(tx, g.tenant.id, g.account_id, "twin.retry", str(id_), detail, now)
    services().wake.link(*link_ids)


def _overview(id_: int, flag: str = "", detail: str = "") -> Response:
    with services().db.read() as tx:
        view = view_of(tx, id_)
        versions = present.versions(view, rules.versions(tx, id_))
    return fragment(
        "synchronizations/overview.html",
        flag=flag,
        detail=detail,
        view=view,
        held=view.held_issues,
        versions=versions,
        shared=None,
    )


def _form(typed: dict[str, str], errors: dict[str, str], scope: Scope, status: int = 200) -> Response:
    chosen = picker.fresh(scope)
    return fragment("synchronizations/new.html", status, form=typed, errors=errors, picker=chosen, modes=MODE_WORDS)


def _scope(view: present.View, scope: Scope, errors: dict[str, str], status: int = 200) -> Response:
    chosen = picker.fresh(scope)
    return fragment("synchronizations/scope.html", status, view=view, errors=errors, picker=chosen, modes=MODE_WORDS)
