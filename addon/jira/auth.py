"""Connect's signature on requests: the query string hash, and the app's own token.

Source: developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps.
"""

from __future__ import annotations

import hashlib
from urllib.parse import quote, unquote

import jwt

LIFETIME_SECONDS = 180


def canonical(method: str, target: str, base_path: str = "") -> str:
    """The text that is hashed. ``target``: the request target as sent, not decoded; ``base_path`` is taken off it."""
    path, _, query = target.partition("?")
    path = path.partition("#")[0]
    if base_path and (path == base_path or path.startswith(base_path + "/")):
        path = path[len(base_path) :]
    path = path.rstrip("/")
    if not path.startswith("/"):
        path = "/" + path
    return f"{method.upper()}&{path.replace('&', '%26')}&{_canonical_query(query)}"


def qsh(method: str, target: str, base_path: str = "") -> str:
    """The query string hash: binds a token to one request."""
    return hashlib.sha256(canonical(method, target, base_path).encode()).hexdigest()


def app_token(app_key: str, secret: str, method: str, target: str, *, now: float, base_path: str = "") -> str:
    """The token with which the app calls Jira. The issuer is the app's key: Jira refuses the ``clientKey`` here."""
    issued = int(now)
    claims = {
        "iss": app_key,
        "iat": issued,
        "exp": issued + LIFETIME_SECONDS,
        "qsh": qsh(method, target, base_path),
    }
    return jwt.encode(claims, secret, algorithm="HS256")


def _canonical_query(query: str) -> str:
    found: dict[str, list[str]] = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if part and _plain(name) != "jwt":
            found.setdefault(_encoded(name), []).append(_encoded(value))
    return "&".join(f"{name}={','.join(sorted(values))}" for name, values in sorted(found.items()))


def _plain(text: str) -> str:
    return unquote(text.replace("+", " "))


def _encoded(text: str) -> str:
    return quote(_plain(text), safe="-._~")
