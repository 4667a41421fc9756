"""Secrets at rest: Fernet with several keys. The first encrypts, all decrypt, so keys rotate without a pause."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import Fernet, MultiFernet


class Vault:
    """Encrypts what must not be readable in a copy of the database."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, text: str) -> str:
        """The token to store."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, token: str) -> str:
        """The clear text of a token.

        Raises:
            cryptography.fernet.InvalidToken: none of the keys made it.
        """
        return self._fernet.decrypt(token.encode()).decode()
