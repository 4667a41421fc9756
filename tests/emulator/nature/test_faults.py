"""What may befall one request, by rule."""

import time
from typing import Any

import pytest
import requests

from emulator.seeds import writing
from emulator.server import Running
from emulator.site import Site
from tests.emulator.nature.bench import Bench


def rule(bench: Bench, **given: Any) -> None:
    bench.control("PUT", "/chaos", {"rules": [given]})


def summary(bench: Bench, issue: str) -> str:
    return str(bench.person("GET", f"/issue/{issue}").json["fields"]["summary"])


def edit(bench: Bench, issue: str, text: str) -> Any:
    return bench.person("PUT", f"/issue/{issue}", {"fields": {"summary": text}})


def test_before_and_after_the_work(bench: Bench) -> None:
    issue = bench.create("old")
    rule(bench, method="PUT", effect="error", status=503, retryAfterS=7)
    answer = edit(bench, issue, "new")
    assert (answer.status, answer.headers["Retry-After"], summary(bench, issue)) == (503, "7", "old")
    rule(bench, method="PUT", effect="error", status=502, after=True)
    assert (edit(bench, issue, "new").status, summary(bench, issue)) == (502, "new")


def test_a_late_effect_comes_when_its_time_has_come(bench: Bench) -> None:
    issue = bench.create("old")
    rule(bench, method="PUT", effect="late", delayMs=20_000)
    assert edit(bench, issue, "new").status == 504
    bench.site.advance(19_999)
    assert summary(bench, issue) == "old"
    bench.site.advance(1)
    assert summary(bench, issue) == "new"


def test_cut_and_html(bench: Bench) -> None:
    issue = bench.create("old")
    rule(bench, effect="cut", bytes=3)
    answer = bench.person("GET", f"/issue/{issue}")
    assert answer.cut and len(answer.body) == 3
    assert edit(bench, issue, "new").cut
    rule(bench, method="GET", effect="html")
    page = bench.person("GET", f"/issue/{issue}")
    assert page.status == 200 and page.headers["Content-Type"].startswith("text/html")
    bench.control("PUT", "/chaos", {})
    assert summary(bench, issue) == "new"


def test_which_calls(bench: Bench) -> None:
    issue = bench.create()
    rule(bench, path="/issue/", first=2, every=2, times=2, who="user@example.com")
    asked = [bench.person("GET", f"/issue/{issue}", who="user").status for _ in range(8)]
    assert asked == [200, 503, 200, 503, 200, 200, 200, 200]
    assert bench.person("GET", f"/issue/{issue}").status == 200
    assert bench.control("GET", "/chaos")["rules"] == [{"name": "1", "effect": "error", "seen": 8, "struck": 2}]
    rule(bench, who="app")
    assert (bench.app("GET", "/myself").status, bench.person("GET", "/myself").status) == (503, 200)
    rule(bench, who="people", path="myself$")
    assert (bench.app("GET", "/myself").status, bench.person("GET", "/myself").status) == (200, 503)


def test_a_share_is_the_same_for_a_seed(bench: Bench) -> None:
    drawn = []
    for seed in (1, 1, 2):
        bench.control("PUT", "/chaos", {"seed": seed, "rules": [{"share": 0.5, "path": "myself"}]})
        drawn.append([bench.person("GET", "/myself").status for _ in range(20)])
    assert drawn[0] == drawn[1] != drawn[2] and set(drawn[0]) == {200, 503}


@pytest.mark.parametrize(
    "wrong",
    [{"effect": "x"}, {"path": "("}, {"share": 2}, {"status": 7}, {"first": 0}, {"nonsense": 1}, {"after": 1}, "x"],
)
def test_nonsense_is_refused_in_words(bench: Bench, wrong: Any) -> None:
    answer = bench.person("PUT", "/_control/chaos", {"rules": [wrong]})
    assert answer.status == 400 and answer.json["errorMessages"][0].startswith("rule 1")


def test_over_a_socket_connections_close_and_bytes_drip() -> None:
    site = Site.new("Blue")
    with site.transaction():
        writing.project(site, "SHOP", "Shop")
    with Running(site):
        url, auth = f"{site.base_url}/rest/api/3/myself", ("admin@example.com", "admin")
        site.chaos.configure({"rules": [{"effect": "cut"}]}, 0)
        with pytest.raises(requests.RequestException):
            requests.get(url, auth=auth, timeout=5)
        site.chaos.configure({"rules": [{"effect": "cut", "bytes": 0}]}, 0)
        with pytest.raises(requests.RequestException):
            requests.get(url, auth=auth, timeout=5)
        site.chaos.configure({"rules": [{"effect": "drip", "delayMs": 300}]}, 0)
        start = time.monotonic()
        answer = requests.get(url, auth=auth, timeout=5, stream=True)
        moments = [time.monotonic() - start for _ in answer.iter_content(1)]
        assert moments[0] < 0.15 and moments[-1] >= 0.3
        site.chaos.configure({"rules": [{"effect": "delay", "delayMs": 200}]}, 0)
        start = time.monotonic()
        assert requests.get(url, auth=auth, timeout=5).status_code == 200
        assert time.monotonic() - start >= 0.2
