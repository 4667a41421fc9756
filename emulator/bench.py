"""`python -m emulator.bench`: what a simple GET costs in-process, and how long 10,000 issues take to load."""

from __future__ import annotations

import argparse
import base64
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from flask.testing import FlaskClient

from emulator.app import create_app
from emulator.seeds import generator, writing
from emulator.site import Site

HEADERS = {"Authorization": "Basic " + base64.b64encode(b"admin@example.com:admin").decode()}
READS = ("/myself", "/issue/GEN-1", "/issue/GEN-1?fields=summary,status", "/issue/GEN-1/comment", "/serverInfo")
AT_ONCE = 50


def main() -> None:
    """Print one line per measurement."""
    parser = argparse.ArgumentParser(prog="python -m emulator.bench", description="How quick the emulator is.")
    parser.add_argument("--issues", type=int, default=10_000)
    parser.add_argument("--reads", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("memory", None), ("disk", Path(folder))):
            _measure(name, data, options.issues, options.reads)


def _measure(name: str, data: Path | None, count: int, reads: int) -> None:
    site = Site.new("Bench", data)
    with site.transaction():
        loaded = generator.project(site, "GEN", "Generated")
        writing.project(site, "REST", "By REST")
    _say(name, f"store: {count} issues", "s", _timed(lambda: _load(site, loaded, count)))
    client = create_app(site).test_client()
    for path in READS:
        times = [_timed(lambda path=path: _get(client, path)) * 1000 for _ in range(reads)]  # type: ignore[misc]
        _say(name, f"GET {path}, median of {reads}", "ms", statistics.median(times))
    _say(name, f"REST bulk create: {count} issues", "s", _timed(lambda: _create(client, count)))
    site.close()


def _load(site: Site, project: dict[str, Any], count: int) -> None:
    with site.transaction():
        generator.fill(site, project, count)


def _get(client: FlaskClient, path: str) -> None:
    answer = client.get("/rest/api/3" + path, headers=HEADERS)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")


def _create(client: FlaskClient, count: int) -> None:
    fields = {"project": {"key": "REST"}, "issuetype": {"name": "Task"}}
    for start in range(0, count, AT_ONCE):
        updates = [{"fields": fields | {"summary": f"Issue {start + n}"}} for n in range(min(AT_ONCE, count - start))]
        body = orjson.dumps({"issueUpdates": updates})
        answer = client.post("/rest/api/3/issue/bulk", data=body, headers=HEADERS, content_type="application/json")
        if answer.status_code != 201:
            raise RuntimeError(f"bulk create: {answer.status_code} {answer.text[:300]}")


def _timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _say(name: str, what: str, unit: str, value: float) -> None:
    print(f"{name:7} {what:45} {value:9.2f} {unit}")


if __name__ == "__main__":
    main()
