"""ADF as HTML and as plain text."""

import json
from pathlib import Path
from typing import Any

import pytest

from emulator.adf import from_wiki, problem_in, to_html, to_text, to_wiki


def doc(*content: Any) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(content)}


@pytest.mark.parametrize(
    ("markup", "html"),
    [
        ("*a* <b>", "<p><b>a</b> &lt;b&gt;</p>"),
        ("h2. T", "<h2>T</h2>"),
        ("* a\n# b", "<ul><li><p>a</p></li></ul>\n<ol><li><p>b</p></li></ol>"),
        ("{noformat}<x>{noformat}", "<pre class=\"code-java\">&lt;x&gt;</pre>"),
        ("[a|https://x.y/?a=1&b=2]", 'href="https://x.y/?a=1&amp;b=2"'),
        ("----", "<hr>"),
        ("||h||\n|c|", '<th class="confluenceTh"><p>h</p></th>'),
    ],
)  # fmt: skip
def test_html_shows_the_document(markup: str, html: str) -> None:
    assert html in to_html(from_wiki(markup))


@pytest.mark.parametrize("href", ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "vbscript:x"])
def test_html_follows_no_address_that_runs_code(href: str) -> None:
    mark = {"type": "link", "attrs": {"href": href}}
    shown = to_html(doc({"type": "paragraph", "content": [{"type": "text", "text": "x", "marks": [mark]}]}))
    assert shown == "<p>x</p>"


def test_html_escapes_every_attribute() -> None:
    nasty = '"><script>'
    nodes = [
        {"type": "panel", "attrs": {"panelType": nasty}, "content": []},
        {"type": "expand", "attrs": {"title": nasty}, "content": []},
        {"type": "codeBlock", "attrs": {"language": nasty}, "content": []},
        {"type": "mention", "attrs": {"id": nasty, "text": nasty}},
        {"type": "status", "attrs": {"text": nasty, "color": nasty}},
        {"type": "media", "attrs": {"type": "external", "url": "https://x/" + nasty, "alt": nasty}},
        {"type": "inlineCard", "attrs": {"url": "https://x/" + nasty}},
        {"type": "date", "attrs": {"timestamp": nasty}},
        {"type": nasty, "attrs": {"text": nasty}},
    ]
    assert "<script" not in to_html(doc(*nodes))


def test_text_is_the_words() -> None:
    markup = "h1. T\n\n* a\n** b\n\n|c|d|\n\n[~accountid:x] {{2026-11-21}} (/)"
    assert to_text(from_wiki(markup)) == "T\na\nb\nc\td\n@x 2026-11-21 :check_mark:"


def test_every_real_document_can_be_shown(shared: Path) -> None:
    for path in sorted((shared / "data" / "adf" / "docs").glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        if problem_in(document) is None:
            assert isinstance(to_html(document), str)
            assert problem_in(from_wiki(to_wiki(document))) is None, path.name
            to_text(document)
