"""The sandbox keeps what it promises: no way out, an end in time, and never an answer that belongs to somebody else."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from accredit.sandbox import nursery, sandbox, system_calls
from accredit.sandbox.frames import MAX_JOB
from accredit.sandbox.sandbox import Cause, Sandbox, Stopped

HERE = "tests.unit.sandbox.misbehaving"


@pytest.fixture(scope="module")
def deeds() -> Iterator[Sandbox]:
    made = Sandbox(f"{HERE}:by_name")
    yield made
    made.close()


@pytest.fixture
def echo() -> Iterator[Sandbox]:
    made = Sandbox(f"{HERE}:echo")
    yield made
    made.close()


def _cause(made: Sandbox, job: bytes) -> Cause:
    with pytest.raises(Stopped) as stopped:
        made.run(job)
    return stopped.value.cause


@pytest.mark.parametrize(
    ("deed", "cause"),
    [
        ("compute", Cause.CPU),
        ("allocate", Cause.MEMORY),
        ("allocate outside Python", Cause.FAILED),
        ("crash", Cause.CRASHED),
        ("abort", Cause.CRASHED),
        ("leave", Cause.CRASHED),
        ("kill itself", Cause.FAILED),
        ("throw", Cause.FAILED),
        ("rubbish", Cause.CRASHED),
        ("boast", Cause.CRASHED),
        ("cut short", Cause.CRASHED),
        ("talk too much", Cause.CRASHED),
    ],
    ids=lambda value: f"a child may {value}" if not isinstance(value, Cause) else f"and that is {value.value}",
)
def test_vx33_a_child_that_misbehaves_ends_alone(deeds: Sandbox, deed: str, cause: Cause) -> None:
    begun = time.monotonic()
    found = _cause(deeds, deed.encode())
    assert found is cause
    assert time.monotonic() - begun < sandbox._FIRST_START
    assert deeds.stopped[cause] >= 1
    # The next one knows nothing of it.
    assert _cause(deeds, b"throw") is Cause.FAILED


def test_a_child_that_hangs_is_killed_by_the_clock(deeds: Sandbox) -> None:
    begun = time.monotonic()
    assert _cause(deeds, b"hang") is Cause.WALL
    assert nursery.WALL_SECONDS - 0.5 < time.monotonic() - begun < nursery.WALL_SECONDS + 1.5


@pytest.mark.skipif(not system_calls.are_filtered_here(), reason="SKIPPED LOUDLY: no filter of system calls here")
def test_vx34_there_is_no_way_out(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"kept")
    tmp_path.chmod(0o777)
    made = Sandbox(f"{HERE}:reach_out")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        open_ones = json.loads(made.run(json.dumps([str(tmp_path), listening.getsockname()[1]]).encode()))
        with pytest.raises(TimeoutError):
            listening.accept()
    made.close()
    assert open_ones == []
    assert sorted(each.name for each in tmp_path.iterdir()) == ["kept"]


def test_what_is_asked_is_what_is_answered(echo: Sandbox) -> None:
    for job in (b"", b"x", b"\x00" * 1_000_000, os.urandom(999_999)):
        assert echo.run(job) == job


def test_a_job_that_is_too_large_goes_to_nobody(echo: Sandbox) -> None:
    assert _cause(echo, bytes(MAX_JOB + 1)) is Cause.TOO_LARGE


def test_a_nursery_that_was_killed_is_replaced(echo: Sandbox) -> None:
    assert echo.run(b"one") == b"one"
    assert echo._nursery is not None
    os.kill(echo._nursery.pid, signal.SIGKILL)
    echo._nursery.wait()
    assert echo.run(b"two") == b"two"


def test_a_nursery_that_stops_answering_is_given_up_and_replaced(
    monkeypatch: pytest.MonkeyPatch, echo: Sandbox
) -> None:
    assert echo.run(b"one") == b"one"
    assert echo._nursery is not None
    os.kill(echo._nursery.pid, signal.SIGSTOP)
    monkeypatch.setattr(sandbox, "_PATIENCE", 0.3)
    assert _cause(echo, b"two") is Cause.WALL
    monkeypatch.undo()
    # The answer to the second job, should it ever come, may not become that to the third.
    assert echo.run(b"three") == b"three"


def test_a_task_that_does_not_exist_stops_nobody_for_long() -> None:
    made = Sandbox(f"{HERE}:nothing")
    begun = time.monotonic()
    assert _cause(made, b"x") is Cause.CRASHED
    assert time.monotonic() - begun < sandbox._FIRST_START
    made.close()


def test_a_process_that_was_forked_gets_a_nursery_of_its_own(echo: Sandbox) -> None:
    assert echo.run(b"one") == b"one"
    ours, outlet = echo._nursery, os.pipe()
    assert ours is not None
    pid = os.fork()
    if pid == 0:
        try:
            same = echo.run(b"child") == b"child" and echo._nursery is not None and echo._nursery.pid != ours.pid
            os.write(outlet[1], b"y" if same else b"n")
            echo.close()
        finally:
            os._exit(0)
    os.close(outlet[1])
    assert os.read(outlet[0], 1) == b"y"
    os.close(outlet[0])
    os.waitpid(pid, 0)
    assert echo.run(b"two") == b"two"
    assert echo._nursery is ours


def test_r75_many_threads_get_their_own_answers_or_are_sent_away(echo: Sandbox) -> None:
    echo.run(b"warm")
    right: list[bytes] = []
    sent_away: list[bytes] = []
    wrong: list[bytes] = []

    def ask(number: int) -> None:
        for turn in range(10):
            job = f"{number}-{turn}".encode() * 1000
            try:
                (right if echo.run(job) == job else wrong).append(job)
            except Stopped as stopped:
                (sent_away if stopped.cause is Cause.BUSY else wrong).append(job)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not wrong
    assert right
    assert len(right) + len(sent_away) == 80


def test_nobody_is_left_behind(echo: Sandbox) -> None:
    echo.run(b"x")
    assert echo._nursery is not None
    nursery_pid = echo._nursery.pid
    children = _children_of(nursery_pid)
    echo.close()
    deadline = time.monotonic() + 5
    while any(_is_alive(pid) for pid in (nursery_pid, *children)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not [pid for pid in (nursery_pid, *children) if _is_alive(pid)]


def _children_of(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
