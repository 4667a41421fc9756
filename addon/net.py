"""The only maker of outgoing HTTP. Every call has an end, a size and a checked address.

``requests`` limits each wait, not the whole call: an answer that drips a byte a second never ends. Here a watch thread
cuts the connection at the deadline, whatever it is doing. Answers are counted after decompression. No redirects, no
cookies, no proxies or passwords from the environment. A kept-alive pool per purpose, shared by threads.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from addon import address

MiB = 1024 * 1024
PIECE = 64 * 1024
IDLE_SECONDS = 20.0
"""A connection idle for longer is not used again: servers close them about then, and a write cut so is ambiguous."""
CONNECT_SECONDS = 10.0
USER_AGENT = "Twinline/1"


class NetError(Exception):
    """A call that brought no complete answer; the message is a sentence for people."""


class Refused(NetError):
    """The address may not be called."""


class Unreachable(NetError):
    """No connection: nothing was sent."""


class Cut(NetError):
    """The connection ended or the time was up after something may have been sent: the call may have taken effect."""


class TooLarge(NetError):
    """The answer was longer than allowed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers (any case) and the whole, decompressed body."""

    status: int
    headers: requests.structures.CaseInsensitiveDict[str]
    body: bytes


@dataclass(slots=True, eq=False)
class _Call:
    """A call in progress: what its connection needs to know, and what the watch needs to end it."""

    deadline: float
    loopback: bool
    sent: bool = False
    reused: bool = False
    expired: bool = False
    grip: socket.socket | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def left(self) -> float:
        return self.deadline - time.monotonic()

    def hold(self, sock: socket.socket | None) -> None:
        """Take a second handle on a connection (the first may pass to TLS or be closed), or let go of the last."""
        grip = socket.socket(fileno=os.dup(sock.fileno())) if sock is not None else None
        with self.lock:
            if self.grip is not None:
                self.grip.close()
            self.grip = grip
            if self.expired:
                self._shut()

    def expire(self) -> None:
        with self.lock:
            self.expired = True
            self._shut()

    def _shut(self) -> None:
        if self.grip is not None:
            with contextlib.suppress(OSError):
                self.grip.shutdown(socket.SHUT_RDWR)


_current: threading.local = threading.local()


class _Watch:
    """One thread that ends overdue calls, to within its step. It starts with the first call of a process."""

    STEP = 0.1

    def __init__(self) -> None:
        self._calls: set[_Call] = set()
        self._lock = threading.Lock()
        self._work = threading.Event()
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def over(self, call: _Call) -> Iterator[None]:
        with self._lock:
            self._calls.add(call)
            self._work.set()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="net-watch", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._calls.discard(call)
                if not self._calls:
                    self._work.clear()

    def _run(self) -> None:
        while True:
            self._work.wait()
            with self._lock:
                overdue = [call for call in self._calls if call.left <= 0 and not call.expired]
            for call in overdue:
                call.expire()
            time.sleep(self.STEP)


_watch = _Watch()


def _after_fork() -> None:
    # Threads do not survive a fork, and a lock may have been held by one of them.
    global _watch  # noqa: PLW0603
    _watch = _Watch()


os.register_at_fork(after_in_child=_after_fork)


class _Checked:
    """Mixed into urllib3's connections: connects to a checked address only, and tells the call what happens."""

    _fresh = False
    _used_at = 0.0

    def _new_conn(self) -> socket.socket:
        call: _Call = _current.call
        connection: Any = self
        host, port = connection._dns_host, connection.port
        try:
            found = address.resolve(host, port, loopback=call.loopback, timeout=min(call.left, CONNECT_SECONDS))
        except address.AddressRefused as error:
            raise Refused(str(error)) from error
        except address.NotFound as error:
            raise NewConnectionError(connection, str(error)) from error
        sock = _connect(found, call)
        if sock is None:
            raise NewConnectionError(connection, "no address answers")
        call.hold(sock)
        self._fresh = True
        return sock

    def request(self, *args: Any, **kwargs: Any) -> None:
        call: _Call = _current.call
        connection: Any = self
        if not self._fresh and time.monotonic() - self._used_at > IDLE_SECONDS:
            connection.close()
        if connection.sock is None:
            connection.connect()
        elif not self._fresh:
            connection.sock.settimeout(max(call.left, 0.01))
            call.hold(connection.sock)
        call.reused, self._fresh = not self._fresh, False
        self._used_at = time.monotonic()
        call.sent = True
        super().request(*args, **kwargs)  # type: ignore[misc]


