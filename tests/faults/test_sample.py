"""A sample of `make faults`, the same for one seed; FAULTS_SAMPLE=100 plays more of them, FAULTS_SAMPLE=all all."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from accredit.storage.fault_points import NAMES
from tests.faults import child, lost_answers, rows_export, rows_inserts, rows_persisted, rows_system_calls
from tests.faults.catalogue import DATABASES, Run, Unavailable, all_runs, chosen
from tests.faults.performance import Outcome, Record, perform
from tests.faults.report import last_line, table
from tests.faults.rows_inserts import count_of
from tests.faults.stage import Found, Theatre
from tests.faults.system_calls import counted

RUNS = all_runs()
SEED = 20261123
SAMPLE = 30
SECONDS = 60.0
"""What the sample may take altogether; on a machine that is so slow, what is left of it is skipped, and says so."""


def sample() -> list[Run]:
    """Choose: one run of each row, and the rest by chance."""
    wanted = os.environ.get("FAULTS_SAMPLE", str(SAMPLE))
    if wanted == "all":
        return list(RUNS)
    shuffled = list(RUNS)
    Random(SEED).shuffle(shuffled)
    first = {run.row: run for run in reversed(shuffled)}
    rest = [run for run in shuffled if run not in first.values()]
    sampled = [*first.values(), *rest][: max(int(wanted), len(first))]
    # What is quick comes first, for a slow machine.
    return sorted(sampled, key=lambda run: (DATABASES.index(run.database), run.row))


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    with Theatre(tmp_path_factory.mktemp("faults")) as opened:
        yield opened


@pytest.fixture(scope="module")
def deadline() -> float:
    return time.monotonic() + (SECONDS if "FAULTS_SAMPLE" not in os.environ else 86_400.0)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("run", [pytest.param(run, id=run.id) for run in sample()])
def test_nothing_is_lost_nothing_is_there_twice(run: Run, theatre: Theatre, deadline: float) -> None:
    if time.monotonic() > deadline:
        pytest.skip(f"SKIPPED LOUDLY: the sample has had its {SECONDS:.0f} seconds; make faults plays all")
    outcome = perform(theatre, run)
    if outcome.skipped:
        pytest.skip(f"SKIPPED LOUDLY: {outcome.skipped}")
    assert outcome.problems == [], run.title


def test_every_named_point_of_the_cycle_has_a_power_cut_and_exceptions_on_both_databases() -> None:
    for name in NAMES:
        for database in ("sqlite", "postgresql"):
            kinds = {run.kind for run in RUNS if run.database == database and run.point == name}
            assert kinds >= {"KILL", "raise", "fail"}, f"{name} on {database}"


def test_there_are_three_hundred_points_and_more() -> None:
    assert len({run.at for run in RUNS}) >= 300


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", DATABASES)
def test_every_call_commit_and_row_of_a_pass_is_in_the_catalogue(theatre: Theatre, kind: str) -> None:
    with theatre.stage(kind, "new") as stage, stage.opened() as database:
        before = {table: count_of(database, table) for table in rows_inserts.ROWS_OF_A_PASS}
        try:
            calls = counted(stage, child.issue_and_go_on)
        except Unavailable as missing:
            pytest.skip(f"SKIPPED LOUDLY: {missing}")
        after = {table: count_of(database, table) for table in rows_inserts.ROWS_OF_A_PASS}
    told = "the sweep would not reach all of it: count anew"
    assert calls <= Counter(rows_system_calls.CALLS_OF_A_PASS[kind]), told
    assert {table: after[table] - before[table] for table in after} == dict(rows_inserts.ROWS_OF_A_PASS), told
    for situation, commits in rows_persisted.COMMITS.items():
        with theatre.stage(kind, situation) as stage:
            assert stage.run(lost_answers.issue_with_lost_commit, 0).result <= commits, told


@pytest.mark.timeout(300)
def test_every_call_of_an_export_is_in_the_catalogue(theatre: Theatre) -> None:
    with theatre.stage("sqlite") as stage:
        try:
            calls = counted(stage, rows_export.export)
        except Unavailable as missing:
            pytest.skip(f"SKIPPED LOUDLY: {missing}")
        files = [each for each in (stage.folder / "public").rglob("*") if each.is_file()]
    swept = rows_export.CALLS_OF_AN_EXPORT
    assert {call: count for call, count in calls.items() if call in swept} == dict(swept), "count anew"
    assert len(files) == rows_export.FILES


def test_runs_are_chosen_by_the_beginning_of_their_id() -> None:
    some = chosen(RUNS, "R05-sqlite, R06")
    assert {run.row for run in some} == {"R05", "R06"}
    assert {run.database for run in some if run.row == "R05"} == {"sqlite"}
    assert chosen(RUNS, "") == RUNS


def test_what_was_played_is_not_played_again_unless_the_code_changed(tmp_path: Path) -> None:
    run = RUNS[0]
    outcome = Outcome(id=run.id, row=run.row, database=run.database, lost=["award 1"])
    Record(tmp_path, "one").keep(outcome)
    assert Record(tmp_path, "one").outcome(run) == outcome
    assert Record(tmp_path, "another").outcome(run) is None
    assert Record(tmp_path, "another", keeps_older=True).outcome(run) == outcome
    Record(tmp_path, "one").forget([run])
    assert Record(tmp_path, "one").outcome(run) is None


def test_the_last_line_counts_points_runs_and_what_was_found() -> None:
    one, other = RUNS[:2]
    outcomes = {
        one.id: Outcome(id=one.id, row=one.row, database=one.database, lost=["award 1"], unlogged=["a", "b"]),
        other.id: Outcome(id=other.id, row=other.row, database=other.database, skipped="no strace"),
    }
    assert last_line(RUNS, outcomes) == "points=1 runs=1 lost=1 duplicated=0 unlogged=2"
    assert f"| {one.row} |" in table(RUNS, outcomes)


@pytest.mark.timeout(300)
def test_the_check_notices_what_is_lost_doubled_or_not_in_the_ledger(theatre: Theatre) -> None:
    with theatre.stage("sqlite") as stage:
        assert stage.check().lost, "two awards wait, and one letter"
        assert stage.recover().code == 0
        assert not stage.check()
        (stage.folder / "keys" / ".something.new").touch()
        stage.awards.pop()
        with stage.opened() as database, database.transaction() as db:
            db.connection().exec_driver_sql("DROP TRIGGER ledger_record_append_only_update")
            db.connection().exec_driver_sql("UPDATE ledger_record SET act = 'award-decided' WHERE act LIKE '%issued'")
        found = stage.check()
    assert found.unlogged
    assert found.wrong
    assert any("a file is left" in each for each in found.wrong)
    assert any("nobody's" in each for each in found.wrong)
    total = Found()
    total.add(found)
    assert total == found
