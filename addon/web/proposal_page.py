"""Review: the partner's proposal with its changes, accepted or declined; ours, while it waits or after a no."""

from __future__ import annotations

from flask import Response, g

from addon.errors import Refused
from addon.model.rules import rules_from
from addon.store.proposal import Proposal
from addon.sync.comparison import compare
from addon.web import draft_page, editor, forms, mapping_forms, mapping_page
from addon.web.auth import guard
from addon.web.pages import fragment, new_blueprint
from addon.web.services import services

blueprint = new_blueprint("proposal_page")
PLACE = "/ui/synchronizations/<int:id_>/proposal"


@blueprint.get(PLACE)
@guard("admin")
def ask(id_: int) -> Response:
    """The partner's proposal with what it changes."""
    return _dialog(id_, _open(id_), ours=False)


@blueprint.get(f"{PLACE}/ours")
@guard("admin")
def ask_ours(id_: int) -> Response:
    """Our proposal that waits, with what it changes."""
    editor.accepted(id_)
    waiting = services().handshake.drafting.proposed(g.tenant, id_)
    if waiting is None or not waiting.open:
        raise Refused("Your proposal has been answered meanwhile. Open the page again.", status=409)
    return _dialog(id_, waiting, ours=True)


@blueprint.post(f"{PLACE}/accept")
@guard("admin")
def accept(id_: int) -> Response:
    asked = forms.strict(mapping_forms.ProposalForm())
    view = editor.accepted(id_)
    made = services().handshake.drafting.accept(g.tenant, id_, asked["proposal"], g.account_id)
    return mapping_page.page(id_, flag=f"Version {made.version} is live", detail=f"{view.partner} is told.")


@blueprint.post(f"{PLACE}/decline")
@guard("admin")
def decline(id_: int) -> Response:
    asked = forms.strict(mapping_forms.ProposalForm())
    view = editor.accepted(id_)
    services().handshake.drafting.decline(g.tenant, id_, asked["proposal"], g.account_id, asked["reason"])
    return mapping_page.page(id_, flag="Proposal declined", detail=f"{view.partner} is told.")


@blueprint.post(f"{PLACE}/withdraw")
@guard("admin")
def withdraw(id_: int) -> Response:
    asked = forms.strict(mapping_forms.ProposalForm())
    editor.accepted(id_)
    services().handshake.drafting.withdraw(g.tenant, id_, asked["proposal"], g.account_id)
    return mapping_page.page(id_, flag="Proposal withdrawn", detail="The draft is still there.")


def _open(id_: int) -> Proposal:
    editor.accepted(id_)
    found = services().handshake.drafting.proposal(g.tenant, id_)
    if found is None:
        raise Refused("This proposal has been answered or withdrawn meanwhile. Open the page again.", status=409)
    return found


def _dialog(id_: int, proposal: Proposal, *, ours: bool) -> Response:
    view = editor.accepted(id_)
    proposed = rules_from(proposal.based_on, proposal.document)
    called = draft_page.names(view, view.rules, proposed)
    changes = compare(view.rules, proposed, view.synchronization.side, view.partner, called)
    return fragment(
        "mapping/proposal.html",
        view=view,
        proposal=proposal,
        ours=ours,
        groups=draft_page.grouped(view, proposed, changes, ()),
    )
