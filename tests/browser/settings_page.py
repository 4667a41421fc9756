"""Settings > Apps > Synchronizations as an administrator uses it."""

from __future__ import annotations

from playwright.sync_api import Frame, Locator, expect

from tests.browser.walk import Person, heading


def row(frame: Frame, name: str) -> Locator:
    """The row of the list with this synchronization."""
    return frame.locator("tbody tr").filter(has=frame.get_by_role("link", name=name, exact=True))


def has_status(person: Person, name: str, word: str) -> Frame:
    """Open the list and wait until it shows this status; it looks for news by itself."""
    frame = person.open_admin()
    expect(row(frame, name).locator(".loz")).to_have_text(word, timeout=20_000)
    return frame


def fill_invitation(person: Person, name: str, partner_url: str) -> Frame:
    """New synchronization, up to where it can be sent."""
    frame = person.open_admin()
    frame.get_by_role("link", name="New synchronization").first.click()
    heading(frame, "New synchronization")
    frame.get_by_label("Name").fill(name)
    frame.get_by_label("Partner's Jira URL").fill(partner_url)
    frame.locator("#partner-check .good").wait_for()
    return frame


def invite(person: Person, name: str, partner_url: str) -> Frame:
    frame = fill_invitation(person, name, partner_url)
    frame.get_by_role("button", name="Send invitation").click()
    expect(row(frame, name).locator(".loz")).to_have_text("Invitation sent")
    return frame


def look_at_invitation(person: Person, name: str) -> Frame:
    frame = has_status(person, name, "Invitation received")
    row(frame, name).get_by_role("link", name="Next").click()
    heading(frame, name)
    return frame


def accept(person: Person, name: str) -> Frame:
    frame = look_at_invitation(person, name)
    frame.get_by_role("button", name="Accept").click()
    expect(row(frame, name).locator(".loz")).to_have_text("Not configured")
    return frame


def reject(person: Person, name: str, reason: str) -> Frame:
    frame = look_at_invitation(person, name)
    frame.get_by_role("button", name="Reject…").click()
    frame.get_by_label("Reason").fill(reason)
    frame.get_by_role("button", name="Reject invitation").click()
    expect(row(frame, name).locator(".loz")).to_have_text("Rejected")
    return frame


def from_menu(frame: Frame, name: str, action: str) -> None:
    row(frame, name).get_by_role("button", name="More actions").click()
    row(frame, name).get_by_role("button", name=action).click()


def delete(person: Person, name: str) -> Frame:
    frame = person.open_admin()
    from_menu(frame, name, "Delete…")
    frame.get_by_role("dialog").get_by_role("button", name="Delete synchronization").click()
    expect(row(frame, name).locator(".loz")).to_have_text("Deleted")
    return frame


def map_pair(person: Person, name: str, ours: str, theirs: str, issue_type: str) -> Frame:
    """Add a pair of the same issue type on the page and publish it; the synchronization is active then."""
    frame = person.open_admin()
    row(frame, name).get_by_role("link", name=name).click()
    frame.get_by_role("navigation", name="Synchronization").get_by_role("link", name="Mapping").click()
    frame.get_by_role("button", name="Add mapping").first.click()
    dialog = frame.get_by_role("dialog", name="Add mapping")
    for side, key in (("ours", ours), ("theirs", theirs)):
        project = dialog.locator(f"[name={side}_project]")
        value = project.locator("option", has_text=key).first.get_attribute("value")
        project.select_option(value=value)
        dialog.locator(f"[name={side}_type]").select_option(label=issue_type)
    dialog.get_by_role("button", name="Add mapping").click()
    expect(frame.get_by_label("Work type")).to_contain_text(issue_type)
    publish(frame)
    return frame


def publish(frame: Frame) -> None:
    """Publish the draft, its warnings read."""
    frame.get_by_role("button", name="Publish…").click()
    dialog = frame.get_by_role("dialog", name="Publish the draft?")
    dialog.get_by_role("button", name="Publish").wait_for()
    if dialog.get_by_label("I have read").count():
        dialog.get_by_label("I have read").check()
    dialog.get_by_role("button", name="Publish").click()
    frame.get_by_text("is live, and nothing differs").wait_for()
