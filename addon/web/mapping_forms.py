"""Forms of the mapping editor. Every edit says which revision of the draft it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args

from flask import request
from marshmallow import ValidationError, fields, validate, validates_schema

from addon.errors import Refused
from addon.model.editing import WAYS
from addon.model.rules import FlowMode, Start, Unmatched
from addon.web.forms import Form

_LONG = 255
_WAY = validate.OneOf(WAYS, error="Choose one of the directions.")
_PLACE = validate.Regexp(r"\d{1,4}(-\d{1,4}){0,3}\Z", error="Choose a pair of values.")
MAX_JQL = 10_000
STARTS = "start:"
"""What the names of the publish dialog's radio buttons begin with; a mapping's id follows."""
_ONE_OF_THREE = "Choose what becomes of the issues that are there already."
_START = validate.OneOf(get_args(Start), error=_ONE_OF_THREE)


def _id(sentence: str) -> fields.String:
    return fields.String(
        required=True,
        error_messages={"required": sentence},
        validate=validate.Length(min=1, max=_LONG, error=sentence),
    )


class EditForm(Form):
    """What each edit brings: the draft's revision, and which rows stand open."""

    revision = fields.Integer(
        required=True,
        error_messages={"required": "Open the page again.", "invalid": "Open the page again."},
        validate=validate.Range(min=-(2**53), max=2**53, error="Open the page again."),
    )
    open = fields.List(fields.String(validate=validate.Length(max=_LONG)), load_default=list)


class LookForm(Form):
    """The same page with other rows open."""

    open = fields.List(fields.String(validate=validate.Length(max=_LONG)), load_default=list)
    toggle = fields.String(load_default="", validate=validate.Length(max=_LONG))


class PairForm(EditForm):
    """A pair of project and issue type."""

    ours_project = _id("Choose a project.")
    ours_type = _id("Choose an issue type.")
    theirs_project = _id("Choose a project.")
    theirs_type = _id("Choose an issue type.")
    active = fields.Boolean(load_default=False)


class FlowForm(EditForm):
    """How issues leave a side; the condition only where it is ours."""

    way = fields.String(required=True, validate=validate.OneOf(("out", "in"), error="Choose one of the directions."))
    mode = fields.String(
        load_default=None, validate=validate.OneOf(get_args(FlowMode), error="Choose automatic, manual or off.")
    )


class ConditionForm(EditForm):
    jql = fields.String(
        load_default="", validate=validate.Length(max=MAX_JQL, error="This condition is too long for Jira.")
    )


class ConditionCheckForm(Form):
    """A condition while it is typed."""

    jql = fields.String(
        load_default="", validate=validate.Length(max=MAX_JQL, error="This condition is too long for Jira.")
    )


class RowForm(EditForm):
    row = _id("Choose a field mapping.")


class MoveForm(RowForm):
    to = fields.Integer(required=True, validate=validate.Range(min=-1, max=10_000, error="There is no such place."))


class TurnForm(RowForm):
    to = fields.String(required=True, validate=_WAY)


class FieldsForm(Form):
    """*Add field mapping*: the two fields, empty for *fixed value*."""

    ours = fields.String(load_default="", validate=validate.Length(max=_LONG))
    theirs = fields.String(load_default="", validate=validate.Length(max=_LONG))


class AddRowForm(EditForm, FieldsForm):
    chosen = fields.List(fields.String(), load_default=list)

    @validates_schema(skip_on_field_errors=True)
    def both(self, data: Mapping[str, Any], **_: Any) -> None:
        if not data["ours"] and not data["theirs"]:
            raise ValidationError("Choose a field at each side.", "theirs")


