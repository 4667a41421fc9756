"""The panel's states, each brought about at the two sites and seen in the issue view. The tests are one story."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, expect

from addon.model.rules import BASIC_FIELDS, Flow, IssueMapping, document_of
from addon.model.scope import Choice, Scope
from addon.store import rules as rules_store
from addon.store import synchronization as store
from addon.store.synchronization import Synchronization
from dev import introduction
from emulator.site import Site
from tests.browser.issue_view import SOON
from tests.browser.pair import Pair
from tests.browser.stand import Stand, eventually

pytestmark = pytest.mark.timeout(180)

FIRST, SECOND = introduction.NAME, "Second opinion"


@pytest.fixture(scope="module")
def pair(stand: Stand, browser: Browser, pictures: Path) -> Iterator[Pair]:
    blue, green = stand.tenant(stand.blue), stand.tenant(stand.green)
    introduction.invite(stand.parts, blue, green.base_url)
    introduction.accept(stand.parts, green, blue.base_url)
    introduction.publish(stand.parts, blue, green.base_url)
    with Pair(browser, pictures, stand.blue.base_url, stand.green.base_url) as made:
        yield made


@pytest.fixture(scope="module")
def issue(pair: Pair, stand: Stand) -> str:
    return stand.create_issue(stand.blue, "SHOP", "Bug", "Checkout times out")


def named(stand: Stand, site: Site, name: str) -> Synchronization:
    with stand.parts.db.read() as tx:
        return next(one for one in store.of_tenant(tx, stand.tenant(site).id) if one.name == name)


def edit(stand: Stand, site: Site, key: str, summary: str) -> None:
    stand.call(site, "PUT", f"/rest/api/3/issue/{key}", {"fields": {"summary": summary}})


def summary(stand: Stand, site: Site, key: str) -> str:
    return str(stand.call(site, "GET", f"/rest/api/3/issue/{key}")["fields"]["summary"])


def says(frame: Frame, *words: str) -> None:
    for one in words:
        expect(frame.locator("#panel")).to_contain_text(one, timeout=SOON)


def key_of_twin(frame: Frame) -> str:
    link = frame.locator(".twin a").first
    link.wait_for()
    return (link.text_content() or "").split()[0]


def test_two_twins_stack(pair: Pair, stand: Stand, issue: str) -> None:
    blue, green = stand.tenant(stand.blue), stand.tenant(stand.green)
    stand.parts.handshake.invite(blue, name=SECOND, partner_url=green.base_url, scope=Scope(), person="")
    stand.parts.handshake.accept(green, named(stand, stand.green, SECOND).id, scope=Scope(), person="")
    ours = named(stand, stand.blue, SECOND)
    own = stand.parts.handshake.own_projects(blue)
    theirs = stand.parts.handshake.partner_projects(blue, ours.id)
    ends = introduction._end(own, "SHOP", "Bug"), introduction._end(theirs, "HELP", "Bug")
    stand.parts.handshake.publish(
        blue, ours.id, document_of((IssueMapping("second", True, *ends, BASIC_FIELDS),)), person=""
    )
    frame = pair.blue.open_panel(issue)
    frame.get_by_role("button", name="Preview").click()
    says(frame, "Would create a Bug in HELP at Green.", "Will create", "Checkout times out", "Nothing was sent")
    expect(frame.locator(".twin")).to_have_count(1)
    pair.check(pair.blue, frame, "preview-no-twin")
    frame.get_by_role("button", name="Sync this issue").click()
    expect(frame.locator(".twin")).to_have_count(2, timeout=SOON)
    expect(frame.locator(".twin .loz.ok")).to_have_count(2, timeout=SOON)
    says(frame, FIRST, SECOND, "QA-", "HELP-")
    pair.check(pair.blue, frame, "two-twins")


def test_what_would_happen(pair: Pair, stand: Stand, issue: str) -> None:
    frame = pair.blue.open_panel(issue)
    ask = frame.get_by_role("button", name="What would happen")
    expect(ask).to_have_count(2, timeout=SOON)
    stand.wake.held.set()
    try:
        edit(stand, stand.blue, issue, "Not sent yet")
        ask.first.click()
        said = frame.locator("#preview")
        for words in ("Will sync", "Would update", "Checkout times out", "Not sent yet", "Same on both sides"):
            expect(said).to_contain_text(words, timeout=SOON)
        said.scroll_into_view_if_needed()
        pair.check(pair.blue, frame, "preview")
        frame.get_by_role("button", name="From Green").click()
        expect(said).to_contain_text("Nothing to do", timeout=SOON)
    finally:
        stand.wake.held.clear()
    expect(frame.locator(".twin .loz.ok")).to_have_count(2, timeout=SOON)


def test_a_change_at_one_twin_reaches_the_other_through_us(pair: Pair, stand: Stand, issue: str) -> None:
    frame = pair.blue.open_panel(issue)
    edit(stand, stand.green, key_of_twin(frame), "Edited at one twin")
    expect(pair.blue.page.locator("#summary")).to_have_text("Edited at one twin", timeout=SOON)
    says(frame, "Edited at one twin")
    frame.get_by_role("button", name="Sync now").click()
    expect(frame.locator(".twin .loz.ok")).to_have_count(2, timeout=SOON)


def test_held_at_the_partner_and_retried_there(pair: Pair, stand: Stand) -> None:
    issue = stand.create_issue(stand.blue, "SHOP", "Task", "Where the partner refuses")
    frame = pair.blue.open_panel(issue)
    twin = key_of_twin(frame)
    stand.call(stand.green, "PUT", "/_control/projects/QA/denied", {"*": ["EDIT_ISSUES"]})
    edit(stand, stand.blue, issue, "Not let in")
    says(frame, "Held there", "Green holds the last change.", "It has to be mended there.")
    pair.check(pair.blue, frame, "held-at-the-partner")
    there = pair.green.open_panel(twin)
    says(there, "Held", "permission")
    pair.check(pair.green, there, "held-here")
    stand.call(stand.green, "PUT", "/_control/projects/QA/denied", {})
    there.get_by_role("button", name="Retry now").click()
    says(there, "In sync")
    expect(pair.green.page.locator("#summary")).to_have_text("Not let in", timeout=SOON)
    says(frame, "In sync")


def test_a_conflict_is_held_until_someone_chooses(pair: Pair, stand: Stand) -> None:
    blue, ours = stand.tenant(stand.blue), named(stand, stand.blue, FIRST)
    with stand.parts.db.read() as tx:
        live = rules_store.live(tx, ours.id)
    held = tuple(replace(one, fields=tuple(replace(f, conflict="hold") for f in one.fields)) for one in live.mappings)
    stand.parts.handshake.publish(blue, ours.id, document_of(held), person="")
    issue = stand.create_issue(stand.blue, "SHOP", "Task", "Written once")
    frame = pair.blue.open_panel(issue)
    says(frame, "In sync")
    twin = key_of_twin(frame)
    for choice, stands in (("Keep ours", "Blue 0"), ("Take theirs", "Green 1")):
        number = stands[-1]
        stand.wake.held.set()
        edit(stand, stand.blue, issue, f"Blue {number}")
        edit(stand, stand.green, twin, f"Green {number}")
        stand.wake.held.clear()
        says(frame, "Summary was changed on both sides.", f"Blue {number}", f"Green {number}")
        pair.check(pair.blue, frame, f"conflict-held-{number}")
        frame.get_by_role("button", name=choice).click()
        expect(frame.get_by_role("button", name=choice)).to_have_count(0, timeout=SOON)
        for site, key in ((stand.blue, issue), (stand.green, twin)):
            eventually(lambda site=site, key=key, stands=stands: summary(stand, site, key) == stands)
        says(frame, "In sync")


def test_out_of_scope_and_back(pair: Pair, stand: Stand) -> None:
    issue = stand.create_issue(stand.blue, "SHOP", "Task", "Soon hidden")
    frame = pair.blue.open_panel(issue)
    says(frame, "In sync")
    blue, ours = stand.tenant(stand.blue), named(stand, stand.blue, FIRST)
    shop = next(project.id for project in stand.parts.handshake.own_projects(blue) if project.key == "SHOP")
    stand.parts.handshake.set_scope(blue, ours.id, Scope(Choice("hide", frozenset({shop}))), person="")
    edit(stand, stand.blue, issue, "Hidden now")
    says(frame, "Out of scope", "Nothing is sent until it is shown again.")
    pair.check(pair.blue, frame, "out-of-scope")
    stand.parts.handshake.set_scope(blue, ours.id, Scope(), person="")
    says(frame, "In sync")


def let_flow(stand: Stand, flow: Flow) -> None:
    """What leaves Blue by the first synchronization from now on."""
    blue, ours = stand.tenant(stand.blue), named(stand, stand.blue, FIRST)
    with stand.parts.db.read() as tx:
        live = rules_store.live(tx, ours.id)
    document = document_of(tuple(replace(mapping, to_accepter=flow) for mapping in live.mappings))
    stand.parts.handshake.publish(blue, ours.id, document, person="")


def test_a_condition_keeps_an_issue_in_and_lets_it_out(pair: Pair, stand: Stand) -> None:
    twin = stand.create_issue(stand.blue, "SHOP", "Task", "Shared", labels=["shared"])
    frame = pair.blue.open_panel(twin)
    says(frame, "In sync")
    let_flow(stand, Flow(jql="labels = shared"))
    issue = stand.create_issue(stand.blue, "SHOP", "Task", "Kept", labels=["keep"])
    frame = pair.blue.open_panel(issue)
    says(frame, "Why is this not in step?", "Out of scope", "does not match the condition", "labels = shared")
    pair.check(pair.blue, frame, "condition-keeps-in")
    stand.call(stand.blue, "PUT", f"/rest/api/3/issue/{issue}", {"fields": {"labels": ["shared"]}})
    expect(pair.blue.open_panel(issue).locator(".twin .loz.ok")).to_have_count(1, timeout=SOON)
    stand.call(stand.blue, "PUT", f"/rest/api/3/issue/{twin}", {"fields": {"labels": ["keep"], "summary": "Ours now"}})
    frame = pair.blue.open_panel(twin)
    says(frame, "Out of scope", "Nothing is sent until it matches again")
    pair.check(pair.blue, frame, "outside-its-condition")
    stand.call(stand.blue, "PUT", f"/rest/api/3/issue/{twin}", {"fields": {"labels": ["shared"]}})
    says(frame, "In sync", "Ours now")


def test_by_hand_and_off(pair: Pair, stand: Stand) -> None:
    let_flow(stand, Flow("manual"))
    issue = stand.create_issue(stand.blue, "SHOP", "Task", "Not by itself")
    frame = pair.blue.open_panel(issue)
    says(frame, "Not by itself", "do not get a twin by themselves", "Sync it by hand.")
    pair.check(pair.blue, frame, "not-by-itself")
    frame.get_by_role("button", name="Sync this issue").click()
    says(frame, "In sync")
    let_flow(stand, Flow("off"))
    frame = pair.blue.open_panel(issue)
    says(frame, "Nothing of this issue leaves")
    pair.check(pair.blue, frame, "direction-off")
    let_flow(stand, Flow())


def test_a_twin_that_was_deleted(pair: Pair, stand: Stand) -> None:
    issue = stand.create_issue(stand.blue, "SHOP", "Task", "Left alone")
    frame = pair.blue.open_panel(issue)
    says(frame, "In sync")
    stand.call(stand.green, "DELETE", f"/rest/api/3/issue/{key_of_twin(frame)}")
    says(frame, "Ended", "The issue at Green was deleted.", "this issue stays as it is")
    pair.check(pair.blue, frame, "twin-deleted")


def test_a_partner_that_removed_the_app(pair: Pair, stand: Stand, issue: str) -> None:
    frame = pair.blue.open_panel(issue)
    expect(frame.locator(".twin .loz.ok")).to_have_count(2, timeout=SOON)
    stand.call(stand.green, "DELETE", "/_control/apps/io.twinline.sync")
    edit(stand, stand.blue, issue, "Is anybody there")
    says(frame, "Changes pending", "Next try")
    pair.check(pair.blue, frame, "partner-gone")
    admin = pair.blue.open_admin()
    expect(admin.locator(".subrow").first).to_contain_text("switched off or uninstalled")
    pair.check(pair.blue, admin, "list-partner-gone")
