"""Install, enable, disable, uninstall: only Atlassian can, and what cannot be proven leaves nothing behind."""

from __future__ import annotations

import base64
import json
import time
from functools import cache
from typing import Any

import jwt
import pytest

from addon.store import tenant as tenants
from tests.fakes.connect import FakeJira, new_key, pem, qsh
from tests.fakes.edge import BASE_URL, Edge


def test_installed_is_stored_sealed_and_enabled_switches_it_on(edge: Edge) -> None:
    assert edge.lifecycle("installed").status_code == 204
    tenant = edge.tenant()
    assert (tenant.state, tenant.base_url) == ("installed", edge.jira.base_url)
    assert edge.jira.secret not in repr(tenant)
    assert edge.vault.open(tenant.shared_secret) == edge.jira.secret
    assert edge.event("enabled").status_code == 204
    assert edge.tenant().state == "enabled"
    assert edge.audit() == ["app.install", "app.enabled"]


def test_audience_may_be_a_text_and_end_in_a_slash(edge: Edge) -> None:
    token = edge.jira.signed("POST", "/installed", BASE_URL, aud=BASE_URL + "/")
    assert edge.lifecycle("installed", token).status_code == 204


@cache
def stranger_key() -> Any:
    return new_key()


def forged(edge: Edge) -> dict[str, tuple[str | None, dict[str, Any]]]:
    """Installs that Atlassian did not send: name -> (token, body)."""
    jira, told = edge.jira, edge.jira.told("installed")
    other, now = stranger_key(), int(time.time())
    good = {"iss": jira.client_key, "iat": now, "exp": now + 180, "aud": [BASE_URL], "qsh": qsh("POST", "/installed")}

    def signed(key: Any = jira.key, algorithm: str = "RS256", headers: Any = None, **claims: Any) -> str:
        kept = {k: v for k, v in (good | claims).items() if v is not None}
        return jwt.encode(kept, key, algorithm=algorithm, headers={"kid": jira.kid} if headers is None else headers)

    def by_hand(header: dict[str, Any], payload: Any, signature: bytes = b"x") -> str:
        parts = (json.dumps(header).encode(), json.dumps(payload).encode(), signature)
        return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)

    hmac_with_public_key = jwt.api_jws.PyJWS()
    hmac_with_public_key._algorithms["HS256"].prepare_key = lambda key: key  # type: ignore[attr-defined]
    confused = hmac_with_public_key.encode(
        json.dumps(good).encode(), pem(jira.key), algorithm="HS256", headers={"kid": jira.kid}
    )
    return {
        "no token": (None, told),
        "empty token": ("", told),
        "not a token": ("abc", told),
        "two dots": ("..", told),
        "none": (by_hand({"alg": "none", "kid": jira.kid}, good, b""), told),
        "None in capitals": (by_hand({"alg": "NONE", "kid": jira.kid}, good, b""), told),
        "no algorithm": (by_hand({"kid": jira.kid}, good), told),
        "HS256 with the shared secret": (jira.shared("POST", "/installed"), told),
        "HS256 with any secret": (signed("s" * 32, "HS256"), told),
        "HS256 with the public key": (confused, told),
        "RS384": (signed(algorithm="RS384"), told),
        "PS256": (signed(algorithm="PS256"), told),
        "another's key": (signed(other), told),
        "cut signature": (signed()[:-8], told),
        "changed signature": (signed()[:-8] + "AAAAAAAA", told),
        "no kid": (signed(headers={}), told),
        "unknown kid": (signed(headers={"kid": "key-2"}), told),
        "kid leads up": (signed(headers={"kid": "../key-1"}), told),
        "kid leads up in the middle": (signed(headers={"kid": "a/../key-1"}), told),
        "kid is a path": (signed(headers={"kid": "/key-1"}), told),
        "kid is a host": (signed(headers={"kid": "//evil.example.com/key-1"}), told),
        "kid is a URL": (signed(headers={"kid": "https://evil.example.com/key-1"}), told),
        "kid with a query": (signed(headers={"kid": "key-1?x=1"}), told),
        "kid with a fragment": (signed(headers={"kid": "key-1#x"}), told),
        "kid percent-encoded": (signed(headers={"kid": "%2e%2e/key-1"}), told),
        "kid with a line break": (by_hand({"alg": "RS256", "kid": "key-1\r\nX: y"}, good), told),
        "kid is a number": (by_hand({"alg": "RS256", "kid": 1}, good), told),
        "kid is endless": (signed(headers={"kid": "k" * 5000}), told),
        "wrong audience": (signed(aud=["https://other.example.com"]), told),
        "audience that begins like ours": (signed(aud=[BASE_URL + ".evil.example.com"]), told),
        "no audience": (signed(aud=None), told),
        "audience is an object": (signed(aud={"a": BASE_URL}), told),
        "old": (signed(iat=now - 1000, exp=now - 60), told),
        "no expiry": (signed(exp=None), told),
        "no issue time": (signed(iat=None), told),
        "from the future": (signed(iat=now + 600, exp=now + 900), told),
        "no qsh": (signed(qsh=None), told),
        "qsh of another path": (signed(qsh=qsh("POST", "/uninstalled")), told),
        "qsh of another method": (signed(qsh=qsh("GET", "/installed")), told),
        "context token": (signed(qsh="context-qsh"), told),
        "context token in HS256": (jira.context(), told),
        "no issuer": (signed(iss=None), told),
        "issuer is not the client key": (signed(iss="client-key-2"), told),
        "body of another tenant": (signed(), told | {"clientKey": "client-key-2"}),
        "another app": (signed(), told | {"key": "com.example.other"}),
        "no app": (signed(), {k: v for k, v in told.items() if k != "key"}),
        "not a Jira host": (signed(), told | {"baseUrl": "https://evil.example.com"}),
        "host that ends alike": (signed(), told | {"baseUrl": "https://evilatlassian.net"}),
        "host that begins alike": (signed(), told | {"baseUrl": "https://x.atlassian.net.evil.example.com"}),
        "host behind an @": (signed(), told | {"baseUrl": "https://x.atlassian.net@evil.example.com"}),
        "not a URL": (signed(), told | {"baseUrl": "x"}),
    }