def _connect(found: list[tuple[int, tuple[Any, ...]]], call: _Call) -> socket.socket | None:
    for family, sockaddr in found:
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(max(min(call.left, CONNECT_SECONDS), 0.01))
            sock.connect(sockaddr)
        except OSError:
            sock.close()
            continue
        sock.settimeout(max(call.left, 0.01))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock
    return None


class _PlainConnection(_Checked, HTTPConnection):
    pass


class _TlsConnection(_Checked, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:
        # Even with redirects off, requests would read the whole body of a 3xx to prepare the next request.
        return None


class Http:
    """A kept-alive pool of connections for one purpose. Thread-safe.

    ``deadline``: seconds for a whole call, from the name look-up to the last byte. ``limit``: bytes of an answer.
    ``development``: loopback and plain http are allowed.
    """

    def __init__(self, *, deadline: float, limit: int, development: bool = False, size: int = 16) -> None:
        self._deadline, self._limit, self._development = deadline, limit, development
        self.session = _Session()
        self.session.trust_env = False
        self.session.headers.clear()
        self.session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", "Connection": "keep-alive"})
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, _Adapter(pool_connections=64, pool_maxsize=size))

    def prepare(
        self,
        method: str,
        url: str,
        *,
        params: Any = None,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
    ) -> requests.PreparedRequest:
        """The request exactly as it will be sent, to be signed.

        Raises:
            Refused: the URL is not one that may be called.
        """
        try:
            address.normal_url(url.partition("?")[0], development=self._development)
            request = requests.Request(method, url, params=params, headers=headers, data=body)
            return self.session.prepare_request(request)
        except (address.AddressRefused, requests.RequestException, ValueError) as error:
            raise Refused(str(error)) from error

    def send(
        self, prepared: requests.PreparedRequest, *, deadline: float | None = None, limit: int | None = None
    ) -> Answer:
        """Send a prepared request and read the whole answer.

        Raises:
            Refused, Unreachable: nothing was sent.
            Cut, TooLarge: it may have taken effect.
        """
        end = time.monotonic() + (deadline or self._deadline)
        try:
            return self._once(prepared, end, limit or self._limit)
        except _Stale as error:
            if prepared.method not in ("GET", "HEAD"):
                raise Cut("The connection was cut.") from error
        # The kept-alive connection had been closed over there just then; a read does no harm twice.
        try:
            return self._once(prepared, end, limit or self._limit)
        except _Stale as error:
            raise Cut("The connection was cut.") from error

    def _once(self, prepared: requests.PreparedRequest, end: float, limit: int) -> Answer:
        call = _Call(end, self._development)
        host = urlsplit(prepared.url or "").hostname or "the host"
        _current.call = call
        try:
            with _watch.over(call):
                return self._exchange(prepared, call, limit)
        except NetError:
            raise
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise _meaning(error, call, str(host)) from error
        finally:
            call.hold(None)
            _current.call = None

    def _exchange(self, prepared: requests.PreparedRequest, call: _Call, limit: int) -> Answer:
        timeout = (max(call.left, 0.01), max(call.left, 0.01))
        with self.session.send(prepared, stream=True, timeout=timeout, allow_redirects=False) as response:
            body = bytearray()
            for piece in response.raw.stream(PIECE, decode_content=True):
                body += piece
                if len(body) > limit:
                    response.raw.close()
                    raise TooLarge("The answer is larger than anything expected.")
                if call.left <= 0:
                    call.expire()
            if call.expired:
                raise Cut("The answer took too long.")
            if response.status_code not in (204, 304) and not _BOUNDED & {name.lower() for name in response.headers}:
                # A connection that broke within the head looks like a whole answer without a body.
                raise Cut("The answer does not say where it ends: it may have been cut.")
            return Answer(response.status_code, response.headers, bytes(body))


_BOUNDED = {"content-length", "transfer-encoding"}


class _Stale(NetError):
    """A reused connection was closed before any answer."""


def _meaning(error: Exception, call: _Call, host: str) -> NetError:
    if call.expired or call.left <= 0:
        return (Cut if call.sent else Unreachable)(f"{host} does not answer in time.")
    if not call.sent:
        certificate = any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))
        return Unreachable(f"{host} has no valid certificate." if certificate else f"{host} cannot be reached.")
    if call.reused and isinstance(error, requests.ConnectionError):
        return _Stale("The connection was closed.")
    return Cut(f"{host} cut the connection.")


def _causes(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__


def jira_http(deadline: float, development: bool, threads: int) -> Http:
    """For calls to Jira: pages of a hundred issues with long texts fit."""
    return Http(deadline=deadline, limit=16 * MiB, development=development, size=threads)
