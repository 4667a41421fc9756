"""Partners over real HTTP: what is lost, repeated, forged, late or not as it should be."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from addon.errors import Refused, Retryable
from addon.model.scope import Scope
from addon.store import nonce, rules, table
from addon.store import synchronization as store
from addon.store import tenant as tenants
from addon.store.synchronization import Synchronization
from addon.sync import signature
from addon.sync.catalog import UNKNOWN
from tests.fakes.partners import Pair, document, listening, message, pair


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Pair]:
    with pair(tmp_path, remote=True) as made:
        yield made


@pytest.fixture(scope="module")
def agreed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Pair, Synchronization, Synchronization]]:
    """An accepted synchronization that the tests using it leave as it is."""
    with pair(tmp_path_factory.mktemp("agreed"), remote=True) as made:
        yield made, *made.accepted()


def count(two: Pair, name: str) -> int:
    with two.green_home.db.read() as tx:
        return tx.scalar(select(func.count()).select_from(table.metadata.tables[name])) or 0


# lost on the way


@pytest.mark.parametrize("lose", ["request", "answer"])
def test_an_invitation_that_is_lost_is_sent_again(two: Pair, lose: str) -> None:
    two.blue_home.handshake.check_partner(two.blue, two.green.base_url)
    through = two.green_switch.app

    def invitations_only(environ: dict[str, Any], start: Any) -> Any:
        if environ["PATH_INFO"] == "/partner/invitations":
            if lose == "answer":
                list(through(environ, start))
            raise ConnectionError("lost")
        return through(environ, start)

    two.green_switch.app = invitations_only
    sent = two.invite()
    assert not sent.told
    assert "has not been told" in two.blue_home.handshake.note(sent)
    two.green_switch.app = through
    assert two.blue_home.handshake.sweep() == 0, "the back-off has to be waited out"
    two.blue_home.clock.ahead += 60
    assert two.blue_home.handshake.sweep() == 1
    assert two.at_blue(sent).told
    assert two.at_blue(sent).partner_key_id == two.at_green(sent).key_id
    assert count(two, "synchronization") == 1


def test_an_acceptance_that_never_arrived_changes_nothing(two: Pair) -> None:
    sent = two.invite()
    received = two.at_green(sent)
    two.blue_switch.lose = "request"
    with pytest.raises(Refused, match="Try again"):
        two.green_home.handshake.accept(two.green, received.id, scope=Scope(), person="bob")
    assert two.at_green(sent).status == store.INVITATION_RECEIVED
    two.blue_switch.lose = ""
    two.green_home.handshake.accept(two.green, received.id, scope=Scope(), person="bob")
    two.work()
    assert (two.at_blue(sent).status, two.at_green(sent).status) == (store.ACCEPTED, store.ACCEPTED)


def test_an_acceptance_whose_receipt_was_lost_is_completed_by_the_inviter(two: Pair) -> None:
    sent = two.invite()
    two.blue_switch.lose = "answer"
    with pytest.raises(Refused, match="becomes active by itself"):
        two.green_home.handshake.accept(two.green, two.at_green(sent).id, scope=Scope(), person="bob")
    assert (two.at_blue(sent).status, two.at_green(sent).status) == (store.ACCEPTED, store.INVITATION_RECEIVED)
    two.blue_switch.lose = ""
    two.blue_home.work()
    assert two.at_green(sent).status == store.ACCEPTED
    two.work()
    assert two.at_blue(sent).told
    assert two.at_green(sent).told


def test_an_acceptance_whose_receipt_was_lost_can_still_be_rejected(two: Pair) -> None:
    sent = two.invite()
    two.blue_switch.lose = "answer"
    with pytest.raises(Refused):
        two.green_home.handshake.accept(two.green, two.at_green(sent).id, scope=Scope(), person="bob")
    two.blue_switch.lose = ""
    two.green_home.handshake.reject(two.green, two.at_green(sent).id, reason="Oh no.", person="bob")
    two.work()
    assert (two.at_blue(sent).status, two.at_green(sent).status) == (store.REJECTED, store.REJECTED)


def test_an_inviter_cannot_accept_for_the_invited(two: Pair) -> None:
    sent = two.invite()
    with two.blue_home.db.begin() as tx:
        store.change(tx, sent.id, status=store.ACCEPTED, state_version=sent.state_version + 1)
    two.blue_home.handshake.push(sent.id)
    assert two.at_green(sent).status == store.INVITATION_RECEIVED


@pytest.mark.parametrize("lose", ["request", "answer"])
def test_the_end_is_told_until_it_is_heard(two: Pair, lose: str) -> None:
    ours, theirs = two.accepted()
    two.blue_switch.lose = lose
    two.green_home.handshake.delete(two.green, theirs.id, person="bob")
    two.green_home.work()
    with pytest.raises(Refused, match="could not be told yet"):
        two.green_home.handshake.remove(two.green, theirs.id)
    two.blue_switch.lose = ""
    two.green_home.clock.ahead += 3600
    two.green_home.handshake.sweep()
    assert two.at_blue(ours).status == store.DELETED
    two.green_home.handshake.remove(two.green, theirs.id)


def test_a_record_can_be_removed_once_the_partner_is_given_up(two: Pair) -> None:
    _, theirs = two.accepted()
    two.blue_switch.lose = "request"
    two.green_home.handshake.delete(two.green, theirs.id, person="bob")
    for _ in range(9):
        two.green_home.clock.days(1)
        two.green_home.handshake.sweep()
    two.green_home.handshake.remove(two.green, theirs.id)


@pytest.mark.parametrize("lose", ["request", "answer"])
def test_rules_are_told_until_they_are_heard(two: Pair, lose: str) -> None:
    ours, theirs = two.accepted()
    two.blue_switch.lose = lose
    assert two.green_home.handshake.publish(two.green, theirs.id, document(), "bob").version == 1
    with pytest.raises(Refused, match="Publish again once they have it"):
        two.green_home.handshake.publish(two.green, theirs.id, {"format": 2, "mappings": []}, "bob")
    two.blue_switch.lose = ""
    assert two.green_home.handshake.publish(two.green, theirs.id, {"format": 2, "mappings": []}, "bob").version == 2
    two.work()
    with two.blue_home.db.read() as tx:
        assert rules.live(tx, ours.id).version == 2


def test_a_version_that_lost_in_the_background_says_so(two: Pair) -> None:
    ours, theirs = two.accepted()
    two.blue_switch.lose = "request"
    two.green_home.handshake.publish(two.green, theirs.id, document(), "bob")
    two.blue_switch.lose = ""
    other = {"format": 2, "mappings": []}
    two.green_switch.lose = "request"
    two.blue_home.handshake.publish(two.blue, ours.id, other, "ann")
    with two.blue_home.db.begin() as tx:
        tx.execute(table.rules.update().values(hash="1" * 64, document={"format": 2, "mappings": []}))
    two.green_switch.lose = ""
    two.green_home.clock.ahead += 60
    two.green_home.handshake.sweep()
    assert "was not taken" in two.green_home.handshake.note(two.at_green(ours))


def test_a_partner_that_is_away_is_retried_with_growing_pauses(two: Pair) -> None:
    ours, theirs = two.accepted()
    two.green_switch.lose = "request"
    two.blue_home.handshake.delete(two.blue, ours.id, person="ann")
    pauses = []
    for _ in range(4):
        two.blue_home.handshake.sweep()
        row = two.at_blue(ours)
        assert row.retry_at is not None
        pauses.append(row.retry_at - two.blue_home.clock())
        two.blue_home.clock.ahead += pauses[-1] + 1
    assert [round(pause, -1) >= floor for pause, floor in zip(pauses, (0, 20, 90, 480), strict=True)] == [True] * 4
    assert row.attempt_count == 4
    two.green_switch.lose = ""
    two.green_home.handshake.delete(two.green, theirs.id, person="bob")
    two.green_home.work()
    assert two.at_blue(ours).retry_at is None, "they have called us: they are back"


# forged and repeated


class Attacker:
    """Knows the addresses and sees one signed request; holds a key of its own."""

    def __init__(self, two: Pair, ours: Synchronization) -> None:
        self.two, self.ours = two, ours
        self.client: FlaskClient = two.green_home.app.test_client()
        self.private_key = two.blue_home.parts.vault.open(ours.private_key)

    def send(self, what: str, body: Any, method: str = "POST", **instead: Any) -> TestResponse:
        path = instead.pop("path", f"/partner/synchronizations/{self.ours.agreement_id}{what}")
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = instead.pop("headers", None) or self.headers(method, path, data, **instead)
        return self.client.open(path, method=method, data=data, headers=headers, content_type="application/json")

    def headers(self, method: str, path: str, data: bytes, **instead: Any) -> dict[str, str]:
        return signature.sign(
            method,
            self.two.green_home.settings.base_url + path,
            data,
            key_id=instead.get("key_id", self.ours.key_id),
            private_key=instead.get("private_key", self.private_key),
            now=instead.get("now", time.time()),
        )

    def batch(self, sequence: int = 1, **values: Any) -> dict[str, Any]:
        told = {**message(sequence).to_json(), **values}
        return {"endpoint": self.two.blue_home.settings.base_url, "messages": [told]}


Agreed = tuple[Pair, Synchronization, Synchronization]


@pytest.fixture
def attacker(agreed: Agreed) -> Attacker:
    return Attacker(agreed[0], agreed[1])


def test_who_is_refused_for_now_is_told_until_when(two: Pair) -> None:
    """A later epoch makes us read every twin again: once, and then not for five minutes."""
    attacker, path = Attacker(two, two.accepted()[0]), "/messages"
    assert attacker.send(path, attacker.batch(1, epoch=2)).status_code == 200
    answer = attacker.send(path, attacker.batch(1, epoch=3))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "300")
    assert "minutes ago" in answer.get_json()["error"]


def test_a_captured_request_is_good_for_nothing(two: Pair) -> None:
    ours, _ = two.accepted()
    attacker = Attacker(two, ours)
    path = f"/partner/synchronizations/{ours.agreement_id}/messages"
    replica = {"parts": {"summary": {"value": "once"}}, "changed_at": 0.0}
    data = json.dumps(attacker.batch(replica=replica)).encode()
    headers = attacker.headers("POST", path, data)
    assert attacker.send("/messages", data, headers=headers).status_code == 200
    two.green_home.bell.links.clear()
    for _ in range(50):
        assert attacker.send("/messages", data, headers=headers).status_code == 409
    assert count(two, "inbox") == 1
    assert two.green_home.bell.links == []
    assert attacker.send("/state", data, "PUT", headers=headers).status_code == 401


def test_nonces_are_forgotten_when_they_are_no_longer_needed(two: Pair) -> None:
    two.accepted()
    assert count(two, "nonce") > 0
    with two.green_home.db.begin() as tx:
        nonce.purge(tx, time.time())
        nonce.purge(tx, time.time() + signature.NONCE_SECONDS + 1)
    assert count(two, "nonce") == 0


def test_a_stranger_is_nobody(attacker: Attacker) -> None:
    key = signature.new_key()
    answer = attacker.send("/messages", attacker.batch(), key_id=key.key_id, private_key=key.private_key)
    assert answer.status_code == 401
    answer = attacker.send("/messages", attacker.batch(), private_key=key.private_key)
    assert answer.status_code == 401


def test_a_late_signature_is_told_the_time(attacker: Attacker) -> None:
    answer = attacker.send("/messages", attacker.batch(), now=time.time() - 400)
    assert answer.status_code == 401
    assert abs(answer.json["clock"] - time.time()) < 5


def test_a_key_opens_its_own_synchronization_only(two: Pair) -> None:
    first, _ = two.accepted("First")
    second, at_green = two.accepted("Second")
    attacker = Attacker(two, first)
    path = f"/partner/synchronizations/{second.agreement_id}/messages"
    answer = attacker.send("", attacker.batch(), path=path)
    assert answer.status_code == 401
    assert answer.json["unknown"] is True
    own = two.green_home.parts.vault.open(at_green.private_key)
    answer = attacker.send("", attacker.batch(), path=path, key_id=at_green.key_id, private_key=own)
    assert answer.status_code == 401, "our own key does not open our own door"


def test_a_copied_deployment_does_not_speak_for_the_first(two: Pair) -> None:
    ours, theirs = two.accepted()
    attacker = Attacker(two, ours)
    batch = {**attacker.batch(), "endpoint": "http://127.0.0.1:9"}
    answer = attacker.send("/messages", batch)
    assert answer.status_code == 409
    assert "was agreed with" in answer.json["error"]
    with two.blue_home.db.read() as tx:
        told = two.blue_home.handshake._exchange.own_state(tx, ours, endpoint="http://127.0.0.1:9", status="deleted")
    answer = attacker.send("/state", told.to_json(), "PUT")
    assert answer.status_code == 409
    assert two.at_green(ours).status == store.ACCEPTED
    assert two.at_green(ours).partner_endpoint == theirs.partner_endpoint


def test_a_state_of_someone_else(attacker: Attacker) -> None:
    two = attacker.two
    with two.blue_home.db.read() as tx:
        told = two.blue_home.handshake._exchange.own_state(tx, attacker.ours).to_json()
    other = signature.new_key()
    for wrong in (
        {"side": "accepter"},
        {"agreement_id": "0" * 36},
        {"key_id": other.key_id, "public_key": other.public_key},
        {"public_key": other.public_key},
    ):
        answer = attacker.send("/state", {**told, **wrong}, "PUT")
        assert answer.status_code == 400, wrong
    assert attacker.send("/state", told, "PUT").status_code == 200


DEEP = b"[" * 90_000 + b"]" * 90_000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"{",
        b"\xff\xfe",
        b'{"endpoint": NaN}',
        DEEP,
        b'{"endpoint": "http://127.0.0.1:1", "messages": []}',
        b'{"endpoint": "javascript:alert(1)", "messages": [{}]}',
    ],
    ids=range(10),
)
def test_hostile_bodies(attacker: Attacker, body: bytes) -> None:
    for what, method in (("/messages", "POST"), ("/state", "PUT")):
        answer = attacker.send(what, body, method)
        assert answer.status_code in (400, 413), answer.data
        assert answer.json["error"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"sequence": 0},
        {"sequence": "1"},
        {"sequence": 1.0},
        {"sequence": True},
        {"sequence": 2**40},
        {"seen": -1},
        {"link_key": ""},
        {"link_key": "x" * 37},
        {"link_key": "../../../../etc/passwd"},
        {"link_key": None},
        {"problem": None},
        {"problem": "x" * 5_000},
        {"problem": "\x00"},
        {"twin": {}},
        {"twin": {**message(1).twin.to_json(), "url": "javascript:alert(1)"}},
        {"twin": {**message(1).twin.to_json(), "url": "data:text/html,x"}},
        {"replica": []},
        {"replica": {"parts": {"summary": "text"}, "changed_at": 1}},
        {"replica": {"parts": {"summary": {"value": 1, "more": 2}}, "changed_at": 1}},
        {"replica": {"parts": {"labels": {"add": "x", "remove": []}}, "changed_at": 1}},
        {"replica": {"parts": {"c": {"gone": False}}, "changed_at": 1}},
        {"replica": {"parts": {"x" * 200: {"gone": True}}, "changed_at": 1}},
        {"replica": {"parts": {}, "changed_at": "now"}},
        {"replica": {"parts": {}, "changed_at": 1e300}},
        {"more": 1},
    ],
)
def test_messages_that_are_none(attacker: Attacker, wrong: dict[str, Any]) -> None:
    before = count(attacker.two, "inbox"), count(attacker.two, "twin_link")
    answer = attacker.send("/messages", attacker.batch(**wrong))
    assert answer.status_code == 400
    assert (count(attacker.two, "inbox"), count(attacker.two, "twin_link")) == before


def test_a_body_too_large(attacker: Attacker) -> None:
    assert attacker.send("/messages", b" " * (3 * 1024 * 1024)).status_code == 413


def test_projects_are_sent_once(attacker: Attacker) -> None:
    path = f"/partner/synchronizations/{attacker.ours.agreement_id}/projects"
    first = attacker.send("/projects", b"", "GET")
    assert first.status_code == 200
    assert [project["key"] for project in first.json["projects"]] == ["QA", "HELP"]
    headers = {**attacker.headers("GET", path, b""), "If-None-Match": first.headers["ETag"]}
    again = attacker.send("/projects", b"", "GET", headers=headers)
    assert (again.status_code, again.data) == (304, b"")


def test_an_end_is_sent_once(attacker: Attacker) -> None:
    what = "/projects/10000/types/100"
    first = attacker.send(what, b"", "GET")
    assert (first.status_code, first.json["project_key"]) == (200, "QA")
    path = f"/partner/synchronizations/{attacker.ours.agreement_id}{what}"
    headers = {**attacker.headers("GET", path, b""), "If-None-Match": first.headers["ETag"]}
    again = attacker.send(what, b"", "GET", headers=headers)
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("what", ["/projects/99/types/100", "/projects/10000/types/9", "/projects/QA/types/Bug"])
def test_an_end_that_is_not_there_is_not_found(attacker: Attacker, what: str) -> None:
    answer = attacker.send(what, b"", "GET")
    assert (answer.status_code, answer.json["error"]) == (404, UNKNOWN)


def test_no_token_opens_anything(attacker: Attacker) -> None:
    for what, method in (
        ("/messages", "POST"),
        ("/state", "PUT"),
        ("/projects", "GET"),
        ("/projects/10000/types/100", "GET"),
    ):
        path = f"/partner/synchronizations/{attacker.ours.agreement_id}{what}"
        assert attacker.client.open(path, method=method, data=b"{}").status_code == 401


# clocks


@pytest.mark.parametrize("minutes", [-20, -10, 10, 20])
def test_clocks_that_are_apart(two: Pair, minutes: float) -> None:
    ours, _ = two.accepted()
    http = two.blue_home.transport._http
    http._clock = lambda: time.time() + minutes * 60
    assert two.blue_home.transport.send(ours, [message(1)]) == {message(1).link_key: 1}
    two.green_switch.calls.clear()
    assert two.blue_home.transport.send(ours, [message(2)]) == {message(1).link_key: 2}
    assert len(two.green_switch.calls) == 1, "learned once"


# invitations from elsewhere


def invitation(two: Pair, sent: Synchronization, **instead: Any) -> dict[str, Any]:
    with two.blue_home.db.read() as tx:
        told = two.blue_home.handshake._exchange.own_state(tx, sent, **instead)
    return {"target_url": two.green.base_url, "state": told.to_json()}


def undelivered(two: Pair) -> Synchronization:
    through = two.green_switch.app

    def but_invitations(environ: dict[str, Any], start: Any) -> Any:
        if environ["PATH_INFO"] == "/partner/invitations":
            raise ConnectionError("lost")
        return through(environ, start)

    two.green_switch.app = but_invitations
    sent = two.invite()
    two.green_switch.app = through
    return sent


def test_an_invitation_nobody_vouches_for(two: Pair) -> None:
    sent = undelivered(two)
    attacker = Attacker(two, sent)
    forged = signature.new_key()
    for wrong, status in (
        ({"endpoint": "http://127.0.0.1:9"}, 409),
        ({"agreement_id": "0" * 36}, 409),
        ({"site_url": "http://127.0.0.1:2999"}, 409),
        ({"status": "accepted"}, 400),
        ({"side": "accepter"}, 400),
        ({"key_id": forged.key_id, "public_key": forged.public_key}, 401),
    ):
        answer = attacker.send("", invitation(two, sent, **wrong), path="/partner/invitations")
        assert answer.status_code == status, wrong
    theirs = {"key_id": forged.key_id, "private_key": forged.private_key}
    body = invitation(two, sent, key_id=forged.key_id, public_key=forged.public_key)
    assert attacker.send("", body, path="/partner/invitations", **theirs).status_code == 409
    body = {**invitation(two, sent), "target_url": "http://127.0.0.1:2999"}
    assert attacker.send("", body, path="/partner/invitations").status_code == 404
    assert count(two, "synchronization") == 0
    assert attacker.send("", invitation(two, sent), path="/partner/invitations").status_code == 200
    assert count(two, "synchronization") == 1


def test_an_invitation_is_vouched_for_while_it_is_open(two: Pair) -> None:
    sent = two.invite()
    client = two.blue_home.app.test_client()
    path = f"/partner/invitations/{sent.agreement_id}"
    assert client.get(path).json == {
        "key_id": sent.key_id,
        "site_url": two.blue.base_url,
        "target_url": two.green.base_url,
    }
    assert client.get("/partner/invitations/other").status_code == 404
    two.blue_home.clock.days(15)
    assert client.get(path).status_code == 404
    two.blue_home.clock.days(-15)
    two.blue_home.handshake.withdraw(two.blue, sent.id, "ann")
    assert client.get(path).status_code == 404


def test_an_invitation_that_is_not_taken_leaves_nothing(two: Pair) -> None:
    with two.green_home.db.begin() as tx:
        row = tx.execute(select(table.tenant.c.id)).scalar_one()
    for number in range(100):
        with two.green_home.db.begin() as tx:
            store.add(
                tx,
                scope=Scope(),
                tenant_id=row,
                agreement_id=str(number),
                side="accepter",
                name="x",
                status=store.INVITATION_RECEIVED,
                partner_url="x",
                partner_endpoint="x",
                key_id="x",
                private_key="x",
                created_at=0.0,
                updated_at=0.0,
            )
    with pytest.raises(Refused, match="too many unanswered"):
        two.invite()
    with two.blue_home.db.read() as tx:
        assert store.of_tenant(tx, two.blue.id) == []


def test_strangers_may_not_ask_all_the_time(two: Pair) -> None:
    client = two.blue_home.app.test_client()
    answers = {client.get(f"/partner/site?url={two.blue.base_url}").status_code for _ in range(80)}
    assert answers == {200, 429}


# the partner's address


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "Enter the address"),
        ("my partner", "Enter the address"),
        ("ftp://x.example", "not a URL"),
        ("https://", "not a URL"),
        ("https://user:pass@x.example", "user name"),
        ("http://[::1", "not a URL"),
        ("http://169.254.169.254", "Nothing answers|not on the public internet|cannot be called"),
        ("http://10.0.0.1", "Nothing answers|not on the public internet|cannot be called"),
        ("http://127.0.0.1:2990", "your own Jira"),
        ("http://127.0.0.1:2990/jira/projects?x=1", "your own Jira"),
        ("http://127.0.0.1:9", "Nothing answers"),
        ("x" * 3_000, "Enter the address"),
    ],
)
def test_addresses_that_cannot_be_invited(agreed: Agreed, url: str, words: str) -> None:
    two = agreed[0]
    with pytest.raises(Refused, match=words) as caught:
        two.blue_home.handshake.check_partner(two.blue, url)
    assert caught.value.field == "partner_url"


def test_sites_that_are_no_partner_yet(two: Pair) -> None:
    def serve(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "application/json")])
        return [answers.get(environ["PATH_INFO"], b"<html>")]

    with listening() as (url, switch):
        switch.app = serve
        answers: dict[str, bytes] = {}
        with pytest.raises(Refused, match="no Jira"):
            two.blue_home.handshake.check_partner(two.blue, url)
        answers["/rest/api/3/serverInfo"] = b'{"deploymentType": "Cloud"}'
        with pytest.raises(Refused, match="not installed"):
            two.blue_home.handshake.check_partner(two.blue, url)
        two.green_switch.lose = "request"
        with pytest.raises(Refused, match="cannot be found out just now"):
            two.blue_home.handshake.check_partner(two.blue, url)


def test_a_partner_that_has_switched_it_off(two: Pair) -> None:
    with two.green_home.db.begin() as tx:
        tenants.set_state(tx, two.green.id, "disabled", 0.0)
    with pytest.raises(Refused, match="switched off"):
        two.blue_home.handshake.check_partner(two.blue, two.green.base_url)
    with two.green_home.db.begin() as tx:
        tenants.set_state(tx, two.green.id, "uninstalled", 0.0)
    with pytest.raises(Refused):
        two.blue_home.handshake.check_partner(two.blue, two.green.base_url)


def test_a_partner_is_found_where_it_lives(agreed: Agreed) -> None:
    two = agreed[0]
    found = two.blue_home.handshake.check_partner(two.blue, two.green.base_url + "/jira/your-work?x=1")
    assert (found.url, found.name) == (two.green.base_url, "Green")
    assert (found.endpoint, found.tenant_id) == (two.green_home.settings.base_url, None)


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "a\x00b"])
def test_names_that_cannot_be_used(agreed: Agreed, name: str) -> None:
    with pytest.raises(Refused) as caught:
        agreed[0].invite(name)
    assert caught.value.field == "name"


# answers that are not what they should be


@pytest.mark.parametrize(
    "answer", [b"", b"<html>", b"{}", b"[]", b'{"known_version": 1, "state": {}, "refused": ""}', b"null"]
)
def test_strange_answers_change_nothing(two: Pair, answer: bytes) -> None:
    ours, _ = two.accepted()

    def serve(_environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/html")])
        return [answer]

    two.green_switch.app = serve
    with pytest.raises(Retryable) as caught:
        two.blue_home.transport.send(ours, [message(1)])
    assert caught.value.party == "partner"
    with pytest.raises(Refused, match="unexpected"):
        two.blue_home.handshake.partner_projects(two.blue, ours.id)
    with pytest.raises(Retryable, match="unexpected"):
        two.blue_home.handshake.catalog.theirs(two.blue, ours, "10000", "100")
    two.blue_home.handshake.delete(two.blue, ours.id, person="ann")
    two.blue_home.work()
    assert not two.at_blue(ours).told


def test_an_answer_about_something_else_is_none(two: Pair) -> None:
    ours, _ = two.accepted()
    told = two.blue_home.handshake.catalog.theirs(two.blue, ours, "10000", "100").to_json()
    strange = [("200 OK", told), ("304 Not Modified", ""), ("200 OK", {**told, "project_id": "10001", "fields": [{}]})]

    def serve(_environ: dict[str, Any], start: Any) -> list[bytes]:
        start(strange[0][0], [("Content-Type", "application/json")])
        return [json.dumps(strange[0][1]).encode() if strange[0][1] else b""]

    two.green_switch.app = serve
    while strange:
        with pytest.raises(Retryable, match="unexpected"):
            two.blue_home.handshake.catalog.theirs(two.blue, ours, "10001", "101")
        del strange[0]


@pytest.mark.parametrize("status", ["302 Found", "401 Unauthorized", "403 Forbidden", "500 Oops", "503 Wait"])
def test_answers_that_say_no(two: Pair, status: str) -> None:
    ours, _ = two.accepted()

    def serve(_environ: dict[str, Any], start: Any) -> list[bytes]:
        start(status, [("Retry-After", "77"), ("Location", two.blue_home.settings.base_url)])
        return [b"<html>"]

    two.green_switch.app = serve
    with pytest.raises(Retryable) as caught:
        two.blue_home.transport.send(ours, [message(1)])
    assert caught.value.party == "partner"
    assert (caught.value.after == 77) == status.startswith("503")
    two.blue_home.handshake.delete(two.blue, ours.id, person="ann")
    two.blue_home.work()
    assert not two.at_blue(ours).told, "a proxy's refusal is not the partner's"
