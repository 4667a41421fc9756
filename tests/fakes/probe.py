"""One route of each kind, so that tokens can be tried on doors without rooms behind them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g

from addon.web.auth import KINDS, guard
from addon.web.body import read_json

blueprint = Blueprint("probe", __name__)
PARTNER_PATH = "/probe/partner/7e0a3c55-54f2-4f8a-9a0b-6a2f6d1f2c11"


def _seen(**_arguments: str) -> Any:
    return {"tenant": g.tenant.client_key if g.tenant else "", "account_id": g.account_id}


def _view(kind: Any) -> Any:
    def view(**arguments: str) -> Any:
        return _seen(**arguments)

    return guard(kind)(view)


for _kind in KINDS:
    _rest = "/<agreement_id>" if _kind == "partner" else ""
    blueprint.add_url_rule(f"/probe/{_kind}{_rest}", _kind, _view(_kind), methods=["GET", "POST"])


@blueprint.post("/probe/json")
@guard("none")
def json_body() -> Any:
    return {"read": type(read_json(64 * 1024)).__name__}


@blueprint.get("/probe/bug")
@guard("none")
def bug() -> Any:
    raise KeyError("canary-in-an-exception")
