"""Which request is being answered: what the history tells of a change besides the change itself."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Cause:
    """One request; `who` and `app` are known once it has been authenticated."""

    request: int
    method: str
    path: str
    trace: str | None = None
    who: str | None = None
    app: str | None = None
    late: bool = False

    def shown(self) -> dict[str, Any]:
        known = {"request": self.request, "who": self.who, "app": self.app, "trace": self.trace}
        return known | ({"late": True} if self.late else {})


current: ContextVar[Cause | None] = ContextVar("cause", default=None)
NOBODY: dict[str, Any] = {"request": None, "who": None, "app": None, "trace": None}


def shown() -> dict[str, Any]:
    """Who and what the present work is owed to; nulls for what the site does by itself."""
    cause = current.get()
    return cause.shown() if cause else dict(NOBODY)


def authenticated(who: str | None, app: str | None) -> None:
    """Note who the present request turned out to be from."""
    cause = current.get()
    if cause is not None:
        cause.who, cause.app = who, app
