"""A proxy that writes down every HTTP request that passes: who asked what, and when.

Benchmarks count Jira calls and measure latency by it; tests look at what really went over the wire. It reads no more of
HTTP than where a request ends, and changes nothing.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType

from dev import port


@dataclass(frozen=True, slots=True)
class Request:
    """``at``: when its last byte had come, by ``time.perf_counter``. ``port``: of whom it was asked."""

    at: float
    port: int
    method: str
    target: str
    authorization: str
    """The scheme only: JWT is the add-on, Basic a person."""
    body: bytes


class Recorder:
    """Runs its proxies in a thread of its own; use as a ``with`` block."""

    def __init__(self) -> None:
        self._requests: list[Request] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="recorder", daemon=True)
        self._servers: list[asyncio.Server] = []
        self._open_ends: set[asyncio.StreamWriter] = set()

    def front(self, behind: int) -> int:
        """The port of a new proxy before the one where something listens, or will listen."""
        return asyncio.run_coroutine_threadsafe(self._open(behind), self._loop).result()

    def take(self, wanted: Callable[[Request], bool] = lambda _: True) -> list[Request]:
        """What has passed since the last time, in order; forgets it."""
        passed, self._requests = self._requests, []
        return [request for request in passed if wanted(request)]

    def __enter__(self) -> Recorder:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self, behind: int) -> int:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await self._pass(reader, writer, behind)
            finally:
                await self._end(writer)

        server = await asyncio.start_server(connected, port.HOST, 0)
        self._servers.append(server)
        number: int = server.sockets[0].getsockname()[1]
        return number

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # A task that was cancelled before its first step has not closed what it was given.
        for writer in tuple(self._open_ends):
            await self._end(writer)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, behind: int) -> None:
        self._open_ends.add(writer)
        try:
            inner_reader, inner_writer = await asyncio.open_connection(port.HOST, behind)
        except OSError:
            return
        self._open_ends.add(inner_writer)
        answers = asyncio.create_task(_copy(inner_reader, writer))
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    await self._one(reader, inner_writer, behind)
        finally:
            await self._end(inner_writer)
            await answers

    async def _end(self, writer: asyncio.StreamWriter) -> None:
        """Close one end and wait until its socket is gone: one that is left to the collector is a warning there."""
        self._open_ends.discard(writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, inner: asyncio.StreamWriter, behind: int) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        inner.write(head)
        body = await _body(reader, headers)
        method, target, _ = first.split(" ", 2)
        scheme = headers.get("authorization", "").split(" ")[0]
        self._requests.append(Request(time.perf_counter(), behind, method, target, scheme, body))
        inner.write(body)
        await inner.drain()


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    """The body as it stands on the wire."""
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length") or 0))
    body = b""
    size = -1
    while size != 0:
        line = await reader.readuntil(b"\r\n")
        size = int(line.split(b";")[0], 16)
        body += line + await reader.readexactly(size + 2)
    return body


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()
