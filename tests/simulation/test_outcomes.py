"""What changes at the other site, and what becomes of the line: the words in panel and list, and how it goes on."""

from __future__ import annotations

import pytest

from addon.errors import Blocked, Missing
from addon.model.rules import Choice, FieldEnd, FieldMapping, UserMapping, UserPair, ValueMapping
from addon.store import history, overview, twin_link
from addon.store.overview import Held
from tests.fakes import fields
from tests.simulation.test_rows import Stand

FIELD = "customfield_10042"


def row(kind: str, **more: object) -> FieldMapping:
    return FieldMapping("severity", kind, kind, "f", FIELD, **more)  # type: ignore[arg-type]


class Custom(Stand):
    """Green's field is a custom field."""

    def __init__(self, database_url: str, mapping: FieldMapping, users: UserMapping | None = None) -> None:
        super().__init__(database_url, mapping, users)
        self.green.kinds[FIELD] = mapping.accepter_type

    def there(self) -> object:
        return fields.meaning(self.row.accepter_type, self.green.issues[self.twin]["fields"][FIELD])

    def refuses(self, operation: str, refusal: Blocked) -> None:
        self.green.faults = lambda asked: "refused" if asked == operation else ""
        self.green.refusal = refusal

    def run(self) -> None:
        """Work as long as there is any, with the faults as they are."""
        while self.world.bell.keys:
            self.world.work()

    def listed(self) -> Held:
        """The one issue that Green's list of errors shows."""
        with self.world.db.read() as tx:
            (held,) = overview.held(tx, self.world.green.id, self.world.theirs.id)
            ids = overview.blocked_ids(tx, self.world.green.id, self.world.theirs.id)
        assert held.ours
        assert ids == [held.link_id], "it can be retried from there"
        return held

    def told(self) -> str:
        """What Blue's panel says."""
        return next(link.partner_problem for link in self.world.links() if link.tenant_id == self.world.blue.id)

    def notes(self) -> str:
        with self.world.db.read() as tx:
            found = [entry.note for link in self.world.links() for entry in history.last(tx, link.id, 20)]
        return " ".join(found)

    def mend(self) -> None:
        self.green.faults = lambda _operation: ""
        self.world.retry(self.listed().link_id)

    def at_rest(self) -> None:
        assert self.told() == ""
        with self.world.db.read() as tx:
            assert overview.held(tx, self.world.green.id) == overview.held(tx, self.world.blue.id) == []


def test_a_required_field_that_came_later_is_named_and_it_goes_on(database_url: str) -> None:
    stand = Custom(database_url, row("text"))
    stand.refuses("create", Blocked("customfield_10099: Root cause is required.", fields=("customfield_10099",)))
    stand.blue.create("First", f="x")
    stand.run()
    held = stand.listed()
    assert held.reason == stand.told() == "customfield_10099: Root cause is required."
    assert held.fix.startswith("Bug of P demands “customfield_10099”: add a field mapping, or a fixed value, for it")
    stand.mend()
    assert stand.there() == "x"
    stand.at_rest()


def test_a_mapped_field_that_became_required_is_told_apart(database_url: str) -> None:
    stand = Custom(database_url, row("text"))
    stand.refuses("create", Blocked(f"{FIELD}: Severity is required.", fields=(FIELD,)))
    stand.blue.create("First")
    stand.run()
    assert "fill it in by a fixed value or a value when empty in its field mapping" in stand.listed().fix


def test_a_field_deleted_there_names_its_row_and_goes_on_when_it_is_back(database_url: str) -> None:
    stand = Custom(database_url, row("text"))
    stand.create("one")
    words = f"Field '{FIELD}' cannot be set. It is not on the appropriate screen, or unknown."
    stand.refuses("edit", Blocked(f"{FIELD}: {words}", fields=(FIELD,)))
    stand.blue.edit(stand.ours, f="two")
    stand.run()
    held = stand.listed()
    assert "cannot be set" in held.reason
    assert held.reason == stand.told()
    assert "“severity”" in held.fix
    assert "screens of Bug of P" in held.fix
    stand.mend()
    assert stand.there() == "two"
    stand.at_rest()


def test_a_field_deleted_here_clears_nothing_at_the_other_side(database_url: str) -> None:
    stand = Custom(database_url, row("text"))
    stand.create("one")
    kept = stand.green.issues[stand.twin]["fields"].pop(FIELD)
    stand.green.edit(stand.twin, summary="Edited after")
    stand.world.settle()
    assert stand.here() == "one"
    held = stand.listed()
    assert FIELD in held.reason
    assert "“severity”" in held.fix
    assert stand.told() == held.reason
    stand.green.issues[stand.twin]["fields"][FIELD] = kept
    stand.mend()
    assert stand.blue.issues[stand.ours]["fields"]["summary"] == "Edited after"
    stand.at_rest()


