"""The page behind a code and the verifying API, as they are served, beside a bare Flask page with one indexed read.

Real server processes on the loopback, as many as in production, over real databases of a thousand credentials up to a
million. In each round every server is asked for a while in turn; what counts is the answers for each second of
processor time of the server's processes. Then, once for each size: the latency at half of the load it can bear, with
somebody revoking a certificate meanwhile; and how fast it answers while somebody writes all the time, so that nothing
that is remembered is of any use.
"""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import col

from accredit.bench import bare, crowd, load
from accredit.bench.harness import machine
from accredit.bench.load import Answers, Question
from accredit.clock import utc_now
from accredit.domain.audit.rules import SERVICE
from accredit.domain.credentials.models import Credential
from accredit.domain.issuing import status_operations
from accredit.domain.issuing.models import Issuance
from accredit.storage import Database, heartbeat

SIZES: Final = (1_000, 1_000_000)
WORKERS: Final = 2
GENUINE: Final = b"verdict--genuine"
REVOKED: Final = b"The organisation has revoked it."
_WRITES_EVERY: Final = 0.01
_HALF: Final = 0.5
_WARM: Final = 4
_ABOUT: Final = (
    "Real server processes on the loopback; answers for each second of their processor time. ours: thirty certificates "
    "asked about again and again by readers who have never been here; while_writing: somebody commits every 10 ms, so "
    "that no answer is remembered and each is worked out from the signed bytes. bare_flask_read: Flask, one indexed "
    "read of the same database, a template of one sentence."
)


@dataclass
class Asked:
    """What is asked of ours; `more` are other questions measured once for each size."""

    name: str
    questions: Sequence[Question]
    more: dict[str, Sequence[Question]] = field(default_factory=dict)
    revoked: bytes = REVOKED


def page(*, rounds: int, seconds: float, sizes: Sequence[int] = SIZES) -> dict[str, Any]:
    """Measure the page behind a code."""
    return _measured("page", rounds, seconds, sizes)


def verify_api(*, rounds: int, seconds: float, sizes: Sequence[int] = SIZES) -> dict[str, Any]:
    """Measure ``POST /api/verify`` with a whole credential, and by its code."""
    return _measured("verify_api", rounds, seconds, sizes)


def _asked(name: str, service: crowd.Service) -> Asked:
    codes = service.codes[1:]
    if name == "page":
        return Asked(name=name, questions=[Question(f"/v/{code}", GENUINE) for code in codes])
    expected = b'"verdict": "GENUINE"'
    by_code = [Question(f"/api/verify/{code}", expected) for code in codes]
    with Database(service.address) as database, database.reading() as db:
        signed = db.execute(
            sa.select(col(Issuance.signed_document))
            .join(Credential, col(Credential.issuance_id) == col(Issuance.id))
            .where(col(Credential.code).in_(codes))
        ).scalars()
        whole = [Question("/api/verify", expected, body) for body in signed if body]
    return Asked(name=name, questions=whole, more={"by_code": by_code})


def _measured(name: str, rounds: int, seconds: float, sizes: Sequence[int]) -> dict[str, Any]:
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="accredit-bench-") as scratch:
        played = Path(scratch) / "played"
        crowd.demonstration(played)
        of_sizes = {}
        for size in sizes:
            folder = Path(scratch) / f"{size}"
            service = crowd.crowded(played, folder, credentials=size, port=load.free_port())
            of_sizes[size] = _of_size(_asked(name, service), service, rounds, seconds)
            shutil.rmtree(folder)
    return _answer(name, of_sizes, load_before)


def _of_size(asked: Asked, service: crowd.Service, rounds: int, seconds: float) -> dict[str, Any]:
    plain = [Question(f"/v/{code}", bare.MARK.encode()) for code in service.codes[1:]]
    found: dict[str, Any] = {"runs": []}
    with ExitStack() as servers:
        ours = servers.enter_context(served(service))
        beside = servers.enter_context(bare_server(service))
        # Imports, templates and what every process remembers: a server that has just started is not what is measured.
        for server, questions in ((ours, asked.questions), (beside, plain)):
            load.so_many(server.port, questions, number=_WARM * WORKERS * len(questions))
        for number in range(rounds):
            turns = [("ours", ours, asked.questions), ("bare_flask_read", beside, plain)]
            run: dict[str, Any] = {"errors": 0}
            for key, server, questions in turns if number % 2 else reversed(turns):
                run[key], answers = server.per_cpu_second(questions, seconds)
                run["errors"] += answers.errors
                run[f"{key}_per_s"] = answers.number / answers.seconds
            found["runs"].append(run)
        for key, questions in asked.more.items():
            found[key], _ = ours.per_cpu_second(questions, seconds)
        found |= _while_writing(ours, service, asked, seconds)
        found |= _at_half_load(ours, service, asked, found["runs"], max(seconds, 3.0))
    return found


def _while_writing(server: _Server, service: crowd.Service, asked: Asked, seconds: float) -> dict[str, Any]:
    with Database(service.address) as database:

        def write() -> None:
            with database.transaction() as db:
                heartbeat.beat(db, queue="bench", now=utc_now())

        with load.repeating(write, every=_WRITES_EVERY):
            figure, answers = server.per_cpu_second(asked.questions, seconds)
    return {"while_writing": figure, "while_writing_errors": answers.errors}


