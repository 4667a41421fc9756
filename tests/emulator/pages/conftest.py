"""A served site, a tiny app installed in it, and a browser."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, StorageState, expect

from emulator.server import Running
from emulator.site import Site

from .probe_app import ProbeApp

# How long a busy machine may take; a page that is right answers long before.
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)


class Rest:
    """The site's REST API as the administrator, to prepare what a test looks at."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url
        token = base64.b64encode(b"admin@example.com:admin").decode()
        self._headers = {"Authorization": f"Basic {token}"}

    def __call__(self, method: str, path: str, **arguments: Any) -> Any:
        where = path if path.startswith("/_") else "/rest/api/3" + path
        answer = requests.request(method, self._base + where, headers=self._headers, timeout=10, **arguments)
        assert answer.ok, (answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def issue(self, summary: str, project: str = "SHOP", kind: str = "Task", **fields: Any) -> str:
        """Create an issue; gives its key."""
        given = {"project": {"key": project}, "issuetype": {"name": kind}, "summary": summary, **fields}
        key: str = self("POST", "/issue", json={"fields": given})["key"]
        return key


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with Running(Site.new(name="Blue", seed="blue")) as running:
        yield running


@pytest.fixture(scope="session")
def site_address(site: Site) -> str:
    return site.base_url


@pytest.fixture(scope="session")
def rest(site: Site) -> Rest:
    return Rest(site.base_url)


@pytest.fixture(scope="session")
def probe(site: Site, rest: Rest) -> Iterator[ProbeApp]:
    with ProbeApp() as app:
        rest("POST", "/_control/apps", json={"descriptorUrl": app.base_url + "/atlassian-connect.json"})
        yield app


@pytest.fixture
def problems() -> list[str]:
    """What went wrong inside the page during the test: uncaught errors and refusals of the security policy."""
    return []


@pytest.fixture(scope="session")
def session_state(browser: Browser, site: Site) -> StorageState:
    """The cookies of a browser in which the administrator logged in by one click."""
    context = browser.new_context(base_url=site.base_url)
    opened = context.new_page()
    opened.goto("/issues")
    opened.get_by_role("button", name="Continue as Blue Admin").click()
    opened.wait_for_url("**/issues")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def page(browser: Browser, site: Site, session_state: StorageState, problems: list[str]) -> Iterator[Page]:
    """A page of a fresh browser profile, logged in as the administrator."""
    context = browser.new_context(
        base_url=site.base_url, viewport={"width": 1440, "height": 900}, storage_state=session_state
    )
    context.set_default_timeout(PATIENCE_MS)
    opened = context.new_page()
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda message: _note(problems, message.text))
    opened.goto("/issues")
    yield opened
    context.close()
    assert not problems


def _note(problems: list[str], text: str) -> None:
    if "Content Security Policy" in text:
        problems.append(text)


@pytest.fixture
def shot(page: Page, request: pytest.FixtureRequest) -> Iterator[None]:
    """Keeps a picture of the page as the test left it."""
    yield
    keep(page, request.node.name)


def keep(page: Page, name: str) -> None:
    """Keep a picture of the page, where EMULATOR_SHOTS names a folder."""
    folder = os.environ.get("EMULATOR_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
