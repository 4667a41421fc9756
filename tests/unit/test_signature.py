"""What a partner's signature proves, and that nothing else does."""

from __future__ import annotations

import random

import pytest

from addon.sync import signature
from addon.sync.signature import SignatureRefused

NOW = 1_800_000_000.0
URL = "https://twinline.example/partner/synchronizations/1/messages?a=1"
BODY = b'{"messages": []}'
KEY = signature.new_key()


def signed(body: bytes = BODY, now: float = NOW, method: str = "POST", url: str = URL) -> dict[str, str]:
    return signature.sign(method, url, body, key_id=KEY.key_id, private_key=KEY.private_key, now=now)


def verified(headers: dict[str, str], body: bytes = BODY, now: float = NOW, method: str = "POST", url: str = URL):
    keys = {KEY.key_id: KEY.public_key}
    return signature.verify(method, url, headers, body, key_of=keys.get, now=now)


def test_a_signature_proves_its_key() -> None:
    proof = verified(signed())
    assert proof.key_id == KEY.key_id
    assert len(proof.nonce) >= 16
    assert proof.expires_at >= NOW + signature.LIFETIME_SECONDS


def test_every_attempt_is_signed_afresh() -> None:
    assert verified(signed()).nonce != verified(signed()).nonce


def test_a_request_without_body() -> None:
    verified(signed(b"", method="GET"), b"", method="GET")


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("PUT", URL, BODY),
        ("POST", URL + "1", BODY),
        ("POST", URL.replace("/1/", "/2/"), BODY),
        ("POST", URL.replace("twinline.", "other."), BODY),
        ("POST", URL, BODY + b" "),
        ("POST", URL, b""),
    ],
)
def test_it_is_bound_to_the_request(method: str, url: str, body: bytes) -> None:
    with pytest.raises(SignatureRefused):
        verified(signed(), body, method=method, url=url)


@pytest.mark.parametrize("missing", ["Content-Digest", "Signature-Input", "Signature"])
def test_nothing_may_be_missing(missing: str) -> None:
    headers = signed()
    del headers[missing]
    with pytest.raises(SignatureRefused):
        verified(headers)


def test_a_key_that_is_not_known() -> None:
    with pytest.raises(SignatureRefused) as caught:
        signature.verify("POST", URL, signed(), BODY, key_of=lambda _: None, now=NOW)
    assert caught.value.unknown


def test_anothers_key() -> None:
    other = signature.new_key()
    with pytest.raises(SignatureRefused) as caught:
        signature.verify("POST", URL, signed(), BODY, key_of=lambda _: other.public_key, now=NOW)
    assert not caught.value.unknown


@pytest.mark.parametrize("apart", [-299, 0, 299])
def test_clocks_may_be_five_minutes_apart(apart: float) -> None:
    verified(signed(now=NOW + apart))


@pytest.mark.parametrize("apart", [-302, 302, -86_400, 86_400])
def test_and_no_more(apart: float) -> None:
    with pytest.raises(SignatureRefused) as caught:
        verified(signed(now=NOW + apart))
    assert caught.value.clock


@pytest.mark.parametrize("apart", [-299, 0, 299])
def test_a_nonce_is_remembered_for_as_long_as_its_signature_is_good(apart: float) -> None:
    headers = signed(now=NOW + apart)
    expires_at = verified(headers).expires_at
    with pytest.raises(SignatureRefused):
        verified(headers, now=expires_at + 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('("@method" "@target-uri" "content-digest")', '("@method" "@target-uri")'),
        ('("@method" "@target-uri" "content-digest")', "()"),
        ('alg="ed25519"', 'alg="hmac-sha256"'),
        ('tag="twinline-partner"', 'tag="other"'),
        (";nonce=", ";nonsense="),
        (";created=", ";creation="),
        (";expires=", ";expiry="),
    ],
)
def test_what_is_said_of_the_signature_is_signed(old: str, new: str) -> None:
    headers = signed()
    assert old in headers["Signature-Input"]
    headers["Signature-Input"] = headers["Signature-Input"].replace(old, new)
    with pytest.raises(SignatureRefused):
        verified(headers)


def test_one_flipped_bit_in_any_signed_part() -> None:
    rng = random.Random(20260501)
    for _ in range(300):
        headers = signed()
        parts = {**{name: value.encode() for name, value in headers.items()}, "url": URL.encode(), "body": BODY}
        name = rng.choice(list(parts))
        flipped = bytearray(parts[name])
        # The label is no part of what is signed, and padding bits of base64 carry nothing.
        first = len(signature.LABEL) + 1 if name.startswith("Signature") else 0
        last = len(flipped) - (5 if name in ("Signature", "Content-Digest") else 0)
        flipped[rng.randrange(first, last)] ^= 1 << rng.randrange(7)
        changed = {**parts, name: bytes(flipped)}
        url, body = changed.pop("url"), changed.pop("body")
        told = {key: value.decode("latin-1") for key, value in changed.items()}
        with pytest.raises(SignatureRefused):
            verified(told, body, url=url.decode("latin-1"))


def test_a_signature_said_in_two_ways_is_refused() -> None:
    headers = signed()
    headers["Signature"] += ", second=:AAAA:"
    with pytest.raises(SignatureRefused):
        verified(headers)


@pytest.mark.parametrize("text", ["", "x", "AAAA", "é", "A" * 44])
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match=r"base64|bytes|ASCII"):
        signature.key_id_of(text)


def test_names_of_keys() -> None:
    assert signature.public_key_of(KEY.private_key) == KEY.public_key
    assert signature.key_id_of(KEY.public_key) == KEY.key_id
    assert len({signature.new_key().key_id for _ in range(20)}) == 20
