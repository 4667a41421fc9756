"""JSON lines on standard error: a constant event name and keyword data, ids instead of objects.

Never a secret, a token or an issue's content. ``bind`` sets ids once for everything logged below it.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_bound: ContextVar[dict[str, object]] = ContextVar("bound", default={})  # noqa: B039  never mutated, only replaced
_logger = logging.getLogger("twinline")


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, object] = {
            "at": f"{stamp}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
        }
        if record.name == "twinline":
            line["event"] = record.msg
            line.update(getattr(record, "data", {}))
        else:
            line.update(event="library", logger=record.name, message=record.getMessage())
        if record.exc_info and record.exc_info[0] is not None:
            # Frames only: the text of an exception may quote what a user wrote.
            line["error"] = record.exc_info[0].__name__
            line["frames"] = [
                f"{frame.filename.rsplit('/', 2)[-2]}/{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])
            ]
        return json.dumps(line, default=str)


def configure(level: str = "INFO") -> None:
    """Send every log line of this process to standard error as JSON. Libraries only from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)
    _logger.setLevel(level)


@contextmanager
def bind(**ids: object) -> Iterator[None]:
    """Add ids to every line logged inside the block."""
    token = _bound.set({**_bound.get(), **ids})
    try:
        yield
    finally:
        _bound.reset(token)


def debug(event: str, **data: object) -> None:
    _logger.debug(event, extra={"data": {**_bound.get(), **data}})


def info(event: str, **data: object) -> None:
    _logger.info(event, extra={"data": {**_bound.get(), **data}})


def warning(event: str, **data: object) -> None:
    _logger.warning(event, extra={"data": {**_bound.get(), **data}})


def bug(event: str, **data: object) -> None:
    """Log the exception being handled as a bug of ours, with its frames."""
    _logger.error(event, exc_info=True, extra={"data": {**_bound.get(), **data}})
