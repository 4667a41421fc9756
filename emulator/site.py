"""A site: its records, its clock, its lock, and who is told of what happened in it."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emulator import seeds, tokens
from emulator.agenda import Agenda
from emulator.chaos import Chaos
from emulator.clock import Clock
from emulator.entropy import Entropy
from emulator.fields import Field
from emulator.index_lag import IndexLag
from emulator.indexes import Indexes
from emulator.jql import FieldInfo
from emulator.ledger import Ledger
from emulator.limits import Limits
from emulator.store import Record, Store
from emulator.webhooks import Dispatcher


class Site:
    """Everything that one Jira site is. Create with `Site.new`."""

    def __init__(self, store: Store, base_url: str, files: Path | None, entropy: Entropy) -> None:
        self.store = store
        self.clock = Clock()
        self.lock = threading.RLock()
        self.base_url = base_url
        self.files = files
        self.blobs: dict[str, bytes] = {}
        self.indexes = Indexes(store)
        self.entropy = entropy
        self.agenda = Agenda(self.clock)
        self.chaos = Chaos(self.clock)
        self.rates = Limits(self.clock, self._issue_of)
        self.index_lag = IndexLag(self.clock, self.chaos)
        self.ledger = Ledger(store, self.clock, self.index_lag.note)
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
        entropy: int | None = None,
        now_ms: int | None = None,
    ) -> "Site":
        """Open the site kept in `data`, or make a fresh one; without `data` it lives in memory only.

        With `entropy` the ids are the same in each run, with `now_ms` the clock is stepped from that moment on:
        then the same requests have the same history.
        """
        site = cls(Store(data / "site.db" if data else None), base_url.rstrip("/"), data, Entropy(entropy))
        if now_ms is not None:
            site.clock.freeze(now_ms, stepped=True)
        with site.transaction():
            if site.store.get("site", "site") is None:
                site.store.put("site", _identity(name, site.entropy))
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

    def key_pair(self) -> tuple[str, str]:
        """Private and public key with which installs are signed, made when first needed: most tests never do."""
        with self.lock:
            identity = self.identity
            if "privateKey" not in identity:
                identity["privateKey"], identity["publicKey"] = tokens.new_key_pair()
                self.store.put("site", identity)
            return identity["privateKey"], identity["publicKey"]

    @property
    def display_url(self) -> str:
        """What people see in links; differs from the base URL where the site has a domain of its own."""
        return str(self.identity.get("displayUrl") or self.base_url)

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
                    self.ledger.note_changes()
                    self.store.commit()
        if outermost:
            self.webhooks.wake()

    def advance(self, by_ms: int) -> None:
        """Move the clock on. A stepped one does on its way whatever comes due, in order, in this thread."""
        if self.clock.stepped:
            self.agenda.step(self.clock.now() + by_ms)
        else:
            self.clock.move(by_ms)

    def _issue_of(self, path: str) -> str | None:
        """The id of the issue that the path of a request names."""
        found = _ISSUE.match(path)
        if found is None:
            return None
        pointer = self.store.get("issuekey", found[1].upper())
        return str(pointer["issue"]) if pointer else found[1]

    def close(self) -> None:
        """Stop sending and close the database."""
        self.webhooks.stop()
        with self.lock:
            self.store.close()


# The words that stand where an id could.
_ISSUE = re.compile(r"^/rest/api/[^/]+/issue/(?!bulk|createmeta|picker|properties|archive|unarchive|watching)([^/]+)")


def _identity(name: str, entropy: Entropy) -> Record:
    return {
        "id": "site",
        "name": name,
        "clientKey": entropy.uuid(),
        "cloudId": entropy.uuid(),
        "kid": entropy.uuid(),
        "cookieSecret": entropy.token(43),
    }
