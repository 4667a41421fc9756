"""The settings pages: projects, fields, statuses, workflows, priorities, people. Their scripts use the REST API."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint
from werkzeug.wrappers import Response as AnyResponse

from emulator.pages import modules, shell
from emulator.site import Site
from emulator.store import Record


@dataclass(frozen=True, slots=True)
class Page:
    """One settings page: the last part of its address, its heading, and what it is for."""

    name: str
    title: str
    words: str


PAGES = (
    Page("projects", "Projects", "Create, rename, archive and delete projects, and choose their issue types."),
    Page("types", "Issue types", "The kinds of issues that company-managed projects share."),
    Page("fields", "Custom fields", "Fields that people made, with the options of those that offer a choice."),
    Page("statuses", "Statuses", "The steps that an issue can be in, and their categories."),
    Page("workflows", "Workflows", "Which transition leads from which status to which."),
    Page("priorities", "Priorities", "Shown in this order wherever a priority is chosen."),
    Page("people", "People", "Everybody who can log in to this site, and its apps' accounts."),
)
Guard = Callable[[], Record | AnyResponse]
Refuse = Callable[[Record], AnyResponse]


def register(pages: Blueprint, site: Site, guard: Guard, refuse: Refuse) -> None:
    """Add `/settings/<name>` for each page."""

    def view(page: Page) -> AnyResponse | str:
        user = guard()
        if not isinstance(user, dict):
            return user
        if not user.get("admin"):
            return refuse(user)
        sections = modules.settings_sections(site, user)
        data = {"settings": page.name}
        return shell.render(site, user, "settings.html", page=page, here=page.name, sections=sections, data=data)

    for page in PAGES:
        pages.add_url_rule(f"/settings/{page.name}", f"settings_{page.name}", view, defaults={"page": page})
