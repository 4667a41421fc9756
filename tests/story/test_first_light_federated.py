"""First light over two deployments, each with its own database, workers and Redis; and a partner that is down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from signal import SIGCONT, SIGSTOP

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from dev.stage import Stage
from tests.browser import settings_page
from tests.browser.issue_view import SOON, IssueView, twin_of
from tests.browser.pair import Pair
from tests.browser.settings_page import has_status, row
from tests.browser.walk import heading

pytestmark = [pytest.mark.story, pytest.mark.browser, pytest.mark.timeout(300)]

NAME = "Operations and help"


@pytest.fixture(scope="module")
def pair(federated_stage: Stage, browser: Browser, pictures: Path) -> Iterator[Pair]:
    with Pair(browser, pictures, federated_stage.blue.url, federated_stage.green.url) as made:
        yield made


def test_invite_accept_map_and_the_first_twin_with_comments(pair: Pair) -> None:
    settings_page.invite(pair.blue, NAME, pair.green.url)
    frame = settings_page.look_at_invitation(pair.green, NAME)
    frame.get_by_text("By calling back").wait_for()
    pair.check(pair.green, frame, "invitation-from-another-deployment")
    settings_page.accept(pair.green, NAME)
    has_status(pair.blue, NAME, "Not configured")
    settings_page.map_pair(pair.blue, NAME, "OPS", "HELP", "Task")
    has_status(pair.green, NAME, "Active")
    blue, green = IssueView(pair.blue), IssueView(pair.green)
    here = blue.create("OPS", "Task", "Renew the certificate", labels="tls", priority="High")
    there = twin_of(blue, here)
    green.open(there).sees_summary("Renew the certificate")
    green.sees_field("Labels", "tls")
    green.sees_field("Priority", "High")
    blue.comment("It ends on Friday")
    green.sees_comment("It ends on Friday")
    green.comment("Ordered")
    blue.sees_comment("Ordered")
    pair.check(pair.blue, blue.panel(), "twin-in-another-deployment")


def test_a_partner_that_is_down(pair: Pair, federated_stage: Stage) -> None:
    settings_page.invite(pair.green, "While you were away", pair.blue.url)
    frame = settings_page.look_at_invitation(pair.blue, "While you were away")
    federated_stage.kill("green-web", SIGSTOP)
    try:
        frame.get_by_role("button", name="Accept").click()
        frame.get_by_text("Nothing has changed. Try again later.").or_(
            frame.get_by_text("If your acceptance has arrived there")
        ).wait_for()
        pair.check_after_refusal(pair.blue, frame, "partner-down-accept")
        frame = pair.blue.open_admin("synchronizations/new")
        heading(frame, "New synchronization")
        frame.get_by_label("Name").fill("Anybody there")
        frame.get_by_label("Partner's Jira URL").fill(pair.green.url)
        expect(frame.locator("#partner-check .error")).to_contain_text("cannot be found out just now", timeout=SOON)
        pair.check(pair.blue, frame, "partner-down-new")
        blue = IssueView(pair.blue)
        blue.create("OPS", "Task", "Nobody hears this yet")
        frame = pair.blue.open_admin()
        expect(frame.locator(".subrow")).to_contain_text("Next try", timeout=SOON)
        pair.check(pair.blue, frame, "partner-down-list")
    finally:
        federated_stage.kill("green-web", SIGCONT)
    # The next try by itself may be minutes away; where it came just now, there is nothing to press any more.
    with suppress(PlaywrightTimeout):
        frame.get_by_role("button", name="Try now").click(timeout=5_000)
    green = IssueView(pair.green)
    green.page.goto(f"{pair.green.url}/issues")
    expect(green.page.locator("#rows")).to_contain_text("Nobody hears this yet", timeout=60_000)


def test_deleting_tells_the_other_deployment(pair: Pair) -> None:
    frame = settings_page.delete(pair.blue, NAME)
    expect(row(frame, NAME)).to_contain_text("Deleted")
    has_status(pair.green, NAME, "Deleted")
