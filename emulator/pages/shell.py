"""What every page shares: the top bar, the colours by which sites are told apart, and the response headers."""

import zlib
from typing import Any
from urllib.parse import urlsplit

from flask import Response, render_template, request

from emulator import apps
from emulator.pages import modules
from emulator.site import Site
from emulator.store import Record

ACCENTS = ("blue", "green", "purple", "orange", "teal", "magenta", "red", "gray")
THEME_COOKIE = "jira_theme"


def accent(name: str) -> str:
    """The site's colour: the one it is named after, else one that its name always gives."""
    words = name.lower().split()
    named = next((colour for colour in ACCENTS if colour in words), None)
    return named or ACCENTS[zlib.crc32(name.encode()) % (len(ACCENTS) - 1)]


def theme() -> str:
    """`light` or `dark`, as this browser chose."""
    return "dark" if request.cookies.get(THEME_COOKIE) == "dark" else "light"


def render(site: Site, user: Record | None, template: str, **values: Any) -> str:
    """A page with its shell. `data` among the values is what the page's script gets."""
    data = {"site": {"name": site.name, "baseUrl": site.base_url}, "user": _person(user)} | values.pop("data", {})
    return render_template(
        f"jira/{template}",
        site_name=site.name,
        accent=accent(site.name),
        theme=theme(),
        user=user,
        general_links=modules.general_links(site, user) if user else [],
        page_data=data,
        **values,
    )


def _person(user: Record | None) -> dict[str, object] | None:
    if user is None:
        return None
    return {"accountId": user["id"], "displayName": user["displayName"], "admin": bool(user.get("admin"))}


def app_origins(site: Site) -> list[str]:
    """Where the installed apps' frames and icons come from."""
    parts = [urlsplit(str(app["baseUrl"])) for app in apps.installed_apps(site)]
    return sorted({f"{p.scheme}://{p.netloc}" for p in parts if p.netloc})


def secure(site: Site, response: Response) -> Response:
    """Headers of a host page: nothing from elsewhere but the frames and icons of installed apps.

    Inline styles and a base address are what AUI, which the bridge draws flags and dialogs with, cannot do without.
    """
    origins = " ".join(app_origins(site))
    frames = origins or "'none'"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
        f"connect-src 'self'; img-src 'self' data: blob: {origins}; media-src 'self'; frame-src {frames}; "
        "form-action 'self'; base-uri 'self'; object-src 'none'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if request.path.startswith("/_pages/vendor/"):
        response.headers["Cache-Control"] = "public, max-age=86400"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def from_our_pages() -> bool:
    """Whether a POST comes from a page of this site; browsers always say the origin of a POST."""
    return request.headers.get("Origin") == request.host_url.rstrip("/")
