"""No violation of WCAG 2.2 AA on the host pages, in either theme; an app's frame is the app's own affair."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .conftest import Rest, keep
from .probe_app import ProbeApp

pytestmark = pytest.mark.browser
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "iframes": False,
}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_have_no_violations(page: Page, rest: Rest, probe: ProbeApp, site_address: str, theme: str) -> None:
    page.context.add_cookies([{"name": "jira_theme", "value": theme, "url": site_address}])
    key = rest.issue("Looked at by everybody", labels=["one"])
    found = []

    page.goto("/issues")
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    found += _violations(page, "list")

    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("dialog").get_by_label("Summary")).to_be_focused()
    found += _violations(page, "create")

    page.goto(f"/browse/{key}")
    expect(page.frame_locator("iframe").locator("#token")).to_contain_text(".")
    page.get_by_text("More fields").click()
    page.get_by_role("button", name="Edit Labels").click()
    page.get_by_role("button", name="Edit description").click()
    found += _violations(page, "issue")

    page.goto("/settings/apps")
    found += _violations(page, "apps")
    assert found == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_settings_have_no_violations(page: Page, site_address: str, theme: str) -> None:
    page.context.add_cookies([{"name": "jira_theme", "value": theme, "url": site_address}])
    found = []
    for name in ("projects", "types", "fields", "statuses", "workflows", "priorities", "people"):
        page.goto(f"/settings/{name}")
        expect(page.get_by_role("table").first).to_be_visible()
        keep(page, f"settings-{name}-{theme}")
        found += _violations(page, name)
    page.goto("/settings/fields")
    page.get_by_role("button", name="Options of Severity").click()
    expect(page.get_by_role("dialog").get_by_label("New option")).to_be_focused()
    keep(page, f"settings-options-{theme}")
    found += _violations(page, "options")
    assert found == []


def _violations(page: Page, where: str) -> list[str]:
    result = Axe().run(page, options=RULES)
    return [
        f"{where}: {v['id']} {node['target']} {node['failureSummary'][:200]}"
        for v in result.response["violations"]
        for node in v["nodes"]
    ]
