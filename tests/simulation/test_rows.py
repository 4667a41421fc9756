"""What a row may be told beside its types, through the whole line: created once, fixed, missing ones created."""

from __future__ import annotations

import random

import pytest

from addon.model.rules import Choice, FieldEnd, FieldMapping, UserMapping, UserPair, ValueMapping
from addon.store import twin_link
from tests.fakes import fields
from tests.simulation.world import World

SUMMARY = FieldMapping("summary", "text", "text", "summary", "summary")


class Stand:
    """Two sites with one field ``f`` each."""

    def __init__(self, database_url: str, row: FieldMapping, users: UserMapping | None = None) -> None:
        random.seed(5)
        self.world = World(database_url, random.Random(5), rows=(SUMMARY, row), users=users or UserMapping())
        self.blue = self.world.sites[self.world.blue.id]
        self.green = self.world.sites[self.world.green.id]
        self.row = row
        for site, kind in ((self.blue, row.inviter_type), (self.green, row.accepter_type)):
            site.kinds["f"] = kind

    def create(self, value: object) -> None:
        self.ours = self.blue.create("First", f=fields.raw(self.row.inviter_type, value, "blue"))
        self.world.settle()

    def edit(self, value: object) -> None:
        self.blue.edit(self.ours, f=fields.raw(self.row.inviter_type, value, "blue"))
        self.world.settle()

    @property
    def twin(self) -> str:
        return next(iter(self.green.issues))

    def here(self) -> object:
        return fields.meaning(self.row.inviter_type, self.blue.issues[self.ours]["fields"]["f"])

    def there(self) -> object:
        return fields.meaning(self.row.accepter_type, self.green.issues[self.twin]["fields"]["f"])

    def blocked(self) -> list[str]:
        return [link.reason for link in self.world.links() if link.state == twin_link.BLOCKED]


def row(kind: str, theirs: str = "", **more: object) -> FieldMapping:
    return FieldMapping("f", kind, theirs or kind, "f", "f", **more)  # type: ignore[arg-type]


def test_a_row_that_only_creates_never_writes_again(database_url: str) -> None:
    stand = Stand(database_url, row("text", mode="create_only"))
    stand.create("at first")
    stand.edit("later")
    stand.green.edit(stand.twin, f="theirs")
    stand.world.settle()
    assert (stand.here(), stand.there()) == ("later", "theirs")


def test_a_fixed_value_stands_where_it_was_fixed(database_url: str) -> None:
    stand = Stand(database_url, row("select", at_accepter=FieldEnd(fixed=_option("green", "Beta"))))
    stand.create("Alpha")
    assert stand.there() == "Beta"
    stand.edit("Beta")
    stand.edit("Alpha")
    assert stand.there() == "Beta"


def _option(site: str, name: str) -> dict[str, object]:
    return fields.option(site, name)


def test_a_fixed_value_needs_no_partner(database_url: str) -> None:
    alone = FieldMapping("f", "text", "text", "", "f", "to_accepter", at_accepter=FieldEnd(fixed="Fixed"))
    stand = Stand(database_url, alone)
    stand.create("")
    assert stand.there() == "Fixed"
    assert stand.blocked() == []


@pytest.mark.parametrize("kind", ["versions", "components"])
def test_what_is_missing_is_created_before_the_edit(kind: str, database_url: str) -> None:
    stand = Stand(database_url, row(kind, create_missing=True))
    stand.create(["Alpha"])
    stand.edit(["Alpha", "Only-blue"])
    assert stand.green.created[kind] == ["Only-blue"]
    assert stand.there() == ["Alpha", "Only-blue"]
    stand.edit(["Only-blue"])
    assert stand.there() == ["Only-blue"]
    assert stand.green.created[kind] == ["Only-blue"]


def test_a_single_version_is_created_with_the_twin(database_url: str) -> None:
    stand = Stand(database_url, row("version", create_missing=True))
    stand.create("Only-blue")
    assert stand.there() == "Only-blue"


