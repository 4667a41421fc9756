"""The pages without a browser: a request as somebody's htmx would send it."""

from __future__ import annotations

import time

import jwt
from werkzeug.test import TestResponse

from emulator.site import Site
from tests.browser.stand import Stand


class Desk:
    """Asks as somebody's htmx would."""

    def __init__(self, stand: Stand, site: Site | None = None) -> None:
        self.stand, self.site = stand, site or stand.blue
        self.client = stand.app.test_client()

    def account(self, site: Site, user: tuple[str, str] | None = None) -> str:
        return str(self.stand.call(site, "GET", "/rest/api/3/myself", user=user)["accountId"])

    def ask(
        self, method: str, path: str, form: dict[str, object] | None = None, *, account: str = "", **headers: str
    ) -> TestResponse:
        tenant = self.stand.tenant(self.site)
        secret = self.stand.parts.vault.open(tenant.shared_secret)
        now = int(time.time())
        claims = {"iss": tenant.client_key, "sub": account or self.account(self.site), "qsh": "context-qsh"}
        token = jwt.encode({**claims, "iat": now, "exp": now + 180}, secret, algorithm="HS256")
        sent = {"Authorization": f"JWT {token}", "HX-Request": "true", **headers}
        return self.client.open(path, method=method, data=form, headers=sent)
