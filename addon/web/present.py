"""What the pages say of a synchronization: values made for templates, out of rows. Decides words, not facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from addon.model.rules import BASIC_FIELDS, End, Rules
from addon.model.scope import Choice
from addon.store.overview import Activity, Figures, Held
from addon.store.rules import Version
from addon.store.synchronization import ACCEPTED, Synchronization
from addon.web import words

TONES = {
    "Invitation sent": "info",
    "Invitation received": "disc",
    "Rejected": "bad",
    "Active": "ok",
    "Not configured": "warn",
    "Deleted": "gone",
}
"""The six statuses with the colour of their lozenge."""
BASIC_WORDS = ", ".join(field.id for field in BASIC_FIELDS)


@dataclass(frozen=True, slots=True)
class Cause:
    """What holds some issues, here or (not ``ours``) at the partner, and what mends it."""

    ours: bool
    reason: str
    fix: str
    issues: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One synchronization on a page."""

    synchronization: Synchronization
    word: str
    rules: Rules
    activity: Activity
    now: float
    held_issues: tuple[Held, ...] = ()

    @property
    def id(self) -> int:
        return self.synchronization.id

    @property
    def place(self) -> str:
        return f"synchronizations/{self.id}"

    @property
    def name(self) -> str:
        return self.synchronization.name

    @property
    def tone(self) -> str:
        return TONES[self.word]

    @property
    def partner(self) -> str:
        return self.synchronization.partner_name or self.partner_host

    @property
    def partner_url(self) -> str:
        return self.synchronization.partner_url

    @property
    def partner_host(self) -> str:
        return words.host(self.synchronization.partner_url)

    @property
    def side(self) -> str:
        return self.synchronization.side

    @property
    def created_at(self) -> float:
        return self.synchronization.created_at

    @property
    def accepted_at(self) -> float | None:
        return self.synchronization.accepted_at

    @property
    def expires_at(self) -> float | None:
        return self.synchronization.expires_at

    @property
    def expired(self) -> bool:
        return self.synchronization.expired(self.now)

    @property
    def invited_by(self) -> str:
        return self.synchronization.invited_by

    @property
    def agreement_id(self) -> str:
        return self.synchronization.agreement_id

    @property
    def accepted(self) -> bool:
        return self.synchronization.status == ACCEPTED

    @property
    def closed(self) -> bool:
        return self.synchronization.over

    @property
    def told(self) -> bool:
        return self.synchronization.told

    @property
    def same_deployment(self) -> bool:
        return self.synchronization.partner_tenant_id is not None

    @property
    def endpoint_host(self) -> str:
        return words.host(self.synchronization.partner_endpoint)

    @property
    def has_name(self) -> bool:
        """Whether the partner's name says more than its address."""
        return self.partner != self.partner_host

    @property
    def verified(self) -> str:
        if self.same_deployment:
            return "Its Twinline is this deployment"
        return f"By calling back {self.endpoint_host}"

    @property
    def status_person(self) -> str:
        return self.synchronization.status_person

    @property
    def status_side(self) -> str:
        return "you" if self.synchronization.status_by == "us" else self.partner

    @property
    def status_reason(self) -> str:
        return self.synchronization.status_reason

    @property
    def held(self) -> int:
        return self.activity.held

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The held issues by what holds them, the cause that holds most of them first."""
        found: dict[tuple[bool, str, str], list[Held]] = {}
        for issue in self.held_issues:
            found.setdefault((issue.ours, issue.reason, issue.fix), []).append(issue)
        causes = [Cause(*cause, tuple(issues)) for cause, issues in found.items()]
        return tuple(sorted(causes, key=lambda cause: -len(cause.issues)))

    @property
    def can_retry(self) -> bool:
        return any(issue.ours for issue in self.held_issues)

    @property
    def needs_you(self) -> bool:
        waits = self.word == "Invitation received" and not self.expired
        return waits or self.word == "Not configured" or bool(self.held) or bool(self.trouble)

    @property
    def origin(self) -> str:
        """Who invited whom, under the name."""
        first, second = ("You", self.partner) if self.side == "inviter" else (self.partner, "you")
        when = f" · accepted {words.age(self.accepted_at, self.now)}" if self.accepted and self.accepted_at else ""
        return f"{first} → {second}{when}"

    @property
    def note(self) -> str:
        """Under the status."""
        row = self.synchronization
        if self.word == "Active":
            return words.plural(sum(m.active for m in self.rules.mappings), "mapping") + " active"
        if self.word == "Not configured":
            return "No mapping is active" if self.rules.mappings else "No mappings yet"
        if self.word == "Rejected":
            return f"“{row.status_reason}”" if row.status_reason else f"by {row.status_person or self.status_side}"
        if self.word == "Deleted":
            how = "withdrawn " if row.accepted_at is None else ""
            return f"{how}by {row.status_person or self.status_side}"
        if self.expired:
            return "Expired"
        return words.age(row.created_at, self.now)

    @property
    def waits_for(self) -> str:
        """In the place of the last change where there is none."""
        row = self.synchronization
        if self.closed:
            return words.age(row.updated_at, self.now)
        if self.word in ("Invitation sent", "Invitation received"):
            if self.expired:
                return "Send it again" if self.word == "Invitation sent" else "They can send it again"
            if self.word == "Invitation received":
                return "Waiting for you"
            return f"Expires {words.age(row.expires_at, self.now)}" if row.expires_at else "Waiting for them"
        return "No change yet"

    @property
    def last_words(self) -> str:
        last = self.activity.last
        if last is None:
            return ""
        arrow = "→" if last.direction == "out" else "←"
        return f"{last.issue_key or '…'} {arrow} {last.partner_key or '…'}"

    @property
    def scope_words(self) -> tuple[str, str]:
        """Which projects are mapped onto which; before there are mappings, what is shown."""
        if self.rules.mappings:
            ours = _keys(m.end_of(self.synchronization.side) for m in self.rules.mappings)
            theirs = _keys(m.end_of(self.synchronization.partner_side) for m in self.rules.mappings)
            return f"{ours} ⇄ {theirs}", words.plural(len(self.rules.mappings), "pair") + " of issue types"
        if self.word == "Invitation received":
            return "—", "Not chosen yet"
        return self.scope_summary, "What your partner may see"

    @property
    def scope_summary(self) -> str:
        scope = self.synchronization.scope
        parts = (
            _choice_words(scope.projects, "project"),
            _choice_words(scope.issue_types, "issue type"),
            _choice_words(scope.fields, "field"),
        )
        chosen = [part for part in parts if part]
        return "; ".join(chosen) if chosen else "All projects"

    @property
    def held_words(self) -> str:
        """How many issues are held and by what, the most frequent cause first."""
        causes = Counter(issue.reason.rstrip(".") for issue in self.held_issues).most_common(2)
        told = causes[0][0] if len(causes) == 1 else "; ".join(f"{reason} ({number})" for reason, number in causes)
        return f"{words.plural(self.held, 'issue')} held: {told}"

    @property
    def trouble(self) -> str:
        """Why nothing gets through to the partner at present, or nothing."""
        row = self.synchronization
        if not row.retry_reason or not (row.attempt_count or (row.retry_at or 0.0) > self.now):
            return ""
        # While a try is under way its time has passed: the next one is now.
        next_try = words.age(max(row.retry_at or 0.0, self.now + 1), self.now)
        return f"{row.retry_reason} Next try {next_try}."


@dataclass(frozen=True, slots=True)
class Filter:
    """One choice above the list."""

    key: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The list with what is above it."""

    total: int
    entries: tuple[View, ...]
    notices: tuple[View, ...]
    figures: Figures
    attention: int
    choices: tuple[Filter, ...]
    words: str
    show: str


