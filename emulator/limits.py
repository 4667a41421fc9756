"""Rate limits as Jira Cloud enforces them: points per hour, bursts per resource, writes per issue.

Source: developer.atlassian.com/cloud/jira/platform/rate-limiting (October 2026). All by the site's clock.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from emulator import points

if TYPE_CHECKING:
    from emulator.clock import Clock
    from emulator.fault_rules import Call

HOUR_MS = 3_600_000
NEAR = 0.2
WRITES = {"POST", "PUT", "DELETE"}
BURST = {"GET": 100.0, "POST": 100.0, "PUT": 50.0, "DELETE": 50.0}
# Resources with a rate of their own, by method and path below the API's root.
BURST_OF = {
    "GET /issue/{}": 150.0,
    "GET /issue/{}/changelog": 200.0,
    "GET /attachment/content/{}": 300.0,
    "GET /user": 150.0,
}
ISSUE_WRITES = ((20, 2.0), (100, 30.0))


@dataclass(frozen=True, slots=True)
class Rules:
    """Which limits hold; none unless `enforced`. Windows in seconds, rates per second."""

    enforced: bool = False
    points_per_hour: int = 65_000
    burst: Mapping[str, float] = field(default_factory=lambda: BURST | BURST_OF)
    issue_writes: tuple[tuple[int, float], ...] = ISSUE_WRITES
    retry_after: bool = True


@dataclass(slots=True)
class Refusal:
    """Why a request is answered 429, and the headers that say so."""

    reason: str
    headers: dict[str, str]


@dataclass(slots=True)
class Bucket:
    tokens: float
    filled_ms: int


class Limits:
    """One site's meters."""

    def __init__(self, clock: Clock, issue_of: Callable[[str], str | None]) -> None:
        self.rules = Rules()
        self._clock = clock
        self._issue_of = issue_of
        self._lock = threading.Lock()
        self._forget()

    def configure(self, given: Mapping[str, Any]) -> None:
        """New rules and empty meters; ValueError says what is wrong with them."""
        self.rules = read_rules(given)
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self._spent: dict[str, tuple[int, int]] = {}
        self._buckets: dict[str, Bucket] = {}
        self._writes: dict[str, deque[int]] = {}

    def shown(self) -> dict[str, Any]:
        """The rules, and the points that each app has spent in this hour."""
        rules = self.rules
        return {
            "enforced": rules.enforced,
            "pointsPerHour": rules.points_per_hour,
            "burst": dict(rules.burst),
            "issueWrites": [list(window) for window in rules.issue_writes],
            "retryAfter": rules.retry_after,
            "spent": {app: spent for app, (hour, spent) in self._spent.items() if hour == self._hour()},
        }

    def refuses(self, call: Call, resource: str) -> Refusal | None:
        """Admit a request, or say which limit it breaks. `resource` is its path with `{}` for each variable."""
        if not self.rules.enforced:
            return None
        with self._lock:
            return self._quota(call) or self._burst(call, resource) or self._issue(call)

    def _hour(self) -> int:
        return self._clock.now() // HOUR_MS

    def _left(self, app: str) -> int:
        hour, spent = self._spent.get(app, (0, 0))
        return max(self.rules.points_per_hour - (spent if hour == self._hour() else 0), 0)

    def _quota(self, call: Call) -> Refusal | None:
        if call.app is None or self._left(call.app) > 0:
            return None
        wait_s = math.ceil((HOUR_MS - self._clock.now() % HOUR_MS) / 1000)
        refusal = self._refusal("jira-quota-global-based", wait_s, self.rules.points_per_hour)
        refusal.headers = self.told(call) | refusal.headers
        return refusal

    def _burst(self, call: Call, resource: str) -> Refusal | None:
        name = f"{call.method} {resource}"
        rate = self.rules.burst.get(name, self.rules.burst.get(call.method))
        if rate is None:
            return None
        now = self._clock.now()
        bucket = self._buckets.setdefault(name, Bucket(rate, now))
        bucket.tokens = min(bucket.tokens + (now - bucket.filled_ms) / 1000 * rate, max(rate, 1.0))
        bucket.filled_ms = now
        if bucket.tokens < 1:
            return self._refusal("jira-burst-based", max(math.ceil((1 - bucket.tokens) / rate), 1), int(rate))
        bucket.tokens -= 1
        return None

    def _issue(self, call: Call) -> Refusal | None:
        issue = self._issue_of(call.path) if call.method in WRITES else None
        if issue is None or not self.rules.issue_writes:
            return None
        now, moments = self._clock.now(), self._writes.setdefault(issue, deque())
        longest = max(seconds for _, seconds in self.rules.issue_writes)
        while moments and moments[0] <= now - longest * 1000:
            moments.popleft()
        for most, seconds in self.rules.issue_writes:
            within = [moment for moment in moments if moment > now - seconds * 1000]
            if len(within) >= most:
                wait_s = math.ceil((within[-most] + seconds * 1000 - now) / 1000)
                return self._refusal("jira-per-issue-on-write", max(wait_s, 1), most)
        moments.append(now)
        return None

    def _refusal(self, reason: str, wait_s: int, limit: int) -> Refusal:
        headers = {
            "RateLimit-Reason": reason,
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": _minute(self._clock.now() + wait_s * 1000),
        }
        return Refusal(reason, headers | ({"Retry-After": str(wait_s)} if self.rules.retry_after else {}))

    def charge(self, call: Call, answer: bytes) -> None:
        """Book what an answered request of an app cost; people with API tokens pay no points."""
        if call.app is None or not self.rules.enforced:
            return
        cost = points.cost(call.method, call.path, answer)
        with self._lock:
            hour, spent = self._spent.get(call.app, (0, 0))
            self._spent[call.app] = (self._hour(), cost + (spent if hour == self._hour() else 0))

    def told(self, call: Call) -> dict[str, str]:
        """The headers that tell an app how much of its quota is left."""
        rules = self.rules
        if call.app is None or not rules.enforced:
            return {}
        left, reset_s = self._left(call.app), math.ceil((HOUR_MS - self._clock.now() % HOUR_MS) / 1000)
        headers = {
            "X-RateLimit-Limit": str(rules.points_per_hour),
            "X-RateLimit-Remaining": str(left),
            "RateLimit-Policy": f'"global-app-quota";q={rules.points_per_hour};w=3600',
            "RateLimit": f'"global-app-quota";r={left};t={reset_s}',
        }
        return headers | ({"X-RateLimit-NearLimit": "true"} if left < rules.points_per_hour * NEAR else {})


