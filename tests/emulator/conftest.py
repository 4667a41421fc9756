"""A running site per test, and clients whose every exchange is held to the OpenAPI document."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from emulator.seeds import writing
from emulator.server import Running
from emulator.site import Site
from tests.emulator.contract import Contract, shared

ADMIN = ("admin@example.com", "admin")
USER = ("user@example.com", "user")


class Client(requests.Session):
    """Speaks to one site; paths are relative to the REST API, v3 unless said otherwise."""

    def __init__(self, site: Site, auth: tuple[str, str] | None, contract: Contract | None) -> None:
        super().__init__()
        self.trust_env = False
        self.site = site
        self.auth = auth
        self.contract = contract

    def call(self, method: str, path: str, version: int = 3, **more: Any) -> requests.Response:
        base = "" if path.startswith(("/_", "/rest/")) else f"/rest/api/{version}"
        return self.request(method, self.site.base_url + base + path, **more)

    def send(self, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        answer = super().send(request, **more)
        if self.contract and not more.get("stream"):
            problems = self.contract.check(
                request.method or "",
                request.url or "",
                request.body if isinstance(request.body, (bytes, str)) else None,
                answer.status_code,
                answer.headers.get("Content-Type", ""),
                answer.content,
            )
            assert not problems, "\n".join(problems)
        return answer

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
def contract() -> Contract | None:
    path = shared() / "data" / "openapi" / "jira-platform-v3.2026-05.json"
    return Contract(path) if path.is_file() else None


@pytest.fixture
def site() -> Iterator[Site]:
    fresh = Site.new("Blue")
    with fresh.transaction():
        writing.project(fresh, "SHOP", "Shop")
        writing.project(fresh, "OPS", "Operations")
    with Running(fresh) as running:
        yield running


@pytest.fixture
def admin(site: Site, contract: Contract | None) -> Client:
    return Client(site, ADMIN, contract)


@pytest.fixture
def user(site: Site, contract: Contract | None) -> Client:
    return Client(site, USER, contract)


@pytest.fixture
def anonymous(site: Site, contract: Contract | None) -> Client:
    return Client(site, None, contract)


def document(*paragraphs: str) -> dict[str, Any]:
    """A small ADF document."""
    content = [{"type": "paragraph", "content": [{"type": "text", "text": text}]} for text in paragraphs]
    return {"type": "doc", "version": 1, "content": content}
