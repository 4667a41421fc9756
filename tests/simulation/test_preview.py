"""What would happen is what then happens; and asking changes nothing, in no table and at no Jira."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from addon.errors import Refused
from addon.model.matrix import COMMENTS, TYPES, directions
from addon.model.preview import Line, Outcome
from addon.model.rules import (
    BASIC_FIELDS,
    Choice,
    FieldEnd,
    FieldMapping,
    Flow,
    IssueMapping,
    Rules,
    Side,
    ValueMapping,
    document_of,
    other,
    rules_from,
)
from addon.model.scope import Choice as Shown
from addon.model.scope import Scope
from addon.model.value import SETS
from addon.store import rules as rules_store
from addon.store import synchronization as synchronization_store
from addon.store import twin_link
from addon.store.table import metadata
from addon.sync import preview as previews
from addon.sync.answering import HIDDEN
from addon.sync.outlook import LEFT, UNTOLD
from addon.sync.processors.registry import PROCESSORS
from addon.sync.route import FOUND_THEN
from tests.fakes import fields
from tests.fakes.cells import CASES, SIDES, given, name_of
from tests.fakes.workflow import chain, simple
from tests.simulation.world import World

SUMMARY = FieldMapping("summary", "text", "text", "summary", "summary")
COMMENT = FieldMapping("comments", COMMENTS, COMMENTS, "comment", "comment")
OF: dict[Side, str] = {"inviter": "blue", "accepter": "green"}


class Stand:
    """Blue and Green under these rows."""

    def __init__(self, url: str, *rows: FieldMapping, seed: int = 7, policy: str = "inviter") -> None:
        self.rng = random.Random(seed)
        random.seed(seed)
        self.rows = rows
        self.world = World(url, self.rng, rows=rows, policy=policy)
        self.blue = self.world.sites[self.world.blue.id]
        self.green = self.world.sites[self.world.green.id]
        for row in rows:
            for site, side in ((self.blue, "inviter"), (self.green, "accepter")):
                if row.field_of(side).startswith("f"):  # type: ignore[arg-type]
                    site.kinds[row.field_of(side)] = row.type_of(side)  # type: ignore[arg-type]

    @property
    def twin(self) -> str:
        return next(iter(self.green.issues))

    def ask(self, direction: previews.Direction = "out", rules: Rules | None = None, issue: str = "") -> Outcome:
        """From Blue; asking must change nothing."""
        world = self.world
        before = self.everything()
        reads = {site.name: 0 for site in world.sites.values()}
        for site in world.sites.values():
            site.called = lambda name=site.name: reads.__setitem__(name, reads[name] + 1)
        self.reads = reads
        try:
            issue = issue or next(iter(self.blue.issues))
            return world.preview.run(world.blue, world.ours, issue, rules, direction)
        finally:
            for site in world.sites.values():
                site.called = lambda: None
            assert self.everything() == before

    def everything(self) -> tuple[Any, ...]:
        """All rows of all tables, what both Jiras hold and were told, and which bells rang."""
        with self.world.db.read() as tx:
            tables = {t.name: [tuple(row) for row in tx.execute(t.select())] for t in metadata.sorted_tables}
        sites = [(repr(site.issues), tuple(site.writes), repr(site.created)) for site in self.world.sites.values()]
        return tables, sites, tuple(self.world.bell.keys), self.world.post.sent

    def shown(self, row: FieldMapping, side: Side) -> str:
        """What a side shows in a row's field, in the words of the preview."""
        site = self.blue if side == "inviter" else self.green
        processor = PROCESSORS[row.type_of(side)]
        words = processor.show(processor.read(next(iter(site.issues.values()))["fields"][row.field_of(side)]))
        # Jira takes an estimate away by setting it to nothing.
        return "" if words == "0m" else words

    def blocked(self) -> list[str]:
        return [link.reason for link in self.world.links() if link.state == twin_link.BLOCKED]


def line(outcome: Outcome, row_id: str) -> Line:
    return next(one for one in outcome.lines if one.row_id == row_id)


def row(kind: str, theirs: str = "", **more: Any) -> FieldMapping:
    return FieldMapping("f", kind, theirs or kind, "f", "f", **more)


def draft(*rows: FieldMapping, stand: Stand, active: bool = True) -> Rules:
    with stand.world.db.read() as tx:
        live = rules_store.live(tx, stand.world.ours.id).mappings[0]
    return rules_from(99, document_of((IssueMapping("m", active, live.inviter, live.accepter, rows),)))


