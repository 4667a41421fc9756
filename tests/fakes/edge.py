"""The web process as Jira sees it, with a database of its own and a small Jira at the other end."""

from __future__ import annotations

import dataclasses
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

from cryptography.fernet import Fernet
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from addon import jobs
from addon.app import EDGES, create_app
from addon.config import Settings
from addon.store import table
from addon.store import tenant as tenants
from addon.store.db import Database
from addon.store.secret import Vault
from addon.store.wake import Wake
from tests.fakes.connect import FakeJira

BASE_URL = "http://localhost:8080"
ISSUE = {"webhookEvent": "jira:issue_updated", "timestamp": 1, "issue": {"id": "10001", "key": "SHOP-1", "fields": {}}}


@cache
def _empty_database() -> bytes:
    # Making the tables takes a second where the disk is slow: made once, copied for each test.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        db = Database(f"sqlite:///{path}")
        table.metadata.create_all(db.engine)
        db.close()
        return path.read_bytes()


@dataclass
class FakeWake:
    """Remembers who was woken."""

    issues: list[tuple[int, str]] = field(default_factory=list)

    def issue(self, tenant_id: int, *issue_ids: str) -> None:
        self.issues += [(tenant_id, issue_id) for issue_id in issue_ids]

    def link(self, *link_ids: int) -> None: ...

    def synchronization(self, *synchronization_ids: int) -> None: ...

    def tenant(self, *tenant_ids: int) -> None: ...

    def sweep(self) -> None: ...


@dataclass
class Edge:
    """What the tests of the edges speak to."""

    jira: FakeJira
    app: Flask
    client: FlaskClient
    db: Database
    vault: Vault
    wake: FakeWake

    @classmethod
    def new(
        cls, jira: FakeJira, path: str, doors: Sequence[Blueprint] = EDGES, base_url: str = BASE_URL, **settings: Any
    ) -> Edge:
        key = Fernet.generate_key().decode()
        made = Settings(
            base_url=base_url,
            database_url=f"sqlite:///{path}",
            redis_url="redis://127.0.0.1:1/0",
            secret_keys=(key,),
            install_key_urls=(f"{jira.base_url}/keys",),
            connect_js="{baseUrl}/atlassian-connect/all.js",
            development=True,
            **settings,
        )
        Path(path).write_bytes(_empty_database())
        parts, wake = jobs.build(made), FakeWake()
        app = create_app(made, dataclasses.replace(parts, wake=cast(Wake, wake)), doors)
        return cls(jira, app, app.test_client(), parts.db, parts.vault, wake)

    @classmethod
    def hollow(cls) -> Edge:
        """Only its Jira's keys and tokens, for naming cases before anything runs."""
        nothing: Any = None
        return cls(FakeJira(), nothing, nothing, nothing, nothing, nothing)

    def post(self, path: str, body: Any, token: str | None) -> TestResponse:
        headers = {} if token is None else {"Authorization": f"JWT {token}"}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(path, data=data, headers=headers, content_type="application/json")

    def install_token(self, event: str = "installed") -> str:
        return self.jira.signed("POST", f"/{event}", BASE_URL)

    def lifecycle(self, event: str, token: str | None = None) -> TestResponse:
        """A signed installed or uninstalled."""
        return self.post(f"/{event}", self.jira.told(event), token or self.install_token(event))

    def event(self, event: str) -> TestResponse:
        """An enabled or disabled by the shared secret."""
        return self.post(f"/{event}", self.jira.told(event), self.jira.shared("POST", f"/{event}"))

    def installed(self) -> tenants.Tenant:
        assert self.lifecycle("installed").status_code == 204
        assert self.event("enabled").status_code == 204
        return self.tenant()

    def webhook(
        self, body: Any = None, family: str = "issue", token: str | None = None, headers: dict[str, str] | None = None
    ) -> TestResponse:
        path = f"/webhooks/{family}"
        given = {"Authorization": f"JWT {token or self.jira.shared('POST', path)}"} | (headers or {})
        data = body if isinstance(body, bytes) else json.dumps(ISSUE if body is None else body).encode()
        return self.client.post(path, data=data, headers=given, content_type="application/json")

    def tenants(self) -> list[tenants.Tenant]:
        with self.db.read() as tx:
            found = [tenants.by_id(tx, id_) for id_ in tx.scalars(select(table.tenant.c.id))]
        return [tenant for tenant in found if tenant]

    def tenant(self) -> tenants.Tenant:
        with self.db.read() as tx:
            tenant = tenants.by_client_key(tx, self.jira.client_key)
        assert tenant is not None
        return tenant

    def audit(self) -> list[str]:
        with self.db.read() as tx:
            return list(tx.scalars(select(table.audit.c.action).order_by(table.audit.c.id)))

    def touched(self) -> list[tuple[str, bool, int]]:
        columns = table.touched_issue.c
        with self.db.read() as tx:
            rows = tx.execute(select(columns.issue_id, columns.deleted, columns.touch_count).order_by(columns.id))
            return [tuple(row) for row in rows]

    def expire_previous_secret(self) -> None:
        with self.db.begin() as tx:
            tx.execute(update(table.tenant).values(previous_until=1.0))
