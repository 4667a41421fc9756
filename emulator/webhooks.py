"""Sends webhooks to installed apps: durable, at least once, unordered, retried as Jira does.

A delivery is a record written in the same transaction as the change it tells of, so a restart goes on where
the site stopped. Source: developer.atlassian.com/cloud/jira/platform/webhooks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import orjson
import requests

from emulator import cause, search, tokens
from emulator.agenda import LANES

if TYPE_CHECKING:
    from emulator.auth import Caller
    from emulator.site import Site
    from emulator.store import Record

TIMEOUT_S = (5.0, 20.0)
RETRIED = {408, 409, 425, 429}
RETRY_DELAYS_S = (5.0, 15.0, 60.0, 300.0, 1800.0)
FAILED_KEPT_MS = 72 * 3600 * 1000
LARGEST = 25 * 1024 * 1024
# One that lets others overtake it goes at the latest after this time.
HELD_MS = 5000


class Dispatcher:
    """One site's outgoing webhooks. `post` sends one and gives the status, 0 for no answer; a test may replace it."""

    def __init__(self, site: Site) -> None:
        self.retry_delays_s: tuple[float, ...] = RETRY_DELAYS_S
        self.timeout_s: tuple[float, float] = TIMEOUT_S
        self.post: Callable[[str, bytes, Mapping[str, str]], int] = self._post
        self._site = site
        self._fresh: list[Record] = []
        # By app: the delivery that waits to be overtaken.
        self._held: dict[str, str] = {}
        self._session = requests.Session()
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=sum(LANES.values()))
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)
        # A proxy or .netrc of the machine has no business in calls between sites and apps.
        self._session.trust_env = False
        self._fresh = site.store.all("delivery")

    def publish(
        self,
        event: str,
        caller: Caller | None,
        build: Callable[[], dict[str, Any]],
        issue: Record | None = None,
        flow: str = "Primary",
    ) -> None:
        """Write a delivery for each app that listens; `build` makes the body only if somebody does."""
        body: dict[str, Any] | None = None
        for app, subscription in self._listeners(event, issue):
            if body is None:
                now = self._site.clock.now()
                body = {"timestamp": now, "webhookEvent": event} | build()
            self._add(app, subscription, body, caller, flow, issue)

    def wake(self) -> None:
        """Take over what the transaction that just ended has written."""
        if not self._fresh:
            return
        with self._site.lock:
            fresh, self._fresh = self._fresh, []
            for delivery in fresh:
                self._schedule(delivery)

    def start(self) -> None:
        """Begin to send, first what an earlier run left."""
        self.wake()
        self._site.agenda.start()

    def stop(self) -> None:
        """Stop sending; what is not delivered stays for the next start."""
        self._site.agenda.stop()

    def _schedule(self, delivery: Record) -> None:
        due, delivery_id = delivery["due"], delivery["id"]
        self._site.agenda.at(due, lambda: self._deliver(delivery_id, due), delivery["flow"])

    def _listeners(self, event: str, issue: Record | None) -> list[tuple[Record, Record]]:
        found, now = [], self._site.clock.now()
        for app in self._site.store.all("app"):
            if app["state"] != "enabled":
                continue
            subscriptions = [*app["descriptor"].get("modules", {}).get("webhooks", []), *app.get("dynamic", [])]
            for subscription in subscriptions:
                if event not in subscription.get("events", [subscription.get("event")]):
                    continue
                if subscription.get("expires", now) < now:
                    continue
                jql = subscription.get("filter")
                if jql and issue is not None and not search.matches(self._site, jql, issue, app["accountId"]):
                    continue
                found.append((app, subscription))
        return found

    def _add(
        self,
        app: Record,
        subscription: Record,
        body: dict[str, Any],
        caller: Caller | None,
        flow: str,
        issue: Record | None,
    ) -> None:
        site, event = self._site, body["webhookEvent"]
        text = b"" if subscription.get("excludeBody") else orjson.dumps(_own(body, subscription, issue))
        delivery: Record = {
            "id": site.store.next_id("delivery"),
            "app": app["id"],
            "url": _target(app, subscription),
            "event": event,
            "issue": issue["id"] if issue else None,
            "identifier": site.entropy.uuid(),
            "flow": flow,
            "trace": caller.trace if caller else None,
            "sub": caller.account_id if caller else None,
            "request": cause.shown()["request"],
            "attempts": 0,
            "due": site.clock.now(),
            "body": text.decode(),
        }
        if len(text) > LARGEST:
            self._tell(delivery, "too large")
            return
        waits = site.chaos.fate(f"webhook {app['key']} {event}", flow)
        if not waits:
            self._tell(delivery, "lost")
        for number, wait_ms in enumerate(waits):
            copy = delivery | {"due": delivery["due"] + wait_ms}
            if number:
                copy["id"] = site.store.next_id("delivery")
            self._fresh.append(site.store.put("delivery", copy))
            if number == 0:
                self._overtake(copy)

    def _overtake(self, delivery: Record) -> None:
        """Let the app's delivery that is held back follow this one, or hold this one back for the next."""
        app, site = delivery["app"], self._site
        held = site.store.get("delivery", self._held.pop(app, None))
        if held is not None and held["attempts"] == 0 and held["due"] > delivery["due"]:
            held["due"] = delivery["due"] + 1
            self._fresh.append(site.store.put("delivery", held))
        elif site.chaos.swaps(app):
            delivery["due"] += HELD_MS
            self._held[app] = delivery["id"]

    def _deliver(self, delivery_id: str, due: int) -> None:
        with self._site.lock:
            delivery = self._site.store.get("delivery", delivery_id)
            # One that was given another moment meanwhile is not for this one.
            if delivery is None or delivery["due"] != due:
                return
            app = self._site.store.get("app", delivery["app"])
            if app is None or app["state"] != "enabled":
                with self._site.transaction():
                    self._site.store.delete("delivery", delivery["id"])
                    self._tell(delivery, "app gone")
                return
            headers = self._headers(delivery, app)
            url, body = delivery["url"], delivery["body"].encode()
        status = self.post(url, body, headers)
        with self._site.transaction():
            if self._site.store.get("delivery", delivery_id) is not delivery:
                return
            if _is_retried(status):
                self._postpone(delivery, status)
            else:
                self._site.store.delete("delivery", delivery["id"])
                self._tell(delivery, "delivered" if 200 <= status < 300 else "refused", status)

    def _tell(self, delivery: Record, outcome: str, status: int | None = None) -> None:
        names = ("app", "event", "issue", "identifier", "flow", "trace", "request")
        said = {name: delivery.get(name) for name in names}
        self._site.ledger.note(
            "webhook", **said, delivery=delivery["id"], attempt=delivery["attempts"], outcome=outcome, status=status
        )

    def _postpone(self, delivery: Record, status: int) -> None:
        if delivery["attempts"] >= len(self.retry_delays_s):
            self._tell(delivery, "failed", status)
            self._fail(delivery)
            return
        self._tell(delivery, "retried", status)
        delay_s = self.retry_delays_s[delivery["attempts"]]
        delivery["attempts"] += 1
        delivery["due"] = self._site.clock.now() + int(delay_s * 1000)
        self._fresh.append(self._site.store.put("delivery", delivery))

    def _fail(self, delivery: Record) -> None:
        store, now = self._site.store, self._site.clock.now()
        store.delete("delivery", delivery["id"])
        for old in store.all("failed_webhook"):
            if old["failureTime"] < now - FAILED_KEPT_MS:
                store.delete("failed_webhook", old["id"])
        store.put("failed_webhook", delivery | {"failureTime": now})

    def _headers(self, delivery: Record, app: Record) -> dict[str, str]:
        now = self._site.clock.seconds()
        claims = {
            "iss": self._site.client_key,
            "iat": now,
            "exp": now + tokens.LIFETIME_S,
            "qsh": tokens.qsh_of_url("POST", delivery["url"], app["baseUrl"]),
        } | ({"sub": delivery["sub"]} if delivery["sub"] else {})
        headers = {
            "Authorization": f"JWT {tokens.sign_hs256(claims, app['secret'])}",
            "Content-Type": "application/json; charset=UTF-8",
            "User-Agent": "Atlassian Webhook HTTP Client",
            "X-Atlassian-Webhook-Identifier": delivery["identifier"],
            "X-Atlassian-Webhook-Flow": delivery["flow"],
        }
        if delivery["attempts"]:
            headers["X-Atlassian-Webhook-Retry"] = str(delivery["attempts"])
        if delivery["trace"]:
            headers["X-Atlassian-Webhook-Trace"] = delivery["trace"]
        return headers

    def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer; 0 for none at all."""
        try:
            answer = self._session.post(
                url, data=body, headers=dict(headers), timeout=self.timeout_s, allow_redirects=False
            )
        except requests.RequestException:
            return 0
        return answer.status_code


def _is_retried(status: int) -> bool:
    return status == 0 or status in RETRIED or status >= 500


def _target(app: Record, subscription: Record) -> str:
    url = str(subscription["url"])
    return url if "://" in url else str(app["baseUrl"]).rstrip("/") + "/" + url.lstrip("/")


def _own(body: dict[str, Any], subscription: Record, issue: Record | None) -> dict[str, Any]:
    """The body with what this one subscription asked for on top."""
    keys = subscription.get("propertyKeys", [])
    if keys and issue is not None and "issue" in body:
        held = {key: issue["properties"][key] for key in keys if key in issue["properties"]}
        body = body | {"issue": body["issue"] | {"properties": held}}
    if "createdWebhookId" in subscription:
        body = body | {"matchedWebhookIds": [subscription["createdWebhookId"]]}
    return body
