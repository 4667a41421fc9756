"""First light by clicking: the real processes as `make run` starts them, two people with a browser each.

The tests go on from one another: they are one story.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from dev.stage import Stage
from tests.browser import settings_page
from tests.browser.issue_view import SOON, IssueView, twin_of
from tests.browser.pair import Pair
from tests.browser.settings_page import has_status, row
from tests.browser.walk import Person

pytestmark = [pytest.mark.story, pytest.mark.browser, pytest.mark.timeout(300)]

SECOND = "Operations and help"
SIX = {"Invitation sent", "Invitation received", "Rejected", "Active", "Not configured", "Deleted"}


@pytest.fixture(scope="module")
def pair(stage: Stage, browser: Browser, pictures: Path) -> Iterator[Pair]:
    with Pair(browser, pictures, stage.blue.url, stage.green.url) as made:
        yield made


@pytest.fixture(scope="module")
def blue(pair: Pair) -> IssueView:
    return IssueView(pair.blue)


@pytest.fixture(scope="module")
def green(pair: Pair) -> IssueView:
    return IssueView(pair.green)


@pytest.fixture(scope="module")
def twins(blue: IssueView) -> tuple[str, str]:
    """The keys of an issue created at Blue and of its twin at Green, as the panel names it."""
    here = blue.create("SHOP", "Bug", "Checkout hangs", labels="checkout urgent", priority="High")
    return here, twin_of(blue, here)


def test_an_issue_created_at_blue_shows_at_green(pair: Pair, green: IssueView, twins: tuple[str, str]) -> None:
    here, there = twins
    green.open(there)
    green.sees_summary("Checkout hangs")
    green.sees_field("Type", "Bug")
    green.sees_field("Labels", "checkout", "urgent")
    green.sees_field("Priority", "High")
    description = green.page.locator("#description")
    expect(description.locator("strong, b")).to_have_text("hangs")
    expect(description.get_by_role("listitem")).to_have_text(["Open the cart", "Pay twice"])
    panel = green.panel()
    panel.get_by_text("In sync").wait_for()
    expect(panel.locator(".twin a")).to_contain_text(here)
    pair.check(pair.green, panel, "twin-at-green")


def test_different_fields_edited_on_both_sides_at_once_both_survive(
    blue: IssueView, green: IssueView, twins: tuple[str, str]
) -> None:
    blue.open(twins[0])
    green.open(twins[1])
    # Both have their editor open before either saves.
    blue.begin_field("Priority").select_option(label="Low")
    summary = green.begin_summary()
    summary.fill("Checkout hangs after a retry")
    blue.save_field("Priority")
    summary.press("Enter")
    blue.begin_field("Labels").fill("checkout urgent from-blue")
    green.begin_field("Labels").fill("checkout urgent from-green")
    # One after the other the second would take away what the first one's label had become there by then.
    at_once = time.time() + 2
    blue.save_field_at("Labels", at_once)
    green.save_field_at("Labels", at_once)
    for view in (blue, green):
        view.sees_summary("Checkout hangs after a retry")
        view.sees_field("Priority", "Low")
        view.sees_field("Labels", "checkout", "urgent", "from-blue", "from-green")


def test_comments_go_both_ways(pair: Pair, blue: IssueView, green: IssueView, twins: tuple[str, str]) -> None:
    blue.open(twins[0]).comment("Seen at Blue")
    green.open(twins[1]).sees_comment("Seen at Blue")
    green.comment("Known at Green")
    blue.sees_comment("Known at Green")
    blue.edit_comment("Seen at Blue", "Corrected at Blue")
    green.sees_comment("Corrected at Blue")
    green.edit_comment("Known at Green", "Mended at Green")
    blue.sees_comment("Mended at Green")
    pair.check(pair.blue, blue.panel(), "comments-at-blue")
    blue.delete_comment("Corrected at Blue")
    green.sees_no_comment("Corrected at Blue")
    green.delete_comment("Mended at Green")
    blue.sees_no_comment("Mended at Green")


def test_the_panel_tells_their_status(blue: IssueView, green: IssueView, twins: tuple[str, str]) -> None:
    green.open(twins[1]).move("In Progress")
    expect(blue.open(twins[0]).panel().locator(".kv")).to_contain_text("In Progress", timeout=SOON)


def test_a_second_synchronization_from_new_to_its_first_twin(pair: Pair, blue: IssueView, green: IssueView) -> None:
    frame = settings_page.fill_invitation(pair.blue, SECOND, pair.green.url)
    for part, key in (("Projects", "OPS"), ("Issue types", "Task")):
        chosen = frame.get_by_role("group", name=part).first
        chosen.get_by_label("Show only selected").check()
        chosen.get_by_label(re.compile(f"^{key}")).check()
    frame.get_by_text("Your partner will see: 1 project, 1 issue type").wait_for()
    pair.check(pair.blue, frame, "new-with-scope")
    frame.get_by_role("button", name="Send invitation").click()
    expect(row(frame, SECOND).locator(".loz")).to_have_text("Invitation sent")
    settings_page.accept(pair.green, SECOND)
    has_status(pair.blue, SECOND, "Not configured")
    frame = settings_page.map_pair(pair.green, SECOND, "HELP", "OPS", "Task")
    pair.check(pair.green, frame, "mapping-at-green")
    has_status(pair.blue, SECOND, "Active")
    there = twin_of(blue, blue.create("OPS", "Task", "Renew the certificate"))
    assert there.startswith("HELP-")
    green.open(there).sees_summary("Renew the certificate")


def test_every_one_of_the_six_statuses(pair: Pair) -> None:
    """Rejected, deleted, withdrawn, sent again: both sides have all six on their list."""
    for name in ("Open", "Rejected one", "Deleted one", "Accepted one", "Withdrawn one"):
        settings_page.invite(pair.blue, name, pair.green.url)
    settings_page.invite(pair.green, "Open the other way", pair.blue.url)
    for name in ("Accepted one", "Deleted one"):
        settings_page.accept(pair.green, name)
    settings_page.reject(pair.green, "Rejected one", "We have no such team")
    frame = has_status(pair.blue, "Rejected one", "Rejected")
    expect(row(frame, "Rejected one")).to_contain_text("We have no such team")
    settings_page.delete(pair.blue, "Deleted one")
    withdraw_and_resend(pair.blue)
    for person, name in ((pair.blue, "blue"), (pair.green, "green")):
        frame = has_status(person, "Withdrawn one", "Deleted")
        expect(row(frame, "Withdrawn one")).to_contain_text("withdrawn by Blue Admin")
        assert set(frame.locator("tbody tr .loz").all_text_contents()) == SIX
        pair.check(person, frame, f"six-statuses-{name}")


def withdraw_and_resend(person: Person) -> None:
    frame = person.open_admin()
    settings_page.from_menu(frame, "Withdrawn one", "Withdraw…")
    frame.get_by_role("dialog").get_by_role("button", name="Withdraw invitation").click()
    expect(row(frame, "Withdrawn one").locator(".loz")).to_have_text("Deleted")
    row(frame, "Open").get_by_role("button", name="Resend").click()
    person.page.get_by_text("Invitation sent again").first.wait_for()


def test_a_withdrawn_invitation_cannot_be_accepted(pair: Pair) -> None:
    settings_page.invite(pair.blue, "Changed my mind", pair.green.url)
    frame = settings_page.look_at_invitation(pair.green, "Changed my mind")
    ours = pair.blue.open_admin()
    settings_page.from_menu(ours, "Changed my mind", "Withdraw…")
    ours.get_by_role("dialog").get_by_role("button", name="Withdraw invitation").click()
    expect(row(ours, "Changed my mind").locator(".loz")).to_have_text("Deleted")
    frame.get_by_role("button", name="Accept").click()
    frame.get_by_text("withdrawn").first.wait_for()
    pair.green.complaints.clear()
    frame = pair.green.open_admin()
    expect(row(frame, "Changed my mind").locator(".loz")).to_have_text("Deleted")
    row(frame, "Changed my mind").get_by_role("button", name="Remove record").click()
    frame.get_by_role("dialog").get_by_role("button", name="Remove record").click()
    expect(row(frame, "Changed my mind")).to_have_count(0)
