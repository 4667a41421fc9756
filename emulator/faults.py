"""Carrying out a fault on a WSGI exchange: errors, pages instead of JSON, cut, slow and late answers."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from emulator.fault_rules import Fault

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]
JSON = "application/json;charset=UTF-8"
PAGE = b"<!DOCTYPE html><html><head><title>Log in</title></head><body><h1>Just a moment</h1></body></html>"
WORDS = {429: "Rate limit exceeded.", 504: "The request timed out at the gateway."}


@dataclass(slots=True)
class Answer:
    """A whole answer, held back before it is sent."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def send(self, start: Start) -> list[bytes]:
        start(_line(self.status), self.headers)
        return [self.body]


def _line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"


def perform(application: Application, environ: Environ) -> Answer:
    """Serve a request and keep the answer."""
    told: list[Any] = []

    def start(line: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
        told[:] = [int(line.split(maxsplit=1)[0]), headers]
        return lambda _: None

    chunks = application(environ, start)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close:
            close()
    return Answer(told[0], told[1], body)


def refusal(status: int, headers: dict[str, str] | None = None, words: str | None = None) -> Answer:
    """An error as Jira's gateway words it."""
    said = words or WORDS.get(status, "The service is temporarily unavailable.")
    body = orjson.dumps({"errorMessages": [said], "errors": {}})
    return Answer(status, [("Content-Type", JSON), ("Content-Length", str(len(body))), *(headers or {}).items()], body)


def spoken(fault: Fault) -> Answer:
    """What an `error`, `html` or `late` fault answers."""
    if fault.effect == "html":
        kind = [("Content-Type", "text/html;charset=UTF-8"), ("Content-Length", str(len(PAGE)))]
        return Answer(fault.status, kind, PAGE)
    headers = {} if fault.retry_after_s is None else {"Retry-After": str(fault.retry_after_s)}
    return refusal(fault.status, ({"RateLimit-Reason": fault.reason} if fault.status == 429 else {}) | headers)


def cut(answer: Answer, fault: Fault) -> Answer:
    """The same answer whose body ends too early; the server closes a connection on which bytes are owed."""
    kept = len(answer.body) // 2 if fault.bytes is None else fault.bytes
    headers = [(name, value) for name, value in answer.headers if name.lower() != "content-length"]
    # An answer without a body is cut as well: it promises one.
    headers.append(("Content-Length", str(len(answer.body) or 64)))
    return Answer(200 if answer.status == 204 else answer.status, headers, answer.body[:kept])


def dripping(body: bytes, for_ms: int) -> Iterator[bytes]:
    """The body in single bytes, spread over the time given."""
    pause_s = for_ms / 1000 / max(len(body), 1)
    # A machine cannot sleep for much less than a millisecond: long bodies come in larger drops.
    size = max(int(0.001 / pause_s), 1) if pause_s > 0 else max(len(body), 1)
    for start in range(0, len(body), size):
        time.sleep(pause_s * size)
        yield body[start : start + size]


def kept(environ: Environ) -> Environ:
    """A copy of a request, with its body read, that can be served after its connection has gone."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return environ | {"wsgi.input": io.BytesIO(body)}
