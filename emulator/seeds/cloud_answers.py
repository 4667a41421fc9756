"""Issues from recorded answers of real Cloud sites: non-English names, histories, worklogs, remote links."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from emulator import rich_text
from emulator.clock import parse_time
from emulator.seeds import base, titanium, writing

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.store import Record

FILE = Path("data/issues/cloud-rest-answers.ndjson.gz")
ISSUES = ("api_issues", "api_issue_relationships", "external_epics")
STATUSES = {"new": base.TO_DO, "indeterminate": base.IN_PROGRESS, "done": base.DONE}
LEVELS = {1: base.EPIC, 0: base.TASK, -1: base.SUBTASK}


def data_file() -> Path | None:
    """The answers beside the checkout; None if they are not there."""
    return titanium.shared_file(FILE)


def load(site: Site, project: Record, path: Path) -> int:
    """Write the issues into a project, with what other answers say of them; the number written."""
    with gzip.open(path) as lines:
        entries = [orjson.loads(line) for line in lines]
    written: dict[str, Record] = {}
    for entry in entries:
        answer = entry["answer"]
        if entry["kind"] in ISSUES and answer["id"] not in written:
            written[answer["id"]] = _issue(site, project, answer)
    for entry in entries:
        answer = entry["answer"]
        if entry["kind"] == "api_worklogs" and answer["issueId"] in written:
            moment = parse_time(answer["started"]) or 0
            author = _user(site, answer["author"])
            writing.worklog(site, written[answer["issueId"]], author, _document(""), answer["timeSpentSeconds"], moment)
        elif entry["kind"] == "api_remotelinks":
            issue = written.get(entry["url"].rpartition("/issue/")[2].partition("/")[0])
            if issue:
                _remote_link(site, issue, answer)
    return len(written)


def _issue(site: Site, project: Record, answer: dict[str, Any]) -> Record:
    source = answer["fields"]
    created, updated = parse_time(source["created"]), parse_time(source["updated"])
    level = source["issuetype"].get("hierarchyLevel", -1 if source["issuetype"]["subtask"] else 0)
    fields: dict[str, Any] = {
        "summary": source["summary"][:255],
        # A sub-task stands on its own here: its parent may be among none of the answers.
        "issuetype": LEVELS[max(level, 0)],
        "status": STATUSES.get(source["status"].get("statusCategory", {}).get("key", "new"), base.TO_DO),
        "labels": sorted(source.get("labels") or []),
        "reporter": _user(site, source.get("reporter")),
        "assignee": _user(site, source.get("assignee")),
        "duedate": source.get("duedate"),
        "created": created,
        "updated": updated,
    }
    if isinstance(source.get("description"), str):
        fields["description"] = rich_text.from_wiki(source["description"])
    issue = writing.issue(site, project, {name: value for name, value in fields.items() if value is not None})
    for comment in (source.get("comment") or {}).get("comments", []):
        moment = parse_time(comment["created"]) or 0
        writing.comment(site, issue, _user(site, comment.get("author")), _document(comment["body"]), moment)
    for history in (answer.get("changelog") or {}).get("histories", []):
        record: Record = {"id": site.store.next_id("history"), "issue": issue["id"], "items": history["items"]}
        record |= {"author": _user(site, history.get("author")), "created": parse_time(history["created"])}
        site.store.put("history", record)
    return issue


def _remote_link(site: Site, issue: Record, answer: dict[str, Any]) -> None:
    record: Record = {name: answer.get(name) for name in ("globalId", "application", "relationship", "object")}
    site.store.put("remotelink", record | {"id": site.store.next_id("remotelink"), "issue": issue["id"]})


def _document(body: Any) -> dict[str, Any]:
    """A comment's text, wiki markup or a document already; never empty."""
    return body if isinstance(body, dict) else rich_text.from_wiki(str(body).strip() or "-")


def _user(site: Site, source: dict[str, Any] | None) -> str | None:
    if not source or "accountId" not in source:
        return None
    if site.store.get("user", source["accountId"]) is None:
        made = base.person(site, source["displayName"], f"{source['accountId'].replace(':', '-')}@example.org")
        site.store.delete("user", made["id"])
        site.store.put("user", made | {"id": source["accountId"], "active": source["active"]})
    return str(source["accountId"])
