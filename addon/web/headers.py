"""Headers of every answer, errors included. Only Jira may frame our pages; nothing dynamic is kept by anybody.

Source: developer.atlassian.com/platform/marketplace/security-requirements, of which scanners check each.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from addon.store.tenant import Tenant
from addon.web.auth import guard_of_request
from addon.web.services import services

_ALWAYS = {
    # The URL of an iframe holds a token: it must not travel on.
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
_CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_STATIC_CACHE = "public, max-age=3600"


def install_headers(app: Flask) -> None:
    """Put the headers on every answer."""
    app.after_request(_add)


def connect_js(tenant: Tenant | None) -> str:
    """The address of Connect's script for this tenant; empty where it depends on a tenant and there is none."""
    template = services().settings.connect_js
    if "{baseUrl}" not in template:
        return template
    return template.replace("{baseUrl}", tenant.base_url) if tenant else ""


def _add(response: Response) -> Response:
    for name, value in _ALWAYS.items():
        response.headers[name] = value
    if request.endpoint == "static" and response.status_code in (200, 206, 304):
        response.headers["Cache-Control"] = _STATIC_CACHE
        response.headers["Content-Security-Policy"] = _CLOSED
        return response
    response.headers["Cache-Control"] = "no-cache, no-store, must-revalidate"
    tenant: Tenant | None = g.get("tenant")
    framed = guard_of_request() in ("page", "admin_page") and tenant is not None
    response.headers["Content-Security-Policy"] = _page_policy(tenant) if framed and tenant else _CLOSED
    return response


def _page_policy(tenant: Tenant) -> str:
    script = _origin(connect_js(tenant))
    hosts = sorted({_origin(url) for url in (tenant.base_url, tenant.display_url) if url})
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {script}",
            f"style-src 'self' {script}",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            f"frame-ancestors {' '.join(hosts)}",
        )
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
