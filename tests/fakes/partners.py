"""Two ends of synchronizations: in one deployment, or in two that speak real HTTP over loopback."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from addon import jobs
from addon.app import create_app
from addon.config import Settings
from addon.errors import Missing, Retryable
from addon.jobs import Parts
from addon.model.message import Message
from addon.model.rules import BASIC_FIELDS, End, IssueMapping, document_of
from addon.model.scope import Scope
from addon.store import synchronization as store
from addon.store import table
from addon.store import tenant as tenants
from addon.store.db import Database
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant
from addon.sync.handshake import Handshake
from addon.sync.transport import Transport
from addon.web import partner
from tests.fakes.kinds import Kinds

BLUE, GREEN = "http://127.0.0.1:2990", "http://127.0.0.1:2991"


class Clock:
    """Real time, which tests may put forward or back."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead

    def days(self, count: float) -> None:
        self.ahead += count * 86_400


class SmallJira:
    """What a synchronization asks of a Jira."""

    def __init__(self, projects: Mapping[str, tuple[str, ...]], clock: Clock) -> None:
        self.projects = {key: list(kinds) for key, kinds in projects.items()}
        self.clock = clock
        self.away = False
        self.kinds = Kinds()

    def get(self, path: str, *, params: Any = None) -> Any:
        if self.away:
            raise Retryable("Jira was not reached: down.", party="jira")
        if path == "/rest/api/3/serverInfo":
            return {"serverTime": datetime.fromtimestamp(self.clock(), UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")}
        if path == "/rest/api/3/user":
            return {"displayName": params["accountId"].title()}
        if path == "/rest/api/3/project/search":
            return self._page(params["startAt"], params["maxResults"])
        for project in self._projects():
            if path == f"/rest/api/3/project/{project['id']}":
                return project
        if path.rpartition("/")[0] == "/rest/api/3/project":
            raise Missing("No project could be found.")
        return self.kinds.get(path, params)

    def post(self, path: str, *, params: Any = None, json: Any = None) -> Any:
        if self.away:
            raise Retryable("Jira was not reached: down.", party="jira")
        return self.kinds.post(path, json)

    def _page(self, start: int, count: int) -> Any:
        found = self._projects()
        page = found[start : start + count]
        return {"values": page, "isLast": start + len(page) >= len(found)}

    def _projects(self) -> list[dict[str, Any]]:
        return [
            {
                "id": str(10_000 + number),
                "key": key,
                "name": key.title(),
                "issueTypes": [{"id": str(100 + n), "name": kind, "subtask": False} for n, kind in enumerate(kinds)],
            }
            for number, (key, kinds) in enumerate(self.projects.items())
        ]


@dataclass
class Bell:
    """Wake, as a list; nothing rings by itself."""

    links: list[int] = field(default_factory=list)
    synchronizations: list[int] = field(default_factory=list)

    def link(self, *link_ids: int) -> None:
        self.links += link_ids

    def issue(self, tenant_id: int, *issue_ids: str) -> None: ...

    def synchronization(self, *synchronization_ids: int) -> None:
        self.synchronizations += synchronization_ids

    def sweep(self) -> None: ...


@dataclass
class Deployment:
    """One Twinline with its own database."""

    settings: Settings
    parts: Parts
    bell: Bell
    clock: Clock
    jiras: dict[str, SmallJira]
    app: Flask
    transport: Transport

    @property
    def handshake(self) -> Handshake:
        return self.parts.handshake

    @property
    def db(self) -> Database:
        return self.parts.db

    def install(self, url: str, name: str, projects: Mapping[str, tuple[str, ...]]) -> Tenant:
        self.jiras[url] = SmallJira(projects, self.clock)
        with self.db.begin() as tx:
            sealed = self.parts.vault.seal("secret")
            new = tenants.install(
                tx,
                client_key=f"key of {url} {name}",
                base_url=url,
                display_url="",
                name=name,
                shared_secret=sealed,
                now=self.clock(),
            )
            tenants.set_state(tx, new.id, "enabled", self.clock())
            found = tenants.by_id(tx, new.id)
        assert found is not None
        return found

    def work(self) -> None:
        """Do what a worker does when it is woken, until nothing is left to tell."""
        for _ in range(10):
            due, self.bell.synchronizations = self.bell.synchronizations, []
            if not due:
                return
            for synchronization_id in dict.fromkeys(due):
                self.handshake.push(synchronization_id)
        raise AssertionError("the two ends never come to rest")


def deployment(folder: Path, base_url: str, others: tuple[str, ...] = ()) -> Deployment:
    folder.mkdir()
    key = Fernet.generate_key().decode()
    settings = Settings(
        base_url=base_url,
        database_url=f"sqlite:///{folder}/twinline.db",
        redis_url="redis://127.0.0.1:1/0",
        secret_keys=(key,),
        development=True,
        partner_deployments=others,
        deadline_seconds=5.0,
    )
    built, bell, clock = jobs.build(settings), Bell(), Clock()
    table.metadata.create_all(built.db.engine)
    jiras: dict[str, SmallJira] = {}

    def jira(tenant: Tenant) -> Any:
        return jiras[tenant.base_url]

    wake: Any = bell
    transport = Transport(built.db, built.vault, settings)
    handshake = Handshake(built.db, built.vault, settings, transport, jira, wake, clock)
    parts = replace(built, jira=jira, wake=wake, handshake=handshake)
    return Deployment(
        settings, parts, bell, clock, jiras, create_app(settings, parts, doors=(partner.blueprint,)), transport
    )


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None: ...

    def connection_dropped(self, *_: Any) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)


class Switch:
    """The application behind a listening socket; a test may cut or lose what goes through."""

    def __init__(self) -> None:
        self.app: Any = None
        self.lose = ""
        self.calls: list[tuple[str, str]] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.calls.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        if self.lose == "request":
            raise ConnectionError("lost")
        answer = self.app(environ, start_response)
        if self.lose == "answer":
            list(answer)
            raise ConnectionError("lost")
        return answer


@contextmanager
def listening() -> Iterator[tuple[str, Switch]]:
    """A web server on loopback and the switch in front of what it serves."""
    switch = Switch()
    server: BaseWSGIServer = make_server("127.0.0.1", 0, switch, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", switch
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Pair:
    """Blue, which invites, and Green; ``remote`` where each lives in a deployment of its own."""

    blue_home: Deployment
    green_home: Deployment
    blue: Tenant
    green: Tenant
    blue_switch: Switch
    green_switch: Switch

    @property
    def remote(self) -> bool:
        return self.blue_home is not self.green_home

    def invite(self, name: str = "Blue ⇄ Green", scope: Scope | None = None) -> Synchronization:
        return self.blue_home.handshake.invite(
            self.blue, name=name, partner_url=self.green.base_url, scope=scope or Scope(), person="ann"
        )

    def at_green(self, invitation: Synchronization) -> Synchronization:
        with self.green_home.db.read() as tx:
            found = store.by_agreement(tx, self.green.id, invitation.agreement_id, "accepter")
        assert found is not None
        return found

    def at_blue(self, invitation: Synchronization) -> Synchronization:
        with self.blue_home.db.read() as tx:
            found = store.by_agreement(tx, self.blue.id, invitation.agreement_id, "inviter")
        assert found is not None
        return found

    def accepted(self, name: str = "Blue ⇄ Green") -> tuple[Synchronization, Synchronization]:
        sent = self.invite(name)
        received = self.at_green(sent)
        self.green_home.handshake.accept(self.green, received.id, scope=Scope(), person="bob")
        self.work()
        return self.at_blue(sent), self.at_green(sent)

    def work(self) -> None:
        for _ in range(4):
            self.blue_home.work()
            self.green_home.work()


@contextmanager
def pair(folder: Path, *, remote: bool) -> Iterator[Pair]:
    """Blue and Green, both with Twinline installed."""
    with listening() as (blue_url, blue_switch), listening() as (green_url, green_switch):
        blue_home = deployment(folder / "blue", blue_url, (green_url,))
        green_home = deployment(folder / "green", green_url, (blue_url,)) if remote else blue_home
        blue_switch.app, green_switch.app = blue_home.app, green_home.app
        blue = blue_home.install(BLUE, "Blue", {"SHOP": ("Bug", "Task"), "OPS": ("Task",)})
        green = green_home.install(GREEN, "Green", {"QA": ("Bug", "Task"), "HELP": ("Task",)})
        try:
            yield Pair(blue_home, green_home, blue, green, blue_switch, green_switch)
        finally:
            blue_home.db.close()
            green_home.db.close()


def message(sequence: int, link_key: str = "0123456789abcdef", **values: Any) -> Message:
    """An ack, unless ``values`` say more."""
    return Message(link_key, sequence, 0, "m1", 1, "0" * 64, **values)


def mapping(id_: str = "m1", *, active: bool = True, ours: str = "10000", theirs: str = "10000") -> IssueMapping:
    end = End(ours, "SHOP", "100", "Bug")
    return IssueMapping(id_, active, end, End(theirs, "QA", "100", "Bug"), BASIC_FIELDS)


def document(*mappings: IssueMapping) -> dict[str, Any]:
    return document_of(mappings or (mapping(),))
