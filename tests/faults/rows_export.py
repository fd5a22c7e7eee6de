"""R17, once more: at every system call by which the log is exported as static files, a death or an error.

The folder that a web server carries must state at every moment something that it holds. Then the export runs again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from click.testing import CliRunner

from accredit.cli.ledger import ledger
from tests.faults.catalogue import Run
from tests.faults.stage import Stage
from tests.faults.system_calls import KINDS, disturbed

CALLS_OF_AN_EXPORT: Mapping[str, int] = {"write": 4, "fsync": 12, "rename": 4, "mkdir": 13}
FILES = 4
"""Counted; a test fails when there are more. What is left out is the database's, which is only read."""


def runs() -> Iterator[Run]:
    """Yield three runs for each call."""
    for call, count in CALLS_OF_AN_EXPORT.items():
        for nth in range(1, count + 1):
            for kind in KINDS:
                yield Run(
                    row="R17",
                    database="sqlite",
                    point=f"export.{call}",
                    kind=kind,
                    nth=nth,
                    title=f"{call} {nth} of an export: {kind}",
                    play=partial(play, call, kind, nth),
                )


def export(folder: Path) -> None:
    """Run ``accredit ledger export``."""
    told = CliRunner().invoke(ledger, ["export", str(folder / "public")])
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception


def wrong_in_export(folder: Path) -> tuple[str, ...]:
    """Run ``accredit ledger check`` on what is there, if there is a checkpoint yet; and look for halves."""
    public = folder / "public"
    if not (public / "checkpoint").exists():
        return ()
    told = CliRunner().invoke(ledger, ["check", str(public), "--json"])
    if told.exit_code not in {0, 1}:
        return (repr(told.exception),)
    return tuple(each["sentence"] for each in json.loads(told.stdout)["problems"])


def play(call: str, kind: str, nth: int, stage: Stage) -> None:
    """Export under strace; what is there holds at once; the next export finishes."""
    disturbed(stage, export, call=call, kind=kind, nth=nth)
    export_again(stage)


def export_again(stage: Stage) -> None:
    """Look at what the folder holds, issue more, export again, look again, and clear it away."""
    stage.found.wrong += _told(stage)
    assert stage.recover().code == 0
    again = stage.run(export)
    assert again.code == 0, again.error
    stage.found.wrong += _told(stage)
    public = stage.folder / "public"
    assert (public / "checkpoint").read_bytes().splitlines()[1] == str(_size(stage)).encode()
    stage.found.wrong += [f"left half-written: {each}" for each in public.rglob(".*")]
    for each in sorted(public.rglob("*"), reverse=True):
        each.rmdir() if each.is_dir() else each.unlink()


def _told(stage: Stage) -> list[str]:
    told = stage.run(wrong_in_export)
    return [*(told.result or ()), *([told.error or "the check died"] if told.code else [])]


def _size(stage: Stage) -> int:
    from accredit.domain.transparency import queries as log

    with stage.opened() as database, database.reading() as db:
        return log.size(db)
