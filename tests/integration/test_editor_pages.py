"""The editor's doors without a browser: each edit, bad input, stale pages, what is live only on publishing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from addon.model.rules import FieldMapping, Rules, document_of, rules_from
from addon.store import overview, synchronization
from addon.store import rules as rules_store
from addon.web import access
from emulator.site import Site
from tests.browser import settled
from tests.browser.desk import Desk
from tests.browser.stand import USER, Stand, eventually

EDITS = (
    "flow",
    "condition",
    "suggest",
    "rows",
    "rows/move",
    "rows/direction",
    "rows/remove",
    "rows/details",
    "values",
    "values/direction",
    "values/remove",
    "people",
    "people/add",
    "people/remove",
    "activate",
    "deactivate",
    "remove",
)


class Editor:
    """An administrator, Blue's if nothing else is said, with the editor open."""

    def __init__(self, stand: Stand, site: Site | None = None) -> None:
        self.stand, self.site = stand, site or stand.blue
        self.desk = Desk(stand, self.site)
        self.account = self.desk.account(self.site)
        self.id = settled.own(stand, self.site)
        self.place = f"/ui/synchronizations/{self.id}"
        self.mapping = ""

    def ask(self, method: str, path: str, form: dict[str, object] | None = None, **headers: str) -> TestResponse:
        return self.desk.ask(method, f"{self.place}/{path}", form, account=self.account, **headers)

    @property
    def revision(self) -> int:
        return self.stand.parts.handshake.drafting.open(self.stand.tenant(self.site), self.id).revision

    def edit(self, place: str, /, **form: object) -> TestResponse:
        return self.ask("POST", f"mappings/{self.mapping}/{place}", {"revision": self.revision, **form})

    @property
    def rules(self) -> Rules:
        return rules_from(0, self.stand.parts.handshake.drafting.open(self.stand.tenant(self.site), self.id).document)

    @property
    def rows(self) -> tuple[FieldMapping, ...]:
        found = self.rules.mapping(self.mapping)
        return found.fields if found else ()

    def row(self, id_: str) -> FieldMapping:
        return next(row for row in self.rows if row.id == id_)


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    with Stand(tmp_path_factory.mktemp("editor")) as stand:
        settled.incidents(stand)
        settled.synchronize(stand)
        yield Editor(stand)


@pytest.fixture
def draft(editor: Editor) -> Editor:
    """A draft with one basic mapping, and nothing live."""
    blue, shake = editor.stand.tenant(editor.stand.blue), editor.stand.parts.handshake
    shake.drafting.discard(blue, editor.id, editor.revision)
    if editor.rules.mappings:
        shake.publish(blue, editor.id, document_of(()), editor.account)
    answer = editor.ask("POST", "mappings", pair_form(editor))
    assert answer.status_code == 200, answer.text
    editor.mapping = editor.rules.mappings[-1].id
    return editor


def pair_form(editor: Editor, ours: str = "Bug", theirs: str = "Incident") -> dict[str, object]:
    shake, blue = editor.stand.parts.handshake, editor.stand.tenant(editor.stand.blue)
    found: dict[str, object] = {"revision": editor.revision, "active": "1"}
    for side, kind, projects in (
        ("ours", ours, shake.own_projects(blue)),
        ("theirs", theirs, shake.partner_projects(blue, editor.id)),
    ):
        project = projects[0]
        found[f"{side}_project"] = project.id
        found[f"{side}_type"] = next(one.id for one in project.issue_types if one.name == kind)
    return found


def severity(editor: Editor, site: Site) -> tuple[str, dict[str, str]]:
    """The id of a site's Severity and, by name, of its options."""
    fields = editor.stand.call(site, "GET", "/rest/api/3/field")
    field = str(next(one["id"] for one in fields if one["name"] == "Severity"))
    where = editor.stand.call(site, "GET", f"/rest/api/3/field/{field}/context")["values"][0]["id"]
    options = editor.stand.call(site, "GET", f"/rest/api/3/field/{field}/context/{where}/option")["values"]
    return field, {one["value"]: str(one["id"]) for one in options}


