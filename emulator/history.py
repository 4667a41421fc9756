"""The changelog: one record per edit, with one item per changed value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator import beans
from emulator.clock import jira_time

if TYPE_CHECKING:
    from emulator.fields import Field, Scene
    from emulator.site import Site
    from emulator.store import Record

Item = dict[str, Any]
# Jira writes one item per version or component that came or went, not one for the list.
ONE_ITEM_EACH = {"components", "fixVersions", "versions"}


def items(site: Site, field: Field, before: Any, after: Any) -> list[Item]:
    """What the changelog says of one field's change; empty if nothing changed."""
    if (before or None) == (after or None):
        return []
    if field.id in ONE_ITEM_EACH:
        gone = [_item(site, field, [one], None) for one in before or [] if one not in (after or [])]
        return gone + [_item(site, field, None, [one]) for one in after or [] if one not in (before or [])]
    return [_item(site, field, before, after)]


def _item(site: Site, field: Field, before: Any, after: Any) -> Item:
    item: Item = {"field": field.change_name, "fieldtype": "custom" if field.custom else "jira", "fieldId": field.id}
    if field.id == "parent":
        # Real changelogs name the association and leave the field's id out.
        del item["fieldId"]
    item |= {
        "from": field.type.ids(field, before, site),
        "fromString": field.type.text(field, before, site),
        "to": field.type.ids(field, after, site),
        "toString": field.type.text(field, after, site),
    }
    if field.id in ("assignee", "reporter"):
        item |= {"tmpFromAccountId": before, "tmpToAccountId": after}
    return item


def plain_item(name: str, before: tuple[str | None, str | None], after: tuple[str | None, str | None]) -> Item:
    """An item of a pseudo-field such as `Attachment`, `Link` or `RemoteIssueLink`; pairs are (id, words)."""
    return {
        "field": name,
        "fieldtype": "jira",
        "from": before[0],
        "fromString": before[1],
        "to": after[0],
        "toString": after[1],
    } | ({"fieldId": "attachment"} if name == "Attachment" else {})


def add(site: Site, issue: Record, author: str | None, changed: list[Item], metadata: Any = None) -> Record:
    """Write a changelog record with the issue's time of change."""
    record: Record = {
        "id": site.store.next_id("history"),
        "issue": issue["id"],
        "author": author,
        "created": issue["fields"]["updated"],
        "items": changed,
    }
    if metadata:
        record["historyMetadata"] = metadata
    return site.store.put("history", record)


def bean(record: Record, scene: Scene) -> dict[str, Any]:
    """A changelog record as the API shows it."""
    author = scene.site.store.get("user", record["author"])
    shown: dict[str, Any] = {"id": record["id"]}
    if author:
        shown["author"] = beans.user(author, scene)
    shown |= {"created": jira_time(record["created"]), "items": record["items"]}
    return shown | ({"historyMetadata": record["historyMetadata"]} if "historyMetadata" in record else {})
