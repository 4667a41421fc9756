"""Misbehaviour on demand: chances for everything, rules for what is to happen to which request.

Each throw of the dice belongs to a name (a method and path, an event) and to how often that name came before, so
what happens to one request does not depend on what other threads did in between.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from emulator.fault_rules import Call, Fault, Rule, read_rule

if TYPE_CHECKING:
    from emulator.clock import Clock

SHAPES = ("uniform", "exponential")


@dataclass(frozen=True, slots=True)
class Settings:
    """How a site misbehaves. Chances are between 0 and 1; everything is off by default."""

    webhook_lost: float = 0.0
    webhook_twice: float = 0.0
    webhook_late: float = 0.0
    webhook_late_ms: int = 2000
    webhook_late_shape: str = "uniform"
    webhook_swapped: float = 0.0
    webhook_secondary_ms: int = 0
    too_many_requests: float = 0.0
    with_retry_after: bool = True
    server_error: float = 0.0
    error_after: float = 0.0
    cut_answer: float = 0.0
    late_effect: float = 0.0
    late_effect_ms: int = 1000
    html_answer: float = 0.0
    slow_drip: float = 0.0
    delayed: float = 0.0
    delay_ms: int = 1000
    search_lag_ms: int = 0
    app_only: bool = True


# Drawn in this order; the first that happens is what the request suffers.
CHANCES = (
    ("too_many_requests", Fault("error", 429)),
    ("server_error", Fault("error", 503)),
    ("late_effect", Fault("late", 504)),
    ("error_after", Fault("error", 502, after=True)),
    ("html_answer", Fault("html", 200)),
    ("cut_answer", Fault("cut")),
    ("slow_drip", Fault("drip")),
    ("delayed", Fault("delay")),
)


class Chaos:
    """Throws the dice for one site."""

    def __init__(self, clock: Clock) -> None:
        self.settings = Settings()
        self.rules: list[Rule] = []
        self.seed = 0
        self._clock = clock
        self._thrown: dict[str, int] = {}
        self._lock = threading.Lock()

    def configure(self, values: Mapping[str, object], seed: int) -> None:
        """Start anew with these settings and `rules`; ValueError for an unknown or badly typed one."""
        given = dict(values)
        rules = given.pop("rules", [])
        if not isinstance(rules, list):
            raise ValueError("rules must be a list")
        settings, read = _settings(given), [read_rule(rule, number) for number, rule in enumerate(rules, 1)]
        with self._lock:
            self.settings, self.rules, self.seed = settings, read, seed
            self._thrown.clear()

    def shown(self) -> dict[str, Any]:
        """The settings, the seed, and the rules with how often each matched and struck."""
        settings = {each.name: getattr(self.settings, each.name) for each in fields(Settings)}
        return settings | {"seed": self.seed, "rules": [rule.shown() for rule in self.rules]}

    def dice(self, name: str) -> random.Random:
        """The dice of the next happening of this name."""
        with self._lock:
            count = self._thrown[name] = self._thrown.get(name, 0) + 1
        return random.Random(f"{self.seed}/{name}/{count}")

    def suffers(self, call: Call) -> Fault | None:
        """What becomes of a request: the first rule that strikes, else what the chances draw."""
        for rule in self.rules:
            if rule.matches(call) and rule.strikes(self.dice(f"rule {rule.name} {call.method} {call.path}")):
                return rule.fault
        settings = self.settings
        if settings.app_only and not call.app:
            return None
        dice: random.Random | None = None
        for name, fault in CHANCES:
            chance = getattr(settings, name)
            if chance <= 0 or (fault.effect == "late" and call.method == "GET"):
                continue
            dice = dice or self.dice(f"{call.method} {call.path}")
            if dice.random() < chance:
                return self._timed(fault)
        return None

    def _timed(self, fault: Fault) -> Fault:
        if fault.effect == "late":
            return replace(fault, delay_ms=self.settings.late_effect_ms)
        if fault.effect in ("delay", "drip"):
            return replace(fault, delay_ms=self.settings.delay_ms)
        if fault.status == 429 and self.settings.with_retry_after:
            return replace(fault, retry_after_s=1)
        return fault

    def fate(self, name: str, flow: str) -> list[int]:
        """After how many milliseconds a webhook is sent: never, once or twice, at once or late."""
        settings, dice = self.settings, self.dice(name)
        lost, late, twice = dice.random(), dice.random(), dice.random()
        if lost < settings.webhook_lost:
            return []
        first = self._lateness(dice) if late < settings.webhook_late else 0
        if flow == "Secondary" and settings.webhook_secondary_ms:
            first += dice.randint(1, settings.webhook_secondary_ms)
        return [first, first + self._lateness(dice)] if twice < settings.webhook_twice else [first]

    def swaps(self, name: str) -> bool:
        """Whether a webhook lets the next one overtake it."""
        chance = self.settings.webhook_swapped
        return chance > 0 and self.dice(f"swap {name}").random() < chance

    def _lateness(self, dice: random.Random) -> int:
        most = max(self.settings.webhook_late_ms, 1)
        if self.settings.webhook_late_shape == "uniform":
            return dice.randint(1, most)
        # Most come soon and a few very late: the mean is a tenth of the greatest delay.
        return min(int(dice.expovariate(10 / most)) + 1, most)


def _settings(given: Mapping[str, object]) -> Settings:
    known = {field.name: field for field in fields(Settings)}
    settings = Settings()
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"unknown setting {name}; known are {', '.join(known)}, rules, seed")
        default = getattr(settings, name)
        if name == "webhook_late_shape":
            if value not in SHAPES:
                raise ValueError(f"{name} must be one of {', '.join(SHAPES)}")
        elif isinstance(value, bool) != isinstance(default, bool) or not isinstance(value, (int, float)) or value < 0:
            raise ValueError(f"{name} must be like {default}")
        settings = replace(settings, **{name: type(default)(value)})
    return settings
