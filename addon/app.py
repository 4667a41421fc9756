"""The wiring of the web process: services made once, blueprint by blueprint with its guards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, send_from_directory

from addon import jobs, log, net
from addon.config import Settings
from addon.jobs import Parts
from addon.sync.why import Why
from addon.web import (
    admin,
    control_page,
    descriptor,
    draft_page,
    health,
    invitations,
    lifecycle,
    mapping_page,
    mapping_people,
    mapping_rows,
    panel,
    partner,
    preview_page,
    proposal_page,
    start_page,
    synchronizations,
    webhooks,
)
from addon.web.auth import guard, install_guards
from addon.web.catalogue import Catalogue
from addon.web.errors import install_errors
from addon.web.headers import install_headers
from addon.web.install_key import InstallKeys
from addon.web.services import EXTENSION, Services

ROOT = Path(__file__).parent.parent
EDGES = tuple(module.blueprint for module in (descriptor, lifecycle, webhooks, health))
PAGES = tuple(module.blueprint for module in (admin, synchronizations, invitations, panel))
EDITOR = (mapping_page, mapping_rows, mapping_people, draft_page, start_page, proposal_page, control_page, preview_page)
DOORS = (*EDGES, partner.blueprint, *PAGES, *(module.blueprint for module in EDITOR))


def create_app(settings: Settings, parts: Parts | None = None, doors: Sequence[Blueprint] = DOORS) -> Flask:
    """The application. ``parts`` and ``doors`` are given by tests."""
    app = Flask("addon", static_folder=None, template_folder=str(ROOT / "templates"))
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    app.extensions[EXTENSION] = _services(settings, parts or jobs.build(settings))
    app.wsgi_app = _below(settings.base_path, app.wsgi_app)  # type: ignore[method-assign]
    app.jinja_env.globals["build"] = _build()
    app.add_url_rule("/static/<path:filename>", "static", guard("none")(_static))
    for blueprint in doors:
        app.register_blueprint(blueprint)
    install_headers(app)
    install_errors(app)
    install_guards(app)
    return app


def from_env() -> Flask:
    """The application as the environment sets it: what the web server calls (``Procfile``)."""
    settings = Settings.from_env()
    log.configure(settings.log_level)
    return create_app(settings)


def _services(settings: Settings, parts: Parts) -> Services:
    to_keys = net.Http(deadline=10.0, limit=16 * 1024, development=settings.development, size=4)
    return Services(
        settings=settings,
        db=parts.db,
        vault=parts.vault,
        jira=parts.jira,
        wake=parts.wake,
        handshake=parts.handshake,
        engine=parts.engine,
        pairing=parts.pairing,
        backlog=parts.backlog,
        why=Why(parts.pairing),
        preview=parts.preview,
        catalogue=Catalogue(parts.handshake.own_projects),
        install_keys=InstallKeys(settings.install_key_urls, to_keys),
    )


def _static(filename: str) -> Any:
    return send_from_directory(ROOT / "static", filename)


def _build() -> str:
    """Changes with any static file, so that browsers may keep the others for long."""
    newest = max(path.stat().st_mtime for path in (ROOT / "static").rglob("*") if path.is_file())
    return format(int(newest), "x")


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
