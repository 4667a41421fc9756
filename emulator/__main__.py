"""`python -m emulator --port 2990 --name Blue --data DIR --seed blue`: serve one site."""

import argparse
import logging
import signal
import threading
from pathlib import Path

import orjson

from emulator import nature
from emulator.seeds import SEEDS
from emulator.server import Running
from emulator.site import Site


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    options = _options()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    base_url = options.base_url or f"http://{options.host}:{options.port}"
    site = Site.new(options.name, options.data, base_url, options.seed, options.entropy, options.now_ms)
    if options.nature:
        try:
            nature.apply(site, orjson.loads(options.nature.read_bytes()))
        except (OSError, ValueError) as error:
            raise SystemExit(f"{options.nature}: {error}") from None
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with Running(site, options.host, options.port):
        logging.getLogger("emulator").info("serving %s at %s", site.name, site.base_url)
        stopped.wait()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m emulator", description="An emulated Jira Cloud site.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=2990)
    parser.add_argument("--base-url", help="what links and tokens say; default http://HOST:PORT")
    parser.add_argument("--name", default="Blue")
    parser.add_argument("--data", type=Path, help="folder that keeps the site; without it all is forgotten")
    parser.add_argument("--seed", default="empty", choices=SEEDS, help="what a fresh site holds")
    parser.add_argument("--nature", type=Path, help="JSON file that says how the site behaves, see the README")
    parser.add_argument("--entropy", type=int, help="a number from which all ids are made, so that a run repeats")
    parser.add_argument("--now-ms", type=int, help="begin with a stepped clock that stands at this moment")
    return parser.parse_args()


if __name__ == "__main__":
    main()
