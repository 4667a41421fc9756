"""The partner's door over HTTP: what other deployments ask of this one.

Routes below a synchronization are opened by its partner's signature alone. An invitation is signed too, by the key it
brings, and believed only once the deployment it comes from has confirmed it.
"""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, make_response, request

from addon.address import AddressRefused, normal_url
from addon.errors import Refused
from addon.model.scope import projects_to_json
from addon.model.state import State
from addon.sync import signature
from addon.sync.door import Door
from addon.sync.transport import Caller
from addon.web import body
from addon.web.auth import PARTNER_LIMIT, Unauthorized, guard
from addon.web.rate import Rate
from addon.web.schemas import BatchSchema, InvitationSchema, QuestionSchema, StateSchema
from addon.web.services import services
from addon.web.target import raw_target

blueprint = Blueprint("partner", __name__)
_RATE, _QUESTIONS = "twinline.partner_rate", "twinline.question_rate"


@blueprint.post("/partner/synchronizations/<agreement_id>/messages")
@guard("partner")
def messages(agreement_id: str) -> Any:
    batch = BatchSchema().load(body.read_object(PARTNER_LIMIT))
    return _door().messages(_caller(agreement_id), batch["messages"], batch["endpoint"]).to_json()


@blueprint.put("/partner/synchronizations/<agreement_id>/state")
@guard("partner")
def state(agreement_id: str) -> Any:
    told: State = StateSchema().load(body.read_object(PARTNER_LIMIT))
    return _door().state(_caller(agreement_id), told).to_json()


@blueprint.get("/partner/synchronizations/<agreement_id>/projects")
@guard("partner")
def projects(agreement_id: str) -> Response:
    return _tagged({"projects": projects_to_json(_door().projects(_caller(agreement_id)))})


@blueprint.get("/partner/synchronizations/<agreement_id>/projects/<project_id>/types/<issue_type_id>")
@guard("partner")
def end(agreement_id: str, project_id: str, issue_type_id: str) -> Response:
    fresh = bool(request.cache_control.no_cache)
    return _tagged(_door().end(_caller(agreement_id), project_id, issue_type_id, fresh=fresh).to_json())


@blueprint.post("/partner/synchronizations/<agreement_id>/preview")
@guard("partner")
def preview(agreement_id: str) -> Any:
    _take(_QUESTIONS, 1, 30, str(g.synchronization.id))
    asked = QuestionSchema().load(body.read_object(PARTNER_LIMIT))
    return _door().preview(_caller(agreement_id), asked["question"], asked["endpoint"]).to_json()


@blueprint.post("/partner/invitations")
@guard("none")
def invite() -> Any:
    _count()
    sent = InvitationSchema().load(body.read_object(PARTNER_LIMIT))
    told: State = sent["state"]
    signed = _signed_by(told)
    caller = Caller(told.agreement_id, signed.key_id, signed.nonce, signed.expires_at)
    return _door().invitation(caller, _site(sent["target_url"]), told, vouched=False).to_json()


@blueprint.get("/partner/invitations/<agreement_id>")
@guard("none")
def vouch(agreement_id: str) -> Any:
    _count()
    confirmed = _door().vouch(agreement_id)
    if confirmed is None:
        raise Refused("There is no open invitation of this number here.", status=404)
    return confirmed


@blueprint.get("/partner/site")
@guard("none")
def site() -> Any:
    _count()
    answer = _door().site(_site(request.args.get("url", "")))
    return {"state": answer.state, "url": answer.url, "name": answer.name}


def _tagged(shown: dict[str, Any]) -> Response:
    """What is told, or that it is what the caller has already."""
    tag = hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:32]
    same = tag in request.if_none_match
    response = make_response("", 304) if same else jsonify(shown)
    response.set_etag(tag)
    return response


def _count() -> None:
    _take(_RATE, 5, 50, request.remote_addr or "")


def _take(name: str, per_second: float, burst: int, who: str) -> None:
    rate: Rate = current_app.extensions.setdefault(name, Rate(per_second, burst))
    rate.take(who)


def _door() -> Door:
    door: Door = services().handshake.door
    return door


def _caller(agreement_id: str) -> Caller:
    return Caller(agreement_id, g.signed.key_id, g.signed.nonce, g.signed.expires_at)


def _site(url: str) -> str:
    try:
        return normal_url(url, development=services().settings.development)
    except AddressRefused as error:
        raise Refused(str(error), field="url") from error


def _signed_by(told: State) -> signature.Signed:
    """The proof that whoever sent this holds the key that it brings."""
    settings = services().settings
    url = settings.base_url + raw_target(request.environ).removeprefix(settings.base_path)

    def key_of(key_id: str) -> str | None:
        return told.public_key if signature.key_id_of(told.public_key) == told.key_id == key_id else None

    try:
        return signature.verify(
            request.method, url, request.headers, body.read(PARTNER_LIMIT), key_of=key_of, now=time.time()
        )
    except signature.SignatureRefused as error:
        raise Unauthorized(str(error)) from error
