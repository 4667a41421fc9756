"""Issues that are there already when a mapping starts: what becomes of ours, asked on publishing or later."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, g

from addon.errors import Refused
from addon.model import editing
from addon.model.rules import IssueMapping, Rules, Start
from addon.sync import rulebook
from addon.sync.backlog import EXACT_UP_TO
from addon.sync.comparison import pair_words
from addon.web import editor, forms, mapping_forms, mapping_page, present
from addon.web.auth import guard
from addon.web.pages import fragment, new_blueprint
from addon.web.services import services

blueprint = new_blueprint("start_page")
PLACE = "/ui/synchronizations/<int:id_>/mappings/<mapping_id>/start"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of one mapping.

    ``count``: how many issues of ours match and have no twin, None where Jira did not say, for the reason ``trouble``.
    ``chosen``: what stands ticked.
    """

    mapping_id: str
    title: str
    count: int | None
    trouble: str
    chosen: Start

    @property
    def words(self) -> str:
        """How many they are."""
        if self.count is None:
            return self.trouble
        if not self.count:
            return "None of your issues waits for a twin."
        about = "About " if self.count > EXACT_UP_TO else ""
        verbs = "matches and has" if self.count == 1 else "match and have"
        return f"{about}{self.count:,} of your issues {verbs} no twin."

    @property
    def these(self) -> str:
        """What the choice of exactly these is called."""
        if self.count is None:
            return "Those that match now"
        return "This one" if self.count == 1 else f"These {self.count:,}"


@blueprint.get(PLACE)
@guard("admin")
def ask(id_: int, mapping_id: str) -> Response:
    """What of the issues that a live mapping has left alone is to get twins after all."""
    view = editor.accepted(id_)
    mapping = editing.mapping_of(view.rules, mapping_id)
    return fragment("mapping/start.html", view=view, mapping=mapping, question=question(view, mapping, "waiting"))


@blueprint.post(PLACE)
@guard("admin")
def start(id_: int, mapping_id: str) -> Response:
    chosen: Start = forms.strict(mapping_forms.StartForm())["start"]
    editor.accepted(id_)
    services().backlog.start(g.tenant, id_, mapping_id, chosen, g.account_id)
    told = "Only newer issues get twins" if chosen == "now" else "Issues that were there already get twins"
    return mapping_page.page(id_, mapping_id, flag=told)


@blueprint.get(f"{PLACE}/progress")
@guard("admin")
def progress(id_: int, mapping_id: str) -> Response:
    """How far they have got; asked again and again while it goes on."""
    view = editor.accepted(id_)
    found = services().backlog.progress(g.tenant, id_).get(mapping_id)
    return fragment("mapping/_backlog.html", place=f"{view.place}/mappings/{mapping_id}", backlog=found)


@blueprint.post(f"{PLACE}/cancel")
@guard("admin")
def cancel(id_: int, mapping_id: str) -> Response:
    editor.accepted(id_)
    services().backlog.cancel(g.tenant, id_, mapping_id, g.account_id)
    return mapping_page.page(id_, mapping_id, flag="Cancelled", detail="What has a twin by now keeps it.")


def questions(view: present.View, rules: Rules) -> tuple[Question, ...]:
    """What publishing these rules asks: one question for each mapping that starts at our side."""
    asked = mapping_forms.chosen_starts()
    started = [editing.mapping_of(rules, one) for one in rulebook.widened(view.rules, rules, view.synchronization.side)]
    return tuple(question(view, mapping, asked.get(mapping.id, "now")) for mapping in started)


def chosen(view: present.View, rules: Rules) -> dict[str, Start]:
    """What was answered, for the mappings that start."""
    asked = mapping_forms.chosen_starts()
    started = rulebook.widened(view.rules, rules, view.synchronization.side)
    return {mapping_id: asked[mapping_id] for mapping_id in started if mapping_id in asked}


def question(view: present.View, mapping: IssueMapping, ticked: Start) -> Question:
    """What is asked of one mapping. Jira is asked how many issues it is about."""
    row, count, trouble = view.synchronization, None, ""
    try:
        count = services().backlog.count(g.tenant, row, mapping)
    except Refused as refusal:
        trouble = refusal.sentence
    if count == 0 and ticked == "waiting":
        ticked = "now"
    return Question(mapping.id, pair_words(mapping, row.side), count, trouble, ticked)
