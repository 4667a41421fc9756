"""What a partner is told of a project and issue type: the same over HTTP and within one process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from addon.errors import Refused, Retryable
from addon.model.catalog import EndInfo
from addon.model.offer import Offer
from addon.model.scope import Choice, Scope
from addon.store.synchronization import Synchronization
from tests.fakes.kinds import SEVERITY, Kinds
from tests.fakes.partners import Pair, pair

QA, HELP, BUG, TASK = "10000", "10001", "100", "101"


@pytest.fixture(params=[False, True], ids=["same deployment", "two deployments"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    with pair(tmp_path, remote=request.param) as made:
        yield made


def seen(two: Pair, ours: Synchronization, project: str = QA, kind: str = BUG, *, fresh: bool = False) -> EndInfo:
    return two.blue_home.handshake.catalog.theirs(two.blue, ours, project, kind, fresh=fresh)


def green(two: Pair) -> Kinds:
    return two.green_home.jiras[two.green.base_url].kinds


def show(two: Pair, theirs: Synchronization, scope: Scope) -> None:
    two.green_home.handshake.set_scope(two.green, theirs.id, scope, "bob")


def only(*ids: str) -> Choice:
    return Choice("only", frozenset(ids))


def hide(*ids: str) -> Choice:
    return Choice("hide", frozenset(ids))


def test_a_partners_end_is_told_whole(two: Pair) -> None:
    ours, theirs = two.accepted()
    green(two).denied = {"ASSIGN_ISSUES"}
    told = seen(two, ours)
    assert told == two.green_home.handshake.catalog.ours(two.green, theirs, QA, BUG)
    assert (told.project_key, told.issue_type_name) == ("QA", "Bug")
    severity = told.field("customfield_1")
    assert severity is not None
    assert (severity.type, severity.on_create, severity.required) == ("select", True, False)
    assert severity.options == (Offer("1", "Major"), Offer("2", "Minor"))
    summary = told.field("summary")
    assert summary is not None and summary.required
    assert [(one.name, one.category) for one in told.statuses[:1]] == [("To Do", "new")]
    assert told.initial_status == "1"
    assert [(one.name, one.from_ids, one.to_id, one.required_fields) for one in told.transitions] == [
        ("Start", ("1",), "2", ()),
        ("Close", ("2",), "3", ("customfield_1",)),
        ("Reopen", (), "1", ()),
    ]
    assert told.permissions_missing == ("ASSIGN_ISSUES",)


def test_what_is_created_later_is_seen(two: Pair) -> None:
    ours, _ = two.accepted()
    assert seen(two, ours).field("customfield_2") is None
    green(two).create = [*green(two).create, {**SEVERITY, "fieldId": "customfield_2", "name": "Impact"}]
    assert seen(two, ours, fresh=True).field("customfield_2") is None, "within seconds, Jira is asked once"
    two.green_home.clock.ahead += 11
    assert seen(two, ours).field("customfield_2") is None, "kept for a few minutes"
    assert seen(two, ours, fresh=True).field("customfield_2") is not None
    green(two).create = [SEVERITY]
    two.green_home.clock.ahead += 301
    two.blue_home.clock.ahead = two.green_home.clock.ahead
    assert seen(two, ours).field("customfield_2") is None, "and then asked again by itself"


def test_unchanged_is_not_told_twice(two: Pair) -> None:
    ours, _ = two.accepted()
    first = seen(two, ours)
    asked = len(green(two).calls)
    assert seen(two, ours, fresh=True) == first
    assert len(green(two).calls) == asked, "seconds later, Jira is not asked again"


@pytest.mark.parametrize(
    "scope",
    [
        Scope(projects=hide(QA)),
        Scope(projects=only(HELP)),
        Scope(issue_types=hide(BUG)),
        Scope(issue_types=only(TASK)),
    ],
)
def test_what_a_scope_hides_is_answered_like_what_is_not_there(two: Pair, scope: Scope) -> None:
    ours, theirs = two.accepted()
    show(two, theirs, scope)
    with pytest.raises(Refused) as hidden:
        seen(two, ours)
    assert not green(two).calls, "what is hidden is not even asked for"
    show(two, theirs, Scope())
    with pytest.raises(Refused) as unknown:
        seen(two, ours, "99999")
    assert (hidden.value.status, hidden.value.sentence) == (404, unknown.value.sentence)
    assert unknown.value.status == 404


@pytest.mark.parametrize(
    ("project", "kind"), [("99999", BUG), (QA, "999"), ("QA", BUG), ("..", BUG), ("10000?x", BUG), (QA, "²"), (QA, "")]
)
def test_foreign_and_made_up_ids_are_not_there(two: Pair, project: str, kind: str) -> None:
    ours, _ = two.accepted()
    with pytest.raises(Refused) as caught:
        seen(two, ours, project, kind)
    assert caught.value.status == 404
    assert all("?" not in path and ".." not in path for path in green(two).calls)


def test_of_a_hidden_field_nothing_is_told(two: Pair) -> None:
    ours, theirs = two.accepted()
    show(two, theirs, Scope(fields=hide("customfield_1")))
    told = seen(two, ours)
    assert "customfield_1" not in str(told.to_json()), "neither as a field nor as what a transition demands"
    assert "Severity" not in str(told.to_json())
    assert told.field("summary") is not None
    own = two.green_home.handshake.catalog.ours(two.green, two.at_green(ours), QA, BUG)
    assert own == told, "one sees what the partner sees"
    show(two, theirs, Scope(fields=only("summary")))
    told = seen(two, ours, fresh=True)
    assert [field.id for field in told.fields] == ["summary"]
    assert (told.statuses, told.transitions, told.initial_status) == ((), (), "")


def test_nobody_else_may_ask(two: Pair) -> None:
    ours, theirs = two.accepted()
    stranger = two.blue_home.install("http://127.0.0.1:2998", "Red", {"X": ("Bug",)})
    catalog = two.blue_home.handshake.catalog
    for ask in (catalog.ours, catalog.theirs):
        with pytest.raises(Refused) as caught:
            ask(stranger, ours, QA, BUG)
        assert caught.value.status == 404
    with pytest.raises(Refused) as caught:
        two.blue_home.transport.end(replace(ours, agreement_id=theirs.key_id[:36]), QA, BUG)
    assert caught.value.status == 401


def test_nothing_is_told_before_and_after(two: Pair) -> None:
    sent = two.invite()
    with pytest.raises(Refused, match="once they have accepted"):
        seen(two, two.at_blue(sent))
    with pytest.raises(Refused, match="has not accepted"):
        two.green_home.transport.end(two.at_green(sent), QA, BUG)
    two.green_home.handshake.accept(two.green, two.at_green(sent).id, scope=Scope(), person="bob")
    two.work()
    ours = two.at_blue(sent)
    two.green_home.handshake.delete(two.green, two.at_green(sent).id, person="bob")
    with pytest.raises(Refused, match="ended this synchronization"):
        seen(two, ours)


def test_a_partner_whose_jira_is_away(two: Pair) -> None:
    ours, theirs = two.accepted()
    two.green_home.jiras[two.green.base_url].away = True
    with pytest.raises(Retryable, match="cannot be asked for its fields") as caught:
        seen(two, ours)
    assert caught.value.party == "partner"
    with pytest.raises(Refused, match="Try again"):
        two.green_home.handshake.catalog.ours(two.green, theirs, QA, BUG)
