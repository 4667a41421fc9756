"""Drafts: edited aside, compared, published, and gone back from; at either side, in one deployment or in two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from addon.errors import Refused
from addon.model.rules import document_of
from tests.fakes.desk import Desk, desks_of
from tests.fakes.partners import Pair, document, mapping, pair


@pytest.fixture(params=[False, True], ids=["same deployment", "two deployments"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    with pair(tmp_path, remote=request.param) as made:
        yield made


@pytest.fixture
def desks(two: Pair) -> tuple[Desk, Desk]:
    return desks_of(two)


@pytest.fixture(params=["inviter", "accepter"])
def desk(request: pytest.FixtureRequest, desks: tuple[Desk, Desk]) -> Desk:
    return desks[request.param == "accepter"]


def test_a_draft_opens_as_what_is_live(desk: Desk) -> None:
    opened = desk.open()
    assert (opened.document, opened.based_on, opened.stored) == (document_of(()), 0, False)
    desk.publish(document())
    assert desk.open().document == document()
    assert desk.open().based_on == 1
    assert desk.compare() == []


def test_a_saved_draft_stays_and_changes_nothing(desk: Desk) -> None:
    desk.publish(document())
    saved = desk.save(document(mapping(active=False)))
    assert desk.open() == saved
    assert (saved.edited_by, saved.based_on) == (desk.person.title(), 1)
    assert desk.live().document == document()
    assert desk.compare() == [("changed", "Switched off: its twins stay and are no longer kept in step")]


def test_a_draft_is_seen_at_its_own_side_only(desks: tuple[Desk, Desk]) -> None:
    blue, green = desks
    blue.save(document())
    blue.two.work()
    assert not green.open().stored
    stranger, id_ = replace(blue.tenant, id=blue.tenant.id + 100), blue.ours.id
    for act in (
        lambda: blue.drafting.open(stranger, id_),
        lambda: blue.drafting.save(stranger, id_, document(), "eve", blue.open().revision),
        lambda: blue.drafting.discard(stranger, id_, blue.open().revision),
        lambda: blue.drafting.compare(stranger, id_),
        lambda: blue.drafting.publish(stranger, id_, "eve", blue.open().revision),
        lambda: blue.drafting.versions(stranger, id_),
        lambda: blue.drafting.rollback(stranger, id_, 1, "eve"),
    ):
        with pytest.raises(Refused, match="does not exist"):
            act()


def test_an_incomplete_draft_stands_but_is_not_published(desk: Desk) -> None:
    row = replace(mapping().fields[0], accepter_field="", inviter_field="")
    desk.save(document(replace(mapping(), fields=(row,))))
    with pytest.raises(Refused, match="it names no field") as refused:
        desk.publish()
    assert refused.value.status == 422
    assert desk.open().stored, "what was refused can be mended"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"format": 99, "mappings": []},
        {"format": 2, "mappings": [{}]},
        document(mapping(), mapping()),
        document(replace(mapping(), fields=mapping().fields * 2)),
        document(mapping("x" * 37)),
        document(mapping("")),
        document(replace(mapping(), fields=(replace(mapping().fields[0], id="twin"),))),
        document(*(replace(mapping(str(n)), fields=mapping().fields) for n in range(1200))),
    ],
)
def test_what_is_no_document_is_not_saved(desk: Desk, said: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        desk.save(said)
    assert refused.value.status == 422
    assert not desk.open().stored


def test_two_people_at_once_the_second_is_told(desk: Desk) -> None:
    shown = desk.open().revision
    first = desk.save(document(mapping("a")), shown)
    with pytest.raises(Refused, match=f"{desk.person.title()} has changed the draft") as refused:
        desk.save(document(mapping("b")), shown)
    assert refused.value.status == 409
    second = desk.save(document(mapping("c")), first.revision)
    for act in (
        lambda: desk.drafting.discard(desk.tenant, desk.ours.id, first.revision),
        lambda: desk.drafting.publish(desk.tenant, desk.ours.id, desk.person, first.revision),
    ):
        with pytest.raises(Refused, match="has changed the draft"):
            act()
    assert desk.open() == second


def test_a_revision_is_never_used_twice(desk: Desk) -> None:
    first = desk.save(document(mapping("a")))
    desk.drafting.discard(desk.tenant, desk.ours.id, first.revision)
    again = desk.save(document(mapping("b")))
    assert again.revision != first.revision
    with pytest.raises(Refused, match="has changed the draft"):
        desk.save(document(mapping("c")), first.revision)


def test_a_first_save_on_rules_that_are_no_longer_live_is_refused(desk: Desk) -> None:
    shown = desk.open().revision
    desk.publish(document())
    with pytest.raises(Refused, match="version 1 is live"):
        desk.save(document(mapping("b")), shown)


def test_publishing_takes_the_draft_away_and_reaches_the_partner(desks: tuple[Desk, Desk], desk: Desk) -> None:
    desk.save(document())
    assert desk.publish().version == 1
    assert not desk.open().stored
    desk.two.work()
    assert [one.live().hash for one in desks] == [desk.live().hash] * 2
    assert desk.audited()[-2:] == ["draft.begin", "rules.publish"]


def test_nothing_new_is_not_published(desk: Desk) -> None:
    desk.publish(document())
    with pytest.raises(Refused, match="nothing to publish"):
        desk.publish()
    with pytest.raises(Refused, match="nothing to publish"):
        desk.publish(document())


def test_a_draft_of_an_older_version_is_not_published(desks: tuple[Desk, Desk]) -> None:
    blue, green = desks
    blue.publish(document())
    blue.two.work()
    blue.save(document(mapping(active=False)))
    green.publish(document(mapping(), mapping("m2", ours="10001", theirs="10001")))
    green.two.work()
    with pytest.raises(Refused, match="Version 2 was published meanwhile") as refused:
        blue.publish()
    assert refused.value.status == 409
    assert blue.live().version == 2


def test_discarding_leaves_what_is_live(desk: Desk) -> None:
    desk.publish(document())
    saved = desk.save(document(mapping(active=False)))
    desk.drafting.discard(desk.tenant, desk.ours.id, saved.revision, desk.person)
    assert desk.open().document == document()
    assert desk.audited()[-1] == "draft.discard"


def test_going_back_publishes_the_old_rules_as_the_next_version(desk: Desk) -> None:
    desk.publish(document())
    desk.two.work()
    desk.publish(document(mapping(active=False)))
    desk.two.work()
    assert desk.drafting.rollback(desk.tenant, desk.ours.id, 1, desk.person).version == 3
    said = desk.drafting.versions(desk.tenant, desk.ours.id)
    assert [one.version for one in said] == [3, 2, 1]
    assert said[0].document == said[2].document == document()
    with pytest.raises(Refused, match="no version 9"):
        desk.drafting.rollback(desk.tenant, desk.ours.id, 9, desk.person)


def test_nothing_is_drafted_before_acceptance(two: Pair) -> None:
    sent = two.invite()
    with pytest.raises(Refused, match="once the synchronization is accepted"):
        Desk(two, two.blue_home, two.blue, sent, "ann").save(document())


def test_a_draft_catches_up_with_what_was_published_meanwhile(desks: tuple[Desk, Desk]) -> None:
    blue, green = desks
    blue.publish(document())
    blue.two.work()
    draft = blue.save(document(mapping(active=False)))
    green.publish(document(mapping(), mapping("m2", ours="10001", theirs="10001")))
    green.two.work()
    caught = blue.drafting.catch_up(blue.tenant, blue.ours.id, "ann", draft.revision)
    assert caught.based_on == 2
    assert [(one.kind, one.words[:12]) for one in blue.drafting.compare(blue.tenant, blue.ours.id)] == [
        ("changed", "Switched off")
    ]
    assert [one.mapping_id for one in blue.drafting.effects(blue.tenant, blue.ours.id)] == ["m1"]
    with pytest.raises(Refused, match="has changed the draft"):
        blue.drafting.catch_up(blue.tenant, blue.ours.id, "ann", draft.revision)
    assert blue.publish().version == 3
    blue.two.work()
    assert green.live().hash == blue.live().hash


def test_each_end_says_what_the_other_holds(desks: tuple[Desk, Desk]) -> None:
    blue, green = desks

    def words(desk: Desk) -> str:
        return desk.drafting.holding(desk.tenant, desk.ours.id).words

    assert words(blue) == "Nothing has been published yet."
    blue.publish(document())
    assert words(blue) == "Version 1 is live here. Green has none yet and is being told."
    blue.two.work()
    assert words(blue) == "Version 1, live here and at Green."
    assert words(green) == "Version 1, live here and at Blue."
    green.home.jiras[green.tenant.base_url].away = True
    blue.publish(document(mapping(), mapping("m2", ours="10001", theirs="10001")))
    blue.two.work()
    assert words(blue).startswith("Version 2 is live here. Green has version 1 and is being told. Jira at")
