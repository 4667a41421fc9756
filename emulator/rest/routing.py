"""How a resource is declared: its path, the scope an app needs, whether anonymous callers may come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import orjson
from flask import Blueprint, Response, copy_current_request_context, g, request

from emulator import auth, context
from emulator.errors import JiraError
from emulator.fields import Scene
from emulator.site import Site

API = "/rest/api/<any('2','3','latest'):api>"
View = Callable[..., Any]
LATE_EFFECT_S = 1.0


class Resource:
    """A blueprint whose views return plain values: JSON, `(JSON, status)`, None for 204, or a Response."""

    def __init__(self, name: str, prefix: str = API) -> None:
        self.blueprint = Blueprint(f"rest_{name}", __name__, url_prefix=prefix)

    def route(
        self, method: str, path: str, scope: str = "READ", anonymous: bool = False, locked: bool = True
    ) -> Callable[[View], View]:
        """Register a view. `locked=False` is for views that call out over HTTP and so must not hold the lock."""

        def register(view: View) -> View:
            def answer(api: str = "3", **arguments: Any) -> Response:
                g.api_version = 3 if api == "3" else 2
                site = context.site()
                if not locked:
                    _admit(site, scope, anonymous)
                    return respond(view(**arguments))
                return _misbehaving(site, lambda: _locked(site, scope, anonymous, view, arguments))

            answer.emulator_scope = scope  # type: ignore[attr-defined]
            endpoint = f"{method} {path}".replace(".", "_")
            self.blueprint.add_url_rule(path, endpoint, answer, methods=[method])
            return view

        return register

    def get(self, path: str, scope: str = "READ", anonymous: bool = False) -> Callable[[View], View]:
        return self.route("GET", path, scope, anonymous)

    def post(self, path: str, scope: str = "WRITE", locked: bool = True) -> Callable[[View], View]:
        return self.route("POST", path, scope, locked=locked)

    def put(self, path: str, scope: str = "WRITE") -> Callable[[View], View]:
        return self.route("PUT", path, scope)

    def delete(self, path: str, scope: str = "DELETE", locked: bool = True) -> Callable[[View], View]:
        return self.route("DELETE", path, scope, locked=locked)


def _locked(site: Site, scope: str, anonymous: bool, view: View, arguments: dict[str, Any]) -> Response:
    with site.transaction():
        _admit(site, scope, anonymous)
        return respond(view(**arguments))


def _admit(site: Site, scope: str, anonymous: bool) -> None:
    caller = auth.authenticate(site, request)
    if caller.user is None and not anonymous:
        raise auth.unauthorized()
    if not caller.may_use(scope):
        raise JiraError(403, f"The app's descriptor does not hold the scope {scope} that this resource needs.")
    g.caller = caller


def _misbehaving(site: Site, work: Callable[[], Response]) -> Response:
    """Do the work as the site's misbehaviour lets it."""
    chaos, settings = site.chaos, site.chaos.settings
    if settings.app_only and not request.headers.get("Authorization", "").startswith("JWT "):
        return work()
    if chaos.happens(settings.too_many_requests):
        headers = {"RateLimit-Reason": "jira-burst-based"} | ({"Retry-After": "1"} if settings.with_retry_after else {})
        raise JiraError(429, "Rate limit exceeded.", headers=headers)
    if chaos.happens(settings.server_error):
        raise JiraError(503, "The service is temporarily unavailable.")
    if request.method != "GET" and chaos.happens(settings.late_effect):
        _later(work)
        raise JiraError(504, "The request timed out at the gateway.")
    response = work()
    if chaos.happens(settings.cut_answer):
        whole = response.get_data()
        response = Response([whole[: len(whole) // 2]], response.status_code, dict(response.headers))
        response.headers["Content-Length"] = str(len(whole) + 1)
    return response


def _later(work: Callable[[], Response]) -> None:
    """The gateway gives up, the work is done all the same."""

    @copy_current_request_context
    def run() -> None:
        time.sleep(LATE_EFFECT_S)
        try:
            work()
        except JiraError:
            return

    # The body must be read before the request ends, or the copy would find an empty stream.
    request.get_data(cache=True)
    threading.Thread(target=run, daemon=True).start()


def respond(result: Any) -> Response:
    """A view's value as a response."""
    if isinstance(result, Response):
        return result
    if result is None:
        return Response(status=204)
    body, status = result if isinstance(result, tuple) else (result, 200)
    if body is None:
        return Response(status=status, content_type="application/json;charset=UTF-8")
    return Response(orjson.dumps(body), status, content_type="application/json;charset=UTF-8")


def scene() -> Scene:
    """Whom the answer is for."""
    return Scene(context.site(), context.version(), context.caller().account_id)


def site_admin() -> None:
    """403 unless the caller administers Jira."""
    caller = context.caller()
    if not caller.is_admin:
        raise JiraError(403, "Only Jira administrators may do this.")
