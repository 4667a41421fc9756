"""Two sides that publish, propose, answer and change their minds, over a line that loses, delays and repeats.

Whatever the order: in the end both hold the same version and know it, and no proposal is open at one end only.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from addon.errors import Refused, Retryable
from addon.model.scope import Scope
from addon.model.state import Answer, State
from addon.store import proposal, rules
from addon.store import tenant as tenants
from addon.store.synchronization import Synchronization
from addon.sync import rulebook
from addon.sync.review import UNASKED
from addon.web.schemas import StateSchema
from tests.fakes.desk import Desk
from tests.fakes.partners import BLUE, GREEN, Deployment, Pair, deployment, document, mapping
from tests.simulation.conftest import MEMORY
from tests.soak.figures import note, size

EXAMPLES = size(usual=40, full=2_000)
DOCUMENTS = (
    document(),
    document(mapping(active=False)),
    document(mapping(), mapping("m2", ours="10001", theirs="10001")),
    document(mapping("m2", ours="10001", theirs="10001")),
    document(mapping("m3", ours="10001", theirs="10001", active=False)),
)
ACTS = ("publish", "draft", "stop", "rollback", "accept", "decline", "withdraw", "review", "no review", "push")
FAULTS = ("", "", "", "request", "answer", "late")
MOVES = st.lists(
    st.tuples(
        st.sampled_from([0, 1]), st.sampled_from(ACTS), st.sampled_from(FAULTS), st.integers(0, len(DOCUMENTS) - 1)
    ),
    max_size=30,
)


class Line:
    """The way between the two ends: the next call may lose its request or its answer, or come again much later."""

    def __init__(self, tell: Callable[[Synchronization, State], Answer]) -> None:
        self.tell, self.fault = tell, ""
        self.late: list[tuple[Synchronization, State]] = []

    def __call__(self, ours: Synchronization, state: State) -> Answer:
        # What travels is JSON of the shape that the door asks for.
        said = StateSchema().load(json.loads(json.dumps(state.to_json())))
        fault, self.fault = self.fault, ""
        if fault == "late":
            self.late.append((ours, said))
        if fault in ("late", "request"):
            raise Retryable("lost", party="partner")
        answer = self.tell(ours, said)
        if fault == "answer":
            raise Retryable("lost", ambiguous=True, party="partner")
        return answer

    def bring_late(self) -> None:
        """An old call arrives after all."""
        if self.late:
            self.tell(*self.late.pop(0))


@pytest.fixture(scope="module")
def home() -> Iterator[tuple[Deployment, Line]]:
    folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
    made = deployment(Path(folder.name) / "home", "http://127.0.0.1:1")
    made.install(BLUE, "Blue", {"SHOP": ("Bug", "Task"), "OPS": ("Task",)})
    made.install(GREEN, "Green", {"QA": ("Bug", "Task"), "HELP": ("Task",)})
    line = Line(made.transport.tell)
    made.transport.tell = line  # type: ignore[method-assign]
    yield made, line
    made.db.close()
    folder.cleanup()


def sides(home: Deployment, number: int) -> tuple[Desk, Desk]:
    with home.db.read() as tx:
        blue, green = tenants.by_base_url(tx, BLUE), tenants.by_base_url(tx, GREEN)
    assert blue is not None
    assert green is not None
    two = Pair(home, home, blue, green, None, None)  # type: ignore[arg-type]
    sent = two.invite(f"Number {number}")
    home.handshake.accept(green, two.at_green(sent).id, scope=Scope(), person="bob")
    two.work()
    return (
        Desk(two, home, blue, two.at_blue(sent), "ann"),
        Desk(two, home, green, two.at_green(sent), "bob"),
    )


def act(desk: Desk, what: str, number: int) -> None:
    """What a person does; a refusal is an answer like any other."""
    id_, said = desk.ours.id, DOCUMENTS[number]
    acts: dict[str, Callable[[], Any]] = {
        "publish": lambda: desk.home.handshake.publish(desk.tenant, id_, said, desk.person),
        "draft": lambda: desk.publish(said),
        "stop": lambda: desk.home.handshake.publish(desk.tenant, id_, document(mapping(active=False)), desk.person),
        "rollback": lambda: desk.drafting.rollback(desk.tenant, id_, number, desk.person),
        "accept": lambda: desk.proposal() and desk.accept(),
        "decline": lambda: desk.proposal() and desk.decline("No."),
        "withdraw": lambda: desk.proposed() and desk.withdraw(),
        "review": desk.ask_review,
        "no review": lambda: desk.ask_review(False),
        "push": lambda: desk.home.handshake.push(id_),
    }
    try:
        acts[what]()
    except (Refused, AssertionError) as refused:
        assert not isinstance(refused, AssertionError) or what == "withdraw"


def check_review(desk: Desk, before: tuple[Synchronization, rules.Rules]) -> None:
    """Nothing of the partner's came to live here while they knew that a person is to be asked."""
    row, was = before
    with desk.home.db.read() as tx:
        now = rules.latest_version(tx, desk.ours.id)
        if now is None or (now.version, now.hash) == (was.version, was.hash) or not row.review_told:
            return
        mine = {one.proposal_id for one in proposal.all_of(tx, desk.ours.id, desk.ours.side)}
        earlier = rules.document(tx, desk.ours.id, now.version - 1)
    asked = now.published_side == desk.ours.side or now.proposal_id in mine
    after = rules.rules_from(now.version, now.document)
    stops = rulebook.only_stops(was, after) or (
        earlier is not None and rulebook.only_stops(rules.rules_from(0, earlier), after)
    )
    assert asked or stops


@pytest.mark.timeout(600 if EXAMPLES < 50 else 0)
@settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(moves=MOVES)
def test_both_ends_come_to_the_same_version(home: tuple[Deployment, Line], moves: list[Any]) -> None:
    made, line = home
    sides.count = getattr(sides, "count", 0) + 1  # type: ignore[attr-defined]
    line.fault, line.late = "", []
    desks = sides(made, sides.count)  # type: ignore[attr-defined]
    for side, what, fault, number in moves:
        befores = []
        for desk in desks:
            with made.db.read() as tx:
                befores.append((desk.row(), rules.live(tx, desk.ours.id)))
        line.fault = fault
        act(desks[side], what, number)
        if number == 0:
            line.bring_late()
        for desk, before in zip(desks, befores, strict=True):
            check_review(desk, before)
    line.fault = ""
    while line.late:
        line.bring_late()
    for _ in range(4):
        made.clock.ahead += 3_600
        made.bell.synchronizations.clear()
        made.handshake.sweep()
    settled(*desks)
    for desk in desks:
        made.handshake.delete(desk.tenant, desk.ours.id, person=desk.person)
    made.bell.synchronizations.clear()
    made.handshake.sweep()


def settled(*desks: Desk) -> None:
    versions, proposals = [], []
    for desk in desks:
        row = desk.row()
        assert row.told
        assert UNASKED[:30] not in row.status_reason
        with desk.home.db.read() as tx:
            live = rules.live(tx, row.id)
            versions.append((live.version, live.hash))
            proposals.append(
                {
                    one.proposal_id: one.state
                    for side in ("inviter", "accepter")
                    for one in [proposal.latest(tx, row.id, side)]
                    if one is not None and one.open
                }
            )
            if live.version:
                assert desk.drafting.holding(desk.tenant, row.id).same
    assert versions[0] == versions[1]
    assert proposals[0] == proposals[1]


@pytest.fixture(scope="module", autouse=True)
def _counted() -> Iterator[None]:
    yield
    note("A11", "publication: orders, losses, repeats", histories=EXAMPLES, failed=0)
