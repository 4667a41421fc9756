"""What a publication does and whom it concerns: pure, over documents of every kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given

from addon.model.rules import Flow, IssueMapping, Rules, UserMapping, document_of, rules_from
from addon.sync.effect import effects
from addon.sync.merge import merge
from addon.sync.rulebook import only_stops
from tests.unit.test_comparison import MAPPING, MAPPINGS, ROW, rules

Change = Callable[[IssueMapping], IssueMapping]


def changed(change: Change) -> Rules:
    return rules(change(MAPPING))


STOPS: dict[str, Change] = {
    "the same": lambda m: m,
    "switched off": lambda m: replace(m, active=False),
    "row gone": lambda m: replace(m, fields=m.fields[:1]),
    "one way": lambda m: replace(m, fields=(m.fields[0], replace(ROW, direction="to_inviter"))),
    "by hand": lambda m: replace(m, to_inviter=Flow("manual")),
    "no flow": lambda m: replace(m, to_accepter=Flow("off")),
}
STARTS: dict[str, Change] = {
    "row added": lambda m: replace(m, fields=(*m.fields, replace(ROW, id="more"))),
    "another field": lambda m: replace(m, fields=(m.fields[0], replace(ROW, accepter_field="labels"))),
    "another policy": lambda m: replace(m, fields=(m.fields[0], replace(ROW, conflict="accepter"))),
    "value gone": lambda m: replace(m, fields=(m.fields[0], replace(ROW, values=()))),
    "order": lambda m: replace(m, fields=m.fields[::-1]),
    "condition": lambda m: replace(m, to_accepter=Flow(jql="labels = x")),
    "another end": lambda m: replace(m, accepter=m.inviter),
    "another mapping": lambda m: replace(m, id="other"),
}


@pytest.mark.parametrize("name", STOPS)
def test_what_only_stops(name: str) -> None:
    assert only_stops(rules(MAPPING), changed(STOPS[name]))
    assert only_stops(rules(MAPPING), rules())


@pytest.mark.parametrize("name", STARTS)
def test_what_does_more_than_stop(name: str) -> None:
    assert not only_stops(rules(MAPPING), changed(STARTS[name]))


@pytest.mark.parametrize("name", [name for name in STOPS if name != "the same"])
def test_taking_a_stop_back_is_no_stop(name: str) -> None:
    assert not only_stops(changed(STOPS[name]), rules(MAPPING))
    assert not only_stops(rules(), rules(MAPPING))
    assert not only_stops(rules(MAPPING), rules(MAPPING, users=UserMapping()))


@given(MAPPINGS, MAPPINGS, MAPPINGS)
def test_stopping_adds_up_and_never_goes_back(
    one: list[IssueMapping], two: list[IssueMapping], three: list[IssueMapping]
) -> None:
    first, second, third = rules(*one), rules(*two), rules(*three)
    assert only_stops(first, first)
    if only_stops(first, second) and only_stops(second, first):
        assert first.hash == second.hash
    if only_stops(first, second) and only_stops(second, third):
        assert only_stops(first, third)


def merged(base: Rules, draft: Rules, live: Rules) -> Rules:
    return rules_from(0, document_of(*merge(base, draft, live)))


@given(MAPPINGS, MAPPINGS)
def test_merging_what_only_one_changed(one: list[IssueMapping], two: list[IssueMapping]) -> None:
    base, other = rules(*one), rules(*two)
    assert merged(base, base, other).hash == other.hash, "an untouched draft is what is live"
    mine = merged(base, other, base)
    assert {m.id for m in mine.mappings} == {m.id for m in other.mappings}
    for mapping in other.mappings:
        found = mine.mapping(mapping.id)
        assert found is not None
        assert {row.id: row for row in found.fields} == {row.id: row for row in mapping.fields}
        assert replace(found, fields=()) == replace(mapping, fields=())


def test_both_changed_different_things() -> None:
    draft = changed(lambda m: replace(m, active=False, fields=(replace(m.fields[0], mode="create_only"), ROW)))
    more = replace(ROW, id="more")
    live = changed(lambda m: replace(m, to_accepter=Flow("manual"), fields=(*m.fields, more)))
    (found,) = merged(rules(MAPPING), draft, live).mappings
    assert not found.active
    assert found.to_accepter == Flow("manual")
    assert [row.id for row in found.fields] == ["summary", "s", "more"]
    assert found.fields[0].mode == "create_only"


def test_what_the_draft_took_out_stays_out_and_what_it_changed_stays_in() -> None:
    gone = merged(rules(MAPPING), rules(), rules(replace(MAPPING, active=False)))
    assert gone.mappings == ()
    draft = changed(lambda m: replace(m, active=False))
    assert merged(rules(MAPPING), draft, rules()).mappings == draft.mappings


@pytest.mark.parametrize(
    ("after", "links", "words"),
    [
        (rules(), 3, "3 twins are no longer kept in step; all issues stay."),
        (rules(replace(MAPPING, active=False)), 1, "1 twin is no longer kept in step; all issues stay."),
        (changed(STOPS["row gone"]), 1200, "1 field mapping stopped in 1,200 twins: nothing is cleared."),
        (
            changed(STARTS["row added"]),
            2,
            "1 field mapping added: in 2 twins the next change of such a field is carried over.",
        ),
        (
            changed(STARTS["another policy"]),
            2,
            "The next changes of 2 twins go by the new rules; what is settled stays as it is.",
        ),
        (changed(STARTS["another policy"]), 0, "No twin is concerned."),
    ],
)
def test_what_publishing_does_in_words(after: Rules, links: int, words: str) -> None:
    (effect,) = effects(rules(MAPPING), after, {"m": links}, "inviter")
    assert (effect.mapping_id, effect.name, effect.links) == ("m", "APP Bug ⇄ OPS Incident", links)
    assert effect.words == (words,)


def test_switching_on_says_what_starts() -> None:
    off = rules(replace(MAPPING, active=False))
    assert effects(off, rules(MAPPING), {}, "inviter")[0].words == ("Issues created from now on get twins.",)
    again = effects(off, rules(MAPPING), {"m": 2}, "inviter")[0].words
    assert again == ("Issues created from now on get twins.", "2 twins are kept in step again.")
    assert effects(rules(MAPPING), rules(MAPPING), {"m": 5}, "inviter") == ()
