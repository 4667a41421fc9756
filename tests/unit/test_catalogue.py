"""The catalogue asks Jira once in a while, not at every tick of a box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import pytest

from addon.errors import Retryable
from addon.model.scope import ProjectInfo
from addon.web import catalogue
from addon.web.catalogue import Catalogue


@dataclass
class Someone:
    id: int = 1


class Asked:
    def __init__(self) -> None:
        self.count, self.now, self.fails = 0, 0.0, False
        self.catalogue = Catalogue(self.ask, lambda: self.now)

    def ask(self, _tenant: Any) -> tuple[ProjectInfo, ...]:
        self.count += 1
        if self.fails:
            raise Retryable("Jira is away.", party="jira")
        return (ProjectInfo(str(self.count), "SHOP", "Shop", ()),)

    def recent(self, id_: int = 1) -> str:
        return self.catalogue.recent(cast(Any, Someone(id_)))[0].id


def test_it_is_kept_for_a_while_and_per_tenant() -> None:
    asked = Asked()
    assert [asked.recent(), asked.recent(), asked.recent(2)] == ["1", "1", "2"]
    asked.now = catalogue.KEPT_SECONDS + 1
    assert asked.recent() == "3"


def test_a_fresh_look_is_what_is_kept() -> None:
    asked = Asked()
    asked.recent()
    asked.catalogue.fresh(cast(Any, Someone()))
    assert asked.recent() == "2"


def test_a_failure_is_told_and_not_kept() -> None:
    asked = Asked()
    asked.fails = True
    with pytest.raises(Retryable):
        asked.recent()
    asked.fails = False
    assert asked.recent() == "2"


def test_the_tenants_kept_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "KEPT_TENANTS", 2)
    asked = Asked()
    assert [asked.recent(1), asked.recent(2), asked.recent(3), asked.recent(1)] == ["1", "2", "3", "4"]
