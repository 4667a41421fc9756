"""What goes between partners means the same over HTTP and within one process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from addon.errors import Refused, Retryable
from addon.model.message import Replica
from addon.model.scope import Choice, Scope
from addon.store import queue, rules, twin_link
from addon.store import synchronization as store
from addon.store import tenant as tenants
from addon.sync import epoch
from addon.sync.agreement import note, status_word
from tests.fakes.partners import Pair, document, mapping, message, pair


@pytest.fixture(params=[False, True], ids=["same deployment", "two deployments"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    with pair(tmp_path, remote=request.param) as made:
        yield made


def word(two: Pair, home: str, of: store.Synchronization) -> str:
    deployment = two.blue_home if home == "blue" else two.green_home
    ours = two.at_blue(of) if home == "blue" else two.at_green(of)
    with deployment.db.read() as tx:
        return status_word(ours, rules.live(tx, ours.id))


def words(two: Pair, of: store.Synchronization) -> tuple[str, str]:
    return word(two, "blue", of), word(two, "green", of)


# invitations


def test_an_invitation_arrives(two: Pair) -> None:
    sent = two.invite()
    received = two.at_green(sent)
    assert words(two, sent) == ("Invitation sent", "Invitation received")
    assert (received.partner_url, received.partner_name) == (two.blue.base_url, "Blue")
    assert (received.name, received.invited_by) == ("Blue ⇄ Green", "Ann")
    assert received.expires_at == sent.expires_at
    assert sent.partner_key_id == received.key_id
    assert received.partner_key_id == sent.key_id
    assert sent.told


def test_accepting_tells_the_inviter(two: Pair) -> None:
    sent = two.invite()
    two.green_home.handshake.accept(two.green, two.at_green(sent).id, scope=Scope(), person="bob")
    assert words(two, sent) == ("Not configured", "Not configured")
    two.work()
    assert two.at_blue(sent).told
    assert two.at_green(sent).told


def test_accepting_twice_is_accepting_once(two: Pair) -> None:
    ours, theirs = two.accepted()
    again = two.green_home.handshake.accept(two.green, theirs.id, scope=Scope(), person="bob")
    assert again.state_version == theirs.state_version
    assert words(two, ours) == ("Not configured", "Not configured")


def test_rejecting_tells_the_inviter_why(two: Pair) -> None:
    sent = two.invite()
    two.green_home.handshake.reject(two.green, two.at_green(sent).id, reason="Not this year.", person="bob")
    two.work()
    assert words(two, sent) == ("Rejected", "Rejected")
    ours = two.at_blue(sent)
    assert note(ours, 0) == f"Rejected by Bob at {two.green.base_url}. Reason: Not this year."
    two.blue_home.handshake.remove(two.blue, ours.id, "ann")
    two.green_home.handshake.remove(two.green, two.at_green(sent).id, "bob")


def test_withdrawing_tells_the_invited(two: Pair) -> None:
    sent = two.invite()
    two.blue_home.handshake.withdraw(two.blue, sent.id, "ann")
    two.work()
    assert words(two, sent) == ("Deleted", "Deleted")
    assert "withdrawn" in note(two.at_green(sent), 0)


def test_accepting_what_is_being_withdrawn(two: Pair) -> None:
    sent = two.invite()
    received = two.at_green(sent)
    two.blue_home.handshake.withdraw(two.blue, sent.id, "ann")
    with pytest.raises(Refused, match="withdrawn"):
        two.green_home.handshake.accept(two.green, received.id, scope=Scope(), person="bob")
    assert words(two, sent) == ("Deleted", "Deleted")
    two.work()
    assert words(two, sent) == ("Deleted", "Deleted")


def test_withdrawing_what_has_been_accepted(two: Pair) -> None:
    ours, _ = two.accepted()
    with pytest.raises(Refused, match="delete it"):
        two.blue_home.handshake.withdraw(two.blue, ours.id, "ann")


def test_rejecting_while_it_is_withdrawn(two: Pair) -> None:
    sent = two.invite()
    two.green_home.handshake.reject(two.green, two.at_green(sent).id, reason="", person="bob")
    two.blue_home.handshake.withdraw(two.blue, sent.id, "ann")
    two.work()
    assert words(two, sent) == ("Deleted", "Rejected")
    assert two.at_blue(sent).told
    assert two.at_green(sent).told


def test_an_expired_invitation_can_be_sent_again(two: Pair) -> None:
    sent = two.invite()
    two.blue_home.clock.days(15)
    with pytest.raises(Refused, match="expired"):
        two.green_home.handshake.accept(two.green, two.at_green(sent).id, scope=Scope(), person="bob")
    assert words(two, sent) == ("Invitation sent", "Invitation received")
    assert "Resend" in two.blue_home.handshake.note(two.at_blue(sent))
    two.blue_home.handshake.resend(two.blue, sent.id, "ann")
    assert two.at_green(sent).expires_at == two.at_blue(sent).expires_at
    two.green_home.handshake.accept(two.green, two.at_green(sent).id, scope=Scope(), person="bob")
    assert words(two, sent) == ("Not configured", "Not configured")


def test_several_synchronizations_between_the_same_sites(two: Pair) -> None:
    first, _ = two.accepted()
    second, _ = two.accepted("Support")
    two.blue_home.handshake.delete(two.blue, first.id, person="ann")
    two.work()
    assert words(two, first) == ("Deleted", "Deleted")
    assert words(two, second) == ("Not configured", "Not configured")


def test_a_name_is_taken_once_per_partner(two: Pair) -> None:
    two.invite("Support")
    with pytest.raises(Refused, match="Choose another name"):
        two.invite("support ")


def test_a_name_is_free_again_after_deletion(two: Pair) -> None:
    ours, _ = two.accepted()
    two.blue_home.handshake.delete(two.blue, ours.id, person="ann")
    two.invite()


# the end


def test_deleting_tells_the_partner(two: Pair) -> None:
    ours, theirs = two.accepted()
    two.green_home.handshake.delete(two.green, theirs.id, person="bob")
    two.work()
    assert words(two, ours) == ("Deleted", "Deleted")
    assert two.at_blue(ours).status_by == "partner"
    two.blue_home.handshake.remove(two.blue, ours.id)
    with pytest.raises(Refused, match="does not exist"):
        two.blue_home.handshake.delete(two.blue, ours.id, person="ann")


def test_both_delete_at_once(two: Pair) -> None:
    ours, theirs = two.accepted()
    two.blue_home.handshake.delete(two.blue, ours.id, person="ann")
    two.green_home.handshake.delete(two.green, theirs.id, person="bob")
    two.work()
    assert words(two, ours) == ("Deleted", "Deleted")
    assert (two.at_blue(ours).status_by, two.at_green(ours).status_by) == ("us", "us")
    assert two.at_blue(ours).told
    assert two.at_green(ours).told


def test_what_is_over_and_removed_there_need_not_be_told(two: Pair) -> None:
    ours, theirs = two.accepted()
    two.blue_home.handshake.delete(two.blue, ours.id, person="ann")
    with two.green_home.db.begin() as tx:
        store.remove(tx, two.green.id, theirs.id)
    two.work()
    assert two.at_blue(ours).told


def test_only_what_is_over_can_be_removed(two: Pair) -> None:
    ours, _ = two.accepted()
    with pytest.raises(Refused, match="delete it first"):
        two.blue_home.handshake.remove(two.blue, ours.id)


# scope


def test_the_partner_sees_the_result_of_a_scope(two: Pair) -> None:
    hidden = Scope(Choice("hide", frozenset({"10001"})), Choice("only", frozenset({"101"})))
    sent = two.invite(scope=hidden)
    seen = two.green_home.handshake.partner_projects(two.green, two.at_green(sent).id)
    assert [(project.key, [kind.name for kind in project.issue_types]) for project in seen] == [("SHOP", ["Task"])]
    assert [project.key for project in two.blue_home.handshake.own_projects(two.blue)] == ["SHOP", "OPS"]


def test_a_scope_holds_at_once(two: Pair) -> None:
    ours, theirs = two.accepted()
    assert len(two.blue_home.handshake.partner_projects(two.blue, ours.id)) == 2
    assert len(two.blue_home.handshake.partner_projects(two.blue, ours.id)) == 2
    two.green_home.handshake.set_scope(two.green, theirs.id, Scope(Choice("only", frozenset({"10001"}))), "bob")
    assert [p.key for p in two.blue_home.handshake.partner_projects(two.blue, ours.id)] == ["HELP"]


def test_many_projects_come_page_by_page(two: Pair) -> None:
    two.green_home.jiras[two.green.base_url].projects = {f"P{n}": ["Task"] for n in range(120)}
    ours, _ = two.accepted()
    assert len(two.blue_home.handshake.partner_projects(two.blue, ours.id)) == 120


def test_a_partner_whose_jira_is_away(two: Pair) -> None:
    ours, _ = two.accepted()
    two.green_home.jiras[two.green.base_url].away = True
    with pytest.raises(Refused, match="Try again"):
        two.blue_home.handshake.partner_projects(two.blue, ours.id)


# rules


@pytest.mark.parametrize("publisher", ["blue", "green"])
def test_published_rules_are_live_at_both_ends(two: Pair, publisher: str) -> None:
    ours, theirs = two.accepted()
    if publisher == "blue":
        assert two.blue_home.handshake.publish(two.blue, ours.id, document(), "ann").version == 1
    else:
        assert two.green_home.handshake.publish(two.green, theirs.id, document(), "bob").version == 1
    two.work()
    assert words(two, ours) == ("Active", "Active")
    with two.blue_home.db.read() as blue, two.green_home.db.read() as green:
        assert rules.live(blue, ours.id) == rules.live(green, theirs.id)
        assert rules.starts(blue, ours.id).keys() == rules.starts(green, theirs.id).keys() == {"m1"}
        assert rules.versions(green, theirs.id)[0].published_by == ("Ann" if publisher == "blue" else "Bob")


def test_publishing_the_same_is_no_new_version(two: Pair) -> None:
    ours, _ = two.accepted()
    assert two.blue_home.handshake.publish(two.blue, ours.id, document(), "ann").version == 1
    assert two.blue_home.handshake.publish(two.blue, ours.id, document(), "ann").version == 1


def test_a_mapping_switched_on_again_starts_anew(two: Pair) -> None:
    ours, theirs = two.accepted()
    publish = two.blue_home.handshake.publish
    publish(two.blue, ours.id, document(), "ann")
    two.work()
    with two.green_home.db.read() as tx:
        first = rules.starts(tx, theirs.id)["m1"]
    publish(two.blue, ours.id, document(mapping(active=False)), "ann")
    two.work()
    assert words(two, ours) == ("Not configured", "Not configured")
    two.blue_home.clock.ahead += 100
    two.green_home.clock.ahead = two.blue_home.clock.ahead
    publish(two.blue, ours.id, document(), "ann")
    two.work()
    with two.green_home.db.read() as tx:
        assert rules.starts(tx, theirs.id)["m1"] > first + 90


def test_both_publish_at_once_and_the_inviters_stands(two: Pair) -> None:
    ours, theirs = two.accepted()
    two.blue_home.handshake.publish(two.blue, ours.id, document(mapping("blue")), "ann")
    with pytest.raises(Refused, match="at the same time"):
        two.green_home.handshake.publish(two.green, theirs.id, document(mapping("green")), "bob")
    two.work()
    with two.blue_home.db.read() as blue, two.green_home.db.read() as green:
        assert rules.live(blue, ours.id) == rules.live(green, theirs.id)
        assert rules.live(green, theirs.id).mapping("blue")
        assert rules.starts(green, theirs.id).keys() >= {"blue"}
    two.green_home.handshake.publish(two.green, theirs.id, document(mapping("green")), "bob")
    two.work()
    with two.blue_home.db.read() as blue:
        assert rules.live(blue, ours.id).version == 2
        assert rules.live(blue, ours.id).mapping("green")


def test_rules_wait_for_the_receivers_jira(two: Pair) -> None:
    ours, _ = two.accepted()
    two.green_home.jiras[two.green.base_url].away = True
    two.blue_home.handshake.publish(two.blue, ours.id, document(), "ann")
    two.work()
    assert not two.at_blue(ours).told
    assert "has not been told" in two.blue_home.handshake.note(two.at_blue(ours))
    two.green_home.jiras[two.green.base_url].away = False
    two.blue_home.clock.ahead += 60
    assert two.blue_home.handshake.sweep() == 1
    assert words(two, ours) == ("Active", "Active")
    assert two.at_blue(ours).retry_at is None


def test_rules_before_acceptance_are_refused(two: Pair) -> None:
    sent = two.invite()
    with pytest.raises(Refused, match="once the synchronization is accepted"):
        two.blue_home.handshake.publish(two.blue, sent.id, document(), "ann")


def test_rules_that_contradict_themselves_are_refused(two: Pair) -> None:
    ours, _ = two.accepted()
    with pytest.raises(Refused, match="two active mappings"):
        two.blue_home.handshake.publish(two.blue, ours.id, document(mapping("a"), mapping("b")), "ann")
    with pytest.raises(Refused, match="cannot be read"):
        two.blue_home.handshake.publish(two.blue, ours.id, {"format": 2, "mappings": [{}]}, "ann")
    with pytest.raises(Refused, match="format"):
        two.blue_home.handshake.publish(two.blue, ours.id, {"format": 99, "mappings": []}, "ann")


# messages


def test_messages_are_stored_in_order_and_once(two: Pair) -> None:
    ours, theirs = two.accepted()
    send = two.blue_home.transport.send
    first = message(1, replica=Replica({"summary": {"value": "Tee ☕"}}, 5.0))
    assert send(ours, [first, message(2)]) == {first.link_key: 2}
    assert send(ours, [first, message(2), message(3)]) == {first.link_key: 3}
    assert send(ours, [message(5)]) == {first.link_key: 3}
    assert send(ours, [message(7, "fedcba9876543210")]) == {"fedcba9876543210": 0}
    with two.green_home.db.read() as tx:
        link = twin_link.by_key(tx, theirs.id, first.link_key)
        assert link is not None
        rows = queue.incoming(tx, link.id)
    assert [row.message.sequence for row in rows] == [1, 2, 3]
    assert rows[0].message == first
    assert two.green_home.bell.links


def test_each_end_reaches_the_other(two: Pair) -> None:
    ours, theirs = two.accepted()
    two.green_home.transport.send(theirs, [message(1)])
    with two.blue_home.db.read() as tx:
        assert twin_link.by_key(tx, ours.id, message(1).link_key)


def test_large_batches_go_in_pieces(two: Pair) -> None:
    ours, _ = two.accepted()
    two.green_switch.calls.clear()
    long = [message(n, replica=Replica({"summary": {"value": "x" * 200_000}}, 1.0)) for n in range(1, 12)]
    assert two.blue_home.transport.send(ours, long) == {message(1).link_key: 11}
    assert not two.remote or len(two.green_switch.calls) == 3


def test_messages_for_what_is_over_wait_until_we_know(two: Pair) -> None:
    ours, theirs = two.accepted()
    two.green_home.handshake.delete(two.green, theirs.id, person="bob")
    with pytest.raises(Retryable) as caught:
        two.blue_home.transport.send(ours, [message(1)])
    assert caught.value.party == "partner"
    two.blue_home.handshake.sweep()
    assert words(two, ours) == ("Deleted", "Deleted")


def test_messages_wait_while_the_app_is_switched_off(two: Pair) -> None:
    ours, _ = two.accepted()
    with two.green_home.db.begin() as tx:
        tenants.set_state(tx, two.green.id, "disabled", 0.0)
    with pytest.raises(Retryable, match=r"(?i)switched off") as caught:
        two.blue_home.transport.send(ours, [message(1)])
    assert caught.value.party == "partner"


def test_a_site_that_has_removed_the_app_tells_nothing_until_it_is_back(two: Pair) -> None:
    ours, _ = two.accepted()
    two.blue_home.handshake.delete(two.blue, ours.id, person="ann")
    with two.blue_home.db.begin() as tx:
        tenants.set_state(tx, two.blue.id, "disabled", 0.0)
    two.blue_home.work()
    assert two.blue_home.handshake.sweep() == 0
    assert two.at_green(ours).accepted
    with two.blue_home.db.begin() as tx:
        tenants.set_state(tx, two.blue.id, "enabled", 0.0)
    assert two.blue_home.handshake.sweep() == 1
    assert two.at_green(ours).over


# a backup is put back


def test_the_inviter_comes_back_from_a_backup(two: Pair) -> None:
    ours, theirs = two.accepted()
    two.green_home.handshake.publish(two.green, theirs.id, document(), "bob")
    two.work()
    with two.blue_home.db.begin() as tx:
        tx.exec_driver_sql(f"DELETE FROM rules WHERE synchronization_id = {ours.id}")
        store.change(tx, ours.id, partner_state_version=ours.partner_state_version, state_version=ours.state_version)
    restored = two.at_blue(ours)
    two.blue_home.transport.send(restored, [message(1)])
    two.blue_home.handshake.sweep()
    two.work()
    assert words(two, ours) == ("Active", "Active")


def test_the_accepter_comes_back_from_a_backup_before_its_acceptance(two: Pair) -> None:
    sent = two.invite()
    received = two.at_green(sent)
    two.green_home.handshake.accept(two.green, received.id, scope=Scope(), person="bob")
    two.work()
    with two.green_home.db.begin() as tx:
        store.change(
            tx,
            received.id,
            status=received.status,
            status_by=received.status_by,
            state_version=received.state_version,
            told_version=received.told_version,
            partner_state_version=received.partner_state_version,
            accepted_at=None,
        )
    with pytest.raises(Retryable):
        two.blue_home.transport.send(two.at_blue(sent), [message(1)])
    two.blue_home.clock.ahead += 60
    two.blue_home.handshake.sweep()
    assert words(two, sent) == ("Not configured", "Invitation received")
    two.green_home.handshake.accept(two.green, received.id, scope=Scope(), person="bob")
    assert words(two, sent) == ("Not configured", "Not configured")


def test_a_deletion_forgotten_by_a_backup_is_learned_again(two: Pair) -> None:
    ours, _ = two.accepted()
    two.blue_home.handshake.delete(two.blue, ours.id, person="ann")
    two.work()
    with two.blue_home.db.begin() as tx:
        store.change(tx, ours.id, status="accepted", state_version=ours.state_version, told_version=ours.told_version)
    with pytest.raises(Retryable):
        two.blue_home.transport.send(two.at_blue(ours), [message(1)])
    two.blue_home.handshake.sweep()
    two.work()
    assert words(two, ours) == ("Deleted", "Deleted")


def check_epoch_spreads(two: Pair, ours: store.Synchronization) -> None:
    """Some sweeps later both ends count in it, and have told each other so."""
    for home in (two.blue_home, two.green_home) * 2:
        home.handshake.sweep()
    assert (two.at_blue(ours).epoch, two.at_green(ours).epoch) == (2, 2)
    assert two.at_blue(ours).told and two.at_green(ours).told


def test_a_partner_hears_of_an_epoch_without_any_message(two: Pair) -> None:
    ours, theirs = two.accepted()
    with two.green_home.db.begin() as tx:
        epoch.begin(tx, theirs.id, 2, two.green_home.clock())
    check_epoch_spreads(two, ours)


def test_a_partner_who_knows_a_later_state_of_ours_shows_that_we_came_back(two: Pair) -> None:
    ours, _ = two.accepted()
    with two.blue_home.db.begin() as tx:
        store.change(tx, ours.id, state_version=ours.state_version - 1, told_version=0)
    check_epoch_spreads(two, ours)


def test_a_deleted_synchronization_begins_no_epoch(two: Pair) -> None:
    ours, theirs = two.accepted()
    with two.blue_home.db.begin() as tx:
        epoch.begin(tx, ours.id, 2, two.blue_home.clock())
    two.blue_home.handshake.delete(two.blue, ours.id, person="ann")
    two.work()
    assert words(two, ours) == ("Deleted", "Deleted")
    assert two.at_green(ours).epoch == theirs.epoch == 1


# names and addresses


def test_a_site_that_moves_tells_its_partners(two: Pair) -> None:
    ours, _ = two.accepted()
    moved = "http://127.0.0.1:2999"
    with two.blue_home.db.begin() as tx:
        tx.exec_driver_sql(f"UPDATE tenant SET base_url = '{moved}' WHERE id = {two.blue.id}")
    two.blue_home.handshake.announce(two.blue.id)
    two.work()
    assert two.at_green(ours).partner_url == moved


def test_other_tenants_synchronizations_do_not_exist(two: Pair) -> None:
    ours, _ = two.accepted()
    stranger = two.blue_home.install("http://127.0.0.1:2998", "Red", {})
    for act in (
        lambda: two.blue_home.handshake.delete(stranger, ours.id, person="eve"),
        lambda: two.blue_home.handshake.publish(stranger, ours.id, document(), "eve"),
        lambda: two.blue_home.handshake.set_scope(stranger, ours.id, Scope(), "eve"),
        lambda: two.blue_home.handshake.partner_projects(stranger, ours.id),
        lambda: two.blue_home.handshake.resend(stranger, ours.id, "eve"),
        lambda: two.blue_home.handshake.remove(stranger, ours.id, "eve"),
        lambda: two.blue_home.handshake.accept(stranger, ours.id, scope=Scope(), person="eve"),
    ):
        with pytest.raises(Refused) as caught:
            act()
        assert caught.value.status == 404
    assert words(two, ours) == ("Not configured", "Not configured")


def test_a_wait_that_the_partner_asked_for_stands(two: Pair) -> None:
    """Neither its own calls nor our other failures make it shorter; a failure that nobody set a time for, they end."""
    ours, theirs = two.accepted()
    now = two.blue_home.clock()
    with two.blue_home.db.begin() as tx:
        store.back_off(tx, ours.id, now + 300, "They ask us to wait.", asked=True)
        store.back_off(tx, ours.id, now + 5, "They have a problem of their own.")
    two.green_home.handshake.publish(two.green, theirs.id, document(), "bob")
    two.green_home.handshake.sweep()
    assert two.at_blue(ours).partner_state_version > ours.partner_state_version, "they have called us"
    assert (two.at_blue(ours).retry_at, two.at_blue(ours).attempt_count) == (now + 300, 0)
    two.blue_home.clock.ahead += 301
    two.work()
    two.green_home.handshake.publish(two.green, theirs.id, document(mapping("green")), "bob")
    two.work()
    assert (two.at_blue(ours).retry_at, two.at_blue(ours).retry_reason) == (None, "")
