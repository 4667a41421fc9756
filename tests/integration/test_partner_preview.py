"""The preview's route over real HTTP: forged, repeated, too often, too large, and answers that are none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from addon.errors import Refused, Retryable
from addon.model.preview import Question
from tests.fakes.partners import Pair, document, message, pair
from tests.integration.test_partner_http import DEEP, Attacker, count


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Pair]:
    with pair(tmp_path, remote=True) as made:
        yield made


@pytest.fixture(scope="module")
def attacker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacker]:
    with pair(tmp_path_factory.mktemp("agreed"), remote=True) as made:
        ours, _ = made.accepted()
        made.blue_home.handshake.publish(made.blue, ours.id, document(), "ann")
        made.work()
        yield Attacker(made, made.at_blue(ours))


@pytest.fixture(autouse=True)
def _patient(request: pytest.FixtureRequest) -> None:
    if "attacker" in request.fixturenames:
        request.getfixturevalue("attacker").two.green_home.app.extensions.pop("twinline.question_rate", None)


def asked(attacker: Attacker, **wrong: Any) -> dict[str, Any]:
    question = Question("enter", message(1), document=document()).to_json()
    return {"endpoint": attacker.two.blue_home.settings.base_url, **question, **wrong}


def test_a_question_is_answered(attacker: Attacker) -> None:
    answer = attacker.send("/preview", asked(attacker))
    assert (answer.status_code, answer.json["verdict"]) == (200, "create")
    assert (count(attacker.two, "inbox"), count(attacker.two, "twin_link")) == (0, 0)


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b"{", b"\xff\xfe", b'{"way": NaN}', DEEP], ids=range(8))
def test_hostile_bodies(attacker: Attacker, body: bytes) -> None:
    answer = attacker.send("/preview", body)
    assert answer.status_code == 400
    assert answer.json["error"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"way": "both"},
        {"way": None},
        {"endpoint": "javascript:alert(1)"},
        {"message": None},
        {"message": {**message(1).to_json(), "sequence": 0}},
        {"message": {**message(1).to_json(), "replica": {"parts": {"summary": 1}, "changed_at": 1}}},
        {"rest": []},
        {"rest": {"summary": "text"}},
        {"rest": {"labels": {"add": {}, "remove": []}}},
        {"rest": {"": {"value": 1}}},
        {"document": "x"},
        {"document": {}},
        {"document": {"format": 2, "mappings": "x"}},
        {"document": {"format": 99, "mappings": []}},
        {"more": 1},
    ],
)
def test_questions_that_are_none(attacker: Attacker, wrong: dict[str, Any]) -> None:
    answer = attacker.send("/preview", asked(attacker, **wrong))
    assert answer.status_code in (400, 422)
    assert answer.json["error"]


def test_a_question_too_large(attacker: Attacker) -> None:
    assert attacker.send("/preview", b" " * (3 * 1024 * 1024)).status_code == 413


def test_without_a_signature_nothing_is_answered(attacker: Attacker) -> None:
    path = f"/partner/synchronizations/{attacker.ours.agreement_id}/preview"
    assert attacker.client.post(path, data=b"{}").status_code == 401


def test_a_captured_question_is_answered_once(attacker: Attacker) -> None:
    path = f"/partner/synchronizations/{attacker.ours.agreement_id}/preview"
    body = json.dumps(asked(attacker)).encode()
    headers = attacker.headers("POST", path, body)
    assert attacker.send("/preview", body, headers=headers).status_code == 200
    assert attacker.send("/preview", body, headers=headers).status_code == 409


def test_a_copied_deployment_is_not_answered(attacker: Attacker) -> None:
    assert attacker.send("/preview", asked(attacker, endpoint="http://127.0.0.1:1")).status_code == 409


def test_who_asks_too_often_has_to_wait(attacker: Attacker) -> None:
    said = [attacker.send("/preview", b"{}").status_code for _ in range(40)]
    assert said[:20] == [400] * 20
    assert said[-1] == 429


GOOD = {"verdict": "update", "words": "", "lines": [], "message": None, "rest": {}}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"{}",
        b"null",
        {**GOOD, "verdict": "sent"},
        {**GOOD, "lines": [{"row_id": 1, "name": ""}]},
        {**GOOD, "lines": [{"row_id": "summary", "name": "", "level": "fine"}]},
        {**GOOD, "message": {}},
        {**GOOD, "rest": []},
        {**GOOD, "more": 1},
    ],
    ids=range(10),
)
def test_strange_answers_are_not_believed(two: Pair, answer: Any) -> None:
    ours, _ = two.accepted()
    sent = answer if isinstance(answer, bytes) else json.dumps(answer).encode()

    def serve(_environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "application/json")])
        return [sent]

    two.green_switch.app = serve
    with pytest.raises(Retryable, match="unexpected"):
        two.blue_home.transport.preview(ours, Question("enter", message(1)))


@pytest.mark.parametrize("lose", ["request", "answer"])
def test_a_question_that_is_lost_has_done_nothing(two: Pair, lose: str) -> None:
    ours, _ = two.accepted()
    two.green_switch.lose = lose
    with pytest.raises((Retryable, Refused)):
        two.blue_home.transport.preview(ours, Question("enter", message(1), document=document()))
    assert (count(two, "inbox"), count(two, "twin_link")) == (0, 0)
