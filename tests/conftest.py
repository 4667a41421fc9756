"""What every test may use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# How long an example takes depends on who shares the machine.
settings.register_profile("twinline", deadline=None)
settings.load_profile("twinline")

TOP = Path(__file__).resolve().parent.parent
BROWSER_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of other people's contracts and data; beside the checkout, or where TWINLINE_SHARED says."""
    folder = Path(os.environ.get("TWINLINE_SHARED", TOP.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"needs the shared data, and there is none at {folder} (set TWINLINE_SHARED)")
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: Debian's, or Playwright's own; without one the tests that need it are skipped."""
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415 - most tests need no browser

    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        try:
            made = playwright.chromium.launch(executable_path=path, args=[*BROWSER_FLAGS])
        except Error as error:
            pytest.skip(f"needs Chromium (apt install chromium, or playwright install chromium): {error}")
        yield made
        made.close()


@pytest.fixture(scope="module")
def pictures(request: pytest.FixtureRequest) -> Path:
    """Where a module's tests leave pictures of the pages."""
    folder = TOP / "artifacts" / request.module.__name__.rpartition(".")[2].removeprefix("test_")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
