"""Failures as answers: the right status and words that say what to do. Nothing of ours or of users shows in them."""

from __future__ import annotations

import math
import time
from typing import Any

from flask import Flask, current_app, g, jsonify, make_response, request
from marshmallow import ValidationError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from addon import log
from addon.errors import Blocked, Ignored, Missing, Refused, Retryable
from addon.sync.signature import SignatureRefused
from addon.web.auth import Unauthorized, guard_of_request
from addon.web.headers import connect_js
from addon.web.services import services

_WORDS = {
    400: "The request is not complete or not well formed.",
    404: "There is nothing here.",
    405: "This address does not take this kind of request.",
    413: "What was sent is too long.",
    415: "This content type is not taken here.",
}
AGAIN = "Twinline cannot do this just now. Try again in a minute."


def install_errors(app: Flask) -> None:
    """Answer every failure. Views raise and do not catch."""
    app.register_error_handler(Unauthorized, _unauthorized)
    app.register_error_handler(Refused, lambda e: answer(e.status, e.sentence, field=e.field))
    app.register_error_handler(ValidationError, _invalid)
    app.register_error_handler(Missing, lambda e: answer(404, e.reason))
    app.register_error_handler(Blocked, lambda e: answer(409, e.reason))
    app.register_error_handler(Ignored, lambda e: answer(409, e.reason))
    app.register_error_handler(Retryable, _later)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _bug)


def _later(error: Retryable) -> Any:
    answered = make_response(answer(503, error.reason))
    if error.after is not None:
        answered.headers["Retry-After"] = str(math.ceil(error.after))
    return answered


def answer(status: int, words: str, **more: Any) -> Any:
    """A page where a page was asked for, else ``{"error": words}``."""
    if guard_of_request() in ("page", "admin_page"):
        return _page(words), status
    return jsonify({"error": words, **{name: value for name, value in more.items() if value}}), status


def _page(words: str) -> str:
    # Rendered without the pages' own values: they speak of a tenant, and there may be none.
    theme = "dark" if request.cookies.get("twinline_theme") == "dark" else "light"
    return current_app.jinja_env.get_template("error.html").render(
        words=words,
        theme=theme,
        panel=request.path.endswith("/panel"),
        base=services().settings.base_path,
        connect_js=connect_js(g.get("tenant")),
    )


def _unauthorized(error: Unauthorized) -> Any:
    log.info("token_refused", reason=error.reason, endpoint=request.endpoint or "")
    if guard_of_request() in ("page", "admin_page"):
        return answer(401, "Your session with Jira has ended. Reload the page.")
    # Helps a partner whose clock is wrong, or who speaks of what was removed here; tells a forger nothing.
    cause = error.__cause__
    late = isinstance(cause, SignatureRefused) and cause.clock
    unknown = isinstance(cause, SignatureRefused) and cause.unknown
    return answer(401, "This request is not authorised.", clock=time.time() if late else None, unknown=unknown)


def _invalid(error: ValidationError) -> Any:
    return answer(400, _WORDS[400], fields=error.messages)


def _database(error: DBAPIError) -> Any:
    # Busy, away or restarting: whoever asked may ask again. What a statement held stays out of the log.
    log.warning("database_failed", error=type(error.orig).__name__, endpoint=request.endpoint or "")
    return answer(503, AGAIN)


def _http(error: HTTPException) -> Any:
    status = error.code or 500
    if error.response is not None or status < 400:
        return error
    response = current_app.make_response(answer(status, _WORDS.get(status, error.name)))
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _bug(error: Exception) -> Any:
    log.bug("request_failed", endpoint=request.endpoint or "", tenant_id=getattr(g.get("tenant"), "id", None))
    return answer(500, "Twinline made a mistake. It has been noted; try again in a minute.")
