"""The whole stage: two emulated sites, one or two deployments, the add-on installed, one synchronization active.

``make run``, the story tests and the benchmarks all stand on it.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, Signals
from types import TracebackType
from typing import IO

from dev import port
from dev.deployment import TOP, Deployment
from dev.site import Site
from dev.supervisor import LONGEST_PAUSE_SECONDS, Supervisor


@dataclass(frozen=True)
class Ports:
    """Where everything listens. ``second`` is the second deployment's, or None for one deployment with both sites."""

    blue: int
    green: int
    addon: int
    second: int | None = None

    @classmethod
    def free(cls, *, federated: bool = False) -> Ports:
        blue, green, addon, second = port.free(4)
        return cls(blue, green, addon, second if federated else None)


class Stage:
    """Started by ``start`` (or a ``with`` block), ended by ``stop``. Data stays in ``folder``.

    ``output``: where the lines of every process are shown; None shows none. ``front``: from the port where something
    listens to the one that others know (``dev.recorder``); the same where nothing stands before it. ``settings``: what
    every deployment is set to beside the usual. ``longest_pause``: seconds at most before what died is started again.
    """

    def __init__(
        self,
        folder: Path,
        ports: Ports,
        *,
        output: IO[str] | None = None,
        front: Callable[[int], int] = lambda listen: listen,
        settings: Mapping[str, str] | None = None,
        longest_pause: float = LONGEST_PAUSE_SECONDS,
    ) -> None:
        self._longest_pause = longest_pause
        self.folder = folder.resolve()
        self._settings = settings or {}
        self._front = front
        self.blue = Site("Blue", front(ports.blue), ports.blue, self.folder / "blue")
        self.green = Site("Green", front(ports.green), ports.green, self.folder / "green")
        self.deployments = self._deployments(ports)
        self._output = output
        self._supervisor: Supervisor | None = None

    @property
    def supervisor(self) -> Supervisor:
        assert self._supervisor is not None, "the stage is not started"
        return self._supervisor

    def start(self, say: Callable[[str], None] = lambda words: None) -> None:
        """Start everything and return when an issue created at Blue would show at Green.

        Raises:
            TimeoutError, requests.RequestException, CommandError: what did not come up, in words.
        """
        self._supervisor = Supervisor(cwd=TOP, output=self._output, longest_pause=self._longest_pause)
        say("Starting the Jira sites Blue and Green, and the add-on ...")
        for site in (self.blue, self.green):
            site.start(self.supervisor, dict(os.environ))
        for deployment in self.deployments:
            deployment.start(self.supervisor)
        for site in (self.blue, self.green):
            site.wait(self.supervisor)
        for deployment in self.deployments:
            deployment.wait(self.supervisor)
        first, last = self.deployments[0], self.deployments[-1]
        say("Installing the add-on at both sites ...")
        self.blue.install(first.base_url)
        self.green.install(last.base_url)
        self._introduce(first, last)

    def _introduce(self, first: Deployment, last: Deployment) -> None:
        """Once for a data folder: what a person made of the first synchronization since then stays."""
        done = self.folder / "introduced"
        if done.exists():
            return
        blue, green = self.blue.url, self.green.url
        python = f"{shlex.quote(sys.executable)} -m dev.introduction"
        first.run(f"{python} invite {blue} {green}")
        last.run(f"{python} accept {green} {blue}")
        first.run(f"{python} publish {blue} {green}")
        done.touch()

    def stop(self) -> None:
        if self._supervisor is not None:
            self._supervisor.stop()
            self._supervisor = None

    def kill(self, name: str, number: Signals = SIGKILL) -> None:
        """Kill a process ("web", "worker", "clock", "redis"); it comes back by itself."""
        self.supervisor.kill(name, number)

    def __enter__(self) -> Stage:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _deployments(self, ports: Ports) -> tuple[Deployment, ...]:
        # `localhost` here and 127.0.0.1 for Jira: two sites to a browser, as in the real world, so that cookies and
        # frames are kept as strictly.
        folder, further = self.folder, self._settings
        url = f"http://localhost:{self._front(ports.addon)}"
        if ports.second is None:
            both = (self.blue.url, self.green.url)
            return (Deployment(folder / "add-on", url, ports.addon, both, settings=further),)
        other = f"http://localhost:{self._front(ports.second)}"
        blue, green = (self.blue.url,), (self.green.url,)
        return (
            Deployment(folder / "blue-add-on", url, ports.addon, blue, (other,), "blue-", further),
            Deployment(folder / "green-add-on", other, ports.second, green, (url,), "green-", further),
        )
