"""429 as Jira says it, by the site's clock."""

import pytest

from emulator import points
from tests.emulator.nature.bench import KEY, Bench


def test_by_default_nothing_is_limited(bench: Bench) -> None:
    issue = bench.create()
    answers = [bench.person("PUT", f"/issue/{issue}", {"fields": {"summary": str(n)}}) for n in range(30)]
    assert {answer.status for answer in answers} == {204}
    assert not any(name.lower().startswith(("x-ratelimit", "ratelimit")) for name, _ in answers[0].headers.items())


def test_points_are_spent_and_come_back_with_the_hour(bench: Bench) -> None:
    bench.create()
    bench.control("PUT", "/rates", {"pointsPerHour": 10})
    # Six points: a read and its object three times.
    for _ in range(3):
        answer = bench.app("GET", "/issue/SHOP-1")
    assert answer.headers["X-RateLimit-Remaining"] == "4"
    assert answer.headers["RateLimit-Policy"] == '"global-app-quota";q=10;w=3600'
    assert answer.headers["RateLimit"].startswith('"global-app-quota";r=4;t=')
    assert "X-RateLimit-NearLimit" not in answer.headers
    # An identity costs two beside the base, a write one.
    assert bench.app("GET", "/myself").headers["X-RateLimit-NearLimit"] == "true"
    assert bench.app("PUT", "/issue/SHOP-1/properties/x", 1).status == 201
    refused = bench.app("GET", "/issue/SHOP-1")
    assert refused.status == 429 and refused.headers["RateLimit-Reason"] == "jira-quota-global-based"
    wait_s = int(refused.headers["Retry-After"])
    assert bench.person("GET", "/issue/SHOP-1").status == 200
    bench.site.advance(wait_s * 1000 - 2000)
    assert bench.app("GET", "/issue/SHOP-1").status == 429
    bench.site.advance(2000)
    assert bench.app("GET", "/issue/SHOP-1").status == 200
    assert bench.control("GET", "/rates")["spent"] == {KEY: 2}


@pytest.mark.parametrize(
    ("method", "path", "answer", "cost"),
    [
        ("GET", "/rest/api/3/issue/1", b"{}", 2),
        ("POST", "/rest/api/3/search/jql", b'{"issues":[{},{},{}]}', 4),
        ("POST", "/rest/api/3/issue/bulk", b'{"issues":[{},{}]}', 1),
        ("GET", "/rest/api/3/user/search", b"[{},{}]", 5),
        ("GET", "/rest/api/3/project/search", b'{"values":[{},{}]}', 3),
        ("DELETE", "/rest/api/3/issue/1", b"", 1),
        ("GET", "/rest/api/3/attachment/content/1", b"%PDF", 2),
    ],
)
def test_prices(method: str, path: str, answer: bytes, cost: int) -> None:
    assert points.cost(method, path, answer) == cost


def test_bursts_are_kept_per_resource_and_method(bench: Bench) -> None:
    first, second = bench.create(), bench.create()
    bench.control("PUT", "/rates", {"burst": {"GET": 3}, "retryAfter": False})
    answers = [bench.person("GET", f"/issue/{each}") for each in (first, second, first, second)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["RateLimit-Reason"] == "jira-burst-based"
    assert "Retry-After" not in answers[-1].headers
    assert bench.person("GET", f"/issue/{first}/comment").status == 200
    bench.site.advance(334)
    assert bench.person("GET", f"/issue/{first}").status == 200
    assert bench.person("GET", f"/issue/{first}").status == 429


def test_writes_to_one_issue(bench: Bench) -> None:
    issue, other = bench.create(), bench.create()
    bench.control("PUT", "/rates", {"issueWrites": [[3, 2], [4, 30]]})

    def write(path: str) -> int:
        answer = bench.person("PUT", f"/issue/{path}/properties/x", 1)
        assert answer.status < 300 or answer.headers["RateLimit-Reason"] == "jira-per-issue-on-write"
        return answer.status

    # By id or by key it is one issue.
    assert [write(issue), write("SHOP-1"), write(issue), write("SHOP-1")] == [201, 200, 200, 429]
    assert write(other) == 201
    assert bench.person("GET", f"/issue/{issue}").status == 200
    bench.site.advance(2001)
    assert [write(issue), write(issue)] == [200, 429]
    bench.site.advance(28_000)
    assert write(issue) == 200


@pytest.mark.parametrize("wrong", [{"x": 1}, {"burst": 3}, {"burst": {"GET": 0}}, {"issueWrites": [[1]]}])
def test_nonsense_is_refused_in_words(bench: Bench, wrong: object) -> None:
    answer = bench.person("PUT", "/_control/rates", wrong)
    assert answer.status == 400 and answer.json["errorMessages"][0]
