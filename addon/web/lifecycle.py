"""Install, enable, disable, uninstall: what Jira tells about itself. Nothing is stored before all is proven."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, g

from addon import address, log
from addon.config import Settings
from addon.errors import Refused
from addon.store import audit
from addon.store import tenant as tenants
from addon.web import body
from addon.web.auth import Unauthorized, guard
from addon.web.services import services

blueprint = Blueprint("lifecycle", __name__)
LIMIT = 64 * body.KiB
NOTHING = ("", 204)


@blueprint.post("/installed")
@guard("lifecycle")
def installed() -> Any:
    told = _told()
    base_url = _base_url(told, services().settings)
    secret = _text(told, "sharedSecret", required=True)
    now = time.time()
    with services().db.begin() as tx:
        before = tenants.by_client_key(tx, told["clientKey"])
        tenant = tenants.install(
            tx,
            client_key=told["clientKey"],
            base_url=base_url,
            display_url=_display_url(told, services().settings),
            name=urlsplit(base_url).netloc,
            shared_secret=services().vault.seal(secret),
            now=now,
        )
        audit.write(tx, tenant.id, g.account_id, "app.install", base_url, {}, now)
    log.info("tenant_installed", tenant_id=tenant.id)
    if before is not None and tenants.link_url(before) != tenants.link_url(tenant):
        services().handshake.announce(tenant.id)
    services().wake.sweep()
    return NOTHING


@blueprint.post("/uninstalled")
@guard("lifecycle")
def uninstalled() -> Any:
    told, now = _told(), time.time()
    with services().db.begin() as tx:
        tenant = tenants.by_client_key(tx, told["clientKey"])
        if tenant is None:
            return NOTHING
        tenants.set_state(tx, tenant.id, "uninstalled", now)
        audit.write(tx, tenant.id, g.account_id, "app.uninstall", tenant.base_url, {}, now)
    log.info("tenant_uninstalled", tenant_id=tenant.id)
    return NOTHING


@blueprint.post("/enabled")
@guard("webhook")
def enabled() -> Any:
    _switch("enabled")
    services().wake.tenant(g.tenant.id)
    services().wake.sweep()
    return NOTHING


def _uninstalled_already() -> bool:
    # Jira sends `disabled` beside `uninstalled`, and without a token when that one came first (AC-2561).
    client_key = _text(body.read_object(LIMIT), "clientKey", required=True)
    with services().db.read() as tx:
        tenant = tenants.by_client_key(tx, client_key)
    return tenant is not None and tenant.state == "uninstalled"


@blueprint.post("/disabled")
@guard("webhook", unless=_uninstalled_already)
def disabled() -> Any:
    if g.tenant is not None:
        _switch("disabled")
    return NOTHING


def _switch(state: tenants.State) -> None:
    now = time.time()
    with services().db.begin() as tx:
        tenants.set_state(tx, g.tenant.id, state, now)
        audit.write(tx, g.tenant.id, g.account_id, f"app.{state}", g.tenant.base_url, {}, now)
    log.info("tenant_switched", tenant_id=g.tenant.id, state=state)


def _told() -> dict[str, Any]:
    """The body, which has to speak of the tenant that the token proves, and of our app."""
    told = body.read_object(LIMIT)
    if _text(told, "clientKey", required=True) != g.claims.client_key:
        raise Unauthorized("clientKey is not the issuer")
    if told.get("key") != services().settings.app_key:
        raise Unauthorized("another app's key")
    if told.get("productType", "jira") != "jira":
        raise Refused("Twinline works with Jira only.", field="productType")
    return told


def _base_url(told: dict[str, Any], settings: Settings) -> str:
    try:
        url = address.normal_url(_text(told, "baseUrl", required=True), development=settings.development)
    except address.AddressRefused as error:
        raise Unauthorized("baseUrl is not a URL we call") from error
    if not _allowed(urlsplit(url).hostname or "", settings):
        raise Unauthorized("baseUrl is not a Jira we know")
    return url


def _allowed(host: str, settings: Settings) -> bool:
    if settings.development and host in address.LOOPBACK_NAMES:
        return True
    return any(host.endswith(known) if known.startswith(".") else host == known for known in settings.jira_hosts)


def _display_url(told: dict[str, Any], settings: Settings) -> str:
    """The custom domain for links; what cannot be one is left out, for the base URL does as well."""
    try:
        return address.normal_url(_text(told, "displayUrl"), development=settings.development)
    except address.AddressRefused:
        return ""


def _text(told: dict[str, Any], name: str, *, required: bool = False) -> str:
    value = told.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or len(value) > 255 or (required and not value) or "\0" in value:
        raise Refused(f"{name} must be a text of at most 255 characters.", field=name)
    return value
