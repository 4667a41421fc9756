"""Catalog: what issues of one project and type can hold here, asked of our Jira and kept for a few minutes.

About ten calls the first time. Which fields the edit screen holds, and which fields there are besides, Jira tells by
an issue only: one that is there is looked at, and of it nothing but names and types is kept. Where there is none yet,
the create screen and the system's own fields are all that is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from addon.errors import Blocked, Missing
from addon.jira.metadata import Metadata, Place, allowed, create_fields
from addon.jira.reader import Reading
from addon.model import matrix
from addon.model.catalog import EndInfo, FieldInfo, StatusInfo, TransitionInfo
from addon.model.offer import Need, Offer

PERMISSIONS = (
    "BROWSE_PROJECTS",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "TRANSITION_ISSUES",
    "RESOLVE_ISSUES",
    "ASSIGN_ISSUES",
    "ASSIGNABLE_USER",
    "SCHEDULE_ISSUES",
    "MODIFY_REPORTER",
    "SET_ISSUE_SECURITY",
    "ADD_COMMENTS",
    "EDIT_OWN_COMMENTS",
    "DELETE_OWN_COMMENTS",
)
MOST_OPTIONS = 5_000
_GIVEN = ("project", "issuetype", "reporter")
"""Demanded by Jira, and always given: the pair says the first two, and the reporter is whoever creates."""
_BY_OTHER = {"timeoriginalestimate": "timetracking", "timeestimate": "timetracking"}
"""Fields that stand on a screen under another one's id."""
_REQUIRED = "system:validate-field-value"
Screen = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _Screens:
    """What Jira tells of the fields: by the create screen, the edit screen, an issue, and its list of them all."""

    create: Screen
    edit: Screen
    names: Mapping[str, str]
    schemas: Mapping[str, Mapping[str, Any]]

    def of(self, field_id: str) -> Mapping[str, Any]:
        return self.create.get(field_id) or self.edit.get(field_id) or {}

    def name(self, field_id: str) -> str:
        return str(self.of(field_id).get("name") or self.names.get(field_id) or field_id)

    def kind(self, field_id: str) -> str | None:
        """The type of a field; None of those that no row can hold."""
        return _kind(self.of(field_id).get("schema") or self.schemas.get(field_id) or {})


@dataclass(frozen=True, slots=True)
class Ends:
    """Reads ends. One per process, shared by its threads."""

    metadata: Metadata

    def read(
        self, tenant_id: int, jira: Reading, project_id: str, issue_type_id: str, *, fresh: bool = False
    ) -> EndInfo:
        """The end as it is, or was a few minutes ago; ``fresh``: some seconds ago at most.

        Raises:
            Missing: there is no such project or issue type, or the app may not see it.
            Blocked, Retryable, Ignored: Jira does not tell.
        """
        if fresh:
            self.metadata.forget(tenant_id)
        found: EndInfo = self.metadata.kept.get(
            tenant_id,
            f"end {project_id} {issue_type_id}",
            lambda: self._read(tenant_id, jira, project_id, issue_type_id),
        )
        return found

    def fields(self, tenant_id: int, jira: Reading) -> tuple[Offer, ...]:
        """Every field of the site that a row could hold, id and name, by name.

        Raises:
            Blocked, Retryable, Ignored: Jira does not tell.
        """
        every = self.metadata.kept.get(tenant_id, "fields", lambda: _every_field(jira))
        known = [Offer(field_id, name) for field_id, (name, schema) in every.items() if _kind(schema)]
        return tuple(sorted(known, key=lambda one: (one.name.casefold(), one.id)))

    def _read(self, tenant_id: int, jira: Reading, project_id: str, type_id: str) -> EndInfo:
        project = jira.get(f"/rest/api/3/project/{project_id}")
        kind = next((one for one in project.get("issueTypes") or () if str(one["id"]) == type_id), None)
        if kind is None:
            raise Missing("This project has no such issue type.")
        statuses = _statuses(jira, project_id, type_id)
        initial, transitions = _workflow(jira, project_id, type_id)
        at = _Reading(
            tenant_id,
            jira,
            self.metadata,
            Place(project_id, type_id),
            _screens(
                jira, project_id, type_id, self.metadata.kept.get(tenant_id, "fields", lambda: _every_field(jira))
            ),
            {
                "project": (Offer(project_id, str(project["name"])),),
                "issuetype": (Offer(type_id, str(kind["name"])),),
                "status": tuple(Offer(one.id, one.name) for one in statuses),
            },
        )
        return EndInfo(
            project_id,
            str(project["key"]),
            str(project["name"]),
            type_id,
            str(kind["name"]),
            at.fields(),
            statuses,
            transitions,
            _missing(jira, project_id),
            initial,
        )


