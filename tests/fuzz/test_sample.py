"""A few seconds of `make fuzz` for each target, the same inputs each time."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from . import limits
from .__main__ import NAMES
from .progress import Progress, findings, keep_finding, keep_slow
from .target import MAX_INPUT, Target
from .targets import TARGETS
from .worker import Present

INPUTS = {"json": 2_000, "png": 6_000, "svg": 4_000, "status_list": 2_000, "jwt": 1_000, "mapper": 500, "rdfc": 120}
LARGE = {"json": 6, "png": 8, "svg": 12, "status_list": 8, "jwt": 8, "mapper": 8, "rdfc": 3}


def small(target: Target) -> list[bytes]:
    """Make inputs as the fuzzer does, but from counted seeds and without looking at what they reach."""
    begun_with = target.seeds()
    made = list(begun_with)
    for number in range(INPUTS[target.name]):
        chance = Random(f"{target.name} {number}")
        data = chance.choice(begun_with)
        for _ in range(chance.choice((1, 1, 2, 4))):
            data = target.mutate(data, chance)[: target.largest]
        made.append(data)
    return made


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_hostile_input_is_answered_rightly_or_refused_by_name(target: Target) -> None:
    outcomes = set()
    for data in small(target):
        answer = target.answer(data)
        target.judge(data, answer)
        outcomes.add(answer.name)
    assert "accepted" in outcomes
    # A dataset is refused for its work alone, and a sample holds none that costs so much.
    assert len(outcomes) > (0 if target.name == "rdfc" else 5)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_a_megabyte_is_read_or_refused_in_two_seconds(target: Target) -> None:
    begun_with = target.seeds()
    for number in range(LARGE[target.name]):
        chance = Random(f"large {target.name} {number}")
        data = target.grow(chance.choice(begun_with), chance)
        assert len(data) <= MAX_INPUT
        answer, seconds = limits.timed_answer(target, data)
        # A busy machine takes processor time too (its caches are shared), so a second look decides.
        assert seconds < limits.MAX_CPU_SECONDS or limits.clean_cpu_seconds(target, data) < limits.MAX_CPU_SECONDS
        target.judge(data, answer)


def test_the_command_line_names_every_target() -> None:
    assert tuple(TARGETS) == NAMES


def test_an_oracle_that_objects_and_a_reader_that_falls_over_are_both_kept(tmp_path: Path) -> None:
    try:
        TARGETS["json"].judge(b"{}", TARGETS["json"].answer(b"[]"))
    except AssertionError as error:
        keep_finding(tmp_path, "json", b"{}", error)
    (file,) = findings(tmp_path)
    assert file.read_bytes() == b"{}"
    assert f"reproduce json {file}" in file.with_suffix(".txt").read_text(encoding="utf-8")


def test_a_run_goes_on_where_the_last_one_stopped(tmp_path: Path) -> None:
    progress = Progress.read(tmp_path)
    progress.inputs, progress.cpu_seconds = 7, 2.5
    progress.outcomes.update(["accepted", "json_syntax", "accepted"])
    progress.write(tmp_path)
    assert Progress.read(tmp_path) == progress


def test_the_input_in_hand_outlives_whoever_reads_it(tmp_path: Path) -> None:
    Present(tmp_path).take(b"the last thing it saw")
    assert Present(tmp_path).found() == (1, b"the last thing it saw")


def test_only_the_slowest_inputs_are_kept(tmp_path: Path) -> None:
    for number in range(30):
        keep_slow(tmp_path, bytes([number]), number / 10)
    kept = sorted(file.name for file in (tmp_path / "slow").iterdir())
    assert len(kept) == 12
    assert kept[0].startswith("00001800")
