"""A newcomer maps Bug ⇄ Incident, priority ⇄ severity with values, status and assignee: on the page, live at once.

The tests of this module go on from one another. Every state is looked at by axe in both themes and leaves a picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Locator, expect

from tests.browser import settings_page, settled
from tests.browser.pair import Pair
from tests.browser.stand import Stand, eventually
from tests.browser.walk import heading

pytestmark = pytest.mark.timeout(240)
NAME = "Green escalations"


@pytest.fixture(scope="module")
def pair(stand: Stand, browser: Browser, pictures: Path) -> Iterator[Pair]:
    settled.incidents(stand)
    settled.synchronize(stand, NAME)
    with Pair(browser, pictures, stand.blue.base_url, stand.green.base_url) as made:
        yield made


@pytest.fixture
def frame(pair: Pair, stand: Stand) -> Frame:
    found = pair.blue.open_admin(f"synchronizations/{settled.own(stand, stand.blue)}/mappings")
    heading(found, NAME)
    found.locator("#editor").wait_for()
    return found


def row(frame: Frame, name: str) -> Locator:
    return frame.locator(".maprow").filter(has=frame.locator(".sides > .fld .n", has_text=name)).first


def names(frame: Frame) -> list[str]:
    return frame.locator(".maprow > .sides > .fld:nth-of-type(1) .n").all_inner_texts()


def choose_pair(frame: Frame, ours: tuple[str, str], theirs: tuple[str, str]) -> None:
    for side, (key, kind) in (("ours", ours), ("theirs", theirs)):
        project = frame.locator(f"[name={side}_project]")
        project.select_option(value=project.locator("option", has_text=key).first.get_attribute("value"))
        frame.locator(f"[name={side}_type]").select_option(label=kind)


def test_the_page_says_how_to_begin(pair: Pair, frame: Frame) -> None:
    frame.get_by_role("heading", name="No mapping yet").wait_for()
    pair.check(pair.blue, frame, "empty")


def test_a_pair_needs_both_ends(pair: Pair, frame: Frame) -> None:
    frame.get_by_role("button", name="Add mapping").click()
    dialog = frame.get_by_role("dialog", name="Add mapping")
    dialog.get_by_role("button", name="Add mapping").click()
    dialog.get_by_text("Choose a project.").first.wait_for()
    pair.check_after_refusal(pair.blue, frame, "pair-errors")


def test_a_pair_is_added_in_basic_mode(pair: Pair, frame: Frame) -> None:
    frame.get_by_role("button", name="Add mapping").click()
    choose_pair(frame, ("SHOP", "Bug"), ("QA", "Incident"))
    pair.check(pair.blue, frame, "pair")
    frame.get_by_role("dialog").get_by_role("button", name="Add mapping").click()
    frame.get_by_text("Basic mode").wait_for()
    expect(frame.locator(".maprow")).to_have_count(5)
    expect(frame.get_by_role("region", name="Draft")).to_contain_text("1 unpublished change")
    expect(frame.locator("#count")).to_contain_text("match")
    pair.check(pair.blue, frame, "basic")


def test_priority_goes_to_severity_with_values(pair: Pair, frame: Frame) -> None:
    row(frame, "Priority").get_by_role("button", name="More for").click()
    row(frame, "Priority").get_by_role("button", name="Remove").click()
    expect(frame.locator(".maprow")).to_have_count(4)
    frame.get_by_role("button", name="Add field mapping").click()
    dialog = frame.get_by_role("dialog", name="Add field mapping")
    dialog.locator("#list-ours").get_by_role("radio", name="Priority").check()
    theirs = dialog.locator("#list-theirs")
    expect(theirs.get_by_role("radio", name="Severity")).to_be_enabled()
    expect(theirs.get_by_role("radio", name="Due date")).to_be_disabled()
    theirs.get_by_role("radio", name="Severity").check()
    expect(dialog.locator("#list-ours").get_by_role("radio", name="Priority")).to_be_checked()
    pair.check(pair.blue, frame, "field")
    dialog.get_by_role("button", name="Add", exact=True).click()
    severity = row(frame, "Priority")
    for ours, theirs_name in (("Highest", "Critical"), ("High", "Major"), ("Medium", "Minor"), ("Low", "Trivial")):
        severity.get_by_label("Value at").first.select_option(label=ours)
        severity.get_by_label("Value at").last.select_option(label=theirs_name)
        severity.get_by_role("button", name="Add value pair").click()
        severity.get_by_role("group", name=f"{ours} and {theirs_name}").wait_for()
    severity.get_by_label("Value at").first.select_option(label="Lowest")
    severity.get_by_label("Value at").last.select_option(label="Trivial")
    severity.get_by_role("button", name="Add value pair").click()
    lowest = severity.get_by_role("group", name="Lowest and Trivial")
    expect(lowest.locator(".dir")).to_have_class("dir one sm")
    severity.get_by_label("Set default").check()
    expect(severity.locator(".how")).to_contain_text("no default is given")
    severity.get_by_label("Default at Blue").select_option(label="Medium")
    severity.get_by_label("Default at Green").select_option(label="Minor")
    expect(severity.locator(".how")).to_contain_text("5 value pairs")
    expect(severity.locator(".how")).to_contain_text("No match: set Medium / Minor")
    pair.check(pair.blue, frame, "values")


def test_status_and_assignee(pair: Pair, frame: Frame) -> None:
    for field in ("Status", "Assignee"):
        frame.get_by_role("button", name="Add field mapping").click()
        dialog = frame.get_by_role("dialog", name="Add field mapping")
        for side in ("ours", "theirs"):
            dialog.locator(f"#list-{side}").get_by_role("radio", name=field).first.check()
        dialog.get_by_role("button", name="Add", exact=True).click()
        row(frame, field).wait_for()
    expect(frame.locator(".maprow")).to_have_count(7)
    turn(row(frame, "Assignee"), "From Blue to Green")
    expect(row(frame, "Assignee").locator(".sides > .dir")).to_have_attribute("title", "From Blue to Green")


def turn(row: Locator, label: str) -> None:
    row.locator(".sides > .dir").click()
    row.locator(".menu").get_by_role("button", name=label).first.click()


def test_rows_move_by_keyboard_and_by_menu_and_by_dragging(pair: Pair, frame: Frame) -> None:
    before = names(frame)
    frame.locator("#handle-2").focus()
    frame.locator("#handle-2").press("Alt+ArrowUp")
    eventually(lambda: names(frame)[1] == before[2])
    assert frame.evaluate("document.activeElement.id") == "handle-1"
    expect(frame.locator("#live")).to_have_text(f"Moved to position 2 of {len(before)}.")
    frame.locator("#handle-1").press("Alt+ArrowDown")
    eventually(lambda: names(frame) == before)
    row(frame, before[0]).get_by_role("button", name="More for").click()
    row(frame, before[0]).get_by_role("button", name="Move down").click()
    eventually(lambda: names(frame)[1] == before[0])
    frame.locator("#handle-1").drag_to(frame.locator("#row-0"), target_position={"x": 40, "y": 4})
    eventually(lambda: names(frame) == before)


def test_a_direction_is_changed_by_keyboard_alone(pair: Pair, frame: Frame) -> None:
    button = row(frame, "Summary").locator(".sides > .dir")
    button.focus()
    button.press("Enter")
    frame.page.keyboard.press("ArrowDown")
    frame.page.keyboard.press("Enter")
    expect(button).to_have_attribute("title", "From Blue to Green")
    assert frame.evaluate("document.activeElement.id") == button.get_attribute("id")
    button.press("Enter")
    for _ in range(3):
        frame.page.keyboard.press("ArrowDown")
    pair.check(pair.blue, frame, "direction")
    frame.page.keyboard.press("Enter")
    expect(button).to_have_attribute("title", "Both ways")


def test_a_condition_is_counted_and_checked_by_jira(pair: Pair, frame: Frame) -> None:
    box = frame.get_by_label("Condition (JQL)")
    box.fill("priority = ")
    frame.locator("#count.error").wait_for()
    box.fill("priority = High")
    expect(frame.locator("#count")).to_contain_text("match")
    box.press("Enter")
    expect(frame.locator("#live")).to_have_text("Condition saved in the draft.")
    frame.get_by_label("Issues from Green get twins").select_option("manual")
    expect(frame.locator("#live")).to_have_text("Flow changed in the draft.")


def test_what_would_happen_is_shown_before(pair: Pair, frame: Frame, stand: Stand) -> None:
    key = stand.create_issue(stand.blue, "SHOP", "Bug", "Cart forgets what is in it", priority={"name": "High"})
    shown = frame.get_by_role("complementary", name="What would happen")
    shown.get_by_label("Issue to try").fill(key)
    shown.get_by_label("Issue to try").press("Enter")
    shown.get_by_text("Will create").wait_for()
    severity = shown.get_by_role("listitem").filter(has_text="Severity")
    expect(severity).to_contain_text("Major")
    pair.check(pair.blue, frame, "preview")
    shown.get_by_label("Issue to try").fill("NONE-1")
    shown.get_by_role("button", name="Try").click()
    shown.get_by_text("There is no issue NONE-1").wait_for()


def test_the_draft_is_compared_and_published(pair: Pair, frame: Frame) -> None:
    frame.get_by_role("button", name="Compare with live").click()
    frame.get_by_role("dialog").get_by_text("Severity").first.wait_for()
    pair.check(pair.blue, frame, "compare")
    frame.get_by_role("dialog").get_by_role("button", name="Close").click()
    pair.check(pair.blue, frame, "editor")
    frame.get_by_role("button", name="Publish…").click()
    dialog = frame.get_by_role("dialog", name="Publish the draft?")
    dialog.get_by_role("button", name="Publish").wait_for()
    dialog.get_by_text("of your issues match and have no twin.").wait_for()
    expect(dialog.get_by_label("Only from now on")).to_be_checked()
    dialog.get_by_label("Only from now on").focus()
    frame.page.keyboard.press("ArrowDown")
    expect(dialog.get_by_label("These")).to_be_checked()
    pair.check(pair.blue, frame, "publish")
    frame.page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert frame.evaluate("document.activeElement.id") == "publish"
    settings_page.publish(frame)
    pair.check(pair.blue, frame, "published")


def test_what_was_mapped_shows_at_the_partner(pair: Pair, stand: Stand) -> None:
    blue, green = stand.blue, stand.green
    severity = next(one["id"] for one in stand.call(green, "GET", "/rest/api/3/field") if one["name"] == "Severity")
    priority = {"name": "High"}
    key = stand.create_issue(blue, "SHOP", "Bug", "Checkout times out on retry", priority=priority)

    def twin() -> dict[str, Any]:
        asked = {"jql": 'summary ~ "Checkout times out on retry"', "fields": [severity, "status", "assignee"]}
        found = stand.call(green, "POST", "/rest/api/3/search/jql", asked)["issues"]
        return dict(found[0]["fields"]) if found else {}

    eventually(lambda: (twin().get(severity) or {}).get("value") == "Major")
    stand.call(blue, "PUT", f"/rest/api/3/issue/{key}/assignee", {"accountId": settled.me(stand, blue)})
    eventually(lambda: (twin()["assignee"] or {}).get("accountId") == settled.me(stand, green))
    way = stand.call(blue, "GET", f"/rest/api/3/issue/{key}/transitions")["transitions"]
    step = next(one for one in way if one["to"]["name"] == "In Progress")
    stand.call(blue, "POST", f"/rest/api/3/issue/{key}/transitions", {"transition": {"id": step["id"]}})
    eventually(lambda: twin()["status"]["name"] == "In Progress")


def test_an_earlier_version_is_gone_back_to(pair: Pair, frame: Frame) -> None:
    row(frame, "Labels").get_by_role("button", name="More for").click()
    row(frame, "Labels").get_by_role("button", name="Remove").click()
    expect(frame.locator(".maprow")).to_have_count(6)
    settings_page.publish(frame)
    frame.get_by_role("button", name="Versions").click()
    dialog = frame.get_by_role("dialog", name="Versions of the rules")
    dialog.get_by_text("Labels removed").wait_for()
    pair.check(pair.blue, frame, "versions")
    dialog.get_by_role("button", name="Go back to it…").first.click()
    frame.get_by_role("dialog", name="Go back to version 1?").get_by_role("button", name="Go back").click()
    frame.get_by_text("Version 3 is live, and nothing differs").wait_for()
    expect(frame.locator(".maprow")).to_have_count(7)


def test_issues_that_are_there_get_twins_later_too(pair: Pair, frame: Frame, stand: Stand) -> None:
    stand.wake.held.set()
    try:
        frame.get_by_role("button", name="More for Bug").click()
        frame.get_by_role("button", name="Issues that are there already…").click()
        dialog = frame.get_by_role("dialog", name="Issues that are there already")
        expect(dialog.get_by_label("These")).to_be_checked()
        pair.check(pair.blue, frame, "start")
        dialog.get_by_role("button", name="Apply").click()
        there = frame.get_by_role("region", name="Issues that were there already")
        there.get_by_text("are looked for").wait_for()
        pair.check(pair.blue, frame, "backlog")
        there.get_by_role("button", name="Cancel").click()
        there.wait_for(state="detached")
    finally:
        stand.wake.held.clear()


def test_a_partner_with_a_say_of_their_own(pair: Pair, frame: Frame, stand: Stand) -> None:
    theirs = settled.own(stand, stand.green)
    control = pair.green.open_admin(f"synchronizations/{theirs}/control")
    control.get_by_label("Their changes wait until you accept them").check()
    control.locator("[name=leave][value=labels]").check()
    control.get_by_role("button", name="Save control").click()
    expect(control.locator("#live")).to_contain_text("Control saved")
    expect(control.locator("[name=leave][value=labels]")).to_be_checked()
    pair.check(pair.green, control, "control")
    eventually(lambda: settled.reviewed(stand, stand.blue))
    frame.get_by_role("button", name="Suggest mappings").click()
    frame.get_by_role("region", name="Draft").get_by_text("is asked to accept").wait_for()
    frame.get_by_role("button", name="Publish…").click()
    dialog = frame.get_by_role("dialog", name="Publish the draft?")
    dialog.get_by_role("button", name="Ask partner").wait_for()
    if dialog.get_by_label("I have read").count():
        dialog.get_by_label("I have read").check()
    dialog.get_by_role("button", name="Ask partner").click()
    frame.get_by_text("Your changes wait for Green").wait_for()
    pair.check(pair.blue, frame, "proposed")
    eventually(lambda: stand.parts.handshake.drafting.proposal(stand.tenant(stand.green), theirs))
    page = pair.green.open_admin(f"synchronizations/{theirs}/mappings")
    page.get_by_role("button", name="Review the changes").click()
    asked = page.get_by_role("dialog", name="Proposal of Blue")
    asked.get_by_role("button", name="Decline").wait_for()
    pair.check(pair.green, page, "proposal")
    asked.get_by_role("button", name="Accept").click()
    page.get_by_text("Version 4 is live, and nothing differs").wait_for()
    pair.check(pair.green, page, "accepted")
