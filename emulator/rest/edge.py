"""Paths outside the REST API: the install keys, the tenant's cloud id, a live check."""

from typing import Any

from flask import Response

from emulator import context
from emulator.errors import JiraError
from emulator.rest.routing import Resource

rest = Resource("edge", prefix="")


@rest.get("/_keys/<path:kid>", anonymous=True)
def install_key(kid: str) -> Any:
    """The public key of signed installs, as connect-install-keys.atlassian.com serves it."""
    identity = context.site().identity
    if kid != identity["kid"]:
        raise JiraError(404, "There is no such key.")
    return Response(context.site().key_pair()[1], content_type="text/plain;charset=UTF-8")


@rest.get("/_edge/tenant_info", anonymous=True)
def tenant_info() -> Any:
    return {"cloudId": context.site().identity["cloudId"]}


@rest.get("/status", anonymous=True)
def status() -> Any:
    return {"state": "RUNNING"}
