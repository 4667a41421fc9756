"""The operator's page names every setting."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from addon.config import Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
OTHER_NAMES = {"base_url": "ADDON_BASE_URL"}


def test_every_setting_is_told():
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE.read_text(), re.MULTILINE))
    assert told == {OTHER_NAMES.get(field.name, field.name.upper()) for field in fields(Settings)}
