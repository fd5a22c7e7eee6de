"""What the bench of served pages is made of: a crowd that is there, a load that counts, an answer of the contract."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlmodel import col

from accredit.bench import bare, catalogue, crowd, load
from accredit.bench.load import Question
from accredit.bench.page import _answer
from accredit.cli import bench as command
from accredit.clock import utc_now
from accredit.domain.credentials.models import Credential
from accredit.domain.issuing.models import Issuance
from accredit.domain.transparency import queries as log
from accredit.storage import Database
from tests.unit.domain.verification.story import told

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"
WRONG = b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\ngood"


@pytest.fixture
def server() -> Iterator[tuple[int, list[bytes]]]:
    """A server that answers every request alike, but each tenth wrongly; it notes what was asked."""
    asked: list[bytes] = []

    def serve(visitor: socket.socket) -> None:
        with visitor:
            while request := visitor.recv(65536):
                asked.append(request)
                visitor.sendall(WRONG if len(asked) % 10 == 0 else ANSWER)

    def listen() -> None:
        while True:
            try:
                visitor, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(visitor,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=listen, daemon=True).start()
        yield listening.getsockname()[1], asked
        listening.shutdown(socket.SHUT_RDWR)


def test_every_question_is_asked_and_a_wrong_answer_is_an_error(server: tuple[int, list[bytes]]) -> None:
    port, asked = server
    questions = [Question("/a", b"good"), Question("/b", b"good", b"body")]
    answers = load.so_many(port, questions, number=100, readers=1)
    assert (answers.number, answers.errors) == (100, 10)
    assert asked[0].startswith(b"GET /a HTTP/1.1\r\n")
    assert b"POST /b" in asked[1]
    assert asked[1].endswith(b"body")
    readers = {line for each in asked for line in each.split(b"\r\n") if line.startswith(b"X-Forwarded-For")}
    assert len(readers) == 100


def test_an_answer_that_is_not_the_expected_one_is_an_error(server: tuple[int, list[bytes]]) -> None:
    assert load.so_many(server[0], [Question("/a", b"better")], number=20, readers=2).errors == 20


def test_at_a_rate_time_runs_from_when_a_question_was_due(server: tuple[int, list[bytes]]) -> None:
    answers = load.at_a_rate(server[0], [Question("/a", b"good")], rate=100, seconds=0.5, readers=4)
    assert len(answers.latencies) == answers.number == 50
    assert answers.seconds >= 0.45
    assert answers.at_percentile(50) <= answers.at_percentile(99)


def test_the_time_of_a_process_is_that_of_its_children_too() -> None:
    before = load.cpu_seconds(os.getpid())
    begun = time.process_time()
    while time.process_time() - begun < 0.2:
        pass
    assert load.cpu_seconds(os.getpid()) - before > 0.1


def test_threads_that_end_while_a_process_is_asked_about_are_left_out() -> None:
    over = threading.Event()

    def come_and_go() -> None:
        while not over.is_set():
            threading.Thread(target=int).start()

    busy = threading.Thread(target=come_and_go)
    busy.start()
    try:
        assert all(load.cpu_seconds(os.getpid()) > 0 for _ in range(300))
    finally:
        over.set()
        busy.join()


def test_a_crowd_is_in_every_table_and_in_the_log(sqlite_database: Database, tmp_path: Path) -> None:
    story = told(sqlite_database, tmp_path)
    issued = story.issue()
    with sqlite_database.reading() as db:
        before = log.size(db)
    crowd._fill(sqlite_database, 700, now=utc_now())
    with sqlite_database.reading() as db:
        assert log.size(db) == before + 700
        for table in (Credential, Issuance):
            assert db.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 701
        joined = sa.select(sa.func.count()).select_from(Credential)
        joined = joined.join(Issuance, col(Issuance.id) == col(Credential.issuance_id))
        assert db.execute(joined).scalar_one() == 701
        # The tree is whole: what was issued before is still proved, and a checkpoint can be signed over all of it.
        assert log.inclusion(db, 0) is not None
    story.release()
    with sqlite_database.reading() as db:
        latest = log.latest_checkpoint(db)
    assert latest is not None
    assert latest.size == before + 700
    assert issued.code


def test_the_bare_page_reads_one_row(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued = told(sqlite_database, tmp_path).issue()
    monkeypatch.setenv(bare.DATABASE, sqlite_database.engine.url.render_as_string())
    client = bare.application().test_client()
    assert bare.MARK in client.get(f"/v/{issued.code}").text
    assert client.get("/v/nothing").status_code == 404


def _measured(ours: float, baseline: float) -> dict[str, Any]:
    run = {
        "errors": 0,
        "ours": ours,
        "ours_per_s": ours,
        "bare_flask_read": baseline,
        "bare_flask_read_per_s": baseline,
    }
    return {
        "runs": [run] * 5,
        "while_writing": 100.0,
        "while_writing_errors": 0,
        "half_load_errors": 1,
        "half_load_per_s": 50.0,
        "p50_ms": 1.0,
        "p99_ms": 2.0,
        "revocation_seen_after_s": 0.01,
    }


def test_the_answer_keeps_the_contract_and_compares_sizes_by_their_ratios(monkeypatch: pytest.MonkeyPatch) -> None:
    made = _answer("page", {1_000: _measured(600, 1_000), 1_000_000: _measured(300, 500)}, 0.0)
    assert made["ratio"] == {"bare_flask_read": 0.6}
    assert made["facts"]["largest_to_smallest"] == 1.0
    assert made["ours"]["errors"] == 2
    assert made["baselines"] == {"bare_flask_read": {"per_cpu_s": 750}}
    assert len(made["runs"]) == 10
    asked: list[dict[str, Any]] = []

    def measured(**given: Any) -> dict[str, Any]:
        asked.append(given)
        return made

    monkeypatch.setitem(catalogue.SERVED, "page", measured)
    done = CliRunner().invoke(command.bench, ["page", "--json", "--credentials", "1000,2000"])
    assert json.loads(done.stdout)["bench"] == "page"
    assert done.exit_code == 1, "there were errors"
    assert asked == [{"rounds": 7, "seconds": command.LONG_ENOUGH, "sizes": [1000, 2000]}]
    assert "bare_flask_read" in CliRunner().invoke(command.bench, ["page"]).stdout


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", sorted(catalogue.SERVED))
def test_a_served_bench_is_free_of_errors(name: str) -> None:
    answer = catalogue.SERVED[name](rounds=1, seconds=0.5, sizes=[1_000])
    assert answer["ours"]["errors"] == 0
    assert answer["facts"].get("credentials_1000_revocation_seen_after_s", 0.0) < 5
