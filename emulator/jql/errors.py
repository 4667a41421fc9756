"""The one way in which JQL says no."""


class JqlError(Exception):
    """A query that cannot be parsed or does not make sense on this site; a 400 with `messages` as Jira words them."""

    def __init__(self, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.messages = list(messages)
