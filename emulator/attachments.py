"""Attachments: bytes kept beside the database, records on the issue, short-lived addresses to fetch them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itsdangerous import BadSignature, URLSafeTimedSerializer

from emulator import events, files, history, issues, permissions
from emulator.errors import JiraError

if TYPE_CHECKING:
    from emulator.auth import Caller
    from emulator.site import Site
    from emulator.store import Record

LIMIT = 2000
TOKEN_S = 60


def add(site: Site, caller: Caller, issue: Record, filename: str, content: bytes, mime: str | None) -> Record:
    """Keep a file on an issue; the changelog says so, and two webhooks."""
    if site.store.count("attachment", issue["id"]) >= site.limit("attachments", LIMIT):
        raise JiraError(413, "The number of attachments on this issue has reached the limit.")
    record = files.store(site, issue, caller.account_id, filename, content, mime, site.clock.now())
    _note(site, caller, issue, record, added=True)
    events.attachment(site, caller, "attachment_created", issue, record)
    return record


def delete(site: Site, caller: Caller, record: Record) -> None:
    """Remove a file; 403 unless it is one's own or one may delete all."""
    issue = site.store.get("issue", record["issue"])
    assert issue is not None
    own = record["author"] == caller.account_id
    wanted = ["DELETE_ALL_ATTACHMENTS"] + (["DELETE_OWN_ATTACHMENTS"] if own else [])
    if not any(permissions.has_on_issue(site, caller.user, each, issue) for each in wanted):
        raise JiraError(403, f"You do not have permission to delete attachment with id: {record['id']}")
    site.store.delete("attachment", record["id"])
    forget(site, record)
    _note(site, caller, issue, record, added=False)
    events.attachment(site, caller, "attachment_deleted", issue, record)


def _note(site: Site, caller: Caller, issue: Record, record: Record, added: bool) -> None:
    said, nothing = (record["id"], record["filename"]), (None, None)
    item = history.plain_item("Attachment", nothing if added else said, said if added else nothing)
    issues.touch(site, issue)
    change = history.add(site, issue, caller.account_id, [item])
    events.issue_updated(site, caller, issue, change)


def read(site: Site, record: Record) -> bytes:
    """The bytes of a file; 404 if they are gone."""
    if site.files is None:
        content = site.blobs.get(record["media"])
    else:
        path = site.files / "attachments" / record["media"]
        content = path.read_bytes() if path.is_file() else None
    if content is None:
        raise JiraError(404, f"The attachment with id '{record['id']}' does not exist")
    return content


def forget(site: Site, record: Record) -> None:
    """Drop the bytes of a file whose record is gone."""
    site.blobs.pop(record["media"], None)
    if site.files is not None:
        (site.files / "attachments" / record["media"]).unlink(missing_ok=True)


def _serializer(site: Site) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(site.identity["cookieSecret"], salt="media")


def media_url(site: Site, record: Record) -> str:
    """An address at the media host that opens the file to whoever has it, for a minute."""
    token = _serializer(site).dumps(record["id"])
    return f"{site.base_url}/_media/file/{record['media']}/binary?token={token}&name={record['id']}"


def by_token(site: Site, media: str, token: str) -> Record:
    """The file that a media token opens; 403 for a wrong or expired one."""
    try:
        record = site.store.get("attachment", _serializer(site).loads(token, max_age=TOKEN_S))
    except BadSignature:
        record = None
    if record is None or record["media"] != media:
        raise JiraError(403, "The media token is not valid or has expired.")
    return record
