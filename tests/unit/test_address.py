"""Which addresses may be called: nothing but the public internet, however it is written."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from addon import address

REFUSED = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.1.2.3 127.255.255.255 169.254.0.1
169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.170 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255
198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 192.31.196.1
:: ::1 ::7f00:1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:8.8.8.8
::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::a00:1 100::1 100:0:0:1::1 2001::1
2001:0:4136:e378::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1 2002:a00:1:: 3fff::1 3fff:fff::1
fc00::1 fd00:ec2::254 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 feff::1 ff02::1 ff0e::1 5f00::1 4000::1 e000::1
1fff::1 not-an-address
""".split()  # noqa: SIM905


@pytest.mark.parametrize("ip", REFUSED)
def test_everything_but_the_public_internet_is_refused(ip: str) -> None:
    assert not address.callable_address(ip, loopback=False)


@pytest.mark.parametrize("ip", ["8.8.8.8", "104.192.142.18", "2600:1f14::1", "2a00:1450:4001::200e"])
def test_public_addresses_are_called(ip: str) -> None:
    assert address.callable_address(ip, loopback=False)


def test_loopback_only_where_development_allows_it() -> None:
    assert address.callable_address("127.0.0.1", loopback=True)
    assert address.callable_address("::1", loopback=True)
    assert not address.callable_address("10.0.0.1", loopback=True)
    assert not address.callable_address("::ffff:127.0.0.1", loopback=True)
    assert not address.callable_address("169.254.169.254", loopback=True)


@pytest.mark.parametrize("host", ["127.1", "0x7f.1", "2130706433", "0177.0.0.1", "localhost", "0", "[::1]".strip("[]")])
def test_other_spellings_of_loopback_are_refused(host: str) -> None:
    with pytest.raises((address.AddressRefused, address.NotFound)):
        address.resolve(host, 443, loopback=False, timeout=5)


def test_one_bad_answer_of_the_dns_spoils_all(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: answers)
    with pytest.raises(address.AddressRefused, match="not on the public internet"):
        address.resolve("two-faced.example.com", 443, loopback=False, timeout=5)


def test_a_silent_dns_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: release.wait(5) and [])
    begun = time.monotonic()
    with pytest.raises(address.NotFound):
        address.resolve("slow.example.com", 443, loopback=False, timeout=0.1)
    assert time.monotonic() - begun < 1
    release.set()


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("https://Blue.Atlassian.NET/", "https://blue.atlassian.net"),
        (" https://blue.atlassian.net:443 ", "https://blue.atlassian.net"),
        ("https://blue.atlassian.net.", "https://blue.atlassian.net"),
        ("https://jira.example.com:8443/jira/", "https://jira.example.com:8443/jira"),
        ("https://[2600:1F14::1]/", "https://[2600:1f14::1]"),
    ],
)
def test_a_url_has_one_form(given: str, normal: str) -> None:
    assert address.normal_url(given) == normal


@pytest.mark.parametrize(
    "url",
    [
        "",
        "blue",
        "blue.atlassian.net",
        "http://blue.atlassian.net",
        "ftp://blue.atlassian.net",
        "file:///etc/passwd",
        "gopher://x",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https://user@blue.atlassian.net",
        "https://user:pw@blue.atlassian.net",
        "https://blue.atlassian.net@evil.example.com",
        "https://blue.atlassian.net?x=1",
        "https://blue.atlassian.net#x",
        "https://blue.atlassian.net:99999",
        "https://blue.atlassian.net:x",
        "https://[::1",
        "https://bl ue.example.com",
        "https://blue.example.com/../x",
        "https://blue.example.com\\@evil.example.com",
        "https://blue\u3002example.com",
        "https://blue.example.com/\x00",
    ],
)
def test_what_is_not_a_plain_https_url_is_refused(url: str) -> None:
    with pytest.raises(address.AddressRefused):
        address.normal_url(url)


def test_plain_http_only_in_development() -> None:
    assert address.normal_url("http://127.0.0.1:2990/", development=True) == "http://127.0.0.1:2990"
