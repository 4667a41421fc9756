"""A running site per test, and clients; every exchange is held to the OpenAPI documents."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from emulator.seeds import writing
from emulator.server import Running
from emulator.site import Site
from tests.emulator.contract import Contract
from tests.emulator.openapi import table
from tests.emulator.openapi.judge import Judge, listen

ADMIN = ("admin@example.com", "admin")
USER = ("user@example.com", "user")
JUDGE = pytest.StashKey[Judge | None]()


class Client(requests.Session):
    """Speaks to one site; paths are relative to the REST API, v3 unless said otherwise."""

    def __init__(self, site: Site, auth: tuple[str, str] | None) -> None:
        super().__init__()
        self.trust_env = False
        self.site = site
        self.auth = auth

    def call(self, method: str, path: str, version: int = 3, **more: Any) -> requests.Response:
        base = "" if path.startswith(("/_", "/rest/")) else f"/rest/api/{version}"
        return self.request(method, self.site.base_url + base + path, **more)

    def json(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        """The answer's JSON, with its status checked."""
        answer = self.call(method, path, **more)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:600]}"
        return answer.json() if answer.content else None

    def create(self, summary: str = "A bug", kind: str = "Bug", **fields: Any) -> dict[str, Any]:
        """A new issue in SHOP."""
        wanted = {"project": {"key": "SHOP"}, "issuetype": {"name": kind}, "summary": summary, **fields}
        created: dict[str, Any] = self.json("POST", "/issue", 201, json={"fields": wanted})
        return created


@pytest.fixture(scope="session")
def contract(judge: Judge | None) -> Contract | None:
    """The platform's document."""
    return judge.contracts[0] if judge else None


@pytest.fixture(scope="session", autouse=True)
def judge(request: pytest.FixtureRequest) -> Iterator[Judge | None]:
    """Overhears every site of the run; see `openapi/judge.py`."""
    judge = Judge.load()
    request.config.stash[JUDGE] = judge
    if judge is None:
        yield None
        return
    stop = listen(judge)
    yield judge
    stop()


@pytest.fixture(autouse=True)
def held_to_the_documents(judge: Judge | None, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails the test in which a request or an answer broke a document."""
    if judge is None:
        yield
        return
    judge.asking = request.node.nodeid.partition("::")[0].rpartition("/")[2]
    yield
    broken = judge.sentence()
    assert not broken, "\n".join(broken[:40])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks back at the whole run comes last."""
    items.sort(key=lambda item: item.path.name == "test_examples.py")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """How many exchanges of each operation were validated."""
    judge = config.stash.get(JUDGE, None)
    if judge is None or not judge.counts:
        return
    if os.environ.get("TWINLINE_COVERAGE_TABLE"):
        table.write(judge)
    total = sum(judge.counts.values())
    terminalreporter.section(f"OpenAPI: {total} exchanges of {len(judge.counts)} operations validated")
    for (method, template), count in sorted(judge.counts.items(), key=lambda each: (each[0][1], each[0][0])):
        terminalreporter.write_line(f"{count:6} {method:6} {template}")


@pytest.fixture
def site() -> Iterator[Site]:
    fresh = Site.new("Blue")
    with fresh.transaction():
        writing.project(fresh, "SHOP", "Shop")
        writing.project(fresh, "OPS", "Operations")
    with Running(fresh) as running:
        yield running


@pytest.fixture
def admin(site: Site) -> Client:
    return Client(site, ADMIN)


@pytest.fixture
def user(site: Site) -> Client:
    return Client(site, USER)


@pytest.fixture
def anonymous(site: Site) -> Client:
    return Client(site, None)


def document(*paragraphs: str) -> dict[str, Any]:
    """A small ADF document."""
    content = [{"type": "paragraph", "content": [{"type": "text", "text": text}]} for text in paragraphs]
    return {"type": "doc", "version": 1, "content": content}
