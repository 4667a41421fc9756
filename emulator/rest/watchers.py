"""Watchers and votes."""

from typing import Any

from emulator import beans, context, issues
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.issues import found
from emulator.rest.routing import Resource, scene
from emulator.store import Record

rest = Resource("watchers")


def _people(account_ids: list[str]) -> list[dict[str, Any]]:
    users = (context.site().store.get("user", account_id) for account_id in account_ids)
    return [beans.user(user, scene()) for user in users if user]


def _change(issue: Record, name: str, account_id: str, present: bool) -> None:
    held = issue.setdefault(name, [])
    if present and account_id not in held:
        held.append(account_id)
    elif not present and account_id in held:
        held.remove(account_id)
    context.site().store.put("issue", issue)


def _known(account_id: object) -> str:
    user = context.site().store.get("user", str(account_id))
    if user is None:
        raise JiraError(404, "Specified user does not exist or you do not have required permissions")
    return str(user["id"])


def _manage(issue: Record, account_id: str) -> None:
    if account_id != context.caller().account_id:
        issues.require(context.site(), context.caller(), "MANAGE_WATCHERS", issue)


@rest.get("/issue/<issue>/watchers")
def watchers(issue: str) -> Any:
    record = found(issue)
    held = record.get("watchers", [])
    return {
        "self": f"{scene().root}/issue/{record['key']}/watchers",
        "isWatching": context.caller().account_id in held,
        "watchCount": len(held),
        "watchers": _people(held),
    }


@rest.post("/issue/<issue>/watchers")
def watch(issue: str) -> Any:
    record = found(issue)
    given = params.json_body() if params.has_body() else context.caller().account_id
    if not isinstance(given, str):
        raise JiraError(400, "The body must be an account id as a JSON string.")
    account_id = _known(given)
    _manage(record, account_id)
    _change(record, "watchers", account_id, present=True)
    return None


@rest.delete("/issue/<issue>/watchers")
def unwatch(issue: str) -> Any:
    record = found(issue)
    account_id = _known(params.text("accountId"))
    _manage(record, account_id)
    _change(record, "watchers", account_id, present=False)
    return None


@rest.get("/issue/<issue>/votes")
def votes(issue: str) -> Any:
    record = found(issue)
    held = record.get("voters", [])
    return {
        "self": f"{scene().root}/issue/{record['key']}/votes",
        "votes": len(held),
        "hasVoted": context.caller().account_id in held,
        "voters": _people(held),
    }


@rest.post("/issue/<issue>/votes")
def vote(issue: str) -> Any:
    record, account_id = found(issue), str(context.caller().account_id)
    if record["fields"].get("reporter") == account_id:
        raise JiraError(404, "You cannot vote for an issue you have reported.")
    _change(record, "voters", account_id, present=True)
    return None


@rest.delete("/issue/<issue>/votes")
def unvote(issue: str) -> Any:
    record, account_id = found(issue), str(context.caller().account_id)
    if account_id not in record.get("voters", []):
        raise JiraError(404, "You have not voted for this issue.")
    _change(record, "voters", account_id, present=False)
    return None


@rest.post("/issue/watching")
def watching() -> Any:
    store, me = context.site().store, context.caller().account_id
    shown = {}
    for issue_id in params.listed(params.body(), "issueIds", required=True):
        issue = store.get("issue", str(issue_id))
        shown[str(issue_id)] = bool(issue and me in issue.get("watchers", []))
    return {"issuesIsWatching": shown}


@rest.post("/issue/<issue>/notify")
def notify(issue: str) -> Any:
    """A mail to people; none is sent, but who may be written to is checked."""
    found(issue)
    given = params.body()
    to = given.get("to")
    if not isinstance(to, dict) or not any(to.values()):
        raise JiraError(400, "No recipients were defined for notification.")
    return None
