"""Serve a site: in the foreground for `python -m emulator`, in a thread inside a test."""

import threading
from contextlib import suppress
from types import TracebackType

from waitress import wasyncore  # type: ignore[import-untyped]
from waitress.server import create_server  # type: ignore[import-untyped]

from emulator.app import create_app
from emulator.site import Site

THREADS = 16


class Running:
    """A site served in the background: `with Running(Site.new()) as site: site.base_url`."""

    def __init__(self, site: Site, host: str = "127.0.0.1", port: int = 0) -> None:
        self._site = site
        self._server = create_server(create_app(site), host=host, port=port, threads=THREADS, ident="AtlassianEdge")
        if port == 0:
            site.base_url = f"http://{host}:{self._server.effective_port}"
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Site:
        self._thread.start()
        self._site.webhooks.start()
        return self._site

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Close the port, stop the dispatcher, write everything."""
        self._site.webhooks.stop()
        self._stopped.set()
        # The loop may have seen the flag by itself and closed the trigger before it is pulled.
        with suppress(OSError):
            self._server.pull_trigger()
        self._thread.join(timeout=5)
        self._site.close()

    def _serve(self) -> None:
        # waitress's own loop ends only when every kept-alive connection is gone; this one ends when told.
        channels = self._server._map
        while not self._stopped.is_set():
            wasyncore.loop(timeout=1, map=channels, count=1)
        self._server.task_dispatcher.shutdown()
        wasyncore.close_all(channels, ignore_all=True)
