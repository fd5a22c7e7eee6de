"""SIGKILL while a page writes: of each act either nothing is there or all of it, and its form may be sent again.

The service is the real one, on both databases. A morning's acts are sent one after the other; each is cut before its
commit, after it, or both. Every service that is started again is sent the form whose answer was lost.
"""

from __future__ import annotations

import json
import signal
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from accredit.jobs.inspecting import CHECKS_OF_A_COPY as CHECKS
from accredit.storage import Database
from tests.integration.cohort import Cohort, check_nothing_lost_nothing_doubled, wait_until_released
from tests.integration.served_school import (
    PEOPLE,
    SIGN_INS,
    Act,
    ServedSchool,
    acts_of,
    awards,
    counted,
    open_school,
    sign_in,
)
from tests.integration.visitor import BROKEN, Visitor
from tests.processes import PATIENCE_SECONDS, Service

ACTS = ("register", "submit", "approve", "drop-in", "award")
EVERY_CUT = tuple((act, moment) for act in ACTS for moment in ("before", "after"))
# Every start of the service costs seconds, so what is tried each time is the most different: every act, both moments.
SAMPLES = {
    "sqlite": (("register", "before"), ("submit", "after"), ("approve", "before"), ("award", "before")),
    "postgresql": (("register", "after"), ("approve", "after"), ("drop-in", "before"), ("award", "after")),
}
MORNINGS = [
    *(pytest.param(kind, cuts, id=f"{kind}: a sample") for kind, cuts in SAMPLES.items()),
    *(pytest.param(kind, EVERY_CUT, id=f"{kind}: everywhere", marks=pytest.mark.slow) for kind in SAMPLES),
]


@pytest.fixture
def service(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Service]:
    """A service on a new database of its own; nothing runs yet."""
    address = None
    if kind == "postgresql":
        server: str = request.getfixturevalue("postgresql")
        name = f"s{uuid.uuid4().hex}"
        with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        address = server.format(name)
    one = Service(tmp_path / "service", database_url=address)
    one.run("migrate")
    yield one
    one.stop()
    if address:
        with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def records(service: Service) -> Iterator[Database]:
    """The same database, for the test to look at."""
    database = Database(service.settings["ACCREDIT_DATABASE_URL"])
    yield database
    database.close()


@dataclass
class Morning:
    """What is done on the pages, and how many rows there must be by now."""

    service: Service
    database: Database
    school: ServedSchool
    acts: dict[str, Act]
    expected: Counter[str]

    def check(self) -> None:
        """Nothing is there by half: the rows of every table, and what ``fsck`` looks at."""
        assert counted(self.database) == self.expected
        assert {name: check(self.database) for name, check in CHECKS.items()} == dict.fromkeys(CHECKS, ())

    def cut(self, name: str, moment: str) -> None:
        """Send a form to a service that dies over it."""
        act = self.acts[name]
        with pytest.raises(BROKEN):
            act.visitor.send(act.form)
        if moment == "after":
            self.expected += act.leaves

    def send_again(self, name: str, lost: str) -> None:
        """Send the form whose answer was lost, twice: its effect is there once."""
        act = self.acts[name]
        if lost == "before":
            assert act.visitor.send(act.form).status == 303
            self.expected += act.leaves
            self.check()
        assert act.visitor.send(act.form).status in {303, 422}
        self.check()

    def commits_of(self, name: str, lost: str) -> int:
        """Say how many transactions `send_again` commits."""
        return (lost == "before") + self.acts[name].commits_again


def begin(service: Service, database: Database, fault: str) -> Morning:
    """Open the school, start the service with a fault that comes after signing in, and fill every form in."""
    school = open_school(database, pepper=service.settings["ACCREDIT_PEPPER"].encode())
    service.start("serve", ACCREDIT_FAULT=fault)
    service.wait_until_served()
    nia, ama = sign_in(service.port, school)
    return Morning(service, database, school, acts_of(school, nia, ama), counted(database))


def died(service: Service) -> bool:
    """Wait for the whole service to be gone; say whether the power was cut."""
    code = service.processes["serve"].wait(PATIENCE_SECONDS)
    service.kill("serve")
    return code == -signal.SIGKILL


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("kind", "cuts"), MORNINGS)
def test_power_cuts_in_a_mornings_work(service: Service, records: Database, cuts: tuple[tuple[str, str], ...]) -> None:
    (first, moment), *_ = cuts
    morning = begin(service, records, f"web.{moment}_commit:kill-all@{SIGN_INS + 1}")
    morning.cut(first, moment)
    assert died(service)
    morning.check()
    for (before, lost), (name, moment) in pairwise(cuts):
        # The same act twice in a row: its form is sent again, and that is cut too.
        repeated = 0 if before == name else morning.commits_of(before, lost)
        service.start("serve", ACCREDIT_FAULT=f"web.{moment}_commit:kill-all@{repeated + 1}")
        service.wait_until_served()
        if before != name:
            morning.send_again(before, lost)
        morning.cut(name, moment)
        assert died(service)
        morning.check()
    service.start("serve")
    service.wait_until_served()
    morning.send_again(*cuts[-1])
    sign_everything(morning)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def test_service_goes_on_by_itself_when_one_of_its_processes_is_killed(service: Service, records: Database) -> None:
    # The process that takes the place of the dead one has the same fault, two commits farther than it is asked for.
    morning = begin(service, records, f"web.after_commit:kill@{SIGN_INS + 1}")
    morning.cut("award", "after")
    morning.check()
    wait_until_answered(morning.acts["award"].visitor)
    assert service.processes["serve"].poll() is None
    morning.send_again("award", "after")


def wait_until_answered(visitor: Visitor) -> None:
    """Open a page until there is an answer, as a person would."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            assert visitor.get("/school").status in {200, 301, 308}
        except (*BROKEN, ConnectionRefusedError):
            assert time.monotonic() < deadline, "nobody answers"
            time.sleep(0.1)
        else:
            return


def sign_everything(morning: Morning) -> None:
    """Let the worker sign, cut its power in the middle, and let it go on: thirty credentials, and nothing else."""
    service = morning.service
    decided = awards(morning.database)
    assert len(decided) == PEOPLE
    cohort = Cohort(morning.database, service.folder, next(iter(decided)), decided)
    killed = service.start("work", ACCREDIT_FAULT=f"S3.after_sign:kill@{PEOPLE // 2}")
    assert killed.wait(PATIENCE_SECONDS) == -signal.SIGKILL
    assert cohort.released() < PEOPLE
    service.kill("work")
    service.start("work")
    wait_until_released(cohort, PEOPLE, PATIENCE_SECONDS)
    check_nothing_lost_nothing_doubled(cohort)
    assert cohort.released() == PEOPLE
    told = json.loads(service.run("fsck", "--all", "--json").stdout)
    assert told["problems"] == 0, told
