"""The bytes of attachments: in memory, or in a folder beside the database."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.store import Record


def store(
    site: Site, issue: Record, author: str | None, filename: str, content: bytes, mime: str | None, moment: int
) -> Record:
    """Write a file and its record, and nothing else."""
    record: Record = {
        "id": site.store.next_id("attachment"),
        "issue": issue["id"],
        "filename": filename,
        "author": author,
        "created": moment,
        "size": len(content),
        "mimeType": mime or mimetypes.guess_type(filename)[0] or "application/octet-stream",
        "media": site.entropy.uuid(),
    }
    _write(site, record, content)
    return site.store.put("attachment", record)


def _write(site: Site, record: Record, content: bytes) -> None:
    if site.files is None:
        site.blobs[record["media"]] = content
        return
    folder = site.files / "attachments"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / record["media"]).write_bytes(content)
