"""Health: is the process there, and can it do its work."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from sqlalchemy import select

from addon.store.table import tenant
from addon.web.auth import guard
from addon.web.services import services

blueprint = Blueprint("health", __name__)


@blueprint.get("/health/live")
@guard("none")
def live() -> Any:
    return {"status": "live"}


@blueprint.get("/health/ready")
@guard("none")
def ready() -> Any:
    """Ready means that webhooks can be stored. Redis is not asked: without it the sweep finds what waits."""
    with services().db.read() as tx:
        tx.execute(select(tenant.c.id).limit(1))
    return {"status": "ready"}