# what is foretold comes true


def check_came_true(stand: Stand, side: Side, outcome: Outcome, before: dict[str, str]) -> None:
    """Each line against what the side shows now; ``before`` is what it showed when it was asked."""
    for row in stand.rows:
        if row.inviter_type == COMMENTS or not row.field_of(side):
            continue
        found = next((one for one in outcome.lines if one.row_id == row.id), None)
        if found is None:
            assert not row.enters(side)
            continue
        now, told = stand.shown(row, side), UNTOLD not in found.note
        if found.level in ("same", "later"):
            assert now == before[row.id], (found, row)
        elif told:
            assert (found.before, found.after) == (before[row.id], now), (found, row)
        elif LEFT in found.note:
            assert now == before[row.id], (found, row)
        elif TYPES[row.type_of(side)].form not in SETS | {"person"}:
            assert found.after == now, (found, row)


def settle(stand: Stand, asked: dict[Side, Outcome]) -> None:
    """Let the line run, and compare with what both ends had foretold."""
    before = {side: {r.id: _if_there(stand, r, side) for r in stand.rows} for side in asked}
    written = {side: len(_site(stand, side).writes) for side in asked}
    stand.world.settle()
    stops = [one for one in asked.values() if one.verdict == "blocked"]
    assert bool(stops) == bool(stand.blocked()), (asked, stand.blocked())
    if stops:
        assert any(reason in one.words for one in stops for reason in stand.blocked())
        return
    for side, outcome in asked.items():
        check_came_true(stand, side, outcome, before[side])
        wrote = len(_site(stand, side).writes) > written[side]
        if not wrote and outcome.verdict == "update":
            # What stands there is not told, so neither is that nothing differs.
            assert all(
                UNTOLD in line.note or LEFT in line.note for line in outcome.lines if line.level in ("ok", "warning")
            ), outcome
        else:
            assert wrote == (outcome.verdict in ("create", "update")), (side, outcome)


def _site(stand: Stand, side: Side) -> Any:
    return stand.blue if side == "inviter" else stand.green


def _if_there(stand: Stand, row: FieldMapping, side: Side) -> str:
    if row.inviter_type == COMMENTS or not row.field_of(side) or not _site(stand, side).issues:
        return ""
    return stand.shown(row, side)


@pytest.mark.parametrize("seed", range(40))
def test_what_is_foretold_comes_true(seed: int, database_url: str) -> None:
    rng = random.Random(seed)
    rows = (SUMMARY, COMMENT, *_some_rows(rng))
    stand = Stand(database_url, *rows, seed=seed, policy=rng.choice(["inviter", "accepter", "newer", "hold"]))
    issue = stand.blue.create(**{"summary": "First", **_values(rng, rows, "inviter")})
    if rng.random() < 0.5:
        stand.blue.comment(issue, "said early")
    settle(stand, {"accepter": stand.ask()})
    for step in range(3):
        if stand.blocked():
            return
        for side in SIDES:
            if rng.random() < 0.7:
                _site(stand, side).edit(next(iter(_site(stand, side).issues)), **_values(rng, rows, side))
            if rng.random() < 0.3:
                _site(stand, side).comment(next(iter(_site(stand, side).issues)), f"said {step}")
        settle(stand, {"accepter": stand.ask("out"), "inviter": stand.ask("in")})


def _some_rows(rng: random.Random) -> list[FieldMapping]:
    rows = []
    estimates = 0
    for number, cell in enumerate(rng.sample(CASES, 6)):
        estimates += "estimate" in cell.source + cell.target
        if estimates > 1 and "estimate" in cell.source + cell.target:
            # The Jira in memory knows one estimate of a kind.
            continue
        side = rng.choice(SIDES)
        both = "both" in directions(cell.source, cell.target) and rng.random() < 0.7
        types = {side: cell.source, other(side): cell.target}
        form = TYPES[cell.target].form
        default = _default(form, OF[other(side)])
        unmatched = rng.choice(["nothing", "nothing", "default", "report"]) if default is not None else "nothing"
        if both and unmatched == "default":
            unmatched = "report"
        ends = {f"at_{other(side)}": FieldEnd(default=default)} if unmatched == "default" else {}
        rows.append(
            FieldMapping(
                f"row{number}",
                types["inviter"],
                types["accepter"],
                _name(types["inviter"], number),
                _name(types["accepter"], number),
                "both" if both else f"to_{other(side)}",  # type: ignore[arg-type]
                mode=rng.choice(["keep", "keep", "keep", "create_only"]),
                unmatched=unmatched,  # type: ignore[arg-type]
                create_missing=rng.random() < 0.3,
                values=_pairs(rng) if "option" in (cell.rule, form) else (),
                **ends,
            )
        )
    return rows


