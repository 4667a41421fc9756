"""What a small Jira tells of the fields, statuses and workflow of its issues: enough for the catalog."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SUMMARY = {
    "fieldId": "summary",
    "name": "Summary",
    "required": True,
    "hasDefaultValue": False,
    "schema": {"type": "string", "system": "summary"},
}
SEVERITY = {
    "fieldId": "customfield_1",
    "name": "Severity",
    "required": False,
    "hasDefaultValue": False,
    "schema": {"type": "option", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:select"},
    "allowedValues": [{"id": "1", "value": "Major"}, {"id": "2", "value": "Minor"}],
}
_CATEGORIES = {"To Do": "new", "Doing": "indeterminate", "Done": "done"}


@dataclass
class Kinds:
    """Tells the same of every project and type. ``calls``: what was asked, in order."""

    create: list[dict[str, Any]] = field(default_factory=lambda: [SUMMARY, SEVERITY])
    edit: dict[str, dict[str, Any]] | None = None
    denied: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)

    def get(self, path: str, params: Any) -> Any:
        self.calls.append(path)
        if "/createmeta/" in path:
            start = params["startAt"]
            return {"fields": self.create[start : start + params["maxResults"]], "total": len(self.create)}
        if path.endswith("/statuses"):
            shown = [
                {"id": str(number), "name": name, "statusCategory": {"key": key}}
                for number, (name, key) in enumerate(_CATEGORIES.items(), 1)
            ]
            return [{"id": str(100 + kind), "statuses": shown} for kind in range(2)]
        if path == "/rest/api/3/mypermissions":
            names = params["permissions"].split(",")
            return {"permissions": {name: {"havePermission": name not in self.denied} for name in names}}
        if path == "/rest/api/3/field":
            system = [("summary", "string"), ("status", "status"), ("comment", "comments-page"), ("votes", "votes")]
            return [{"id": n, "name": n.title(), "schema": {"type": kind, "system": n}} for n, kind in system]
        assert path == "/rest/api/3/issue/7", path
        return {"editmeta": {"fields": self.edit}, "schema": {}}

    def post(self, path: str, asked: Any) -> Any:
        self.calls.append(path)
        if path == "/rest/api/3/search/jql":
            return {"issues": [] if self.edit is None else [{"id": "7"}]}
        assert path == "/rest/api/3/workflows", path
        references = [{"statusReference": f"ref-{n}", "id": str(n)} for n in (1, 2, 3)]
        transitions = [
            {"type": "INITIAL", "name": "Create", "toStatusReference": "ref-1", "links": []},
            _step("Start", "1", "2"),
            _step("Close", "2", "3", "customfield_1"),
            {"type": "GLOBAL", "name": "Reopen", "toStatusReference": "ref-1", "links": []},
        ]
        return {"statuses": references, "workflows": [{"transitions": transitions}]}


def _step(name: str, start: str, end: str, *required: str) -> dict[str, Any]:
    given = {"ruleType": "fieldRequired", "fieldsRequired": ",".join(required)}
    return {
        "type": "DIRECTED",
        "name": name,
        "toStatusReference": f"ref-{end}",
        "links": [{"fromStatusReference": f"ref-{start}"}],
        "validators": [{"ruleKey": "system:validate-field-value", "parameters": given}] if required else [],
    }
