"""Issues by the thousand, and real ones."""

import json
import random
from typing import Any

import pytest

from emulator import adf
from emulator.seeds import generator, titanium, workflow_graphs, writing
from emulator.seeds.documents import Writer
from emulator.site import Site
from tests.emulator.contract import shared
from tests.emulator.nature.bench import START_MS, Bench

KINDS = (
    "blockCard blockquote bodiedExtension bulletList codeBlock date decisionItem decisionList embedCard emoji expand"
    " extension hardBreak heading inlineCard inlineExtension layoutColumn layoutSection listItem media mediaGroup"
    " mediaInline mediaSingle mention nestedExpand orderedList panel paragraph placeholder rule status table tableCell"
    " tableHeader tableRow taskItem taskList text"
)
MARKS = "strong em code strike underline subsup textColor backgroundColor link"
GRAPHS = shared() / "data" / "workflows" / "graphs.json"


def _kinds(node: Any, key: str) -> set[str]:
    """The types of all nodes, or of all marks, of a document."""
    found = {mark["type"] for mark in node.get("marks", [])} if key == "marks" else {node["type"]}
    for child in node.get("content", []):
        found |= _kinds(child, key)
    return found


def test_a_sample_has_every_kind_of_node_and_is_valid() -> None:
    document = Writer(random.Random(1), ["5b1"]).sampler()
    assert adf.problem_in(document) is None
    assert set(KINDS.split()) <= _kinds(document, "type") and set(MARKS.split()) <= _kinds(document, "marks")


def test_every_generated_document_is_valid() -> None:
    writer = Writer(random.Random(2), ["5b1"])
    for _ in range(300):
        document = writer.document()
        assert adf.problem_in(document) is None, json.dumps(document)


def _generated(seed: int) -> tuple[Site, list[bytes]]:
    site = Site.new(entropy=1, now_ms=START_MS)
    with site.transaction():
        generator.fill(site, generator.project(site, "GEN", "Generated"), 300, seed)
    return site, list(site.ledger.lines())


def test_generated_issues_differ_in_all_ways_and_repeat() -> None:
    site, history = _generated(3)
    assert history == _generated(3)[1] != _generated(4)[1]
    issues = site.store.all("issue")
    assert len({issue["fields"]["status"] for issue in issues}) >= 8
    custom = {name for issue in issues for name in issue["fields"] if name.startswith("customfield")}
    assert len(custom) == 12
    for kind in ("comment", "worklog", "attachment", "issuelink"):
        assert site.store.count(kind) > 20, kind


def test_generated_issues_are_read_and_moved_like_others(bench: Bench) -> None:
    with bench.site.transaction():
        issues = generator.fill(bench.site, generator.project(bench.site, "GEN", "Generated"), 40, 5)
    for issue in issues:
        path = f"/issue/{issue['key']}"
        shown = bench.person("GET", f"{path}?expand=renderedFields").json
        assert shown["fields"]["summary"] == issue["fields"]["summary"]
        for held in shown["fields"]["attachment"][:1]:
            assert bench.person("GET", f"/attachment/content/{held['id']}?redirect=false").status == 200
        offered = bench.person("GET", f"{path}/transitions").json["transitions"]
        if offered:
            move = {"transition": {"id": offered[0]["id"]}}
            assert bench.person("POST", f"{path}/transitions", move).status == 204
        assert bench.person("GET", f"/rest/api/2{path}").status == 200
    assert bench.app("POST", "/search/jql", {"jql": "project = GEN", "fields": ["*all"]}).status == 200


@pytest.mark.skipif(not GRAPHS.is_file(), reason="the real workflows are not beside the checkout")
def test_every_real_workflow_loads() -> None:
    site = Site.new()
    for graph in json.loads(GRAPHS.read_text()):
        made = workflow_graphs.load(site, graph, graph["source"])
        assert len(made["statuses"]) == len({status["name"].lower() for status in graph["statuses"]})


@pytest.mark.skipif(titanium.data_file() is None, reason="the real issues are not beside the checkout")
def test_real_issues_bring_their_links_and_files() -> None:
    site, path = Site.new(), titanium.data_file()
    assert path is not None
    with site.transaction():
        written = titanium.load(site, writing.project(site, "TI", "Titanium"), path, 600)
    assert written == 600
    assert site.store.count("comment") > 300 and site.store.count("issuelink") > 20
    assert site.store.count("attachment") > 50
    assert len({link["type"] for link in site.store.all("issuelink")}) > 2


def test_real_issues_come_by_the_control_api(bench: Bench) -> None:
    made = bench.control("POST", "/projects", {"key": "MANY", "workflow": "several"})
    assert len(bench.person("GET", f"/project/{made['id']}/statuses").json[3]["statuses"]) == 5
    assert bench.control("POST", "/generate", {"project": "MANY", "count": 20, "seed": 1})["last"] == "MANY-20"
    if titanium.data_file() is None:
        pytest.skip("the real issues are not beside the checkout")
    assert bench.control("POST", "/load", {"project": "SHOP", "source": "answers"}) == {"count": 55}
    assert bench.control("POST", "/load", {"project": "SHOP", "count": 5}) == {"count": 5}
    wanted = {"jql": "project = SHOP", "fields": ["*all"], "expand": "changelog", "maxResults": 100}
    found = bench.app("POST", "/search/jql", wanted).json
    assert len(found["issues"]) == 60
    assert any(issue["changelog"]["total"] for issue in found["issues"])
    for issue in found["issues"]:
        for path in ("/remotelink", "/worklog", "/changelog"):
            assert bench.person("GET", f"/issue/{issue['id']}{path}").status == 200
