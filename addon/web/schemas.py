"""Schemas: what partners send, checked in shape and size before anything is done with it.

Strict: unknown keys are refused, text is text and numbers are numbers. What a value *means* is decided further in;
answers of partners are read by ``model.reading``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate, validates_schema

from addon.address import AddressRefused, normal_url
from addon.errors import Refused
from addon.model.message import Message, fits
from addon.model.preview import Question
from addon.model.state import State
from addon.store.synchronization import ACCEPTED, DELETED, INVITATION_RECEIVED, INVITATION_SENT, REJECTED
from addon.sync import rulebook
from addon.sync.agreement import MAX_VERSION

MAX_MESSAGES = 5_000
MAX_PARTS = 10_000
MAX_COUNT = 2**31 - 1
_HEX = r"[0-9a-f]{64}\Z"


class Text(fields.String):
    """Text of bounded length; a number is no text here."""

    def __init__(self, most: int, *, least: int = 0, pattern: str = "", **kwargs: Any) -> None:
        checks: list[Any] = [validate.Length(min=least, max=most)]
        if pattern:
            checks.append(validate.Regexp(pattern))
        super().__init__(required=True, validate=checks, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if isinstance(value, str) and "\x00" in value:
            raise ValidationError("Not a valid string.")
        text: str = super()._deserialize(value, attr, data, **kwargs)
        return text


class Whole(fields.Integer):
    """A whole number within bounds; neither text nor true."""

    def __init__(self, least: int = 0, most: int = MAX_COUNT) -> None:
        super().__init__(required=True, strict=True, validate=validate.Range(least, most))

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValidationError("Not a valid integer.")
        return value


class Moment(fields.Float):
    """Seconds since 1970."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=True, validate=validate.Range(0, 1e11), **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ValidationError("Not a valid number.")
        return float(value)


class Flag(fields.Boolean):
    """True or false; neither text nor number."""

    def __init__(self) -> None:
        super().__init__(required=True)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Not a valid boolean.")
        return value


class Web(Text):
    """A web address that may become a link on our pages."""

    def __init__(self, *, empty: bool = False) -> None:
        super().__init__(2048, least=0 if empty else 1)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text:
            try:
                # Loopback and http are for the caller to refuse; here it must only be no other kind of link.
                normal_url(text.partition("?")[0].partition("#")[0], development=True)
            except AddressRefused as error:
                raise ValidationError("Not a valid URL.") from error
        return text


class Epoch(Whole):
    """The number of an epoch: whoever follows has still room to count on."""

    def __init__(self) -> None:
        super().__init__(1, 1_000_000_000)


class Strict(Schema):
    class Meta:
        unknown = RAISE


class TwinSchema(Strict):
    """``model.message.TwinInfo``."""

    issue_id = Text(32, pattern=r"[0-9A-Za-z-]*\Z")
    issue_key = Text(255)
    url = Web(empty=True)
    status = Text(255)
    status_category = Text(64)


class ReplicaSchema(Strict):
    """``model.message.Replica``."""

    parts = fields.Dict(keys=Text(128, least=1), required=True, validate=validate.Length(max=MAX_PARTS))
    changed_at = Moment()

    @validates_schema(skip_on_field_errors=True)
    def told(self, data: Mapping[str, Any], **_: Any) -> None:
        if not all(map(fits, data["parts"].values())):
            raise ValidationError("Not a part.", "parts")


class MessageSchema(Strict):
    """``model.message.Message``."""

    link_key = Text(36, least=16, pattern=r"[0-9A-Za-z-]+\Z")
    sequence = Whole(1)
    seen = Whole()
    mapping_id = Text(36, least=1)
    rules_version = Whole()
    rules_hash = Text(64)
    twin = fields.Nested(TwinSchema, required=True)
    replica = fields.Nested(ReplicaSchema, required=True, allow_none=True)
    problem = Text(4000)
    ended = Text(4000)
    wants = fields.List(Text(128, least=1), required=True, validate=validate.Length(max=MAX_PARTS))
    epoch = Epoch()
    yours = Text(32, pattern=r"[0-9]*\Z")
    made_at = Moment()
    seen_made_at = Moment()

    @post_load
    def message(self, data: dict[str, Any], **_: Any) -> Message:
        return Message.from_json(data)


