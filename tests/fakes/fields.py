"""Fields of the Jira in memory, by type: what is offered, what Jira shows, and what it makes of what the app writes.

Values are told by their *meaning* (a name, a list of names, a number …), which is the same at every site; ids are not.
"""

from __future__ import annotations

from typing import Any

from addon.model.matrix import TYPES

ZONE = "Europe/Berlin"
NAMES = ("Alpha", "Beta")
PEOPLE = ("Ann", "Bob")
CHILD = {"Alpha": "A1", "Beta": "B1"}


def only(site: str) -> str:
    """What is offered at one site alone."""
    return f"Only-{site}"


def names(site: str) -> tuple[str, ...]:
    return (*NAMES, only(site))


def option(site: str, name: str) -> dict[str, Any]:
    """An option, version, group … as Jira shows it."""
    return {"id": f"{site}-{name}", "name": name}


def offered(site: str) -> list[dict[str, Any]]:
    """``allowedValues``."""
    return [{**option(site, name), "children": [option(site, CHILD.get(name, "X"))]} for name in names(site)]


def user(site: str, name: str) -> dict[str, Any]:
    """A person: those of both sites have the same account, as in the Cloud."""
    account = f"account-{name}" if name in PEOPLE else f"{site}-{name}"
    return {"accountId": account, "displayName": name, "active": True}


def raw(kind: str, meaning: Any, site: str) -> Any:
    """The JSON that Jira shows for a value."""
    if meaning in (None, "", []):
        return [] if isinstance(meaning, list) else None
    form = TYPES[kind].form
    if kind == "count":
        return {"votes": meaning}
    if kind == "parent":
        return {"id": f"{site}-{meaning}", "key": meaning}
    if form == "rich":
        text = [{"type": "text", "text": meaning}]
        return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": text}]}
    if form == "option":
        return option(site, meaning)
    if form == "options":
        return [option(site, name) for name in meaning]
    if form == "cascade":
        parent, _, child = meaning.partition(" / ")
        return {**option(site, parent), "child": option(site, child)}
    if form == "person":
        return user(site, meaning)
    if form == "people":
        return [user(site, name) for name in meaning]
    return meaning


def meaning(kind: str, shown: Any) -> Any:
    """The other way."""
    form = TYPES[kind].form
    if not shown:
        return [] if form in ("options", "labels", "people") else "" if form in ("text", "rich") else None
    if form == "rich":
        return "\n".join(text["text"] for block in shown["content"] for text in block["content"])
    if form == "option":
        return shown["name"]
    if form == "cascade":
        return f"{shown['name']} / {shown['child']['name']}"
    if form == "person":
        return shown["displayName"]
    if form in ("options", "people"):
        return sorted(one.get("name") or one["displayName"] for one in shown)
    return shown


def stored(kind: str, given: Any, site: str) -> Any:
    """What Jira shows after the app has written this."""
    form = TYPES[kind].form
    if given is None:
        return None
    if form == "option":
        return _named(given, site)
    if form == "options":
        return [_named(one, site) for one in given]
    if form == "cascade":
        return {**_named(given, site), "child": _named(given["child"], site)}
    if form == "person":
        return user(site, _account(given))
    if form == "people":
        return [user(site, _account(one)) for one in given]
    if form == "seconds":
        return _seconds(given)
    return given


def _named(given: Any, site: str) -> dict[str, Any]:
    own = given if isinstance(given, str) else given.get("id") or given["groupId"]
    assert own.startswith(f"{site}-"), "Jira knows its own options only"
    return option(site, own.removeprefix(f"{site}-"))


def _account(given: dict[str, str]) -> str:
    return given["accountId"].partition("-")[2]


def _seconds(text: str) -> int:
    return sum(int(part[:-1]) * {"h": 3600, "m": 60}[part[-1]] for part in text.split())
