"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of other people's contracts and data; beside the checkout, or where TWINLINE_SHARED says."""
    folder = Path(os.environ.get("TWINLINE_SHARED", TOP.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"needs the shared data, and there is none at {folder} (set TWINLINE_SHARED)")
    return folder
