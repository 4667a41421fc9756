"""From the empty page to a synchronized issue and to a deleted synchronization, as two administrators do it.

The tests of this module go on from one another: they are one story. Every page is looked at by axe in both themes and
leaves a picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from addon.store import twin_link
from addon.store.twin_link import BLOCKED
from tests.browser import settings_page
from tests.browser.pair import Pair
from tests.browser.stand import USER, Stand, eventually
from tests.browser.walk import Person, heading

pytestmark = pytest.mark.timeout(180)


class Walk(Pair):
    """The pair over the stand; ``issue``: the key of the one that the story goes on with."""

    def __init__(self, stand: Stand, browser: Browser, pictures: Path) -> None:
        super().__init__(browser, pictures, stand.blue.base_url, stand.green.base_url)
        self.stand = stand
        self.issue = ""


@pytest.fixture(scope="module")
def pair(stand: Stand, browser: Browser, pictures: Path) -> Iterator[Walk]:
    with Walk(stand, browser, pictures) as made:
        yield made


def test_the_empty_page_says_how_to_begin(pair: Walk) -> None:
    frame = pair.blue.open_admin()
    heading(frame, "Synchronizations")
    assert frame.get_by_text("Waiting for an invitation?").is_visible()
    pair.check(pair.blue, frame, "list-empty")


def test_errors_stand_at_their_fields_and_nothing_typed_is_lost(pair: Walk) -> None:
    frame = pair.blue.open_admin("synchronizations/new")
    heading(frame, "New synchronization")
    frame.get_by_label("Partner's Jira URL").fill(pair.stand.blue.base_url)
    frame.get_by_text("This is your own Jira").wait_for()
    frame.get_by_role("button", name="Send invitation").click()
    frame.get_by_text("Enter a name of up to 120 characters.").wait_for()
    assert frame.evaluate("document.activeElement.id") == "name"
    assert frame.get_by_label("Partner's Jira URL").input_value() == pair.stand.blue.base_url
    assert any("422" in each for each in pair.blue.complaints)
    pair.blue.complaints.clear()
    pair.check(pair.blue, frame, "new-errors")


def test_an_invitation_is_sent_with_a_scope(pair: Walk) -> None:
    frame = pair.blue.open_admin("synchronizations/new")
    frame.get_by_label("Name").fill("Shop and QA")
    frame.get_by_label("Partner's Jira URL").fill(pair.stand.green.base_url)
    frame.locator("#partner-check .good").wait_for()
    frame.get_by_label("Show only selected").first.check()
    frame.get_by_label("SHOP").check()
    frame.get_by_text("Your partner will see: 1 project").wait_for()
    pair.check(pair.blue, frame, "new")
    frame.get_by_role("button", name="Send invitation").click()
    frame.get_by_role("cell", name="Invitation sent").wait_for()
    pair.check(pair.blue, frame, "list-sent")


def test_the_same_name_for_the_same_partner_is_refused_at_the_field(pair: Walk) -> None:
    frame = pair.blue.open_admin("synchronizations/new")
    frame.get_by_label("Name").fill("Shop and QA")
    frame.get_by_label("Partner's Jira URL").fill(pair.stand.green.base_url)
    frame.get_by_role("button", name="Send invitation").click()
    frame.locator(".error").first.wait_for()
    assert frame.get_by_label("Name").input_value() == "Shop and QA"
    pair.blue.complaints.clear()


def test_the_invitation_is_read_and_accepted(pair: Walk) -> None:
    frame = pair.green.open_admin()
    frame.get_by_text("invited you to synchronize").wait_for()
    pair.check(pair.green, frame, "list-received")
    frame.get_by_role("link", name="Next").click()
    heading(frame, "Shop and QA")
    frame.get_by_text("1 project, 5 issue types").wait_for()
    pair.check(pair.green, frame, "invitation")
    frame.get_by_role("button", name="Reject…").click()
    frame.get_by_role("dialog").wait_for()
    pair.check(pair.green, frame, "reject")
    frame.get_by_role("button", name="Cancel").click()
    frame.get_by_role("button", name="Accept").click()
    frame.get_by_role("cell", name="Not configured").wait_for()


def test_a_mapping_is_added(pair: Walk) -> None:
    frame = settings_page.map_pair(pair.blue, "Shop and QA", "SHOP", "QA", "Bug")
    pair.check(pair.blue, frame, "mapping")


def test_the_panel_follows_an_issue(pair: Walk) -> None:
    stand = pair.stand
    pair.issue = stand.create_issue(stand.blue, "SHOP", "Bug", "Checkout times out", labels=["checkout"])
    frame = pair.blue.open_panel(pair.issue)
    frame.get_by_text("In sync").wait_for()
    frame.get_by_role("link", name="QA-").wait_for()
    stand.call(
        stand.blue, "PUT", f"/rest/api/3/issue/{pair.issue}", {"fields": {"summary": "Checkout times out twice"}}
    )
    frame.get_by_text("Checkout times out twice").first.wait_for()
    pair.check(pair.blue, frame, "panel-in-sync")


def test_an_older_issue_gets_its_twin_by_hand(pair: Walk) -> None:
    old = pair.stand.call(
        pair.stand.blue,
        "GET",
        "/rest/api/3/search/jql?jql=project%3DSHOP%20AND%20type%3DBug%20ORDER%20BY%20created%20ASC&fields=summary",
    )["issues"][0]["key"]
    frame = pair.blue.open_panel(old)
    frame.get_by_role("button", name="Sync this issue").wait_for()
    pair.check(pair.blue, frame, "panel-not-synchronized")
    pair.stand.wake.held.set()
    frame.get_by_role("button", name="Sync this issue").click()
    frame.get_by_text("Creating at").wait_for()
    pair.check(pair.blue, frame, "panel-waiting")
    pair.stand.wake.held.clear()
    frame.get_by_text("In sync").wait_for()


def test_a_held_issue_says_why_and_is_retried(pair: Walk) -> None:
    with pair.stand.parts.db.begin() as tx:
        twin_link.change(
            tx, 1, state=BLOCKED, reason="Jira asks for the field Root cause.", fix="Fill it in, then retry."
        )
    frame = pair.blue.open_panel(pair.issue)
    frame.get_by_text("Root cause").wait_for()
    pair.check(pair.blue, frame, "panel-held")
    admin = pair.blue.open_admin()
    admin.get_by_text("1 issue held").first.wait_for()
    pair.check(pair.blue, admin, "list-held")
    admin.get_by_role("link", name="Shop and QA").click()
    admin.get_by_role("heading", name="Held issues").wait_for()
    admin.get_by_text("1 project").or_(admin.get_by_text("2 projects")).first.wait_for()
    pair.check(pair.blue, admin, "overview-held")
    admin.get_by_role("button", name="Retry", exact=True).click()
    admin.get_by_role("heading", name="Held issues").wait_for(state="detached")


def test_the_scope_can_be_changed(pair: Walk) -> None:
    frame = pair.green.open_admin("synchronizations/2/scope")
    heading(frame, "Shop and QA")
    frame.get_by_label("Hide only selected").first.check()
    frame.get_by_label("HELP").check()
    frame.get_by_text("Your partner will see: 1 project").wait_for()
    pair.check(pair.green, frame, "scope")
    frame.get_by_role("button", name="Save scope").click()
    frame.get_by_text("All but 1 project").wait_for()


def test_back_leads_back(pair: Walk) -> None:
    frame = pair.blue.open_admin()
    frame.get_by_role("link", name="Shop and QA").click()
    heading(frame, "Shop and QA")
    # It becomes a step to go back from right after it is shown.
    eventually(lambda: "synchronizations%2F" in pair.blue.page.url)
    pair.blue.page.go_back()
    heading(frame, "Synchronizations")


def test_a_person_who_administers_nothing_gets_the_panel_but_no_settings(pair: Walk) -> None:
    context = pair.browser.new_context()
    context.set_default_timeout(20_000)
    person = Person.at(context, pair.stand.blue.base_url, USER)
    frame = person.open_panel(pair.issue)
    frame.get_by_text("Via").first.wait_for()
    token = frame.evaluate("AP.context.getToken()")
    url = f"{pair.stand.url}/ui/synchronizations"
    assert context.request.get(url, headers={"Authorization": f"JWT {token}"}).status == 403
    context.close()


def test_deleting_tells_both_sides_and_the_record_can_be_removed(pair: Walk) -> None:
    frame = pair.blue.open_admin()
    frame.get_by_role("button", name="More actions").click()
    frame.get_by_role("button", name="Delete…").click()
    frame.get_by_role("dialog").wait_for()
    pair.check(pair.blue, frame, "delete")
    frame.get_by_role("button", name="Delete synchronization").click()
    frame.get_by_role("cell", name="Deleted").wait_for()
    other = pair.green.open_admin()
    other.get_by_role("cell", name="Deleted").wait_for()
    panel = pair.blue.open_panel(pair.issue)
    panel.get_by_text("Both issues stay as they are.").wait_for()
    pair.check(pair.blue, panel, "panel-gone")
    frame = pair.blue.open_admin()
    frame.get_by_role("button", name="Remove record").click()
    frame.get_by_role("dialog").get_by_role("button", name="Remove record").click()
    frame.get_by_text("Start a synchronization").wait_for()
