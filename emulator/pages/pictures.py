"""The pictures that the API's beans point to: avatars, and icons of issue types, priorities and statuses.

They are drawn on request, so a site with any names has them all.
"""

import html
import zlib

from flask import Blueprint, Response, abort

from emulator.pages import shell
from emulator.site import Site

HUES = {
    "blue": "#1868DB",
    "green": "#1F845A",
    "purple": "#803FA5",
    "orange": "#C25100",
    "teal": "#227D9B",
    "magenta": "#AE4787",
    "red": "#C9372C",
    "gray": "#626F86",
}
TYPES = {"bug": "red", "task": "blue", "story": "green", "epic": "purple", "sub-task": "teal", "improvement": "green"}
GLYPHS = {
    "bug": '<circle cx="8" cy="8" r="3.2" fill="#fff"/>',
    "story": '<path d="M5.2 4h5.6v8L8 9.8 5.2 12z" fill="#fff"/>',
    "epic": '<path d="M8.8 3.5 5 8.7h2.6l-.6 3.8L11 7.3H8.3z" fill="#fff"/>',
    "sub-task": '<path d="M4.5 4.5h4v4h-4zm3 3h4v4h-4z" fill="none" stroke="#fff" stroke-width="1.2"/>',
}
TICK = '<path d="m4.8 8.2 2.3 2.3 4.2-4.6" fill="none" stroke="#fff" stroke-width="1.6" stroke-linecap="round"/>'
# Priorities: how many strokes, which way they point, and their colour.
PRIORITIES = {
    "highest": ("M4 9l4-3 4 3M4 6l4-3 4 3M4 12l4-3 4 3", "red"),
    "high": ("M3.5 10 8 6l4.5 4", "red"),
    "medium": ("M3.5 6.5h9M3.5 9.5h9", "orange"),
    "low": ("M3.5 6 8 10l4.5-4", "blue"),
    "lowest": ("M4 4l4 3 4-3M4 7l4 3 4-3M4 10l4 3 4-3", "blue"),
}


def register(pages: Blueprint, site: Site) -> None:
    """Add `/avatar/…` and `/images/icons/…`; they need no session, like Jira's own."""

    @pages.get("/avatar/<any('user','project'):kind>/<record_id>.svg")
    def avatar(kind: str, record_id: str) -> Response:
        record = site.store.get(kind, record_id)
        if record is None:
            abort(404)
        return _svg(_avatar(str(record.get("displayName") or record.get("name")), round_=kind == "user"))

    @pages.get("/images/icons/issuetypes/<name>.svg")
    def issue_type(name: str) -> Response:
        tile = f'<rect x="1" y="1" width="14" height="14" rx="2.5" fill="{_hue(name, TYPES)}"/>'
        return _svg(tile + GLYPHS.get(name, TICK))

    @pages.get("/images/icons/priorities/<name>.svg")
    def priority(name: str) -> Response:
        path, hue = PRIORITIES.get(name, PRIORITIES["medium"])
        return _svg(f'<path d="{path}" fill="none" stroke="{HUES[hue]}" stroke-width="1.8" stroke-linecap="round"/>')

    @pages.get("/images/icons/statuses/generic.png")
    def status() -> Response:
        return _svg(f'<circle cx="8" cy="8" r="5" fill="{HUES["gray"]}"/>')


def _hue(name: str, known: dict[str, str]) -> str:
    return HUES[known.get(name) or shell.ACCENTS[zlib.crc32(name.encode()) % len(HUES)]]


def _avatar(name: str, round_: bool) -> str:
    words = name.split() or ["?"]
    initials = html.escape((words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper())
    tile = f'<rect width="16" height="16" rx="{8 if round_ else 3}" fill="{_hue(name, {})}"/>'
    style = 'fill="#fff" font-family="sans-serif" font-size="7" text-anchor="middle"'
    return f'{tile}<text x="8" y="10.6" {style}>{initials}</text>'


def _svg(content: str) -> Response:
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16" height="16">{content}</svg>'
    response = Response(drawing, content_type="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
