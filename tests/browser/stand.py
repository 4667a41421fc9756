"""A stand for browsers: two emulated Jira sites and one deployment, all in this process, on loopback.

The sites stand on 127.0.0.1, the add-on on localhost: to a browser these are two sites, as in production. Keys that
would wake a worker are worked on by one thread here, so neither Redis nor worker processes are needed.
"""

from __future__ import annotations

import dataclasses
import queue
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import requests
from cryptography.fernet import Fernet
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from addon import jobs, log
from addon.app import create_app
from addon.config import Settings
from addon.jobs import Parts
from addon.store import table
from addon.store import tenant as tenants
from addon.store.tenant import Tenant
from addon.store.wake import Wake
from addon.sync.backlog import Backlog
from addon.sync.engine import Engine
from addon.sync.foresight import Foresight
from addon.sync.handshake import Handshake
from addon.sync.pairing import Pairing
from addon.sync.preview import Preview
from addon.sync.transport import Transport
from emulator.server import Running
from emulator.site import Site

ADMIN = ("admin@example.com", "admin")
USER = ("user@example.com", "user")


class ThreadWake(Wake):
    """Works on what is woken in a thread of its own, in order. ``held``: nothing is worked on for now."""

    def __init__(self) -> None:
        self.work: Callable[[str], None] = lambda _key: None
        self.held = threading.Event()
        self._keys: queue.Queue[str | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.held.clear()
        self._keys.put(None)
        self._thread.join(timeout=10)

    def _wake(self, keys: list[str], later: dict[str, float] | None = None) -> None:
        for key in keys:
            self._keys.put(key)
        for key, moment in (later or {}).items():
            timer = threading.Timer(max(0.0, moment - time.time()), self._keys.put, (key,))
            timer.daemon = True
            timer.start()

    def _run(self) -> None:
        while (key := self._keys.get()) is not None:
            while self.held.is_set():
                time.sleep(0.02)
            try:
                self.work(key)
            except Exception:  # as in addon.jobs: one key's bug does not end the others' work
                log.bug("work_failed", key=key)


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None: ...


class Stand:
    """``with Stand(folder) as stand: stand.blue.base_url``."""

    def __init__(self, folder: Path) -> None:
        self._sites = [Running(Site.new(name, seed=name.lower())) for name in ("Blue", "Green")]
        self.blue, self.green = (running.__enter__() for running in self._sites)
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{listener.getsockname()[1]}"
        self.wake = ThreadWake()
        self.parts = self._parts(folder)
        self.app: Flask = create_app(self.parts.settings, self.parts)
        self._server = make_server("127.0.0.1", 0, self.app, threaded=True, request_handler=Quiet, fd=listener.detach())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def _parts(self, folder: Path) -> Parts:
        settings = Settings(
            base_url=self.url,
            database_url=f"sqlite:///{folder / 'stand.db'}",
            redis_url="redis://127.0.0.1:1/0",
            secret_keys=(Fernet.generate_key().decode(),),
            jira_hosts=("127.0.0.1",),
            install_key_urls=tuple(f"{site.base_url}/_keys" for site in (self.blue, self.green)),
            connect_js="{baseUrl}/atlassian-connect/all.js",
            development=True,
        )
        made = _wired(jobs.build(settings), self.wake)
        table.metadata.create_all(made.db.engine)
        self.wake.work = made.work
        return made

    def __enter__(self) -> Stand:
        self._thread.start()
        for site in (self.blue, self.green):
            self.call(site, "POST", "/_control/apps", {"descriptorUrl": f"{self.url}/atlassian-connect.json"})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for running in self._sites:
            running.stop()
        self.wake.stop()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)
        self.parts.db.close()

    def tenant(self, site: Site) -> Tenant:
        with self.parts.db.read() as tx:
            found = tenants.by_base_url(tx, site.base_url)
        assert found is not None
        return found

    def call(self, site: Site, method: str, path: str, body: Any = None, *, user: tuple[str, str] | None = None) -> Any:
        answer = requests.request(method, f"{site.base_url}{path}", json=body, auth=user or ADMIN, timeout=30)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    def create_issue(self, site: Site, project: str, issue_type: str, summary: str, **fields: Any) -> str:
        given = {"project": {"key": project}, "issuetype": {"name": issue_type}, "summary": summary, **fields}
        return str(self.call(site, "POST", "/rest/api/3/issue", {"fields": given})["key"])


def eventually(check: Callable[[], Any], seconds: float = 20.0) -> Any:
    """The first true answer of ``check``."""
    end = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)
    return found


def _wired(parts: Parts, wake: Wake) -> Parts:
    transport = Transport(parts.db, parts.vault, parts.settings)
    handshake = Handshake(parts.db, parts.vault, parts.settings, transport, parts.jira, wake)
    engine = Engine(parts.db, parts.settings, parts.jira, transport, wake)
    return dataclasses.replace(
        parts,
        wake=wake,
        handshake=handshake,
        engine=engine,
        pairing=Pairing(engine),
        backlog=Backlog(engine),
        preview=Preview(Foresight(parts.db, parts.jira), transport),
    )