def priorities(editor: Editor) -> dict[str, str]:
    found = editor.stand.call(editor.stand.blue, "GET", "/rest/api/3/priority/search")["values"]
    return {one["name"]: str(one["id"]) for one in found}


def mapped(editor: Editor) -> str:
    """Priority goes to severity; the id of the row."""
    field, _ = severity(editor, editor.stand.green)
    assert editor.edit("rows/remove", row="priority").status_code == 200
    assert editor.edit("rows", ours="priority", theirs=field).status_code == 200
    return f"priority-{field}"


def test_nothing_is_live_before_it_is_published(draft: Editor) -> None:
    with draft.stand.parts.db.read() as tx:
        assert rules_store.live(tx, draft.id).mappings == ()
    page = draft.ask("GET", "mappings")
    assert "Bug ⇄ Incident" in page.text and "1 unpublished change" in page.text and "Basic mode" in page.text


@pytest.mark.parametrize("path", EDITS)
def test_every_edit_needs_an_administrator(draft: Editor, path: str) -> None:
    account = draft.desk.account(draft.stand.blue, USER)
    answer = draft.desk.ask("POST", f"{draft.place}/mappings/{draft.mapping}/{path}", {}, account=account)
    assert answer.status_code == 403 and "administrator" in answer.text


@pytest.mark.parametrize("path", EDITS)
@pytest.mark.parametrize("revision", [None, "", "one", "9" * 30])
def test_every_edit_says_what_it_was_made_from(draft: Editor, path: str, revision: object) -> None:
    form = {"revision": revision} if revision is not None else {}
    before = draft.rules
    answer = draft.ask("POST", f"mappings/{draft.mapping}/{path}", form)
    assert answer.status_code == 422
    assert draft.rules == before


def test_who_comes_second_is_told_and_overwrites_nothing(draft: Editor) -> None:
    stale = draft.revision
    assert draft.edit("rows/direction", row="summary", to="out").status_code == 200
    answer = draft.ask("POST", f"mappings/{draft.mapping}/rows/remove", {"revision": stale, "row": "summary"})
    assert answer.status_code == 409 and "changed the draft meanwhile" in answer.text
    assert answer.headers["HX-Retarget"] == "#notice"
    assert draft.row("summary").direction == "to_accepter"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"ours_type": ""}, 422),
        ({"ours_type": "999"}, 409),
        ({"theirs_project": "999"}, 409),
        ({"theirs_type": "<b>"}, 409),
        ({}, 409),
    ],
)
def test_a_pair_that_cannot_be_comes_back_as_the_dialog(draft: Editor, change: dict[str, object], status: int) -> None:
    form = {**pair_form(draft), **change}
    if change.get("theirs_type") == "<b>" or change.get("ours_type") == "999" or "theirs_project" in change:
        answer = _raised(draft, form)
    else:
        answer = draft.ask("POST", "mappings", form)
    assert answer.status_code == status
    assert len(draft.rules.mappings) == 1
    if not change:
        assert "Another active mapping already has your" in answer.text and answer.headers["HX-Retarget"] == "#dialogs"


def _raised(draft: Editor, form: dict[str, object]) -> TestResponse:
    answer = draft.ask("POST", "mappings", form)
    assert "no longer, in" in answer.text
    return answer


def test_a_mapping_is_switched_and_removed(draft: Editor) -> None:
    assert "Not active" in draft.edit("deactivate").text
    assert not draft.rules.mappings[0].active
    assert draft.edit("activate").status_code == 200 and draft.rules.mappings[0].active
    question = draft.ask("GET", f"mappings/{draft.mapping}/confirm")
    assert "Remove the mapping Bug ⇄ Incident?" in question.text
    assert draft.edit("remove").status_code == 200 and draft.rules.mappings == ()
    assert draft.edit("activate").status_code == 404


