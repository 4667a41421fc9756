"""What came of a story with faults: waits until the sites have settled, then leaves them alone, and counts."""

from __future__ import annotations

import time

from dev.stage import Stage
from tests.soak.figures import SOAK
from tests.story.checker import FOR_GOOD, Chronicle, check, count_of
from tests.story.people import Crowd

CALM_SECONDS = 60.0 if SOAK else 120.0
"""The sites have to be the same so long after the last fault; outside the soak others may share the machine."""
QUIET_SECONDS = 20.0 if SOAK else 3.0
_SHOWN = 20


def judged(
    stage: Stage, crowd: Crowd, ended_at: float, *, calm: float = CALM_SECONDS, quiet: float = QUIET_SECONDS
) -> dict[str, float | str]:
    """The figures of a story whose last fault was at ``ended_at`` (``time.monotonic``), for ``figures.note``.

    ``calm``: seconds after it in which the sites have to settle; ``quiet``: seconds in which nothing may be written
    after that. ``complaints`` is empty and ``failed`` 0 where all is well.
    """
    sites = [(Chronicle(site.name), site) for site in (stage.blue, stage.green)]
    (blue, _), (green, _) = sites
    while True:
        for chronicle, site in sites:
            chronicle.read(site)
        complaints = check(blue, green)
        took = time.monotonic() - ended_at
        if all(complaint.kind in FOR_GOOD for complaint in complaints) or took > calm:
            break
        time.sleep(0.5)
    before = blue.writes + green.writes
    # What comes late would come now: a doubled write is no less wrong for being slow.
    time.sleep(quiet)
    for chronicle, site in sites:
        chronicle.read(site)
    complaints = check(blue, green)
    quiet_writes = blue.writes + green.writes - before
    words = "; ".join(complaint.words for complaint in complaints[:_SHOWN])
    words += f"; {quiet_writes} writes in a quiet time" if quiet_writes else ""
    return {
        "changes": crowd.changes,
        "acknowledged": len(blue.acknowledged | green.acknowledged),
        **count_of(complaints),
        "quiet_writes": quiet_writes,
        "seconds": round(took, 1),
        "failed": int(bool(words)),
        "complaints": words,
    }
