"""The draft's way to becoming live: compare, discard, publish; the versions before it, and going back to one."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, g

from addon.errors import Refused
from addon.model.rules import NO_RULES, IssueMapping, Rules, rules_from
from addon.store.rules import Version
from addon.sync.comparison import Difference, Naming, compare, pair_words
from addon.sync.findings import Finding, findings
from addon.sync.publication import Published
from addon.web import confirm, editor, forms, mapping_forms, mapping_page, present, start_page
from addon.web.auth import guard
from addon.web.pages import fragment, new_blueprint
from addon.web.services import services

blueprint = new_blueprint("draft_page")
PLACE = "/ui/synchronizations/<int:id_>/draft"
SHOWN_VERSIONS = 30


@dataclass(frozen=True, slots=True)
class Group:
    """What is told of one mapping, or of what holds for all."""

    title: str
    differences: tuple[Difference, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version with what it changed."""

    version: Version
    words: str
    live: bool
    differences: tuple[Difference, ...]


@blueprint.get(f"{PLACE}/compare")
@guard("admin")
def ask_compare(id_: int) -> Response:
    view = editor.accepted(id_)
    rules = editor.drafted(id_)
    return fragment("mapping/compare.html", view=view, groups=grouped(view, rules, _compared(view, rules), ()))


@blueprint.get(f"{PLACE}/confirm")
@guard("admin")
def ask_discard(id_: int) -> Response:
    view = editor.accepted(id_)
    handshake = services().handshake
    differences = handshake.drafting.compare(g.tenant, id_)
    revision = handshake.drafting.open(g.tenant, id_).revision
    return fragment("confirm/dialog.html", ask=confirm.discard_draft(view, len(differences), revision))


@blueprint.post(f"{PLACE}/discard")
@guard("admin")
def discard(id_: int) -> Response:
    asked = forms.strict(mapping_forms.EditForm())
    editor.accepted(id_)
    services().handshake.drafting.discard(g.tenant, id_, asked["revision"], g.account_id)
    return mapping_page.page(id_, flag="Draft discarded")


@blueprint.get(f"{PLACE}/publish")
@guard("admin")
def ask_publish(id_: int) -> Response:
    return _publish_dialog(id_)


@blueprint.post(f"{PLACE}/publish")
@guard("admin")
def publish(id_: int) -> Response:
    asked = forms.strict(mapping_forms.PublishForm())
    view = editor.accepted(id_)
    rules = editor.drafted(id_)
    found, starts = _findings(view, rules), start_page.chosen(view, rules)
    if any(one.severity == "error" for one in found):
        return _publish_dialog(id_, "Mend the errors first.", 422)
    if found and not asked["seen"]:
        return _publish_dialog(id_, "Tick that you have read the warnings.", 422)
    try:
        published = services().handshake.drafting.publish(g.tenant, id_, g.account_id, asked["revision"], starts)
    except Refused as refusal:
        return _publish_dialog(id_, refusal.sentence, refusal.status)
    return mapping_page.page(id_, **_told(view, published))


@blueprint.post(f"{PLACE}/catch-up")
@guard("admin")
def catch_up(id_: int) -> Response:
    """Bring the draft up to the version that was published since it was begun."""
    asked = forms.strict(mapping_forms.EditForm())
    editor.accepted(id_)
    services().handshake.drafting.catch_up(g.tenant, id_, g.account_id, asked["revision"])
    return mapping_page.page(id_, flag="The draft is up to date", detail="What you changed is still in it.")


@blueprint.get(f"{PLACE}/versions")
@guard("admin")
def versions(id_: int) -> Response:
    view = editor.accepted(id_)
    return fragment("mapping/versions.html", view=view, versions=_versions(view))


