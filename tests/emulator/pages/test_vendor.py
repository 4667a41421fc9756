"""The vendored files are those that the lock file names, and each package's licence lies beside them."""

import hashlib
import json
from pathlib import Path

VENDOR = Path(__file__).parents[3] / "emulator" / "pages" / "static" / "vendor"


def test_every_vendored_file_is_locked_by_its_hash() -> None:
    lock = json.loads((VENDOR / "vendor.lock.json").read_text())
    locked = {file["path"]: file["sha256"] for package in lock["packages"] for file in package["files"]}
    found = {str(path.relative_to(VENDOR)): path for path in VENDOR.rglob("*") if path.is_file()}
    licences = {package["licence_file"] for package in lock["packages"]}
    assert set(found) == set(locked) | licences | {"vendor.lock.json"}
    for name, digest in locked.items():
        assert hashlib.sha256(found[name].read_bytes()).hexdigest() == digest, name


def test_each_package_says_version_and_licence() -> None:
    for package in json.loads((VENDOR / "vendor.lock.json").read_text())["packages"]:
        assert package["name"] and package["version"] and package["licence"] in {"MIT", "Apache-2.0"}
        assert (VENDOR / package["licence_file"]).read_text().strip()
