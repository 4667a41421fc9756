"""The administrators of two sites, each with a browser of their own, and where pictures of what they see go."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from playwright.sync_api import Browser, Frame

from tests.browser.axe import violations
from tests.browser.stand import eventually
from tests.browser.walk import Person


class Pair:
    """``with Pair(browser, pictures, blue_url, green_url) as pair``: Blue looks at light pages, Green at dark ones."""

    def __init__(self, browser: Browser, pictures: Path, blue: str, green: str) -> None:
        self.browser, self.pictures = browser, pictures
        self._contexts = [
            browser.new_context(viewport={"width": 1440, "height": 1000}, reduced_motion="reduce") for _ in range(2)
        ]
        for context in self._contexts:
            context.set_default_timeout(20_000)
        self.blue = Person.at(self._contexts[0], blue)
        self.green = Person.at(self._contexts[1], green, theme="dark")

    def __enter__(self) -> Pair:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for context in self._contexts:
            context.close()

    def check(self, person: Person, frame: Frame, name: str) -> None:
        """No violation in either theme, nothing that the console complains of, and a picture of each theme."""
        for theme in ("light", "dark"):
            person.page.evaluate("theme => { document.documentElement.dataset.colorMode = theme }", theme)
            eventually(lambda theme=theme: frame.evaluate("document.documentElement.dataset.colorMode") == theme)
            found = violations(frame)
            assert found == [], f"{name}, {theme}: {found}"
            person.page.screenshot(path=str(self.pictures / f"{name}-{theme}.png"), caret="initial")
        assert person.complaints == []

    def check_after_refusal(self, person: Person, frame: Frame, name: str) -> None:
        """The same after an answer of 4xx or 503, which the console tells of by itself."""
        assert all("Failed to load resource" in each for each in person.complaints), person.complaints
        person.complaints.clear()
        self.check(person, frame, name)
