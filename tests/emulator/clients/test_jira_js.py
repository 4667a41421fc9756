"""npm's jira.js works unchanged; 6 judges every answer by its own schemas, 5 has the clients of v2 and v3."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from emulator.site import Site
from tests.emulator.conftest import ADMIN

HERE = Path(__file__).parent
VERSIONS = {"6": "6.2.0", "5": "5.4.0"}


def folder(major: str) -> Path:
    """Where the package is installed, outside the tree; installed at the first need."""
    if not (shutil.which("npm") and shutil.which("node")):
        pytest.skip("needs node and npm, and they are not installed")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "twinline" / f"jira-js-{VERSIONS[major]}"
    if not (cache / "node_modules" / "jira.js" / "package.json").is_file():
        cache.mkdir(parents=True, exist_ok=True)
        words = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", f"jira.js@{VERSIONS[major]}"]
        done = subprocess.run(words, cwd=cache, capture_output=True, text=True, timeout=110, check=False)
        if done.returncode:
            pytest.skip(f"npm could not fetch jira.js {VERSIONS[major]}: {done.stderr.strip()[-200:]}")
    return cache


@pytest.mark.parametrize("major", list(VERSIONS))
def test_jira_js(site: Site, major: str) -> None:
    words = ["node", str(HERE / f"jira_js_{major}.mjs"), str(folder(major)), site.base_url, *ADMIN]
    done = subprocess.run(words, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-1000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert not told["wrong"], f"{len(told['wrong'])} wrong\n" + "\n".join(told["wrong"])
    assert told["steps"] > 40
