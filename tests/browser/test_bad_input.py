"""What cannot work is said in a sentence of its own, at the field, before and after sending."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, expect

from addon.store import synchronization as store
from addon.store.synchronization import INVITATION_RECEIVED, INVITATION_SENT
from dev import port
from emulator.server import Running
from emulator.site import Site
from tests.browser import settings_page
from tests.browser.pair import Pair
from tests.browser.settings_page import has_status, row
from tests.browser.stand import Stand
from tests.browser.walk import heading

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def pair(stand: Stand, browser: Browser, pictures: Path) -> Iterator[Pair]:
    with Pair(browser, pictures, stand.blue.base_url, stand.green.base_url) as made:
        yield made


@pytest.fixture(scope="module")
def bare() -> Iterator[Site]:
    """A Jira site without the app."""
    with Running(Site.new("Bare", seed="blue")) as site:
        yield site


@pytest.fixture(scope="module")
def addresses(stand: Stand, bare: Site) -> dict[str, str]:
    return {
        "nobody": f"http://127.0.0.1:{port.free(1)[0]}",
        "other": stand.url,
        "bare": bare.base_url,
        "own": stand.blue.base_url,
        "words": "our partner",
        "scheme": "ftp://127.0.0.1",
    }


def typed(pair: Pair, url: str) -> Frame:
    frame = pair.blue.open_admin("synchronizations/new")
    heading(frame, "New synchronization")
    frame.get_by_label("Name").fill("Not to be")
    frame.get_by_label("Partner's Jira URL").fill(url)
    return frame


@pytest.mark.parametrize(
    ("which", "sentence"),
    [
        ("nobody", "Nothing answers at"),
        ("other", "There is no Jira at"),
        ("bare", "Twinline is not installed at"),
        ("own", "This is your own Jira."),
        ("words", "Enter the address of your partner's Jira"),
        ("scheme", "http"),
    ],
)
def test_an_address_that_cannot_be_invited(pair: Pair, addresses: dict[str, str], which: str, sentence: str) -> None:
    frame = typed(pair, addresses[which])
    expect(frame.locator("#partner-check .error")).to_contain_text(sentence)
    frame.get_by_role("button", name="Send invitation").click()
    expect(frame.locator("#partner_url-error")).to_contain_text(sentence)
    assert frame.get_by_label("Partner's Jira URL").input_value() == addresses[which]
    assert frame.get_by_label("Name").input_value() == "Not to be"
    pair.check_after_refusal(pair.blue, frame, f"refused-{which}")


def test_an_app_that_is_switched_off_there(pair: Pair, stand: Stand) -> None:
    stand.call(stand.green, "POST", "/_control/apps/io.twinline.sync/disable")
    frame = typed(pair, stand.green.base_url)
    expect(frame.locator("#partner-check .error")).to_contain_text("Twinline is switched off at")
    stand.call(stand.green, "POST", "/_control/apps/io.twinline.sync/enable")


def test_a_second_of_the_same_name_with_the_same_partner(pair: Pair) -> None:
    settings_page.invite(pair.blue, "Twice", pair.green.url)
    frame = settings_page.fill_invitation(pair.blue, "twice", pair.green.url)
    frame.get_by_role("button", name="Send invitation").click()
    expect(frame.locator("#name-error")).to_contain_text("You already have a synchronization named Twice")
    pair.check_after_refusal(pair.blue, frame, "duplicate")


def test_an_invitation_that_has_expired(pair: Pair, stand: Stand) -> None:
    settings_page.invite(pair.blue, "Too late", pair.green.url)
    frame = settings_page.look_at_invitation(pair.green, "Too late")
    expire(stand, "Too late")
    # The page was open when its time ran out.
    frame.get_by_role("button", name="Accept").click()
    expect(frame.get_by_text("expired").first).to_be_visible()
    pair.green.complaints.clear()
    frame = pair.green.open_admin()
    expect(row(frame, "Too late")).to_contain_text("They can send it again")
    row(frame, "Too late").get_by_role("link", name="Next").click()
    frame.get_by_text("This invitation has expired").wait_for()
    assert frame.get_by_role("button", name="Accept").is_disabled()
    pair.check(pair.green, frame, "invitation-expired")
    frame = has_status(pair.blue, "Too late", "Invitation sent")
    expect(row(frame, "Too late")).to_contain_text("Send it again")
    pair.check(pair.blue, frame, "list-expired")
    row(frame, "Too late").get_by_role("button", name="Resend").click()
    expect(row(frame, "Too late")).to_contain_text("Expires")
    settings_page.accept(pair.green, "Too late")


def expire(stand: Stand, name: str) -> None:
    with stand.parts.db.begin() as tx:
        for site in (stand.blue, stand.green):
            for one in store.of_tenant(tx, stand.tenant(site).id):
                if one.name == name and one.status in (INVITATION_SENT, INVITATION_RECEIVED):
                    store.change(tx, one.id, expires_at=time.time() - 60)
