"""*What would happen*: a dry run of the draft on an issue that the person chooses. Nothing is sent or written."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, g, request

from addon.errors import Missing, Refused, Verdict
from addon.jira import condition, reader
from addon.model import editing
from addon.model.preview import Outcome
from addon.model.rules import IssueMapping, Side, rules_from
from addon.web import access, editor, forms, mapping_forms, present
from addon.web.auth import guard
from addon.web.pages import fragment, new_blueprint
from addon.web.rate import Rate
from addon.web.services import services

blueprint = new_blueprint("preview_page")
PLACE = "/ui/synchronizations/<int:id_>/mappings/<mapping_id>/preview"
RECENT = 12
_previews = Rate(per_second=1, burst=15)
"""A preview costs both Jiras what a change costs them."""


@blueprint.get(f"{PLACE}/recent")
@guard("admin")
def recent(id_: int, mapping_id: str) -> Response:
    """Issues of this pair that changed last and that the person may see, as choices of the box."""
    side = editor.accepted(id_).synchronization.side
    end = editing.mapping_of(editor.drafted(id_), mapping_id).end_of(side)
    try:
        found = condition.latest(services().jira(g.tenant), end.project_id, end.issue_type_id, RECENT)
        seen = access.browsable(g.tenant, g.account_id, [one.id for one in found])
    except Verdict:
        # The box works without: a key can be typed.
        found, seen = [], frozenset()
    return fragment("mapping/_recent.html", issues=[one for one in found if one.id in seen])


@blueprint.get(PLACE)
@guard("admin")
def outcome(id_: int, mapping_id: str) -> Response:
    """What would become of this issue under the draft, in the direction that was chosen."""
    asked = forms.strict(mapping_forms.PreviewForm(), request.args)
    key = asked["key"].partition(" ")[0].upper()
    view = editor.accepted(id_)
    draft = services().handshake.drafting.open(g.tenant, id_)
    rules = rules_from(draft.based_on, draft.document)
    mapping = editing.mapping_of(rules, mapping_id)
    if not key:
        return fragment("mapping/_outcome.html", problem="Choose an issue, or enter its key.")
    try:
        _previews.take(f"{g.tenant.id} {g.account_id}")
        _check_seen(key)
        run = services().preview.run(g.tenant, view.synchronization, key, rules if draft.stored else None, asked["way"])
    except Refused as refusal:
        return fragment("mapping/_outcome.html", problem=refusal.sentence)
    named = _named(
        view, mapping, run, view.synchronization.side if asked["way"] == "in" else view.synchronization.partner_side
    )
    return fragment("mapping/_outcome.html", outcome=named, title=key)


def _named(view: present.View, mapping: IssueMapping, run: Outcome, entered: Side) -> Outcome:
    """The outcome with its lines named as the fields are called at the side that is entered."""
    called = editor.naming([editor.told_ends(view, mapping)[0]])
    names = {row.id: called(entered, row.field_of(entered)) for row in mapping.fields}
    return replace(run, lines=tuple(replace(line, name=names.get(line.row_id) or line.name) for line in run.lines))


def _check_seen(key: str) -> None:
    """Whether the person may see this issue: the app may see more than they.

    Raises:
        Refused: they may not, or there is none.
    """
    try:
        issue = reader.issue(services().jira(g.tenant), key, ())
    except Missing as missing:
        raise Refused(f"There is no issue {key}, or Twinline may not see it.", status=404) from missing
    access.require_browse(g.tenant, g.account_id, issue.issue_id)
