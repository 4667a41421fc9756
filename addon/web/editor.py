"""The mapping editor's state: the draft with both ends, and one way to change it.

An edit is a pure change of the draft (``model.editing``), stored at once under the revision that the page was made
from, and answered with the editor as it is then. Nothing is live before it is published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, g

from addon.errors import Refused, Retryable
from addon.model import editing
from addon.model.catalog import EndInfo
from addon.model.rules import End, IssueMapping, Rules, Side, document_of, other, rules_from
from addon.model.suggestion import basic
from addon.store import overview
from addon.store.backlog import CANCELLED, DONE, Progress
from addon.store.draft import Draft
from addon.sync.comparison import Difference, Naming, named_by_id
from addon.sync.findings import Finding, findings
from addon.web import editor_view, present, words
from addon.web.admin import view_of
from addon.web.editor_view import Names, RowView
from addon.web.pages import fragment
from addon.web.services import services

PEOPLE = "people"
"""What stands for the card of people among the opened rows."""


@dataclass(frozen=True, slots=True)
class Editor:
    """All that the editor shows. ``mapping`` is the chosen pair, None where there is none yet."""

    view: present.View
    draft: Draft
    rules: Rules
    mapping: IssueMapping | None
    ends: Mapping[Side, EndInfo | None]
    trouble: str
    differences: tuple[Difference, ...]
    findings: tuple[Finding, ...]
    opened: frozenset[str]
    links: int
    backlog: Progress | None

    @property
    def side(self) -> Side:
        return self.view.synchronization.side

    @property
    def names(self) -> Names:
        return Names(self.side, g.tenant.name or words.host(g.tenant.base_url), self.view.partner)

    @property
    def rows(self) -> tuple[RowView, ...]:
        if self.mapping is None:
            return ()
        return editor_view.rows_of(
            self.mapping,
            self.rules.users,
            self.names,
            self.ends,
            differences=self.differences,
            findings=self.findings,
            opened=self.opened,
        )

    @property
    def pairs(self) -> tuple[tuple[str, str, bool], ...]:
        """Every pair of the draft: id, words, whether it is active."""
        return tuple((one.id, self._pair(one), one.active) for one in self.rules.mappings)

    def _pair(self, mapping: IssueMapping) -> str:
        ours, theirs = mapping.end_of(self.side), mapping.end_of(other(self.side))
        short = f"{ours.issue_type_name} ⇄ {theirs.issue_type_name}"
        alike = sum(
            (one.end_of(self.side).issue_type_name, one.end_of(other(self.side)).issue_type_name)
            == (ours.issue_type_name, theirs.issue_type_name)
            for one in self.rules.mappings
        )
        long = f"{ours.project_key} {ours.issue_type_name} ⇄ {theirs.project_key} {theirs.issue_type_name}"
        return short if alike == 1 else long

    @property
    def pair(self) -> str:
        return self._pair(self.mapping) if self.mapping else ""

    @property
    def ours(self) -> Any:
        return self.mapping.end_of(self.side) if self.mapping else None

    @property
    def theirs(self) -> Any:
        return self.mapping.end_of(other(self.side)) if self.mapping else None

    @property
    def flows(self) -> tuple[Any, Any]:
        """What leaves our side, and theirs."""
        assert self.mapping is not None
        return self.mapping.flow_from(self.side), self.mapping.flow_from(other(self.side))

    @property
    def basic(self) -> bool:
        """Whether the rows are those that a mapping begins with."""
        inviter, accepter = self.ends["inviter"], self.ends["accepter"]
        if self.mapping is None or inviter is None or accepter is None:
            return False
        return self.mapping.fields == basic(inviter, accepter)

    @property
    def general(self) -> tuple[Finding, ...]:
        """Findings of the whole mapping, not of a row."""
        chosen = self.mapping.id if self.mapping else ""
        return tuple(one for one in self.findings if one.mapping_id == chosen and not one.row_id)

    @property
    def changes(self) -> str:
        return words.plural(len(self.differences), "unpublished change")

    @property
    def place(self) -> str:
        return f"{self.view.place}/mappings/{self.mapping.id}" if self.mapping else f"{self.view.place}/mappings"

    @property
    def live(self) -> Rules:
        return self.view.rules

    @property
    def starts(self) -> bool:
        """Whether the chosen mapping, as it is live, lets our issues out by itself: older ones can be let out then."""
        live = self.live.mapping(self.mapping.id) if self.mapping else None
        return live is not None and live.active and live.flow_from(self.side).mode == "automatic"

    @property
    def behind(self) -> bool:
        """Whether another version was published since the draft was begun."""
        return self.draft.stored and self.draft.based_hash != self.live.hash

    @property
    def people_words(self) -> str:
        """Who is found how, in short."""
        users = self.rules.users
        how = [name for name, on in (("account id", users.by_account_id), ("e-mail", users.by_email)) if on]
        told = [f"{len(users.table):,} in the table"] if users.table else []
        told += [f"matched by {' and '.join(how)}"] if how else []
        return ", ".join(told) or "nobody is matched"

    @property
    def people_open(self) -> bool:
        return PEOPLE in self.opened

    @property
    def people_changed(self) -> bool:
        return any(not one.mapping_id and one.row_id for one in self.differences)


def accepted(id_: int) -> present.View:
    """The synchronization, if its rules can be edited.

    Raises:
        Refused: 404 it is not there; 409 it is not accepted, or over.
    """
    with services().db.read() as tx:
        view = view_of(tx, id_)
    if not view.accepted:
        raise Refused("Mappings can be changed once the invitation is accepted and while it stands.", status=409)
    return view


def drafted(id_: int) -> Rules:
    """The rules as the draft has them."""
    draft = services().handshake.drafting.open(g.tenant, id_)
    return rules_from(draft.based_on, draft.document)


def load(id_: int, mapping_id: str = "", opened: Iterable[str] = ()) -> Editor:
    """The editor at this mapping, or at the first one.

    Raises:
        Refused: 404 the synchronization or the mapping is not there; 409 it cannot be edited.
    """
    view = accepted(id_)
    draft = services().handshake.drafting.open(g.tenant, id_)
    rules = rules_from(draft.based_on, draft.document)
    if mapping_id:
        mapping: IssueMapping | None = editing.mapping_of(rules, mapping_id)
    else:
        mapping = rules.mappings[0] if rules.mappings else None
    ends, trouble = told_ends(view, mapping)
    with services().db.read() as tx:
        links = overview.issues_of_mappings(tx, g.tenant.id, id_)
    found: tuple[Finding, ...] = ()
    inviter, accepter = ends["inviter"], ends["accepter"]
    if mapping is not None and inviter is not None and accepter is not None:
        found = findings(mapping, rules.users, inviter, accepter)
    return Editor(
        view,
        draft,
        rules,
        mapping,
        ends,
        trouble,
        services().handshake.drafting.compare(g.tenant, id_, naming([ends])),
        found,
        frozenset(opened),
        links.get(mapping.id, 0) if mapping else 0,
        _going_on(id_, mapping),
    )


def _going_on(id_: int, mapping: IssueMapping | None) -> Progress | None:
    """How far the issues are that were there when this mapping started, while they are at it."""
    found = services().backlog.progress(g.tenant, id_).get(mapping.id) if mapping else None
    return None if found is None or found.state in (DONE, CANCELLED) else found


def ends_of(view: present.View, mapping: IssueMapping, *, fresh: bool = False) -> dict[Side, EndInfo]:
    """Both ends of a mapping as they are. Raises as ``asked_ends``."""
    inviter, accepter = asked_ends(view, mapping.inviter, mapping.accepter, fresh=fresh)
    return {"inviter": inviter, "accepter": accepter}


def asked_ends(view: present.View, inviter: End, accepter: End, *, fresh: bool = False) -> tuple[EndInfo, EndInfo]:
    """What two ends can hold.

    Raises:
        Refused: one of them is not shown (any more), or does not answer.
    """
    try:
        return services().handshake.catalog.ends(g.tenant, view.synchronization, inviter, accepter, fresh=fresh)
    except Retryable as waiting:
        raise Refused(f"{view.partner} cannot be asked just now: {waiting.reason}", status=503) from waiting


def told_ends(view: present.View, mapping: IssueMapping | None) -> tuple[dict[Side, EndInfo | None], str]:
    """What of both ends is told, and why not all of it is."""
    found: dict[Side, EndInfo | None] = {"inviter": None, "accepter": None}
    if mapping is None:
        return found, ""
    catalog, row, trouble = services().handshake.catalog, view.synchronization, []
    our, their = mapping.end_of(row.side), mapping.end_of(row.partner_side)
    try:
        found[row.side] = catalog.ours(g.tenant, row, our.project_id, our.issue_type_id)
    except Refused as refusal:
        trouble.append(f"{our.project_key} {our.issue_type_name} at your side: {refusal.sentence}")
    try:
        found[row.partner_side] = catalog.theirs(g.tenant, row, their.project_id, their.issue_type_id)
    except Refused as refusal:
        trouble.append(f"{their.project_key} {their.issue_type_name} at {view.partner}: {refusal.sentence}")
    except Retryable as waiting:
        trouble.append(f"{view.partner} cannot be asked just now: {waiting.reason}")
    return found, " ".join(trouble)


def naming(known: Iterable[Mapping[Side, EndInfo | None]]) -> Naming:
    """What fields are called, as far as these ends tell."""
    names = {
        (side, field.id): field.name for ends in known for side, end in ends.items() if end for field in end.fields
    }
    return lambda side, field_id: names.get((side, field_id)) or named_by_id(side, field_id)


def edit(
    id_: int,
    asked: Mapping[str, Any],
    change: Callable[[Rules], Rules],
    *,
    mapping_id: str = "",
    said: str = "",
    opened: Iterable[str] | None = None,
) -> Response:
    """Store the draft with this change and answer the editor. ``said`` is spoken, not shown.

    Raises:
        Refused: 409 somebody else has changed the draft meanwhile; or what the change cannot be.
    """
    save(id_, asked["revision"], change)
    return answer(load(id_, mapping_id, asked["open"] if opened is None else opened), said=said)


def save(id_: int, revision: int, change: Callable[[Rules], Rules]) -> Draft:
    """Store the draft with this change. Raises as ``edit``."""
    accepted(id_)
    drafting = services().handshake.drafting
    draft = drafting.open(g.tenant, id_)
    changed = change(rules_from(draft.based_on, draft.document))
    return drafting.save(g.tenant, id_, document_of(changed.mappings, changed.users), g.account_id, revision)


def answer(editor: Editor, status: int = 200, *, said: str = "", **told: str) -> Response:
    """The editor's part of the page."""
    return fragment("mapping/_editor.html", status, said=said, editor=editor, view=editor.view, **told)
