"""Plain values: numbers, dates, moments, durations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from addon.errors import Blocked
from addon.model import matrix
from addon.model.offer import Need
from addon.model.rules import FieldMapping, Side, UserMapping
from addon.model.value import day, moment
from addon.sync.processors import Surroundings, rule_of
from addon.sync.processors.readable import duration
from addon.sync.processors.whole import Whole

ZONE = Need("zone")


class Number(Whole):
    form = "number"

    def convert(
        self, row: FieldMapping, side: Side, rule: matrix.Rule, value: Any, ours: Any, surroundings: Surroundings
    ) -> float:
        number = value / 3600 if rule == "hours" else value
        if abs(number) > matrix.NUMBER_LIMIT:
            raise Blocked(
                f"“{row.field_of(side)}” takes numbers up to {matrix.NUMBER_LIMIT:,}; what arrived lies beyond.",
                fix="Correct the number at the partner, then retry.",
            )
        return float(number)


class Count(Number):
    """Votes, watchers: Jira tells them inside an object of their own."""

    def read(self, raw: Any) -> Any:
        if isinstance(raw, dict):
            return raw.get("votes", raw.get("watchCount"))
        return raw


class Date(Whole):
    form = "date"

    def convert(
        self, row: FieldMapping, side: Side, rule: matrix.Rule, value: Any, ours: Any, surroundings: Surroundings
    ) -> str:
        # The day a moment falls on is the one that its own Jira shows.
        return str(value)[:10]


class Moment(Whole):
    form = "moment"

    def needed(self, row: FieldMapping, side: Side, value: Any, users: UserMapping) -> set[Need]:
        return {ZONE} if rule_of(row, side) == "midnight" else set()

    def convert(
        self, row: FieldMapping, side: Side, rule: matrix.Rule, value: Any, ours: Any, surroundings: Surroundings
    ) -> str:
        if rule != "midnight":
            return str(value)
        zone = next((offer.id for offer in surroundings.of(ZONE)), "UTC")
        try:
            start = day(value).replace(tzinfo=ZoneInfo(zone))
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise Blocked(f"The time zone of this Jira, {zone}, is not known to Twinline.") from error
        return f"{start:%Y-%m-%dT%H:%M:%S.000%z}"

    def same(self, one: Any, another: Any) -> bool:
        return one == another or bool(one and another and moment(one) == moment(another))


class Duration(Whole):
    """An estimate. Jira tells seconds, and is told hours and minutes inside the field *timetracking*."""

    form = "seconds"

    def __init__(self, name: str = "") -> None:
        self._name = name

    def jira(self, field_id: str, value: int | None) -> Mapping[str, Any]:
        return {"timetracking": {self._name: duration(value or 0)}}

    def same(self, one: Any, another: Any) -> bool:
        return (one or 0) == (another or 0)