@dataclass(frozen=True, slots=True)
class _Reading:
    """One end while it is read. ``only``: by field id, options that the pair itself decides."""

    tenant_id: int
    jira: Reading
    metadata: Metadata
    place: Place
    screens: _Screens
    only: Mapping[str, tuple[Offer, ...]]

    def fields(self) -> tuple[FieldInfo, ...]:
        ids = {*self.screens.create, *self.screens.edit, *self.screens.schemas}
        found = [self._field(field_id, kind) for field_id in ids if (kind := self.screens.kind(field_id))]
        return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.id)))

    def _field(self, field_id: str, kind: str) -> FieldInfo:
        create, edit = self.screens.create, self.screens.edit or self.screens.create
        shown_as = _BY_OTHER.get(field_id, field_id)
        told = create.get(field_id, {})
        required = bool(told.get("required")) and not told.get("hasDefaultValue") and field_id not in _GIVEN
        options, listed = self._options(field_id, kind)
        on_edit = shown_as in edit or kind == matrix.COMMENTS
        return FieldInfo(
            field_id, self.screens.name(field_id), kind, required, shown_as in create, on_edit, options, listed
        )

    def _options(self, field_id: str, kind: str) -> tuple[tuple[Offer, ...], bool]:
        """What can be chosen, and whether that is all there is."""
        if field_id in self.only:
            return self.only[field_id], True
        source = matrix.TYPES[kind].offers if kind in matrix.TYPES else ""
        shown = self.screens.of(field_id)
        if not source:
            return (), True
        if "allowedValues" in shown and source != "groups":
            found = allowed(shown)
        elif source in ("field", "groups"):
            # Groups are not told: their names are shown to those only who may browse them.
            return (), False
        else:
            need = Need(source)  # type: ignore[arg-type]
            found = self.metadata.offers(self.tenant_id, self.jira, self.place, (need,))[need]
        return found[:MOST_OPTIONS], len(found) <= MOST_OPTIONS


def _kind(schema: Mapping[str, Any]) -> str | None:
    kind = matrix.recognise(schema)
    return None if kind == "app" and "custom" not in schema else kind


def _every_field(jira: Reading) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Name and schema of every field of the site, by id."""
    listed = jira.get("/rest/api/3/field")
    return {str(one["id"]): (str(one["name"]), one["schema"]) for one in listed if one.get("schema")}


def _screens(
    jira: Reading, project_id: str, type_id: str, every: Mapping[str, tuple[str, Mapping[str, Any]]]
) -> _Screens:
    create = _asked(lambda: create_fields(jira, project_id, type_id), {})
    sample = _asked(lambda: _sample(jira, project_id, type_id), {})
    known = {field_id: schema for field_id, (_, schema) in every.items() if "system" in schema}
    return _Screens(
        create,
        (sample.get("editmeta") or {}).get("fields") or {},
        {field_id: name for field_id, (name, _) in every.items()},
        {**known, **(sample.get("schema") or {})},
    )


def _sample(jira: Reading, project_id: str, type_id: str) -> Mapping[str, Any]:
    """What an issue of this kind says of its fields; empty where there is none. Its values are not looked at."""
    jql = f"project = {project_id} AND issuetype = {type_id} ORDER BY updated DESC"
    page = jira.post("/rest/api/3/search/jql", json={"jql": jql, "fields": ["id"], "maxResults": 1})
    if not page["issues"]:
        return {}
    found: Mapping[str, Any] = jira.get(
        f"/rest/api/3/issue/{page['issues'][0]['id']}",
        params={"fields": "*all,-comment,-worklog,-attachment,-description", "expand": "editmeta,schema"},
    )
    return found


def _statuses(jira: Reading, project_id: str, type_id: str) -> tuple[StatusInfo, ...]:
    """The statuses of the type's workflow, in its order."""
    for kind in jira.get(f"/rest/api/3/project/{project_id}/statuses"):
        if str(kind["id"]) == type_id:
            return tuple(
                StatusInfo(str(one["id"]), str(one["name"]), str((one.get("statusCategory") or {}).get("key", "")))
                for one in kind["statuses"]
            )
    return ()


def _workflow(jira: Reading, project_id: str, type_id: str) -> tuple[str, tuple[TransitionInfo, ...]]:
    """The initial status and the transitions; nothing where the app may not read workflows."""
    asked = {"projectAndIssueTypes": [{"projectId": project_id, "issueTypeId": type_id}]}
    told = _asked(lambda: jira.post("/rest/api/3/workflows", json=asked), {})
    ids = {str(one["statusReference"]): str(one["id"]) for one in told.get("statuses") or ()}
    initial, found = "", []
    for one in next((workflow["transitions"] for workflow in told.get("workflows") or ()), ()):
        to_id = ids.get(str(one.get("toStatusReference")), "")
        if one["type"] == "INITIAL":
            initial = to_id
            continue
        starts = tuple(
            ids[str(link["fromStatusReference"])]
            for link in one.get("links") or ()
            if one["type"] == "DIRECTED" and str(link.get("fromStatusReference")) in ids
        )
        if starts or one["type"] == "GLOBAL":
            found.append(TransitionInfo(starts, to_id, str(one["name"]), _required(one)))
    return initial, tuple(found)


def _required(transition: Mapping[str, Any]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for rule in transition.get("validators") or ():
        given = rule.get("parameters") or {}
        if rule.get("ruleKey") == _REQUIRED and given.get("ruleType") == "fieldRequired":
            found.update(dict.fromkeys(name.strip() for name in str(given.get("fieldsRequired") or "").split(",")))
    return tuple(name for name in found if name)


def _missing(jira: Reading, project_id: str) -> tuple[str, ...]:
    asked = {"projectId": project_id, "permissions": ",".join(PERMISSIONS)}
    told = jira.get("/rest/api/3/mypermissions", params=asked)["permissions"]
    return tuple(key for key in PERMISSIONS if not (told.get(key) or {}).get("havePermission"))


def _asked(ask: Callable[[], Any], instead: Any) -> Any:
    """What Jira answers, or ``instead`` where the app may not know: a missing permission is told as such."""
    try:
        return ask()
    except Blocked:
        return instead
