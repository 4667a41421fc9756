"""Custom fields of every type, with contexts, options and defaults."""

from typing import Any

import pytest

from emulator.fields.registry import TYPES
from emulator.site import Site
from emulator.store import Store
from tests.emulator.conftest import Client

SELECT = "com.atlassian.jira.plugin.system.customfieldtypes:select"
CASCADE = "com.atlassian.jira.plugin.system.customfieldtypes:cascadingselect"
TEXT = "com.atlassian.jira.plugin.system.customfieldtypes:textfield"


def _field(admin: Client, kind: str = SELECT, name: str = "Colour") -> tuple[str, str]:
    field = admin.json("POST", "/field", 201, json={"name": name, "type": kind})["id"]
    return field, admin.json("GET", f"/field/{field}/context")["values"][0]["id"]


def _options(admin: Client, field: str, where: str, *values: str) -> list[str]:
    body = {"options": [{"value": value} for value in values]}
    made = admin.json("POST", f"/field/{field}/context/{where}/option", json=body)["options"]
    return [option["id"] for option in made]


def _offered(admin: Client, field: str, kind: str = "Bug", project: str = "SHOP") -> dict[str, Any] | None:
    types = admin.json("GET", f"/issue/createmeta/{project}/issuetypes")["issueTypes"]
    type_id = next(t["id"] for t in types if t["name"] == kind)
    fields = admin.json("GET", f"/issue/createmeta/{project}/issuetypes/{type_id}?maxResults=200")["fields"]
    return next((f for f in fields if f["fieldId"] == field), None)


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_a_field_of_every_type_can_be_made(admin: Client, kind: str) -> None:
    field, _ = _field(admin, kind, "Made here")
    shown = next(f for f in admin.json("GET", "/field") if f["id"] == field)
    assert shown["schema"]["custom"] == kind


def test_options_are_added_renamed_disabled_ordered_and_deleted(admin: Client, site: Site) -> None:
    field, where = _field(admin)
    red, green, blue = _options(admin, field, where, "Red", "Green", "Blue")
    path = f"/field/{field}/context/{where}/option"
    admin.json("PUT", path, json={"options": [{"id": red, "value": "Crimson"}, {"id": green, "disabled": True}]})
    admin.json("PUT", f"{path}/move", 204, json={"customFieldOptionIds": [blue], "position": "First"})
    offered = _offered(admin, field)
    assert offered and [o["value"] for o in offered["allowedValues"]] == ["Blue", "Crimson"]
    admin.json("PUT", f"{path}/move", 204, json={"customFieldOptionIds": [blue], "after": red})
    admin.json("DELETE", f"{path}/{green}", 204)
    assert [o["value"] for o in admin.json("GET", path)["values"]] == ["Crimson", "Blue"]
    assert admin.call("PUT", f"{path}/move", json={"customFieldOptionIds": ["1"], "after": red}).status_code == 404


def test_the_order_of_options_outlives_a_restart(tmp_path: Any) -> None:
    store = Store(tmp_path / "site.db")
    for number in "123":
        store.put("option", {"id": number, "field": "f"})
    store.commit()
    for number in "312":
        store.delete("option", number)
        store.put("option", {"id": number, "field": "f"})
    store.close()
    assert [o["id"] for o in Store(tmp_path / "site.db").owned("option", "f")] == ["3", "1", "2"]


def test_a_context_covers_projects_and_issue_types(admin: Client) -> None:
    field, first = _field(admin, TEXT)
    types = {t["name"]: t["id"] for t in admin.json("GET", "/issuetype")}
    admin.json("DELETE", f"/field/{field}/context/{first}", 204)
    assert _offered(admin, field) is None
    project = admin.json("GET", "/project/OPS")["id"]
    body = {"name": "Operations only", "projectIds": [project], "issueTypeIds": [types["Bug"]]}
    where = admin.json("POST", f"/field/{field}/context", 201, json=body)["id"]
    assert _offered(admin, field, project="OPS") and not _offered(admin, field)
    assert not _offered(admin, field, "Task", "OPS")
    added = {"json": {"issueTypeIds": [types["Task"]]}}
    admin.json("PUT", f"/field/{field}/context/{where}/issuetype", 204, **added)
    assert _offered(admin, field, "Task", "OPS")
    admin.json("POST", f"/field/{field}/context/{where}/issuetype/remove", 204, **added)
    rows = admin.json("GET", f"/field/{field}/context/issuetypemapping")["values"]
    assert rows == [{"contextId": where, "issueTypeId": types["Bug"]}]
    admin.json("PUT", f"/field/{field}/context/{where}", 204, json={"name": "Renamed", "description": ""})


def test_default_values_fill_new_issues(admin: Client) -> None:
    field, where = _field(admin)
    (red,) = _options(admin, field, where, "Red")
    default = {"contextId": where, "type": "option.single", "optionId": red}
    admin.json("PUT", f"/field/{field}/context/defaultValue", 204, json={"defaultValues": [default]})
    assert admin.json("GET", f"/field/{field}/context/defaultValue")["values"] == [default]
    issue = admin.create()
    assert admin.json("GET", f"/issue/{issue['key']}")["fields"][field]["value"] == "Red"


def test_a_field_in_the_trash_is_gone_until_restored(admin: Client) -> None:
    field, _ = _field(admin, TEXT)
    issue = admin.create(**{field: "kept"})
    admin.json("PUT", f"/field/{field}", 204, json={"name": "Shade", "description": "Of grey"})
    admin.json("POST", f"/field/{field}/trash")
    assert field not in {f["id"] for f in admin.json("GET", "/field")}
    admin.json("POST", f"/field/{field}/restore")
    assert admin.json("GET", f"/issue/{issue['key']}")["fields"][field] == "kept"
    admin.json("DELETE", f"/field/{field}", 200)
    assert field not in admin.json("GET", f"/issue/{issue['key']}")["fields"]
