"""Which processor handles which kind of field mapping. ``comments`` are items and have their own functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from addon.model.rules import FieldMapping, IssueMapping
from addon.sync.processors import FieldProcessor
from addon.sync.processors.labels import Labels
from addon.sync.processors.priority import Priority
from addon.sync.processors.rich_text import RichText
from addon.sync.processors.text import Text

COMMENTS = "comments"
PROCESSORS: Mapping[str, FieldProcessor] = {
    "text": Text(),
    "rich_text": RichText(),
    "labels": Labels(),
    "priority": Priority(),
}
KINDS = frozenset({*PROCESSORS, COMMENTS})


def fields_of(mapping: IssueMapping) -> Iterator[tuple[FieldMapping, FieldProcessor]]:
    """The field mappings that are plain fields, with their processors."""
    for field in mapping.fields:
        if field.kind != COMMENTS:
            yield field, PROCESSORS[field.kind]


def comments_of(mapping: IssueMapping) -> FieldMapping | None:
    """The row that speaks of comments, if the mapping has one."""
    return next((field for field in mapping.fields if field.kind == COMMENTS), None)