def _minute(ms: int) -> str:
    # Rounded up: a client that comes back at this moment must find the door open.
    return datetime.fromtimestamp(math.ceil(ms / 60_000) * 60, UTC).strftime("%Y-%m-%dT%H:%MZ")


def read_rules(given: Mapping[str, Any]) -> Rules:
    """Rules from JSON: an empty object enforces nothing, any other is on unless it says `enforced: false`."""
    known = {"enforced", "pointsPerHour", "burst", "issueWrites", "retryAfter"}
    if set(given) - known:
        raise ValueError(f"unknown {', '.join(sorted(set(given) - known))}; known are {', '.join(sorted(known))}")
    for name in ("enforced", "retryAfter"):
        if not isinstance(given.get(name, True), bool):
            raise ValueError(f"{name} must be true or false")
    quota, burst = given.get("pointsPerHour", 65_000), given.get("burst", {})
    if isinstance(quota, bool) or not isinstance(quota, int) or quota < 0:
        raise ValueError("pointsPerHour must be a whole number")
    if not isinstance(burst, dict) or not all(_positive(rate) for rate in burst.values()):
        raise ValueError('burst must be like {"GET": 100, "GET /issue/{}": 150}')
    windows = given.get("issueWrites", ISSUE_WRITES)
    if not isinstance(windows, (list, tuple)) or not all(_window(each) for each in windows):
        raise ValueError("issueWrites must be like [[20, 2], [100, 30]]: writes, seconds")
    # A rate for a whole method is meant for all its resources.
    special = {name: rate for name, rate in BURST_OF.items() if name.partition(" ")[0] not in burst}
    return Rules(
        given.get("enforced", bool(given)),
        quota,
        BURST | special | {name: float(rate) for name, rate in burst.items()},
        tuple((int(most), float(seconds)) for most, seconds in windows),
        given.get("retryAfter", True),
    )


def _positive(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0


def _window(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == 2 and all(_positive(each) for each in value)
