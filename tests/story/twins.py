"""What a site shows of the issues that people of a story made."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from dev.site import Site

MADE_BY = ("Blue ", "Green ")
"""How the summaries begin that people write; the sites hold other issues too."""


@dataclass(frozen=True)
class Issue:
    """What is kept in step of one issue. ``comments``: their texts, in no order."""

    issue_type: str
    labels: frozenset[str]
    priority: str
    comments: Counter = field(default_factory=Counter)


def shown(site: Site, project: str) -> dict[str, list[Issue]]:
    """The issues that the people of a story made in a project, by summary. Two of one summary are a doubled issue."""
    found: dict[str, list[Issue]] = {}
    for issue in site.search(f"project = {project} ORDER BY created ASC"):
        if not issue["fields"]["summary"].startswith(MADE_BY):
            continue
        fields = site.fields(issue["key"])
        one = Issue(
            fields["issuetype"]["name"],
            frozenset(fields["labels"]),
            (fields["priority"] or {}).get("name", ""),
            Counter(text(comment["body"]) for comment in site.comments(issue["key"])),
        )
        found.setdefault(fields["summary"], []).append(one)
    return found


def text(document: dict) -> str:
    """The plain text of a comment, without the line that says who wrote it at the other site."""
    return re.sub(r"^[\w ]+ at [\w.:]+?:(?=[A-Z])", "", _text(document))


def _text(document: dict) -> str:
    own = document.get("text", "")
    return own + "".join(_text(child) for child in document.get("content", []))
