"""A field that a scope hides never leaves, whatever the rules say; what stands still because of it says so."""

from __future__ import annotations

import random

from addon.model.rules import End, FieldMapping, IssueMapping, document_of
from addon.model.scope import Choice, Scope
from addon.store import rules, synchronization, twin_link
from addon.store.synchronization import Synchronization
from tests.simulation.world import World

SUMMARY = FieldMapping("summary", "text", "text", "summary", "summary")
NOTE = FieldMapping("note", "text", "text", "f", "f")
SECRET = "for our eyes only"
HIDE = Scope(fields=Choice("hide", frozenset({"f"})))


class Stand:
    def __init__(self, database_url: str, *rows: FieldMapping) -> None:
        self.world = World(database_url, random.Random(7), rows=rows or (SUMMARY, NOTE))
        self.blue = self.world.sites[self.world.blue.id]
        self.green = self.world.sites[self.world.green.id]
        for site in (self.blue, self.green):
            site.kinds["f"] = "text"

    def set_scope(self, ours: Synchronization, scope: Scope) -> None:
        with self.world.db.begin() as tx:
            synchronization.change(tx, ours.id, scope=scope)
        self.world.pairing.look_again(ours.id)

    def publish(self, *rows: FieldMapping) -> None:
        """Version 2 of the rules, at both ends."""
        end = End("1", "P", "1", "Bug")
        document = document_of((IssueMapping("m", True, end, end, rows),))
        for ours in (self.world.ours, self.world.theirs):
            with self.world.db.begin() as tx:
                rules.add(
                    tx,
                    ours,
                    version=2,
                    document=document,
                    published_by="",
                    published_side="inviter",
                    now=self.world.now,
                )
            self.world.pairing.look_again(ours.id)

    def there(self) -> list[object]:
        return [issue["fields"]["f"] for issue in self.green.issues.values()]

    def blocked(self) -> list[str]:
        return [link.reason for link in self.world.links() if link.state == twin_link.BLOCKED]

    def stored(self) -> str:
        """Everything that ever reached the partner's end: its inbox and bases, and what was written to its Jira."""
        return str(self.green.said) + str(
            [link for link in self.world.links() if link.tenant_id == self.world.green.id]
        )


def test_a_hidden_field_does_not_leave_with_a_new_twin(database_url: str) -> None:
    stand = Stand(database_url)
    stand.set_scope(stand.world.ours, HIDE)
    stand.blue.create("First", f=SECRET)
    stand.world.settle()
    assert SECRET not in stand.stored()
    assert stand.there() == []
    assert any("not shared here: f" in reason for reason in stand.blocked())


def test_a_field_hidden_later_stays_as_it_was_sent_until_it_is_shown_again(database_url: str) -> None:
    stand = Stand(database_url)
    issue = stand.blue.create("First", f="open")
    stand.world.settle()
    assert stand.there() == ["open"]
    stand.set_scope(stand.world.ours, HIDE)
    stand.blue.edit(issue, f=SECRET)
    stand.world.settle()
    assert stand.there() == ["open"]
    assert SECRET not in stand.stored()
    assert stand.blocked()
    stand.set_scope(stand.world.ours, Scope())
    stand.world.settle()
    assert stand.there() == [SECRET]
    assert not stand.blocked()


def test_what_waits_to_be_sent_when_a_field_is_hidden_does_not_leave_either(database_url: str) -> None:
    stand = Stand(database_url)
    issue = stand.blue.create("First", f="open")
    stand.world.settle()
    stand.world.post.lose = lambda: "request"
    stand.blue.edit(issue, f=SECRET)
    while stand.world.bell.keys:
        stand.world.work()
    stand.set_scope(stand.world.ours, HIDE)
    stand.world.settle()
    assert stand.there() == ["open"]
    assert SECRET not in stand.stored()
    assert any("not shared here: f" in reason for reason in stand.blocked())
    stand.set_scope(stand.world.ours, Scope())
    stand.world.settle()
    assert stand.there() == [SECRET]
    assert not stand.blocked()


def test_what_was_kept_back_is_forgotten_with_its_row(database_url: str) -> None:
    stand = Stand(database_url)
    issue = stand.blue.create("First", f="open")
    stand.world.settle()
    stand.world.post.lose = lambda: "request"
    stand.blue.edit(issue, f=SECRET)
    while stand.world.bell.keys:
        stand.world.work()
    stand.set_scope(stand.world.ours, HIDE)
    stand.world.settle()
    stand.publish(SUMMARY)
    stand.blue.edit(issue, summary="Second")
    stand.world.settle()
    assert [twin["fields"]["summary"] for _, twin in stand.world.twins()] == ["Second"]
    assert not stand.blocked()
    assert SECRET not in stand.stored()


def test_the_receiver_may_hide_its_field_too(database_url: str) -> None:
    stand = Stand(database_url)
    stand.set_scope(stand.world.theirs, HIDE)
    stand.blue.create("First", f="open")
    stand.world.settle()
    assert stand.there() == []
    assert any("not shared here: f" in reason for reason in stand.blocked())


def test_a_mapping_without_the_hidden_field_goes_on(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY)
    stand.set_scope(stand.world.ours, HIDE)
    issue = stand.blue.create("First", f=SECRET)
    stand.world.settle()
    stand.blue.edit(issue, summary="Second")
    stand.world.settle()
    assert [twin["fields"]["summary"] for _, twin in stand.world.twins()] == ["Second"]
    assert SECRET not in stand.stored()
    assert not stand.blocked()


def test_a_hidden_status_is_not_shown_in_the_partners_panel(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY)
    stand.set_scope(stand.world.ours, Scope(fields=Choice("only", frozenset({"summary"}))))
    stand.blue.create("First")
    stand.world.settle()
    told = next(link for link in stand.world.links() if link.tenant_id == stand.world.green.id)
    assert (told.partner_issue["status"], told.partner_issue["status_category"]) == ("", "")
    assert stand.world.twins()
