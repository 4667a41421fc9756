"""Compare two sites by what they show: every issue of one has its twin at the other, once, with the same content."""

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


def differences(blue: Site, green: Site, summaries: set[str]) -> list[str]:
    """What is lost, doubled or different between SHOP at Blue and QA at Green, in words; empty when all is well."""
    at_blue, at_green = shown(blue, "SHOP"), shown(green, "QA")
    problems = []
    for summary in sorted(summaries):
        here, there = at_blue.get(summary, []), at_green.get(summary, [])
        if len(here) != 1 or len(there) != 1:
            problems.append(f"{summary}: {len(here)} at Blue, {len(there)} at Green")
        elif here != there:
            problems.append(f"{summary}: {here[0]} at Blue, {there[0]} at Green")
        elif any(count > 1 for count in here[0].comments.values()):
            problems.append(f"{summary}: doubled comments {here[0].comments}")
    strangers = (set(at_blue) & set(at_green)) - summaries
    return problems + [f"{summary}: at both sites, and nobody made it" for summary in sorted(strangers)]
