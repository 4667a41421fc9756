"""Which processor handles which type of field. ``comments`` are items and have their own functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from addon.model.matrix import COMMENTS
from addon.model.rules import FieldMapping, IssueMapping, Side
from addon.sync.processors import FieldProcessor
from addon.sync.processors.app import App
from addon.sync.processors.option import Cascade, Option, Status
from addon.sync.processors.parent import Parent
from addon.sync.processors.person import User
from addon.sync.processors.plain import Count, Date, Duration, Moment, Number
from addon.sync.processors.rich_text import RichText
from addon.sync.processors.sets import Labels, Options, Users
from addon.sync.processors.text import Text

PROCESSORS: Mapping[str, FieldProcessor] = {
    "text": Text(),
    "url": Text(),
    "paragraph": RichText(),
    "number": Number(),
    "count": Count(),
    "date": Date(),
    "datetime": Moment(),
    "moment": Moment(),
    "original_estimate": Duration("originalEstimate"),
    "remaining_estimate": Duration("remainingEstimate"),
    "time_spent": Duration(),
    **dict.fromkeys(
        ("select", "radio", "priority", "issue_type", "resolution", "security", "version", "project"), Option()
    ),
    "status": Status(),
    "team": Option(""),
    "group": Option("groupId"),
    "parent": Parent(),
    "cascading": Cascade(),
    "labels": Labels(),
    **dict.fromkeys(("multi_select", "checkboxes", "versions", "components", "sprint"), Options()),
    "groups": Options("groupId"),
    "user": User(),
    "reporter": User(),
    "author": User(),
    "users": Users(),
    "app": App(),
}


def fields_of(mapping: IssueMapping, side: Side) -> Iterator[tuple[FieldMapping, FieldProcessor]]:
    """The field mappings that are plain fields, with the processors of this side's types."""
    for field in mapping.fields:
        if field.type_of(side) != COMMENTS:
            yield field, PROCESSORS[field.type_of(side)]


def comments_of(mapping: IssueMapping) -> FieldMapping | None:
    """The row that speaks of comments, if the mapping has one."""
    return next((field for field in mapping.fields if field.inviter_type == COMMENTS), None)
