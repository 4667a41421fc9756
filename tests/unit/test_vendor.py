"""The vendored assets are what their lock says, and each came with its licence."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

VENDOR = Path(__file__).parents[2] / "static" / "vendor"
PACKAGES = json.loads((VENDOR / "vendor.lock.json").read_text("utf-8"))["packages"]


def test_every_file_is_what_the_lock_says() -> None:
    for package in PACKAGES:
        for file in package["files"]:
            assert hashlib.sha256((VENDOR / file["path"]).read_bytes()).hexdigest() == file["sha256"], file["path"]


def test_every_package_has_its_licence_and_origin() -> None:
    for package in PACKAGES:
        assert (VENDOR / package["licence_file"]).read_text("utf-8").strip()
        assert package["licence"] and package["version"] and package["integrity"].startswith("sha512-")


def test_nothing_lies_there_that_the_lock_does_not_name() -> None:
    named = {file["path"] for package in PACKAGES for file in package["files"]}
    named |= {package["licence_file"] for package in PACKAGES} | {"vendor.lock.json"}
    assert {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()} == named


def test_no_template_has_inline_style_or_script() -> None:
    for path in (VENDOR.parents[1] / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        assert " style=" not in text and "<style" not in text and " onclick=" not in text and "hx-on" not in text, path
