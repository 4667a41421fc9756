"""Calls out: each has an end and a size, whatever the other side does."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from addon import net

Script = Callable[[socket.socket], None]


@contextmanager
def peer(script: Script, connections: int = 1) -> Iterator[str]:
    """A server that reads one request per connection and then does what the script says."""
    listener = socket.create_server(("127.0.0.1", 0))
    accepted: list[socket.socket] = []

    def serve() -> None:
        for _ in range(connections):
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            accepted.append(connection)
            with connection:
                try:
                    connection.recv(65536)
                    script(connection)
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        listener.close()
        for connection in accepted:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def http(deadline: float = 5.0, limit: int = 1024 * 1024) -> net.Http:
    return net.Http(deadline=deadline, limit=limit, development=True)


def call(client: net.Http, url: str, method: str = "GET", body: bytes | None = None) -> net.Answer:
    return client.send(client.prepare(method, url, body=body))


def drip(prefix: bytes) -> Script:
    def script(connection: socket.socket) -> None:
        connection.sendall(prefix)
        for _ in range(200):
            connection.sendall(b"x")
            time.sleep(0.02)

    return script


@pytest.mark.parametrize(
    "prefix",
    [
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\nConnection: close\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n",
        b"H",
    ],
)
def test_a_dripping_answer_ends_at_the_deadline(prefix: bytes) -> None:
    with peer(drip(prefix)) as url:
        begun = time.monotonic()
        with pytest.raises(net.Cut):
            call(http(deadline=0.5), url)
        assert time.monotonic() - begun < 1.5


def test_a_peer_that_says_nothing_is_left_at_the_deadline() -> None:
    with peer(lambda _connection: time.sleep(2)) as url:
        begun = time.monotonic()
        with pytest.raises(net.Cut):
            call(http(deadline=0.3), url)
        assert time.monotonic() - begun < 1.3


@pytest.mark.parametrize("status", [200, 302, 500])
def test_an_endless_answer_is_cut_at_the_limit(status: int) -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(f"HTTP/1.1 {status} X\r\nLocation: /\r\n\r\n".encode())
        while True:
            connection.sendall(b"x" * 65536)

    with peer(endless) as url, pytest.raises(net.TooLarge):
        call(http(), url)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_compressed_answer_is_counted_unpacked(chunked: bool) -> None:
    bomb = gzip.compress(b"\0" * (64 * 1024 * 1024), compresslevel=9)

    def send(connection: socket.socket) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
        if chunked:
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(bomb), bomb)
            connection.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n" + body)
        else:
            connection.sendall(head + b"Content-Length: %d\r\n\r\n" % len(bomb) + bomb)

    with peer(send) as url:
        tracemalloc.start()
        with pytest.raises(net.TooLarge):
            call(http(), url)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 16 * 1024 * 1024


def test_redirects_are_not_followed_and_come_back_as_they_are() -> None:
    redirect = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    with peer(lambda connection: connection.sendall(redirect)) as url:
        assert call(http(), url).status == 302


def test_cut_bodies_are_not_answers() -> None:
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"
    with peer(lambda connection: connection.sendall(cut)) as url, pytest.raises(net.Cut):
        call(http(), url)


def test_nothing_was_sent_where_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(net.Unreachable):
        call(http(), f"http://127.0.0.1:{port}/", "POST", b"{}")


def test_an_answer_without_a_word_is_ambiguous() -> None:
    with peer(lambda _connection: None) as url, pytest.raises(net.Cut):
        call(http(), url, "POST", b"{}")


def test_a_stale_connection_is_replaced_for_reads_only() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    seen: list[bytes] = []

    def once_then_close_at_the_next_request(connection: socket.socket) -> None:
        connection.sendall(answer)
        seen.append(connection.recv(65536))

    with peer(once_then_close_at_the_next_request, connections=2) as url:
        client = http()
        assert call(client, url).body == b"ok"
        assert call(client, url).body == b"ok"
    with peer(once_then_close_at_the_next_request) as url:
        client = http()
        assert call(client, url).body == b"ok"
        with pytest.raises(net.Cut):
            call(client, url, "POST", b"{}")
    assert seen[0].startswith(b"GET") and seen[-1].startswith(b"POST")


def test_connections_are_kept_and_cookies_are_not() -> None:
    requests: list[bytes] = []
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: a=b\r\n\r\nok"

    def twice(connection: socket.socket) -> None:
        connection.sendall(answer)
        requests.append(connection.recv(65536))
        connection.sendall(answer)

    with peer(twice) as url:
        client = http()
        call(client, url)
        call(client, url)
    assert b"cookie" not in requests[0].lower()


def test_proxies_and_passwords_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    with peer(lambda connection: connection.sendall(answer)) as url:
        assert call(http(), url).body == b"ok"


def test_loopback_and_plain_http_are_refused_outside_development() -> None:
    client = net.Http(deadline=1, limit=10)
    with pytest.raises(net.Refused, match="https"):
        client.prepare("GET", "http://127.0.0.1:1/")
    with pytest.raises(net.Refused, match="public internet"):
        client.send(client.prepare("GET", "https://127.0.0.1:1/"))
    with pytest.raises(net.Refused, match="public internet"):
        client.send(client.prepare("GET", "https://localhost:1/"))
    with pytest.raises(net.Refused):
        client.prepare("GET", "https://user:pw@example.com/")


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers differently the second time gains nothing."""
    real, asked = socket.getaddrinfo, []

    def rebinding(host: str, *args: object, **kwargs: object) -> object:
        asked.append(host)
        return real("127.0.0.1", *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    with peer(lambda connection: connection.sendall(answer)) as url:
        port = url.rsplit(":", 1)[1].rstrip("/")
        assert call(http(), f"http://site.example.com:{port}/").body == b"ok"
    assert asked == ["site.example.com"]
