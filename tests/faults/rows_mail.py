"""R08 and R16: the worker dies, or something is raised in it, while a letter goes out."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from functools import partial

from tests.faults.catalogue import DATABASES, Run
from tests.faults.stage import Stage

POINTS = ("S7.before_send", "S7.after_send")


def runs() -> Iterator[Run]:
    """Yield a run for each side of handing the letter over, and each way to fail."""
    for database in DATABASES:
        for point in POINTS:
            for kind, row in (("KILL", "R08"), ("raise", "R16"), ("fail", "R16")):
                yield Run(
                    row=row,
                    database=database,
                    point=point,
                    kind=kind,
                    title=f"a letter on its way, {kind} at {point}",
                    play=partial(play, point, kind),
                )


def play(point: str, kind: str, stage: Stage) -> None:
    """Let the worker sweep, which issues what waits and sends the letter. An error of the line it must survive."""
    ended = stage.recover(f"{point}:{kind.lower()}")
    if kind == "KILL":
        assert ended.code == -signal.SIGKILL, ended.error
    elif kind == "raise":
        assert ended.error.startswith("PowerCut"), ended
    else:
        assert ended.code == 0, ended.error
    sent = (stage.folder / "outbox.txt").exists()
    assert sent == (point == "S7.after_send")
