"""Jira's issue view as a person uses it: create, edit, comment, delete, and look."""

from __future__ import annotations

import re

from playwright.sync_api import Frame, Locator, Page, expect

from tests.browser.walk import Person

SOON = 20_000
"""Milliseconds within which a change made at one site has to show at the other."""


class IssueView:
    """One person's issue page. It looks for news by itself: what ``sees_…`` waits for comes without a reload."""

    def __init__(self, person: Person) -> None:
        self.person = person

    @property
    def page(self) -> Page:
        return self.person.page

    def open(self, key: str) -> IssueView:
        self.page.goto(f"{self.person.url}/browse/{key}")
        self.page.locator("#issue:not([aria-busy])").wait_for()
        return self

    def panel(self) -> Frame:
        return self.person.frame("/panel")

    def create(self, project: str, issue_type: str, summary: str, *, labels: str = "", priority: str = "") -> str:
        """By the Create dialog, with a formatted description; answers the new issue's key."""
        self.page.goto(f"{self.person.url}/issues")
        self.page.get_by_role("button", name="Create", exact=True).click()
        dialog = self.page.get_by_role("dialog", name="Create")
        ready = dialog.locator("form:not([aria-busy])")
        ready.wait_for()
        for label, chosen in (("Project", {"value": project}), ("Issue type", {"label": issue_type})):
            dialog.get_by_label(re.compile(f"^{label}")).select_option(**chosen)
            ready.wait_for()
        dialog.get_by_role("textbox", name="Summary").fill(summary)
        self._describe(dialog)
        if labels:
            dialog.get_by_label("Labels").fill(labels)
        if priority:
            dialog.get_by_label("Priority").select_option(label=priority)
        dialog.get_by_role("button", name="Create", exact=True).click()
        key = self.page.locator("#notes a").last.text_content()
        assert key
        return key

    def _describe(self, dialog: Locator) -> None:
        editor = dialog.get_by_role("textbox", name="Description")
        bar = dialog.get_by_role("toolbar", name="Description formatting")
        editor.click()
        for words in ("The checkout ", "hangs", " after a retry."):
            self.page.keyboard.type(words)
            bar.get_by_role("button", name="Bold").click()
        bar.get_by_role("button", name="Bold").click()
        self.page.keyboard.press("Enter")
        bar.get_by_role("button", name="Bulleted list").click()
        self.page.keyboard.type("Open the cart")
        self.page.keyboard.press("Enter")
        self.page.keyboard.type("Pay twice")

    def begin_summary(self) -> Locator:
        self.page.get_by_title("Edit summary").click()
        return self.page.get_by_role("textbox", name="Summary")

    def begin_field(self, name: str) -> Locator:
        self.page.get_by_role("button", name=f"Edit {name}").click()
        return self.field(name).locator("input, select").first

    def save_field(self, name: str) -> None:
        self.page.get_by_role("button", name=f"Save {name}").click()

    def save_field_at(self, name: str, moment: float) -> None:
        """Have it saved by the page at this moment (seconds since 1970), so that two pages can save at once."""
        button = self.page.get_by_role("button", name=f"Save {name}")
        button.evaluate("(button, at) => { setTimeout(() => button.click(), at - Date.now()); }", moment * 1000)

    def field(self, name: str) -> Locator:
        return self.page.get_by_role("group", name=name, exact=True)

    def move(self, transition: str) -> None:
        self.page.get_by_role("button", name="Change status").click()
        self.page.get_by_role("menuitem", name=transition).first.click()

    def comments(self) -> Locator:
        return self.page.get_by_role("list", name="Comments").get_by_role("listitem")

    def comment(self, words: str) -> None:
        self.page.get_by_role("button", name="Add a comment…").click()
        self.page.get_by_role("textbox", name="New comment").press_sequentially(words)
        self.page.locator(".new-comment").get_by_role("button", name="Save").click()
        self.sees_comment(words)

    def edit_comment(self, words: str, new: str) -> None:
        self.comments().filter(has_text=words).get_by_role("button", name="Edit").click()
        editor = self.page.get_by_role("textbox", name="Edit comment")
        editor.press("Control+a")
        editor.press_sequentially(new)
        self.comments().get_by_role("button", name="Save").click()
        self.sees_comment(new)

    def delete_comment(self, words: str) -> None:
        self.comments().filter(has_text=words).get_by_role("button", name="Delete").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        self.sees_no_comment(words)

    def delete(self) -> None:
        self.page.get_by_role("button", name="Actions").click()
        self.page.get_by_role("menuitem", name="Delete").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        self.page.wait_for_url("**/issues")

    def sees_comment(self, words: str) -> None:
        expect(self.comments().filter(has_text=words)).to_have_count(1, timeout=SOON)

    def sees_no_comment(self, words: str) -> None:
        expect(self.comments().filter(has_text=words)).to_have_count(0, timeout=SOON)

    def sees_summary(self, words: str) -> None:
        expect(self.page.locator("#summary")).to_have_text(words, timeout=SOON)

    def sees_field(self, name: str, *values: str) -> None:
        for value in values:
            expect(self.field(name)).to_contain_text(value, timeout=SOON)


def twin_of(view: IssueView, key: str) -> str:
    """The key of an issue's twin, once the panel names it."""
    link = view.open(key).panel().locator(".twin a").first
    link.wait_for(timeout=SOON)
    return (link.text_content() or "").split()[0]
