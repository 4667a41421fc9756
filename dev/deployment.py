"""One Twinline deployment on this machine: its folder, database, Redis and the processes of the Procfile."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import requests
from cryptography.fernet import Fernet
from honcho.environ import parse_procfile

from dev import port, valkey
from dev.supervisor import Supervisor, wait_until

TOP = Path(__file__).resolve().parent.parent
PROCFILE = parse_procfile((TOP / "Procfile").read_text()).processes
KEPT = ("web", "worker", "clock")
"""The lines of the Procfile that run for ever; ``release`` runs once before them."""
START_SECONDS = 60.0


class CommandError(Exception):
    """A command of a deployment failed; the message says which, and its last words."""


@dataclass(frozen=True)
class Deployment:
    """``prefix`` tells its processes from another deployment's under the same supervisor."""

    folder: Path
    base_url: str
    listen: int
    """The port where its web process listens."""
    sites: Sequence[str]
    """Base URLs of the emulated Jira sites that may install it."""
    partners: Sequence[str] = ()
    """Base URLs of other deployments."""
    prefix: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Further settings, by environment variable (``docs/operations.md``)."""

    def environment(self) -> dict[str, str]:
        """The whole environment of its processes."""
        return {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "PYTHONUNBUFFERED": "1",
            "PORT": str(self.listen),
            "ADDON_BASE_URL": self.base_url,
            "DATABASE_URL": f"sqlite:///{self.folder / 'twinline.db'}",
            "REDIS_URL": f"redis://{port.HOST}:{valkey.port_of(self.folder / 'redis')}/0",
            "SECRET_KEYS": _secret_keys(self.folder / "secret-keys"),
            "DEVELOPMENT": "1",
            "JIRA_HOSTS": f"{port.HOST},localhost",
            "INSTALL_KEY_URLS": ",".join(f"{site}/_keys" for site in self.sites),
            "CONNECT_JS": "{baseUrl}/atlassian-connect/all.js",
            "PARTNER_DEPLOYMENTS": ",".join(self.partners),
            **self.settings,
        }

    def start(self, supervisor: Supervisor) -> None:
        """Redis first, then the release line, then what runs for ever; ``wait`` returns once the web answers.

        Raises:
            TimeoutError, CommandError: with the last words of what did not come up.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        redis_port = valkey.claim_port(self.folder / "redis")
        env = self.environment()
        redis_name = f"{self.prefix}redis"
        redis_command = valkey.command(self.folder / "redis", redis_port)
        supervisor.start(redis_name, redis_command, env, is_foundation=True)
        wait_until(
            "The embedded Redis did not answer",
            lambda: valkey.is_up(redis_port),
            seconds=START_SECONDS,
            why=lambda: supervisor.last_words(redis_name),
        )
        self.run(PROCFILE["release"])
        for name in KEPT:
            supervisor.start(f"{self.prefix}{name}", ["sh", "-c", f"exec {PROCFILE[name]}"], env)

    def wait(self, supervisor: Supervisor) -> None:
        """Raises ``TimeoutError`` with the last lines it wrote where it does not come up."""
        wait_until(
            f"The add-on did not answer at {self.base_url}",
            self.is_up,
            seconds=START_SECONDS,
            why=lambda: supervisor.last_words(f"{self.prefix}web"),
        )

    def is_up(self) -> bool:
        try:
            return requests.get(f"http://{port.HOST}:{self.listen}/health/live", timeout=2).ok
        except requests.RequestException:
            return False

    def run(self, command: str) -> str:
        """Run one command with this deployment's settings and return what it printed.

        Raises:
            CommandError: it failed; with its last words.
        """
        argv = ["sh", "-c", f"exec {command}"]
        done = subprocess.run(argv, env=self.environment(), cwd=TOP, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise CommandError(f"`{command}` failed: {done.stderr.strip()[-2000:]}")
        return done.stdout


def _secret_keys(path: Path) -> str:
    """Fernet keys made once: without them a second start could not read what the first one sealed."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(Fernet.generate_key().decode())
    return path.read_text().strip()
