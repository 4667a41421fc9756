"""PyPI's jira (pycontribs) works unchanged, with v2 and with v3."""

from __future__ import annotations

import io

import pytest
from jira import JIRA
from jira.exceptions import JIRAError

from emulator.site import Site
from tests.emulator.conftest import ADMIN, document


@pytest.fixture(params=["2", "3"])
def client(site: Site, request: pytest.FixtureRequest) -> JIRA:
    options = {"rest_api_version": request.param, "agile_rest_api_version": "1.0"}
    return JIRA(site.base_url, basic_auth=ADMIN, options=options, max_retries=0, timeout=10)


def text(client: JIRA, words: str) -> object:
    """Rich text as the version of the API wants it."""
    return document(words) if client._options["rest_api_version"] == "3" else words


def new(client: JIRA, summary: str = "From a client") -> object:
    return client.create_issue(project="SHOP", issuetype={"name": "Bug"}, summary=summary)


def test_issues(client: JIRA) -> None:
    issue = new(client)
    issue.update(summary="Changed", fields={"labels": ["x"]}, description=text(client, "Some words"))
    issue.add_field_value("labels", "y")
    issue = client.issue(issue.key, expand="changelog,renderedFields,transitions")
    assert issue.fields.summary == "Changed" and set(issue.fields.labels) == {"x", "y"}
    assert issue.changelog.histories
    rows = client.create_issues([dict(BULK, summary=s) for s in ("one", "two")])
    assert [row["status"] for row in rows] == ["Success", "Success"]
    me = client.myself()["accountId"]
    assert client.assign_issue(issue.key, "Blue Admin")
    assert client.issue(issue.key).fields.assignee.accountId == me
    assert client.editmeta(issue.key)["fields"]["summary"]
    issue.delete()
    with pytest.raises(JIRAError) as refused:
        client.issue(issue.key)
    assert refused.value.status_code == 404


BULK = {"project": {"key": "SHOP"}, "issuetype": {"name": "Bug"}}


def test_search(client: JIRA) -> None:
    keys = [new(client, f"number {n}").key for n in range(5)]
    found = client.enhanced_search_issues("project = SHOP order by key", maxResults=2, fields="summary")
    assert [issue.key for issue in found] == keys[:2]
    whole = client.enhanced_search_issues("project = SHOP order by key", maxResults=False, fields=["summary"])
    assert [issue.key for issue in whole] == keys
    assert client.approximate_issue_count("project = SHOP") == 5
    assert client.search_issues("project = SHOP order by key", fields="summary", maxResults=2)[0].key == keys[0]
    with pytest.raises(JIRAError) as refused:
        client.enhanced_search_issues("nonsense = 1")
    assert refused.value.status_code == 400


def test_comments(client: JIRA) -> None:
    issue = new(client)
    comment = client.add_comment(issue, text(client, "Hello"))
    comment.update(body=text(client, "Edited"))
    assert [c.body if isinstance(c.body, str) else "Edited" for c in client.comments(issue)] == ["Edited"]
    assert client.comment(issue, comment.id).author.displayName == "Blue Admin"
    comment.delete()
    assert client.comments(issue) == []


def test_attachments(client: JIRA) -> None:
    issue = new(client)
    made = client.add_attachment(issue.key, io.BytesIO(b"content"), filename="a.txt")
    assert made.size == 7 and client.attachment_meta()["enabled"]
    found = client.attachment(made.id)
    assert found.get() == b"content" and b"".join(found.iter_content()) == b"content"
    assert [a.filename for a in client.issue(issue.key).fields.attachment] == ["a.txt"]
    client.delete_attachment(made.id)
    assert client.issue(issue.key).fields.attachment == []


def test_worklogs(client: JIRA) -> None:
    issue = new(client)
    worklog = client.add_worklog(issue, timeSpent="1h")
    assert worklog.timeSpentSeconds == 3600
    worklog.update(timeSpent="2h")
    assert [w.timeSpentSeconds for w in client.worklogs(issue)] == [7200]
    client.worklog(issue.key, worklog.id).delete()
    assert client.worklogs(issue) == []


