"""The WSGI application of one site."""

import logging

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from emulator.errors import JiraError
from emulator.gate import Gate
from emulator.pages import blueprint as pages_blueprint
from emulator.rest import blueprints
from emulator.site import Site

BODY_LIMIT = 300 * 1024 * 1024
log = logging.getLogger(__name__)


def create_app(site: Site) -> Flask:
    """Wire the resources and the host pages of a site."""
    app = Flask(__name__, static_folder=None)
    app.extensions["jira_site"] = site
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    # Jira knows every path with and without the slash at its end.
    app.url_map.strict_slashes = False
    for resource in blueprints():
        app.register_blueprint(resource)
    app.register_blueprint(pages_blueprint(site))
    app.register_error_handler(JiraError, _jira_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _bug)
    app.after_request(_common_headers)
    app.wsgi_app = Gate(site, app)  # type: ignore[method-assign,assignment]
    return app


def _jira_error(error: JiraError) -> Response:
    response = Response(orjson.dumps(error.body()), error.status, content_type="application/json;charset=UTF-8")
    response.headers.update(error.headers)
    return response


def _http_error(error: HTTPException) -> Response:
    if not request.path.startswith(("/rest/", "/_control")):
        return Response(error.get_body(), error.code, content_type="text/html;charset=UTF-8")
    words = f"{request.method} {request.path}: {error.name}"
    if error.code == 404:
        words = "null for uri: " + request.base_url
    return Response(
        orjson.dumps({"errorMessages": [words], "errors": {}}),
        error.code,
        content_type="application/json;charset=UTF-8",
    )


def _bug(error: Exception) -> Response:
    log.exception("emulator.bug", exc_info=error)
    body = {"errorMessages": ["Internal server error"], "errors": {}}
    return Response(orjson.dumps(body), 500, content_type="application/json;charset=UTF-8")


def _common_headers(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Cache-Control", "no-cache, no-store, no-transform")
    return response
