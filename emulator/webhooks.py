"""Sends webhooks to installed apps: durable, at least once, unordered, retried as Jira does.

A delivery is a record written in the same transaction as the change it tells of, so a restart goes on where
the site stopped. Source: developer.atlassian.com/cloud/jira/platform/webhooks.
"""

from __future__ import annotations

import heapq
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import orjson
import requests

from emulator import search, tokens

if TYPE_CHECKING:
    from emulator.auth import Caller
    from emulator.site import Site
    from emulator.store import Record

IN_FLIGHT = 20
TIMEOUT_S = (5, 20)
RETRIED = {408, 409, 425, 429}
RETRY_DELAYS_S = (5.0, 15.0, 60.0, 300.0, 1800.0)
FAILED_KEPT_MS = 72 * 3600 * 1000


class Dispatcher:
    """One site's outgoing webhooks."""

    def __init__(self, site: Site) -> None:
        self.retry_delays_s: tuple[float, ...] = RETRY_DELAYS_S
        self._site = site
        self._fresh: list[Record] = []
        self._heap: list[tuple[int, str]] = []
        self._condition = threading.Condition()
        self._running = False
        self._thread: threading.Thread | None = None
        self._session = requests.Session()
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=IN_FLIGHT)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)
        # A proxy or .netrc of the machine has no business in calls between sites and apps.
        self._session.trust_env = False

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
        with self._condition:
            for delivery in fresh:
                heapq.heappush(self._heap, (delivery["due"], delivery["id"]))
            self._condition.notify()

    def start(self) -> None:
        """Begin to send, first what an earlier run left."""
        with self._site.lock, self._condition:
            self._fresh.clear()
            self._heap = [(d["due"], d["id"]) for d in self._site.store.all("delivery")]
            heapq.heapify(self._heap)
            self._running = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop sending; what is not delivered stays for the next start."""
        with self._condition:
            self._running = False
            self._condition.notify()
        if self._thread:
            self._thread.join(timeout=10)
            self._thread = None

    def _listeners(self, event: str, issue: Record | None) -> list[tuple[Record, Record]]:
        found = []
        for app in self._site.store.all("app"):
            if app["state"] != "enabled":
                continue
            subscriptions = [*app["descriptor"].get("modules", {}).get("webhooks", []), *app.get("dynamic", [])]
            for subscription in subscriptions:
                if event not in subscription.get("events", [subscription.get("event")]):
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
        delivery: Record = {
            "id": self._site.store.next_id("delivery"),
            "app": app["id"],
            "url": _target(app, subscription),
            "event": body["webhookEvent"],
            "identifier": str(uuid.uuid4()),
            "flow": flow,
            "trace": caller.trace if caller else None,
            "sub": caller.account_id if caller else None,
            "attempts": 0,
            "due": self._site.clock.now(),
            "body": "" if subscription.get("excludeBody") else orjson.dumps(_own(body, subscription, issue)).decode(),
        }
        for due in self._site.chaos.fate(delivery["due"]):
            copy = delivery | {"due": due}
            if due != delivery["due"] and self._site.store.get("delivery", delivery["id"]):
                copy["id"] = self._site.store.next_id("delivery")
            self._fresh.append(self._site.store.put("delivery", copy))

    def _run(self) -> None:
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            while True:
                with self._condition:
                    if not self._running:
                        return
                    now = self._site.clock.now()
                    if not self._heap or self._heap[0][0] > now:
                        wait_ms = self._heap[0][0] - now if self._heap else 1000
                        self._condition.wait(min(wait_ms / 1000, 1.0))
                        continue
                    _, delivery_id = heapq.heappop(self._heap)
                pool.submit(self._deliver, delivery_id)

    def _deliver(self, delivery_id: str) -> None:
        with self._site.lock:
            delivery = self._site.store.get("delivery", delivery_id)
            app = self._site.store.get("app", delivery["app"]) if delivery else None
            if delivery is None:
                return
            if app is None or app["state"] != "enabled":
                self._settle(delivery)
                return
            headers = self._headers(delivery, app)
            url, body = delivery["url"], delivery["body"].encode()
        status = self._post(url, body, headers)
        with self._site.transaction():
            if 200 <= status < 300 or not _is_retried(status):
                self._settle(delivery)
            else:
                self._postpone(delivery)

    def _settle(self, delivery: Record) -> None:
        with self._site.transaction():
            self._site.store.delete("delivery", delivery["id"])

    def _postpone(self, delivery: Record) -> None:
        if delivery["attempts"] >= len(self.retry_delays_s):
            self._fail(delivery)
            return
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

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """The status of the answer; 0 for none at all."""
        try:
            answer = self._session.post(url, data=body, headers=headers, timeout=TIMEOUT_S, allow_redirects=False)
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
