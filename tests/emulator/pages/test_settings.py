"""What an administrator does under Settings, and what it changes on the site."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Rest

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("shot")]


def test_create_archive_and_restore_a_project(page: Page, rest: Rest) -> None:
    page.goto("/settings/projects")
    page.get_by_role("button", name="Create project").click()
    dialog = page.get_by_role("dialog", name="Create project")
    dialog.get_by_label("Name").fill("Team rocket")
    dialog.get_by_label("Key").fill("shop")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_role("alert")).to_contain_text("uses this project key")
    dialog.get_by_label("Key").fill("rocket")
    dialog.get_by_label("Managed by").select_option("team")
    dialog.get_by_role("button", name="Create").click()
    row = page.get_by_role("row").filter(has_text="(ROCKET)")
    expect(row).to_contain_text("Team")
    assert rest("GET", "/project/ROCKET")["style"] == "next-gen"
    row.get_by_role("button", name="Archive ROCKET").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    expect(row).to_contain_text("Archived")
    row.get_by_role("button", name="Restore ROCKET").click()
    expect(row.get_by_role("button", name="Archive ROCKET")).to_be_visible()
    row.get_by_role("button", name="Delete ROCKET").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)


def test_create_a_field_and_change_its_options(page: Page, rest: Rest) -> None:
    page.goto("/settings/fields")
    page.get_by_role("button", name="Create field").click()
    dialog = page.get_by_role("dialog", name="Create custom field")
    dialog.get_by_label("Name").fill("Fruit")
    dialog.get_by_label("Type").select_option(label="Select list, one choice")
    dialog.get_by_role("button", name="Create").click()
    page.get_by_role("button", name="Options of Fruit").click()
    options = page.get_by_role("dialog", name="Options of Fruit")
    for number, name in enumerate(("Apple", "Pear", "Plum"), 1):
        options.get_by_label("New option").fill(name)
        options.get_by_role("button", name="Add option").click()
        expect(options.get_by_role("listitem")).to_have_count(number)
    options.get_by_role("button", name="Move Plum up").click()
    expect(options.get_by_role("listitem").nth(1).get_by_role("textbox")).to_have_value("Plum")
    options.get_by_role("button", name="Disable Pear").click()
    expect(options.get_by_role("listitem").filter(has_text="Disabled")).to_have_count(1)
    options.get_by_role("button", name="Delete Apple").click()
    expect(options.get_by_role("listitem")).to_have_count(2)
    options.get_by_role("button", name="Done").click()
    field = next(f["id"] for f in rest("GET", "/field") if f["name"] == "Fruit")
    where = rest("GET", f"/field/{field}/context")["values"][0]["id"]
    held = rest("GET", f"/field/{field}/context/{where}/option")["values"]
    assert [(o["value"], o["disabled"]) for o in held] == [("Plum", False), ("Pear", True)]
    rest("DELETE", f"/field/{field}")


def test_add_a_status_and_a_transition_to_a_workflow(page: Page, rest: Rest) -> None:
    page.goto("/settings/projects")
    lead = rest("GET", "/myself")["accountId"]
    template = "com.pyxis.greenhopper.jira:gh-simplified-agility-kanban"
    body = {"key": "FLOW", "name": "Flow", "projectTypeKey": "software", "leadAccountId": lead}
    project = rest("POST", "/project", json=body | {"projectTemplateKey": template})["id"]
    page.goto("/settings/statuses")
    page.get_by_role("button", name="Create status").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Blocked")
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    expect(page.get_by_role("row").filter(has_text="Blocked")).to_be_visible()
    page.goto("/settings/workflows")
    flow = page.get_by_role("region", name=f"Software workflow for project {project}", exact=True)
    flow.get_by_role("button", name="Add a status").click()
    page.get_by_role("dialog").get_by_label("Status").select_option(label="Blocked")
    page.get_by_role("dialog").get_by_role("button", name="Add").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    flow.get_by_role("button", name="Add a transition").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Block")
    dialog.get_by_label("From").select_option(label="In Progress")
    dialog.get_by_label("To", exact=True).select_option(label="Blocked")
    dialog.get_by_role("button", name="Add").click()
    expect(flow.get_by_role("row").filter(has_text=re.compile("^Block"))).to_contain_text("In Progress")
    key = rest.issue("Stuck", project="FLOW")
    names = [t["name"] for t in rest("GET", f"/issue/{key}/transitions")["transitions"]]
    assert "Block" not in names
    rest("DELETE", "/project/FLOW?enableUndo=false")


def test_invite_and_close_a_person(page: Page, rest: Rest) -> None:
    page.goto("/settings/people")
    page.get_by_role("button", name="Invite person").click()
    page.get_by_label("E-mail").fill("zoe@example.com")
    page.get_by_role("dialog").get_by_label("Name").fill("Zoe Field")
    page.get_by_role("dialog").get_by_role("button", name="Invite").click()
    row = page.get_by_role("row").filter(has_text="Zoe Field")
    expect(row).to_contain_text("Active")
    row.get_by_role("button", name="Close the account").click()
    page.get_by_role("dialog").get_by_role("button", name="Close account").click()
    expect(row).to_contain_text("Closed")
