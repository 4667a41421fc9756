"""JSON Web Tokens of Atlassian Connect: the query string hash, and both signatures.

Source: developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps.
"""

import hashlib
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

LIFETIME_S = 180
LEEWAY_S = 30


def canonical_request(method: str, target: str, base_path: str = "") -> str:
    """The string that is hashed into `qsh`; `target` is the undecoded request target."""
    path, _, query = target.partition("?")
    base = base_path.rstrip("/")
    if base and (path == base or path.startswith(base + "/")):
        path = path[len(base) :]
    path = "/" + path.strip("/") if path.strip("/") else "/"
    return f"{method.upper()}&{path.replace('&', '%26')}&{_canonical_query(query)}"


def _canonical_query(query: str) -> str:
    parameters: dict[str, list[str]] = {}
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        name = unquote(name.replace("+", " "))
        if name != "jwt":
            parameters.setdefault(quote(name, safe="-._~"), []).append(
                quote(unquote(value.replace("+", " ")), safe="-._~")
            )
    return "&".join(f"{name}={','.join(sorted(values))}" for name, values in sorted(parameters.items()))


def qsh(method: str, target: str, base_path: str = "") -> str:
    """Query string hash of a request."""
    return hashlib.sha256(canonical_request(method, target, base_path).encode()).hexdigest()


def qsh_of_url(method: str, url: str, base_url: str) -> str:
    """Query string hash of an absolute URL of the app whose base URL is given."""
    parts = urlsplit(url)
    target = parts.path + ("?" + parts.query if parts.query else "")
    return qsh(method, target, urlsplit(base_url).path)


def sign_hs256(claims: dict[str, Any], secret: str) -> str:
    return jwt.encode(claims, secret, algorithm="HS256")


def sign_rs256(claims: dict[str, Any], private_key_pem: str, kid: str) -> str:
    return jwt.encode(claims, private_key_pem, algorithm="RS256", headers={"kid": kid})


def unverified_issuer(token: str) -> str | None:
    """Whom a token claims to come from; says which secret to verify it with."""
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except jwt.PyJWTError:
        return None
    return issuer if isinstance(issuer, str) else None


def verify_hs256(token: str, secret: str, now_s: int) -> dict[str, Any] | None:
    """The claims of a valid, unexpired token, or None."""
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            options={"require": ["iss", "exp", "qsh"], "verify_aud": False, "verify_exp": False, "verify_iat": False},
        )
    except jwt.PyJWTError:
        return None
    expires = claims["exp"]
    if not isinstance(expires, (int, float)) or expires < now_s - LEEWAY_S:
        return None
    return claims


def new_key_pair() -> tuple[str, str]:
    """A private and a public RSA key as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()