@pytest.mark.parametrize("fault", ["before", "after", "crash before", "crash after"])
def test_a_fault_while_creating_creates_nothing_twice(fault: str, database_url: str) -> None:
    stand = Stand(database_url, row("versions", create_missing=True))
    stand.create(["Alpha"])
    faults = {"create version": fault}
    stand.green.faults = lambda operation: faults.pop(operation, "")
    stand.blue.edit(stand.ours, f=fields.raw("versions", ["Only-blue"], "blue"))
    for _ in range(20):
        stand.world.work()
    stand.world.settle()
    assert stand.there() == ["Only-blue"]
    assert stand.green.created["versions"] == ["Only-blue"]


def test_values_go_by_their_pairs_each_in_its_own_direction(database_url: str) -> None:
    pairs = (
        ValueMapping(Choice("blue-Alpha", "Alpha"), Choice("green-Beta", "Beta")),
        ValueMapping(Choice("blue-Only-blue", "Only-blue"), Choice("green-Beta", "Beta"), "to_accepter"),
    )
    stand = Stand(database_url, row("select", values=pairs))
    stand.create("Only-blue")
    assert (stand.here(), stand.there()) == ("Only-blue", "Beta")
    stand.green.edit(stand.twin, f=fields.option("green", "Only-green"))
    stand.world.settle()
    assert stand.here() == "Only-blue", "what matches nothing is left alone"
    stand.green.edit(stand.twin, f=fields.option("green", "Beta"))
    stand.world.settle()
    assert stand.here() == "Alpha"


def test_an_option_that_is_created_later_is_seen(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stand = Stand(database_url, row("select", unmatched="report"))
    stand.create("Alpha")
    stand.edit("Only-blue")
    assert "Only-blue" in stand.blocked()[0]
    offered = fields.offered
    monkeypatch.setattr(fields, "offered", lambda site: [*offered(site), fields.option(site, "Only-blue")])
    stand.world.now += 60
    blocked = next(link for link in stand.world.links() if link.state == twin_link.BLOCKED)
    with stand.world.db.begin() as tx:
        twin_link.change(tx, blocked.id, state=twin_link.ACTIVE, reason="", fix="")
    stand.world.bell.link(blocked.id)
    stand.world.settle()
    assert stand.there() == "Only-blue"


def test_the_table_of_people_is_asked_first(database_url: str) -> None:
    pair = UserPair(Choice("account-Ann", "Ann"), Choice("account-Bob", "Bob"))
    stand = Stand(database_url, row("user"), UserMapping(table=(pair,)))
    stand.create("Ann")
    assert stand.there() == "Bob"


def test_a_stranger_does_not_unassign_anybody(database_url: str) -> None:
    stand = Stand(database_url, row("user"))
    stand.create("Ann")
    stand.edit("Only-blue")
    assert stand.there() == "Ann"
    stand.edit(None)
    assert stand.there() is None


def test_sets_of_options_are_merged_when_both_change_them(database_url: str) -> None:
    stand = Stand(database_url, row("multi_select"))
    stand.create(["Alpha"])
    stand.blue.edit(stand.ours, f=fields.raw("multi_select", ["Alpha", "Beta"], "blue"))
    stand.green.edit(stand.twin, f=[])
    stand.world.settle()
    assert (stand.here(), stand.there()) == (["Beta"], ["Beta"])


def test_an_edit_of_a_mapped_option_at_the_same_time_is_settled(database_url: str) -> None:
    stand = Stand(database_url, row("select", conflict="inviter"))
    stand.create("Alpha")
    stand.edit(None)
    stand.blue.edit(stand.ours, f=fields.option("blue", "Beta"))
    stand.green.edit(stand.twin, f=fields.option("green", "Alpha"))
    stand.world.settle()
    assert (stand.here(), stand.there()) == ("Beta", "Beta")
