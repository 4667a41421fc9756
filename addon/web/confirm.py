"""Questions before what cannot be taken back, each with its consequences in words."""

from __future__ import annotations

from dataclasses import dataclass

from addon.web import words
from addon.web.present import View

_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Question:
    """A dialog. ``points``: icon and sentence; ``reason``: the label of a text to give along, or none."""

    action: str
    title: str
    points: tuple[tuple[str, str], ...]
    button: str
    tone: str = "danger"
    reason: str = ""
    revision: int | None = None


def delete(view: View) -> Question:
    twins = view.activity.in_sync + view.activity.held
    left = f"; {words.plural(twins, 'issue')} of yours will no longer be in step" if twins else ""
    return Question(
        f"{view.place}/delete",
        f"Delete “{view.name}”?",
        (
            ("skip", f"Nothing travels any more in either direction{left}."),
            ("ok", "The issues of both sides stay as they are, with all that has been synchronized."),
            ("mail", f"{view.partner} is told and sees it as deleted."),
            ("warn", "It cannot be taken back: you would have to invite again."),
        ),
        "Delete synchronization",
    )


def remove(view: View) -> Question:
    return Question(
        f"{view.place}/remove",
        f"Remove the record of “{view.name}”?",
        (
            ("skip", "It goes from this list, with its rules and its history."),
            ("ok", "The issues stay as they are."),
            ("info", f"{view.partner} keeps their own record."),
        ),
        "Remove record",
    )


def reject(view: View) -> Question:
    return Question(
        f"invitations/{view.id}/reject",
        f"Reject the invitation to “{view.name}”?",
        (
            ("mail", f"{view.partner} is told, with the reason if you give one."),
            ("info", "To synchronize after all, one of you has to send a new invitation."),
        ),
        "Reject invitation",
        reason="Reason (optional, your partner reads it)",
    )


def withdraw(view: View) -> Question:
    return Question(
        f"invitations/{view.id}/withdraw",
        f"Withdraw the invitation to “{view.name}”?",
        (
            ("mail", f"{view.partner} can no longer accept it."),
            ("info", "Nothing has been synchronized yet. You can invite them again."),
        ),
        "Withdraw invitation",
    )


def remove_mapping(view: View, mapping_id: str, pair: str, links: int, revision: int) -> Question:
    held = words.plural(links, "issue")
    stand = f"{held} under it will be held until it is back." if links else "No issue is synchronized by it."
    return Question(
        f"{view.place}/mappings/{mapping_id}/remove",
        f"Remove the mapping {pair}?",
        (
            ("info", "It goes from the draft; it is live until you publish."),
            ("skip", stand),
            ("ok", "Nothing is cleared or deleted in the issues."),
        ),
        "Remove mapping",
        revision=revision,
    )


def discard_draft(view: View, changes: int, revision: int) -> Question:
    return Question(
        f"{view.place}/draft/discard",
        "Discard the draft?",
        (
            (
                "skip",
                f"{words.plural(changes, 'unpublished change')} will be lost, also what others have changed in it.",
            ),
            ("ok", "What is live stays as it is."),
        ),
        "Discard draft",
        revision=revision,
    )


def roll_back(view: View, version: int, changes: list[str]) -> Question:
    shown = [("info", sentence) for sentence in changes[:_SHOWN]]
    if len(changes) > _SHOWN:
        shown.append(("info", f"and {words.plural(len(changes) - _SHOWN, 'more change')}"))
    return Question(
        f"{view.place}/draft/versions/{version}/rollback",
        f"Go back to version {version}?",
        (*shown, ("mail", f"It is published again as the next version, here and at {view.partner}. A draft stays.")),
        f"Go back to version {version}",
        tone="primary",
    )
