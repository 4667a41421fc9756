"""Questions before what cannot be taken back, each with its consequences in words."""

from __future__ import annotations

from dataclasses import dataclass

from addon.web import words
from addon.web.present import MappingView, View


@dataclass(frozen=True, slots=True)
class Question:
    """A dialog. ``points``: icon and sentence; ``reason``: the label of a text to give along, or none."""

    action: str
    title: str
    points: tuple[tuple[str, str], ...]
    button: str
    tone: str = "danger"
    reason: str = ""
    version: int | None = None


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


def remove_mapping(view: View, mapping: MappingView) -> Question:
    pair = f"{mapping.ours.project_key} {mapping.ours.issue_type_name} ⇄ "
    pair += f"{mapping.theirs.project_key} {mapping.theirs.issue_type_name}"
    held = words.plural(mapping.links, "issue")
    stand = f"{held} under it will be held until it is back." if mapping.links else "No issue is synchronized by it."
    return Question(
        f"{view.place}/mappings/{mapping.id}/remove",
        f"Remove the mapping {pair}?",
        (
            ("skip", stand),
            ("ok", "Nothing is cleared or deleted in the issues."),
            ("mail", f"The rules without it are live at once, here and at {view.partner}."),
        ),
        "Remove mapping",
        version=view.rules.version,
    )
