"""What of a run's figures counts against the goal of an invariant, in words."""

from __future__ import annotations

from collections.abc import Mapping

MOST = "most_"
LARGEST = {"seconds", "p50_ms", "p99_ms"}
HISTORIES, KILLED, RAPID, STORMS = "histor", "killed while", "edits in", "storms"
"""Parts of the names of runs."""
FIGURES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "R1": (
        (KILLED, "{lost} lost of {acknowledged} acknowledged, {kills} kills of real processes"),
        (HISTORIES, "{lost_or_doubled} of {histories} histories lost or doubled something, {kills} deaths"),
    ),
    "R2": (
        (KILLED, "{doubled} doubled in {changes} changes, {kills} kills of real processes"),
        (HISTORIES, "{lost_or_doubled} of {histories} histories lost or doubled something, {faults} faults"),
    ),
    "R3": (
        (KILLED, "{inverted} inversions in {changes} changes, {kills} kills of real processes"),
        (HISTORIES, "{out_of_order} of {histories} histories out of order"),
    ),
    "R4": (
        (KILLED, "{different} different, settled ≤ {seconds} s after the last kill"),
        (HISTORIES, "{not_equal} of {histories} histories did not come to rest, equal"),
        (RAPID, "{runs} runs of rapid edits came to rest, equal"),
        (STORMS, "{not_equal} of {histories} storms did not end in rest"),
    ),
    "R5": (
        (HISTORIES, "edits unexplained in {unexplained} of {histories} histories, {changes} changes"),
        (RAPID, "{changes} rapid edits: {conflicts_told} conflicts told"),
    ),
    "R6": (
        (
            HISTORIES,
            "{single_changes} changes one by one: {writes_there} writes over there, {single_messages} messages",
        ),
        (HISTORIES, "{writes_in_quiet} writes in {quiets} × ten quiet minutes of histories"),
        ("a quiet time", "{quiet_writes} writes in {quiet_seconds} s of real quiet"),
        (RAPID, "{changes} rapid edits: {writes} writes"),
    ),
    "R7": (("poison", "{most_ratio} × (p95 {most_p95} turns of a worker, {most_p95_without} without)"),),
    "R8": (
        ("tries", "{tries} tries in {hours} h, each in its step"),
        (
            STORMS,
            "{histories} storms, {calls} calls of which {calls_refused} were refused: "
            "{calls_too_early} before Retry-After, {lost_or_doubled} lost something",
        ),
    ),
    "R9": (
        ("Redis", "{flushes} flushes and {kills} kills of a real one: {lost} lost, {doubled} doubled"),
        (HISTORIES, "{flushes} flushes in histories, {lost_or_doubled} lost or doubled something"),
    ),
    "R10": (
        ("crash cases", "{cases} cases, {deaths} deaths: nothing lost or doubled"),
        ("CRASH_AT", "{kills} deaths of real processes: {lost} lost, {doubled} doubled"),
    ),
    "R11": (("dead workers", "≤ {most_seconds} s after {deaths} deaths, lease {most_lease} s"),),
    "R12": (("webhooks a second", "{acknowledged} of {sent} answered 2xx, {lost} lost, 99 % ≤ {p99_ms} ms"),),
    "R13": (("clocks", "{failed} of {histories} histories with wrong clocks failed, {skews} jumps"),),
    "R14": ((HISTORIES, "{to_wrong_site} of {histories} histories called a site without the app"),),
    "R15": (("restores", "{failed} of {histories} histories failed, {restores} restores"),),
    "R16": (("", "≤ {most_seconds} s at a deadline of {most_deadline} s"),),
    "R17": (
        (
            "dropped",
            "{webhooks_dropped} webhooks dropped: {unequal_before} unequal before the pass, {unequal_after} after",
        ),
        ("at rest", "{most_calls} calls with {most_twins} twins at rest"),
    ),
}
"""By invariant: a part of the names of runs, and what they came to, added up. Runs that lack a figure do not count."""


def add_up(runs: list[Mapping[str, object]]) -> dict[str, float]:
    """Numbers of runs as sums; of times, and of all that is called ``most_…``, the greatest."""
    total: dict[str, float] = {}
    for run in runs:
        for key, value in run.items():
            if isinstance(value, int | float) and key != "seed":
                greatest = key.startswith(MOST) or key in LARGEST
                total[key] = max(total.get(key, value), value) if greatest else total.get(key, 0) + value
    return total


def reached(invariant: str, runs: list[Mapping[str, object]]) -> str:
    """What the runs that tell of an invariant came to; a dash where none measured it."""
    told = []
    for part, words in FIGURES.get(invariant, ()):
        total = add_up([run for run in runs if part in str(run["what"])])
        try:
            told.append(words.format(**{key: f"{value:,.10g}" for key, value in total.items()}))
        except KeyError:
            continue
    return "; ".join(told) or "–"
