"""How the site behaves, its clock, and its history for checkers: the part of `/_control` that makes storms."""

from typing import Any

from flask import Response

from emulator import context, lifecycle, nature
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.routing import Resource, site_admin

rest = Resource("control_nature", prefix="/_control")


def _set(given: dict[str, Any]) -> dict[str, Any]:
    """Set some parts and show all; 400 in words."""
    site_admin()
    try:
        nature.apply(context.site(), given)
    except ValueError as error:
        raise JiraError(400, str(error)) from None
    return nature.shown(context.site())


@rest.get("/nature")
def whole() -> Any:
    """Chaos, rates, limits, webhooks and clock."""
    site_admin()
    return nature.shown(context.site())


@rest.put("/nature")
def set_whole() -> Any:
    """Set the parts that are named; the others stay."""
    return _set(params.body())


@rest.get("/chaos")
def chaos() -> Any:
    site_admin()
    return context.site().chaos.shown()


@rest.put("/chaos")
def set_chaos() -> Any:
    """Set how the site misbehaves; what is not named is off. `{}` makes it behave."""
    return _set({"chaos": params.body()})["chaos"]


@rest.get("/rates")
def rates() -> Any:
    site_admin()
    return context.site().rates.shown()


@rest.put("/rates")
def set_rates() -> Any:
    """Enforce rate limits from now on, with empty meters; `{}` enforces none."""
    return _set({"rates": params.body()})["rates"]


@rest.put("/limits")
def set_limits() -> Any:
    """Lower the per-issue limits: `comments`, `worklogs`, `attachments`, `links`, `remotelinks`."""
    _set({"limits": params.body()})


@rest.put("/webhooks")
def set_webhooks() -> Any:
    """`delays` before retries in seconds, `timeoutS`, how many at a time: `primary`, `secondary`."""
    return _set({"webhooks": params.body()})["webhooks"]


@rest.put("/webhooks/retries")
def retries() -> Any:
    """How many seconds to wait before each retry of a webhook."""
    _set({"webhooks": {"delays": params.body().get("delays")}})


@rest.get("/webhooks")
def pending() -> Any:
    """Deliveries that are still to be made."""
    site_admin()
    names = ("id", "app", "event", "identifier", "flow", "attempts", "due", "url")
    return [{name: row[name] for name in names} for row in context.site().store.all("delivery")]


@rest.get("/clock")
def clock() -> Any:
    site_admin()
    return nature.shown(context.site())["clock"]


@rest.put("/clock")
def set_clock() -> Any:
    """Move the clock from the machine's (`offsetMs`), freeze it, or let it go on."""
    return _set({"clock": params.body()})["clock"]


@rest.post("/clock/advance", locked=False)
def advance() -> Any:
    """Move on by `ms`; under a stepped clock all that falls due is done, in order, before this call answers."""
    site_admin()
    context.site().advance(params.whole(params.body(), "ms", 0, 0, 10**13))
    return nature.shown(context.site())["clock"]


@rest.get("/history")
def history() -> Any:
    """The site's history as NDJSON: `after` a line's number, of a `type` (write, request, effect, webhook)."""
    site_admin()
    lines = context.site().ledger.lines(params.number("after", 0), frozenset(params.words("type")))
    return Response(b"".join(line + b"\n" for line in lines), content_type="application/x-ndjson")


@rest.delete("/history")
def forget_history() -> Any:
    site_admin()
    context.site().ledger.clear()


@rest.post("/rename", locked=False)
def rename() -> Any:
    """Give the site another `baseUrl` and `displayUrl` and send `installed` to every app; says who refused."""
    site_admin()
    given = params.body()
    urls = [given.get("baseUrl"), given.get("displayUrl")]
    if not any(urls) or not all(url is None or str(url).startswith(("http://", "https://")) for url in urls):
        raise JiraError(400, "The body must hold a 'baseUrl', a 'displayUrl' or both, as http or https addresses.")
    return {"refused": lifecycle.rename(context.site(), *urls)}


@rest.post("/clone")
def clone() -> Any:
    """Become a copy of the site: same data and address, another client key, no apps, and nobody is told."""
    site_admin()
    lifecycle.become_clone(context.site())
    identity = context.site().identity
    return {"clientKey": identity["clientKey"], "cloudId": identity["cloudId"]}
