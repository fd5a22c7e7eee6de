"""R19: it failed, but it had been persisted: each commit, the swap of what was signed last, a file of the
published log, the mail server's yes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.faults import lost_answers, rows_export
from tests.faults.catalogue import DATABASES, NotReached, Run
from tests.faults.stage import Stage

COMMITS = {"new": 11, "later": 10}
"""Commits of one pass and the idle one after it; a test fails when there are more."""


def runs() -> Iterator[Run]:
    """Yield a run for each commit, and for the two others."""
    for database in DATABASES:
        for situation, commits in COMMITS.items():
            before = "" if situation == "later" else f"{situation}."
            for nth in range(1, commits + 1):
                title = f"commit {nth} happened, and its answer was lost"
                yield _run(database, situation, f"{before}commit", nth, title, lost_answers.issue_with_lost_commit)
            title = "what was signed last was kept, and the answer was lost"
            yield _run(database, situation, f"{before}swap", 1, title, lost_answers.issue_with_lost_swap)
        for nth in range(1, rows_export.FILES + 1):
            yield Run(
                row="R19",
                database=database,
                point="export.write",
                kind="lost-answer",
                nth=nth,
                title=f"file {nth} of an export is in its place, and the answer was lost",
                play=partial(lost_write, nth),
            )
        yield Run(
            row="R19",
            database=database,
            point="mail-accept",
            kind="lost-answer",
            title="the mail server took the letter, and its answer was lost",
            play=lost_mail,
        )


def _run(database: str, situation: str, point: str, nth: int, title: str, act: Callable[[Path, int], int]) -> Run:
    return Run(
        row="R19",
        database=database,
        point=point,
        kind="lost-answer",
        nth=nth,
        title=title,
        play=partial(lost, act, nth),
        situation=situation,
    )


def lost(act: Callable[[Path, int], int], nth: int, stage: Stage) -> None:
    """Issue with the nth answer lost; the worker must go on by itself."""
    ended = stage.run(act, nth)
    assert ended.code == 0, ended.error
    if ended.result < nth:
        raise NotReached(f"{nth} of {ended.result}")


def lost_mail(stage: Stage) -> None:
    """Send the letter, and lose the answer."""
    ended = stage.run(lost_answers.send_with_lost_answer)
    assert ended.code == 0, ended.error
    assert (stage.folder / "outbox.txt").exists()


def lost_write(nth: int, stage: Stage) -> None:
    """Export with the nth answer lost; then as after any other trouble."""
    ended = stage.run(lost_answers.export_with_lost_write, nth)
    assert ended.error.startswith("NotReady"), ended
    rows_export.export_again(stage)
