"""Invitations: look at one, accept, reject, send again, withdraw."""

from __future__ import annotations

from flask import Response, g

from addon.errors import Refused
from addon.model.scope import MODE_WORDS, Scope
from addon.web import confirm, forms, picker, present
from addon.web.admin import listed, view_of
from addon.web.auth import guard
from addon.web.pages import fragment, new_blueprint
from addon.web.services import services

blueprint = new_blueprint("invitations")


@blueprint.get("/ui/invitations/<int:id_>")
@guard("admin")
def show(id_: int) -> Response:
    return _page(_invitation(id_), Scope(), {})


@blueprint.post("/ui/invitations/<int:id_>/accept")
@guard("admin")
def accept(id_: int) -> Response:
    view = _invitation(id_)
    try:
        asked = forms.read(forms.ScopeForm())
    except forms.Invalid as error:
        return _page(view, forms.typed_scope(forms.typed(forms.ScopeForm())), error.errors, 422)
    services().handshake.accept(g.tenant, id_, scope=asked["scope"], person=g.account_id)
    return listed(flag="Invitation accepted", detail=f"Add a mapping to begin with {view.partner}.")


@blueprint.post("/ui/invitations/<int:id_>/reject")
@guard("admin")
def reject(id_: int) -> Response:
    reason = forms.strict(forms.ReasonForm())["reason"]
    services().handshake.reject(g.tenant, id_, reason=reason, person=g.account_id)
    return listed(flag="Invitation rejected", detail="Your partner is told.")


@blueprint.post("/ui/invitations/<int:id_>/resend")
@guard("admin")
def resend(id_: int) -> Response:
    services().handshake.resend(g.tenant, id_, g.account_id)
    return listed(flag="Invitation sent again")


@blueprint.post("/ui/invitations/<int:id_>/withdraw")
@guard("admin")
def withdraw(id_: int) -> Response:
    services().handshake.withdraw(g.tenant, id_, g.account_id)
    return listed(flag="Invitation withdrawn")


@blueprint.get("/ui/invitations/<int:id_>/confirm/<any(reject, withdraw):action>")
@guard("admin")
def ask(id_: int, action: str) -> Response:
    with services().db.read() as tx:
        view = view_of(tx, id_)
    return fragment("confirm/dialog.html", ask=confirm.reject(view) if action == "reject" else confirm.withdraw(view))


def _invitation(id_: int) -> present.View:
    with services().db.read() as tx:
        view = view_of(tx, id_)
    if view.word != "Invitation received":
        raise Refused("This invitation has been answered or withdrawn. Go back to the list.", status=409)
    return view


def _page(view: present.View, scope: Scope, errors: dict[str, str], status: int = 200) -> Response:
    return fragment(
        "synchronizations/invitation.html",
        status,
        view=view,
        errors=errors,
        picker=picker.fresh(scope),
        modes=MODE_WORDS,
        shared=None,
    )