_FILTERS: dict[str, tuple[str, Callable[[View], bool]]] = {
    "all": ("All", lambda view: True),
    "you": ("Needs you", lambda view: view.needs_you),
    "active": ("Active", lambda view: view.word == "Active"),
    "invitations": ("Invitations", lambda view: view.word.startswith("Invitation")),
    "closed": ("Closed", lambda view: view.closed),
}


def listing(views: Sequence[View], figures: Figures, search: str, show: str) -> Listing:
    """The part of the list that a person asked for; those that are over stand last."""
    show = show if show in _FILTERS else "all"
    wanted = search.casefold().strip()
    chosen = [view for view in views if _FILTERS[show][1](view) and wanted in _text(view)]
    waiting = [view for view in views if view.word == "Invitation received" and not view.expired]
    return Listing(
        len(views),
        tuple(sorted(chosen, key=lambda view: (view.closed, -view.id))),
        tuple(waiting),
        figures,
        figures.held + len(waiting),
        tuple(Filter(key, label, sum(test(view) for view in views)) for key, (label, test) in _FILTERS.items()),
        search,
        show,
    )


def _text(view: View) -> str:
    return " ".join((view.name, view.partner, view.partner_host, *view.scope_words)).casefold()


@dataclass(frozen=True, slots=True)
class VersionView:
    version: int
    words: str
    at: float


def versions(view: View, published: Iterable[Version]) -> tuple[VersionView, ...]:
    """Who published what, latest first."""
    return tuple(VersionView(v.version, _published(view, v), v.published_at) for v in published)


def _published(view: View, version: Version) -> str:
    ours = version.published_side == view.synchronization.side
    who = version.published_by or ("you" if ours else view.partner)
    pairs = version.document.get("mappings", ())
    active = sum(bool(pair.get("active")) for pair in pairs)
    where = "" if ours or not version.published_by else f" at {view.partner}"
    return f"by {who}{where}, {active} of {words.plural(len(pairs), 'mapping')} active"


def _keys(ends: Iterable[End]) -> str:
    keys = list(dict.fromkeys(end.project_key for end in ends))
    return ", ".join(keys[:3]) + (f" +{len(keys) - 3}" if len(keys) > 3 else "")


def _choice_words(choice: Choice, noun: str) -> str:
    if choice.mode == "all":
        return ""
    number = words.plural(len(choice.ids), noun)
    return f"Only {number}" if choice.mode == "only" else f"All but {number}"
