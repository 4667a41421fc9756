"""Rules that say which requests go wrong, and how: `{"method": "POST", "path": "/comment$", "effect": "cut"}`."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import Any

EFFECTS = ("error", "cut", "late", "delay", "drip", "html")


@dataclass(frozen=True, slots=True)
class Call:
    """A request before it is served. `app` and `who` are what its credentials claim, not yet checked."""

    number: int
    method: str
    path: str
    app: str | None = None
    who: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """What a request suffers.

    `error`: the status, before anything is done or (`after`) when all is done; `html`: a page with this status,
    likewise; `cut`: all is done, and the connection closes after `bytes` of the body (half of it if not said);
    `drip`: the body comes byte by byte for `delay_ms`; `delay`: the answer comes so much later; `late`: the status
    comes after `hold_ms`, the effect after `delay_ms`.
    """

    effect: str
    status: int = 503
    after: bool = False
    delay_ms: int = 1000
    hold_ms: int = 0
    bytes: int | None = None
    retry_after_s: int | None = None
    reason: str = "jira-burst-based"
    name: str = ""


@dataclass(slots=True)
class Rule:
    """A fault and whom it befalls: from the `first` matching call on, every `every`-th, at most `times` times."""

    name: str
    fault: Fault
    method: str | None
    path: re.Pattern[str]
    who: str | None
    first: int
    every: int
    times: int | None
    share: float
    seen: int = 0
    struck: int = 0

    def matches(self, call: Call) -> bool:
        if self.method and self.method != call.method:
            return False
        if self.who == "app":
            return call.app is not None and self.path.search(call.path) is not None
        if self.who == "people":
            return call.app is None and self.path.search(call.path) is not None
        return (self.who is None or self.who in (call.app, call.who)) and self.path.search(call.path) is not None

    def strikes(self, dice: random.Random) -> bool:
        """Count a matching call; whether it is one that goes wrong."""
        self.seen += 1
        turn = self.seen >= self.first and (self.seen - self.first) % self.every == 0
        if not turn or (self.times is not None and self.struck >= self.times) or dice.random() >= self.share:
            return False
        self.struck += 1
        return True

    def shown(self) -> dict[str, Any]:
        return {"name": self.name, "effect": self.fault.effect, "seen": self.seen, "struck": self.struck}


_RULE_KEYS = {"name", "method", "path", "who", "first", "every", "times", "share", "effect"}
_FAULT_KEYS = {
    "status": "status",
    "after": "after",
    "delayMs": "delay_ms",
    "holdMs": "hold_ms",
    "bytes": "bytes",
    "retryAfterS": "retry_after_s",
    "reason": "reason",
}
_OTHER_KINDS = {"after": bool, "reason": str}
_STATUS = {"html": 200, "late": 504}


def read_rule(given: Any, number: int) -> Rule:
    """A rule from JSON; ValueError says what is wrong with it."""
    if not isinstance(given, dict):
        raise ValueError(f"rule {number} must be an object")
    unknown = set(given) - _RULE_KEYS - set(_FAULT_KEYS)
    if unknown:
        known = ", ".join(sorted(_RULE_KEYS | set(_FAULT_KEYS)))
        raise ValueError(f"rule {number}: unknown {', '.join(sorted(unknown))}; known are {known}")
    effect = given.get("effect", "error")
    if effect not in EFFECTS:
        raise ValueError(f"rule {number}: effect must be one of {', '.join(EFFECTS)}")
    name = str(given.get("name") or number)
    try:
        path = re.compile(str(given.get("path", "")))
    except re.error as error:
        raise ValueError(f"rule {number}: path is no regular expression: {error}") from None
    values = {_FAULT_KEYS[key]: _fault_value(given[key], key, number) for key in _FAULT_KEYS if key in given}
    return Rule(
        name=name,
        fault=Fault(**{"effect": effect, "status": _STATUS.get(effect, 503), "name": name} | values),
        method=str(given["method"]).upper() if given.get("method") else None,
        path=path,
        who=str(given["who"]) if given.get("who") else None,
        first=_whole(given, "first", number) or 1,
        every=_whole(given, "every", number) or 1,
        times=_whole(given, "times", number),
        share=_share(given.get("share", 1.0), number),
    )


def _fault_value(value: Any, key: str, number: int) -> Any:
    if key in _OTHER_KINDS:
        if not isinstance(value, _OTHER_KINDS[key]):
            raise ValueError(f"rule {number}: {key} must be a {_OTHER_KINDS[key].__name__}")
        return value
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"rule {number}: {key} must be a whole number")
    if key == "status" and not 200 <= value <= 599:
        raise ValueError(f"rule {number}: status must be between 200 and 599")
    return value


def _whole(given: dict[str, Any], key: str, number: int) -> int | None:
    value = given.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"rule {number}: {key} must be a whole number of at least 1")
    return value


def _share(value: Any, number: int) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ValueError(f"rule {number}: share must be between 0 and 1")
    return float(value)
