"""People in texts: a mention names whoever stands for a person at the other site, and nobody else is ever called."""

from __future__ import annotations

import random
from typing import Any

import pytest

from addon.model.rules import Choice, UserMapping, UserPair
from tests.fakes.jira import FakeJira
from tests.simulation.world import World

TABLE = UserMapping(
    by_account_id=False, table=(UserPair(Choice("ann-at-blue", "Ann"), Choice("ann-at-green", "Ann Green")),)
)
BY_ACCOUNT = UserMapping()


def mention(account_id: str, name: str) -> dict[str, Any]:
    return {"type": "mention", "attrs": {"id": account_id, "text": f"@{name}"}}


def says(*nodes: dict[str, Any]) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": list(nodes)}]}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def sites(database_url: str, users: UserMapping) -> tuple[World, FakeJira, FakeJira]:
    random.seed(4)
    world = World(database_url, random.Random(4), users=users)
    return world, world.sites[world.blue.id], world.sites[world.green.id]


@pytest.mark.parametrize(
    ("users", "account", "name", "becomes"),
    [
        (TABLE, "ann-at-blue", "Ann", mention("ann-at-green", "Ann Green")),
        (BY_ACCOUNT, "account-Bob", "Bobby", mention("account-Bob", "Bob")),
        (BY_ACCOUNT, "blue-Cleo", "Cleo", text("@Cleo")),
        (TABLE, "account-Bob", "Bob", text("@Bob")),
        (UserMapping(unmatched="default", accepter_default="account-Ann"), "blue-Cleo", "Cleo", text("@Cleo")),
    ],
)
def test_a_mention_names_whoever_stands_for_the_person(
    users: UserMapping, account: str, name: str, becomes: dict[str, Any], database_url: str
) -> None:
    world, blue, green = sites(database_url, users)
    ours = blue.create("First", description=says(text("Ask "), mention(account, name)))
    blue.comment(ours, says(mention(account, name), text(" please")))
    world.settle()
    (twin,) = green.issues.values()
    assert twin["fields"]["description"]["content"][0]["content"] == [text("Ask "), becomes]
    (copy,) = twin["comments"].values()
    assert copy["body"]["content"][1]["content"] == [becomes, text(" please")]


def test_a_mention_comes_back_as_the_person_it_named(database_url: str) -> None:
    world, blue, green = sites(database_url, TABLE)
    known, stranger = mention("ann-at-blue", "Ann"), mention("blue-Cleo", "Cleo")
    ours = blue.create("First", description=says(known, text(" and "), stranger))
    world.settle()
    (theirs,) = green.issues
    shown = green.issues[theirs]["fields"]["description"]["content"][0]["content"]
    green.edit(theirs, description=says(*shown, text(" tomorrow")))
    world.settle()
    here = blue.issues[ours]["fields"]["description"]["content"][0]["content"]
    assert here == [known, text(" and "), stranger, text(" tomorrow")]


@pytest.mark.parametrize(("author", "head"), [("ann-at-blue", "Ann Green"), ("Cleo", "Cleo")])
def test_a_comment_is_headed_by_the_name_its_author_has_here(author: str, head: str, database_url: str) -> None:
    world, blue, green = sites(database_url, TABLE)
    ours = blue.create("First")
    blue.comment(ours, "Hello", author)
    world.settle()
    (twin,) = green.issues.values()
    (copy,) = twin["comments"].values()
    assert copy["body"]["content"][0]["content"][0]["text"] == head


def test_texts_that_mention_nobody_cost_no_look_at_people(database_url: str) -> None:
    world, blue, green = sites(database_url, BY_ACCOUNT)
    asked: list[str] = []
    get = green.get

    def note(path: str, **call: Any) -> Any:
        asked.append(path)
        return get(path, **call)

    green.get = note  # type: ignore[method-assign]
    ours = blue.create("First", description=says(text("Nobody")))
    blue.comment(ours, "Hello")
    world.settle()
    assert not [path for path in asked if "user" in path]
