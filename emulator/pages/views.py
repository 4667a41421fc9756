"""The pages' addresses. Views only choose a template and hand it what the core knows."""

from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, current_app, make_response, redirect, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from emulator import apps, auth
from emulator.pages import frames, login, modules, pictures, settings, shell
from emulator.site import Site
from emulator.store import Record

STATIC = Path(__file__).parent / "static"
CONNECT = STATIC / "vendor" / "connect"


def blueprint(site: Site) -> Blueprint:
    """All pages of this site, to be registered at its root."""
    pages = Blueprint("pages", __name__, static_folder="static", static_url_path="/_pages", template_folder="templates")

    @pages.before_request
    def own_address() -> AnyResponse | None:
        # The bridge checks origins, so a page opened under another name of this machine would show dead frames.
        own = urlsplit(site.base_url)
        if request.method == "GET" and request.host != own.netloc:
            return redirect(site.base_url + request.full_path.rstrip("?"))
        return None

    @pages.after_request
    def headers(response: Response) -> Response:
        return shell.secure(site, response)

    login.register(pages, site)
    frames.register(pages, site)
    pictures.register(pages, site)
    _issue_pages(pages, site)
    _app_pages(pages, site)
    settings.register(pages, site, lambda: _guard(site), lambda user: _forbidden(site, user))
    _public_files(pages, site)
    return pages


def _guard(site: Site) -> Record | AnyResponse:
    """The person of this browser, or the way to the login page."""
    user = auth.current_user(site)
    return user or redirect("/login?next=" + quote(request.full_path.rstrip("?"), safe=""))


def _issue_pages(pages: Blueprint, site: Site) -> None:
    @pages.get("/")
    def home() -> AnyResponse:
        return redirect("/issues")

    @pages.get("/issues")
    def issues() -> AnyResponse | str:
        user = _guard(site)
        return shell.render(site, user, "issues.html") if isinstance(user, dict) else user

    @pages.get("/projects/<key>")
    def project(key: str) -> AnyResponse:
        return redirect("/issues?jql=" + quote(f"project = {key} ORDER BY updated DESC"))

    @pages.get("/browse/<key>")
    def issue(key: str) -> AnyResponse | str:
        user = _guard(site)
        if not isinstance(user, dict):
            return user
        panels = [panel.as_json() for panel in modules.panels(site, user)]
        data = {"issueKey": key, "panels": panels, "dialogs": modules.dialogs(site), "can": _can()}
        return shell.render(site, user, "issue.html", issue_key=key, data=data)


def _can() -> dict[str, bool]:
    """Which actions this site's API serves; the issue view shows buttons for those alone."""
    paths = [rule.rule for rule in current_app.url_map.iter_rules()]
    return {
        "attach": any(path.endswith("/attachments") for path in paths),
        "move": any(path.endswith("/bulk/issues/move") for path in paths),
    }


def _app_pages(pages: Blueprint, site: Site) -> None:
    @pages.get("/settings")
    @pages.get("/settings/apps")
    def manage_apps() -> AnyResponse | str:
        user = _guard(site)
        if not isinstance(user, dict):
            return user
        if not user.get("admin"):
            return _forbidden(site, user)
        return shell.render(
            site,
            user,
            "apps.html",
            sections=modules.settings_sections(site, user),
            installed=[_app_view(app) for app in site.store.all("app") if app["state"] != "uninstalled"],
        )

    @pages.get("/plugins/servlet/ac/<app_key>/<module_key>")
    def app_page(app_key: str, module_key: str) -> AnyResponse | str:
        user = _guard(site)
        if not isinstance(user, dict):
            return user
        app = apps.app_by_key(site, app_key)
        found = modules.find_page(app, module_key) if app else None
        if app is None or found is None:
            return _message(site, user, 404, "Page not found", "The app is not installed, or has no such page.")
        kind, module = found
        is_setting = kind in ("adminPages", "configurePage", "postInstallPage")
        if (is_setting and not user.get("admin")) or not modules.shown(module, user):
            return _forbidden(site, user)
        context = frames.context_of(request.args.to_dict())
        frame = {"addonKey": app_key, "key": module_key, "context": context, "fullPage": True}
        return shell.render(
            site,
            user,
            "frame.html",
            title=modules.module_title(app, module),
            module_key=module_key,
            sections=modules.settings_sections(site, user) if is_setting else [],
            data={"frame": frame, "dialogs": modules.dialogs(site)},
        )


def _app_view(app: Record) -> dict[str, object]:
    configure, start = modules.single(app, "configurePage"), modules.single(app, "postInstallPage")
    return {
        "key": app["key"],
        "name": modules.app_name(app),
        "description": app["descriptor"].get("description", ""),
        "vendor": app["descriptor"].get("vendor", {}).get("name", ""),
        "base_url": app["baseUrl"],
        "state": app["state"],
        "configure": modules.page_url(app, configure) if configure else None,
        "start": modules.page_url(app, start) if start else None,
    }


def _forbidden(site: Site, user: Record) -> AnyResponse:
    words = "Settings are for Jira administrators. Ask one of them, or log in as one."
    return _message(site, user, 403, "You don't have access", words)


def _message(site: Site, user: Record, status: int, title: str, words: str) -> AnyResponse:
    return make_response(shell.render(site, user, "message.html", title=title, words=words), status)


def _public_files(pages: Blueprint, site: Site) -> None:
    @pages.get("/atlassian-connect/all.js")
    def all_js() -> Response:
        response = make_response(_frame_script(site.base_url))
        response.headers["Content-Type"] = "text/javascript; charset=utf-8"
        return _open_to_frames(response)

    @pages.get("/atlassian-connect/<path:name>")
    def connect_file(name: str) -> Response:
        return _open_to_frames(send_from_directory(CONNECT, name))

    @pages.get("/favicon.ico")
    @pages.get("/favicon.svg")
    def favicon() -> Response:
        return send_from_directory(STATIC / "icons", f"{shell.accent(site.name)}.svg", max_age=3600)


def _open_to_frames(response: Response) -> Response:
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@lru_cache(maxsize=4)
def _frame_script(base_url: str) -> str:
    """The frame's half of the bridge, with its theme sheets coming from this site instead of Atlassian's CDN."""
    script = (CONNECT / "iframe.js").read_text(encoding="utf-8")
    return script.replace('"https://" + CDN_DOMAIN', f'"{base_url}/atlassian-connect"', 1)
