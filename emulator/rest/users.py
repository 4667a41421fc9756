"""Users and who may be assigned."""

import re
from typing import Any

from emulator import beans, context, permissions
from emulator.errors import JiraError
from emulator.fields.special import issue_by
from emulator.rest import groups, params
from emulator.rest.routing import Resource, scene
from emulator.store import Record

rest = Resource("users")


def _detail(user: Record) -> dict[str, Any]:
    here = scene()
    groups = [here.site.store.get("group", group_id) for group_id in user.get("groups", [])]
    items = [beans.group(group, here) for group in groups if group]
    bean = beans.user(user, here) | {"locale": "en_US"}
    expand = params.words("expand")
    bean["groups"] = {"size": len(items), "items": items if "groups" in expand else []}
    bean["applicationRoles"] = {"size": 1, "items": []}
    return bean | {"expand": "groups,applicationRoles"}


def _found(account_id: str | None) -> Record:
    user = context.site().store.get("user", account_id)
    if user is None:
        raise JiraError(404, "Specified user does not exist or you do not have required permissions")
    return user


@rest.get("/myself")
def myself() -> Any:
    user = context.caller().user
    assert user is not None
    return _detail(user)


@rest.get("/user")
def user() -> Any:
    account_id = params.text("accountId")
    if account_id is None:
        raise JiraError(400, "The 'accountId' query parameter needs to be provided")
    return _detail(_found(account_id))


@rest.get("/user/bulk")
def bulk() -> Any:
    wanted = params.words("accountId")
    if not wanted:
        raise JiraError(400, "The 'accountId' query parameter needs to be provided")
    if len(wanted) > 200:
        raise JiraError(400, "At most 200 account ids may be given.")
    users = [u for u in (context.site().store.get("user", each) for each in dict.fromkeys(wanted)) if u]
    return params.paged(users, lambda u: beans.user(u, scene()), size=10, most=200)


def _matching(query: str, people_only: bool = True) -> list[Record]:
    needle = query.lower()
    return [
        user
        for user in context.site().store.all("user")
        if user["active"]
        and (not people_only or user["accountType"] == "atlassian")
        and (needle in user["displayName"].lower() or user.get("email", "").lower().startswith(needle))
    ]


def _slice(users: list[Record], most: int = 1000) -> list[dict[str, Any]]:
    start, count = params.page(50, most)
    return [beans.user(user, scene()) for user in users[start : start + count]]


@rest.get("/user/search")
def search() -> Any:
    query, account_id = params.text("query"), params.text("accountId")
    if (query is None) == (account_id is None) and params.text("property") is None:
        raise JiraError(400, "Either the 'query' or the 'accountId' query parameter needs to be provided")
    if account_id is not None:
        found = context.site().store.get("user", account_id)
        return _slice([found] if found else [])
    return _slice(_matching(query or ""))


@rest.get("/user/picker")
def picker() -> Any:
    found = _matching(params.text("query") or "")
    shown = [
        {
            "accountId": user["id"],
            "accountType": user["accountType"],
            "displayName": user["displayName"],
            "html": user["displayName"],
            "avatarUrl": f"{context.site().base_url}/avatar/user/{user['id']}.svg",
        }
        for user in found[: params.number("maxResults", 50, high=1000)]
    ]
    return {"users": shown, "total": len(found), "header": f"Showing {len(shown)} of {len(found)} matching users"}


@rest.get("/user/search/query")
def by_query() -> Any:
    """People by a structured query; `is assignee of KEY` and `is reporter of KEY`, joined by `OR`."""
    query, site = params.text("query"), context.site()
    chosen: dict[str, Record] = {}
    for part in re.split(r"\s+or\s+", query or "", flags=re.IGNORECASE):
        match = re.fullmatch(r"\s*is (assignee|reporter|watcher|voter) of \(?([^()]+)\)?\s*", part)
        if match is None:
            raise JiraError(400, f"The query '{query}' cannot be understood.")
        for place in match[2].split(","):
            for issue in _issues_at(place.strip()):
                held = {"watcher": "watchers", "voter": "voters"}.get(match[1])
                ids = issue.get(held, []) if held else [issue["fields"].get(match[1])]
                chosen |= {each: found for each in ids if each and (found := site.store.get("user", each))}
    return params.paged(list(chosen.values()), lambda user: beans.user(user, scene()), size=100, most=100)


def _issues_at(place: str) -> list[Record]:
    """An issue by its key, or a project's issues."""
    site, project = context.site(), project_by(place)
    issue = issue_by(site, place)
    if issue:
        return [issue]
    return site.store.owned("issue", project["id"]) if project else []


@rest.get("/groupuserpicker")
def users_and_groups() -> Any:
    return {"users": picker(), "groups": groups.picker()}


@rest.get("/users/search")
@rest.get("/users")
def everybody() -> Any:
    return _slice(context.site().store.all("user"))


@rest.get("/user/assignable/search")
def assignable() -> Any:
    site = context.site()
    issue_key, project_key = params.text("issueKey") or params.text("issueId"), params.text("project")
    if issue_key is None and project_key is None:
        raise JiraError(400, "Either the 'project' or the 'issueKey' query parameter needs to be provided")
    issue = issue_by(site, issue_key) if issue_key else None
    project = site.store.get("project", issue["project"]) if issue else project_by(project_key)
    if project is None:
        raise JiraError(404, f"No project could be found with key '{project_key or issue_key}'.")
    query, account_id = params.text("query") or "", params.text("accountId")
    people = [u for u in _matching(query, people_only=False) if permissions.is_assignable(site, u, project)]
    return _slice([u for u in people if account_id in (None, u["id"])])


@rest.get("/user/assignable/multiProjectSearch")
def assignable_in_all() -> Any:
    site = context.site()
    projects = [p for p in map(project_by, params.words("projectKeys")) if p]
    people = _matching(params.text("query") or "", people_only=False)
    return _slice([u for u in people if all(permissions.is_assignable(site, u, p) for p in projects)])


@rest.get("/user/groups")
def groups_of() -> Any:
    user = _found(params.text("accountId"))
    groups = [context.site().store.get("group", group_id) for group_id in user.get("groups", [])]
    return [beans.group(group, scene()) for group in groups if group]


@rest.get("/user/email", scope="ACCESS_EMAIL_ADDRESSES")
def email() -> Any:
    user = _found(params.text("accountId"))
    return {"accountId": user["id"], "email": user.get("email", "")}


def project_by(id_or_key: str | None) -> Record | None:
    """A project by id or key."""
    store = context.site().store
    found = store.get("project", id_or_key)
    return found or next((p for p in store.all("project") if p["key"] == (id_or_key or "").upper()), None)
