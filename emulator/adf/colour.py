"""Colours of the wiki (names, short hex, rgb) as the six-digit hex that ADF demands."""

import re

from emulator.adf.vocabulary import COLOUR_NAMES, PANEL_COLOURS


def hexadecimal(colour: str) -> str | None:
    """Any colour the wiki knows as `#rrggbb`; None for what is no colour."""
    colour = colour.strip().lower()
    if colour in COLOUR_NAMES:
        return COLOUR_NAMES[colour]
    if match := re.fullmatch(r"#?([0-9a-f]{6})", colour):
        return f"#{match[1]}"
    if match := re.fullmatch(r"#?([0-9a-f])([0-9a-f])([0-9a-f])", colour):
        return "#" + "".join(digit * 2 for digit in match.groups())
    if match := re.fullmatch(r"rgb\((\d{1,3}), ?(\d{1,3}), ?(\d{1,3})\)", colour):
        return "#" + "".join(f"{min(int(part), 255):02x}" for part in match.groups())
    return None


def panel_type(colour: str | None) -> str:
    """The kind of panel whose colour is nearest, as Jira chooses it; `info` for none."""
    if colour is None:
        return "info"
    return min(PANEL_COLOURS, key=lambda kind: _distance(PANEL_COLOURS[kind], colour))


def _distance(one: str, other: str) -> int:
    return sum((int(one[at : at + 2], 16) - int(other[at : at + 2], 16)) ** 2 for at in (1, 3, 5))
