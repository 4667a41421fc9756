"""Effect: what publishing a document will do, mapping by mapping, in words; from the rules and the twin links. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from addon.model.rules import IssueMapping, Rules, Side
from addon.sync.comparison import pair_words


@dataclass(frozen=True, slots=True)
class Effect:
    """Of one mapping that differs. ``links``: how many twins it concerns; ``name``: the pair, ours first."""

    mapping_id: str
    name: str
    links: int
    rows_added: int
    rows_removed: int
    words: tuple[str, ...]


def effects(before: Rules, after: Rules, links: Mapping[str, int], side: Side) -> tuple[Effect, ...]:
    """What becomes of each mapping's twins. ``links``: living twin links by mapping id, under the live rules."""
    found = []
    for mapping in after.mappings:
        old = before.mapping(mapping.id)
        if old != mapping or (before.users != after.users and mapping.active):
            found.append(_effect(old, mapping, links.get(mapping.id, 0), side, people=before.users != after.users))
    for mapping in before.mappings:
        if after.mapping(mapping.id) is None:
            found.append(_effect(mapping, None, links.get(mapping.id, 0), side, people=False))
    return tuple(found)


def _effect(old: IssueMapping | None, new: IssueMapping | None, links: int, side: Side, *, people: bool) -> Effect:
    was, is_ = old is not None and old.active, new is not None and new.active
    one = new or old
    assert one is not None
    words: list[str] = []
    rows = [{row.id: row for row in mapping.fields} if mapping else {} for mapping in (old, new)]
    added = [row for id_, row in rows[1].items() if id_ not in rows[0]]
    removed = [row for id_, row in rows[0].items() if id_ not in rows[1]]
    if was and not is_:
        words.append(f"{_twins(links)} {'is' if links == 1 else 'are'} no longer kept in step; all issues stay.")
    elif is_ and not was:
        words.append("Issues created from now on get twins.")
        if links:
            words.append(f"{_twins(links)} {'is' if links == 1 else 'are'} kept in step again.")
    elif is_ and links:
        if added:
            words.append(
                f"{_rows(len(added))} added: in {_twins(links)} the next change of such a field is carried over."
            )
        if removed:
            words.append(f"{_rows(len(removed))} stopped in {_twins(links)}: nothing is cleared.")
        if any(rows[0][id_] != row for id_, row in rows[1].items() if id_ in rows[0]) or people:
            words.append(f"The next changes of {_twins(links)} go by the new rules; what is settled stays as it is.")
    if not words:
        words.append("No twin is concerned.")
    return Effect(one.id, pair_words(one, side), links, len(added), len(removed), tuple(words))


def _twins(count: int) -> str:
    return f"{count:,} twin" if count == 1 else f"{count:,} twins"


def _rows(count: int) -> str:
    return "1 field mapping" if count == 1 else f"{count} field mappings"
