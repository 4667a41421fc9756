"""Where an example of the documents and an answer of the site may differ: (operation, difference) → the reason."""

EXCEPTIONS: dict[tuple[str, str], str] = {}
