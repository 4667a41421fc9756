"""Real issues of a public project (REST v2 shape, wiki text) turned into issues of a site."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from emulator import files, rich_text
from emulator.clock import parse_time
from emulator.seeds import base, writing

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.store import Record

FILE = Path("data/issues/titanium-2186-issues.ndjson.gz")
TYPES = {
    "Bug": base.BUG,
    "Improvement": base.TASK,
    "New Feature": base.STORY,
    "Story": base.STORY,
    "Epic": base.EPIC,
}
STATUSES = {
    "Closed": base.DONE,
    "Resolved": base.DONE,
    "In Review": base.IN_REVIEW,
    "In QE Test": base.IN_REVIEW,
    "In Progress": base.IN_PROGRESS,
}
PRIORITIES = {"Critical": "1", "High": "2", "Medium": "3", "Low": "4", "Trivial": "5"}


def data_file() -> Path | None:
    """The issues beside the checkout; None if they are not there."""
    return shared_file(FILE)


def shared_file(name: Path) -> Path | None:
    """A file in the shared folder beside the checkout, or where `TWINLINE_SHARED` says; None if it is not there."""
    shared = os.environ.get("TWINLINE_SHARED")
    root = Path(shared) if shared else Path(__file__).resolve().parents[3] / "shared"
    path = root / name
    return path if path.is_file() else None


def load(site: Site, project: Record, path: Path, count: int) -> int:
    """Write up to `count` issues into a project, with their sub-tasks, links and files; the number written."""
    written: dict[str, Record] = {}
    sources: dict[str, dict[str, Any]] = {}
    children: list[tuple[str, dict[str, Any]]] = []
    with gzip.open(path) as lines:
        for line in lines:
            if len(written) >= count:
                break
            entry = orjson.loads(line)
            source = entry["fields"]
            if source["issuetype"]["name"] in TYPES:
                written[entry["key"]] = _write(site, project, source)
                sources[entry["key"]] = source
            elif source.get("parent"):
                children.append((entry["key"], source))
    for key, source in children:
        parent = written.get(source["parent"]["key"])
        if parent and len(written) < count:
            written[key] = _write(site, project, source, parent)
            sources[key] = source
    for key, source in sources.items():
        _links(site, written, written[key], source)
    return len(written)


def _links(site: Site, written: dict[str, Record], issue: Record, source: dict[str, Any]) -> None:
    """The links that lead away from an issue to another that is there too; each stands at both its ends."""
    for given in source.get("issuelinks") or []:
        other = written.get(given.get("outwardIssue", {}).get("key"))
        if other:
            writing.link(site, _link_type(site, given["type"]), issue["id"], other["id"])


def _link_type(site: Site, given: dict[str, Any]) -> str:
    known = site.store.find("linktype", name=given["name"])
    if known is None:
        known = {name: given[name] for name in ("name", "inward", "outward")} | {"id": site.store.next_id("linktype")}
        site.store.put("linktype", known)
    return str(known["id"])


def _write(site: Site, project: Record, source: dict[str, Any], parent: Record | None = None) -> Record:
    created, updated = parse_time(source["created"]), parse_time(source["updated"])
    status = STATUSES.get(source["status"]["name"], base.TO_DO)
    components = [writing.component(site, project, c["name"]) for c in source.get("components") or []]
    fields: dict[str, Any] = {
        "summary": source["summary"][:255],
        "issuetype": base.SUBTASK if parent else TYPES[source["issuetype"]["name"]],
        "parent": parent["id"] if parent else None,
        "status": status,
        "priority": PRIORITIES.get((source.get("priority") or {}).get("name", ""), "3"),
        "labels": sorted(source.get("labels") or []),
        "components": components,
        "fixVersions": [writing.version(site, project, v["name"]) for v in source.get("fixVersions") or []],
        "versions": [writing.version(site, project, v["name"]) for v in source.get("versions") or []],
        "reporter": _user(site, source.get("reporter")),
        "creator": _user(site, source.get("creator")),
        "assignee": _user(site, source.get("assignee")),
        "created": created,
        "updated": updated,
    }
    if status == base.DONE:
        fields |= {"resolution": "10000", "resolutiondate": updated}
    for name in ("description", "environment"):
        if source.get(name):
            fields[name] = rich_text.from_wiki(source[name])
    issue = writing.issue(site, project, {name: value for name, value in fields.items() if value is not None})
    for comment in (source.get("comment") or {}).get("comments", []):
        if comment.get("body", "").strip():
            author = _user(site, comment.get("author"))
            moment = parse_time(comment["created"]) or 0
            writing.comment(site, issue, author, rich_text.from_wiki(comment["body"]), moment)
    for file in source.get("attachment") or []:
        # The archive has no bytes: the name stands for them.
        content, moment = f"{file['filename']}\n".encode(), parse_time(file["created"]) or 0
        author = _user(site, file.get("author"))
        files.store(site, issue, author, file["filename"], content, file["mimeType"], moment)
    return issue


def _user(site: Site, source: dict[str, Any] | None) -> str | None:
    """An account for each person of the archive; there they are known by name only."""
    if not source:
        return None
    email = f"{source['name']}@example.org"
    known = site.store.get("user", base.account_id(email))
    return str((known or base.person(site, source["displayName"], email))["id"])
