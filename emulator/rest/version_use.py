"""How much versions and components are used, and older ways to remove and join them."""

from typing import Any

from emulator import agile, context, events, projects
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.routing import Resource, scene
from emulator.rest.versions import found, replace
from emulator.store import Record

rest = Resource("version_use")


def _using(field: str, record: Record) -> list[Record]:
    issues = context.site().store.owned("issue", record["project"])
    return [issue for issue in issues if record["id"] in (issue["fields"].get(field) or [])]


@rest.get("/component")
def components() -> Any:
    """Components of the projects named in `projectIdsOrKeys`, of all that the caller sees without it."""
    site, caller = context.site(), context.caller()
    wanted, query = params.words("projectIdsOrKeys"), (params.text("query") or "").lower()
    chosen = [projects.visible(site, caller, each) for each in wanted] or projects.all_visible(site, caller)
    records = [c for project in chosen for c in site.store.owned("component", project["id"])]
    return params.paged([c for c in records if query in c["name"].lower()], _component)


def _component(record: Record) -> dict[str, Any]:
    return projects.component(record, scene())


@rest.get("/component/<component>/relatedIssueCounts")
def component_use(component: str) -> Any:
    record, _ = found("component", component)
    return {"self": f"{scene().root}/component/{record['id']}", "issueCount": len(_using("components", record))}


@rest.get("/version/<version>/relatedIssueCounts")
def version_use(version: str) -> Any:
    record, _ = found("version", version)
    return {
        "self": f"{scene().root}/version/{record['id']}",
        "issuesFixedCount": len(_using("fixVersions", record)),
        "issuesAffectedCount": len(_using("versions", record)),
        "issueCountWithCustomFieldsShowingVersion": 0,
        "customFieldUsage": [],
    }


@rest.get("/version/<version>/unresolvedIssueCount")
def unresolved(version: str) -> Any:
    record, _ = found("version", version)
    fixed = _using("fixVersions", record)
    return {
        "self": f"{scene().root}/version/{record['id']}",
        "issuesCount": len(fixed),
        "issuesUnresolvedCount": sum(not issue["fields"].get("resolution") for issue in fixed),
    }


def _remove(record: Record, project: Record, fixed: str | None, affected: str | None) -> None:
    projects.administer(context.caller(), project)
    for field, other in (("fixVersions", fixed), ("versions", affected)):
        replace(project, field, record["id"], found("version", other)[0]["id"] if other else None)
    context.site().store.delete("version", record["id"])
    events.version(context.site(), context.caller(), "jira:version_deleted", record)


@rest.delete("/version/<version>", scope="PROJECT_ADMIN")
def delete(version: str) -> Any:
    record, project = found("version", version)
    _remove(record, project, params.text("moveFixIssuesTo"), params.text("moveAffectedIssuesTo"))
    return None


@rest.put("/version/<version>/mergeto/<other>", scope="PROJECT_ADMIN")
def merge(version: str, other: str) -> Any:
    record, project = found("version", version)
    _remove(record, project, other, other)
    return None


@rest.post("/version/<version>/move", scope="PROJECT_ADMIN")
def move(version: str) -> Any:
    """Change the order of a project's versions: `position`, or `after` a version named by its URL."""
    record, project = found("version", version)
    projects.administer(context.caller(), project)
    given, store = params.body(), context.site().store
    others = [v for v in agile.ranked(store.owned("version", project["id"])) if v["id"] != record["id"]]
    ids = [v["id"] for v in others]
    after = str(given.get("after") or "").rstrip("/").rpartition("/")[2]
    held = [v["id"] for v in agile.ranked([*others, record])].index(record["id"])
    places = {"First": 0, "Last": len(others), "Earlier": max(held - 1, 0), "Later": min(held + 1, len(others))}
    at = ids.index(after) + 1 if after in ids else places.get(str(given.get("position")))
    if at is None:
        raise JiraError(400, "Give 'after' (the URL of a version) or 'position': First, Last, Earlier or Later.")
    for number, each in enumerate([*others[:at], record, *others[at:]], 1):
        each["rank"] = float(number)
        store.put("version", each)
    return projects.version(record, scene())