def test_links(client: JIRA) -> None:
    one, two = new(client), new(client)
    kind = client.issue_link_types()[0]
    assert client.issue_link_type(kind.id).name == kind.name
    client.create_issue_link(kind.name, one.key, two.key)
    link = client.issue(one.key).fields.issuelinks[0]
    assert client.issue_link(link.id).type.name == kind.name
    client.delete_issue_link(link.id)
    remote = client.add_simple_link(one, {"url": "https://example.com/1", "title": "One"})
    assert [r.object.title for r in client.remote_links(one)] == ["One"]
    assert client.remote_link(one, remote.id).object.url == "https://example.com/1"
    client.remote_link(one, remote.id).delete()
    assert client.remote_links(one) == []


def test_transitions(client: JIRA) -> None:
    issue = new(client)
    assert client.find_transitionid_by_name(issue, "Done")
    client.transition_issue(issue, "Done")
    assert client.issue(issue.key).fields.status.name == "Done"


def test_people(client: JIRA) -> None:
    me = client.myself()
    assert client.user(me["accountId"]).displayName == "Blue Admin"
    assert client.search_users(query="Blue")
    assert client.search_assignable_users_for_issues(query="Blue", project="SHOP")
    assert client.add_group("people")
    assert "people" in client.groups("people")
    assert client.remove_group("people")
    assert client.my_permissions(permissions="EDIT_ISSUES")["permissions"]["EDIT_ISSUES"]["havePermission"]


def test_lists(client: JIRA) -> None:
    assert {p.key for p in client.projects()} == {"SHOP", "OPS"} and client.project("SHOP").name == "Shop"
    assert "Bug" in {t.name for t in client.issue_types()} and client.issue_type_by_name("Bug").name == "Bug"
    assert client.priority(client.priorities()[0].id) and client.resolution(client.resolutions()[0].id)
    assert client.status(client.statuses()[0].id) and client.fields()
    assert client.statuscategory(client.statuscategories()[0].id).key
    assert client.server_info()["deploymentType"] == "Cloud" and client._is_cloud
    assert client.issue_types_for_project("SHOP")
    assert client.project_roles("SHOP")


def test_versions_and_components(client: JIRA) -> None:
    version = client.create_version("1.0", "SHOP", description="first", releaseDate="2026-12-01")
    version.update(released=True)
    assert client.version(version.id).released and client.get_project_version_by_name("SHOP", "1.0")
    assert [v.name for v in client.project_versions("SHOP")] == ["1.0"]
    component = client.create_component("Web", "SHOP", description="x")
    component.update(description="y")
    assert client.component(component.id).description == "y"
    assert [c.name for c in client.project_components("SHOP")] == ["Web"]
    issue = client.create_issue(fields=dict(BULK, summary="s", components=[{"id": component.id}]))
    assert client.component_count_related_issues(component.id) == 1
    issue.update(fields={"fixVersions": [{"id": version.id}]})
    assert client.version_count_related_issues(version.id)["issuesFixedCount"] == 1
    assert client.version_count_unresolved_issues(version.id) == 1
    component.delete()
    version.delete()
    assert client.project_versions("SHOP") == []


def test_watchers_votes_and_properties(client: JIRA) -> None:
    issue, me = new(client), client.myself()["accountId"]
    client.add_watcher(issue, "Blue Admin")
    assert me in {w.accountId for w in client.watchers(issue).watchers}
    client.remove_watcher(issue, "Blue Admin")
    assert client.votes(issue).votes == 0
    client.add_issue_property(issue.key, "mark", {"a": 1})
    assert [p.key for p in client.issue_properties(issue.key)] == ["mark"]
    client.issue_property(issue.key, "mark").delete()
    assert client.issue_properties(issue.key) == []


def test_boards_and_sprints(client: JIRA) -> None:
    saved = client.create_filter("Mine", jql="project = SHOP")
    assert client.filter(saved.id).jql == "project = SHOP" and client.update_filter(saved.id, name="Ours")
    issue, other = new(client), new(client)
    board = client.create_board("Board", saved.id, project_ids="SHOP")
    assert board.name in {b.name for b in client.boards()}
    sprint = client.create_sprint("Sprint 1", board.id)
    client.add_issues_to_sprint(sprint.id, [issue.key, other.key])
    client.update_sprint(
        sprint.id, state="active", startDate="2026-11-20T10:00:00.000Z", endDate="2026-12-04T10:00:00.000Z"
    )
    assert [s.state for s in client.sprints(board.id)] == ["active"] and client.sprint(sprint.id).name == "Sprint 1"
    client.move_to_backlog([other.key])
    client.rank(other.key, next_issue=issue.key)
    board.delete()
    assert client.boards() == []
