"""The catalog against a whole Jira: custom fields of every type, screens, workflow, permissions; then published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from addon.jira.catalog import Ends
from addon.jira.metadata import Metadata
from addon.model import matrix
from addon.model.catalog import EndInfo
from addon.model.rules import NO_USERS, End, IssueMapping, document_of
from addon.model.scope import Scope
from addon.model.suggestion import basic, suggest
from addon.store import synchronization
from addon.store.synchronization import Synchronization
from addon.sync.findings import findings
from addon.sync.handshake import Handshake
from addon.sync.transport import Transport
from emulator.fields.registry import TYPES, WITH_OPTIONS
from emulator.site import Site
from tests.browser.stand import Stand, eventually

SELECT = "com.atlassian.jira.plugin.system.customfieldtypes:select"


def api(stand: Stand, site: Site, method: str, path: str, body: Any = None) -> Any:
    return stand.call(site, method, f"/rest/api/3{path}", body)


def add_field(stand: Stand, site: Site, name: str, kind: str, *options: str) -> str:
    field_id = str(api(stand, site, "POST", "/field", {"name": name, "type": kind})["id"])
    if options:
        where = api(stand, site, "GET", f"/field/{field_id}/context")["values"][0]["id"]
        made = {"options": [{"value": one} for one in options]}
        api(stand, site, "POST", f"/field/{field_id}/context/{where}/option", made)
    return field_id


class Office:
    """Two sites with a field of every type, and a synchronization between them."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        for site in (stand.blue, stand.green):
            for kind in TYPES:
                add_field(stand, site, name_of(kind), kind, *(("Red", "Green") if kind in WITH_OPTIONS else ()))
        blue, green = stand.tenant(stand.blue), stand.tenant(stand.green)
        shake = stand.parts.handshake
        shake.invite(blue, name="One", partner_url=green.base_url, scope=Scope(), person="")
        shake.accept(green, eventually(lambda: self._row(stand.green)).id, scope=Scope(), person="")
        self.ours = eventually(lambda: self._row(stand.blue, accepted=True))

    def _row(self, site: Site, *, accepted: bool = False) -> Synchronization | None:
        with self.stand.parts.db.read() as tx:
            rows = synchronization.of_tenant(tx, self.stand.tenant(site).id)
        return next((row for row in rows if row.accepted or not accepted), None)

    def place(self, site: Site, project: str, kind: str = "Bug") -> End:
        found = api(self.stand, site, "GET", f"/project/{project}")
        type_id = next(one["id"] for one in found["issueTypes"] if one["name"] == kind)
        return End(found["id"], project, type_id, kind)

    def ends(self, ours: End, theirs: End) -> tuple[EndInfo, EndInfo]:
        """Both ends as they are now: asked by a process that has just started, which keeps nothing."""
        parts = self.stand.parts
        transport = Transport(parts.db, parts.vault, parts.settings)
        fresh = Handshake(parts.db, parts.vault, parts.settings, transport, parts.jira, parts.wake)
        return fresh.catalog.ends(self.stand.tenant(self.stand.blue), self.ours, ours, theirs)


def name_of(kind: str) -> str:
    return f"Every {kind.rpartition(':')[2]}"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with Stand(tmp_path_factory.mktemp("catalog")) as stand:
        yield Office(stand)


class Counting:
    """A Jira client that notes what it is asked."""

    def __init__(self, jira: Any) -> None:
        self.jira = jira
        self.asked: list[str] = []

    def get(self, path: str, **more: Any) -> Any:
        self.asked.append(f"GET {path}")
        return self.jira.get(path, **more)

    def post(self, path: str, **more: Any) -> Any:
        self.asked.append(f"POST {path}")
        return self.jira.post(path, **more)


