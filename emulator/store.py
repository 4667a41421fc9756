"""The site's records: dictionaries in memory, written through to one SQLite table.

Memory is the truth while the process runs, so a read costs a dictionary look-up. What a request changed is
written in one transaction at its end; a second start reads everything back.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

Record = dict[str, Any]

# Which key of a record names its owner, for kinds that are listed by owner.
OWNERS = {
    "comment": "issue",
    "history": "issue",
    "worklog": "issue",
    "attachment": "issue",
    "remotelink": "issue",
    "issue": "project",
    "version": "project",
    "component": "project",
    "option": "field",
    "context": "field",
    "sprint": "board",
    "delivery": "app",
}


class Store:
    """Records by kind and id. Not thread-safe by itself: the site's lock guards it."""

    def __init__(self, path: Path | None = None) -> None:
        self._kinds: dict[str, dict[str, Record]] = {}
        self._owned: dict[str, dict[str, dict[str, Record]]] = {kind: {} for kind in OWNERS}
        self._dirty: dict[tuple[str, str], None] = {}
        self._removed: set[tuple[str, str]] = set()
        self._versions: dict[str, int] = {}
        self._lines: list[tuple[int, bytes]] = []
        self._database = _open(path) if path else None
        if self._database:
            for kind, text in self._database.execute("SELECT kind, json FROM entity ORDER BY rowid"):
                self._remember(kind, orjson.loads(text))

    def get(self, kind: str, record_id: str | None) -> Record | None:
        return self._kinds.get(kind, {}).get(record_id) if record_id is not None else None

    def all(self, kind: str) -> list[Record]:
        """Every record of a kind, in the order of creation."""
        return list(self._kinds.get(kind, {}).values())

    def owned(self, kind: str, owner_id: str) -> list[Record]:
        """The records of a kind that belong to one owner, in the order of creation."""
        return list(self._owned[kind].get(owner_id, {}).values())

    def count(self, kind: str, owner_id: str | None = None) -> int:
        if owner_id is None:
            return len(self._kinds.get(kind, {}))
        return len(self._owned[kind].get(owner_id, {}))

    def version(self, kind: str) -> int:
        """A number that grows with each change to records of this kind, for what is derived from them."""
        return self._versions.get(kind, 0)

    def find(self, kind: str, **wanted: object) -> Record | None:
        """The first record whose values equal those given."""
        for record in self._kinds.get(kind, {}).values():
            if all(record.get(key) == value for key, value in wanted.items()):
                return record
        return None

    def put(self, kind: str, record: Record) -> Record:
        """Add a record, or say that it changed; it is written at the next commit.

        To give a record another owner, delete it first and put it back afterwards.
        """
        previous = self._kinds.get(kind, {}).get(record["id"])
        if previous is not None and previous is not record:
            self._forget(kind, previous)
        self._remember(kind, record)
        self._touch(kind, record["id"])
        return record

    def delete(self, kind: str, record_id: str) -> None:
        record = self._kinds.get(kind, {}).get(record_id)
        if record is not None:
            self._forget(kind, record)
            # What is put back after this comes last in its list, here and after a restart.
            self._removed.add((kind, record_id))
            self._touch(kind, record_id)

    def next_id(self, sequence: str, first: int = 10000) -> str:
        """The next number of a sequence as a string; numbers are never used twice."""
        row = self.get("sequence", sequence) or {"id": sequence, "value": first - 1}
        row["value"] += 1
        self.put("sequence", row)
        return str(row["value"])

    def reserve(self, sequence: str, value: int) -> None:
        """Let a sequence go on above a number that was taken from elsewhere."""
        row = self.get("sequence", sequence) or {"id": sequence, "value": 9999}
        row["value"] = max(row["value"], value)
        self.put("sequence", row)

    def dirty(self) -> list[tuple[str, str]]:
        """Kind and id of what changed since the last commit."""
        return list(self._dirty)

    def write_line(self, number: int, line: bytes) -> None:
        """Add a line to the site's history; it is written at the next commit."""
        self._lines.append((number, line))

    def lines(self, after: int = 0) -> Iterator[bytes]:
        """The lines of the history beyond a number, in order."""
        if self._database:
            self.commit()
            yield from (line for (line,) in self._database.execute(_LINES, (after,)).fetchall())
            return
        yield from (line for number, line in self._lines if number > after)

    def last_line(self) -> int:
        """The number of the newest line that is kept."""
        if self._lines:
            return self._lines[-1][0]
        found = self._database.execute("SELECT max(number) FROM history").fetchone() if self._database else (None,)
        return int(found[0] or 0)

    def clear_lines(self) -> None:
        self._lines.clear()
        if self._database:
            with self._database:
                self._database.execute("DELETE FROM history")

    def commit(self) -> None:
        """Write what changed since the last commit, in one transaction."""
        if not self._dirty and not (self._database and self._lines):
            return
        dirty, self._dirty = self._dirty, {}
        removed, self._removed = self._removed, set()
        if self._database:
            lines, self._lines = self._lines, []
            with self._database:
                self._database.executemany("INSERT INTO history (number, line) VALUES (?, ?)", lines)
                self._database.executemany("DELETE FROM entity WHERE kind = ? AND id = ?", removed)
                self._database.executemany(
                    "INSERT INTO entity (kind, id, json) VALUES (?, ?, ?)"
                    " ON CONFLICT (kind, id) DO UPDATE SET json = excluded.json",
                    self._present(dirty),
                )

    def close(self) -> None:
        self.commit()
        if self._database:
            self._database.close()

    def _present(self, dirty: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, bytes]]:
        for kind, record_id in dirty:
            record = self.get(kind, record_id)
            if record is not None:
                yield kind, record_id, orjson.dumps(record)

    def _touch(self, kind: str, record_id: str) -> None:
        self._dirty[(kind, record_id)] = None
        self._versions[kind] = self._versions.get(kind, 0) + 1

    def _remember(self, kind: str, record: Record) -> None:
        self._kinds.setdefault(kind, {})[record["id"]] = record
        if kind in OWNERS:
            owner = str(record[OWNERS[kind]])
            self._owned[kind].setdefault(owner, {})[record["id"]] = record

    def _forget(self, kind: str, record: Record) -> None:
        self._kinds[kind].pop(record["id"], None)
        if kind in OWNERS:
            self._owned[kind].get(str(record[OWNERS[kind]]), {}).pop(record["id"], None)


_LINES = "SELECT line FROM history WHERE number > ? ORDER BY number"


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # The site's lock serialises all use, hence one connection may serve every thread.
    database = sqlite3.connect(path, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute(
        "CREATE TABLE IF NOT EXISTS entity"
        " (kind TEXT NOT NULL, id TEXT NOT NULL, json BLOB NOT NULL, UNIQUE (kind, id))"
    )
    database.execute("CREATE TABLE IF NOT EXISTS history (number INTEGER PRIMARY KEY, line BLOB NOT NULL)")
    return database