def _at_half_load(
    server: _Server, service: crowd.Service, asked: Asked, runs: Sequence[dict[str, Any]], seconds: float
) -> dict[str, Any]:
    rate = _HALF * statistics.median(run["ours_per_s"] for run in runs)
    seen: list[float] = []
    watcher = threading.Timer(seconds / 3, lambda: seen.append(_seconds_until_revoked(server, service)))
    watcher.start()
    answers = load.at_a_rate(server.port, asked.questions, rate=rate, seconds=seconds)
    watcher.join()
    return {
        "p50_ms": 1000 * answers.at_percentile(50),
        "p99_ms": 1000 * answers.at_percentile(99),
        "half_load_per_s": rate,
        "half_load_errors": answers.errors,
        "revocation_seen_after_s": seen[0],
    }


def _seconds_until_revoked(server: _Server, service: crowd.Service) -> float:
    """Revoke the one certificate that nobody else asks about, from another process, and ask until its page says so."""
    code = service.codes[0]
    reader = load.Reader(server.port)
    question = Question(f"/v/{code}", REVOKED)
    reader.ask(question.written(1))
    with Database(service.address) as database, database.transaction() as db:
        wanted = sa.select(col(Credential.issuance_id)).where(col(Credential.code) == code)
        issuance_id = db.execute(wanted).scalar_one()
        status_operations.revoke(db, issuance_id=issuance_id, reason="measured", actor=SERVICE, now=utc_now())
    begun = time.monotonic()
    while REVOKED not in reader.ask(question.written(1)) and time.monotonic() - begun < load.PATIENCE_SECONDS:
        pass
    reader.close()
    return time.monotonic() - begun


@dataclass
class _Server:
    process: subprocess.Popen[bytes]
    port: int

    def per_cpu_second(self, questions: Sequence[Question], seconds: float) -> tuple[float, Answers]:
        """Ask as fast as it goes; return the answers for each second of its processor time."""
        before = load.cpu_seconds(self.process.pid)
        answers = load.as_fast_as_it_goes(self.port, questions, seconds=seconds)
        spent = max(load.cpu_seconds(self.process.pid) - before, 1 / load.TICKS)
        return answers.number / spent, answers


@contextmanager
def served(service: crowd.Service) -> Iterator[_Server]:
    """Serve it with as many processes as are measured here."""
    environment = crowd.without_settings() | dict(service.environment) | {"ACCREDIT_WEB_PROCESSES": str(WORKERS)}
    port = int(service.environment["ACCREDIT_LISTEN_PORT"])
    with _running([sys.executable, "-m", "accredit", "serve"], environment, port) as server:
        yield server


@contextmanager
def bare_server(service: crowd.Service) -> Iterator[_Server]:
    """Serve the bare page beside it, with as many processes."""
    port = load.free_port()
    environment = crowd.without_settings() | {bare.DATABASE: service.address}
    command = [sys.executable, "-m", "accredit.bench.bare", str(port), str(WORKERS)]
    with _running(command, environment, port) as server:
        yield server


@contextmanager
def _running(command: list[str], environment: dict[str, str], port: int) -> Iterator[_Server]:
    process = subprocess.Popen(  # noqa: S603  # our own program
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        load.wait_until_served(port, lambda: process.poll() is None)
        yield _Server(process, port)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answer(name: str, of_sizes: dict[int, dict[str, Any]], load_before: float) -> dict[str, Any]:
    """Join the sizes: every figure is the median over all rounds, and the growth is beside them."""
    runs = [{"round": at, "credentials": size, **_rounded(run)} for size, found in of_sizes.items()
            for at, run in enumerate(found["runs"], 1)]  # fmt: skip
    medians = {size: statistics.median(run["ours"] for run in found["runs"]) for size, found in of_sizes.items()}
    ratios = {
        size: statistics.median(run["ours"] / run["bare_flask_read"] for run in found["runs"])
        for size, found in of_sizes.items()
    }
    every = list(of_sizes.values())
    errors = sum(run["errors"] for found in every for run in found["runs"])
    errors += sum(found["while_writing_errors"] + found["half_load_errors"] for found in every)
    ours: dict[str, Any] = {"per_cpu_s": statistics.median(run["ours"] for run in runs), "errors": errors}
    for key in ("by_code", "while_writing"):
        if key in every[0]:
            ours[f"{key}_per_cpu_s"] = statistics.median(found[key] for found in every)
    smallest, largest = min(of_sizes), max(of_sizes)
    # Ratios to the bare page, which the same machine served in the same minutes: sizes are measured far apart.
    facts: dict[str, Any] = {"largest_to_smallest": round(ratios[largest] / ratios[smallest], 3)}
    for size, found in of_sizes.items():
        facts |= {f"credentials_{size}_per_cpu_s": round(medians[size], 1)}
        facts |= {f"credentials_{size}_ratio": round(ratios[size], 3)}
        facts |= {f"credentials_{size}_{key}": round(value, 4) for key, value in found.items() if key in _FACTS}
    baseline = statistics.median(run["bare_flask_read"] for run in runs)
    return {
        "bench": name,
        "unit": "answers per CPU second of the server",
        "about": _ABOUT,
        "ours": ours,
        "baselines": {"bare_flask_read": {"per_cpu_s": baseline}},
        "ratio": {"bare_flask_read": float(f"{statistics.median(ratios.values()):.4g}")},
        "beside": {"bare_flask_read": "ours"},
        "missing": {},
        "facts": facts,
        "runs": runs,
        "machine": machine() | {"load_before": round(load_before, 2), "load_after": round(os.getloadavg()[0], 2)},
    }


_FACTS: Final = ("p50_ms", "p99_ms", "half_load_per_s", "revocation_seen_after_s")


def _rounded(run: dict[str, Any]) -> dict[str, Any]:
    return {key: round(value, 1) if isinstance(value, float) else value for key, value in run.items()}
