"""Atlassian's public keys for signed installs, fetched by the name in the token and kept."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import quote

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from addon import net

# The name becomes part of a URL: nothing in it may lead to another path or host.
_KID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._/-]{0,127}")
_KEPT = 64
_UNKNOWN_SECONDS = 60.0
_FETCHES = 4
_MIN_BITS = 2048
_T = TypeVar("_T")


class KeyUnknown(Exception):
    """No key of this name could be had; the message says why."""


class InstallKeys:
    """Keys by name. Thread-safe. A rotation brings a new name, so a key is good as long as it is kept."""

    def __init__(self, urls: Sequence[str], http: net.Http) -> None:
        """``urls``: where to ask, in this order; each answers ``GET {url}/{kid}`` with a PEM or 404."""
        self._urls, self._http = tuple(urls), http
        self._keys: OrderedDict[str, RSAPublicKey] = OrderedDict()
        self._unknown: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()
        # Anyone can send a token with a new name: that must not turn us into a source of requests.
        self._fetching = threading.BoundedSemaphore(_FETCHES)

    def get(self, kid: str) -> RSAPublicKey:
        """The key of this name.

        Raises:
            KeyUnknown: not a name, no such key, or no host answers.
        """
        if not _KID.fullmatch(kid) or ".." in kid or "//" in kid:
            raise KeyUnknown("not a key's name")
        with self._lock:
            if kid in self._keys:
                return self._keys[kid]
            if self._unknown.get(kid, 0.0) > time.monotonic():
                raise KeyUnknown("no such key")
        if not self._fetching.acquire(timeout=5):
            raise KeyUnknown("too many keys are being asked for")
        try:
            return self._fetch(kid)
        finally:
            self._fetching.release()

    def _fetch(self, kid: str) -> RSAPublicKey:
        reached = False
        for url in self._urls:
            try:
                answer = self._http.send(self._http.prepare("GET", f"{url}/{quote(kid, safe='/')}"))
            except net.NetError:
                continue
            reached = True
            if answer.status == 200:
                key = _rsa_key(answer.body)
                with self._lock:
                    _keep(self._keys, kid, key)
                return key
        if not reached:
            raise KeyUnknown("no key host answers")
        with self._lock:
            _keep(self._unknown, kid, time.monotonic() + _UNKNOWN_SECONDS)
        raise KeyUnknown("no such key")


def _rsa_key(pem: bytes) -> RSAPublicKey:
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyUnknown("what the key host answers is not a key") from error
    if not isinstance(key, RSAPublicKey) or key.key_size < _MIN_BITS:
        raise KeyUnknown("not an RSA key of enough bits")
    return key


def _keep(kept: OrderedDict[str, _T], kid: str, value: _T) -> None:
    kept[kid] = value
    while len(kept) > _KEPT:
        kept.popitem(last=False)