def test_flows_and_our_condition(draft: Editor) -> None:
    assert draft.edit("flow", way="in", mode="manual").status_code == 200
    assert draft.edit("flow", way="out", mode="off").status_code == 200
    mapping = draft.rules.mappings[0]
    assert (mapping.to_inviter.mode, mapping.to_accepter.mode) == ("manual", "off")
    assert draft.edit("flow", way="up", mode="off").status_code == 422
    assert draft.edit("flow", way="in", mode="never").status_code == 422
    assert draft.edit("condition", jql="priority = High").status_code == 200
    assert draft.rules.mappings[0].to_accepter.jql == "priority = High"
    bad = draft.edit("condition", jql="priority = ")
    assert bad.status_code == 422 and "Jira cannot read this condition" in bad.text
    assert draft.edit("condition", jql="x" * 20_000).status_code == 422
    assert draft.rules.mappings[0].to_accepter.jql == "priority = High"
    place = f"mappings/{draft.mapping}/condition/check"
    assert re.search(r"\d+ match", draft.ask("POST", place, {"jql": "priority = High"}).text)
    assert 'class="error"' in draft.ask("POST", place, {"jql": "nothing = "}).text


def test_rows_are_added_turned_moved_and_removed(draft: Editor) -> None:
    row = mapped(draft)
    assert draft.rows[-1].id == row and draft.row(row).direction == "both"
    moved = draft.edit("rows/move", row=row, to=1)
    assert draft.rows[1].id == row and "Moved to position 2 of 5." in moved.headers["HX-Trigger"]
    assert draft.edit("rows/move", row=row, to="up").status_code == 422
    assert draft.edit("rows/move", row="nothing", to=1).status_code == 404
    assert draft.edit("rows/direction", row=row, to="in").status_code == 200
    assert draft.row(row).direction == "to_inviter"
    assert draft.edit("rows/direction", row=row, to="sideways").status_code == 422
    assert draft.edit("rows/remove", row=row).status_code == 200 and len(draft.rows) == 4
    assert draft.edit("rows/remove", row=row).status_code == 404


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        ("", "", "Choose a field at each side."),
        ("duedate", "priority", "Nothing can go between fields of these types."),
        ("nothing", "priority", "no longer shown"),
        ("summary", "summary", "mapped already"),
        ("x" * 300, "priority", "Longer than"),
    ],
)
def test_fields_that_do_not_go_together_come_back_as_the_dialog(
    draft: Editor, ours: str, theirs: str, words: str
) -> None:
    answer = draft.edit("rows", ours=ours, theirs=theirs)
    assert answer.status_code in (409, 422)
    assert words in answer.text and 'id="field-dialog"' in answer.text and answer.headers["HX-Retarget"] == "#dialogs"
    assert len(draft.rows) == 5


def test_the_dialog_greys_what_does_not_go_with_the_field_chosen(draft: Editor) -> None:
    answer = draft.ask("GET", f"mappings/{draft.mapping}/rows/new?ours=duedate")
    assert "Does not go with Date" in answer.text
    assert re.search(r'id="theirs-duedate" name="theirs" value="duedate">', answer.text)
    assert re.search(r'id="theirs-priority" name="theirs" value="priority" disabled', answer.text)


def test_values_are_chosen_from_what_both_sides_offer(draft: Editor) -> None:
    row, high, major = mapped(draft), priorities(draft)["High"], severity(draft, draft.stand.green)[1]["Major"]
    assert draft.edit("values", row=row, ours=high, theirs=major).status_code == 200
    value = draft.row(row).values[0]
    assert (value.inviter.name, value.accepter.name, value.direction) == ("High", "Major", "both")
    again = draft.edit("values", row=row, ours=high, theirs=major)
    assert again.status_code == 409 and "both stand for something already" in again.text
    for bad, status in (({"ours": "999"}, 409), ({"theirs": ""}, 422), ({"parent": "7"}, 404), ({"parent": "x"}, 422)):
        assert draft.edit("values", **{"row": row, "ours": high, "theirs": major, **bad}).status_code == status
    assert draft.edit("values/direction", row=row, path="0", to="out").status_code == 200
    assert draft.row(row).values[0].direction == "to_accepter"
    for path, status in (("9", 404), ("0-0", 404), ("-1", 422), ("", 422)):
        assert draft.edit("values/direction", row=row, path=path, to="in").status_code == status
        assert draft.edit("values/remove", row=row, path=path).status_code == status
    assert draft.edit("values/remove", row=row, path="0").status_code == 200
    assert draft.row(row).values == ()