def _name(kind: str, number: int) -> str:
    """A field's id. The Jira in memory finds a written estimate by "target"."""
    return f"f{number}_target_{kind}"


def _pairs(rng: random.Random) -> tuple[ValueMapping, ...]:
    if rng.random() < 0.5:
        return ()
    return (ValueMapping(Choice("blue-Alpha", "Alpha"), Choice("green-Beta", "Beta")),)


def _default(form: str, site: str) -> Any:
    chosen = fields.option(site, "Alpha")
    return {
        "option": chosen,
        "options": [chosen],
        "cascade": {**chosen, "child": fields.option(site, "A1")},
        "person": {"id": "account-Ann", "name": "Ann", "email": ""},
        "people": [{"id": "account-Ann", "name": "Ann", "email": ""}],
    }.get(form)


def _values(rng: random.Random, rows: tuple[FieldMapping, ...], side: Side) -> dict[str, Any]:
    """What a person sets in some fields: a value both sites know, one that only this one knows, or nothing."""
    found: dict[str, Any] = {}
    for row in rows:
        name, kind = row.field_of(side), row.type_of(side)
        if kind != COMMENTS and name.startswith("f") and rng.random() < 0.6:
            found[name] = fields.raw(kind, _meaning(rng, kind, OF[side]), OF[side])
    if rng.random() < 0.3:
        found["summary"] = f"Summary {rng.randrange(9)}"
    return found


def _meaning(rng: random.Random, kind: str, site: str) -> Any:
    form = TYPES[kind].form
    cell = next(cell for cell in CASES if cell.source == kind)
    if rng.random() < 0.15:
        return [] if form in SETS else "" if form in ("text", "rich") else None
    if rng.random() < 0.2 and form in ("option", "options", "person", "people"):
        return [fields.only(site)] if form in SETS else fields.only(site)
    return rng.choice([given(cell).first, given(cell).second])


def test_each_cell_of_the_type_matrix_is_foretold(folder: Path) -> None:
    rows = tuple(
        FieldMapping(name_of(cell), cell.source, cell.target, f"f_s_{name_of(cell)}", f"f_t_{name_of(cell)}")
        for cell in CASES
        if "estimate" not in cell.target
    )
    stand = Stand(f"sqlite:///{folder}/all.db", SUMMARY, *(replace(one, direction="to_accepter") for one in rows))
    issue = stand.blue.create("First")
    settle(stand, {"accepter": stand.ask()})
    for step in ("first", "second", "cleared"):
        values = {cell.source: getattr(given(cell), step) for cell in CASES}
        edits = {one.inviter_field: fields.raw(one.inviter_type, values[one.inviter_type], "blue") for one in rows}
        stand.blue.edit(issue, **edits)
        outcome = stand.ask()
        assert len(outcome.shown) > len(rows) / 2
        settle(stand, {"accepter": outcome})


# what is said


def test_an_issue_without_a_twin(database_url: str) -> None:
    stand = Stand(database_url, *BASIC_FIELDS)
    stand.blue.create("First", labels=["one"])
    outcome = stand.ask()
    assert (outcome.head, outcome.words) == ("Will create", "Would create a Bug in P at green.")
    assert (line(outcome, "labels").before, line(outcome, "labels").after) == ("", "one")
    assert outcome.same == ("Description", "Comments")
    assert "no twin" in stand.ask("in").words


def test_what_is_the_same_comes_down_to_one_line(database_url: str) -> None:
    stand = Stand(database_url, *BASIC_FIELDS)
    issue = stand.blue.create("First")
    stand.world.settle()
    assert stand.ask().head == "Nothing to do"
    stand.blue.edit(issue, summary="Second")
    outcome = stand.ask()
    assert (outcome.head, outcome.words) == ("Will sync", f"Would update GREEN-{stand.twin} at green.")
    assert [(one.name, one.before, one.after) for one in outcome.shown] == [("Summary", "First", "Second")]
    assert outcome.same == ("Description", "Labels", "Priority", "Comments")
    stand.green.edit(stand.twin, priority={"id": "1"})
    into = stand.ask("in")
    assert into.words == f"Would update BLUE-{issue}."
    assert [(one.name, one.before, one.after) for one in into.shown if one.level == "ok"] == [
        ("Priority", "Medium", "Highest")
    ]
    assert line(into, "summary").after == line(into, "summary").before == "Second"


