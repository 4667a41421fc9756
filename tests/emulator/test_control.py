"""Misbehaviour on demand, real workflows, issues by the thousand."""

import json
import time

import pytest
import requests

from emulator import adf, apps
from emulator.seeds import generator, writing
from emulator.site import Site
from tests.emulator.app_probe import Probe
from tests.emulator.conftest import Client
from tests.emulator.contract import shared

GRAPHS = shared() / "data" / "workflows" / "graphs.json"


def test_storms_can_be_repeated(site: Site, admin: Client) -> None:
    events = [{"event": "jira:issue_created", "url": "/hook"}]
    seen = []
    for _ in range(2):
        with Probe(events) as app:
            apps.install(site, app.base_url + "/d")
            storm = {"seed": 7, "webhook_lost": 0.3, "webhook_twice": 0.3}
            admin.json("PUT", "/_control/chaos", json=storm | {"webhook_late_ms": 20})
            start = site.store.count("issue")
            for number in range(12):
                admin.create(str(number))
            time.sleep(0.4)
            found = sorted(int(body["issue"]["id"]) - start for _, _, body in app.at("/hook"))
            seen.append(found)
    assert seen[0] == seen[1] and len(set(seen[0])) < 12 and len(seen[0]) > len(set(seen[0]))


def test_answers_go_wrong_as_told(admin: Client) -> None:
    wrong = {"app_only": False}
    for name, status in (("too_many_requests", 429), ("server_error", 503)):
        admin.call("PUT", "/_control/chaos", json=wrong | {name: 1.0})
        answer = admin.call("GET", "/field")
        assert answer.status_code == status
        admin.site.chaos.configure({}, 0)
    admin.call("PUT", "/_control/chaos", json={"nonsense": 1})
    made = admin.create()
    admin.site.chaos.configure(wrong | {"late_effect": 1.0}, 0)
    assert admin.call("PUT", f"/issue/{made['id']}", json={"fields": {"summary": "late"}}).status_code == 504
    admin.site.chaos.configure({}, 0)
    deadline = time.time() + 4
    while time.time() < deadline:
        if admin.json("GET", f"/issue/{made['id']}")["fields"]["summary"] == "late":
            break
        time.sleep(0.05)
    assert admin.json("GET", f"/issue/{made['id']}")["fields"]["summary"] == "late"
    admin.site.chaos.configure(wrong | {"cut_answer": 1.0}, 0)
    with pytest.raises(requests.RequestException):
        admin.call("GET", "/field")


@pytest.mark.skipif(not GRAPHS.is_file(), reason="the real workflows are not beside the checkout")
def test_real_workflows(admin: Client) -> None:
    for number, graph in enumerate(json.loads(GRAPHS.read_text())):
        key = f"WF{number}"
        admin.json("POST", "/_control/projects", 201, json={"key": key, "workflow": graph})
        issue = admin.create(project={"key": key})
        path = f"/issue/{issue['id']}/transitions"
        offered = admin.json("GET", path)["transitions"]
        wanted = {
            edge["to"] for edge in graph["transitions"] if edge.get("frm") in (None, graph["statuses"][0]["name"])
        }
        assert {t["to"]["name"].lower() for t in offered} == {name.lower() for name in wanted}
        assert len({t["id"] for t in offered}) == len(offered)
        for transition in offered[:1]:
            assert admin.call("POST", path, json={"transition": {"id": transition["id"]}}).status_code == 204


def test_generated_issues_are_the_same_for_a_seed() -> None:
    summaries = []
    for _ in range(2):
        site = Site.new()
        made = generator.fill(site, writing.project(site, "GEN", "Generated"), 200, seed=3)
        assert all(adf.problem_in(issue["fields"]["description"]) is None for issue in made)
        summaries.append([(issue["key"], issue["fields"]["summary"], issue["fields"]["labels"]) for issue in made])
    assert summaries[0] == summaries[1]
