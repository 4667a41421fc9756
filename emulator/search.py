"""Searching with JQL: the site's side of the query engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator import jql, permissions
from emulator.jql_world import JqlWorld

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.store import Record

JqlError = jql.JqlError


def matches(site: Site, text: str, issue: Record, account_id: str | None) -> bool:
    """Whether an issue matches a webhook's filter; a filter in error matches nothing."""
    try:
        return plan(site, text, account_id).matches(issue)
    except JqlError:
        return False


def plan(site: Site, text: str, account_id: str | None) -> jql.Plan:
    """A compiled query; raises JqlError."""
    return jql.compile_query(jql.parse(text), JqlWorld(site, account_id))


def run(site: Site, text: str, account_id: str | None, reconcile: list[str] | None = None) -> list[Record]:
    """The issues that match and that the account may see, in the query's order; raises JqlError.

    Issues are found as the index knows them, which may lag behind; those named in `reconcile` as they are.
    """
    compiled = plan(site, text, account_id)
    user = site.store.get("user", account_id)
    fresh = set(reconcile or ())
    known = (i if i["id"] in fresh else site.index_lag.seen(i) for i in site.store.all("issue"))
    found = [
        issue
        for issue in known
        if issue is not None
        and compiled.matches(issue)
        and permissions.has_on_issue(site, user, "BROWSE_PROJECTS", issue)
    ]
    return list(compiled.sort(found))
