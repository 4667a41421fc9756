"""How a site behaves, as one JSON document: what `/_control` sets part by part and `--nature FILE` at the start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emulator.site import Site

PER_ISSUE = ("comments", "worklogs", "attachments", "links", "remotelinks")
RETRIES = 5


def apply(site: Site, given: Mapping[str, Any]) -> None:
    """Set the parts that are given; ValueError names what is wrong, and the parts after it are not set."""
    for name, values in given.items():
        if name not in PARTS:
            raise ValueError(f"unknown {name}; known are {', '.join(PARTS)}")
        if not isinstance(values, dict):
            raise ValueError(f"{name} must be an object")
        PARTS[name](site, values)


def shown(site: Site) -> dict[str, Any]:
    """Every part as it is now."""
    hooks, clock, most = site.webhooks, site.clock, site.agenda.most
    return {
        "chaos": site.chaos.shown(),
        "rates": site.rates.shown(),
        "limits": dict(site.limits),
        "webhooks": {
            "delays": list(hooks.retry_delays_s),
            "timeoutS": hooks.timeout_s[1],
            "primary": most["Primary"],
            "secondary": most["Secondary"],
        },
        "clock": {
            "nowMs": clock.now(),
            "offsetMs": clock.offset_ms,
            "frozen": clock.frozen_ms is not None,
            "stepped": clock.stepped,
        },
    }


def _chaos(site: Site, given: dict[str, Any]) -> None:
    seed = given.pop("seed", 0)
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise ValueError("seed must be a whole number")
    site.chaos.configure(given, seed)


def _rates(site: Site, given: dict[str, Any]) -> None:
    site.rates.configure({name: value for name, value in given.items() if name != "spent"})


def _limits(site: Site, given: dict[str, Any]) -> None:
    unknown = set(given) - set(PER_ISSUE)
    if unknown:
        raise ValueError(f"unknown {', '.join(sorted(unknown))}; known are {', '.join(PER_ISSUE)}")
    site.limits = {name: _whole(given, name) for name in given}


def _webhooks(site: Site, given: dict[str, Any]) -> None:
    hooks = site.webhooks
    delays = given.get("delays", list(hooks.retry_delays_s))
    if not isinstance(delays, list) or len(delays) > RETRIES or not all(_seconds(delay) for delay in delays):
        raise ValueError("'delays' must be up to five numbers of seconds.")
    timeout = given.get("timeoutS", hooks.timeout_s[1])
    if not _seconds(timeout) or timeout == 0:
        raise ValueError("timeoutS must be a number of seconds")
    hooks.retry_delays_s = tuple(float(delay) for delay in delays)
    hooks.timeout_s = (min(hooks.timeout_s[0], float(timeout)), float(timeout))
    for name, lane in (("primary", "Primary"), ("secondary", "Secondary")):
        if name in given:
            site.agenda.most[lane] = _whole(given, name, 1)


def _clock(site: Site, given: dict[str, Any]) -> None:
    """`{"offsetMs": n}`, `{"frozen": true, "atMs": n, "stepped": true}` or `{"frozen": false}`."""
    known = {"offsetMs", "frozen", "atMs", "stepped", "nowMs"}
    if set(given) - known:
        raise ValueError(f"unknown {', '.join(sorted(set(given) - known))}; known are {', '.join(sorted(known))}")
    if given.get("frozen") is True:
        at_ms = _whole(given, "atMs") if "atMs" in given else None
        site.clock.freeze(at_ms, stepped=given.get("stepped") is True)
    elif "offsetMs" in given:
        site.clock.shift(_whole(given, "offsetMs", -(10**13)))
    else:
        site.clock.release()


def _whole(given: Mapping[str, Any], name: str, low: int = 0) -> int:
    value = given[name]
    if isinstance(value, bool) or not isinstance(value, int) or value < low:
        raise ValueError(f"'{name}' must be a whole number of at least {low}.")
    return value


def _seconds(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0


PARTS: dict[str, Callable[[Site, dict[str, Any]], None]] = {
    "clock": _clock,
    "chaos": _chaos,
    "rates": _rates,
    "limits": _limits,
    "webhooks": _webhooks,
}
