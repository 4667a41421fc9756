"""One emulated Jira site as a process, and its REST API as a person uses it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from requests.auth import HTTPBasicAuth

from dev import port
from dev.supervisor import Supervisor, wait_until

ADMIN = ("admin@example.com", "admin")
USER = ("user@example.com", "user")
START_SECONDS = 90.0


@dataclass(frozen=True)
class Site:
    """``name`` is Blue or Green: it also names the process and chooses the issues the site starts with."""

    name: str
    number: int
    """The port that others know."""
    listen: int
    """The port where it listens: another one where a recorder stands before it."""
    folder: Path

    @property
    def url(self) -> str:
        return f"http://{port.HOST}:{self.number}"

    def start(self, supervisor: Supervisor, env: Mapping[str, str]) -> None:
        """Start its process; ``wait`` returns once it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = self.name.lower()
        command = [sys.executable, "-m", "emulator", "--port", str(self.listen), "--base-url", self.url]
        command += ["--name", self.name, "--data", str(self.folder), "--seed", name]
        supervisor.start(name, command, env, is_foundation=True)

    def wait(self, supervisor: Supervisor) -> None:
        """Raises ``TimeoutError`` with the last lines it wrote where it does not come up."""
        wait_until(
            f"The site {self.name} did not answer at {self.url}",
            self.is_up,
            seconds=START_SECONDS,
            why=lambda: supervisor.last_words(self.name.lower()),
        )

    def is_up(self) -> bool:
        try:
            return requests.get(f"{self.url}/rest/api/3/serverInfo", timeout=2).ok
        except requests.RequestException:
            return False

    def install(self, add_on_url: str) -> None:
        """Install the add-on as a site administrator does, by the address of its descriptor.

        Raises:
            requests.HTTPError: the site or the add-on refused.
        """
        self.call("POST", "/_control/apps", {"descriptorUrl": f"{add_on_url}/atlassian-connect.json"})

    def call(self, method: str, path: str, body: object = None, *, user: tuple[str, str] = ADMIN, **params: str) -> Any:
        """One REST call: the JSON it answers, None for an empty answer.

        Raises:
            requests.HTTPError: not 2xx; Jira's words are in the message.
        """
        auth = HTTPBasicAuth(*user)
        answer = requests.request(method, f"{self.url}{path}", json=body, params=params, auth=auth, timeout=30)
        if not answer.ok:
            raise requests.HTTPError(f"{method} {path}: {answer.status_code} {answer.text[:500]}", response=answer)
        return answer.json() if answer.content else None

    def create_issue(self, project: str, issue_type: str, summary: str, **fields: object) -> str:
        """The key of a new issue."""
        given = {"project": {"key": project}, "issuetype": {"name": issue_type}, "summary": summary, **fields}
        key: str = self.call("POST", "/rest/api/3/issue", {"fields": given})["key"]
        return key

    def edit(self, key: str, **fields: object) -> None:
        self.call("PUT", f"/rest/api/3/issue/{key}", {"fields": fields})

    def fields(self, key: str) -> dict[str, Any]:
        """Every field of an issue."""
        fields: dict[str, Any] = self.call("GET", f"/rest/api/3/issue/{key}")["fields"]
        return fields

    def comment(self, key: str, text: str) -> str:
        """The id of a new comment."""
        comment_id: str = self.call("POST", f"/rest/api/3/issue/{key}/comment", {"body": paragraph(text)})["id"]
        return comment_id

    def comments(self, key: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", f"/rest/api/3/issue/{key}/comment", maxResults="1000")[
            "comments"
        ]
        return found

    def history(self, after: int, *types: str) -> list[dict[str, Any]]:
        """What the site has written down beyond a line, oldest first (``emulator/README.md``, *History*)."""
        params = {"after": str(after), "type": ",".join(types)}
        answer = requests.get(f"{self.url}/_control/history", params=params, auth=HTTPBasicAuth(*ADMIN), timeout=60)
        answer.raise_for_status()
        return [json.loads(line) for line in answer.content.splitlines()]

    def search(self, jql: str, *, fields: str = "summary") -> list[dict[str, Any]]:
        """All issues that match, page by page."""
        found: list[dict[str, Any]] = []
        page: dict[str, Any] = {}
        while not page or not page.get("isLast", True):
            token = {"nextPageToken": page["nextPageToken"]} if page else {}
            page = self.call("GET", "/rest/api/3/search/jql", jql=jql, fields=fields, maxResults="100", **token)
            found += page["issues"]
        return found


def paragraph(text: str) -> dict[str, Any]:
    """A text as an ADF document of one paragraph."""
    content = [{"type": "text", "text": text}] if text else []
    return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": content}]}
