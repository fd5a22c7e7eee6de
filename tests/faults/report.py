"""The table at the end, on the screen and in ``docs/proof/faults.md``, and the last line."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence

from tests.faults.catalogue import DATABASES, Run
from tests.faults.performance import Outcome

MISFORTUNES = {
    "R01": "SIGKILL while a page records a decision",
    "R02": "SIGKILL while awards are prepared",
    "R03": "SIGKILL after the rehearsal",
    "R04": "SIGKILL around the signature",
    "R05": "SIGKILL while signed credentials are recorded",
    "R06": "SIGKILL while a checkpoint is published",
    "R07": "SIGKILL while credentials are released",
    "R08": "SIGKILL while a letter is sent",
    "R09": "an exception while a page records a decision, and its form is sent again",
    "R10": "an exception while awards are prepared",
    "R11": "an exception after the rehearsal",
    "R12": "an exception around the signature",
    "R13": "an exception while signed credentials are recorded",
    "R14": "an exception while a checkpoint is published",
    "R15": "an exception while credentials are released",
    "R16": "an exception while a letter is sent",
    "R17": "SIGKILL, EIO or ENOSPC at every write, sync, rename, unlink and truncate of one pass",
    "R18": "SIGKILL, and SIGKILL again while recovering from it",
    "R19": "it failed, but it had been persisted",
    "R20": "one INSERT fails",
}
"""What each row of the fault matrix is; other modules' rows say it by `name_row`."""
NOT_HERE: dict[str, str] = {}
"""Rows that cannot run on such a machine, and why; added to by `not_here`."""

FOUND = [
    "R17: killed while it made a key, the worker left an encrypted half under a hidden name beside the others; and "
    "when that could not be taken away, a key that was made counted as failed. A key now has no name until it is "
    "whole.",
    "R20: an error in the worker was logged with every value at hand where it was raised: the record of the ledger "
    "with its salt, and a name where a document was broken. Logs now say where, and nothing of whom.",
]
"""What was found and set right; other modules add theirs by `found`."""


def found(what: str) -> None:
    """Say what a run found in the product, and what became of it."""
    FOUND.append(what)


def name_row(row: str, misfortune: str) -> None:
    """Say what a row is, for the table."""
    MISFORTUNES[row] = misfortune


def not_here(row: str, reason: str) -> None:
    """Say that a row cannot be played on such a machine, and why."""
    NOT_HERE[row] = reason


def last_line(runs: Sequence[Run], outcomes: Mapping[str, Outcome]) -> str:
    """Return the one line that others read."""
    played = [run for run in runs if run.id in outcomes and outcomes[run.id].was_played]
    done = [outcomes[run.id] for run in played]
    return (
        f"points={len({run.at for run in played})} runs={len(played)}"
        f" lost={sum(len(each.lost) for each in done)}"
        f" duplicated={sum(len(each.duplicated) for each in done)}"
        f" unlogged={sum(len(each.unlogged) for each in done)}"
    )


def table(runs: Sequence[Run], outcomes: Mapping[str, Outcome]) -> str:
    """Return a table of rows and databases."""
    lines = [
        "| row | misfortune | database | points | runs | lost | duplicated | unlogged | went wrong | s | played |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for row in sorted({run.row for run in runs}):
        for database in DATABASES:
            of_row = [run for run in runs if run.row == row and run.database == database and run.id in outcomes]
            played = [run for run in of_row if outcomes[run.id].was_played]
            if not played:
                continue
            done = [outcomes[run.id] for run in played]
            numbers = (
                len({run.at for run in played}),
                len(played),
                *(sum(len(getattr(each, name)) for each in done) for name in ("lost", "duplicated", "unlogged")),
                sum(1 for each in done if each.problems),
                round(sum(each.seconds for each in done)),
            )
            cells = " | ".join(f"{number:,}" for number in numbers)
            lines.append(f"| {row} | {MISFORTUNES.get(row, '')} | {database} | {cells} | {_when(done)} |")
    return "\n".join(lines)


def _when(done: Sequence[Outcome]) -> str:
    return ", ".join(sorted({f"{each.day} {each.commit}" for each in done}))


def document(runs: Sequence[Run], outcomes: Mapping[str, Outcome]) -> str:
    """Return the page of proof."""
    wrong = [outcome for outcome in outcomes.values() if outcome.problems]
    skipped = sorted({(each.row, each.skipped) for each in outcomes.values() if each.skipped})
    unreached = sum(1 for each in outcomes.values() if each.not_reached)
    parts = [
        "# Misfortunes, one after another",
        "`make faults` plays them all; a part of them, chosen by a seed, is in `make test`. Each run has a school of "
        "its own: a copy in which two awards wait to be signed, and one certificate may be out. The misfortune falls; "
        "then the worker is started again and sweeps until nothing is left to do, without hands; then everything is "
        "looked at: `accredit fsck --all`; every award that was acknowledged has exactly one certificate, code, place "
        "in a status list and leaf in the ledger; every letter was sent; nothing signed is missing in the ledger; "
        "nothing is on its way any more; and no temporary file is left.",
        "A *point* is a place and what happens there; for system calls it is one call, the nth of its name in one pass "
        "of issuing, that is killed on entry or answered with an error by `strace`.",
        f"Python {platform.python_version()}; each line names the day and the commit at which it was played:",
        table(runs, outcomes),
        f"`{last_line(runs, outcomes)}`",
    ]
    if left := len(runs) - len(outcomes):
        parts.append(f"{left:,} of {len(runs):,} runs of the catalogue are still to be played; `make faults` goes on.")
    if unreached:
        parts.append(
            f"{unreached} more runs are in none of the numbers: that pass made fewer calls than were counted, so the "
            "misfortune never fell. They were checked all the same."
        )
    if wrong:
        parts.append("## Runs that went wrong")
        parts += [f"* `{each.id}`: {each.problems[0].strip().splitlines()[-1]}" for each in wrong]
    parts.append("## What was found, and set right")
    parts.append("\n".join(f"* {each}" for each in FOUND))
    if skipped or NOT_HERE:
        parts.append("## Not played here")
        parts.append("\n".join(f"* {row}: {reason}" for row, reason in sorted({*skipped, *NOT_HERE.items()})))
    return "\n\n".join(parts) + "\n"
