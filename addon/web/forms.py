"""Forms: what a person typed, checked and turned into values. Nothing typed is lost: errors stand at their field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, pre_load, validate, validates_schema
from werkzeug.datastructures import MultiDict

from addon.errors import Refused
from addon.model.scope import MODES, Choice, Scope

_IDS = 20_000
DIMENSIONS = {"projects": "project", "issue_types": "issue type", "field_ids": "field"}
"""The choices of a scope by their names in a form, and what is chosen there."""
_ID = validate.Regexp(r"[A-Za-z0-9_-]{1,64}\Z", error="Choose from the list.")


class Invalid(Exception):
    """A form with errors: field name to one sentence."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("invalid form")
        self.errors = dict(errors)


class Form(Schema):
    """Unknown fields are left alone, lists are repeated fields."""

    class Meta:
        unknown = EXCLUDE


class ScopeForm(Form):
    """The scope picker. A box may stand for several ids (one issue type's name in several projects): ``"1,2"``."""

    projects_mode = fields.String(load_default="all", validate=validate.OneOf(MODES, error="Choose one of the three."))
    projects = fields.List(fields.String(validate=_ID), load_default=list)
    issue_types_mode = fields.String(load_default="all", validate=validate.OneOf(MODES, error="Choose one."))
    issue_types = fields.List(fields.String(validate=_ID), load_default=list)
    field_ids_mode = fields.String(load_default="all", validate=validate.OneOf(MODES, error="Choose one."))
    field_ids = fields.List(fields.String(validate=_ID), load_default=list)

    @pre_load
    def split(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        given = dict(data)
        for name in DIMENSIONS:
            given[name] = [id_ for value in given.get(name, ()) for id_ in value.split(",") if id_]
            if len(given[name]) > _IDS:
                raise ValidationError("Too many are selected.", name)
        return given

    @validates_schema(skip_on_field_errors=True)
    def chosen(self, data: Mapping[str, Any], **_: Any) -> None:
        for name, noun in DIMENSIONS.items():
            if data[f"{name}_mode"] == "only" and not data[name]:
                raise ValidationError(f"Select at least one {noun}, or choose Show all.", name)

    @post_load
    def scope(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "scope": scope_of(data)}


class NewForm(ScopeForm):
    """New synchronization."""

    name = fields.String(
        required=True, validate=validate.Length(min=1, max=120, error="Enter a name of up to 120 characters.")
    )
    partner_url = fields.String(
        load_default="",
        validate=validate.Length(
            min=1, max=255, error="Enter the address of your partner's Jira, such as https://partner.atlassian.net."
        ),
    )


class CheckForm(Form):
    """The partner's address while it is typed."""

    partner_url = fields.String(load_default="", validate=validate.Length(max=255, error="This address is too long."))


class ReasonForm(Form):
    """An optional reason."""

    reason = fields.String(load_default="", validate=validate.Length(max=500, error="Use up to 500 characters."))


class ListForm(Form):
    """What of the list is shown."""

    q = fields.String(load_default="", validate=validate.Length(max=100))
    show = fields.String(load_default="all")


class ChooseForm(Form):
    """Whose value of a held part shall stand. ``link``: the twin link's number."""

    link = fields.Integer(required=True, validate=validate.Range(1, 2**53))
    part = fields.String(required=True, validate=validate.Length(1, 128))
    value = fields.String(required=True, validate=validate.OneOf(["ours", "theirs"]))


class PairForm(Form):
    """*Sync this issue*: by which synchronization."""

    synchronization = fields.Integer(required=True, validate=validate.Range(min=1, max=2**53))


class PreviewForm(PairForm):
    """*What would happen*: by which synchronization, and which way."""

    direction = fields.String(load_default="out", validate=validate.OneOf(("out", "in")))


def read(schema: Schema, source: MultiDict[str, str] | None = None) -> dict[str, Any]:
    """The values of the form that was sent.

    Raises:
        Invalid: with a sentence per field.
    """
    given = typed(schema, source)
    try:
        return dict(schema.load(given))
    except ValidationError as error:
        raise Invalid(_sentences(error.messages_dict)) from error


def strict(schema: Schema, source: MultiDict[str, str] | None = None) -> dict[str, Any]:
    """The same for forms without a field to show an error at.

    Raises:
        Refused: with the first sentence.
    """
    try:
        return read(schema, source)
    except Invalid as error:
        raise Refused(next(iter(error.errors.values())), status=422) from error


def typed(schema: Schema, source: MultiDict[str, str] | None = None) -> dict[str, Any]:
    """What was sent, unchecked, to be shown again: texts stripped, repeated fields as lists."""
    source = request.form if source is None else source
    return {
        name: source.getlist(name) if isinstance(field, fields.List) else _text(source[name])
        for name, field in schema.fields.items()
        if name in source
    }


def _text(given: str) -> str:
    # PostgreSQL stores no NUL, and nobody types one.
    return given.replace("\x00", "").strip()


def scope_of(values: Mapping[str, Any]) -> Scope:
    """The scope that a form's values say. With *Show all* what is ticked below it does not count."""
    projects, issue_types, field_ids = (_choice(values, name) for name in DIMENSIONS)
    return Scope(projects, issue_types, field_ids)


def _choice(values: Mapping[str, Any], name: str) -> Choice:
    mode = values.get(f"{name}_mode", "all")
    return Choice(mode, frozenset() if mode == "all" else frozenset(values.get(name, ())))


def typed_scope(values: Mapping[str, Sequence[str]]) -> Scope:
    """The scope of an unchecked form, as far as it makes sense: to be shown again."""
    known = {f"{name}_mode": mode for name in DIMENSIONS if (mode := values.get(f"{name}_mode")) in MODES}
    ids = {name: [id_ for value in values.get(name, ()) for id_ in value.split(",")] for name in DIMENSIONS}
    return scope_of({**known, **ids})


def _sentences(messages: Mapping[str, Any]) -> dict[str, str]:
    # The three modes and the list below them are one thing on the page.
    return {name.removesuffix("_mode"): _first(found) for name, found in messages.items()}


def _first(found: Any) -> str:
    if isinstance(found, Mapping):
        return _first(next(iter(found.values())))
    return str(found[0]) if isinstance(found, list) else str(found)
