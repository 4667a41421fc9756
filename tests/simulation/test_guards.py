"""Security levels fail closed, and app fields are told as Jira shows them, through the whole line."""

from __future__ import annotations

import pytest

from addon.store import twin_link
from tests.fakes import fields
from tests.simulation.test_rows import Stand, row


def test_an_issue_whose_level_is_unknown_here_gets_no_twin_until_it_is_mapped(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand = Stand(database_url, row("security"))
    stand.create("Only-blue")
    assert stand.green.issues == {}
    link = next(link for link in stand.world.links() if link.state == twin_link.BLOCKED)
    assert link.tenant_id == stand.world.green.id
    assert "Only-blue" in link.reason
    assert "more people" in link.reason
    assert "Map the security level" in link.fix
    offered = fields.offered
    monkeypatch.setattr(fields, "offered", lambda site: [*offered(site), fields.option(site, "Only-blue")])
    stand.world.retry(link.id)
    assert stand.there() == "Only-blue"


def test_a_twin_keeps_its_level_and_waits_when_the_originals_becomes_unknown(database_url: str) -> None:
    stand = Stand(database_url, row("security"))
    stand.create("Alpha")
    stand.blue.edit(stand.ours, f=fields.option("blue", "Only-blue"), summary="For few eyes")
    stand.world.settle()
    twin = stand.green.issues[stand.twin]["fields"]
    assert (stand.there(), twin["summary"]) == ("Alpha", "First"), "nothing enters that the level should have hidden"
    assert len(stand.blocked()) == 1
    stand.edit("Beta")
    stand.world.retry(next(link.id for link in stand.world.links() if link.state == twin_link.BLOCKED))
    assert (stand.there(), twin["summary"]) == ("Beta", "For few eyes")


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>Laptop &amp; <b>screen</b></p><p>Desk 4</p>", "Laptop & screen Desk 4"),
        ("<style>p{}</style><ul><li>one</li><li>two</li></ul>", "one two"),
        ("", "raw"),
    ],
)
def test_an_app_field_is_told_as_jira_shows_it(html: str, words: str, database_url: str) -> None:
    stand = Stand(database_url, row("app", "text", direction="to_accepter"))
    stand.blue.rendered["f"] = html
    stand.create("raw")
    assert stand.there() == words
    assert "renderedFields" in stand.blue.expanded
    assert "renderedFields" not in stand.green.expanded


def test_the_side_that_received_an_app_fields_twin_tells_it_alike(database_url: str) -> None:
    stand = Stand(database_url, row("text", "app", direction="to_inviter"))
    stand.green.rendered["f"] = "<p>Shown</p>"
    stand.create("")
    assert stand.here() == "", "what the twin shows from the start is nobody's edit"
    stand.green.rendered["f"] = "<p>Shown later</p>"
    stand.green.edit(stand.twin, f="changed")
    stand.world.settle()
    assert stand.here() == "Shown later"


def test_rendering_is_asked_for_only_where_a_row_needs_it(database_url: str) -> None:
    stand = Stand(database_url, row("text"))
    stand.create("One")
    stand.edit("Two")
    assert "renderedFields" not in stand.blue.expanded | stand.green.expanded
