"""How a resource is declared: its path, the scope an app needs, whether anonymous callers may come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from flask import Blueprint, Response, g, request

from emulator import auth, cause, context
from emulator.errors import JiraError
from emulator.fields import Scene
from emulator.site import Site

API = "/rest/api/<any('2','3','latest'):api>"
View = Callable[..., Any]

INACCESSIBLE = "INACCESSIBLE"
"""What the OpenAPI documents say of resources that Connect apps may not call, whatever scopes they have."""


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
                return _locked(site, scope, anonymous, view, arguments)

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
    if caller.app and scope == INACCESSIBLE:
        raise JiraError(403, "Connect apps may not access this resource.")
    if not caller.may_use(scope):
        raise JiraError(403, f"The app's descriptor does not hold the scope {scope} that this resource needs.")
    g.caller = caller
    cause.authenticated(caller.account_id, caller.app["key"] if caller.app else None)


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