def test_details_hold_what_was_typed(draft: Editor) -> None:
    row, (_, options) = mapped(draft), severity(draft, draft.stand.green)
    detail = {
        "row": row,
        "unmatched": "default",
        "conflict": "newer",
        "create_only": "1",
        "theirs_default": options["Minor"],
        "ours_empty": priorities(draft)["Low"],
    }
    assert draft.edit("rows/details", **detail).status_code == 200
    found = draft.row(row)
    assert (found.unmatched, found.conflict, found.mode) == ("default", "newer", "create_only")
    assert found.at_accepter.default == {"id": options["Minor"], "name": "Minor"}
    assert found.at_inviter.when_empty["name"] == "Low"
    for bad, status in (
        ({"unmatched": "guess"}, 422),
        ({"conflict": "me"}, 422),
        ({"theirs_default": "999"}, 409),
        ({"row": "nothing"}, 404),
    ):
        assert draft.edit("rows/details", **{**detail, **bad}).status_code == status
    assert draft.row(row) == found
    open_ = draft.ask("GET", f"mappings/{draft.mapping}/editor?toggle={row}")
    assert "Only when the twin is created" in open_.text and 'aria-expanded="true"' in open_.text
    assert re.search(f'value="{options["Minor"]}" selected', open_.text)


def test_a_fixed_value_needs_one_field_only(draft: Editor) -> None:
    field, options = severity(draft, draft.stand.green)
    assert draft.edit("rows", ours="", theirs=field).status_code == 200
    row = f"-{field}"
    assert draft.row(row).direction == "to_accepter"
    assert draft.edit("rows/details", row=row, theirs_fixed=options["Major"]).status_code == 200
    assert draft.row(row).at_accepter.fixed == {"id": options["Major"], "name": "Major"}
    assert "Fixed value" in draft.ask("GET", f"mappings/{draft.mapping}").text


def test_suggestions_are_added_once(draft: Editor) -> None:
    before = len(draft.rows)
    assert "suggested" in draft.edit("suggest").headers["HX-Trigger"]
    assert len(draft.rows) > before
    assert "Nothing more to suggest" in draft.edit("suggest").headers["HX-Trigger"]


def test_people(draft: Editor) -> None:
    ann = draft.desk.account(draft.stand.blue)
    found = draft.desk.ask("GET", "/ui/people?q=Blue", account=draft.account)
    assert f'value="{ann}"' in found.text
    assert draft.edit("people/add", ours=ann, theirs="70121:9", theirs_name="Ann B.").status_code == 200
    pair = draft.rules.users.table[0]
    assert (pair.inviter.id, pair.accepter.name) == (ann, "Ann B.")
    assert draft.edit("people/add", ours=ann, theirs="70121:8").status_code == 409
    assert "knows nobody" in draft.edit("people/add", ours="nobody", theirs="70121:8").text
    assert draft.edit("people/add", ours=ann, theirs="").status_code == 422
    assert draft.edit("people", by_email="1", unmatched="text").status_code == 200
    users = draft.rules.users
    assert (users.by_account_id, users.by_email, users.unmatched) == (False, True, "text")
    assert draft.edit("people", unmatched="whoever").status_code == 422
    assert draft.edit("people", unmatched="default", ours_person="nobody").status_code == 422
    assert draft.edit("people/remove", ours=ann, theirs="70121:9").status_code == 200
    assert draft.rules.users.table == ()


