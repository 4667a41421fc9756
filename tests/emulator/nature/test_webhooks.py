"""How webhooks come, or do not."""

import threading

import pytest

from tests.emulator.nature.bench import Bench

CREATED = "jira:issue_created"


def created(bench: Bench) -> list[str]:
    return [body["issue"]["fields"]["summary"] for _, body in bench.heard if body["webhookEvent"] == CREATED]


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 503, 0])
def test_five_retries_and_then_the_list_of_failures(bench: Bench, status: int) -> None:
    bench.react = lambda headers, body: status
    bench.create()
    bench.site.advance(60 * 60_000)
    assert len(bench.heard) == 6
    assert [headers.get("X-Atlassian-Webhook-Retry") for headers, _ in bench.heard] == [None, *"12345"]
    assert len({headers["X-Atlassian-Webhook-Identifier"] for headers, _ in bench.heard}) == 1
    failed = bench.app("GET", "/webhook/failed").json["values"]
    assert [row["id"] for row in failed] == [bench.heard[0][0]["X-Atlassian-Webhook-Identifier"]]
    outcomes = [line["outcome"] for line in bench.history("webhook")]
    assert outcomes == ["retried"] * 5 + ["failed"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 302])
def test_a_refusal_is_final(bench: Bench, status: int) -> None:
    bench.react = lambda headers, body: status
    bench.create()
    bench.site.advance(60 * 60_000)
    assert len(bench.heard) == 1
    assert bench.app("GET", "/webhook/failed").json["values"] == []
    assert [line["outcome"] for line in bench.history("webhook")] == ["refused"]


def test_lost_twice_and_late(bench: Bench) -> None:
    bench.control("PUT", "/chaos", {"webhook_lost": 1.0})
    bench.create("lost")
    bench.control("PUT", "/chaos", {"webhook_twice": 1.0, "webhook_late_ms": 100})
    bench.create("twice")
    bench.control("PUT", "/chaos", {"webhook_late": 1.0, "webhook_late_ms": 10_000, "seed": 5})
    bench.create("late")
    bench.site.advance(101)
    assert created(bench) == ["twice", "twice"]
    bench.site.advance(10_000)
    assert created(bench) == ["twice", "twice", "late"]


def test_one_overtakes_another(bench: Bench) -> None:
    bench.control("PUT", "/chaos", {"webhook_swapped": 1.0})
    for name in ("a", "b", "c"):
        bench.create(name)
        bench.site.advance(10)
    assert created(bench) == ["b", "a"]
    bench.site.advance(5000)
    assert created(bench) == ["b", "a", "c"]


def test_a_cascade_flows_as_secondary_and_later(bench: Bench) -> None:
    issue = bench.create()
    text = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "x"}]}]}
    bench.person("POST", f"/issue/{issue}/comment", {"body": text})
    bench.site.advance(0)
    bench.heard.clear()
    bench.control("PUT", "/chaos", {"webhook_secondary_ms": 60_000})
    bench.person("DELETE", f"/issue/{issue}")
    bench.site.advance(0)
    assert [body["webhookEvent"] for _, body in bench.heard] == ["jira:issue_deleted"]
    bench.site.advance(60_000)
    headers, body = bench.heard[-1]
    assert (headers["X-Atlassian-Webhook-Flow"], body["webhookEvent"]) == ("Secondary", "comment_deleted")


def test_at_most_so_many_are_under_way() -> None:
    bench = Bench(entropy=None)
    bench.control("PUT", "/webhooks", {"primary": 3})
    under_way, most, done = 0, 0, threading.Event()
    changed, gate = threading.Condition(), threading.Event()

    def react(headers: object, body: object) -> int:
        nonlocal under_way, most
        with changed:
            under_way += 1
            most = max(most, under_way)
            changed.notify_all()
        gate.wait(5)
        with changed:
            under_way -= 1
            if len(bench.heard) == 8 and under_way == 0:
                done.set()
        return 204

    bench.react = react
    bench.site.clock.release()
    for number in range(8):
        bench.create(str(number))
    bench.site.webhooks.start()
    try:
        with changed:
            assert changed.wait_for(lambda: under_way == 3, 5)
        gate.set()
        assert done.wait(5) and most == 3
    finally:
        bench.site.close()
