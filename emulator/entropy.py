"""Where a site's ids that nobody can guess come from; seeded, they are the same in each run."""

import random
import uuid
from typing import Final

URL_SAFE: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Entropy:
    """The machine's randomness without a seed; with one, for tests only, a sequence that repeats."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.SystemRandom() if seed is None else random.Random(seed)

    def uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def token(self, length: int) -> str:
        """Random characters that may stand in a URL."""
        return "".join(self._random.choices(URL_SAFE, k=length))