def test_what_was_typed_is_shown_escaped(draft: Editor) -> None:
    ann = draft.desk.account(draft.stand.blue)
    draft.edit("people/add", ours=ann, theirs="1", theirs_name='"><b>bold')
    page = draft.ask("GET", f"mappings/{draft.mapping}/editor?toggle=people")
    assert "&#34;&gt;&lt;b&gt;bold" in page.text and '"><b>bold' not in page.text


def test_a_draft_is_compared_and_discarded(draft: Editor) -> None:
    assert "Bug" in draft.ask("GET", "draft/compare").text
    assert "Discard the draft?" in draft.ask("GET", "draft/confirm").text
    stale = draft.ask("POST", "draft/discard", {"revision": draft.revision - 1})
    assert stale.status_code == 409
    assert draft.ask("POST", "draft/discard", {"revision": draft.revision}).status_code == 200
    assert draft.rules.mappings == ()


def test_what_will_not_work_is_told_with_its_fix_and_is_not_published(draft: Editor) -> None:
    row = mapped(draft)
    assert draft.edit("rows/details", row=row, unmatched="default", conflict="inviter").status_code == 200
    shown = draft.ask("GET", "draft/publish").text
    assert "to be mended" in shown and "no default is given" in shown and "disabled" in shown
    refused = draft.ask("POST", "draft/publish", {"revision": draft.revision, "seen": "1"})
    assert refused.status_code == 422 and "Mend the errors first." in refused.text
    assert draft.edit("rows/details", row=row, unmatched="nothing", conflict="inviter").status_code == 200
    assert draft.edit("suggest").status_code == 200
    warned = draft.ask("GET", "draft/publish").text
    assert "to be looked at" in warned and "I have read the" in warned
    unread = draft.ask("POST", "draft/publish", {"revision": draft.revision})
    assert unread.status_code == 422 and "Tick that you have read the warnings." in unread.text
    with draft.stand.parts.db.read() as tx:
        assert rules_store.live(tx, draft.id).mappings == ()


def test_publishing_going_back_and_the_versions_between(draft: Editor) -> None:
    assert draft.ask("POST", "draft/publish", {"revision": "x"}).status_code == 422
    form = {"revision": draft.revision, "seen": "1"}
    assert draft.ask("POST", "draft/publish", {**form, "revision": draft.revision - 1}).status_code == 409
    dialog = draft.ask("GET", "draft/publish")
    assert "Publish the draft?" in dialog.text
    published = draft.ask("POST", "draft/publish", form)
    assert published.status_code == 200 and "is live" in published.headers["HX-Trigger"], published.text
    with draft.stand.parts.db.read() as tx:
        first = rules_store.live(tx, draft.id)
    assert [one.id for one in first.mappings] == [draft.mapping]
    assert draft.edit("rows/remove", row="labels").status_code == 200
    assert draft.ask("POST", "draft/publish", {**form, "revision": draft.revision}).status_code == 200
    shown = draft.ask("GET", "draft/versions").text
    assert f"Version {first.version + 1}" in shown and "Labels removed" in shown
    assert draft.ask("GET", "draft/versions/99/confirm").status_code == 404
    assert "Labels added" in draft.ask("GET", f"draft/versions/{first.version}/confirm").text
    assert draft.ask("POST", f"draft/versions/{first.version}/rollback").status_code == 200
    with draft.stand.parts.db.read() as tx:
        live = rules_store.live(tx, draft.id)
    assert live.version == first.version + 2 and live.mappings == first.mappings


