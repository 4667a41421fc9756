"""Accounts: invited by e-mail, and closed."""

from typing import Any

from emulator import beans, context
from emulator.errors import bad_field
from emulator.rest import params
from emulator.rest.admin.common import must, text_of
from emulator.rest.routing import Resource, scene, site_admin
from emulator.seeds import base

rest = Resource("admin_people")


@rest.post("/user", scope="ADMIN")
def create() -> Any:
    """An account for an e-mail address; the same address gives the same account, as Jira answers."""
    site_admin()
    given, site = params.body(), context.site()
    email = text_of(given, "emailAddress").strip().lower()
    if "@" not in email or len(email) > 254:
        raise bad_field("email", "You must specify a valid e-mail address.")
    known = site.store.get("user", base.account_id(email))
    name = text_of(given, "displayName").strip() or email.partition("@")[0]
    return beans.user(known or base.person(site, name, email), scene()), 201


@rest.delete("/user", scope="ADMIN")
def deactivate() -> Any:
    """The account stays on what it wrote, but may do nothing any more."""
    site_admin()
    record = must("user", params.text("accountId"), "user")
    record["active"] = False
    context.site().store.put("user", record)
    return None
