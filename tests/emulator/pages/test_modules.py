"""Reading descriptors: sections, conditions, panels."""

from typing import Any

import pytest

from emulator.pages import modules, shell
from emulator.pages.frames import context_of
from emulator.pages.login import next_page

APP: dict[str, Any] = {
    "key": "a.b",
    "baseUrl": "https://app.example.com/base/",
    "descriptor": {"name": "The app", "modules": {}},
}
ADMIN = {"id": "1", "admin": True}
PERSON = {"id": "2", "admin": False}


@pytest.mark.parametrize(
    ("conditions", "admin", "person"),
    [
        ([], True, True),
        ([{"condition": "user_is_admin"}], True, False),
        ([{"condition": "user_is_admin", "invert": True}], False, True),
        ([{"condition": "user_is_logged_in"}, {"condition": "user_is_admin"}], True, False),
        ([{"or": [{"condition": "user_is_admin"}, {"condition": "user_is_logged_in"}]}], True, True),
        ([{"and": [{"condition": "user_is_admin"}, {"condition": "user_is_logged_in"}]}], True, False),
        ([{"condition": "has_project_permission"}], True, True),
    ],
)
def test_conditions_hide_modules(conditions: list[Any], admin: bool, person: bool) -> None:
    module = {"key": "m", "conditions": conditions}
    assert modules.shown(module, ADMIN) is admin
    assert modules.shown(module, PERSON) is person


def test_a_page_is_found_by_its_key_but_a_panel_is_no_page() -> None:
    app = APP | {
        "descriptor": {
            "modules": {
                "configurePage": {"key": "configure", "url": "/c"},
                "webPanels": [{"key": "panel", "url": "/p", "location": modules.RIGHT}],
            }
        }
    }
    found = modules.find_page(app, "configure")
    assert found is not None and found[0] == "configurePage"
    assert modules.find_page(app, "panel") is None


@pytest.mark.parametrize(
    ("wanted", "page"),
    [
        ("/browse/A-1?x=1", "/browse/A-1?x=1"),
        ("", "/issues"),
        ("https://evil.example", "/issues"),
        ("//evil.example", "/issues"),
        ("/\\evil.example", "/issues"),
        ("javascript:alert(1)", "/issues"),
    ],
)
def test_login_leads_only_to_paths_of_this_site(wanted: str, page: str) -> None:
    assert next_page(wanted) == page


def test_context_holds_only_names_that_jira_knows() -> None:
    given = {"issue.key": "A-1", "ac.tab": "x", "sub": "someone", "issue.id": {"a": 1}, "project.id": 5}
    assert context_of(given) == {"issue.key": "A-1", "ac.tab": "x", "project.id": 5}
    assert context_of("nonsense") == {}


def test_a_site_named_after_a_colour_has_it() -> None:
    assert (shell.accent("Blue"), shell.accent("Team Green")) == ("blue", "green")
    assert shell.accent("Nordwind") == shell.accent("Nordwind")
