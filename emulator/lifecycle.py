"""Installing Connect apps: the descriptor is fetched and checked, then the app is told, signed as Jira signs.

Source: developer.atlassian.com/cloud/jira/platform/security-for-connect-apps and the app descriptor reference.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import requests

from emulator import descriptor, tokens
from emulator.errors import JiraError

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.store import Record

TIMEOUT_S = 10
AUDIENCE_EVENTS = ("installed", "uninstalled")


def install(site: Site, descriptor_url: str) -> Record:
    """Install or update the app at this URL. JiraError 400 says what is wrong; nothing is kept then."""
    found = descriptor.fetch(descriptor_url)
    with site.transaction():
        before = site.store.get("app", found["key"])
        app = _record(site, found, descriptor_url, before)
    try:
        _call(site, app, "installed")
    except JiraError:
        with site.transaction():
            _roll_back(site, app, before)
        raise
    with site.transaction():
        app["state"] = "enabled"
        site.store.put("app", app)
    _notify(site, app, "enabled")
    return app


def _record(site: Site, found: Record, url: str, before: Record | None) -> Record:
    account_id = before["accountId"] if before else _app_user(site, found)
    app: Record = {
        "id": found["key"],
        "key": found["key"],
        "name": found["name"],
        "descriptor": found,
        "descriptorUrl": url,
        "baseUrl": found["baseUrl"].rstrip("/"),
        "accountId": account_id,
        "secret": site.entropy.token(64),
        "oauthClientId": before["oauthClientId"] if before else site.entropy.token(32),
        "state": "installing",
        "installedAt": site.clock.now(),
        "properties": before["properties"] if before else {},
        "license": {"active": True},
    }
    user = site.store.get("user", account_id)
    if user:
        user |= {"active": True, "admin": "ADMIN" in found.get("scopes", []), "displayName": found["name"]}
        site.store.put("user", user)
    return site.store.put("app", app)


def _app_user(site: Site, found: Record) -> str:
    known = site.store.find("user", app=found["key"])
    if known is not None:
        # After a restore the app comes back to the account that wrote its earlier comments.
        return str(known["id"])
    account_id = f"557058:{site.entropy.uuid()}"
    site.store.put(
        "user",
        {
            "id": account_id,
            "displayName": found["name"],
            "accountType": "app",
            "active": True,
            "admin": False,
            "groups": [],
            "app": found["key"],
        },
    )
    return account_id


def _roll_back(site: Site, app: Record, before: Record | None) -> None:
    if before:
        site.store.put("app", before)
        return
    site.store.delete("app", app["id"])
    site.store.delete("user", app["accountId"])


def uninstall(site: Site, key: str) -> None:
    """Remove an app. `disabled` and `uninstalled` go out at the same time and are not retried."""
    app = _installed(site, key)
    calls = [threading.Thread(target=_notify, args=(site, app, event)) for event in ("disabled", "uninstalled")]
    for call in calls:
        call.start()
    with site.transaction():
        app["state"] = "uninstalled"
        app["dynamic"] = []
        site.store.put("app", app)
        user = site.store.get("user", app["accountId"])
        if user:
            user["active"] = False
            site.store.put("user", user)
    for call in calls:
        call.join(TIMEOUT_S + 1)


def rotate_secret(site: Site, key: str) -> Record:
    """Send `installed` again with a new secret; the old one stays if the app refuses."""
    app = _installed(site, key)
    with site.transaction():
        before = app["secret"]
        app["secret"] = site.entropy.token(64)
        site.store.put("app", app)
    try:
        _call(site, app, "installed")
    except JiraError:
        with site.transaction():
            app["secret"] = before
            site.store.put("app", app)
        raise
    return app


def set_enabled(site: Site, key: str, enabled: bool) -> Record:
    """Enable or disable an installed app and tell it so."""
    app = _installed(site, key)
    event = "enabled" if enabled else "disabled"
    with site.transaction():
        app["state"] = event
        site.store.put("app", app)
    _notify(site, app, event)
    return app


def forget(site: Site, key: str) -> None:
    """Drop an app and what was still to be sent to it, without a word to it."""
    app = _installed(site, key)
    site.store.delete("app", app["id"])
    for kind in ("delivery", "failed_webhook"):
        for record in [row for row in site.store.all(kind) if row["app"] == app["id"]]:
            site.store.delete(kind, record["id"])


def rename(site: Site, base_url: str | None, display_url: str | None) -> list[str]:
    """Give the site other addresses and tell every app by `installed`; the keys of apps that refused."""
    with site.transaction():
        if base_url:
            site.base_url = base_url.rstrip("/")
        if display_url:
            site.identity["displayUrl"] = display_url.rstrip("/")
            site.store.put("site", site.identity)
        apps = [app for app in site.store.all("app") if app["state"] != "uninstalled"]
    refused = []
    for app in apps:
        try:
            _call(site, app, "installed")
        except JiraError:
            refused.append(str(app["key"]))
    return refused


def become_clone(site: Site) -> None:
    """Make the site a copy of itself, as a restore or an import does: other keys, the same data, no apps."""
    with site.transaction():
        identity = site.identity
        identity |= {"clientKey": site.entropy.uuid(), "cloudId": site.entropy.uuid()}
        site.store.put("site", identity)
        for app in [app for app in site.store.all("app") if app["state"] != "uninstalled"]:
            forget(site, app["key"])


def _installed(site: Site, key: str) -> Record:
    app = site.store.get("app", key)
    if app is None or app["state"] == "uninstalled":
        raise JiraError(404, f"The app {key} is not installed.")
    return app


def _body(site: Site, app: Record, event: str) -> dict[str, Any]:
    body = {
        "key": app["key"],
        "clientKey": site.client_key,
        "publicKey": "",
        "serverVersion": "100300",
        "pluginsVersion": "1001.0.0-SNAPSHOT",
        "baseUrl": site.base_url,
        "displayUrl": site.display_url,
        "displayUrlServicedeskHelpCenter": site.display_url,
        "productType": "jira",
        "description": f"{site.name} Jira",
        "cloudId": site.identity["cloudId"],
        "eventType": event,
    }
    if event == "installed":
        body |= {"sharedSecret": app["secret"], "oauthClientId": app["oauthClientId"]}
    return body


def _call(site: Site, app: Record, event: str) -> None:
    """Tell the app; JiraError 400 unless it answers 200 or 204."""
    path = app["descriptor"].get("lifecycle", {}).get(event)
    if not path:
        return
    url = app["baseUrl"] + "/" + path.lstrip("/")
    headers = {"Authorization": f"JWT {_token(site, app, event, url)}"}
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                url, json=_body(site, app, event), headers=headers, timeout=TIMEOUT_S, allow_redirects=False
            )
    except requests.RequestException as error:
        raise JiraError(400, f"The app host did not answer when we tried to contact it at {url}: {error}") from None
    if answer.status_code not in (200, 204):
        raise JiraError(
            400,
            f"The app host returned HTTP response code {answer.status_code} when we tried to contact it during"
            f" {event} at {url}. Please try again later or contact the app vendor.",
        )


def _notify(site: Site, app: Record, event: str) -> None:
    """Tell the app without caring for its answer."""
    try:
        _call(site, app, event)
    except JiraError:
        return


def _token(site: Site, app: Record, event: str, url: str) -> str:
    now = site.clock.seconds()
    claims: dict[str, Any] = {
        "iss": site.client_key,
        "iat": now,
        "exp": now + tokens.LIFETIME_S,
        "qsh": tokens.qsh_of_url("POST", url, app["baseUrl"]),
    }
    if event in AUDIENCE_EVENTS:
        return tokens.sign_rs256(claims | {"aud": [app["baseUrl"]]}, site.key_pair()[0], site.identity["kid"])
    return tokens.sign_hs256(claims, app["secret"])
