"""Searching with JQL, and asking about JQL itself."""

import base64
import hashlib
from typing import Any

from emulator import context, issue_view, jql, permissions, search
from emulator.errors import JiraError
from emulator.jql_world import JqlWorld
from emulator.rest import params
from emulator.rest.routing import Resource, scene
from emulator.store import Record

rest = Resource("search")
MOST = 5000
MOST_WITH_FIELDS = 100
PROPERTIES = 5
RECONCILE = 50
UNBOUNDED = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."


@rest.get("/search/jql", anonymous=True)
def search_get() -> Any:
    return _search(
        params.text("jql"),
        params.text("nextPageToken"),
        params.number("maxResults", 50, 1, MOST),
        params.words("fields"),
        params.words("expand"),
        params.words("properties"),
        params.words("reconcileIssues"),
    )


@rest.post("/search/jql", scope="READ")
def search_post() -> Any:
    given = params.body()
    expand = given.get("expand") or ""
    if not isinstance(expand, str):
        raise JiraError(400, "'expand' must be a comma separated string.")
    return _search(
        given.get("jql"),
        given.get("nextPageToken"),
        params.whole(given, "maxResults", 50, 1, MOST),
        params.listed(given, "fields"),
        expand.split(","),
        params.listed(given, "properties"),
        params.listed(given, "reconcileIssues"),
    )


def _search(
    text: object,
    token: object,
    size: int,
    fields: list[Any],
    expand: list[str],
    properties: list[Any],
    reconcile: list[Any],
) -> Any:
    if len(properties) > PROPERTIES or len(reconcile) > RECONCILE:
        raise JiraError(400, f"At most {PROPERTIES} properties and {RECONCILE} issues to reconcile may be given.")
    query = _bounded(text)
    found = _run(query, [str(each) for each in reconcile])
    start = _position(token, query)
    here = scene()
    chosen = issue_view.select(here, fields, "id")
    if chosen or properties or any(expand):
        # Only ids and keys come in thousands; whole issues in pages of a hundred.
        size = min(size, MOST_WITH_FIELDS)
    page = found[start : start + size]
    shown = [_bean(here, issue, chosen, fields, expand, properties) for issue in page]
    last = start + size >= len(found)
    answer: dict[str, Any] = {"issues": shown, "isLast": last}
    if not last:
        answer["nextPageToken"] = _token(start + size, query)
    for name, value in (("names", "name"), ("schema", "schema")):
        if name in expand:
            answer[name] = {field.id: getattr(field, value) for field in chosen}
    return answer


def _bean(
    here: Any, issue: Record, chosen: list[Any], fields: list[Any], expand: list[str], properties: list[Any]
) -> dict[str, Any]:
    if not fields and not properties and not any(expand):
        return {"id": issue["id"]}
    own = [name for name in expand if name not in ("names", "schema")]
    return issue_view.issue_bean(here, issue, chosen, own, [str(each) for each in properties])


def _bounded(text: object) -> str:
    if text is not None and not isinstance(text, str):
        raise JiraError(400, "'jql' must be a string.")
    try:
        query = jql.parse(text or "")
    except jql.JqlError as error:
        raise JiraError(400, *error.messages) from None
    if not query.is_bounded:
        raise JiraError(400, UNBOUNDED)
    return text or ""


def _run(text: str, reconcile: list[str]) -> list[Record]:
    site, caller = context.site(), context.caller()
    try:
        return search.run(site, text, caller.account_id, reconcile)
    except jql.JqlError as error:
        raise JiraError(400, *error.messages) from None


def _token(start: int, text: str) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return base64.urlsafe_b64encode(f"{start}:{digest}".encode()).decode()


def _position(token: object, text: str) -> int:
    """Where a page starts; 400 for a token of another query."""
    if token is None or token == "":
        return 0
    try:
        start, _, digest = base64.urlsafe_b64decode(str(token)).decode().partition(":")
        if digest == hashlib.sha256(text.encode()).hexdigest()[:16]:
            return int(start)
    except ValueError:
        pass
    raise JiraError(400, "The provided next page token is invalid.")


@rest.post("/search/approximate-count", scope="READ")
def count() -> Any:
    return {"count": len(_run(_bounded(params.body().get("jql")), []))}


@rest.post("/jql/match", scope="READ")
def match() -> Any:
    given, site, caller = params.body(), context.site(), context.caller()
    wanted = params.listed(given, "issueIds", required=True)
    issues = [i for i in (site.store.get("issue", str(each)) for each in wanted) if i]
    seen = [i for i in issues if permissions.has_on_issue(site, caller.user, "BROWSE_PROJECTS", i)]
    matches: list[dict[str, Any]] = []
    for text in params.listed(given, "jqls", required=True):
        try:
            plan = search.plan(site, str(text), caller.account_id)
        except jql.JqlError as error:
            matches.append({"matchedIssues": [], "errors": error.messages})
        else:
            matches.append({"matchedIssues": [int(i["id"]) for i in seen if plan.matches(i)], "errors": []})
    return {"matches": matches}


@rest.get("/jql/autocompletedata")
def autocomplete_get() -> Any:
    return _reference_data()


@rest.post("/jql/autocompletedata", scope="READ")
def autocomplete_post() -> Any:
    params.body()
    return _reference_data()


def _reference_data() -> Any:
    return jql.reference_data(JqlWorld(context.site(), context.caller().account_id))


@rest.get("/jql/autocompletedata/suggestions")
def suggestions() -> Any:
    name = params.text("fieldName")
    if name is None:
        return {"results": []}
    world = JqlWorld(context.site(), context.caller().account_id)
    return {"results": jql.suggestions(world, name, params.text("fieldValue") or "")}


@rest.post("/jql/parse", scope="READ")
def parse() -> Any:
    validation = params.text("validation", "strict")
    if validation not in ("strict", "warn", "none"):
        raise JiraError(400, "'validation' must be strict, warn or none.")
    queries = params.listed(params.body(), "queries", required=True)
    return {"queries": [_parsed(str(text), str(validation)) for text in queries]}


def _parsed(text: str, validation: str) -> dict[str, Any]:
    try:
        query = jql.parse(text)
        structure = query.structure()
    except jql.JqlError as error:
        return {"query": text, "errors": error.messages}
    if validation == "none":
        return {"query": text, "structure": structure}
    try:
        search.plan(context.site(), text, context.caller().account_id)
    except jql.JqlError as error:
        if validation == "strict":
            return {"query": text, "errors": error.messages}
        return {"query": text, "structure": structure, "warnings": error.messages}
    return {"query": text, "structure": structure}
