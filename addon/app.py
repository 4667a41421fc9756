"""The wiring of the web process: services made once, blueprint by blueprint with its guards."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import redis
from flask import Flask, g, request, send_from_directory

from addon import net
from addon.config import Settings
from addon.jira.client import JiraClient
from addon.store.db import Database
from addon.store.secret import Vault
from addon.store.tenant import Tenant
from addon.store.wake import Wake
from addon.web import descriptor, health, lifecycle, webhooks
from addon.web.auth import guard, install_guards
from addon.web.errors import install_errors
from addon.web.headers import connect_js, install_headers
from addon.web.install_key import InstallKeys
from addon.web.services import EXTENSION, Services, services

ROOT = Path(__file__).parent.parent
WEB_THREADS = 16


def create_app(settings: Settings, **given: Any) -> Flask:
    """The application. ``given`` replaces services by name (``web.services.Services``): tests replace the network."""
    app = Flask("addon", static_folder=None, template_folder=str(ROOT / "templates"))
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    app.extensions[EXTENSION] = _services(settings, given)
    app.wsgi_app = _below(settings.base_path, app.wsgi_app)  # type: ignore[method-assign]
    app.add_url_rule("/static/<path:filename>", "static", guard("none")(_static))
    app.context_processor(_page_values)
    for module in (descriptor, lifecycle, webhooks, health):
        app.register_blueprint(module.blueprint)
    for name in ("partner", "admin", "synchronizations", "invitations", "rules", "panel"):
        if find_spec(f"addon.web.{name}"):
            app.register_blueprint(import_module(f"addon.web.{name}").blueprint)
    install_headers(app)
    install_errors(app)
    install_guards(app)
    return app


def _services(settings: Settings, given: dict[str, Any]) -> Services:
    vault = Vault(settings.secret_keys)
    to_jira = net.jira_http(settings.deadline_seconds, settings.development, WEB_THREADS)
    to_keys = net.Http(deadline=10.0, limit=16 * 1024, development=settings.development, size=4)

    def jira(tenant: Tenant) -> JiraClient:
        return JiraClient(tenant, settings, vault, to_jira)

    made: dict[str, Any] = {
        "settings": settings,
        "vault": vault,
        "jira": jira,
        "install_keys": InstallKeys(settings.install_key_urls, to_keys),
        "handshake": None,
        "engine": None,
    }
    made |= given
    made.setdefault("db", Database(settings.database_url))
    made.setdefault("wake", Wake(redis.Redis.from_url(settings.redis_url)))
    return Services(**made)


def _static(filename: str) -> Any:
    return send_from_directory(ROOT / "static", filename)


def _page_values() -> dict[str, Any]:
    theme = request.cookies.get("twinline_theme", "")
    return {
        "base": services().settings.base_path,
        "connect_js": connect_js(g.get("tenant")),
        "theme": theme if theme in ("light", "dark") else "light",
        "build": BUILD,
    }


def _build() -> str:
    """Changes with any static file, so that browsers may keep the others for long."""
    newest = max(path.stat().st_mtime for path in (ROOT / "static").rglob("*") if path.is_file())
    return format(int(newest), "x")


BUILD = _build()


def _below(base_path: str, inner: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Serve below the path of the base URL, where it has one; the proxy in front must not take it off."""
    if not base_path:
        return inner

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == base_path or path.startswith(base_path + "/"):
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + base_path
            environ["PATH_INFO"] = path[len(base_path) :]
        return inner(environ, start_response)

    return serve
