"""The coverage table of `emulator/README.md`.

A run of the whole emulator suite with `TWINLINE_COVERAGE_TABLE=1` writes it; `test_table.py` holds it to the routes.
"""

from __future__ import annotations

import re
from pathlib import Path

from emulator.app import create_app
from emulator.site import Site
from tests.emulator.openapi.judge import Judge

README = Path(__file__).resolve().parents[3] / "emulator" / "README.md"
START, END = "<!-- operations -->", "<!-- end of operations -->"
CLIENTS = {
    "test_pycontribs.py": "jira",
    "test_clients.py": "jira",
    "test_atlassian_python_api.py": "atlassian-python-api",
    "test_jira_js.py": "jira.js",
}
# What an operation does not do yet; all others are done.
PARTLY = {
    "GET /rest/agile/1.0/board/{}/configuration": "no estimation, columns by category",
    "PUT /rest/agile/1.0/issue/rank": "JQL does not order by Rank",
    "POST /rest/api/3/issue/{}/notify": "no mail is sent",
    "GET /rest/api/3/user/search/query": "`is assignee|reporter|watcher|voter of` only",
    "GET /rest/agile/1.0/issue/{}": "no `sprint`, `epic`, `flagged` beside the custom fields",
}


def plain(path: str) -> str:
    """A path whose variables have no names, as v3 and agile 1.0 write it."""
    path = re.sub(r"/rest/api/<[^>]+>", "/rest/api/3", path)
    path = re.sub(r"/rest/(agile|software)/<[^>]+>", r"/rest/\1/1.0", path)
    return re.sub(r"[<{][^>}]+[>}]", "{}", path)


def routes() -> list[str]:
    """Every operation that the site serves."""
    rules = create_app(Site.new()).url_map.iter_rules()
    served = {
        f"{method} {plain(rule.rule)}"
        for rule in rules
        if rule.rule.startswith("/rest/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    return sorted(served, key=lambda each: each.split()[::-1])


def rows(judge: Judge) -> list[str]:
    """The table's rows: operation, state, how it was checked in this run."""
    done: dict[str, set[str]] = {}
    for (method, template), files in judge.done.items():
        done.setdefault(f"{method} {plain(template)}", set()).update(files)
    examples = {f"{method} {plain(template)}" for method, template, _ in judge.samples}
    lines = ["| Operation | State | OpenAPI | Clients | Example |", "| --- | --- | --- | --- | --- |"]
    for operation in routes():
        files = done.get(operation, set())
        clients = ", ".join(sorted({CLIENTS[file] for file in files if file in CLIENTS}))
        state = f"partly: {PARTLY[operation]}" if operation in PARTLY else "done"
        marks = ("yes" if files else "", clients, "yes" if operation in examples else "")
        lines.append(f"| `{operation}` | {state} | {' | '.join(marks)} |")
    return lines


def write(judge: Judge) -> None:
    text = README.read_text()
    before, after = text.partition(START)[0], text.partition(END)[2]
    README.write_text(f"{before}{START}\n" + "\n".join(rows(judge)) + f"\n{END}{after}")


def listed() -> list[str]:
    """The operations that the README has."""
    block = README.read_text().partition(START)[2].partition(END)[0]
    return re.findall(r"^\| `([^`]+)` \|", block, flags=re.MULTILINE)
