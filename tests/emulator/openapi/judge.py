"""Every exchange with an emulated site in this process, held to Atlassian's OpenAPI documents.

The hook sits in Flask itself, around each application that serves a site, so no test can go round it: neither one that
brings its own client nor one that lets another program speak.
"""

from __future__ import annotations

import io
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import flask

from tests.emulator.contract import Contract, shared

DOCUMENTS = ("jira-platform-v3.2026-05.json", "jira-software.json")
# Bodies beyond this size are attachments or loads of thousands of issues, whose schema smaller ones have shown.
LARGEST = 2_000_000
JUDGED = ("/rest/api/", "/rest/agile/", "/rest/atlassian-connect/")
# Resources that the site serves and no document knows.
UNDOCUMENTED = {
    "/rest/api/3/search/id": "removed by Atlassian, answers 410",
    "/rest/api/3/expression/eval": "removed by Atlassian, answers 410",
    "/rest/atlassian-connect/1/addons/{addonKey}": "documented for Connect, not in this document",
}
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Judge:
    """Holds what was exchanged: counts per operation, who asked, and what was wrong."""

    def __init__(self, contracts: list[Contract]) -> None:
        self.contracts = contracts
        self.counts: Counter[tuple[str, str]] = Counter()
        self.done: dict[tuple[str, str], set[str]] = {}
        self.samples: dict[tuple[str, str, int], list[bytes]] = {}
        self.problems: list[str] = []
        self.asking = ""
        self._lock = threading.Lock()

    @classmethod
    def load(cls) -> Judge | None:
        """None where the documents are not beside the checkout."""
        paths = [shared() / "data" / "openapi" / name for name in DOCUMENTS]
        return cls([Contract(path) for path in paths]) if all(path.is_file() for path in paths) else None

    def verdict(self, method: str, url: str, sent: bytes, status: int, kind: str, answer: bytes) -> None:
        """Note one exchange."""
        with self._lock:
            for contract in self.contracts:
                template = contract.template(method, url)
                if template is None:
                    continue
                operation = (method, template)
                self.counts[operation] += 1
                if (
                    status < 300
                    and "json" in kind
                    and answer
                    and not url.startswith(("/rest/api/2", "/rest/api/latest"))
                ):
                    self.samples.setdefault((*operation, status), []).append(answer)
                if status < 400:
                    self.done.setdefault(operation, set()).add(self.asking)
                self.problems += contract.check(method, url, sent, status, kind, answer)
                return
            if status < 400 and not any(_like(url, known) for known in UNDOCUMENTED):
                self.problems.append(f"{method} {url} answers {status}, and no document knows it")

    def sentence(self) -> list[str]:
        """What was wrong since the last question."""
        with self._lock:
            problems, self.problems = self.problems, []
        return list(dict.fromkeys(problems))

    def around(self, application: Wsgi) -> Wsgi:
        """The application, overheard."""

        def overheard(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            path = environ.get("PATH_INFO", "")
            if not path.startswith(JUDGED):
                return application(environ, start_response)
            sent = _body(environ)
            told: list[Any] = []

            def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
                told[:] = [int(status.split(maxsplit=1)[0]), dict(headers)]
                return start_response(status, headers, *more)

            chunks = application(environ, start)
            answer = b"".join(chunks)
            if hasattr(chunks, "close"):
                chunks.close()
            status, headers = told
            cut = int(headers.get("Content-Length", len(answer))) != len(answer) and environ["REQUEST_METHOD"] != "HEAD"
            if not cut and len(answer) < LARGEST:
                url = f"{path}?{environ.get('QUERY_STRING', '')}"
                self.verdict(environ["REQUEST_METHOD"], url, sent, status, headers.get("Content-Type", ""), answer)
            return [answer]

        return overheard


def _like(url: str, known: str) -> bool:
    ours, theirs = url.partition("?")[0].rstrip("/").split("/"), known.split("/")
    return len(ours) == len(theirs) and all(t[:1] == "{" or o == t for o, t in zip(ours, theirs, strict=True))


def _body(environ: dict[str, Any]) -> bytes:
    """What was sent, put back for the application; only JSON is judged."""
    if "json" not in environ.get("CONTENT_TYPE", ""):
        return b""
    sent: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(sent)
    return sent


def listen(judge: Judge) -> Callable[[], None]:
    """Overhear every application that serves a site; the answer ends it."""
    original = flask.Flask.wsgi_app

    def wsgi_app(app: flask.Flask, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def plain(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            return original(app, environ, start_response)

        if "jira_site" not in app.extensions:
            return plain(environ, start_response)
        return judge.around(plain)(environ, start_response)

    flask.Flask.wsgi_app = wsgi_app  # type: ignore[method-assign,assignment]

    def stop() -> None:
        flask.Flask.wsgi_app = original  # type: ignore[method-assign]

    return stop
