"""What the bridge of a host page asks the server: a frame's signed URL and the app's context token."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from emulator import apps, auth
from emulator.pages import shell
from emulator.site import Site
from emulator.store import Record

# Names of the variables that an app may put into its module's URL, besides its own `ac.` ones.
KNOWN = frozenset({"issue.id", "issue.key", "issuetype.id", "project.id", "project.key"})


class Refused(Exception):
    """A request of a page that cannot be served; carries the status and what to do."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def register(pages: Blueprint, site: Site) -> None:
    """Add `/_host/token` and `/_host/resolve`; both need a session and a page of this site."""

    @pages.post("/_host/token")
    def token() -> Response:
        user, app, body = _read(site)
        return jsonify(token=apps.context_token(site, app, user, context_of(body.get("context"))))

    @pages.post("/_host/resolve")
    def resolve() -> Response:
        user, app, body = _read(site)
        context = context_of(body.get("context"))
        try:
            url = apps.module_url(site, app, str(body.get("key")), user, context)
        except LookupError:
            raise Refused(404, f"The app {app['key']} has no page with the key {body.get('key')}.") from None
        # Jira lets frames grow with their content; an app opts out with `resize:false` or `sizeToParent:true`.
        options: dict[str, Any] = {"autoresize": True, "isFullPage": body.get("fullPage") is True}
        options["productContext"] = context
        return jsonify(addon_key=app["key"], key=body["key"], url=url, options=options)

    @pages.errorhandler(Refused)
    def refused(error: Refused) -> tuple[Response, int]:
        return jsonify(message=str(error)), error.status


def _read(site: Site) -> tuple[Record, Record, dict[str, Any]]:
    user = auth.current_user(site)
    if user is None:
        raise Refused(401, "You are logged out. Log in and open the page again.")
    body = request.get_json(silent=True)
    if not shell.from_our_pages() or not isinstance(body, dict):
        raise Refused(403, "Only a page of this site may ask for an app's frame, with a JSON body.")
    app = apps.app_by_key(site, str(body.get("addon_key")))
    if app is None:
        raise Refused(404, "The app is not installed or not enabled.")
    return user, app, body


def context_of(given: object) -> dict[str, object]:
    """The page's context with only the names and plain values that Jira knows."""
    if not isinstance(given, dict):
        return {}
    return {
        name: value
        for name, value in given.items()
        if (name in KNOWN or str(name).startswith("ac.")) and isinstance(value, (str, int))
    }