def test_a_partner_who_reviews_is_asked_and_answers(draft: Editor) -> None:
    green = Editor(draft.stand, draft.stand.green)
    drafting = draft.stand.parts.handshake.drafting
    assert green.ask("POST", "control", {"review": "1"}).status_code == 200
    blue = draft.stand.tenant(draft.stand.blue)

    def known() -> bool:
        with draft.stand.parts.db.read() as tx:
            row = synchronization.by_id(tx, blue.id, draft.id)
        return row is not None and row.partner_review

    eventually(known)
    assert "is asked to accept them first" in draft.ask("GET", "draft/publish").text
    asked = draft.ask("POST", "draft/publish", {"revision": draft.revision, "seen": "1"})
    assert asked.status_code == 200 and "wait for Green" in asked.text, asked.text
    proposal = eventually(lambda: drafting.proposal(draft.stand.tenant(draft.stand.green), green.id))
    page = green.ask("GET", "mappings").text
    assert "Blue proposes new rules" in page
    assert "Bug" in green.ask("GET", "proposal").text
    assert green.ask("POST", "proposal/accept", {"proposal": "nothing"}).status_code == 409
    assert green.ask("POST", "proposal/accept", {}).status_code == 422
    no = {"proposal": proposal.proposal_id, "reason": "Not yet"}
    assert green.ask("POST", "proposal/decline", {**no, "reason": "x" * 501}).status_code == 422
    assert green.ask("POST", "proposal/decline", no).status_code == 200
    eventually(lambda: "Not yet" in draft.ask("GET", "mappings").text)
    assert draft.rules.mappings
    again = draft.ask("POST", "draft/publish", {"revision": draft.revision, "seen": "1"})
    assert again.status_code == 200, again.text
    second = eventually(lambda: drafting.proposal(draft.stand.tenant(draft.stand.green), green.id))
    assert "Your proposal" in draft.ask("GET", "proposal/ours").text
    accepted = green.ask("POST", "proposal/accept", {"proposal": second.proposal_id})
    assert accepted.status_code == 200 and "is live" in accepted.headers["HX-Trigger"], accepted.text
    assert green.ask("POST", "proposal/accept", {"proposal": second.proposal_id}).status_code == 409
    assert green.ask("POST", "control", {}).status_code == 200


def published(draft: Editor, **form: object) -> TestResponse:
    answer = draft.ask("POST", "draft/publish", {"revision": draft.revision, "seen": "1", **form})
    assert answer.status_code == 200 and "is live" in answer.headers["HX-Trigger"], answer.text
    return answer


def twins(draft: Editor) -> int:
    with draft.stand.parts.db.read() as tx:
        return overview.issues_of_mappings(tx, draft.stand.tenant(draft.site).id, draft.id).get(draft.mapping, 0)


def waiting(draft: Editor, label: str, number: int) -> str:
    """So many Bugs with this label, and the condition that only they fulfil."""
    project = draft.rules.mappings[-1].end_of("inviter").project_key
    for place in range(number):
        draft.stand.create_issue(draft.stand.blue, project, "Bug", f"Waiting {place}", labels=[label])
    assert draft.edit("condition", jql=f"labels = {label}").status_code == 200
    return f"start:{draft.mapping}"


def test_publishing_asks_what_becomes_of_the_issues_that_are_there(draft: Editor) -> None:
    name = waiting(draft, "asked", 2)
    dialog = draft.ask("GET", "draft/publish").text
    assert "2 of your issues match and have no twin." in dialog and "These 2" in dialog
    assert re.search(f'name="{name}" value="now" checked', dialog)
    wrong = draft.ask("POST", "draft/publish", {"revision": draft.revision, "seen": "1", name: "some"})
    assert wrong.status_code == 422 and draft.ask("GET", "draft/publish").status_code == 200
    published(draft, **{name: "waiting"})
    eventually(lambda: twins(draft) == 2)
    done = eventually(
        lambda: (
            (text := draft.ask("GET", f"mappings/{draft.mapping}/start/progress").text)
            and "got a twin" in text
            and text
        )
    )
    assert "2 issues that were there already got a twin." in done and "hx-trigger" not in done
    assert draft.edit("rows/remove", row="labels").status_code == 200
    assert "Issues that are there already" not in draft.ask("GET", "draft/publish").text


