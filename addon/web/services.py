"""What the views call: made once in ``addon.app``, found through the Flask application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import current_app

from addon.config import Settings
from addon.jira.client import JiraClient
from addon.store.db import Database
from addon.store.secret import Vault
from addon.store.tenant import Tenant
from addon.store.wake import Wake
from addon.sync.backlog import Backlog
from addon.sync.engine import Engine
from addon.sync.handshake import Handshake
from addon.sync.pairing import Pairing
from addon.sync.preview import Preview
from addon.sync.why import Why
from addon.web.catalogue import Catalogue
from addon.web.install_key import InstallKeys

EXTENSION = "twinline"


@dataclass(frozen=True, slots=True)
class Services:
    """``jira`` makes a client for a tenant; it raises ``Ignored`` where the app is no longer installed."""

    settings: Settings
    db: Database
    vault: Vault
    jira: Callable[[Tenant], JiraClient]
    wake: Wake
    handshake: Handshake
    engine: Engine
    pairing: Pairing
    backlog: Backlog
    why: Why
    preview: Preview
    catalogue: Catalogue
    install_keys: InstallKeys


def services() -> Services:
    """The services of the application that handles this request."""
    return cast(Services, current_app.extensions[EXTENSION])
