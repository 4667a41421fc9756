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
