"""A tiny Connect app that these tests install: it shows what the bridge gave it."""

import threading
from types import TracebackType
from typing import Any

from flask import Flask, Response, jsonify, request
from waitress.server import create_server

KEY = "com.example.probe"
SCRIPT = """
const put = (id, text) => { document.getElementById(id).textContent = text; };
AP.context.getToken(t => put('token', t));
AP.user.getCurrentUser(u => put('user', u.atlassianAccountId));
AP.request('/rest/api/3/myself')
  .then(r => put('myself', JSON.parse(r.body).displayName)).catch(() => put('myself', 'failed'));
AP.history.getState(s => put('state', s || 'no state'));
AP.theming && AP.theming.initializeTheming();
const on = (id, f) => document.getElementById(id).addEventListener('click', f);
on('flag', () => AP.flag.create({title: 'Probe flag', body: 'from the app', type: 'success', close: 'auto'}));
on('dialog', () => AP.dialog.create({key: 'probe-dialog', header: 'Probe dialog'}));
on('push', () => AP.history.pushState('tab=errors'));
on('go', () => AP.navigator.go('issue', {issueKey: document.body.dataset.goto}));
on('refresh', () => AP.jira.refreshIssuePage());
"""
PAGE = """<!doctype html><html lang="en"><head><title>Probe</title>
<script src="{host}/atlassian-connect/all.js" data-options="{options}"></script></head>
<body data-goto="{goto}"><div class="ac-content"><h1>Probe {name}</h1>
<p id="issue">{issue}</p><p id="token"></p><p id="user"></p>
<p id="myself"></p><p id="state"></p><button id="flag">Flag</button><button id="dialog">Dialog</button>
<button id="push">Push</button><button id="go">Go</button><button id="refresh">Refresh</button></div>
<script src="/probe.js"></script></body></html>"""
DESCRIPTOR: dict[str, Any] = {
    "key": KEY,
    "name": "Probe app",
    "description": "Shows what the bridge gives it.",
    "vendor": {"name": "Example", "url": "https://example.com"},
    "authentication": {"type": "jwt"},
    "scopes": ["READ"],
    "lifecycle": {"installed": "/lifecycle", "uninstalled": "/lifecycle"},
    "apiMigrations": {"signed-install": True, "context-qsh": True, "gdpr": True},
    "modules": {
        "webSections": [{"key": "section", "location": "admin_plugins_menu", "name": {"value": "Probe section"}}],
        "adminPages": [
            {
                "key": "probe-admin",
                "location": "admin_plugins_menu/section",
                "name": {"value": "Probe settings"},
                "url": "/admin",
                "conditions": [{"condition": "user_is_admin"}],
            }
        ],
        "generalPages": [{"key": "probe-general", "name": {"value": "Probe page"}, "url": "/general"}],
        "configurePage": {"key": "probe-configure", "name": {"value": "Configure"}, "url": "/configure"},
        "dialogs": [{"key": "probe-dialog", "url": "/dialog", "options": {"size": "medium"}}],
        "jiraIssueContexts": [
            {
                "key": "probe-panel",
                "name": {"value": "Probe panel"},
                "icon": {"width": 16, "height": 16, "url": "/icon.svg"},
                "content": {"type": "label", "label": {"value": "Probe"}},
                "target": {"type": "web_panel", "url": "/panel?issue={issue.key}"},
            }
        ],
    },
}


class ProbeApp:
    """Serves the app on a free port: `with ProbeApp() as app: app.base_url`."""

    def __init__(self) -> None:
        self.lifecycle: list[dict[str, Any]] = []
        self.goto = ""
        self._server = create_server(self._flask(), host="127.0.0.1", port=0, threads=4)
        # Another name than the site's makes the frame cross-site, as it is in production.
        self.base_url = f"http://localhost:{self._server.effective_port}"
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> "ProbeApp":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self._thread.join(timeout=5)

    def _flask(self) -> Flask:
        app = Flask(__name__)

        @app.get("/atlassian-connect.json")
        def descriptor() -> Response:
            return jsonify(DESCRIPTOR | {"baseUrl": self.base_url})

        @app.post("/lifecycle")
        def lifecycle() -> tuple[str, int]:
            self.lifecycle.append(request.get_json())
            return "", 204

        @app.get("/probe.js")
        def script() -> Response:
            return Response(SCRIPT, content_type="text/javascript")

        @app.get("/icon.svg")
        def icon() -> Response:
            return Response('<svg xmlns="http://www.w3.org/2000/svg"/>', content_type="image/svg+xml")

        @app.get("/<name>")
        def page(name: str) -> str:
            options = "sizeToParent:true" if name in ("admin", "general") else ""
            issue = request.args.get("issue", "")
            return PAGE.format(host=request.args["xdm_e"], options=options, name=name, issue=issue, goto=self.goto)

        return app
