"""What came of a story with faults: waits until the sites have settled, then leaves them alone, and counts.

A webhook that was answered 2xx has to be enough. One that found nobody at any of Jira's tries was not taken by anybody;
what it told of is found by a reconcile pass, which is asked for here once nothing else is open.
"""

from __future__ import annotations

import time

from addon.store.wake import Wake, connect
from dev.stage import Stage
from tests.soak.figures import SOAK
from tests.story.checker import FOR_GOOD, Chronicle, check, count_of
from tests.story.people import Crowd

CALM_SECONDS = 60.0 if SOAK else 120.0
"""The sites have to be the same so long after the last fault; outside the soak others may share the machine."""
QUIET_SECONDS = 20.0 if SOAK else 3.0
TENANTS = (1, 2)
"""Blue's and Green's, in the one deployment."""
AGAIN_SECONDS = 10.0
"""Between two reconcile passes that are asked for: the wake for the first may have been lost with a Redis."""
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
    asked_at = 0.0
    while True:
        for chronicle, site in sites:
            chronicle.read(site)
        open_ones = [complaint for complaint in check(blue, green) if complaint.kind not in FOR_GOOD]
        took = time.monotonic() - ended_at
        if not open_ones or took > calm:
            break
        unheard = blue.unheard | green.unheard
        if all(complaint.about & unheard for complaint in open_ones) and time.monotonic() > asked_at + AGAIN_SECONDS:
            asked_at = time.monotonic()
            Wake(connect(stage.deployments[0].environment()["REDIS_URL"])).reconcile(*TENANTS)
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
        "unheard": len(blue.unheard | green.unheard),
        **count_of(complaints),
        "quiet_writes": quiet_writes,
        "seconds": round(took, 1),
        "failed": int(bool(words)),
        "complaints": words,
    }
