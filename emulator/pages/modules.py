"""What installed apps add to the pages, read from their descriptors.

Source: developer.atlassian.com/cloud/jira/platform/about-connect-modules-for-jira.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urljoin

from emulator import apps
from emulator.site import Site
from emulator.store import Record

ADMIN_MENU = "admin_plugins_menu"
PAGE_KINDS = ("adminPages", "generalPages", "configurePage", "postInstallPage", "dialogs")
PANEL_KINDS = ("jiraIssueContexts", "jiraIssueGlances")
RIGHT, LEFT = "atl.jira.view.issue.right.context", "atl.jira.view.issue.left.context"


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of a menu."""

    text: str
    url: str
    module_key: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading in the settings menu with its pages."""

    title: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """A card of the issue view. `status_property` names the issue property that holds its lozenge."""

    app_key: str
    app_name: str
    module_key: str
    title: str
    label: str
    icon: str | None
    place: str
    status_property: str | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def page_url(app: Record, module: Record) -> str:
    return f"/plugins/servlet/ac/{app['key']}/{module['key']}"


def find_page(app: Record, module_key: str) -> tuple[str, Record] | None:
    """The kind and module of a page that may be opened by its URL, or None."""
    for kind in PAGE_KINDS:
        for module in apps.modules(app, kind):
            if module.get("key") == module_key:
                return kind, module
    return None


def shown(module: Record, user: Record | None) -> bool:
    """Whether the module's conditions hold. Conditions only hide; they protect nothing."""
    return all(_holds(condition, user) for condition in module.get("conditions", []))


def _holds(condition: Record, user: Record | None) -> bool:
    for name, combine in (("or", any), ("and", all)):
        if name in condition:
            return combine(_holds(part, user) for part in condition[name])
    admin = bool(user and user.get("admin"))
    known = {"user_is_admin": admin, "user_is_sysadmin": admin, "user_is_logged_in": user is not None}
    holds = known.get(str(condition.get("condition")), True)
    return not holds if condition.get("invert") is True else holds


def settings_sections(site: Site, user: Record | None) -> list[Section]:
    """The apps' sections under Settings > Apps: each web section, or the app's own name where it made none."""
    sections: list[Section] = []
    for app in apps.installed_apps(site):
        by_place: dict[str, list[Link]] = {}
        for module in _shown(app, "adminPages", user):
            place = str(module.get("location", "")).partition("/")[2]
            by_place.setdefault(place, []).append(_link(app, module))
        names = {s["key"]: _text(s.get("name")) for s in apps.modules(app, "webSections")}
        for place, links in by_place.items():
            sections.append(Section(names.get(place) or app_name(app), tuple(links)))
    return sections


def general_links(site: Site, user: Record | None) -> list[Link]:
    """The apps' pages in the top bar's *Apps* menu."""
    return [
        _link(app, module)
        for app in apps.installed_apps(site)
        for module in _shown(app, "generalPages", user)
        if module.get("location") != "none"
    ]


def panels(site: Site, user: Record | None) -> list[Panel]:
    """The apps' cards of the issue view, in the order of installation."""
    return [panel for app in apps.installed_apps(site) for panel in _panels(app, user)]


def _panels(app: Record, user: Record | None) -> Iterator[Panel]:
    for kind in PANEL_KINDS:
        for module in _shown(app, kind, user):
            content = module.get("content", {}).get("label", {})
            status = f"com.atlassian.jira.issue:{app['key']}:{module['key']}:status"
            yield _panel(app, module, "right", label=_text(content), status=status)
    for module in _shown(app, "webPanels", user):
        if module.get("location") in (RIGHT, LEFT):
            yield _panel(app, module, "right" if module["location"] == RIGHT else "left")


def _panel(app: Record, module: Record, place: str, label: str = "", status: str | None = None) -> Panel:
    icon = module.get("icon", {}).get("url")
    return Panel(
        app_key=app["key"],
        app_name=app_name(app),
        module_key=module["key"],
        title=_text(module.get("name")) or app_name(app),
        label=label,
        icon=urljoin(app["baseUrl"].rstrip("/") + "/", icon.lstrip("/")) if icon else None,
        place=place,
        status_property=status,
    )


def dialogs(site: Site) -> dict[str, dict[str, Record]]:
    """Options of the apps' `dialogs` modules, in the shape the bridge looks them up: app key, module key."""
    return {
        app["key"]: {m["key"]: {"options": _dialog_options(m)} for m in apps.modules(app, "dialogs")}
        for app in apps.installed_apps(site)
    }


def _dialog_options(module: Record) -> Record:
    options = dict(module.get("options", {}))
    if isinstance(options.get("header"), dict):
        options["header"] = _text(options["header"])
    return options


def app_name(app: Record) -> str:
    return str(app["descriptor"].get("name") or app["key"])


def module_title(app: Record, module: Record) -> str:
    """The module's own name, else the app's."""
    return _text(module.get("name")) or app_name(app)


def single(app: Record, kind: str) -> Record | None:
    """The module of a kind that a descriptor can have only once (`configurePage`, `postInstallPage`)."""
    return next((m for m in apps.modules(app, kind) if m.get("key")), None)


def _shown(app: Record, kind: str, user: Record | None) -> list[Record]:
    return [m for m in apps.modules(app, kind) if m.get("key") and shown(m, user)]


def _link(app: Record, module: Record) -> Link:
    return Link(_text(module.get("name")) or str(module["key"]), page_url(app, module), module["key"])


def _text(name: object) -> str:
    return str(name.get("value", "")) if isinstance(name, dict) else str(name or "")