def test_every_type_is_recognised(office: Office) -> None:
    office.stand.create_issue(office.stand.blue, "SHOP", "Bug", "So that Jira can tell of the edit screen")
    blue, place = office.stand.tenant(office.stand.blue), office.place(office.stand.blue, "SHOP")
    counting = Counting(office.stand.parts.jira(blue))
    told = Ends(Metadata()).read(blue.id, counting, place.project_id, place.issue_type_id)
    assert len(counting.asked) <= 11, counting.asked
    by_name = {field.name: field for field in told.fields}
    for kind in TYPES:
        if (expected := matrix.recognise({"custom": kind})) != "app":
            assert by_name[name_of(kind)].type == expected
    for kind in WITH_OPTIONS:
        field = by_name[name_of(kind)]
        assert ([option.name for option in field.options], field.listed) == (["Red", "Green"], True)
    summary, priority = told.field("summary"), told.field("priority")
    assert summary is not None and (summary.type, summary.required, summary.on_edit) == ("text", True, True)
    assert priority is not None and priority.options[0].name == "Highest"
    status, resolution = told.field("status"), told.field("resolution")
    assert status is not None and [option.name for option in status.options] == [one.name for one in told.statuses]
    assert resolution is not None and resolution.options, "on no screen, and asked for by itself"
    assert told.field("comment") is not None
    assert {one.category for one in told.statuses} == {"new", "indeterminate", "done"}
    assert (told.initial_status, told.transitions) == ("", ()), "Jira lets no Connect app read workflows"
    assert told.permissions_missing == ()
    assert EndInfo.from_json(told.to_json()) == told


def test_the_suggestion_is_published_without_a_word(office: Office) -> None:
    ours, theirs = office.place(office.stand.blue, "SHOP"), office.place(office.stand.green, "QA")
    both = office.ends(ours, theirs)
    rows = suggest(*both)
    mapping = IssueMapping("every", True, ours, theirs, rows)
    found = findings(mapping, NO_USERS, *both)
    assert [one for one in found if one.severity == "error"] == []
    assert [row.id for row in rows[:3]] == ["summary", "description", "comments"]
    paired = {row.inviter_type for row in rows}
    assert paired >= {
        "select",
        "radio",
        "checkboxes",
        "cascading",
        "number",
        "date",
        "datetime",
        "url",
        "user",
        "labels",
    }
    assert {row.id for row in basic(*both)} == {"summary", "description", "labels", "priority", "comments"}
    blue = office.stand.tenant(office.stand.blue)
    office.stand.parts.handshake.publish(blue, office.ours.id, document_of((mapping,)), "")
    office.stand.create_issue(office.stand.blue, "SHOP", "Bug", "Travels by suggestion")
    asked = "/search/jql?fields=summary&jql=" + 'project%20%3D%20QA%20AND%20summary%20~%20"suggestion"'
    assert eventually(lambda: api(office.stand, office.stand.green, "GET", asked)["issues"])


def test_what_administrators_change_is_found(office: Office) -> None:
    stand = office.stand
    ours, theirs = office.place(stand.blue, "OPS", "Task"), office.place(stand.green, "HELP", "Task")
    mine = add_field(stand, stand.blue, "Colour", SELECT, "Pink", "Mauve")
    yours = add_field(stand, stand.green, "Colour", SELECT, "Pink")
    app = stand.parts.settings.app_key
    api_path = f"/_control/projects/{theirs.project_key}/denied"
    stand.call(stand.green, "PUT", api_path, {app: ["EDIT_ISSUES"]})
    both = office.ends(ours, theirs)
    mapping = IssueMapping("m", True, ours, theirs, suggest(*both))
    row = next(row for row in mapping.fields if row.inviter_field == mine)
    assert row.accepter_field == yours
    words = [one.words for one in findings(mapping, NO_USERS, *both)]
    assert any("“Mauve” of “Colour”" in one for one in words)
    assert any("may not edit issues in HELP" in one for one in words)
    stand.call(stand.green, "PUT", api_path, {})
    api(stand, stand.green, "POST", f"/field/{yours}/trash")
    words = [one.words for one in findings(mapping, NO_USERS, *office.ends(ours, theirs))]
    assert any(f"no field “{yours}”" in one for one in words)
    assert not any("may not" in one for one in words)


def test_a_project_without_permission_to_create_is_told_all_the_same(office: Office) -> None:
    stand = office.stand
    ours, theirs = office.place(stand.blue, "OPS", "Task"), office.place(stand.green, "HELP", "Task")
    app = stand.parts.settings.app_key
    api_path = f"/_control/projects/{theirs.project_key}/denied"
    stand.call(stand.green, "PUT", api_path, {app: ["CREATE_ISSUES"]})
    _, told = office.ends(ours, theirs)
    stand.call(stand.green, "PUT", api_path, {})
    assert told.permissions_missing == ("CREATE_ISSUES",)
    assert told.field("summary") is not None