@blueprint.get(f"{PLACE}/versions/<int:version>/confirm")
@guard("admin")
def ask_rollback(id_: int, version: int) -> Response:
    view = editor.accepted(id_)
    wanted = next((one for one in _versions(view) if one.version.version == version), None)
    if wanted is None:
        raise Refused(f"There is no version {version} here.", status=404)
    changed = compare(view.rules, rules_from(version, wanted.version.document), view.synchronization.side, view.partner)
    return fragment("confirm/dialog.html", ask=confirm.roll_back(view, version, [one.words for one in changed]))


@blueprint.post(f"{PLACE}/versions/<int:version>/rollback")
@guard("admin")
def rollback(id_: int, version: int) -> Response:
    view = editor.accepted(id_)
    made = services().handshake.drafting.rollback(g.tenant, id_, version, g.account_id)
    return mapping_page.page(id_, **_told(view, made))


def _told(view: present.View, made: Published) -> dict[str, str]:
    if made.proposed:
        return {"flag": f"{view.partner} is asked to accept your changes", "detail": "Until then nothing is different."}
    return {"flag": f"Version {made.version} is live", "detail": f"{view.partner} is told."}


def _publish_dialog(id_: int, problem: str = "", status: int = 200) -> Response:
    view = editor.accepted(id_)
    draft = services().handshake.drafting.open(g.tenant, id_)
    rules = rules_from(draft.based_on, draft.document)
    found = _findings(view, rules)
    response = fragment(
        "mapping/publish.html",
        status,
        view=view,
        revision=draft.revision,
        groups=grouped(view, rules, _compared(view, rules), found),
        errors=sum(one.severity == "error" for one in found),
        warnings=sum(one.severity == "warning" for one in found),
        effects=services().handshake.drafting.effects(g.tenant, id_),
        questions=start_page.questions(view, rules),
        problem=problem,
    )
    if status >= 400:
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#dialogs", "innerHTML"
    return response


def _findings(view: present.View, rules: Rules) -> tuple[Finding, ...]:
    """What is wrong or doubtful in every mapping that is or will be active, by both ends as they are now."""
    found: list[Finding] = []
    for mapping in rules.mappings:
        if mapping.active:
            ends = editor.ends_of(view, mapping, fresh=True)
            found += findings(mapping, rules.users, ends["inviter"], ends["accepter"])
    return tuple(found)


def _compared(view: present.View, rules: Rules) -> tuple[Difference, ...]:
    return services().handshake.drafting.compare(g.tenant, view.id, names(view, rules))


def names(view: present.View, *several: Rules) -> Naming:
    """What the fields of these rules are called at both sides."""
    mappings = {mapping.id: mapping for rules in several for mapping in rules.mappings}
    return editor.naming(editor.told_ends(view, mapping)[0] for mapping in mappings.values())


def grouped(
    view: present.View, rules: Rules, differences: tuple[Difference, ...], found: tuple[Finding, ...]
) -> tuple[Group, ...]:
    """Differences and findings mapping by mapping; what holds for all comes first."""
    ids = list(dict.fromkeys([one.mapping_id for one in differences] + [one.mapping_id for one in found]))
    return tuple(
        Group(
            _title(view, rules.mapping(id_) or view.rules.mapping(id_)),
            tuple(one for one in differences if one.mapping_id == id_),
            tuple(one for one in found if one.mapping_id == id_),
        )
        for id_ in ids
    )


def _title(view: present.View, mapping: IssueMapping | None) -> str:
    return pair_words(mapping, view.synchronization.side) if mapping else "All mappings"


def _versions(view: present.View) -> tuple[VersionView, ...]:
    published = services().handshake.drafting.versions(g.tenant, view.id)
    told = {one.version: one.words for one in present.versions(view, published)}
    shown = published[: SHOWN_VERSIONS + 1]
    said = [rules_from(one.version, one.document) for one in shown]
    called = names(view, *said)
    before = [*said[1:], NO_RULES]
    made = (
        VersionView(
            one,
            told[one.version],
            one.version == view.rules.version,
            compare(older, newer, view.synchronization.side, view.partner, called),
        )
        for one, newer, older in zip(shown, said, before, strict=True)
    )
    return tuple(made)[:SHOWN_VERSIONS]
