"""What a view may ask of the running request: the site, the caller, the API version."""

from typing import cast

from flask import current_app, g

from emulator.auth import Caller
from emulator.site import Site


def site() -> Site:
    return cast(Site, current_app.extensions["jira_site"])


def caller() -> Caller:
    return cast(Caller, g.caller)


def version() -> int:
    """2 or 3: whether rich text is wiki markup or an ADF document."""
    return cast(int, g.get("api_version", 3))
