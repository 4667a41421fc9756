"""Looking: our issue as it is now, and the mapping it falls under."""

from __future__ import annotations

from dataclasses import dataclass

from addon.errors import Blocked, Ignored, Missing
from addon.jira import reader
from addon.model.rules import IssueMapping, Side
from addon.model.snapshot import Snapshot
from addon.sync import detection, following
from addon.sync.line import Line, field_ids, rendered_ids

GONE = "Jira no longer shows this issue to the app: it was deleted, or a permission was removed."
UNCOVERED = (
    "Out of scope: its project or issue type was changed, and no active mapping of this synchronization covers what it "
    "is now. It goes on when it is changed back, or when a mapping for it is published."
)


@dataclass(frozen=True, slots=True)
class Look:
    """An issue that was read. ``mapping`` is another than the link's where it has become another kind of issue."""

    snapshot: Snapshot
    mapping: IssueMapping


def look(at: Line, jira: reader.Reading) -> Look:
    """Read our issue; a second time where it has come under another mapping, whose fields may be others.

    Raises:
        Blocked: Jira does not show it, or its mapping is gone.
        Ignored: no mapping covers it any more, or it is not shown to the partner.
    """
    try:
        return see(at, jira)
    except Missing as missing:
        raise Blocked(GONE, fix="Let the app browse the issue again, then retry.") from missing


def see(at: Line, jira: reader.Reading) -> Look:
    """The same for whoever has other words for an issue that Jira does not show.

    Raises: as ``look``; Missing where Jira does not show it.
    """
    known = at.rules.mapping(at.link.mapping_id) or at.mapping()
    snapshot = read(at, jira, known)
    if following.covers(known, at.side, snapshot):
        mapping = at.mapping()
        _check_fields(at, snapshot, mapping)
        return Look(snapshot, mapping)
    found = following.covering(at.rules, at.side, snapshot)
    if found is None:
        raise Ignored(UNCOVERED)
    mapping = at.mapping(found.id)
    return Look(read(at, jira, mapping), mapping)


def _check_fields(at: Line, snapshot: Snapshot, mapping: IssueMapping) -> None:
    gone = detection.gone(at.link.base, snapshot, mapping, at.side)
    if gone:
        fields = ", ".join(f"“{row.field_of(at.side)}”" for row in gone)
        rows = ", ".join(f"“{row.id}”" for row in gone)
        raise Blocked(
            f"The issue no longer has a field that is mapped: {fields}. Its twin keeps the value it has.",
            fix=f"Bring the field back to this project and issue type, or take the field mapping {rows} out of the "
            "mapping, then retry.",
        )


def read(at: Line, jira: reader.Reading, mapping: IssueMapping) -> Snapshot:
    """Our issue with the fields of a mapping, whether it is of its pair or not. Raises as Jira does."""
    assert at.link.issue_id is not None
    side: Side = at.side
    dated = any(row.conflict == "newer" for row in mapping.fields)
    rendered = rendered_ids(mapping, side)
    return reader.issue(jira, at.link.issue_id, field_ids(mapping, side), dated=dated, rendered=rendered)