FORGED = list(forged(Edge.hollow()))


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_install_is_refused_and_leaves_nothing(edge: Edge, name: str) -> None:
    token, told = forged(edge)[name]
    answer = edge.post("/installed", told, token)
    assert answer.status_code == 401, answer.text
    assert edge.tenants() == []


def test_the_key_of_another_host_does_not_matter_when_the_key_host_is_down(edge: Edge) -> None:
    edge.jira.answers["GET", f"/keys/{edge.jira.kid}"] = (500, b"")
    assert edge.lifecycle("installed").status_code == 401
    assert edge.tenants() == []


@pytest.mark.parametrize(
    "body", [b"", b"not a key", b"<html>", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"]
)
def test_what_the_key_host_answers_has_to_be_a_key(edge: Edge, body: bytes) -> None:
    edge.jira.answers["GET", f"/keys/{edge.jira.kid}"] = (200, body)
    assert edge.lifecycle("installed").status_code == 401


def test_unknown_keys_are_asked_for_once(edge: Edge) -> None:
    edge.jira.answers["GET", f"/keys/{edge.jira.kid}"] = (404, b"")
    for _ in range(3):
        assert edge.lifecycle("installed").status_code == 401
    assert len([call for call in edge.jira.calls if call.target.startswith("/keys/")]) == 1


@pytest.mark.parametrize("missing", ["sharedSecret", "clientKey", "baseUrl"])
@pytest.mark.parametrize("value", [None, 5, "", "x" * 1000, "a\0b", ["a"]])
def test_a_proven_but_incomplete_install_says_what_is_wrong(edge: Edge, missing: str, value: Any) -> None:
    answer = edge.post("/installed", edge.jira.told("installed", **{missing: value}), edge.install_token())
    assert answer.status_code in (400, 401)
    assert edge.tenants() == []


def test_another_product_is_refused(edge: Edge) -> None:
    answer = edge.post("/installed", edge.jira.told("installed", productType="confluence"), edge.install_token())
    assert (answer.status_code, edge.tenants()) == (400, [])


def test_a_rotation_keeps_the_previous_secret_for_a_while(edge: Edge) -> None:
    edge.installed()
    old = edge.jira.secret
    edge.jira.secret = "another-secret-another-secret-abc"
    assert edge.lifecycle("installed").status_code == 204
    assert edge.tenant().state == "enabled"
    assert edge.webhook().status_code == 204
    edge.jira.secret = old
    assert edge.webhook().status_code == 204
    edge.expire_previous_secret()
    assert edge.webhook().status_code == 401


def test_uninstall_is_final_until_installed_again(edge: Edge) -> None:
    edge.installed()
    assert edge.lifecycle("uninstalled").status_code == 204
    gone = edge.tenant()
    assert (gone.state, gone.shared_secret, gone.previous_secret) == ("uninstalled", "", None)
    assert edge.webhook().status_code == 401
    assert edge.post("/disabled", edge.jira.told("disabled"), None).status_code == 204
    assert edge.event("disabled").status_code == 204
    assert edge.event("enabled").status_code == 401
    assert edge.tenant().state == "uninstalled"
    assert edge.lifecycle("uninstalled").status_code == 204
    edge.jira.secret = "a-new-secret-a-new-secret-a-new-s"
    assert edge.lifecycle("installed").status_code == 204
    assert edge.tenant().state == "installed"
    assert edge.tenant().previous_secret is None


def test_disabled_needs_a_token_as_long_as_the_app_is_installed(edge: Edge) -> None:
    edge.installed()
    assert edge.post("/disabled", edge.jira.told("disabled"), None).status_code == 401
    assert edge.tenant().state == "enabled"
    assert edge.event("disabled").status_code == 204
    assert edge.tenant().state == "disabled"
    assert edge.lifecycle("installed").status_code == 204
    assert edge.tenant().state == "disabled"
    assert edge.event("enabled").status_code == 204
    assert edge.tenant().state == "enabled"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"clientKey": 5}', b"\xff", b'{"clientKey": "nobody"}'])
def test_disabled_without_token_or_sense_is_a_4xx(edge: Edge, body: bytes) -> None:
    assert edge.client.post("/disabled", data=body).status_code in (400, 401)


def test_a_restored_site_makes_the_old_row_stale(edge: Edge) -> None:
    edge.installed()
    edge.jira.client_key = "client-key-2"
    assert edge.lifecycle("installed").status_code == 204
    assert {tenant.client_key: tenant.state for tenant in edge.tenants()} == {
        "client-key-1": "stale",
        "client-key-2": "installed",
    }
    with edge.db.read() as tx:
        found = tenants.by_base_url(tx, edge.jira.base_url)
    assert found is not None
    assert found.client_key == "client-key-2"


def test_uninstalling_an_unknown_tenant_is_no_error(edge: Edge) -> None:
    assert edge.lifecycle("uninstalled").status_code == 204


def test_an_install_from_another_site_does_not_open_this_one(edge: Edge) -> None:
    edge.installed()
    with FakeJira(client_key="client-key-9", secret="z" * 32) as stranger:
        token = stranger.shared("POST", "/webhooks/issue", iss=edge.jira.client_key)
        assert edge.webhook(token=token).status_code == 401
