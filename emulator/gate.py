"""What stands before the application: numbers each request, holds it to the rate limits, lets faults befall it."""

from __future__ import annotations

import base64
import binascii
import itertools
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from werkzeug.exceptions import HTTPException

from emulator import cause, faults, tokens
from emulator.cause import Cause
from emulator.fault_rules import Call

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask

    from emulator.fault_rules import Fault
    from emulator.faults import Answer, Environ, Start
    from emulator.limits import Refusal
    from emulator.site import Site

GUARDED = ("/rest/", "/_media/")


class Gate:
    """WSGI middleware of one site. Pages and `/_control` pass untouched."""

    def __init__(self, site: Site, app: Flask) -> None:
        self._site = site
        self._inner = app.wsgi_app
        self._routes = app.url_map.bind("site")
        self._numbers = itertools.count(site.store.last_line() + 1)

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith(GUARDED):
            return self._inner(environ, start)
        call = self._call(environ)
        known = Cause(call.number, call.method, call.path, environ.get("HTTP_X_ATLASSIAN_WEBHOOK_TRACE"))
        token = cause.current.set(known)
        try:
            return self._pass(call, environ, start)
        finally:
            cause.current.reset(token)

    def _call(self, environ: Environ) -> Call:
        app, who = _claimed(environ)
        with self._site.lock:
            number = next(self._numbers)
        return Call(number, environ["REQUEST_METHOD"], environ["PATH_INFO"], app, who)

    def _pass(self, call: Call, environ: Environ, start: Start) -> Iterable[bytes]:
        site = self._site
        refusal = site.rates.refuses(call, self._resource(call)) if site.rates.rules.enforced else None
        if refusal:
            return self._refuse(call, refusal, start)
        fault = site.chaos.suffers(call)
        if fault:
            return self._suffer(call, fault, environ, start)
        if call.app and site.rates.rules.enforced:
            return self._serve(call, environ).send(start)
        told: list[int] = []

        def noting(line: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            told[:] = [int(line[:3])]
            return start(line, headers, *more)

        chunks = self._inner(environ, noting)
        self._note(call, told[0])
        return chunks

    def _resource(self, call: Call) -> str:
        """The path below the API's root with `{}` for each variable, as rates are kept."""
        try:
            rule, values = self._routes.match(call.path, call.method, return_rule=True)
        except HTTPException:
            return call.path
        names = {name for name in values if name != "api"}
        parts = rule.rule.split("/")
        api = next((number for number, part in enumerate(parts) if part.endswith(":api>")), 0)
        return "/" + "/".join("{}" if any(f"{n}>" in part for n in names) else part for part in parts[api + 1 :])

    def _serve(self, call: Call, environ: Environ) -> Answer:
        """Serve the request whole, and charge it to its app."""
        answer = faults.perform(self._inner, environ)
        if answer.status != 401:
            self._site.rates.charge(call, answer.body)
            answer.headers = [*answer.headers, *self._site.rates.told(call).items()]
        self._note(call, answer.status)
        return answer

    def _refuse(self, call: Call, refusal: Refusal, start: Start) -> Iterable[bytes]:
        self._note(call, 429, reason=refusal.reason)
        return faults.refusal(429, refusal.headers).send(start)

    def _suffer(self, call: Call, fault: Fault, environ: Environ, start: Start) -> Iterable[bytes]:
        if fault.effect == "late":
            return self._answer_before_effect(call, fault, environ, start)
        if fault.effect in ("error", "html"):
            done = faults.perform(self._inner, environ).status if fault.after else None
            self._note(call, fault.status, fault=fault.effect, done=done)
            return faults.spoken(fault).send(start)
        answer = faults.perform(self._inner, environ)
        self._note(call, answer.status, fault=fault.effect, done=answer.status)
        if fault.effect == "cut":
            return faults.cut(answer, fault).send(start)
        if fault.effect == "drip" and self._flows():
            answer.send(start)
            return faults.dripping(answer.body, fault.delay_ms)
        self._wait(fault.delay_ms)
        return answer.send(start)

    def _answer_before_effect(self, call: Call, fault: Fault, environ: Environ, start: Start) -> Iterable[bytes]:
        request, known = faults.kept(environ), cause.current.get()

        def take_effect() -> None:
            if known is not None:
                known.late = True
            token = cause.current.set(known)
            try:
                status = faults.perform(self._inner, request).status
            finally:
                cause.current.reset(token)
            with self._site.transaction():
                self._site.ledger.note("effect", request=call.number, done=status)

        self._note(call, fault.status, fault="late", done=None)
        self._site.agenda.at(self._site.clock.now() + fault.delay_ms, take_effect, "late")
        self._wait(fault.hold_ms)
        return faults.spoken(fault).send(start)

    def _flows(self) -> bool:
        """Whether time passes by itself; where it does not, nobody is kept waiting."""
        return self._site.clock.frozen_ms is None

    def _wait(self, wait_ms: int) -> None:
        if wait_ms and self._flows():
            time.sleep(wait_ms / 1000)

    def _note(self, call: Call, status: int, **more: object) -> None:
        known = cause.current.get()
        said = known.shown() if known else {}
        with self._site.lock:
            self._site.ledger.note("request", **said, method=call.method, path=call.path, status=status, **more)


def _claimed(environ: Environ) -> tuple[str | None, str | None]:
    """The app whose token a request brings, or the e-mail address it names; neither has been checked."""
    kind, _, credential = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind.upper() == "JWT":
        return tokens.unverified_issuer(credential.strip()), None
    if kind.lower() == "basic":
        try:
            return None, base64.b64decode(credential).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return None, None
    query = environ.get("QUERY_STRING", "")
    given = parse_qs(query).get("jwt") if "jwt=" in query else None
    return (tokens.unverified_issuer(given[0]) if given else None), None