class DetailForm(RowForm):
    """The open part of a row. What of it is not sent is not there to be set, except for the boxes."""

    unmatched = fields.String(validate=validate.OneOf(get_args(Unmatched), error="Choose one of the three."))
    conflict = fields.String(
        validate=validate.OneOf(("inviter", "accepter", "newer", "hold"), error="Choose from the list.")
    )
    create_only = fields.Boolean(load_default=False)
    create_missing = fields.Boolean(load_default=False)
    ours_default = fields.List(fields.String(validate=validate.Length(max=32_767)))
    theirs_default = fields.List(fields.String(validate=validate.Length(max=32_767)))
    ours_fixed = fields.List(fields.String(validate=validate.Length(max=32_767)))
    theirs_fixed = fields.List(fields.String(validate=validate.Length(max=32_767)))
    ours_empty = fields.List(fields.String(validate=validate.Length(max=32_767)))
    theirs_empty = fields.List(fields.String(validate=validate.Length(max=32_767)))


class ValueForm(RowForm):
    """A pair of values more; ``parent`` names the pair above it in a cascade."""

    ours = _id("Choose a value at each side.")
    theirs = _id("Choose a value at each side.")
    parent = fields.String(load_default="", validate=validate.Regexp(r"(\d{1,4}(-\d{1,4}){0,3})?\Z"))


class ValueAtForm(RowForm):
    path = fields.String(required=True, validate=_PLACE)


class ValueTurnForm(ValueAtForm):
    to = fields.String(required=True, validate=_WAY)


class PeopleForm(EditForm):
    """How people are found, and what becomes of those who are not."""

    by_account_id = fields.Boolean(load_default=False)
    by_email = fields.Boolean(load_default=False)
    unmatched = fields.String(
        required=True, validate=validate.OneOf(("leave", "default", "text"), error="Choose one of the three.")
    )
    ours_person = fields.String(load_default="", validate=validate.Length(max=_LONG))
    theirs_person = fields.String(load_default="", validate=validate.Length(max=_LONG))


class PersonForm(EditForm):
    """A line of the table of people: account ids, and the name that stands for theirs."""

    ours = _id("Choose a person of yours.")
    theirs = _id("Enter the account id of the person at your partner's.")
    theirs_name = fields.String(load_default="", validate=validate.Length(max=_LONG))


class PersonGoneForm(EditForm):
    ours = _id("Choose a line.")
    theirs = _id("Choose a line.")


class SearchForm(Form):
    q = fields.String(load_default="", validate=validate.Length(max=100))


class PublishForm(Form):
    """``seen``: the warnings were read."""

    revision = fields.Integer(
        required=True,
        error_messages={"required": "Open the page again.", "invalid": "Open the page again."},
        validate=validate.Range(min=-(2**53), max=2**53, error="Open the page again."),
    )
    seen = fields.Boolean(load_default=False)


class StartForm(Form):
    """What becomes of the issues that are there already."""

    start = fields.String(required=True, validate=_START, error_messages={"required": _ONE_OF_THREE})


def chosen_starts() -> dict[str, Start]:
    """What the publish dialog says of the issues that are there, by mapping id: a group of radio buttons for each.

    Raises:
        Refused: 422, something else was sent.
    """
    found: dict[str, Start] = {}
    for name, value in request.form.items():
        mapping_id = name.removeprefix(STARTS)
        if mapping_id == name:
            continue
        if value not in get_args(Start):
            raise Refused(_ONE_OF_THREE, status=422)
        found[mapping_id] = cast(Start, value)
    return found


class ProposalForm(Form):
    """An answer to a proposal; the reason goes with a no."""

    proposal = _id("Open the page again.")
    reason = fields.String(load_default="", validate=validate.Length(max=500, error="Use up to 500 characters."))


class ControlForm(Form):
    """Our own say: whether the partner's rules wait for us, and which fields never leave or are never written."""

    review = fields.Boolean(load_default=False)
    leave = fields.List(fields.String(validate=validate.Length(max=_LONG)), load_default=list)
    enter = fields.List(fields.String(validate=validate.Length(max=_LONG)), load_default=list)


class PreviewForm(Form):
    """*What would happen*: to which issue, and which way."""

    key = fields.String(load_default="", validate=validate.Length(max=_LONG))
    way = fields.String(
        load_default="out", validate=validate.OneOf(("out", "in"), error="Choose one of the directions.")
    )
