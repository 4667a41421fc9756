"""Accessibility: axe-core inside one frame, WCAG 2.2 AA."""

from __future__ import annotations

from functools import cache
from importlib import resources

from playwright.sync_api import Frame

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@cache
def _script() -> str:
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def violations(frame: Frame) -> list[str]:
    """What is wrong, as rule and first place."""
    frame.evaluate(_script())
    found = frame.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, preload: false})", TAGS)[
        "violations"
    ]
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]} ({each['nodes'][0]['failureSummary']})" for each in found]
