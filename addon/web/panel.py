"""The panel in the issue view. Who may see the issue may see its twins; the page looks again by itself."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, g, request

from addon.errors import Refused
from addon.store import conflict, history, overview, queue, rules, synchronization, twin_link
from addon.sync.why import Reason
from addon.web import access, forms, parts, words
from addon.web.auth import guard
from addon.web.pages import fragment, new_blueprint, page
from addon.web.rate import Rate
from addon.web.services import services

blueprint = new_blueprint("panel")
_CHANGES = 4
_previews = Rate(per_second=1, burst=15)


@dataclass(frozen=True, slots=True)
class Panel:
    """All that the panel shows. ``configured``: there is a synchronization; ``reasons``: why it is in step or not."""

    issue_id: str
    twins: tuple[parts.TwinView, ...]
    reasons: tuple[Reason, ...]
    configured: bool

    @property
    def offers(self) -> tuple[Reason, ...]:
        """Where a person can give the issue a twin."""
        return tuple(reason for reason in self.reasons if reason.by_hand)

    @property
    def trouble(self) -> str:
        """Why nothing can be told of this issue, or nothing."""
        told = [f"{one.words} {one.fix}".strip() for one in self.reasons if one.cause in ("hidden", "jira")]
        return told[0] if told and not self.offers else ""

    @property
    def kept_out(self) -> tuple[Reason, ...]:
        """Synchronizations by which it has no twin, each with the first rule that keeps it out."""
        # Beside a living twin, what no rule of theirs speaks of is no news.
        silent = ("looking", *(("synchronization", "scope", "mapping", "inactive") if self.live else ()))
        return tuple(one for one in self.reasons if one.link is None and one.cause not in silent and not one.over)

    @property
    def live(self) -> int:
        return sum(twin.live for twin in self.twins)

    @property
    def held(self) -> bool:
        return any(twin.state == "held" for twin in self.twins)

    @property
    def changes(self) -> tuple[tuple[str, parts.ChangeView], ...]:
        """The last changes over all twins, newest first, each with its twin's key."""
        found = [(twin.key, change) for twin in self.twins for change in twin.changes]
        return tuple(sorted(found, key=lambda pair: -pair[1].at)[: _CHANGES if len(self.twins) < 2 else _CHANGES + 2])

    @property
    def every(self) -> str:
        """How often to look again: soon while something is on its way, else now and then."""
        return "2500ms" if any(twin.busy for twin in self.twins) else "5s"


@blueprint.get("/panel")
@guard("page")
def show() -> Response:
    issue_id = request.args.get("issueId", "")
    if not access.may_browse(g.tenant, g.account_id, issue_id):
        words = "You may not see this issue, so its twins are not shown either."
        return page("message.html", 403, page="panel", title="No permission", words=words)
    return page("panel.html", panel=_panel(issue_id))


@blueprint.get("/ui/panel/<issue_id>/twins")
@guard("context")
def twins(issue_id: str) -> Response:
    """What may have changed since. A twin that came or went changes the whole panel."""
    access.require_browse(g.tenant, g.account_id, issue_id)
    now = Panel(issue_id, _twins(issue_id), (), True)
    if request.args.get("live") == str(now.live):
        return fragment("_twins.html", panel=now)
    response = fragment("_panel.html", panel=_panel(issue_id))
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#panel", "outerHTML"
    return response


@blueprint.post("/ui/panel/<issue_id>/sync")
@guard("context")
def sync_now(issue_id: str) -> Response:
    access.require_browse(g.tenant, g.account_id, issue_id)
    services().pairing.sync_now(g.tenant, issue_id, g.account_id)
    return fragment("_panel.html", panel=_panel(issue_id), flag="Twinline looks at this issue now")


@blueprint.post("/ui/panel/<issue_id>/pair")
@guard("context")
def pair(issue_id: str) -> Response:
    access.require_browse(g.tenant, g.account_id, issue_id)
    chosen = forms.strict(forms.PairForm())["synchronization"]
    services().pairing.pair(g.tenant, issue_id, chosen, g.account_id)
    return fragment("_panel.html", panel=_panel(issue_id), flag="This issue gets a twin")


@blueprint.post("/ui/panel/<issue_id>/choose")
@guard("context")
def choose(issue_id: str) -> Response:
    """A person settles a part that both sides changed at once and that is held."""
    access.require_edit(g.tenant, g.account_id, issue_id)
    chosen = forms.strict(forms.ChooseForm())
    with services().db.read() as tx:
        links = twin_link.for_issue(tx, g.tenant.id, issue_id)
    if chosen["link"] not in {link.id for link in links}:
        raise Refused("This issue has no such twin.", status=404)
    services().engine.choose(chosen["link"], chosen["part"], chosen["value"], g.account_id)
    words = "Our value is sent again" if chosen["value"] == "ours" else "Their value is asked for"
    return fragment("_panel.html", panel=_panel(issue_id), flag=words)


@blueprint.get("/ui/panel/<issue_id>/preview")
@guard("context")
def preview(issue_id: str) -> Response:
    """What would happen to this issue under the live rules; nothing does."""
    access.require_browse(g.tenant, g.account_id, issue_id)
    _previews.take(f"{g.tenant.id} {g.account_id}")
    asked = forms.strict(forms.PreviewForm(), request.args)
    with services().db.read() as tx:
        row = synchronization.by_id(tx, g.tenant.id, asked["synchronization"])
        links = twin_link.for_issue(tx, g.tenant.id, issue_id)
    if row is None:
        raise Refused("This synchronization does not exist any more; reload the page.", status=404)
    direction = asked["direction"]
    outcome = services().preview.run(g.tenant, row, issue_id, direction=direction)
    partner = row.partner_name or words.host(row.partner_url)
    return fragment(
        "_preview.html",
        issue_id=issue_id,
        synchronization=row,
        partner=partner,
        direction=direction,
        both=any(link.synchronization_id == row.id and link.state != twin_link.ENDED for link in links),
        title=f"To {partner}" if direction == "out" else f"From {partner}",
        outcome=outcome,
    )


def _panel(issue_id: str) -> Panel:
    twins = _twins(issue_id)
    with services().db.read() as tx:
        configured = overview.is_configured(tx, g.tenant.id)
    reasons = services().why.explain(g.tenant, issue_id) if configured else ()
    return Panel(issue_id, twins, reasons, configured)


def _twins(issue_id: str) -> tuple[parts.TwinView, ...]:
    """The issue's twin by each synchronization, those that stand first; one that ended only where none has followed."""
    found: dict[int, parts.TwinView] = {}
    with services().db.read() as tx:
        touched = queue.touched(tx, g.tenant.id, issue_id) is not None
        for link in twin_link.for_issue(tx, g.tenant.id, issue_id):
            row = synchronization.by_id(tx, g.tenant.id, link.synchronization_id)
            if row is not None:
                entries = history.last(tx, link.id, _CHANGES)
                mapping = rules.live(tx, row.id).mapping(link.mapping_id)
                off = mapping is not None and mapping.flow_from(row.side).mode == "off"
                waiting = queue.waiting(tx, link)
                held = parts.held(conflict.held(tx, link.id), mapping, row.side)
                found[row.id] = parts.twin(link, row, waiting, entries, held, touched=touched, off=off)
    return tuple(sorted(found.values(), key=lambda twin: (not twin.live, -twin.id)))