def test_comments_are_counted_and_those_held_back_are_told_at_home_only(database_url: str) -> None:
    stand = Stand(database_url, *BASIC_FIELDS)
    issue = stand.blue.create("First")
    stand.world.settle()
    for words in ("one", "two", "three"):
        comment = stand.blue.comment(issue, words)
    stand.blue.issues[issue]["comments"][comment]["visibility"] = {"type": "role", "value": "Developers"}
    said = line(stand.ask(), "comments")
    assert (said.after, said.note) == ("+2", "1 comment is held back: not everybody may read them here.")
    stand.world.settle()
    inside = stand.green.comment(stand.twin, "for us")
    stand.green.issues[stand.twin]["comments"][inside]["visibility"] = {"type": "role", "value": "Developers"}
    assert stand.ask("in").shown == ()


def test_a_value_that_matches_nothing_says_so(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY, row("select"))
    issue = stand.blue.create("First", f=fields.option("blue", "Alpha"))
    stand.world.settle()
    stand.blue.edit(issue, f=fields.option("blue", "Only-blue"))
    said = line(stand.ask(), "f")
    assert (said.before, said.after, said.level) == ("Alpha", "Alpha", "warning")
    assert said.note == "green: There is no “Only-blue” here."


def test_what_a_partner_does_not_send_us_is_not_told(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY, row("select", direction="to_accepter"))
    issue = stand.blue.create("First", f=fields.option("blue", "Alpha"))
    stand.world.settle()
    stand.green.edit(stand.twin, f=fields.option("green", "Only-green"))
    stand.blue.edit(issue, f=fields.option("blue", "Beta"))
    said = line(stand.ask(), "f")
    assert (said.before, said.after) == ("", "Beta")
    assert UNTOLD in said.note
    assert "Only-green" not in repr(stand.ask())


# drafts


def test_a_draft_is_tried_without_being_published(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY)
    stand.blue.kinds["f"] = stand.green.kinds["f"] = "select"
    issue = stand.blue.create("First", f=fields.option("blue", "Alpha"))
    tried = draft(SUMMARY, row("select", unmatched="report"), stand=stand)
    assert (line(stand.ask(rules=tried), "f").after, stand.ask(rules=tried).head) == ("Alpha", "Will create")
    stand.blue.edit(issue, f=fields.option("blue", "Only-blue"))
    outcome = stand.ask(rules=tried)
    assert (outcome.head, line(outcome, "f").level) == ("Blocked", "error")
    assert "Only-blue" in outcome.words


def test_a_new_row_of_a_draft_sends_nothing_by_itself(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY)
    stand.blue.kinds["f"] = stand.green.kinds["f"] = "select"
    stand.blue.create("First", f=fields.option("blue", "Alpha"))
    stand.world.settle()
    outcome = stand.ask(rules=draft(SUMMARY, row("select"), stand=stand))
    assert (outcome.head, line(outcome, "f").level, line(outcome, "f").after) == ("Nothing to do", "later", "Alpha")
    assert "Publishing sends nothing by itself." in outcome.words


def test_a_draft_opens_nothing_that_live_rules_keep(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY)
    stand.blue.kinds["f"] = stand.green.kinds["f"] = "text"
    issue = stand.blue.create("First")
    stand.world.settle()
    stand.green.edit(stand.twin, f="a secret of theirs")
    stand.blue.edit(issue, f="ours")
    tried = draft(SUMMARY, row("text"), stand=stand)
    assert all("secret" not in repr(stand.ask(way, tried)) for way in ("out", "in"))  # type: ignore[arg-type]
    assert line(stand.ask("in", tried), "f").note == "Its value is told only once published rules let it leave."
    renamed = draft(replace(row("text"), id="summary"), stand=stand)
    assert all("secret" not in repr(stand.ask(way, renamed)) for way in ("out", "in"))  # type: ignore[arg-type]


def test_an_unfinished_row_of_a_draft_says_what_is_wrong(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY)
    stand.blue.create("First")
    outcome = stand.ask(rules=draft(SUMMARY, row("number", "user"), stand=stand))
    assert (outcome.head, line(outcome, "f").level) == ("Blocked", "error")
    assert line(outcome, "summary").after == "First"


# kept out, blocked, hidden


