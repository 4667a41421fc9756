"""``make run``: the stage on the usual ports until Ctrl-C.

Settings by environment: BLUE_PORT, GREEN_PORT, ADDON_PORT, SECOND_ADDON_PORT (``--federated``), DATA_DIR.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

from dev import port
from dev.deployment import TOP, CommandError
from dev.site import ADMIN, USER
from dev.stage import Ports, Stage
from dev.valkey import NoServerError


class NotNowError(Exception):
    """It cannot start; the message says why and what to do."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="make run", description="Twinline with two emulated Jira sites.")
    parser.add_argument("--federated", action="store_true", help="two deployments, one for each site")
    federated = parser.parse_args().federated
    parent = os.getppid()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        ports = _ports(federated)
        folder = Path(os.environ.get("DATA_DIR") or TOP / (".data-federated" if federated else ".data")).resolve()
        with _alone(folder):
            _run(Stage(folder, ports, output=sys.stdout), parent)
    except NotNowError as error:
        print(error, file=sys.stderr)
        return 1
    except (TimeoutError, NoServerError, requests.RequestException, CommandError) as error:
        print(f"\nTwinline could not start. {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nEverything has ended. The data stays; `make run` finds it again.")
    return 0


def _run(stage: Stage, parent: int) -> None:
    try:
        stage.start(_say)
        _say(_where(stage))
        # A launcher whose own parent was killed has nobody left to press Ctrl-C.
        while os.getppid() == parent:
            time.sleep(0.5)
    finally:
        # A second Ctrl-C must not leave processes behind.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        stage.stop()


def _ports(federated: bool) -> Ports:
    wanted = {"BLUE_PORT": 2990, "GREEN_PORT": 2991, "ADDON_PORT": 8080}
    if federated:
        wanted["SECOND_ADDON_PORT"] = 8081
    numbers = {name: _number(name, usual) for name, usual in wanted.items()}
    problem = port.problem_in(numbers)
    if problem:
        raise NotNowError(problem)
    return Ports(numbers["BLUE_PORT"], numbers["GREEN_PORT"], numbers["ADDON_PORT"], numbers.get("SECOND_ADDON_PORT"))


def _number(name: str, usual: int) -> int:
    text = os.environ.get(name) or str(usual)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise NotNowError(f"{name} must be a port number between 1 and 65535, not {text!r}.")
    return int(text)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the data folder: two launchers on one would write over each other."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise NotNowError(f"The data folder {folder} cannot be used: {error.strerror}. Set DATA_DIR.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotNowError(
                f"Twinline runs already on {folder}. End it, or set DATA_DIR to another folder."
            ) from error
        yield


def _where(stage: Stage) -> str:
    add_ons = "   ".join(deployment.base_url for deployment in stage.deployments)
    return f"""
  Twinline is up.

    Blue    {stage.blue.url}    project SHOP is kept in step with QA at Green; OPS is free to try
    Green   {stage.green.url}    project QA is kept in step with SHOP at Blue; HELP is free to try
    Add-on  {add_ons}

    Log in as {ADMIN[0]} / {ADMIN[1]} (administrator) or {USER[0]} / {USER[1]}.
    Create a Bug or a Task in SHOP and look at QA. Settings > Apps > Synchronizations shows the rest.
    Data: {stage.folder}    Ctrl-C ends everything.
"""


def _say(words: str) -> None:
    with suppress(BrokenPipeError):
        print(words, flush=True)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
