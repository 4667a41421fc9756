"""The page under Settings > Apps, and the list it opens with."""

from __future__ import annotations

import time
from typing import Any

from flask import Response, g, request

from addon.errors import Refused
from addon.store import overview, rules, synchronization
from addon.store.db import Tx
from addon.sync.agreement import status_word
from addon.web import forms, present
from addon.web.auth import guard
from addon.web.pages import fragment, new_blueprint, page
from addon.web.services import services

blueprint = new_blueprint("admin")


@blueprint.get("/admin")
@guard("admin_page")
def admin() -> Response:
    return page("admin.html", listing=listing())


@blueprint.get("/ui/synchronizations")
@guard("admin")
def synchronizations() -> Response:
    return fragment("synchronizations/list.html", listing=listing())


@blueprint.get("/ui/synchronizations/listing")
@guard("admin")
def refreshed() -> Response:
    chosen = forms.strict(forms.ListForm(), request.args)
    return fragment("synchronizations/_listing.html", listing=listing(chosen["q"], chosen["show"]))


def listed(**told: Any) -> Response:
    """Back to the list after something was done. ``told``: the flag and its detail."""
    return fragment("synchronizations/list.html", listing=listing(), **told)


def listing(search: str = "", show: str = "all") -> present.Listing:
    """The tenant's list as it is now."""
    now = time.time()
    with services().db.read() as tx:
        activities = overview.activities(tx, g.tenant.id, now)
        held: dict[int, list[overview.Held]] = {}
        for issue in overview.held(tx, g.tenant.id, limit=500):
            held.setdefault(issue.synchronization_id, []).append(issue)
        views = []
        for row in synchronization.of_tenant(tx, g.tenant.id):
            live = rules.live(tx, row.id)
            activity = activities.get(row.id, overview.QUIET)
            stuck = tuple(held.get(row.id, ()))
            views.append(present.View(row, status_word(row, live), live, activity, now, stuck))
        figures = overview.figures(tx, g.tenant.id, now)
    return present.listing(views, figures, search, show)


def view_of(tx: Tx, synchronization_id: int) -> present.View:
    """One synchronization of this tenant for its pages.

    Raises:
        Refused: 404, it is not this tenant's or has been removed.
    """
    now = time.time()
    row = synchronization.by_id(tx, g.tenant.id, synchronization_id)
    if row is None:
        raise Refused("This synchronization is gone. Go back to the list.", status=404)
    live = rules.live(tx, row.id)
    activity = overview.activities(tx, g.tenant.id, now).get(row.id, overview.QUIET)
    held = tuple(overview.held(tx, g.tenant.id, row.id))
    return present.View(row, status_word(row, live), live, activity, now, held)
