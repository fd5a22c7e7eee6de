"""The switch is thrown while a pass is under way: whoever threw it sees nothing issued afterwards.

On PostgreSQL two transactions run at once; SQLite lets one write at a time, so there is nothing to order.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import col

from accredit.clock import utc_now
from accredit.domain.audit.rules import SERVICE
from accredit.domain.credentials.kinds import AWARDS
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import ReplaceReason, Stage, StopReason
from accredit.domain.organisations.models import Organisation
from accredit.errors import RuleBroken
from accredit.jobs.issuing import Issued
from accredit.storage import Database
from tests.integration.cohort import Cohort, awarded, check_nothing_lost_nothing_doubled

LONG_ENOUGH_SECONDS = 0.5


class Other:
    """What somebody else does at the same time, in a thread of its own."""

    def __init__(self, act: Callable[[], object]) -> None:
        """Start it."""
        self.failed: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, args=[act])
        self._thread.start()

    def _run(self, act: Callable[[], object]) -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001  # any exception is looked at by the test
            self.failed.append(error)

    def waits(self) -> bool:
        """Say whether it still waits after a while."""
        self._thread.join(LONG_ENOUGH_SECONDS)
        return self._thread.is_alive()

    def end(self) -> None:
        """Wait for its end."""
        self._thread.join(60)
        assert not self._thread.is_alive()


def _stop(database: Database) -> None:
    with database.transaction() as db:
        issuing.stop_issuing(db, organisation_id=None, reason=StopReason.INCIDENT, actor=SERVICE, now=utc_now())


def _recorded(database: Database, folder: Path, people: int) -> Cohort:
    """Return a cohort whose credentials are in a checkpoint and not yet released."""
    cohort = awarded(database, folder, people)
    issuer, done = cohort.issuer(), Issued()
    while issuer._prepare_chunk(AWARDS, done) or issuer._sign_chunk(AWARDS, done):
        pass
    with database.transaction() as db:
        issuing.stop_issuing(db, organisation_id=None, reason=StopReason.INCIDENT, actor=SERVICE, now=utc_now())
    assert issuer.publish() == 0
    with database.transaction() as db:
        issuing.start_issuing(db, organisation_id=None, actor=SERVICE, now=utc_now())
    return cohort


def test_a_release_under_way_is_over_before_the_switch_is_thrown(postgresql_database: Database, tmp_path: Path) -> None:
    cohort = _recorded(postgresql_database, tmp_path, 2)
    with postgresql_database.transaction() as db:
        assert len(issuing.release(db, now=utc_now())) == 2
        stopping = Other(lambda: _stop(postgresql_database))
        assert stopping.waits(), "the switch was thrown, and something was released after it"
    stopping.end()
    assert stopping.failed == []
    check_nothing_lost_nothing_doubled(cohort)


def test_a_release_that_begins_while_the_switch_is_thrown_releases_nothing(
    postgresql_database: Database, tmp_path: Path
) -> None:
    cohort = _recorded(postgresql_database, tmp_path, 2)
    with postgresql_database.transaction() as db:
        issuing.stop_issuing(db, organisation_id=None, reason=StopReason.INCIDENT, actor=SERVICE, now=utc_now())
        releasing = Other(lambda: _release(postgresql_database))
        assert releasing.waits()
    releasing.end()
    assert releasing.failed == []
    assert cohort.released() == 0


def _release(database: Database) -> None:
    with database.transaction() as db:
        issuing.release(db, now=utc_now())


def test_what_is_being_prepared_while_the_switch_is_thrown_is_not_kept(
    postgresql_database: Database, tmp_path: Path
) -> None:
    cohort = awarded(postgresql_database, tmp_path, 2)
    issuer, done = cohort.issuer(), Issued()
    issuer.publish()
    with postgresql_database.transaction() as db:
        # The keys are made before anything is prepared, and that alone waits for the log.
        issuing.ensure_keys(
            db,
            organisation_id=cohort.organisation_id,
            controller=_controller(postgresql_database, cohort),
            keyring=issuer._keyring,
            now=utc_now(),
        )
    with postgresql_database.transaction() as db:
        issuing.stop_issuing(db, organisation_id=None, reason=StopReason.INCIDENT, actor=SERVICE, now=utc_now())
        preparing = Other(lambda: issuer._prepare_chunk(AWARDS, done))
        assert preparing.waits(), "it was prepared beside the switch"
    preparing.end()
    assert preparing.failed == []
    assert done.prepared == 0
    with postgresql_database.reading() as db:
        assert db.execute(sa.select(sa.func.count()).select_from(Issuance)).scalar_one() == 0


def _controller(database: Database, cohort: Cohort) -> str:
    with database.reading() as db:
        found: str = db.get(Organisation, cohort.organisation_id).did
    return found


def test_revoking_and_releasing_what_follows_never_break_each_other_off(
    postgresql_database: Database, tmp_path: Path
) -> None:
    cohort = awarded(postgresql_database, tmp_path, 8)
    issuer = cohort.issuer()
    assert issuer.issue_waiting().released == 8
    with postgresql_database.reading() as db:
        first = db.execute(sa.select(col(Issuance.id)).order_by(col(Issuance.id))).scalars().all()
    with postgresql_database.transaction() as db:
        for each in first:
            issuing.replace(db, issuance_id=each, reason=ReplaceReason.NAME_CHANGED, actor=SERVICE, now=utc_now())
    done = Issued()
    while issuer._prepare_chunk(AWARDS, done) or issuer._sign_chunk(AWARDS, done):
        pass
    assert done.recorded == 8

    def revoke_all() -> None:
        # From the last to the first, one transaction each: the opposite of the order in which they are released.
        for each in reversed(first):
            try:
                with postgresql_database.transaction() as db:
                    issuing.revoke(db, issuance_id=each, reason="asked", actor=SERVICE, now=utc_now())
            except RuleBroken as refused:
                if refused.rule not in {"being-replaced", "already-revoked"}:
                    raise

    others = [Other(revoke_all) for _ in range(3)] + [Other(issuer.publish)]
    for each in others:
        each.end()
    assert [each.failed for each in others] == [[], [], [], []]
    with postgresql_database.reading() as db:
        stages = db.execute(sa.select(col(Issuance.stage))).scalars().all()
    assert stages == [Stage.RELEASED] * 16
