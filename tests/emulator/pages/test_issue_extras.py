"""Attachments, work, watching and voting, and moving to another project."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .conftest import Rest

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("shot")]


def test_attach_download_and_delete_a_file(page: Page, rest: Rest) -> None:
    key = rest.issue("With a file")
    page.goto(f"/browse/{key}")
    expect(page.get_by_label("Attach files")).to_be_enabled()
    page.get_by_label("Attach files").set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"some words"}
    )
    files = page.get_by_role("region", name="Attachments")
    expect(files.get_by_role("listitem", name="notes.txt")).to_contain_text("10 B")
    with page.expect_download() as download:
        files.get_by_role("link", name="notes.txt").click()
    assert download.value.path().read_bytes() == b"some words"
    files.get_by_role("button", name="Delete notes.txt").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(files).to_have_count(0)


def test_log_change_and_delete_work(page: Page, rest: Rest) -> None:
    key = rest.issue("Hard work")
    page.goto(f"/browse/{key}")
    page.get_by_role("tab", name="Work log").click()
    page.get_by_role("button", name="Log work").click()
    page.get_by_role("dialog").get_by_label("Time spent").fill("soon")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).not_to_be_empty()
    page.get_by_role("dialog").get_by_label("Time spent").fill("1h 30m")
    page.get_by_role("dialog").get_by_label("What was done").fill("Dug")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    item = page.get_by_role("listitem", name="Work by Blue Admin")
    expect(item).to_contain_text("1h 30m")
    expect(item).to_contain_text("Dug")
    assert rest("GET", f"/issue/{key}")["fields"]["timespent"] == 5400
    item.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(item).to_have_count(0)


def test_vote_and_stop_watching(page: Page, rest: Rest) -> None:
    other = rest("GET", "/user/search?query=user%40example.com")[0]["accountId"]
    key = rest.issue("Popular", reporter={"accountId": other})
    page.goto(f"/browse/{key}")
    page.get_by_role("button", name="Watching (1)").click()
    expect(page.get_by_role("button", name="Watch (0)")).to_be_visible()
    page.get_by_role("button", name="Vote (0)").click()
    expect(page.get_by_role("button", name="Voted (1)")).to_be_visible()
    assert rest("GET", f"/issue/{key}")["fields"]["votes"]["votes"] == 1


def test_move_to_another_project_and_type(page: Page, rest: Rest) -> None:
    key = rest.issue("Moving on", kind="Task")
    page.goto(f"/browse/{key}")
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Move or change type").click()
    dialog = page.get_by_role("dialog", name=f"Move {key}")
    dialog.get_by_label("Project").select_option(label="Operations (OPS)")
    dialog.get_by_label("Issue type").select_option(label="Bug")
    dialog.get_by_role("button", name="Move").click()
    page.wait_for_url("**/browse/OPS-*")
    expect(page.get_by_role("button", name="Edit Type")).to_have_text("Bug")
    assert rest("GET", f"/issue/{key}")["key"].startswith("OPS-")