def test_why_an_issue_is_kept_out(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY)
    issue = stand.blue.create("First")
    off = draft(SUMMARY, stand=stand, active=False)
    assert (stand.ask(rules=off).head, stand.ask(rules=off).words) == (
        "Kept out",
        "The mapping of its project and issue type is switched off. A Jira administrator can switch it on.",
    )
    mapping = draft(SUMMARY, stand=stand).mappings[0]
    closed = Rules(9, "", (replace(mapping, to_accepter=Flow("off")),))
    assert "direction of the mapping is off" in stand.ask(rules=closed).words
    by_hand = Rules(9, "", (replace(mapping, to_accepter=Flow("manual")),))
    assert "Only when somebody asks" in stand.ask(rules=by_hand).words
    _show(stand, stand.world.ours.id, Scope(Shown("only", frozenset({"99"}))))
    stand.world.ours = _synchronization(stand, stand.world.ours.id)
    assert (stand.ask().head, "not shown" in stand.ask().words) == ("Kept out", True)
    assert stand.ask(issue=issue).verdict == "kept_out"


def test_a_hidden_issue_is_answered_like_an_unknown_one(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY)
    stand.blue.create("First")
    stand.world.settle()
    words = set()
    twin = dict(stand.green.issues)
    stand.green.issues.clear()
    for direction in ("out", "in"):
        words.add(_refusal(stand, direction))
    stand.green.issues.update(twin)
    _show(stand, stand.world.theirs.id, Scope(Shown("only", frozenset({"99"}))))
    stand.world.theirs = _synchronization(stand, stand.world.theirs.id)
    for direction in ("out", "in"):
        words.add(_refusal(stand, direction))
    _show(stand, stand.world.theirs.id, Scope())
    stand.world.theirs = _synchronization(stand, stand.world.theirs.id)
    with stand.world.db.begin() as tx:
        tx.exec_driver_sql(f"update twin_link set link_key = 'x' where tenant_id = {stand.world.green.id}")
    words.add(_refusal(stand, "in"))
    assert words == {(404, HIDDEN)}


def _refusal(stand: Stand, direction: Any) -> tuple[int, str]:
    with pytest.raises(Refused) as caught:
        stand.ask(direction)
    return caught.value.status, caught.value.sentence


def _show(stand: Stand, synchronization_id: int, scope: Scope) -> None:
    with stand.world.db.begin() as tx:
        synchronization_store.change(tx, synchronization_id, scope=scope)


def _synchronization(stand: Stand, synchronization_id: int) -> Any:
    with stand.world.db.read() as tx:
        return synchronization_store.get(tx, synchronization_id)


def test_an_issue_that_is_not_there(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY)
    with pytest.raises(Refused) as caught:
        stand.ask(issue="4711")
    assert caught.value.status == 404


def test_it_costs_few_reads(database_url: str) -> None:
    stand = Stand(database_url, *BASIC_FIELDS)
    issue = stand.blue.create("First")
    stand.world.settle()
    stand.blue.edit(issue, summary="Second", priority={"id": "1"}, labels=["one"])
    stand.ask()
    assert stand.reads == {"blue": 2, "green": 2}
    stand.ask()
    assert stand.reads == {"blue": 2, "green": 1}
    stand.ask("in")
    assert max(stand.reads.values()) <= 3


# the status


def _walking(database_url: str, *edges: str) -> tuple[Stand, str]:
    stand = Stand(database_url, SUMMARY, FieldMapping("status", "status", "status", "status", "status"))
    stand.green.workflow = replace(chain(*edges), readable=True)
    stand.blue.workflow = simple(*stand.green.workflow.statuses.values())
    issue = stand.blue.create("First")
    stand.world.settle()
    return stand, issue


def test_a_status_is_told_with_the_transitions_to_it(database_url: str) -> None:
    stand, issue = _walking(database_url, "Open > Doing: Start work", "Doing > Done: Finish")
    stand.blue.move(issue, "Done")
    said = line(stand.ask(), "status")
    assert (said.before, said.after, said.level) == ("Open", "Done", "ok")
    assert said.note == "green: By the transitions “Start work”, “Finish”."
    assert stand.reads["green"] <= 5
    assert stand.green.status(stand.twin) == "Open"
    stand.world.settle()
    assert stand.green.status(stand.twin) == "Done"


def test_a_status_without_a_known_way_says_so(database_url: str) -> None:
    stand, issue = _walking(database_url, "Open > Doing", "Done > Open")
    stand.blue.move(issue, "Done")
    said = line(stand.ask(), "status")
    assert (said.level, FOUND_THEN in said.note) == ("warning", True)
