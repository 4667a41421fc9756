"""A small Jira of our own for the edges: its keys, its tokens, and a server that answers what the app asks of it."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import jwt
from atlassian_jwt.url_utils import hash_url
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def qsh(method: str, target: str) -> str:
    """By another hand than ours: PyPI's atlassian-jwt."""
    return str(hash_url(method, target))


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def _usual_key() -> rsa.RSAPrivateKey:
    # Making one takes a tenth of a second.
    return new_key()


def pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


@dataclass
class Call:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class _Server(ThreadingHTTPServer):
    # Sixteen clients at once must not have to knock twice.
    request_queue_size = 64


@dataclass
class FakeJira:
    """``with FakeJira() as jira``: serves its install key at ``/keys/{kid}`` and REST; remembers every call."""

    client_key: str = "client-key-1"
    secret: str = "0123456789abcdef0123456789abcdef"
    kid: str = "key-1"
    administrators: set[str] = field(default_factory=lambda: {"admin-1"})
    answers: dict[tuple[str, str], Any] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    key: rsa.RSAPrivateKey = field(default_factory=_usual_key)
    base_url: str = ""

    def __enter__(self) -> FakeJira:
        jira = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                jira.calls.append(Call(self.command, self.path, dict(self.headers), body))
                status, headers, answer = jira._answer(self.command, self.path, body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = do_PUT = do_DELETE = handle_any

            def log_message(self, *_args: object) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, method: str, target: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        path = urlsplit(target).path
        prepared = self.answers.get((method, path))
        if callable(prepared):
            prepared = prepared()
        if prepared is not None:
            status, content, *more = prepared
            raw = content if isinstance(content, bytes) else json.dumps(content).encode()
            return status, more[0] if more else {}, raw
        if path == f"/keys/{self.kid}":
            return 200, {}, pem(self.key)
        if path == "/rest/api/3/permissions/check":
            account_id = json.loads(body)["accountId"]
            granted = ["ADMINISTER"] if account_id in self.administrators else []
            return 200, {}, json.dumps({"globalPermissions": granted, "projectPermissions": []}).encode()
        return 404, {}, b'{"errorMessages":["Not found"],"errors":{}}'

    def shared(self, method: str, target: str, **claims: Any) -> str:
        """An HS256 token bound to a request; ``claims`` replace those, None leaves one out."""
        return jwt.encode(self._claims(method, target, claims), self.secret, algorithm="HS256")

    def context(self, **claims: Any) -> str:
        """What ``AP.context.getToken()`` gives."""
        return self.shared("", "/", **({"qsh": "context-qsh"} | claims))

    def signed(self, method: str, target: str, audience: str, **claims: Any) -> str:
        """An RS256 token of a lifecycle call."""
        claims = {"aud": [audience], "sub": None} | claims
        return jwt.encode(self._claims(method, target, claims), self.key, algorithm="RS256", headers={"kid": self.kid})

    def told(self, event: str, **more: Any) -> dict[str, Any]:
        """The body of a lifecycle call."""
        body = {
            "key": "io.twinline.sync",
            "clientKey": self.client_key,
            "baseUrl": self.base_url,
            "productType": "jira",
            "description": "A Jira",
            "eventType": event,
        }
        if event == "installed":
            body["sharedSecret"] = self.secret
        return {name: value for name, value in (body | more).items() if value is not None}

    def _claims(self, method: str, target: str, claims: dict[str, Any]) -> dict[str, Any]:
        now = int(time.time())
        made = {"iss": self.client_key, "iat": now, "exp": now + 180, "sub": "user-1", "qsh": qsh(method, target)}
        return {name: value for name, value in (made | claims).items() if value is not None}
