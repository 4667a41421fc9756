"""The request target as it was sent: signatures cover it undecoded, and WSGI servers each keep it elsewhere."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit


def raw_target(environ: dict[str, Any]) -> str:
    """Path and query, not decoded.

    gunicorn and Werkzeug give ``RAW_URI``, uWSGI ``REQUEST_URI``; granian gives neither, so the decoded path is quoted
    again. Our own URLs hold nothing in their paths that two ways of quoting would write differently.
    """
    raw = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if isinstance(raw, str):
        if raw.startswith("/"):
            return raw
        parts = urlsplit(raw)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    path = (environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")).encode("latin-1", "replace")
    query = environ.get("QUERY_STRING", "")
    return quote(path, safe="/:@!$&'()*+,;=-._~") + (f"?{query}" if query else "")
