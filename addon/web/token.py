"""Connect's tokens: which claims make one good. Pure but for the key of a signed install.

Two kinds of HS256 token come from the same secret: one bound to a request by its query string hash, and one that
``AP.context.getToken()`` gives to scripts, good for any request until it expires. Taking one for the other was
CVE-2021-26073 and its kin, so each door says which it wants and takes no other.

Source: developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps and security-for-connect-apps.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from addon.jira.auth import qsh

LEEWAY_SECONDS = 30
CONTEXT_QSH = "context-qsh"
_MAX_LENGTH = 8192
_NAME = re.compile(r"[\x21-\x7e]{1,255}")
# What a hostile token can make of the parser besides PyJWT's own errors: deep nesting, huge numbers, odd types.
_BAD = (jwt.PyJWTError, ValueError, TypeError, RecursionError, OverflowError, AttributeError)


class TokenRefused(Exception):
    """This token does not open this door. The reason is for our log; the caller is told nothing."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a good token says: the tenant's client key and the user's account id (empty: nobody is logged in)."""

    client_key: str
    account_id: str


@dataclass(frozen=True, slots=True)
class Request:
    """The request a token has to fit. ``target`` is the request target as sent; ``audience`` are our own names."""

    method: str
    target: str
    base_path: str
    audience: Collection[str]

    @property
    def qsh(self) -> str:
        """What the token's ``qsh`` has to be.

        Raises:
            TokenRefused: the target is no URL.
        """
        try:
            return qsh(self.method, self.target, self.base_path)
        except ValueError as error:
            raise TokenRefused("target") from error


def extract(authorization: str, target: str, *, from_query: bool) -> str:
    """The token of a request: from the Authorization header or, where the door says so, from ``?jwt=``.

    Raises:
        TokenRefused: none, or two different ones.
    """
    found = {unquote(part[4:]) for part in target.partition("?")[2].split("&") if part.startswith("jwt=")}
    if found and not from_query:
        raise TokenRefused("token in the URL")
    if authorization[:4].upper() == "JWT ":
        found.add(authorization[4:].strip())
    if len(found) != 1:
        raise TokenRefused("two tokens" if found else "no token")
    token = found.pop()
    if len(token) > _MAX_LENGTH:
        raise TokenRefused("token too long")
    return token


def issuer(token: str) -> str:
    """Whom a token claims to come from, unproven: says which secret to prove it with."""
    try:
        claimed = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except _BAD as error:
        raise TokenRefused("not a token") from error
    return _name(claimed, "iss")


def verify_shared(token: str, secrets: Sequence[str], request: Request, *, context: bool) -> Claims:
    """Prove an HS256 token with one of the tenant's secrets. ``context``: only a context token opens this door.

    Raises:
        TokenRefused: it does not.
    """
    _pin(token, "HS256")
    claims = None
    for secret in secrets:
        try:
            claims = jwt.decode(
                token,
                secret,
                algorithms=["HS256"],
                leeway=LEEWAY_SECONDS,
                options={"require": ["iss", "iat", "exp", "qsh"], "verify_aud": False},
            )
            break
        except jwt.InvalidSignatureError:
            continue
        except _BAD as error:
            raise TokenRefused(type(error).__name__) from error
    if claims is None:
        raise TokenRefused("signature")
    if "aud" in claims:
        _check_audience(claims["aud"], (*request.audience, str(claims["iss"])))
    _check_qsh(claims["qsh"], CONTEXT_QSH if context else request.qsh)
    return _claims(claims)


def verify_install(token: str, key_of: Callable[[str], RSAPublicKey], request: Request) -> Claims:
    """Prove an RS256 token with Atlassian's public key: only Atlassian can install or uninstall.

    What can be seen to be wrong without the key is seen first: fetching a key costs a call.

    Raises:
        TokenRefused: it is not proven.
    """
    kid = _pin(token, "RS256").get("kid")
    try:
        seen = jwt.decode(token, options={"verify_signature": False, "verify_exp": True}, leeway=LEEWAY_SECONDS)
        _check_install(seen, request)
        claims = jwt.decode(
            token,
            key_of(_name(kid, "kid")),
            algorithms=["RS256"],
            leeway=LEEWAY_SECONDS,
            options={"require": ["iss", "iat", "exp", "qsh", "aud"], "verify_aud": False},
        )
    except _BAD as error:
        raise TokenRefused(type(error).__name__) from error
    _check_install(claims, request)
    return _claims(claims)


def _check_install(claims: dict[str, Any], request: Request) -> None:
    _check_audience(claims.get("aud"), request.audience)
    _check_qsh(claims.get("qsh"), request.qsh)


def _pin(token: str, algorithm: str) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
    except _BAD as error:
        raise TokenRefused("not a token") from error
    if header.get("alg") != algorithm:
        raise TokenRefused("algorithm")
    return header


def _check_audience(given: Any, ours: Collection[str]) -> None:
    values = given if isinstance(given, list) else [given]
    named = {value.rstrip("/") for value in values if isinstance(value, str)}
    if not named & {value.rstrip("/") for value in ours}:
        raise TokenRefused("audience")


def _check_qsh(given: Any, wanted: str) -> None:
    if not isinstance(given, str) or not hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode()):
        raise TokenRefused("qsh")


def _claims(claims: dict[str, Any]) -> Claims:
    subject = claims.get("sub")
    return Claims(_name(claims["iss"], "iss"), _name(subject, "sub") if subject is not None else "")


def _name(value: Any, what: str) -> str:
    # These are looked up in the database and written to logs: nothing but printable characters, and not many.
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise TokenRefused(what)
    return value
