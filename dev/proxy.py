"""A TCP proxy that breaks what passes: between the add-on and Jira, or between two deployments.

Faults act on what the server answers; they can be changed at any time and hold for connections made afterwards.
"""

from __future__ import annotations

import contextlib
import random
import socket
import socketserver
import struct
import threading
import time
from dataclasses import dataclass

_PIECE = 64 * 1024
_RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of the server's answer. ``chance``: how often (0 to 1); times in seconds.

    ``latency``: before the first byte. ``drip``: between single bytes. ``cut_after``: close after so many bytes.
    ``reset``: answer the connection with a reset. ``blackhole``: take everything and answer nothing.
    """

    latency: float = 0.0
    drip: float = 0.0
    cut_after: int | None = None
    reset: bool = False
    blackhole: bool = False
    chance: float = 1.0


class Proxy:
    """Listens on loopback and passes to ``target_port``. A ``with`` block ends it and all its connections."""

    def __init__(self, listen_port: int, target_port: int, seed: int = 0) -> None:
        self.fault = Fault()
        self.count = 0
        """Connections that met the fault."""
        self._target_port, self._random, self._over = target_port, random.Random(seed), threading.Event()  # noqa: S311
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                proxy._serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server(("127.0.0.1", listen_port), Handler)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Proxy:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _serve(self, client: socket.socket) -> None:
        fault = self.fault
        hit = fault != Fault() and self._random.random() < fault.chance
        self.count += hit
        if not hit:
            fault = Fault()
        if fault.reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            return
        if fault.blackhole:
            self._over.wait()
            return
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._target_port)) as server:
            threading.Thread(target=self._forward, args=(client, server), daemon=True).start()
            self._answer(server, client, fault)

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := client.recv(_PIECE):
                server.sendall(piece)
            server.shutdown(socket.SHUT_WR)

    def _answer(self, server: socket.socket, client: socket.socket, fault: Fault) -> None:
        left = fault.cut_after
        while (piece := server.recv(_PIECE)) and not self._over.is_set():
            if fault.latency:
                time.sleep(fault.latency)
            if left is not None:
                piece, left = piece[:left], left - len(piece)
            if not fault.drip:
                client.sendall(piece)
            else:
                self._drip(piece, client, fault.drip)
            if left is not None and left <= 0:
                return

    def _drip(self, piece: bytes, client: socket.socket, pause: float) -> None:
        for byte in piece:
            client.sendall(bytes([byte]))
            if self._over.wait(pause):
                return
