"""JSON from outside: what we take, what we refuse, and what it costs."""

from __future__ import annotations

import contextlib
import json
import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addon import strict_json

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text(st.characters(exclude_characters="\0", codec="utf-8")),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text("abc\u00e4\U0001f600"), inner, max_size=5),
    max_leaves=20,
)


@given(PLAIN, st.booleans())
def test_what_is_plain_comes_through_unchanged(value: Any, ascii_only: bool) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert strict_json.parse(body) == value
    assert strict_json.parse_answer(body) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for parse in (strict_json.parse, strict_json.parse_answer):
        try:
            parse(body)
        except strict_json.Malformed as error:
            assert str(error).endswith(".")


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def test_depth() -> None:
    assert strict_json.parse(nested(strict_json.MAX_DEPTH)) is not None
    for depth in (strict_json.MAX_DEPTH + 1, 500, 5_000, 100_000):
        with pytest.raises(strict_json.Malformed):
            strict_json.parse(nested(depth))
        with pytest.raises(strict_json.Malformed):
            strict_json.parse(b'{"a":' * depth + b"1" + b"}" * depth)
    with pytest.raises(strict_json.Malformed):
        strict_json.parse_answer(nested(100_000))


def test_brackets_in_strings_are_no_depth() -> None:
    assert strict_json.parse(json.dumps("[" * 1000).encode()) == "[" * 1000


@pytest.mark.parametrize("text", ["\\ud800", "\\udfff", "\\ud83dx", "\\ude00\\ud83d", "\\u0000"])
def test_characters_that_cannot_be_stored_are_refused(text: str) -> None:
    for body in (f'["{text}"]', f'{{"{text}": 1}}', f'{{"a": {{"b": ["x{text}"]}}}}'):
        with pytest.raises(strict_json.Malformed):
            strict_json.parse(body.encode())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\\ud800", "\ufffd"),
        ("a\\udc00b", "a\ufffdb"),
        ("\\ud83d\\ude00", "\U0001f600"),
        ("\\ude00\\ud83d", "\ufffd\ufffd"),
        ("\\\\ud800", "\\ud800"),
        ("\\\\\\ud800", "\\\ufffd"),
        ("\\u00e4", "\u00e4"),
        ("\\uD83D\\uDE00\\uD83D", "\U0001f600\ufffd"),
    ],
)
def test_jiras_half_pairs_become_a_mark(text: str, expected: str) -> None:
    assert strict_json.parse_answer(f'["{text}"]'.encode()) == [expected]


def test_memory_stays_bounded() -> None:
    worst = b"[" + b"{}," * (strict_json.MAX_ANSWER_NODES // 2 - 2) + b"{}]"
    tracemalloc.start()
    strict_json.parse_answer(worst)
    with pytest.raises(strict_json.Malformed):
        strict_json.parse_answer(b"[" + b"{}," * 5_000_000 + b"0]")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 * 1024 * 1024


def test_time_stays_bounded() -> None:
    for body in (b'{"a": "' + b'\\"' * 2_000_000, b'["' + b"\\u00e4" * 500_000 + b'"]', b'"' * 2_000_000):
        begun = time.monotonic()
        with contextlib.suppress(strict_json.Malformed):
            strict_json.parse(body)
        assert time.monotonic() - begun < 3
