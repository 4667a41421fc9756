"""Which issues a board, a sprint, a backlog or an epic holds, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.errors import JiraError
from emulator.fields import all_fields
from emulator.fields.special import Sprint, issue_by

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.store import Record

EPIC_LEVEL = 1
# Below this distance two ranks leave no room between them and all are numbered anew.
TIGHT = 1e-6


def sprint_field(site: Site) -> str:
    """The id of the field that holds an issue's sprints."""
    return next(f.id for f in all_fields(site).values() if isinstance(f.type, Sprint))


def place_of(issue: Record) -> float:
    """Where an issue stands among all; as it was created until somebody moves it."""
    return float(issue.get("rank") or issue["id"])


def ranked(records: list[Record]) -> list[Record]:
    return sorted(records, key=place_of)


def of_board(site: Site, board: Record) -> list[Record]:
    return ranked(site.store.owned("issue", board["project"]))


def in_sprint(site: Site, sprint: Record) -> list[Record]:
    field = sprint_field(site)
    return ranked([i for i in site.store.all("issue") if sprint["id"] in (i["fields"].get(field) or [])])


def is_done(site: Site, issue: Record) -> bool:
    status = site.store.get("status", issue["fields"]["status"])
    return bool(status and status["category"] == "done")


def backlog(site: Site, board: Record) -> list[Record]:
    """Issues that are neither done, nor an epic, nor in a sprint that is still to end."""
    field = sprint_field(site)

    def waits(issue: Record) -> bool:
        sprints = [site.store.get("sprint", each) for each in issue["fields"].get(field) or []]
        planned = any(sprint and sprint["state"] != "closed" for sprint in sprints)
        return not planned and not is_done(site, issue) and not is_epic(site, issue)

    return [issue for issue in of_board(site, board) if waits(issue)]


def is_epic(site: Site, issue: Record) -> bool:
    issue_type = site.store.get("issuetype", issue["fields"]["issuetype"])
    return bool(issue_type and issue_type["hierarchyLevel"] == EPIC_LEVEL)


def epic(site: Site, id_or_key: str) -> Record:
    """The epic, or 404 for what is none."""
    issue = issue_by(site, id_or_key)
    if issue is None or not is_epic(site, issue):
        raise JiraError(404, "The requested epic does not exist or you do not have permission to view it.")
    return issue


def in_epic(site: Site, epic_id: str | None) -> list[Record]:
    """An epic's issues; with None those that could have an epic and have none."""
    return ranked([i for i in site.store.all("issue") if i["fields"].get("parent") == epic_id and not is_epic(site, i)])


def rank(site: Site, moved: list[Record], before: Record | None, after: Record | None) -> None:
    """Put issues, in their order, directly before one or after another."""
    anchor = before or after
    if anchor is None or any(issue["id"] == anchor["id"] for issue in moved):
        raise JiraError(400, "Give either 'rankBeforeIssue' or 'rankAfterIssue', an issue that is not moved itself.")
    ids = {issue["id"] for issue in moved}
    rest = [issue for issue in ranked(site.store.all("issue")) if issue["id"] not in ids]
    at = rest.index(anchor) + (0 if before else 1)
    low = place_of(rest[at - 1]) if at else place_of(rest[0]) - 1
    high = place_of(rest[at]) if at < len(rest) else place_of(rest[-1]) + 1
    step = (high - low) / (len(moved) + 1)
    if step < TIGHT:
        for number, issue in enumerate(rest[:at] + moved + rest[at:], 1):
            site.store.put("issue", issue | {"rank": float(number)})
        return
    for number, issue in enumerate(moved, 1):
        issue["rank"] = low + step * number
        site.store.put("issue", issue)
