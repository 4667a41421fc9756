"""Connect's signature on requests: the query string hash, and the app's own token.

Source: developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps.
"""

from __future__ import annotations

import jwt
from atlassian_jwt.url_utils import hash_url

LIFETIME_SECONDS = 180


def qsh(method: str, target: str, base_path: str = "") -> str:
    """The query string hash: binds a token to one request.

    ``target``: the request target as sent, not decoded; ``base_path`` is taken off it, segment by segment.

    Raises:
        ValueError: the target is no URL.
    """
    path, mark, query = target.partition("?")
    if base_path and (path == base_path or path.startswith(base_path + "/")):
        path = path[len(base_path) :]
    return str(hash_url(method, f"{path}{mark}{query}"))


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
