"""What a person does with issues: create, read, edit, comment, move, link, delete; and sees others' changes arrive."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from emulator.site import Site

from .conftest import Rest

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("shot")]


def _text(words: str) -> dict[str, object]:
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": words}]}],
    }


def test_create_with_rich_text_and_open(page: Page, rest: Rest) -> None:
    page.get_by_role("button", name="Create").click()
    dialog = page.get_by_role("dialog", name="Create")
    project = dialog.get_by_role("combobox", name="Project", exact=True)
    expect(dialog.get_by_label("Summary")).to_be_focused()
    project.select_option("SHOP")
    dialog.get_by_label("Issue type").select_option(label="Bug")
    dialog.locator("form:not([aria-busy])").wait_for()
    dialog.get_by_label("Summary").fill("Checkout times out on retry")
    editor = dialog.get_by_role("textbox", name="Description")
    bar = dialog.get_by_role("toolbar", name="Description formatting")
    editor.click()
    page.keyboard.type("Seen on ")
    bar.get_by_role("button", name="Bold").click()
    page.keyboard.type("both")
    bar.get_by_role("button", name="Bold").click()
    page.keyboard.type(" apps.")
    page.keyboard.press("Enter")
    bar.get_by_role("button", name="Bulleted list").click()
    page.keyboard.type("web")
    page.keyboard.press("Enter")
    page.keyboard.type("phone")
    dialog.get_by_label("Labels").fill("checkout  shared")
    dialog.get_by_role("button", name="Create", exact=True).click()
    note = page.get_by_role("status").get_by_role("link", name=re.compile(r"SHOP-\d+"))
    key = note.inner_text()
    note.click()
    expect(page.get_by_role("heading", name="Checkout times out on retry", exact=True)).to_be_visible()
    fields = rest("GET", f"/issue/{key}")["fields"]
    assert sorted(fields["labels"]) == ["checkout", "shared"]
    paragraph, bullets = fields["description"]["content"]
    assert paragraph["content"][1] == {"type": "text", "text": "both", "marks": [{"type": "strong"}]}
    assert [item["content"][0]["content"][0]["text"] for item in bullets["content"]] == ["web", "phone"]
    expect(page.locator("#description strong")).to_have_text("both")


def test_fields_that_come_late_do_not_disturb_who_is_typing(page: Page) -> None:
    page.get_by_role("button", name="Create").click()
    dialog = page.get_by_role("dialog", name="Create")
    editor = dialog.get_by_role("textbox", name="Description")
    editor.wait_for()
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    page.route(re.compile(r"/createmeta/.*/issuetypes/"), hold)
    dialog.get_by_label("Issue type").select_option(label="Task")
    dialog.get_by_label("Issue type").select_option(label="Bug")
    dialog.locator("form[aria-busy]").wait_for()
    editor.click()
    page.keyboard.type("Seen on ")
    while late:
        late.pop(0).continue_()
        page.wait_for_timeout(50)
    dialog.locator("form:not([aria-busy])").wait_for()
    page.keyboard.type("both apps.")
    expect(editor).to_have_text("Seen on both apps.")


def test_create_says_what_is_missing_beside_the_field(page: Page) -> None:
    page.get_by_role("button", name="Create").click()
    dialog = page.get_by_role("dialog", name="Create")
    expect(dialog.get_by_label("Summary")).to_be_focused()
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(dialog.get_by_text(re.compile("summary", re.I)).last).to_be_visible()
    expect(dialog.get_by_label("Summary")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_edit_summary_description_and_details(page: Page, rest: Rest) -> None:
    key = rest.issue("Before", description=_text("Old words"))
    page.goto(f"/browse/{key}")
    page.get_by_role("button", name="Before").click()
    page.get_by_label("Summary").fill("After")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="After")).to_be_visible()

    page.get_by_role("button", name="Edit description").click()
    page.get_by_role("textbox", name="Description").fill("New words")
    page.locator("#description").get_by_role("button", name="Save").click()
    expect(page.locator("#description")).to_contain_text("New words")

    page.get_by_role("button", name="Edit Priority").click()
    page.get_by_label("Priority", exact=True).last.select_option(label="High")
    page.get_by_role("button", name="Save Priority").click()
    expect(page.get_by_role("button", name="Edit Priority")).to_have_text("High")

    page.get_by_role("button", name="Edit Labels").click()
    page.get_by_role("textbox", name="Labels").fill("one two")
    page.get_by_role("button", name="Save Labels").click()
    expect(page.get_by_role("button", name="Edit Labels")).to_contain_text("one")

    page.get_by_role("button", name="Edit Assignee").click()
    page.get_by_role("combobox", name="Assignee").fill("Admin")
    page.get_by_role("option", name=re.compile("Admin")).first.click()
    page.get_by_role("button", name="Save Assignee").click()
    expect(page.get_by_role("button", name="Edit Assignee")).to_contain_text("Admin")

    fields = rest("GET", f"/issue/{key}")["fields"]
    assert (fields["summary"], fields["priority"]["name"], fields["labels"]) == ("After", "High", ["one", "two"])
    assert fields["description"] == _text("New words")
    page.get_by_role("tab", name="History").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("→ After")


def test_a_field_filled_under_more_fields_moves_to_details(page: Page, rest: Rest) -> None:
    key = rest.issue("With custom fields")
    page.goto(f"/browse/{key}")
    page.get_by_text("More fields").click()
    page.get_by_role("button", name="Edit Due date").click()
    page.locator("input[aria-label='Due date']").fill("2026-12-24")
    page.get_by_role("button", name="Save Due date").click()
    details = page.locator("details", has=page.get_by_text("Details", exact=True))
    expect(details.get_by_role("button", name="Edit Due date")).to_have_text("2026-12-24")
    assert rest("GET", f"/issue/{key}")["fields"]["duedate"] == "2026-12-24"


def test_editing_a_word_keeps_nodes_that_the_editor_cannot_make(page: Page, rest: Rest) -> None:
    panel = {"type": "panel", "attrs": {"panelType": "warning"}, "content": _text("Mind this")["content"]}
    status = {"type": "status", "attrs": {"text": "READY", "color": "green", "localId": "s1"}}
    doc = {
        "type": "doc",
        "version": 1,
        "content": [panel, {"type": "paragraph", "content": [{"type": "text", "text": "It is "}, status]}],
    }
    key = rest.issue("Rich", description=doc)
    page.goto(f"/browse/{key}")
    page.get_by_role("button", name="Edit description").click()
    page.get_by_role("textbox", name="Description").get_by_text("It is").click(position={"x": 1, "y": 8})
    page.keyboard.press("Home")
    page.keyboard.type("Now ")
    page.locator("#description").get_by_role("button", name="Save").click()
    expect(page.locator("#description")).to_contain_text("Now It is")
    stored = rest("GET", f"/issue/{key}")["fields"]["description"]["content"]
    assert stored[0] == panel
    assert stored[1]["content"] == [{"type": "text", "text": "Now It is "}, status]


def test_transition_from_the_status_menu(page: Page, rest: Rest) -> None:
    key = rest.issue("To be moved")
    page.goto(f"/browse/{key}")
    before = rest("GET", f"/issue/{key}")["fields"]["status"]["name"]
    page.get_by_role("button", name=f"Status: {before}").click()
    items = page.get_by_role("menu", name="Transitions").get_by_role("menuitem")
    wanted = next(t for t in rest("GET", f"/issue/{key}/transitions")["transitions"] if t["to"]["name"] != before)
    items.filter(has_text=wanted["name"]).first.click()
    expect(page.get_by_role("button", name=f"Status: {wanted['to']['name']}")).to_be_visible()
    assert rest("GET", f"/issue/{key}")["fields"]["status"]["name"] == wanted["to"]["name"]


def test_comment_edit_and_delete(page: Page, rest: Rest) -> None:
    key = rest.issue("Talked about")
    page.goto(f"/browse/{key}")
    page.get_by_role("button", name="Add a comment…").click()
    page.get_by_role("textbox", name="New comment").fill("First words")
    page.keyboard.press("Control+Enter")
    comment = page.get_by_role("listitem", name="Comment by")
    expect(comment).to_contain_text("First words")
    comment.get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Edit comment").fill("Better words")
    comment.get_by_role("button", name="Save").click()
    expect(comment).to_contain_text("Better words")
    expect(comment).to_contain_text("edited")
    comment.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name="Delete this comment?").get_by_role("button", name="Delete").click()
    expect(comment).to_have_count(0)
    assert rest("GET", f"/issue/{key}/comment")["total"] == 0


def test_an_internal_note_is_marked(page: Page, rest: Rest) -> None:
    key = rest.issue("With a secret")
    page.goto(f"/browse/{key}")
    page.get_by_role("button", name="Add a comment…").click()
    page.get_by_label("Visible to").select_option("internal")
    page.get_by_role("textbox", name="New comment").fill("Only for us")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("listitem", name="Comment by")).to_contain_text("Internal note")
    assert rest("GET", f"/issue/{key}/comment")["comments"][0]["jsdPublic"] is False


def test_changes_from_elsewhere_arrive_without_disturbing_an_edit(page: Page, rest: Rest) -> None:
    key = rest.issue("Watched")
    page.goto(f"/browse/{key}")
    page.get_by_role("button", name="Edit description").click()
    editor = page.get_by_role("textbox", name="Description")
    editor.fill("half a sen")
    rest("PUT", f"/issue/{key}", json={"fields": {"summary": "Renamed elsewhere", "description": _text("theirs")}})
    rest("POST", f"/issue/{key}/comment", json={"body": _text("From afar")})
    expect(page.get_by_role("heading", name="Renamed elsewhere")).to_be_visible()
    expect(page.get_by_role("listitem", name="Comment by")).to_contain_text("From afar")
    expect(editor).to_be_focused()
    expect(editor).to_have_text("half a sen")
    page.keyboard.type("tence")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#description")).to_contain_text("half a sentence")


def test_links_and_child_issues_show_on_both_ends(page: Page, rest: Rest) -> None:
    one, two = rest.issue("One end"), rest.issue("Other end")
    page.goto(f"/browse/{one}")
    page.get_by_role("button", name="Link issue").click()
    page.get_by_label("Kind of link").select_option(label="blocks")
    page.get_by_label("Issue to link").fill(two)
    page.get_by_role("button", name="Link", exact=True).click()
    expect(page.get_by_role("list", name="blocks")).to_contain_text(two)
    page.goto(f"/browse/{two}")
    expect(page.get_by_role("list", name="is blocked by")).to_contain_text(one)
    page.get_by_role("button", name=f"Remove link to {one}").click()
    expect(page.get_by_role("list", name="is blocked by")).to_have_count(0)


def test_change_type(page: Page, rest: Rest) -> None:
    key = rest.issue("Wrong type", kind="Task")
    page.goto(f"/browse/{key}")
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Move or change type").click()
    dialog = page.get_by_role("dialog", name=f"Move {key}")
    expect(dialog.get_by_label("Issue type").locator("option", has_text="Bug")).to_have_count(1)
    dialog.get_by_label("Issue type").select_option(label="Bug")
    dialog.get_by_role("button", name="Move").click()
    expect(page.get_by_role("button", name="Edit Type")).to_have_text("Bug")


def test_delete_leads_back_to_the_list(page: Page, rest: Rest) -> None:
    key = rest.issue("Short-lived")
    page.goto(f"/browse/{key}")
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.wait_for_url("**/issues")
    expect(page.get_by_role("status").first).to_contain_text(f"{key} is deleted")


def test_an_issue_deleted_elsewhere_says_so(page: Page, rest: Rest) -> None:
    key = rest.issue("Doomed")
    page.goto(f"/browse/{key}")
    expect(page.get_by_role("heading", name="Doomed")).to_be_visible()
    rest("DELETE", f"/issue/{key}")
    expect(page.get_by_role("heading", name="This issue does not exist")).to_be_visible()


def test_the_list_searches_by_jql_and_says_what_is_wrong(page: Page, rest: Rest) -> None:
    key = rest.issue("Needle in the list", labels=["needle"])
    page.goto("/issues")
    page.get_by_role("textbox", name="JQL query").fill("labels = needle")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row").filter(has_text=key)).to_be_visible()
    expect(page.get_by_text("1 issue", exact=True)).to_be_visible()
    page.get_by_role("textbox", name="JQL query").fill("nosuchfield = 1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("nosuchfield")
    page.get_by_role("searchbox", name="Search").fill(key.lower())
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/browse/{key}")


def test_add_a_child_issue(page: Page, rest: Rest) -> None:
    key = rest.issue("The parent")
    page.goto(f"/browse/{key}")
    page.get_by_role("button", name="Add child issue").click()
    dialog = page.get_by_role("dialog", name=f"Create child of {key}")
    expect(dialog.get_by_label("Summary")).to_be_focused()
    dialog.get_by_label("Summary").fill("The child")
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("region", name="Child issues")).to_contain_text("The child")
    page.get_by_role("region", name="Child issues").get_by_role("link").click()
    expect(page.get_by_role("navigation", name="Breadcrumbs")).to_contain_text(key)


def test_a_transition_with_a_screen_asks_for_its_fields(page: Page, rest: Rest, site: Site) -> None:
    transition = next(t for w in site.store.all("workflow") for t in w["transitions"] if t["name"] == "Done")
    key = rest.issue("Needs a resolution")
    transition["fields"] = {"resolution": True}
    try:
        page.goto(f"/browse/{key}")
        page.get_by_role("button", name="Status: To Do").click()
        page.get_by_role("menuitem", name=re.compile("^Done")).click()
        dialog = page.get_by_role("dialog", name="Done")
        dialog.get_by_role("button", name="Done").click()
        expect(dialog).to_contain_text(re.compile("resolution.*required", re.I))
        dialog.get_by_label("Resolution").select_option(index=1)
        dialog.get_by_role("button", name="Done").click()
        expect(page.get_by_role("button", name="Status: Done")).to_be_visible()
    finally:
        del transition["fields"]
    assert rest("GET", f"/issue/{key}")["fields"]["resolution"]["name"]
