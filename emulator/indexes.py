"""Look-ups that records alone answer slowly: children of an issue, links of an issue."""

from __future__ import annotations

from emulator.store import Record, Store


class Indexes:
    """Kept beside the store, rebuilt from it at the start."""

    def __init__(self, store: Store) -> None:
        self.children: dict[str, dict[str, None]] = {}
        self.links: dict[str, dict[str, None]] = {}
        for issue in store.all("issue"):
            self.set_parent(issue["id"], None, issue["fields"].get("parent"))
        for link in store.all("issuelink"):
            self.add_link(link)

    def set_parent(self, issue_id: str, before: str | None, after: str | None) -> None:
        if before:
            self.children.get(before, {}).pop(issue_id, None)
        if after:
            self.children.setdefault(after, {})[issue_id] = None

    def add_link(self, link: Record) -> None:
        for end in (link["source"], link["destination"]):
            self.links.setdefault(end, {})[link["id"]] = None

    def remove_link(self, link: Record) -> None:
        for end in (link["source"], link["destination"]):
            self.links.get(end, {}).pop(link["id"], None)