def test_a_field_that_holds_nothing_may_go(database_url: str) -> None:
    stand = Custom(database_url, row("text"))
    stand.create("")
    del stand.green.issues[stand.twin]["fields"][FIELD]
    stand.green.edit(stand.twin, summary="Edited after")
    stand.world.settle()
    assert stand.blue.issues[stand.ours]["fields"]["summary"] == "Edited after"
    stand.at_rest()


@pytest.mark.parametrize(
    ("operation", "refusal", "fix"),
    [
        ("edit", Blocked("You do not have permission to edit.", fix="Give the app's user the permission"), "Give the"),
        ("create", Blocked("project: You cannot create issues.", fields=("project",)), "Let the app create and edit"),
        ("edit", Missing("Issue does not exist."), "Let the app browse and edit"),
    ],
)
def test_a_permission_that_was_removed_is_named_and_it_goes_on(
    operation: str, refusal: Blocked, fix: str, database_url: str
) -> None:
    stand = Custom(database_url, row("text"))
    if operation == "edit":
        stand.create("one")
    stand.refuses(operation, refusal)
    if operation == "edit":
        stand.blue.edit(stand.ours, f="two")
    else:
        stand.blue.create("First", f="two")
    stand.run()
    held = stand.listed()
    assert refusal.reason in held.reason
    assert held.fix.startswith(fix)
    assert stand.told() == held.reason
    stand.mend()
    assert stand.there() == "two"
    stand.at_rest()


PAIR = ValueMapping(Choice("blue-Alpha", "Alpha"), Choice("green-Beta", "Beta"))


def test_a_renamed_option_goes_on_by_its_id(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stand = Custom(database_url, row("select", values=(PAIR,)))
    stand.create("Beta")
    offered = fields.offered

    def renamed(site: str) -> list[dict[str, object]]:
        return [{**one, "name": "Renamed"} if one["id"] == "green-Beta" else one for one in offered(site)]

    monkeypatch.setattr(fields, "offered", renamed)
    stand.blue.edit(stand.ours, f={"id": "blue-Alpha", "name": "Renamed too"})
    stand.world.settle()
    assert stand.green.issues[stand.twin]["fields"][FIELD]["id"] == "green-Beta"
    stand.at_rest()


@pytest.mark.parametrize("policy", ["nothing", "report", "default"])
def test_a_deleted_option_goes_by_the_policy(policy: str, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    default = FieldEnd(default=fields.option("green", "Only-green"))
    stand = Custom(database_url, row("select", values=(PAIR,), unmatched=policy, at_accepter=default))
    stand.create("Beta")
    offered = fields.offered
    monkeypatch.setattr(fields, "offered", lambda site: [one for one in offered(site) if one["id"] != "green-Beta"])
    stand.world.engine.metadata.forget(stand.world.green.id, fresh=True)
    stand.blue.edit(stand.ours, f=fields.option("blue", "Alpha"))
    stand.world.settle()
    words = "“Beta”, which stands for their “Alpha”, is not offered here any more."
    if policy == "report":
        held = stand.listed()
        assert words in held.reason
        assert "Map the value" in held.fix
        assert stand.told() == held.reason
        monkeypatch.setattr(fields, "offered", offered)
        stand.mend()
    else:
        assert words in stand.notes()
        assert stand.there() == ("Beta" if policy == "nothing" else "Only-green")
    stand.at_rest()


@pytest.mark.parametrize("unmatched", ["leave", "default"])
def test_a_person_hidden_there_goes_by_the_policy_and_nobody_is_unassigned(unmatched: str, database_url: str) -> None:
    pair = UserPair(Choice("account-Ann", "Ann"), Choice("account-Bob", "Bob"))
    users = UserMapping(table=(pair,), unmatched=unmatched, accepter_default="account-Bob")  # type: ignore[arg-type]
    stand = Custom(database_url, row("user"), users)
    stand.create("Ann")
    assert stand.there() == "Bob"
    stand.edit("Only-blue")
    assert stand.there() == "Bob"
    assert "Nobody here stands for their Only-blue" in stand.notes()
    stand.at_rest()


def test_every_held_issue_is_listed_at_the_side_that_can_mend_it(database_url: str) -> None:
    stand = Custom(database_url, row("select", unmatched="report"))
    stand.create("Only-blue")
    held = stand.listed()
    with stand.world.db.read() as tx:
        (across,) = overview.held(tx, stand.world.blue.id)
    assert (across.ours, across.reason, across.fix) == (False, held.reason, "")
    assert next(link for link in stand.world.links() if link.id == held.link_id).state == twin_link.BLOCKED
