"""What the editor shows it gives back: every valid document of the shared set survives being opened and saved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser
ROUND_TRIP = """async doc => {
  const {renderAdf} = await import('/_pages/js/adf-render.js');
  const {readAdf} = await import('/_pages/js/adf-read.js');
  const box = document.createElement('div');
  box.contentEditable = 'true';
  document.body.append(box);
  box.append(renderAdf(doc));
  const read = readAdf(box);
  box.remove();
  return read;
}"""


def test_documents_survive_the_editor(page: Page, shared: Path) -> None:
    folder = shared / "data" / "adf"
    valid = [row["file"] for row in json.loads((folder / "docs-manifest.json").read_text()) if row["valid_full"]]
    assert len(valid) > 80
    changed = []
    for name in valid:
        document = json.loads((folder / "docs" / name).read_text())
        if _plain(page.evaluate(ROUND_TRIP, document)) != _plain(document):
            changed.append(name)
    assert changed == []


def _plain(node: Any) -> Any:
    """Without what means nothing: an empty content, and a document that holds nothing at all."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    plain = {key: _plain(value) for key, value in node.items() if not (key == "content" and value == [])}
    return None if plain == {"type": "doc", "version": 1} else plain


def test_headings_code_quotes_and_links_become_adf(page: Page) -> None:
    page.get_by_role("button", name="Create").click()
    dialog = page.get_by_role("dialog", name="Create")
    bar = dialog.get_by_role("toolbar", name="Description formatting")
    dialog.get_by_role("textbox", name="Description").click()
    bar.get_by_label("Text style").select_option("H2")
    page.keyboard.type("Title")
    page.keyboard.press("Enter")
    bar.get_by_label("Text style").select_option("P")
    bar.get_by_role("button", name="Italic").click()
    page.keyboard.type("slanted")
    bar.get_by_role("button", name="Italic").click()
    page.keyboard.type(" and ")
    bar.get_by_role("button", name="Code", exact=True).click()
    page.keyboard.type("x = 1")
    page.keyboard.press("End")
    page.once("dialog", lambda asked: asked.accept("https://example.com/a"))
    page.keyboard.press("Enter")
    bar.get_by_role("button", name="Link").click()
    page.keyboard.press("Enter")
    bar.get_by_role("button", name="Code block").click()
    page.keyboard.type("first")
    page.keyboard.press("Enter")
    page.keyboard.type("second")
    document = page.evaluate(
        """async () => (await import('/_pages/js/adf-read.js'))
        .readAdf(document.querySelector('[role=textbox][aria-label=Description]'))"""
    )
    kinds = [node["type"] for node in document["content"]]
    assert kinds[0] == "heading" and document["content"][0]["attrs"] == {"level": 2}
    text = document["content"][1]["content"]
    assert text[0] == {"type": "text", "text": "slanted", "marks": [{"type": "em"}]}
    assert {"type": "text", "text": "x = 1", "marks": [{"type": "code"}]} in text
    assert "https://example.com/a" in json.dumps(document)
    assert document["content"][-1] == {"type": "codeBlock", "content": [{"type": "text", "text": "first\nsecond"}]}
