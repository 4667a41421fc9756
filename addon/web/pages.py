"""What all pages share: rendering, the answer to a request that cannot be done, and the blueprint they hang on.

Pages are whole (``/admin``, ``/panel``: opened by Jira in a frame) or fragments (``/ui/...``: fetched by htmx with a
context token and put into the page). A fragment says so in a header, so that no other answer gets into a page.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, g, make_response, render_template, request
from flask.blueprints import BlueprintSetupState

from addon.errors import Blocked, Ignored, Refused, Retryable, Verdict
from addon.store.tenant import Tenant, link_url
from addon.web import words
from addon.web.errors import answer
from addon.web.headers import connect_js
from addon.web.services import services

ADMIN_MODULE = "synchronizations"
"""The key of the descriptor's admin page: part of its address in Jira."""
THEME_COOKIE = "twinline_theme"
_TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
_FILTERS = {
    "age": words.age,
    "iso": words.iso,
    "duration": words.duration,
    "count": words.count,
    "host": words.host,
    "hue": words.hue,
}


def new_blueprint(name: str) -> Blueprint:
    """A blueprint whose views render our templates and whose refusals become words on the page."""
    pages = Blueprint(name, __name__, template_folder=str(_TEMPLATES))
    pages.record_once(_prepare)
    pages.context_processor(_context)
    pages.register_error_handler(Refused, _refused)
    pages.register_error_handler(Verdict, _verdict)
    return pages


def page(template: str, status: int = 200, **values: Any) -> Response:
    """A whole page."""
    return make_response(render_template(template, **values), status)


def fragment(
    template: str, status: int = 200, *, flag: str = "", detail: str = "", said: str = "", **values: Any
) -> Response:
    """A piece of a page. ``flag`` is said by Jira's own flag and to screen readers; ``detail`` stands below it.

    ``said`` is said to screen readers only: who sees the page sees it there.
    """
    response = make_response(render_template(template, **values), status)
    response.headers["X-Twinline-Fragment"] = "1"
    told: dict[str, Any] = {}
    if flag:
        told["twinline:flag"] = {"title": flag, "body": detail, "type": "success"}
    if said:
        told["twinline:said"] = {"words": said}
    if told:
        # ASCII only, as json.dumps does it: a header cannot carry more.
        response.headers["HX-Trigger"] = json.dumps(told)
    return response


def notice(sentence: str, status: int) -> Response:
    """A sentence in the place for it: in the open dialog if it asked, else above the page, which stays as it is."""
    from_dialog = request.headers.get("HX-Source", "").startswith("form#dialog-form")
    response = fragment("_notice.html", status, words=sentence)
    response.headers["HX-Retarget"] = "#dialog-notice" if from_dialog else "#notice"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def _refused(error: Refused) -> Any:
    return _words(error.sentence, error.status)


def _verdict(error: Verdict) -> Any:
    """A failure on the way to Jira or to the partner, met while a person waits for the page."""
    if isinstance(error, Retryable):
        return _words(f"{error.reason} Try again in a moment.", 503)
    fix = error.fix if isinstance(error, Blocked) else ""
    return _words(f"{error.reason} {fix}".strip(), 409 if isinstance(error, (Blocked, Ignored)) else 500)


def _words(sentence: str, status: int) -> Any:
    # Without a tenant nothing of ours can be rendered; a whole page has its own way to fail.
    if request.headers.get("HX-Request") and g.get("tenant") is not None:
        return notice(sentence, status)
    return answer(status, sentence)


def _prepare(state: BlueprintSetupState) -> None:
    state.app.jinja_env.filters.update(_FILTERS)
    state.app.jinja_env.trim_blocks = True
    state.app.jinja_env.lstrip_blocks = True


def _context() -> dict[str, Any]:
    settings = services().settings
    tenant: Tenant = g.tenant
    site = link_url(tenant)
    chosen = request.cookies.get(THEME_COOKIE)

    def host_url(place: str) -> str:
        return f"{site}/plugins/servlet/ac/{settings.app_key}/{ADMIN_MODULE}#!{quote(place)}"

    return {
        "base": settings.base_path,
        "theme": "dark" if chosen == "dark" else "light",
        "connect_js": connect_js(tenant),
        "host_url": host_url,
        "site_url": site,
        "site_name": tenant.name or words.host(site),
        "invitation_days": f"{settings.invitation_days:g}",
        "now": time.time(),
    }
