"""Attachments: upload, metadata, download by way of the media host."""

from typing import Any

from flask import Response, redirect, request

from emulator import attachments, beans, context, issues, threads
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.issues import found
from emulator.rest.routing import Resource, scene
from emulator.rest.server import UPLOAD_LIMIT
from emulator.store import Record

rest = Resource("attachments")
MOST_FILES = 60


@rest.post("/issue/<issue>/attachments")
def upload(issue: str) -> Any:
    if request.headers.get("X-Atlassian-Token", "").lower() not in ("no-check", "nocheck"):
        raise JiraError(403, "XSRF check failed")
    site, caller, record = context.site(), context.caller(), found(issue)
    issues.require(site, caller, "CREATE_ATTACHMENTS", record)
    files = [(part.filename or "file", part.read(), part.mimetype) for part in request.files.getlist("file")]
    if not files:
        raise JiraError(400, "The request holds no part named 'file'.")
    if len(files) > MOST_FILES or any(len(content) > UPLOAD_LIMIT for _, content, _ in files):
        raise JiraError(413, f"At most {MOST_FILES} files of at most {UPLOAD_LIMIT} bytes may be uploaded at once.")
    made = [attachments.add(site, caller, record, name, content, mime) for name, content, mime in files]
    return [threads.attachment_bean(scene(), each) for each in made]


def _found(attachment_id: str) -> Record:
    record = context.site().store.get("attachment", attachment_id)
    if record is None:
        raise JiraError(404, f"The attachment with id '{attachment_id}' does not exist")
    found(record["issue"])
    return record


@rest.get("/attachment/<attachment>")
def metadata(attachment: str) -> Any:
    record = _found(attachment)
    bean = threads.attachment_bean(scene(), record)
    author = context.site().store.get("user", record["author"])
    # Only here is the id a number.
    return bean | {"id": int(record["id"])} | ({"author": beans.user(author, scene())} if author else {})


@rest.delete("/attachment/<attachment>")
def delete(attachment: str) -> Any:
    attachments.delete(context.site(), context.caller(), _found(attachment))
    return None


@rest.get("/attachment/content/<attachment>")
@rest.get("/attachment/thumbnail/<attachment>")
def content(attachment: str) -> Any:
    record = _found(attachment)
    if params.flag("redirect", default=True):
        return redirect(attachments.media_url(context.site(), record), 303)
    return stream(record)


def stream(record: Record) -> Response:
    """The bytes, or the range of them that was asked for (206, or 416 beyond the end)."""
    data = attachments.read(context.site(), record)
    response = Response(data, content_type=record["mimeType"])
    name = record["filename"].encode("ascii", "replace").decode().replace('"', "")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "sandbox"
    response.make_conditional(request, accept_ranges=True, complete_length=len(data))
    return response
