"""Workflows in the shape of the `/workflows` resources: statuses by reference, transitions with links and rules.

Rule keys are those of https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-workflows/.
What is kept of rules: screens, required fields, and the resolution that a post function sets; the others are
kept as they came and shown again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.errors import JiraError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.site import Site
    from emulator.store import Record

Bean = dict[str, Any]
SCREEN, REQUIRED, UPDATE = "system:transition-screen", "system:validate-field-value", "system:update-field"
CATEGORIES = {"new": "TODO", "indeterminate": "IN_PROGRESS", "done": "DONE", "undefined": "TODO"}
KINDS = ("INITIAL", "GLOBAL", "DIRECTED")
KEPT = ("description", "properties", "conditions", "triggers", "customIssueEventId")


def scope(record: Record) -> Bean:
    """`GLOBAL`, or the project that a status or workflow belongs to."""
    if record.get("scope"):
        return {"type": "PROJECT", "project": {"id": record["scope"]}}
    return {"type": "GLOBAL"}


def status_bean(record: Record) -> Bean:
    return {
        "id": record["id"],
        "statusReference": record["id"],
        "name": record["name"],
        "statusCategory": CATEGORIES[record["category"]],
        "scope": scope(record),
        "description": record.get("description", ""),
    }


def bean(workflow: Record) -> Bean:
    """One workflow."""
    shown: Bean = {
        "id": workflow["id"],
        "name": workflow["name"],
        "description": workflow.get("description", ""),
        "isEditable": True,
        "scope": scope(workflow),
        "version": {"id": workflow["id"], "versionNumber": workflow.get("version", 0)},
        "statuses": [
            {
                "statusReference": each,
                "deprecated": False,
                "properties": workflow.get("statusProperties", {}).get(each, {}),
            }
            for each in workflow["statuses"]
        ],
        "transitions": [_transition_bean(transition) for transition in workflow["transitions"]],
    }
    return shown


def _transition_bean(transition: Record) -> Bean:
    kind = "INITIAL" if transition.get("initial") else "GLOBAL" if transition.get("global") else "DIRECTED"
    shown: Bean = {
        "id": transition["id"],
        "type": kind,
        "name": transition["name"],
        "description": "",
        "properties": {},
        "triggers": [],
        "links": [{"fromStatusReference": each} for each in transition["from"]],
        "actions": transition.get("actions") or _actions(transition),
        "validators": transition.get("validators") or _validators(transition),
    }
    shown |= {name: transition[name] for name in KEPT if transition.get(name)}
    if transition.get("to"):
        shown["toStatusReference"] = transition["to"]
    if transition.get("screen"):
        shown["transitionScreen"] = {"ruleKey": SCREEN, "parameters": {"screenId": transition["screen"]}}
    return shown


def _validators(transition: Record) -> list[Bean]:
    required = [name for name, needed in (transition.get("fields") or {}).items() if needed]
    if not required:
        return []
    given = {"ruleType": "fieldRequired", "fieldsRequired": ",".join(required), "ignoreContext": "true"}
    return [{"ruleKey": REQUIRED, "parameters": given | {"errorMessage": ""}}]


def _actions(transition: Record) -> list[Bean]:
    if not transition.get("resolution"):
        return []
    return [{"ruleKey": UPDATE, "parameters": {"field": "resolution", "value": transition["resolution"]}}]


def read(site: Site, given: Mapping[str, Any], references: Mapping[str, str]) -> Bean:
    """`statuses`, `statusProperties` and `transitions` of a record, from a client's workflow; 400 in words."""
    held: dict[str, dict[str, str]] = {}
    for row in _rows(given, "statuses"):
        held[_resolve(references, row.get("statusReference"))] = row.get("properties") or {}
    if not held:
        raise JiraError(400, "A workflow needs at least one status.")
    transitions = [_transition(site, row, references, set(held)) for row in _rows(given, "transitions")]
    _check(transitions)
    return {"statuses": list(held), "statusProperties": held, "transitions": transitions}


def _rows(given: Mapping[str, Any], name: str) -> list[Bean]:
    rows = given.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise JiraError(400, f"'{name}' must be an array of objects.")
    return rows


def _resolve(references: Mapping[str, str], reference: object) -> str:
    if str(reference) not in references:
        raise JiraError(400, f"The status reference '{reference}' is not among the statuses.")
    return references[str(reference)]


def _transition(site: Site, row: Bean, references: Mapping[str, str], held: set[str]) -> Record:
    kind, name = row.get("type"), row.get("name")
    if kind not in KINDS or not isinstance(name, str) or not name.strip():
        raise JiraError(400, "Each transition needs a name and a type of INITIAL, GLOBAL or DIRECTED.")
    links = row.get("links") or []
    if not isinstance(links, list) or not all(isinstance(link, dict) for link in links):
        raise JiraError(400, "'links' must be an array of objects.")
    target = row.get("toStatusReference")
    record: Record = {
        "id": str(row.get("id") or ""),
        "name": name.strip(),
        "from": list(dict.fromkeys(_resolve(references, link.get("fromStatusReference")) for link in links)),
        "to": _resolve(references, target) if target else None,
        "global": kind == "GLOBAL",
        "initial": kind == "INITIAL",
    }
    if not {*record["from"], *([record["to"]] if target else [])} <= held:
        raise JiraError(400, f"The transition '{name}' names a status that the workflow lacks.")
    if (kind == "DIRECTED" and not record["from"]) or (kind == "INITIAL" and not target):
        raise JiraError(400, f"The transition '{name}' does not say where it starts or ends.")
    record |= {name: row[name] for name in KEPT if row.get(name)}
    return record | _rules(site, row)


def _rules(site: Site, row: Bean) -> Record:
    found: Record = {"validators": row.get("validators") or [], "actions": row.get("actions") or []}
    screen = _parameters(row.get("transitionScreen")).get("screenId")
    if screen:
        if site.store.get("screen", str(screen)) is None:
            raise JiraError(400, f"The screen with id '{screen}' does not exist.")
        found["screen"] = str(screen)
    required: list[str] = []
    for rule in _rows(found, "validators"):
        given = _parameters(rule)
        if rule.get("ruleKey") == REQUIRED and given.get("ruleType") == "fieldRequired":
            required += [name.strip() for name in str(given.get("fieldsRequired") or "").split(",") if name.strip()]
    for rule in _rows(found, "actions"):
        given = _parameters(rule)
        if rule.get("ruleKey") == UPDATE and given.get("field") == "resolution":
            found["resolution"] = str(given.get("value") or "")
    return found | {"fields": dict.fromkeys(required, True)}


def _parameters(rule: object) -> Bean:
    given = rule.get("parameters") if isinstance(rule, dict) else None
    return given if isinstance(given, dict) else {}


def _check(transitions: list[Record]) -> None:
    if sum(t["initial"] for t in transitions) != 1:
        raise JiraError(400, "A workflow needs exactly one initial transition.")
    taken = {t["id"] for t in transitions if t["id"]}
    if len(taken) != sum(bool(t["id"]) for t in transitions):
        raise JiraError(400, "The ids of a workflow's transitions must differ.")
    number = 1
    for transition in transitions:
        while not transition["id"]:
            if str(number) not in taken:
                transition["id"] = str(number)
                taken.add(str(number))
            number += 10
