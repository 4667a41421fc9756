"""Clients that other people wrote work unchanged."""

from jira import JIRA

from emulator.site import Site
from tests.emulator.conftest import ADMIN


def test_pycontribs_jira(site: Site) -> None:
    for version in ("2", "3"):
        client = JIRA(site.base_url, basic_auth=ADMIN, options={"rest_api_version": version}, max_retries=0)
        fields = {"project": "SHOP", "issuetype": {"name": "Bug"}, "summary": "From a client"}
        issue = client.create_issue(fields)
        issue.update(fields={"summary": "Changed", "labels": ["x"]})
        issue = client.issue(issue.key)
        assert issue.fields.summary == "Changed" and issue.fields.labels == ["x"]
        if version == "2":
            comment = client.add_comment(issue, "Hello *there*")
            comment.update(body="Edited")
            assert [c.body for c in client.comments(issue)] == ["Edited"]
        client.transition_issue(issue, "Done")
        assert client.issue(issue.key).fields.status.name == "Done"
        assert {p.key for p in client.projects()} == {"SHOP", "OPS"}
        assert client.myself()["displayName"] == "Blue Admin"
        issue.delete()
