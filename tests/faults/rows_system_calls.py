"""R17: at every system call by which one pass of issuing changes the disk, the process dies or the call fails.

The pass is the first of a service: keys are made, the store of what was signed last is begun, two awards are issued.
After it an idle pass, as the worker makes one every half minute, and the end of the connection, which brings the
write-ahead log home. On PostgreSQL the database's own writes are another process's; what is left are keys and store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from tests.faults import child
from tests.faults.catalogue import Run
from tests.faults.stage import Stage
from tests.faults.system_calls import EVER, KINDS, disturbed

CALLS_OF_A_PASS: Mapping[str, Mapping[str, int]] = {
    "sqlite": {"write": 4, "pwrite64": 451, "fsync": 39, "unlink": 2, "ftruncate": 6, "linkat": 4, "mkdir": 3},
    "postgresql": {"write": 4, "pwrite64": 31, "fsync": 28, "ftruncate": 4, "linkat": 4, "mkdir": 2},
}
"""Counted (`system_calls.counted`); a test fails when there are more. A pass renames nothing: a key is linked into its
place when it is whole. `rows_export` has the renames."""


# Every tenth of the many: what lies between two fails alike.
STRIDE_OF_EVER: Mapping[str, int] = {"pwrite64": 10}


def runs() -> Iterator[Run]:
    """Yield three runs for each call: death on entering it, and two errors that it may answer with; and, on a disk that
    stays full from some call on, what becomes of a worker that cannot go on."""
    for database, calls in CALLS_OF_A_PASS.items():
        for call, count in calls.items():
            for nth in range(1, count + 1):
                for kind in KINDS:
                    yield _run(database, call, kind, nth)
            for nth in range(1, count + 1, STRIDE_OF_EVER.get(call, 1)):
                for kind in EVER:
                    yield _run(database, call, kind, nth)


def _run(database: str, call: str, kind: str, nth: int) -> Run:
    return Run(
        row="R17",
        database=database,
        point=call,
        kind=kind,
        nth=nth,
        title=_title(call, kind, nth),
        play=partial(play, call, kind, nth),
        situation="new",
    )


def _title(call: str, kind: str, nth: int) -> str:
    if kind in EVER:
        return f"from {call} {nth} on every {call} fails: {kind.partition('-')[0]}"
    return f"power cut at {call} {nth}" if kind == "KILL" else f"{call} {nth} fails: {kind}"


def play(call: str, kind: str, nth: int, stage: Stage) -> None:
    """Issue under strace. After one error the worker must go on by itself, and end well; where they never end, it
    cannot, and leaves nothing that its successor cannot finish."""
    ended = disturbed(stage, child.issue_and_go_on, call=call, kind=kind, nth=nth)
    if kind in {"EIO", "ENOSPC"}:
        assert ended.code == 0, ended.error
