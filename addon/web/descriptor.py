"""The Connect descriptor: ``atlassian-connect.json`` with this deployment's address and key filled in."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, redirect

from addon.config import Settings
from addon.web.auth import guard
from addon.web.services import services

blueprint = Blueprint("descriptor", __name__)
TEMPLATE = Path(__file__).parents[2] / "atlassian-connect.json"


def fill(settings: Settings) -> dict[str, Any]:
    """The descriptor of this deployment."""
    return _template() | {"key": settings.app_key, "baseUrl": settings.base_url}


@lru_cache(maxsize=1)
def _template() -> dict[str, Any]:
    template: dict[str, Any] = json.loads(TEMPLATE.read_text("utf-8"))
    return template


@blueprint.get("/atlassian-connect.json")
@guard("none")
def descriptor() -> Any:
    return fill(services().settings)


@blueprint.get("/")
@guard("none")
def root() -> Any:
    return redirect("atlassian-connect.json")
