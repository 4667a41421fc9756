"""The pages' doors without a browser: bad input, other people's rows, stale pages, and who may see an issue."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from addon.model.scope import Choice, Scope
from addon.store import overview, synchronization, twin_link
from emulator.site import Site
from tests.browser.desk import Desk
from tests.browser.stand import USER, Stand, eventually


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with Stand(tmp_path_factory.mktemp("pages")) as stand:
        made = Desk(stand)
        blue, green = stand.tenant(stand.blue), stand.tenant(stand.green)
        person = made.account(stand.blue)
        shake = stand.parts.handshake
        shake.invite(blue, name="One", partner_url=green.base_url, scope=Scope(), person=person)

        def received() -> int | None:
            with stand.parts.db.read() as tx:
                rows = synchronization.of_tenant(tx, green.id)
            return rows[0].id if rows else None

        shake.accept(green, eventually(received), scope=Scope(), person=made.account(stand.green))

        def settled() -> bool:
            with stand.parts.db.read() as tx:
                rows = [row for tenant in (blue, green) for row in synchronization.of_tenant(tx, tenant.id)]
            return all(row.accepted and row.told for row in rows)

        eventually(settled)
        yield made


def own(desk: Desk, site: Site) -> int:
    with desk.stand.parts.db.read() as tx:
        return synchronization.of_tenant(tx, desk.stand.tenant(site).id)[0].id


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "synchronizations/{id}"),
        ("GET", "synchronizations/{id}/scope"),
        ("GET", "synchronizations/{id}/mappings"),
        ("GET", "synchronizations/{id}/draft/pair"),
        ("GET", "synchronizations/{id}/draft/compare"),
        ("GET", "synchronizations/{id}/draft/publish"),
        ("GET", "synchronizations/{id}/draft/versions"),
        ("GET", "synchronizations/{id}/mappings/x/editor"),
        ("GET", "synchronizations/{id}/mappings/x/preview?key=SHOP-1"),
        ("GET", "synchronizations/{id}/mappings/x/preview/recent"),
        ("GET", "synchronizations/{id}/mappings/x/start"),
        ("GET", "synchronizations/{id}/control"),
        ("GET", "synchronizations/{id}/shared"),
        ("GET", "synchronizations/{id}/confirm/delete"),
        ("POST", "synchronizations/{id}/delete"),
        ("POST", "synchronizations/{id}/remove"),
        ("POST", "synchronizations/{id}/retry"),
        ("POST", "synchronizations/{id}/try"),
        ("POST", "synchronizations/{id}/links/1/retry"),
        ("POST", "synchronizations/{id}/scope"),
        ("POST", "invitations/{id}/accept"),
        ("POST", "invitations/{id}/reject"),
        ("POST", "invitations/{id}/withdraw"),
        ("POST", "invitations/{id}/resend"),
    ],
)
@pytest.mark.parametrize("whose", ["the partner's", "nobody's"])
def test_another_tenants_rows_are_not_there(desk: Desk, method: str, path: str, whose: str) -> None:
    id_ = own(desk, desk.stand.green) if whose == "the partner's" else 10**17
    answer = desk.ask(method, "/ui/" + path.format(id=id_))
    assert answer.status_code == 404
    assert answer.headers["HX-Retarget"] == "#notice"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 422),
        ({"name": "x" * 121, "partner_url": "http://127.0.0.1:1"}, 422),
        ({"name": "x", "partner_url": "not a url"}, 400),
        ({"name": "x", "partner_url": "http://127.0.0.1:1"}, 400),
        ({"name": "x", "partner_url": "http://127.0.0.1:1", "projects_mode": "some"}, 422),
        ({"name": "x", "partner_url": "http://127.0.0.1:1", "projects_mode": "only"}, 422),
        ({"name": "x", "partner_url": "http://127.0.0.1:1", "projects": "<script>"}, 422),
        ({"name": "\ud7ff\x00", "partner_url": "http://127.0.0.1:1"}, 400),
    ],
)
def test_a_bad_invitation_comes_back_as_the_form(desk: Desk, form: dict[str, object], status: int) -> None:
    answer = desk.ask("POST", "/ui/synchronizations", form)
    assert answer.status_code == status
    assert 'id="new-form"' in answer.text and 'class="error"' in answer.text


def test_what_was_typed_is_shown_escaped(desk: Desk) -> None:
    answer = desk.ask("POST", "/ui/synchronizations", {"name": '"><b>', "partner_url": ""})
    assert "&#34;&gt;&lt;b&gt;" in answer.text and '"><b>' not in answer.text


@pytest.mark.parametrize(
    "url", ["", "x", "http://", "https://[::1", "http://127.0.0.1:1", "x" * 300, "http://\u2603.example"]
)
def test_the_live_check_always_answers_in_words(desk: Desk, url: str) -> None:
    answer = desk.ask("POST", "/ui/synchronizations/check", {"partner_url": url})
    assert answer.status_code in (200, 422)
    assert "error" in answer.text or "hint" in answer.text or 'role="alert"' in answer.text


@pytest.mark.parametrize("issue_id", ["999999999", "abc", "-1", "0x1", "\u0661", "9" * 40])
def test_an_issue_that_may_not_be_seen_shows_nothing(desk: Desk, issue_id: str) -> None:
    assert desk.ask("GET", f"/ui/panel/{issue_id}/twins?live=0").status_code == 403
    assert desk.ask("POST", f"/ui/panel/{issue_id}/sync").status_code == 403
    assert desk.ask("POST", f"/ui/panel/{issue_id}/pair", {"synchronization": "1"}).status_code == 403


def test_pairing_by_what_does_not_cover_the_issue_is_refused_in_words(desk: Desk) -> None:
    key = desk.stand.create_issue(desk.stand.blue, "OPS", "Story", "Not covered")
    issue_id = desk.stand.call(desk.stand.blue, "GET", f"/rest/api/3/issue/{key}?fields=summary")["id"]
    answer = desk.ask("POST", f"/ui/panel/{issue_id}/pair", {"synchronization": str(own(desk, desk.stand.blue))})
    assert answer.status_code == 400 and "no active mapping covers" in answer.text
    assert desk.ask("POST", f"/ui/panel/{issue_id}/pair", {"synchronization": "x"}).status_code == 422


def test_only_administrators_see_the_settings(desk: Desk) -> None:
    account = desk.account(desk.stand.blue, USER)
    answer = desk.ask("GET", "/ui/synchronizations", account=account)
    assert answer.status_code == 403
    assert "Only a Jira administrator may do this." in answer.text


def test_a_refusal_inside_a_dialog_stays_there(desk: Desk) -> None:
    answer = desk.ask("POST", "/ui/synchronizations/99999/delete", **{"HX-Source": "form#dialog-form"})
    assert answer.headers["HX-Retarget"] == "#dialog-notice"


def test_held_issues_are_grouped_by_cause_and_retried_together(desk: Desk) -> None:
    id_ = own(desk, desk.stand.blue)
    causes = ("Root cause is required.", "Root cause is required.", "No permission.")
    with desk.stand.parts.db.begin() as tx:
        links = [
            twin_link.create(
                tx,
                tenant_id=desk.stand.tenant(desk.stand.blue).id,
                synchronization_id=id_,
                mapping_id="m",
                link_key=f"held-{number}",
                issue_key=f"HELD-{number}",
                now=0.0,
            ).id
            for number in range(len(causes))
        ]
        for link_id, reason in zip(links, causes, strict=True):
            twin_link.change(tx, link_id, state=twin_link.BLOCKED, reason=reason, fix="Mend it.", touched_at=None)
    page = desk.ask("GET", f"/ui/synchronizations/{id_}").text
    assert page.count("Root cause is required.") == 1
    assert page.count("Mend it.") == len(set(causes))
    assert all(f"/browse/HELD-{number}" in page for number in range(len(causes)))
    answer = desk.ask("POST", f"/ui/synchronizations/{id_}/links/{links[0]}/retry?like=1")
    assert answer.status_code == 200
    assert "2 issues tried again" in answer.text + str(answer.headers)
    with desk.stand.parts.db.begin() as tx:
        held = overview.held(tx, desk.stand.tenant(desk.stand.blue).id, id_)
        for link_id in links:
            twin_link.change(tx, link_id, state=twin_link.ENDED, reason="", fix="", touched_at=None)
    assert "No permission." in {one.reason for one in held}
    assert links[0] not in {one.link_id for one in held if one.reason == causes[0]}


def test_a_partner_that_asks_for_time_is_not_tried_by_hand_either(desk: Desk) -> None:
    id_, until = own(desk, desk.stand.blue), time.time() + 630
    for asked, told in ((True, "asks us to wait"), (False, "is tried again")):
        with desk.stand.parts.db.begin() as tx:
            synchronization.clear_back_off(tx, id_, until + 1)
            synchronization.back_off(tx, id_, until, "They said so.", asked=asked)
        assert "They said so. Next try in 10 minutes" in desk.ask("GET", "/ui/synchronizations").text
        answer = desk.ask("POST", f"/ui/synchronizations/{id_}/try")
        assert told in answer.text + str(answer.headers)
        with desk.stand.parts.db.read() as tx:
            row = synchronization.get(tx, id_)
        assert row is not None and row.retry_at == (until if asked else None)
    with desk.stand.parts.db.begin() as tx:
        synchronization.clear_back_off(tx, id_, until + 1)


def test_a_field_is_hidden_by_the_scope_form_and_stays_hidden_until_shown(desk: Desk) -> None:
    ours = own(desk, desk.stand.blue)
    page = f"/ui/synchronizations/{ours}/scope"
    assert 'value="duedate"' in desk.ask("GET", page).text
    form: dict[str, object] = {"field_ids_mode": "hide", "field_ids": ["duedate", "environment"]}
    assert desk.ask("POST", page, form).status_code == 200
    with desk.stand.parts.db.read() as tx:
        kept = synchronization.get(tx, ours)
    assert kept is not None
    assert kept.scope == Scope(fields=Choice("hide", frozenset({"duedate", "environment"})))
    shown = desk.ask("GET", page).text
    assert 'name="field_ids" value="duedate" checked' in shown
    assert 'name="field_ids" value="summary" checked' not in shown
    seen = desk.ask("POST", "/ui/scope/preview", {"field_ids_mode": "only", "field_ids": "summary"})
    assert "1 field" in seen.text
    nothing = desk.ask("POST", page, {"field_ids_mode": "only"})
    assert nothing.status_code == 422
    assert "Select at least one field" in nothing.text
    assert desk.ask("POST", page, {}).status_code == 200