def test_nothing_said_means_only_from_now_on(draft: Editor) -> None:
    waiting(draft, "later", 1)
    published(draft)
    place = f"mappings/{draft.mapping}/start"
    assert "1 of your issues matches and has no twin." in draft.ask("GET", place).text
    assert draft.ask("POST", place, {}).status_code == 422
    assert draft.ask("POST", f"{place}/cancel").status_code == 409
    assert twins(draft) == 0
    chosen = draft.ask("POST", place, {"start": "all"})
    assert chosen.status_code == 200, chosen.text
    eventually(lambda: twins(draft) == 1)
    eventually(lambda: "later gets one too" in draft.ask("GET", f"{place}/progress").text)
    assert "later gets one too" in draft.ask("GET", f"mappings/{draft.mapping}").text
    assert draft.ask("POST", f"{place}/cancel").status_code == 200
    assert draft.ask("POST", f"{place}/cancel").status_code == 409


def test_a_dialog_that_comes_back_keeps_what_was_ticked(draft: Editor) -> None:
    name = waiting(draft, "ticked", 1)
    back = draft.ask("POST", "draft/publish", {"revision": draft.revision - 1, "seen": "1", name: "all"})
    assert back.status_code == 409 and re.search(f'name="{name}" value="all" checked', back.text)


def test_control_holds_at_once_and_needs_an_administrator(draft: Editor) -> None:
    user = draft.desk.account(draft.stand.blue, USER)
    place = f"{draft.place}/control"
    assert draft.desk.ask("POST", place, {"leave": "summary"}, account=user).status_code == 403
    page = draft.ask("GET", "control").text
    assert re.search(r'name="leave" value="priority">', page) and "Comments" in page
    saved = draft.ask("POST", "control", {"leave": ["priority", "comment"], "enter": ["summary", "customfield_99999"]})
    assert saved.status_code == 200 and "Control saved" in saved.headers["HX-Trigger"]
    assert re.search(r'name="leave" value="priority" checked', saved.text)
    assert re.search(r'name="enter" value="customfield_99999" checked', saved.text)
    with draft.stand.parts.db.read() as tx:
        row = synchronization.by_id(tx, draft.stand.tenant(draft.site).id, draft.id)
    assert row is not None and row.veto.leave == {"priority", "comment"} and not row.review
    assert draft.ask("POST", "control", {"leave": ["x" * 256]}).status_code == 422
    assert draft.ask("POST", "control", {}).status_code == 200


def test_what_would_happen_under_the_draft(draft: Editor) -> None:
    project = draft.rules.mappings[-1].end_of("inviter").project_key
    key = draft.stand.create_issue(draft.stand.blue, project, "Bug", "Shown beforehand")
    place = f"mappings/{draft.mapping}/preview"
    assert f'<option value="{key}">Shown beforehand</option>' in draft.ask("GET", f"{place}/recent").text
    mapped(draft)
    told = draft.ask("GET", f"{place}?key={key.lower()}").text
    assert "Will create" in told and "Shown beforehand" in told and ">Severity<" in told
    assert draft.edit("flow", way="out", mode="off").status_code == 200
    assert "Will create" not in draft.ask("GET", f"{place}?key={key}").text
    assert twins(draft) == 0
    assert "no issue NONE-1" in draft.ask("GET", f"{place}?key=NONE-1").text
    assert "Choose an issue" in draft.ask("GET", place).text
    assert draft.ask("GET", f"{place}?key={key}&way=up").status_code == 422
    assert draft.ask("GET", f"mappings/none/preview?key={key}").status_code == 404


def test_only_who_may_see_an_issue_sees_what_would_happen(draft: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    project = draft.rules.mappings[-1].end_of("inviter").project_key
    key = draft.stand.create_issue(draft.stand.blue, project, "Bug", "Not for everybody")
    monkeypatch.setattr(access, "_grants", lambda *_: False)
    monkeypatch.setattr(access, "_allowed", {})
    place = f"mappings/{draft.mapping}/preview"
    assert "Not for everybody" not in draft.ask("GET", f"{place}/recent").text
    told = draft.ask("GET", f"{place}?key={key}").text
    assert "You may not see this issue" in told and "Not for everybody" not in told
