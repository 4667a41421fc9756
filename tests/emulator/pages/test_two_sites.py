"""Two sites in one browser: told apart by name and colour, each with its own session."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from emulator.server import Running
from emulator.site import Site

pytestmark = pytest.mark.browser


def test_two_sites_in_one_browser(browser: Browser, site: Site) -> None:
    with Running(Site.new(name="Green", seed="empty")) as green:
        people = [u for u in green.store.all("user") if u.get("token")]
        context = browser.new_context()
        try:
            one, two = context.new_page(), context.new_page()
            one.goto(site.base_url + "/issues")
            one.get_by_role("button", name="Continue as Blue User").click()
            expect(one.locator("html")).to_have_attribute("data-accent", "blue")
            two.goto(green.base_url + "/issues")
            two.get_by_role("button", name=f"Continue as {people[0]['displayName']}").click()
            expect(two.locator("html")).to_have_attribute("data-accent", "green")
            expect(two.get_by_role("link", name="Green, home")).to_be_visible()
            one.reload()
            expect(one.get_by_role("heading", name="Issues")).to_be_visible()
        finally:
            context.close()
