"""Installed apps in the pages: settings, panel, bridge, theme."""

from __future__ import annotations

import jwt
import pytest
from playwright.sync_api import Page, expect

from .conftest import Rest
from .probe_app import KEY, ProbeApp

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("shot")]


def test_the_admin_page_of_an_app(page: Page, probe: ProbeApp) -> None:
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Probe app")).to_be_visible()
    expect(page.get_by_role("navigation", name="Settings")).to_contain_text("Probe section")
    page.get_by_role("link", name="Probe settings").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Probe admin")).to_be_visible()
    token = frame.locator("#token")
    expect(token).to_contain_text(".")
    claims = jwt.decode(token.inner_text(), options={"verify_signature": False})
    assert claims["qsh"] == "context-qsh"
    expect(frame.locator("#user")).to_have_text(claims["sub"])
    expect(frame.locator("#myself")).to_have_text("Blue Admin")
    expect(page.get_by_role("link", name="Probe settings")).to_have_attribute("aria-current", "page")


def test_the_panel_knows_its_issue_and_shows_its_lozenge(page: Page, rest: Rest, probe: ProbeApp) -> None:
    key = rest.issue("With a panel")
    probe.goto = rest.issue("Elsewhere")
    page.goto(f"/browse/{key}")
    card = page.locator("details", has=page.get_by_text("Probe panel"))
    expect(card.locator("summary")).to_contain_text("Probe")
    frame = page.frame_locator("iframe")
    expect(frame.locator("#issue")).to_have_text(key)
    expect(frame.locator("#token")).to_contain_text(".")
    claims = jwt.decode(frame.locator("#token").inner_text(), options={"verify_signature": False})
    assert claims["context"]["jira"]["issue"]["key"] == key
    name = f"com.atlassian.jira.issue:{KEY}:probe-panel:status"
    rest(
        "PUT",
        f"/issue/{key}/properties/{name}",
        json={"type": "lozenge", "value": {"label": "In sync", "type": "success"}},
    )
    expect(card.locator("summary")).to_contain_text("In sync")
    page.wait_for_function("document.querySelector('iframe').offsetHeight > 200")
    frame.get_by_role("button", name="Go").click()
    page.wait_for_url(f"**/browse/{probe.goto}")


def test_flag_dialog_and_history(page: Page, probe: ProbeApp) -> None:
    page.goto(f"/plugins/servlet/ac/{KEY}/probe-admin")
    frame = page.frame_locator("iframe").first
    expect(frame.locator("#state")).to_have_text("no state")
    frame.get_by_role("button", name="Flag").click()
    expect(page.get_by_text("Probe flag")).to_be_visible()
    frame.get_by_role("button", name="Push").click()
    page.wait_for_url("**#!tab%3Derrors")
    page.reload()
    expect(frame.locator("#state")).to_have_text("tab=errors")
    frame.get_by_role("button", name="Dialog").click()
    inside = page.frame_locator("section[role=dialog] iframe, .aui-dialog2 iframe")
    expect(inside.get_by_role("heading", name="Probe dialog")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".aui-dialog2 iframe")).to_have_count(0)


def test_the_theme_reaches_open_frames_and_stays(page: Page, probe: ProbeApp) -> None:
    page.goto(f"/plugins/servlet/ac/{KEY}/probe-admin")
    inner = page.frame_locator("iframe").locator("html")
    expect(inner).to_have_attribute("data-color-mode", "light")
    page.get_by_role("button", name="Your profile and settings").click()
    page.get_by_role("radio", name="Dark").check()
    expect(inner).to_have_attribute("data-color-mode", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-color-mode", "dark")
    expect(inner).to_have_attribute("data-color-mode", "dark")


def test_general_pages_stand_in_the_apps_menu(page: Page, probe: ProbeApp) -> None:
    page.reload()
    page.get_by_role("button", name="Apps").click()
    page.get_by_role("link", name="Probe page").click()
    expect(page.frame_locator("iframe").get_by_role("heading", name="Probe general")).to_be_visible()


def test_install_by_url_tells_what_is_wrong(page: Page, site_address: str) -> None:
    page.goto("/settings/apps")
    page.get_by_label("App descriptor URL").fill(site_address + "/nothing-here.json")
    page.get_by_role("button", name="Install", exact=True).click()
    expect(page.get_by_role("alert")).not_to_be_empty()


def test_logging_out_leads_to_login(page: Page) -> None:
    page.get_by_role("button", name="Your profile and settings").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Continue as Blue User")).to_be_visible()
    page.get_by_role("button", name="Continue as Blue User").click()
    expect(page.get_by_role("heading", name="Issues")).to_be_visible()
    expect(page.get_by_role("link", name="Settings")).to_have_count(0)
    assert page.goto("/settings/apps").status == 403  # type: ignore[union-attr]
