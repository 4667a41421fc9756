"""The history for checkers: every change of a record, every request, every attempt to deliver a webhook.

Changes are found by comparing what a transaction leaves with what was there before, so none can escape by
whatever way it was made. One line of JSON each, numbered in the order in which they took effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import orjson

from emulator import cause

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.clock import Clock
    from emulator.store import Record, Store

KINDS = (
    "issue",
    "comment",
    "worklog",
    "attachment",
    "issuelink",
    "remotelink",
    "version",
    "component",
    "sprint",
    "project",
    "app",
)
# What follows from other values, and would only say that something changed.
DERIVED = {"id", "updated", "statuscategorychangedate", "counter"}
SHOWN_OF_APP = ("id", "key", "state", "baseUrl", "accountId")


class Ledger:
    """One site's history."""

    def __init__(self, store: Store, clock: Clock, issue_changed: Callable[[str, bytes | None], None]) -> None:
        self._store = store
        self._clock = clock
        self._issue_changed = issue_changed
        self._held: dict[tuple[str, str], bytes] = {}
        self._number = store.last_line()
        for kind in KINDS:
            for record in store.all(kind):
                self._held[kind, record["id"]] = orjson.dumps(_watched(kind, record))

    def note_changes(self) -> None:
        """Write down what the transaction that ends has changed."""
        for kind, record_id in self._store.dirty():
            if kind in KINDS:
                self._compare(kind, record_id, self._store.get(kind, record_id))

    def note(self, line_type: str, **more: Any) -> None:
        """Add a line, numbered and dated."""
        self._number += 1
        line = {"n": self._number, "at": self._clock.now(), "type": line_type} | more
        self._store.write_line(self._number, orjson.dumps(line))

    def lines(self, after: int = 0, types: frozenset[str] = frozenset()) -> Iterator[bytes]:
        """The lines beyond a number, of some types or of all."""
        for line in self._store.lines(after):
            if not types or orjson.loads(line)["type"] in types:
                yield line

    def clear(self) -> None:
        """Forget what was written; numbers go on."""
        self._store.clear_lines()

    def _compare(self, kind: str, record_id: str, record: Record | None) -> None:
        before = self._held.pop((kind, record_id), None)
        after = orjson.dumps(_watched(kind, record)) if record is not None else None
        if after is not None:
            self._held[kind, record_id] = after
        if before == after:
            return
        if kind == "issue":
            self._issue_changed(record_id, before)
        old = orjson.loads(before) if before is not None else None
        new = orjson.loads(after) if after is not None else None
        said = cause.shown() | _place(kind, new or old or {"id": record_id})
        if old is None or new is None:
            values = {"values": _flat(kind, new)} if new is not None else {}
            self.note("write", **said, op="deleted" if new is None else "created", **values)
            return
        earlier, later = _flat(kind, old), _flat(kind, new)
        for name in [*earlier, *(name for name in later if name not in earlier)]:
            if earlier.get(name) != later.get(name):
                change = {"field": name, "from": earlier.get(name), "to": later.get(name)}
                self.note("write", **said, op="changed", **change)


def _watched(kind: str, record: Record) -> Record:
    """An app without its secret; anything else whole."""
    return {name: record.get(name) for name in SHOWN_OF_APP} if kind == "app" else record


def _place(kind: str, record: Record) -> dict[str, Any]:
    """Which record a line tells of, and which issue it belongs to."""
    issue = record["id"] if kind == "issue" else record.get("issue") or record.get("source")
    place = {"kind": kind, "id": record["id"], "issue": issue}
    return place | ({"key": record["key"]} if "key" in record else {})


def _flat(kind: str, record: Record) -> dict[str, Any]:
    """Names and values of a record, its fields and properties side by side."""
    flat = {name: value for name, value in record.items() if name not in ("fields", "properties")}
    if kind == "issue":
        flat |= record["fields"]
    flat |= {f"property:{key}": value for key, value in (record.get("properties") or {}).items()}
    return {name: value for name, value in flat.items() if name not in DERIVED}
