"""The same seed, the same storm, the same history."""

import random
from typing import Any

from tests.emulator.nature.bench import KEY, Bench

STORM = {
    "seed": 20,
    "app_only": False,
    "webhook_lost": 0.1,
    "webhook_twice": 0.1,
    "webhook_late": 0.3,
    "webhook_late_ms": 60_000,
    "webhook_late_shape": "exponential",
    "webhook_swapped": 0.1,
    "too_many_requests": 0.15,
    "server_error": 0.15,
    "error_after": 0.05,
    "cut_answer": 0.05,
    "late_effect": 0.1,
    "late_effect_ms": 45_000,
    "search_lag_ms": 5000,
}


def _text(text: str) -> dict[str, Any]:
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
    }


class Script:
    """People who edit, comment and search, and an app that answers each comment of theirs and sometimes fails."""

    def __init__(self, bench: Bench, seed: int) -> None:
        self.bench = bench
        self.chance = random.Random(seed)
        self.issues = [bench.create(f"Issue {number}") for number in range(5)]
        bench.react = self.react

    def react(self, headers: dict[str, str], body: Any) -> int:
        if self.chance.random() < 0.2:
            return self.chance.choice((0, 429, 500, 404))
        if body["webhookEvent"] == "comment_created" and body["comment"]["author"]["accountType"] != "app":
            path = f"/issue/{body['issue']['id']}/comment"
            self.bench.app("POST", path, {"body": _text("Seen")}, trace=f"scripted/{body['comment']['id']}")
        return 204

    def run(self, steps: int) -> None:
        for number in range(steps):
            issue = self.chance.choice(self.issues)
            kind = self.chance.randrange(4)
            if kind == 0:
                self.bench.person("PUT", f"/issue/{issue}", {"fields": {"summary": f"Edit {number}"}})
            elif kind == 1:
                self.bench.person("POST", f"/issue/{issue}/comment", {"body": _text(f"Comment {number}")})
            elif kind == 2:
                self.bench.person("PUT", f"/issue/{issue}/properties/note", number)
            else:
                self.bench.app("GET", "/search/jql?jql=project%20%3D%20SHOP&fields=summary")
            self.bench.site.advance(self.chance.randrange(4000))
        self.bench.site.advance(3 * 3600_000)


def _history(seed: int) -> bytes:
    bench = Bench()
    script = Script(bench, 3)
    bench.control("PUT", "/chaos", STORM | {"seed": seed})
    script.run(80)
    bench.control("PUT", "/chaos", {})
    history: bytes = bench.control("GET", "/history")
    return history


def test_the_same_seed_gives_the_same_history() -> None:
    first = _history(20)
    assert first == _history(20)
    assert first != _history(21)
    lines = first.splitlines()
    for sign in (b'"lost"', b'"retried"', b'"refused"', b'"fault":"cut"', b'"fault":"late"', b'"type":"effect"'):
        assert any(sign in line for line in lines), sign


def test_a_storm_shows_itself_in_the_history() -> None:
    bench = Bench()
    script = Script(bench, 4)
    bench.control("PUT", "/chaos", STORM)
    script.run(60)
    requests = bench.history("request")
    wrong = [line for line in requests if line["status"] in (429, 503)]
    assert 0.15 < len(wrong) / len(requests) < 0.45
    late = {line["request"] for line in bench.history("effect") if line["done"] < 300}
    written = [line for line in bench.history("write") if line.get("late")]
    assert late == {line["request"] for line in written}
    answers = [line for line in bench.history("write") if line["kind"] == "comment" and line["app"] == KEY]
    assert answers and all(line["trace"].startswith("scripted/") for line in answers)
