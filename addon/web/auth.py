"""Which token opens which route. Each route says so where it is registered, "none" included.

============  =========================================================================================================
``none``        nothing is checked
``lifecycle``   RS256 by Atlassian, bound to the request: installed, uninstalled
``webhook``     HS256 by the tenant, bound to the request, in the header
``page``        the same, in the URL of an iframe; the user may be unknown
``context``     HS256 from ``AP.context.getToken()``, of a user
``admin_page``  as ``page``, and Jira says that the user administers it
``admin``       as ``context``, and Jira says that the user administers it
``partner``     the signature of a synchronization's partner (``sync.signature``)
============  =========================================================================================================

The check runs before every view, for whatever route was matched; an application with a route that declares nothing
does not start. It leaves ``g.tenant`` and ``g.account_id``; for partners ``g.synchronization`` and ``g.signed``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Literal, TypeVar

from cryptography.fernet import InvalidToken
from flask import Flask, current_app, g, request

from addon import log
from addon.errors import Refused
from addon.jira.permission import is_administrator
from addon.store import synchronization as synchronizations
from addon.store import tenant as tenants
from addon.store.synchronization import Synchronization
from addon.sync import signature
from addon.web import body, token
from addon.web.install_key import KeyUnknown
from addon.web.services import services
from addon.web.target import raw_target

Kind = Literal["none", "lifecycle", "webhook", "page", "context", "admin_page", "admin", "partner"]
KINDS: tuple[Kind, ...] = ("none", "lifecycle", "webhook", "page", "context", "admin_page", "admin", "partner")
PARTNER_LIMIT = 2 * body.MiB
View = TypeVar("View", bound=Callable[..., Any])


class Unauthorized(Exception):
    """401. ``reason`` is for our log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def guard(kind: Kind, *, unless: Callable[[], bool] | None = None) -> Callable[[View], View]:
    """Declare which token opens a view. ``unless``: where it answers True, nothing is checked."""

    def declare(view: View) -> View:
        view.guard_kind = kind  # type: ignore[attr-defined]
        view.guard_unless = unless  # type: ignore[attr-defined]
        return view

    return declare


def kind_of(app: Flask, endpoint: str) -> Kind | None:
    """What the view of an endpoint declares, or None."""
    return getattr(app.view_functions[endpoint], "guard_kind", None)


def install_guards(app: Flask) -> None:
    """Check every request. Call it after the last route has been registered.

    Raises:
        RuntimeError: a route declares nothing.
    """
    for rule in app.url_map.iter_rules():
        if kind_of(app, rule.endpoint) not in KINDS:
            raise RuntimeError(f"{rule} does not declare its guard")
    app.before_request(_check)


def guard_of_request() -> Kind | None:
    """What the matched route declares; None where no route matched."""
    return kind_of(current_app, request.endpoint) if request.endpoint else None


def _check() -> None:
    g.tenant, g.account_id = None, ""
    if request.endpoint is None:
        return
    view: Any = current_app.view_functions[request.endpoint]
    kind: Kind = view.guard_kind
    unless: Callable[[], bool] | None = view.guard_unless
    if kind == "none" or (unless is not None and unless()):
        return
    try:
        _CHECKS[kind]()
    except (token.TokenRefused, KeyUnknown, signature.SignatureRefused) as error:
        raise Unauthorized(str(error)) from error


def _described() -> token.Request:
    settings = services().settings
    target = raw_target(request.environ)
    if target.startswith("//"):
        raise token.TokenRefused("path begins with //")
    return token.Request(request.method, target, settings.base_path, (settings.base_url, settings.app_key))


def _lifecycle() -> None:
    described = _described()
    sent = token.extract(request.headers.get("Authorization", ""), described.target, from_query=False)
    described = token.Request(described.method, described.target, described.base_path, (services().settings.base_url,))
    g.claims = token.verify_install(sent, services().install_keys.get, described)
    g.account_id = g.claims.account_id


def _shared(*, from_query: bool, context: bool, states: tuple[str, ...] = tenants.LIVE) -> None:
    described = _described()
    sent = token.extract(request.headers.get("Authorization", ""), described.target, from_query=from_query)
    with services().db.read() as tx:
        tenant = tenants.by_client_key(tx, token.issuer(sent))
    if tenant is None or tenant.state not in states:
        raise token.TokenRefused("unknown tenant")
    claims = token.verify_shared(sent, _secrets(tenant), described, context=context)
    g.tenant, g.account_id = tenant, claims.account_id


def _secrets(tenant: tenants.Tenant) -> list[str]:
    vault = services().vault
    sealed = [tenant.shared_secret]
    if tenant.previous_secret and (tenant.previous_until or 0.0) > time.time():
        sealed.append(tenant.previous_secret)
    try:
        return [vault.open(each) for each in sealed]
    except InvalidToken as error:
        log.warning("secret_unreadable", tenant_id=tenant.id)
        raise Refused("Twinline's settings have changed. Ask its operator.", status=503) from error


def _webhook() -> None:
    # A disabled app is told that it is enabled again, and may get webhooks that were on their way.
    _shared(from_query=False, context=False, states=(*tenants.LIVE, "disabled"))


def _page() -> None:
    _shared(from_query=True, context=False)


def _context() -> None:
    _shared(from_query=False, context=True)
    if not g.account_id:
        raise token.TokenRefused("no user")


def _admin_page() -> None:
    _page()
    _administrator()


def _admin() -> None:
    _context()
    _administrator()


def _administrator() -> None:
    if not g.account_id or not is_administrator(services().jira(g.tenant), g.account_id):
        raise Refused("Only a Jira administrator may do this.", status=403)


def _partner() -> None:
    described = _described()
    settings, now = services().settings, time.time()
    sent = body.read(PARTNER_LIMIT)
    agreement_id = str((request.view_args or {}).get("agreement_id", ""))
    found: Synchronization | None = None
    with services().db.read() as tx:

        def key_of(key_id: str) -> str | None:
            nonlocal found
            found = synchronizations.by_partner_key(tx, agreement_id, key_id)
            return found.partner_public_key if found else None

        url = settings.base_url + described.target.removeprefix(settings.base_path)
        signed = signature.verify(request.method, url, request.headers, sent, key_of=key_of, now=now)
        if found is None or found.partner_key_id != signed.key_id:
            raise token.TokenRefused("unknown key")
        tenant = tenants.by_id(tx, found.tenant_id)
    if tenant is None or not tenant.live:
        raise Refused("Twinline is switched off at this Jira.", status=503)
    g.tenant, g.synchronization, g.signed = tenant, found, signed


_CHECKS: dict[Kind, Callable[[], None]] = {
    "lifecycle": _lifecycle,
    "webhook": _webhook,
    "page": _page,
    "context": _context,
    "admin_page": _admin_page,
    "admin": _admin,
    "partner": _partner,
}
