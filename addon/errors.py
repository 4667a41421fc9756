"""The verdicts: what a failure means for the work at hand. Classified once, at the client that met it.

==================  =====================================================================================
``Ignored``         there is nothing to do: out of scope, tenant uninstalled, issue gone
``Retryable``       try again later; nothing has moved
``Blocked``         a person has to mend something; the twin link stops at this message
``Refused``         a person's request cannot be done; the sentence goes back to the page (HTTP 4xx)
==================  =====================================================================================

Anything else is a bug: logged with its traceback, treated as ``Retryable`` and as ``Blocked`` after five.
"""

from __future__ import annotations


class Verdict(Exception):
    """A failure with its meaning. ``reason`` is a sentence for people and holds no issue content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Ignored(Verdict):
    """Nothing to do. The row is done and the reason is shown."""


class Retryable(Verdict):
    """Try again later.

    ``after``: seconds the other side asked us to wait, or None for our own back-off.
    ``ambiguous``: the call may have taken effect (time-out, cut answer): read before trying again.
    ``party``: whom the back-off is stored on, "jira" (our tenant), "partner" (the synchronization) or "link".
    """

    def __init__(
        self, reason: str, *, after: float | None = None, ambiguous: bool = False, party: str = "link"
    ) -> None:
        super().__init__(reason)
        self.after = after
        self.ambiguous = ambiguous
        self.party = party


class Waiting(Retryable):
    """Something else has to come first. ``on``: the key of the twin link that is waited for, if it is known."""

    def __init__(self, reason: str, *, on: str = "") -> None:
        super().__init__(reason)
        self.on = on


class Blocked(Verdict):
    """A person has to mend something; ``fix`` says what to do, in words. ``fields``: the fields that Jira names."""

    def __init__(self, reason: str, *, fix: str = "", fields: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.fix = fix
        self.fields = fields


class Missing(Blocked):
    """Jira answers 404: the thing is gone, or the app may not see it."""


class Refused(Exception):
    """A request that cannot be done, in one sentence that says what to do. ``status`` is the HTTP answer."""

    def __init__(self, sentence: str, *, status: int = 400, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status
        self.field = field
