"""Misbehaviour on demand, drawn from one seeded source so that a run can be repeated."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Settings:
    """How a site misbehaves. Chances are between 0 and 1; everything is off by default."""

    webhook_lost: float = 0.0
    webhook_twice: float = 0.0
    webhook_late: float = 0.0
    webhook_late_ms: int = 2000
    too_many_requests: float = 0.0
    with_retry_after: bool = True
    server_error: float = 0.0
    cut_answer: float = 0.0
    late_effect: float = 0.0
    search_lag_ms: int = 0
    app_only: bool = True


class Chaos:
    """Throws the dice for one site."""

    def __init__(self) -> None:
        self.settings = Settings()
        self.seed = 0
        self._random = random.Random(0)

    def configure(self, values: Mapping[str, object], seed: int) -> None:
        """Start anew with these settings; raises ValueError for an unknown or badly typed one."""
        known = {field.name: field.type for field in fields(Settings)}
        settings = Settings()
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"unknown setting {name}; known are {', '.join(known)}")
            default = getattr(settings, name)
            if isinstance(value, bool) != isinstance(default, bool) or not isinstance(value, (int, float)):
                raise ValueError(f"{name} must be like {default}")
            settings = replace(settings, **{name: type(default)(value)})
        self.settings = settings
        self.seed = seed
        self._random = random.Random(seed)

    def happens(self, chance: float) -> bool:
        """Draw only when there is a chance, so that settings at zero do not shift the sequence."""
        return chance > 0 and self._random.random() < chance

    def fate(self, now_ms: int) -> list[int]:
        """When a webhook is sent: never, once or twice, at once or late."""
        settings = self.settings
        if self.happens(settings.webhook_lost):
            return []
        due = now_ms + (self._random.randint(1, settings.webhook_late_ms) if self.happens(settings.webhook_late) else 0)
        again = (
            [due + self._random.randint(1, settings.webhook_late_ms)] if self.happens(settings.webhook_twice) else []
        )
        return [due, *again]
