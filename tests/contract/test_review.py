"""Review: the partner's rules wait for a person, from whichever side they come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from addon.errors import Refused
from addon.model.rules import rules_from
from addon.model.veto import Veto
from addon.store import draft, proposal, rules, synchronization
from addon.sync.comparison import compare
from tests.fakes.desk import Desk, desks_of
from tests.fakes.partners import Pair, document, mapping, pair

MORE = document(mapping(), mapping("m2", ours="10001", theirs="10001"))
OTHER = document(mapping(), mapping("m3", ours="10001", theirs="10001"))
LESS = document(mapping(active=False))


@pytest.fixture(params=[False, True], ids=["same deployment", "two deployments"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    with pair(tmp_path, remote=request.param) as made:
        yield made


@pytest.fixture(params=["inviter", "accepter"])
def sides(request: pytest.FixtureRequest, two: Pair) -> tuple[Desk, Desk]:
    """Who proposes, and who reviews; version 1 is live at both."""
    blue, green = desks_of(two)
    blue.publish(document())
    two.work()
    proposer, reviewer = (blue, green) if request.param == "inviter" else (green, blue)
    reviewer.ask_review()
    two.work()
    return proposer, reviewer


def live(*desks: Desk) -> list[tuple[int, str]]:
    return [(desk.live().version, desk.live().hash) for desk in desks]


def same(*desks: Desk) -> bool:
    return len(set(live(*desks))) == 1


def test_without_the_wish_rules_are_live_at_once(sides: tuple[Desk, Desk]) -> None:
    proposer, reviewer = sides
    reviewer.ask_review(False)
    reviewer.two.work()
    assert not proposer.publish(MORE).proposed
    reviewer.two.work()
    assert live(proposer, reviewer)[1] == (2, proposer.live().hash)


def test_a_proposal_waits_for_the_partner(sides: tuple[Desk, Desk]) -> None:
    proposer, reviewer = sides
    made = proposer.publish(MORE)
    assert (made.version, made.proposed) == (1, True)
    proposer.two.work()
    assert proposer.live().version == reviewer.live().version == 1
    asked = reviewer.proposal()
    assert asked is not None
    assert (asked.document, asked.based_on, asked.proposed_by) == (MORE, 1, proposer.person.title())
    live = rules_from(1, reviewer.live().document)
    told = compare(live, rules_from(0, asked.document), reviewer.ours.side, "")
    assert [(one.mapping_id, one.kind) for one in told] == [("m2", "added")]
    assert proposer.proposal() is None
    assert proposer.open().stored, "the draft stays until it is live"
    assert proposer.audited()[-1] == "rules.propose"


def test_an_accepted_proposal_is_live_at_both_ends(sides: tuple[Desk, Desk]) -> None:
    proposer, reviewer = sides
    proposer.publish(MORE)
    proposer.two.work()
    assert reviewer.accept().version == 2
    proposer.two.work()
    assert same(proposer, reviewer)
    for desk in sides:
        version = desk.live()
        assert version.document == MORE
        assert (version.published_by, version.proposed_by) == (reviewer.person.title(), proposer.person.title())
        assert version.published_side == reviewer.ours.side
    assert (proposer.proposed().state, proposer.proposed().answered_by) == ("accepted", reviewer.person.title())
    assert not proposer.open().stored
    assert reviewer.proposal() is None
    assert reviewer.audited()[-1] == "rules.publish"
    for desk in sides:
        with desk.home.db.read() as tx:
            assert rules.starts(tx, desk.ours.id).keys() == {"m1", "m2"}


def test_what_was_chosen_for_older_issues_holds_once_the_partner_accepts(sides: tuple[Desk, Desk]) -> None:
    proposer, reviewer = sides
    proposer.publish(MORE, m2="all")
    proposer.two.work()
    reviewer.accept()
    proposer.two.work()
    begun = {}
    for desk in sides:
        with desk.home.db.read() as tx:
            begun[desk.person] = rules.starts(tx, desk.ours.id)["m2"]
    assert begun[proposer.person] == 0.0, "all: of whatever age"
    assert begun[reviewer.person] > 0.0, "what they chose was for their own issues"


def test_a_declined_proposal_comes_back_with_the_reason(sides: tuple[Desk, Desk]) -> None:
    proposer, reviewer = sides
    proposer.publish(MORE)
    proposer.two.work()
    reviewer.decline(" Not before spring. ")
    proposer.two.work()
    mine = proposer.proposed()
    assert (mine.state, mine.reason, mine.answered_by) == ("declined", "Not before spring.", reviewer.person.title())
    assert live(proposer, reviewer) == [(1, proposer.live().hash)] * 2
    assert reviewer.proposal() is None
    assert reviewer.audited()[-1] == "rules.decline"
    assert proposer.open().document == MORE, "what was declined can be mended"
    assert proposer.publish(OTHER).proposed
    proposer.two.work()
    assert reviewer.accept().version == 2
    proposer.two.work()
    assert same(proposer, reviewer)


def test_a_proposal_is_withdrawn(sides: tuple[Desk, Desk]) -> None:
    proposer, reviewer = sides
    proposer.publish(MORE)
    proposer.two.work()
    shown = reviewer.proposal()
    proposer.withdraw()
    proposer.two.work()
    assert reviewer.proposal() is None
    with pytest.raises(Refused, match="withdrawn or replaced"):
        reviewer.accept(shown)
    with pytest.raises(Refused, match="withdrawn or replaced"):
        proposer.withdraw()
    assert proposer.audited()[-1] == "rules.withdraw"


def test_a_proposal_is_replaced(sides: tuple[Desk, Desk]) -> None:
    proposer, reviewer = sides
    proposer.publish(MORE)
    proposer.two.work()
    shown = reviewer.proposal()
    with pytest.raises(Refused, match="proposed already"):
        proposer.publish()
    proposer.publish(OTHER)
    proposer.two.work()
    with pytest.raises(Refused, match="withdrawn or replaced"):
        reviewer.accept(shown)
    reviewer.accept()
    proposer.two.work()
    assert same(proposer, reviewer)
    assert reviewer.live().document == OTHER


def test_what_only_stops_something_needs_nobody(sides: tuple[Desk, Desk]) -> None:
    proposer, reviewer = sides
    assert not proposer.publish(LESS).proposed
    proposer.two.work()
    assert same(proposer, reviewer)
    assert reviewer.live().document == LESS
    assert proposer.publish(document()).proposed, "switching it on again does"


def test_the_reviewer_publishes_freely(sides: tuple[Desk, Desk]) -> None:
    proposer, reviewer = sides
    assert not reviewer.publish(MORE).proposed
    proposer.two.work()
    assert same(proposer, reviewer)


def test_going_back_is_proposed_too(sides: tuple[Desk, Desk]) -> None:
    proposer, reviewer = sides
    reviewer.publish(MORE)
    proposer.two.work()
    reviewer.publish(OTHER)
    proposer.two.work()
    assert proposer.drafting.rollback(proposer.tenant, proposer.ours.id, 2, proposer.person).proposed
    proposer.two.work()
    reviewer.accept()
    proposer.two.work()
    assert same(proposer, reviewer)
    assert reviewer.live().document == MORE


def test_a_proposal_on_rules_that_are_no_longer_live_cannot_be_accepted(sides: tuple[Desk, Desk]) -> None:
    proposer, reviewer = sides
    proposer.publish(MORE)
    proposer.two.work()
    reviewer.publish(OTHER)
    proposer.two.work()
    with pytest.raises(Refused, match="proposed on version 1; version 2"):
        reviewer.accept()
    assert same(proposer, reviewer)
    assert reviewer.live().document == OTHER


def test_both_ask_for_review_and_both_accept_at_once(sides: tuple[Desk, Desk]) -> None:
    proposer, reviewer = sides
    proposer.ask_review()
    proposer.two.work()
    proposer.publish(MORE)
    reviewer.publish(OTHER)
    proposer.two.work()
    for desk in sides:
        try:
            desk.accept()
        except Refused as refused:
            assert "at the same time" in refused.sentence or "was published since" in refused.sentence
    proposer.two.work()
    assert same(proposer, reviewer)
    assert proposer.live().version == 2


def test_an_acceptance_and_a_withdrawal_that_cross(sides: tuple[Desk, Desk]) -> None:
    proposer, reviewer = sides
    proposer.publish(MORE)
    proposer.two.work()
    proposer.withdraw()
    reviewer.accept()
    proposer.two.work()
    assert same(proposer, reviewer)
    assert proposer.live().document == MORE
    assert reviewer.proposal() is None


def test_nobody_answers_for_the_other_side(sides: tuple[Desk, Desk]) -> None:
    proposer, reviewer = sides
    proposer.publish(MORE)
    proposer.two.work()
    mine = proposer.proposed().proposal_id
    for act in (
        lambda: proposer.drafting.accept(proposer.tenant, proposer.ours.id, mine, "ann"),
        lambda: proposer.drafting.decline(proposer.tenant, proposer.ours.id, mine, "ann", ""),
        lambda: reviewer.drafting.withdraw(reviewer.tenant, reviewer.ours.id, mine, "bob"),
    ):
        with pytest.raises(Refused, match="answered, withdrawn or replaced"):
            act()
    stranger = replace(reviewer.tenant, id=reviewer.tenant.id + 100)
    for act in (
        lambda: reviewer.drafting.accept(stranger, reviewer.ours.id, mine, "eve"),
        lambda: reviewer.drafting.decline(stranger, reviewer.ours.id, mine, "eve", ""),
        lambda: reviewer.drafting.proposal(stranger, reviewer.ours.id),
        lambda: reviewer.drafting.ask_review(stranger, reviewer.ours.id, False, "eve"),
    ):
        with pytest.raises(Refused, match="does not exist"):
            act()


def test_rules_that_come_unasked_are_not_taken(sides: tuple[Desk, Desk]) -> None:
    proposer, reviewer = sides
    with proposer.home.db.begin() as tx:
        synchronization.change(tx, proposer.ours.id, partner_review=False)
    assert not proposer.publish(MORE).proposed
    proposer.two.work()
    assert reviewer.live().version == 1
    assert "version 2 of the rules without the review" in reviewer.note()
    assert "has not taken" in proposer.drafting.holding(proposer.tenant, proposer.ours.id).words
    reviewer.ask_review(False)
    reviewer.two.work()
    assert same(proposer, reviewer)
    assert reviewer.note() == ""


def test_a_version_that_gave_way_becomes_a_draft(two: Pair) -> None:
    blue, green = desks_of(two)
    blue.publish(document())
    with pytest.raises(Refused, match="at the same time"):
        green.drafting.publication.publish(green.tenant, green.ours.id, MORE, "bob")
    two.work()
    assert same(blue, green)
    assert green.open().document == MORE
    assert (green.open().based_on, green.open().edited_by) == (0, "Bob")


def test_the_end_takes_proposals_along(sides: tuple[Desk, Desk]) -> None:
    proposer, reviewer = sides
    proposer.publish(MORE)
    proposer.two.work()
    reviewer.home.handshake.delete(reviewer.tenant, reviewer.ours.id, person="bob")
    reviewer.two.work()
    with pytest.raises(Refused, match="once the synchronization is accepted"):
        reviewer.accept()
    for desk in sides:
        desk.home.handshake.remove(desk.tenant, desk.ours.id, desk.person)
        with desk.home.db.read() as tx:
            assert draft.of(tx, desk.ours.id) is None
            assert proposal.all_of(tx, desk.ours.id, desk.ours.side) == []


def test_a_veto_is_kept_and_told_to_nobody(sides: tuple[Desk, Desk]) -> None:
    _, ours = sides
    said = Veto(frozenset({"customfield_77"}), frozenset({"customfield_78"}))
    before = ours.row().state_version
    ours.home.handshake.set_veto(ours.tenant, ours.ours.id, said, ours.person)
    assert ours.row().veto == said
    assert ours.row().state_version == before
    assert ours.audited()[-1] == "synchronization.veto"
    with ours.home.db.read() as tx:
        told = ours.home.handshake.door.exchange.own_state(tx, ours.row())
    assert "customfield_7" not in str(told.to_json())
    with pytest.raises(Refused, match="take some out") as refused:
        ours.home.handshake.set_veto(ours.tenant, ours.ours.id, Veto(frozenset({""})), ours.person)
    assert refused.value.status == 422
    stranger = replace(ours.tenant, id=ours.tenant.id + 100)
    with pytest.raises(Refused, match="does not exist"):
        ours.home.handshake.set_veto(stranger, ours.ours.id, Veto(), "eve")
