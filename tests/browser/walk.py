"""A person with a browser: logs in at a site, opens Twinline's pages inside Jira's frame, looks and clicks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from playwright.sync_api import BrowserContext, ConsoleMessage, Frame, Locator, Page

from dev.site import ADMIN
from tests.browser.stand import eventually

Theme = Literal["light", "dark"]
APP = "io.twinline.sync"


@dataclass
class Person:
    """One browser context at the site ``url``. ``complaints``: what the console said that is an error."""

    context: BrowserContext
    url: str
    page: Page
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def at(cls, context: BrowserContext, url: str, user: tuple[str, str] = ADMIN, theme: Theme = "light") -> Person:
        page = context.new_page()
        person = cls(context, url, page)
        page.on("console", person._heard)
        page.on("pageerror", lambda error: person.complaints.append(str(error)))
        form = {"email": user[0], "token": user[1], "next": "/issues"}
        answer = page.request.post(f"{url}/login", form=form, headers={"Origin": url})
        assert answer.ok, answer.text()[:500]
        context.add_cookies([{"name": "jira_theme", "value": theme, "url": url}])
        return person

    def open_admin(self, place: str = "") -> Frame:
        self.page.goto("about:blank")
        self.page.goto(f"{self.url}/plugins/servlet/ac/{APP}/synchronizations{'#!' + place if place else ''}")
        return self.frame("/admin")

    def open_panel(self, key: str) -> Frame:
        self.page.goto(f"{self.url}/browse/{key}")
        return self.frame("/panel")

    def frame(self, path: str) -> Frame:
        element = self.page.wait_for_selector(f"iframe[src*='{path}'], iframe[id*='{APP}']", state="attached")
        assert element is not None
        frame = element.content_frame()
        assert frame is not None
        frame.wait_for_selector("main")
        # Not wait_for_function: it evaluates a string, which the page's policy forbids.
        eventually(lambda: frame.evaluate("!!window.htmx && !!document.documentElement.dataset.theme"))
        return frame

    def _heard(self, message: ConsoleMessage) -> None:
        # The bridge's own complaints about its missing feature flags are not about us.
        if message.type == "error" and "[ACJS]" not in message.text:
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")


def heading(frame: Frame, words: str) -> Locator:
    """Waits for a place by its heading."""
    found = frame.get_by_role("heading", name=words, level=1)
    found.wait_for()
    return found
