"""A site: its records, its clock, its lock, and who is told of what happened in it."""

import secrets
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emulator import seeds, tokens
from emulator.chaos import Chaos
from emulator.clock import Clock
from emulator.fields import Field
from emulator.indexes import Indexes
from emulator.jql import FieldInfo
from emulator.store import Record, Store
from emulator.webhooks import Dispatcher


class Site:
    """Everything that one Jira site is. Create with `Site.new`."""

    def __init__(self, store: Store, base_url: str, files: Path | None) -> None:
        self.store = store
        self.clock = Clock()
        self.lock = threading.RLock()
        self.base_url = base_url
        self.files = files
        self.blobs: dict[str, bytes] = {}
        self.indexes = Indexes(store)
        self.chaos = Chaos()
        self.webhooks = Dispatcher(self)
        self.field_cache: tuple[int, dict[str, Field]] | None = None
        self.limits: dict[str, int] = {}
        self.jql_fields: tuple[int, dict[str, list[FieldInfo]]] | None = None
        self._depth = 0

    def limit(self, name: str, default: int) -> int:
        """How many comments, worklogs, links … an issue may have; a test may lower it."""
        return self.limits.get(name, default)

    @classmethod
    def new(
        cls,
        name: str = "Site",
        data: Path | None = None,
        base_url: str = "http://127.0.0.1:2990",
        seed: str = "empty",
    ) -> "Site":
        """Open the site kept in `data`, or make a fresh one; without `data` it lives in memory only."""
        site = cls(Store(data / "site.db" if data else None), base_url.rstrip("/"), data)
        with site.transaction():
            if site.store.get("site", "site") is None:
                site.store.put("site", _identity(name))
                seeds.fill(site, seed)
        return site

    @property
    def identity(self) -> Record:
        """Name, client key, cloud id, signing key: what stays when the process ends."""
        record = self.store.get("site", "site")
        if record is None:
            raise LookupError("the site has no identity yet")
        return record

    @property
    def name(self) -> str:
        return str(self.identity["name"])

    @property
    def client_key(self) -> str:
        return str(self.identity["clientKey"])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the site's lock; on leaving the outermost block write what changed and send what is due."""
        with self.lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                outermost = self._depth == 0
                if outermost:
                    self.store.commit()
        if outermost:
            self.webhooks.wake()

    def close(self) -> None:
        """Stop sending and close the database."""
        self.webhooks.stop()
        with self.lock:
            self.store.close()


def _identity(name: str) -> Record:
    private_key, public_key = tokens.new_key_pair()
    return {
        "id": "site",
        "name": name,
        "clientKey": str(uuid.uuid4()),
        "cloudId": str(uuid.uuid4()),
        "kid": str(uuid.uuid4()),
        "privateKey": private_key,
        "publicKey": public_key,
        "cookieSecret": secrets.token_urlsafe(32),
    }
