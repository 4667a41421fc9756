"""A tiny Connect app: keeps what it is sent, answers as it is told."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Probe:
    """`received` holds every POST as (path, headers, parsed body); `answers` gives statuses to answer with first."""

    def __init__(self, webhooks: list[dict[str, Any]] | None = None, scopes: list[str] | None = None) -> None:
        self.received: list[tuple[str, dict[str, str], Any]] = []
        self.answers: list[int] = []
        self.install_status = 204
        self._changed = threading.Condition()
        probe = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(probe.descriptor).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status = probe.take(self.path, dict(self.headers), json.loads(raw) if raw else None)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        self.descriptor: dict[str, Any] = {
            "key": "com.example.probe",
            "name": "Probe",
            "baseUrl": self.base_url,
            "authentication": {"type": "jwt"},
            "scopes": scopes or ["READ", "WRITE", "DELETE"],
            "lifecycle": {each: f"/{each}" for each in ("installed", "enabled", "disabled", "uninstalled")},
            "modules": {
                "webhooks": webhooks or [],
                "jiraIssueContexts": [
                    {
                        "key": "panel",
                        "name": {"value": "Panel"},
                        "icon": {"width": 16, "height": 16, "url": "/i.svg"},
                        "content": {"type": "label", "label": {"value": "P"}},
                        "target": {"type": "web_panel", "url": "/panel?issueId={issue.id}&other={project.key}"},
                    }
                ],
            },
        }

    def __enter__(self) -> "Probe":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, path: str, headers: dict[str, str], body: Any) -> int:
        with self._changed:
            self.received.append((path, headers, body))
            self._changed.notify_all()
            if path == "/installed":
                return self.install_status
            return self.answers.pop(0) if self.answers else 204

    def wait(self, count: int, path: str = "/hook", seconds: float = 5) -> list[tuple[str, dict[str, str], Any]]:
        """The posts to a path, once there are so many; fails after the time given."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.at(path)) >= count, seconds)
            found = self.at(path)
        assert len(found) >= count, f"{len(found)} of {count} posts to {path}"
        return found

    def at(self, path: str) -> list[tuple[str, dict[str, str], Any]]:
        return [entry for entry in self.received if entry[0] == path]
