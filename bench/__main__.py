"""``make bench``: calls and latency of a change on its way from Blue to Green, each beside its floor.

Starts what it needs, with a recorder before every process; nothing else should run on the machine meanwhile. ``RUNS``
(3) says how often; medians are printed.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from statistics import median

from bench import change
from bench.change import Bench
from dev.recorder import Recorder
from dev.stage import Ports, Stage

RUNS = int(os.environ.get("RUNS", "3"))


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, Recorder() as recorder:
        print("Starting two sites and the add-on ...", flush=True)
        with Stage(Path(folder), Ports.free(), front=recorder.front) as stage:
            bench = Bench(stage, recorder)
            bench.warm_up()
            runs = [bench.run() for _ in range(RUNS)]
    print(f"\nMedians of {RUNS} runs. Jira answers at once (0 ms), everything on this machine.\n")
    print(f"{'':58}{'measured':>10}{'floor':>10}{'ratio':>8}{'goal':>10}")
    for row in change.ROWS:
        value, floor = median(row.value(run) for run in runs), median(row.floor(run) for run in runs)
        ratio = f"{value / floor:.2f}" if floor else ""
        print(f"{row.words:58}{value:10.2f}{floor:10.2f}{ratio:>8}{row.goal:>10}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