class BatchSchema(Strict):
    """A batch of messages. ``endpoint``: the deployment it comes from."""

    endpoint = Web()
    messages = fields.List(
        fields.Nested(MessageSchema), required=True, validate=validate.Length(min=1, max=MAX_MESSAGES)
    )


class QuestionSchema(Strict):
    """``model.preview.Question``. ``document`` is looked at by the door (``sync.answering``)."""

    endpoint = Web()
    way = Text(5, pattern=r"(enter|leave)\Z")
    message = fields.Nested(MessageSchema, required=True)
    rest = fields.Dict(keys=Text(128, least=1), required=True, validate=validate.Length(max=MAX_PARTS))
    document = fields.Dict(required=True, allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def told(self, data: Mapping[str, Any], **_: Any) -> None:
        if not all(map(fits, data["rest"].values())):
            raise ValidationError("Not a part.", "rest")

    @post_load
    def question(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        asked = Question(data["way"], data["message"], data["rest"], data["document"])
        return {"endpoint": data["endpoint"], "question": asked}


class DocumentSchema(Strict):
    """What holds a document of rules."""

    document = fields.Dict(required=True)

    @validates_schema(skip_on_field_errors=True)
    def usable(self, data: Mapping[str, Any], **_: Any) -> None:
        try:
            rulebook.check(data["document"])
        except Refused as refused:
            raise ValidationError(refused.sentence, "document") from refused


class RulesSchema(DocumentSchema):
    """A published version of the rules (``model.state.PublishedRules``)."""

    version = Whole(1)
    published_side = Text(8, pattern=r"(inviter|accepter)\Z")
    published_by = Text(255)
    proposal_id = Text(36, pattern=r"[0-9a-f-]*\Z")
    proposed_by = Text(255)


class ProposalSchema(DocumentSchema):
    """Rules that wait for our word (``model.state.ProposedRules``)."""

    proposal_id = Text(36, least=32, pattern=r"[0-9a-f-]+\Z")
    based_on = Whole()
    based_hash = Text(64, pattern=r"([0-9a-f]{64})?\Z")
    proposed_by = Text(255)


class DeclinedSchema(Strict):
    """A no to our proposal (``model.state.Declined``)."""

    proposal_id = Text(36, least=32, pattern=r"[0-9a-f-]+\Z")
    reason = Text(1000)
    declined_by = Text(255)


class StateSchema(Strict):
    """``model.state.State``."""

    agreement_id = Text(36, least=32, pattern=r"[0-9a-f-]+\Z")
    side = Text(8, pattern=r"(inviter|accepter)\Z")
    state_version = Whole(1, MAX_VERSION)
    status = Text(24, pattern=rf"({INVITATION_SENT}|{INVITATION_RECEIVED}|{ACCEPTED}|{REJECTED}|{DELETED})\Z")
    name = Text(120, least=1)
    site_url = Web()
    site_name = Text(255)
    endpoint = Web()
    key_id = Text(64, pattern=_HEX)
    public_key = Text(64, least=40)
    epoch = Epoch()
    reason = Text(1000)
    person = Text(255)
    expires_at = Moment(allow_none=True)
    rules = fields.Nested(RulesSchema, required=True, allow_none=True)
    review = Flag()
    proposal = fields.Nested(ProposalSchema, required=True, allow_none=True)
    declined = fields.Nested(DeclinedSchema, required=True, allow_none=True)

    @post_load
    def state(self, data: dict[str, Any], **_: Any) -> State:
        return State.from_json(data)


class InvitationSchema(Strict):
    """An invitation. ``target_url``: the Jira it is for."""

    target_url = Web()
    state = fields.Nested(StateSchema, required=True)
