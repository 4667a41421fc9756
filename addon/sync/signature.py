"""Signatures between partners: RFC 9421 with Ed25519, one key per synchronization and side.

A shared secret would let a leak at one company speak for both. Covered are the method, the whole URL, the body's
digest (RFC 9530), when it was made, until when it is good, a nonce and the key. The nonce is used up by whoever acts
on the request (``store.nonce``), in the same transaction.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms
from http_message_signatures.exceptions import HTTPMessageSignaturesException

COVERED = ("@method", "@target-uri", "content-digest")
TAG = "twinline-partner"
LABEL = "partner"
LIFETIME_SECONDS = 300
"""How long a signature is good, and how far the two clocks may be apart."""
NONCE_SECONDS = 2 * LIFETIME_SECONDS
"""A signature from a clock that is ahead is good for this long here; its nonce is remembered as long."""


class SignatureRefused(Exception):
    """This request is not proven to come from the partner.

    ``clock``: it would be, were our clocks nearer. ``unknown``: there is no such key here.
    """

    def __init__(self, reason: str, *, clock: bool = False, unknown: bool = False) -> None:
        super().__init__(reason)
        self.clock, self.unknown = clock, unknown


class Headers(Protocol):
    """Headers of a request, each with its lines in order."""

    def items(self) -> Iterable[tuple[str, str]]: ...


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A fresh pair, raw and in base64; ``key_id`` is the SHA-256 of the public key."""

    key_id: str
    public_key: str
    private_key: str


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed, and the nonce that has to be used up with what the request does."""

    key_id: str
    nonce: str
    expires_at: float


@dataclass(slots=True)
class _Request:
    method: str
    url: str
    headers: Headers | dict[str, str] = field(default_factory=dict)


def new_key() -> KeyPair:
    """A key for one side of one synchronization."""
    private = Ed25519PrivateKey.generate()
    raw = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    public = base64.b64encode(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    return KeyPair(key_id_of(public), public, base64.b64encode(raw).decode())


def public_key_of(private_key: str) -> str:
    """The public half of a private key, both in base64."""
    public = Ed25519PrivateKey.from_private_bytes(base64.b64decode(private_key)).public_key()
    return base64.b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def key_id_of(public_key: str) -> str:
    """The key's name, from which nobody can make another key of the same name.

    Raises:
        ValueError: this is no Ed25519 public key in base64.
    """
    try:
        raw = base64.b64decode(public_key, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if len(raw) != 32:
        raise ValueError("an Ed25519 public key has 32 bytes")
    return hashlib.sha256(raw).hexdigest()


def sign(method: str, url: str, body: bytes, *, key_id: str, private_key: str, now: float) -> dict[str, str]:
    """The headers that prove a request: Content-Digest, Signature-Input and Signature.

    ``private_key`` is clear base64. Each attempt is signed afresh, for its nonce is good for one use.
    """
    request = _Request(method, url, {})
    created = datetime.datetime.fromtimestamp(int(now), tz=datetime.UTC)
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=_OwnKey(private_key))
    signer.sign(
        request,
        key_id=key_id,
        created=created,
        expires=created + datetime.timedelta(seconds=LIFETIME_SECONDS),
        nonce=secrets.token_urlsafe(18),
        label=LABEL,
        tag=TAG,
        covered_component_ids=COVERED,
        body=body,
    )
    assert isinstance(request.headers, dict)
    return request.headers


def verify(
    method: str, url: str, headers: Headers, body: bytes, *, key_of: Callable[[str], str | None], now: float
) -> Signed:
    """Prove that a request was signed by the key it names.

    ``url``: as the partner knows it, thus with the public base URL. ``key_of`` answers the public key (base64) that
    this request may be signed with, by the key's name, or None.

    Raises:
        SignatureRefused: nothing is proven.
    """
    keys = _PartnerKey(key_of)
    verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=keys)
    try:
        results = verifier.verify(
            _Request(method, url, headers), max_age=None, expect_tag=TAG, require_components=COVERED, body=body
        )
    except (HTTPMessageSignaturesException, ValueError, TypeError) as error:
        raise SignatureRefused("The request is not signed by its partner.", unknown=keys.unknown) from error
    parameters = results[0].parameters
    created, expires = parameters.get("created"), parameters.get("expires")
    nonce, key_id = parameters.get("nonce"), parameters.get("keyid")
    if not isinstance(created, int) or not isinstance(expires, int):
        raise SignatureRefused("The signature has no time.")
    if not isinstance(nonce, str) or not isinstance(key_id, str):
        raise SignatureRefused("The signature has no nonce or names no key.")
    if not 16 <= len(nonce) <= 64 or not created < expires <= created + LIFETIME_SECONDS:
        raise SignatureRefused("The signature's life or nonce is out of bounds.")
    if abs(now - created) > LIFETIME_SECONDS or expires < now:
        raise SignatureRefused("The signature is too old, or the two clocks are apart.", clock=True)
    return Signed(key_id, nonce, now + NONCE_SECONDS)


class _Verifier(HTTPMessageVerifier):
    def validate_created_and_expires(self, sig_input: object, max_age: object = None) -> None:
        """Left to ``verify``, which is told the time and distinguishes a wrong clock from a wrong key."""


class _OwnKey(HTTPSignatureKeyResolver):
    def __init__(self, private_key: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(private_key))

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:
        return self._key


class _PartnerKey(HTTPSignatureKeyResolver):
    def __init__(self, key_of: Callable[[str], str | None]) -> None:
        self._key_of = key_of
        self.unknown = False

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        public_key = self._key_of(key_id)
        self.unknown = public_key is None
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key)) if public_key else None
