"""Find a browser for the tests, or bring one: Debian's chromium by apt, else Playwright's own.

A machine that can have neither is told so; the browser tests then skip with the same sentence.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NONE = "No browser: install chromium (Debian: apt-get install chromium), or let Playwright download its own."


def executable() -> str | None:
    """The browser to drive, or None where the machine has none."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def bring() -> None:
    """Install one where none is. Failure is no error here: the tests say what they skip."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("Installing chromium for the browser tests (once) ...", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False, stdout=subprocess.DEVNULL)
        subprocess.run(
            ["apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium"],
            env=quiet,
            check=False,
            stdout=subprocess.DEVNULL,
        )
    if executable() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> None:
    if executable() is None:
        bring()
    if executable() is None:
        print(NONE, file=sys.stderr)


if __name__ == "__main__":
    main()
