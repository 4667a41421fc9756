"""Screens: which fields the create and edit dialogs of a project offer, and field configurations: which are required.

A project without a scheme of its own offers every field that fits, and requires what its configuration says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.store import Record

DEFAULT_CONFIGURATION = "10000"


def of_project(site: Site, project: Record, type_id: str | None, operation: str) -> Record | None:
    """The screen that an operation (`create`, `edit`, `view`) uses, or None where all fields are offered."""
    scheme = site.store.get("issuetypescreenscheme", project.get("issueTypeScreenScheme"))
    if scheme is None:
        return None
    chosen = scheme["mappings"].get(type_id or "default") or scheme["mappings"]["default"]
    screens = (site.store.get("screenscheme", chosen) or {}).get("screens", {})
    return site.store.get("screen", screens.get(operation) or screens.get("default"))


def offers(site: Site, project: Record, type_id: str | None, operation: str, field_id: str) -> bool:
    """Whether the operation's screen holds a field; the parts that place an issue are on every screen."""
    screen = of_project(site, project, type_id, operation)
    if screen is None or field_id in ("summary", "issuetype", "project", "parent"):
        return True
    return any(field_id in tab["fields"] for tab in screen["tabs"])


def rules(project: Record, type_id: str | None) -> dict[str, list[str]]:
    """`required` and `hidden` field ids of a project's field configuration for an issue type."""
    held: dict[str, dict[str, list[str]]] = project.get("fieldRules", {})
    return held.get(type_id or "default") or held.get("default") or {}


def apply_configurations(site: Site) -> None:
    """Write into each project what its field configurations say, so that creating an issue need not look it up."""
    for project in site.store.all("project"):
        scheme = site.store.get("fieldconfigurationscheme", project.get("fieldConfigurationScheme"))
        mappings = scheme["mappings"] if scheme else {"default": DEFAULT_CONFIGURATION}
        found = {each: _rules(site, configuration) for each, configuration in mappings.items()}
        if found != project.get("fieldRules", {}):
            project["fieldRules"] = found
            site.store.put("project", project)


def _rules(site: Site, configuration_id: str) -> dict[str, list[str]]:
    items = (site.store.get("fieldconfiguration", configuration_id) or {}).get("items", {})
    return {
        "required": [each for each, item in items.items() if item.get("isRequired")],
        "hidden": [each for each, item in items.items() if item.get("isHidden")],
    }
