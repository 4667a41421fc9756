"""Wake: tell a worker to look. Carries ids only and may be lost: the sweep finds in the database what was missed.

Ids stand in a Redis set, so that a key is woken once however often it is named; one RQ job drains the set in one
process with threads (``addon.jobs.drain``). The job is enqueued only if none is waiting: the flag is cleared
before draining begins, so a wake that comes during a drain enqueues the next one. RQ's own ``Retry`` and ``unique``
are not used: a re-queued job would go behind its successors, and a unique id outlives its job.
"""

from __future__ import annotations

import time

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue

from addon import log

QUEUE = "twinline"
_KEYS = "twinline:awake"
_LATER = "twinline:later"
_BELL = "twinline:bell"
_RINGS = 16
"""How many listeners one wake may find; what is more is forgotten."""
_FLAG = "twinline:drain"
# A drain that was enqueued and then lost with its worker must not keep the flag for ever.
_FLAG_SECONDS = 10


_SECONDS = 2.0


def connect(url: str) -> redis.Redis:
    """A connection that answers or fails at once.

    The client's own ten retries would hold up for most of a minute whoever only wants to leave a hint.
    """
    return redis.Redis.from_url(
        url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS, retry=Retry(NoBackoff(), 0)
    )


class Wake:
    """Wakes links, issues and synchronizations. Never raises: a wake is a hint."""

    def __init__(self, connection: redis.Redis) -> None:
        self._redis = connection
        self._queue = Queue(QUEUE, connection=connection)

    def link(self, *link_ids: int) -> None:
        """Look at these twin links."""
        self._wake([f"link:{link_id}" for link_id in link_ids])

    def issue(self, tenant_id: int, *issue_ids: str) -> None:
        """Look at these touched issues."""
        self._wake([f"issue:{tenant_id}:{issue_id}" for issue_id in issue_ids])

    def issue_later(self, tenant_id: int, issue_id: str, seconds: float) -> None:
        """Look at this touched issue, but not yet."""
        self._wake([], {f"issue:{tenant_id}:{issue_id}": time.time() + seconds})

    def synchronization(self, *synchronization_ids: int) -> None:
        """Tell the partner our state and look at every link of these synchronizations."""
        self._wake([f"synchronization:{id_}" for id_ in synchronization_ids])

    def tenant(self, *tenant_ids: int) -> None:
        """Ask these tenants' Jira who it is."""
        self._wake([f"tenant:{tenant_id}" for tenant_id in tenant_ids])

    def reconcile(self, *tenant_ids: int) -> None:
        """Look for changes at these tenants whose webhook never came."""
        self._wake([f"reconcile:{tenant_id}" for tenant_id in tenant_ids])

    def sweep(self) -> None:
        """Look for everything that is due."""
        self._wake(["sweep"])

    def take(self, count: int) -> list[str]:
        """Keys to look at now, removed from the set. Raises redis.RedisError where Redis is away."""
        due = self._redis.zrangebyscore(_LATER, 0, time.time(), 0, count)
        if due:
            # Two workers may both move a key: it is in the set once all the same.
            pipeline = self._redis.pipeline()
            pipeline.zrem(_LATER, *due)
            pipeline.sadd(_KEYS, *due)
            pipeline.execute()
        keys = self._redis.spop(_KEYS, count)
        return [key.decode() for key in keys]  # type: ignore[union-attr]  # spop with a count answers a list

    def next_in(self) -> float | None:
        """Seconds until a key is to be looked at that was put off; None without one. Raises redis.RedisError."""
        first = self._redis.zrange(_LATER, 0, 0, withscores=True)
        return max(0.0, float(first[0][1]) - time.time()) if first else None

    def listen(self, seconds: float) -> None:
        """Wait until something is woken, at most so many seconds (less than a call may take).

        Raises:
            redis.RedisError: Redis is away.
        """
        self._redis.blpop([_BELL], timeout=seconds)

    def clear_flag(self) -> None:
        """Let the next wake enqueue a job again."""
        self._redis.delete(_FLAG)

    def _wake(self, keys: list[str], later: dict[str, float] | None = None) -> None:
        if not keys and not later:
            return
        try:
            pipeline = self._redis.pipeline(transaction=False)
            if keys:
                pipeline.sadd(_KEYS, *keys)
            if later:
                pipeline.zadd(_LATER, later)
            pipeline.lpush(_BELL, 1)
            pipeline.ltrim(_BELL, 0, _RINGS - 1)
            pipeline.set(_FLAG, 1, nx=True, ex=_FLAG_SECONDS)
            if pipeline.execute()[-1]:
                self._queue.enqueue("addon.jobs.drain", result_ttl=0, failure_ttl=3600, job_timeout=-1)
        except redis.RedisError as error:
            log.warning("wake_lost", error=type(error).__name__)
