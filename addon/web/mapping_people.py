"""People in the editor: how they are found at the other side, and the table of who stands for whom."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, g, request

from addon.errors import Missing, Refused
from addon.jira import people
from addon.model import pair_editing
from addon.model.rules import Choice, UserPair
from addon.web import editor, forms, mapping_forms
from addon.web.auth import guard
from addon.web.pages import fragment, new_blueprint
from addon.web.services import services

blueprint = new_blueprint("mapping_people")
PLACE = "/ui/synchronizations/<int:id_>/mappings/<mapping_id>/people"


@blueprint.post(PLACE)
@guard("admin")
def settings(id_: int, mapping_id: str) -> Response:
    asked = forms.strict(mapping_forms.PeopleForm())
    side = editor.accepted(id_).synchronization.side
    ours, theirs = asked["ours_person"], asked["theirs_person"]
    inviter, accepter = (ours, theirs) if side == "inviter" else (theirs, ours)
    if ours and asked["unmatched"] == "default":
        _own_person(ours)
    return editor.edit(
        id_,
        asked,
        lambda rules: replace(
            rules,
            users=replace(
                rules.users,
                by_account_id=asked["by_account_id"],
                by_email=asked["by_email"],
                unmatched=asked["unmatched"],
                inviter_default=inviter,
                accepter_default=accepter,
            ),
        ),
        mapping_id=mapping_id,
    )


@blueprint.post(f"{PLACE}/add")
@guard("admin")
def add(id_: int, mapping_id: str) -> Response:
    asked = forms.strict(mapping_forms.PersonForm())
    side = editor.accepted(id_).synchronization.side
    ours = _own_person(asked["ours"])
    theirs = Choice(asked["theirs"], asked["theirs_name"] or asked["theirs"])
    pair = UserPair(ours, theirs) if side == "inviter" else UserPair(theirs, ours)
    return editor.edit(
        id_,
        asked,
        lambda rules: replace(rules, users=pair_editing.add_person(rules.users, pair)),
        mapping_id=mapping_id,
        said=f"{ours.name} stands for {theirs.name}.",
    )


@blueprint.post(f"{PLACE}/remove")
@guard("admin")
def remove(id_: int, mapping_id: str) -> Response:
    asked = forms.strict(mapping_forms.PersonGoneForm())
    side = editor.accepted(id_).synchronization.side
    inviter, accepter = (asked["ours"], asked["theirs"]) if side == "inviter" else (asked["theirs"], asked["ours"])
    return editor.edit(
        id_,
        asked,
        lambda rules: replace(rules, users=pair_editing.remove_person(rules.users, inviter, accepter)),
        mapping_id=mapping_id,
        said="Removed from the table of people.",
    )


@blueprint.get("/ui/people")
@guard("admin")
def search() -> Response:
    """Our people by what was typed, as choices of a list."""
    words = forms.strict(mapping_forms.SearchForm(), request.args)["q"]
    return fragment("mapping/_found.html", people=people.search(services().jira(g.tenant), words), asked=words)


def _own_person(account_id: str) -> Choice:
    """A person of our Jira.

    Raises:
        Refused: 422, there is none with this account id.
    """
    try:
        return people.by_id(services().jira(g.tenant), account_id)
    except Missing as missing:
        raise Refused("Your Jira knows nobody with this account id. Choose from the list.", status=422) from missing
