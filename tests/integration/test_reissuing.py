"""After a theft everything that cannot be trusted is issued anew, each once, and its code leads on (KY10)."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlmodel import col

from accredit.cli.keys import keys
from accredit.clock import utc_now
from accredit.domain.audit.rules import SERVICE
from accredit.domain.credentials import queries as credentials
from accredit.domain.credentials import reissuing
from accredit.domain.credentials.models import Credential
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.queries import KeyFacts
from accredit.domain.issuing.rules import Status
from accredit.domain.issuing.self_audit import verify_store
from accredit.domain.notifications.models import OutgoingMail
from accredit.domain.organisations.rules import Role
from accredit.domain.transparency import queries as log
from accredit.domain.verification.rules import Reason, Verdict
from accredit.errors import RuleBroken
from accredit.storage import Database
from accredit.storage.fault_points import PowerCut
from tests import factories
from tests.integration.cohort import Cohort, awarded
from tests.integration.key_story import GOOD, LOST, key_of, rotate, rows_of, steal, verdict


def _order(cohort: Cohort, key: KeyFacts, limit: int = 100) -> int:
    with cohort.database.transaction() as db:
        return reissuing.order(db, key=key, limit=limit, actor=SERVICE, now=utc_now())


def _counts(cohort: Cohort, key: KeyFacts) -> tuple[int, int, int, int]:
    with cohort.database.reading() as db:
        found = reissuing.progress(db, key=key)
    return len(found.to_order), len(found.under_way), len(found.done), len(found.paused)


def _codes(cohort: Cohort) -> dict[UUID, str]:
    with cohort.database.reading() as db:
        rows = db.execute(sa.select(col(Credential.issuance_id), col(Credential.code)))
        return {issuance_id: code for issuance_id, code in rows}  # noqa: C416  # a Result is no mapping's items


@pytest.mark.attack("KY10")
def test_ky10_a_mass_reissue_is_resumed_after_a_crash_and_does_nothing_twice(
    database: Database, tmp_path: Path
) -> None:
    cohort = awarded(database, tmp_path, 5)
    cohort.issuer().issue_waiting()
    former, codes = rows_of(cohort), _codes(cohort)
    with pytest.raises(RuleBroken, match="compromised"):
        _order(cohort, key_of(cohort))
    stolen = steal(cohort, key_of(cohort))
    with pytest.raises(RuleBroken):
        _order(cohort, stolen)
    rotate(cohort)
    assert _counts(cohort, stolen) == (5, 0, 0, 0)
    assert _order(cohort, stolen, limit=2) == 2
    with pytest.raises(PowerCut), database.transaction() as db:
        reissuing.order(db, key=stolen, limit=2, actor=SERVICE, now=utc_now())
        raise PowerCut("in the middle of the second chunk")
    assert _counts(cohort, stolen) == (3, 2, 0, 0)
    assert cohort.issuer().issue_waiting().released == 2
    assert _counts(cohort, stolen) == (3, 0, 2, 0)
    while _order(cohort, stolen, limit=2):
        pass
    assert _order(cohort, stolen) == 0
    assert cohort.issuer().issue_waiting().released == 3
    assert cohort.issuer().issue_waiting().released == 0
    assert _counts(cohort, stolen) == (0, 0, 5, 0)
    fresh = [row for row in rows_of(cohort) if row.id not in {each.id for each in former}]
    assert len(fresh) == 5
    assert {row.subject_id for row in fresh} == cohort.awards
    assert not {row.credential_id for row in fresh} & {row.credential_id for row in former}
    assert [verdict(cohort, row.signed_document) for row in fresh] == [GOOD] * 5
    _check_former_ones(cohort, former, fresh, codes)


def _check_former_ones(cohort: Cohort, former: list[Issuance], fresh: list[Issuance], codes: dict[UUID, str]) -> None:
    """The code leads to the new one; no former file is good, whichever form it has, and fsck finds nothing."""
    now_of = {row.subject_id: row for row in fresh}
    with cohort.database.reading() as db:
        for row in former:
            view = credentials.view_by_code(db, codes[row.id])
            assert view is not None
            assert view.credential_id == now_of[row.subject_id].credential_id
            assert queries.issuance(db, row.id).status is Status.REVOKED
        assert verify_store(db) == log.verify_chain(db) == ()
    for row in former:
        assert verdict(cohort, row.signed_document) == LOST
        # The key of the token was not stolen, so that it is known to be replaced.
        assert verdict(cohort, row.signed_jwt) == (Verdict.NOT_CURRENT, Reason.REPLACED)


@pytest.mark.attack("KY10")
def test_ky10_the_co_ordinator_is_told_once_and_nobody_is_named(sqlite_database: Database, tmp_path: Path) -> None:
    cohort = awarded(sqlite_database, tmp_path, 3)
    with sqlite_database.transaction() as db:
        for name, role in (("Nia", Role.COORDINATOR), ("Lee", Role.ADMINISTRATOR)):
            staff = factories.add_staff(db, cohort.organisation_id, name=name, email=f"{name}@example.org")
            factories.give_role(db, staff, role)
    cohort.issuer().issue_waiting()
    stolen = steal(cohort, key_of(cohort))
    rotate(cohort)
    while _order(cohort, stolen, limit=1):
        pass
    with sqlite_database.reading() as db:
        letters = db.execute(sa.select(OutgoingMail)).scalars().all()
    assert [letter.to_address for letter in letters] == ["nia@example.org"]
    assert letters[0].text is not None
    assert "counts exactly as before" in letters[0].text
    assert "Sample" not in letters[0].text


def test_a_reissue_leaves_alone_what_is_paused_or_revoked(sqlite_database: Database, tmp_path: Path) -> None:
    cohort = awarded(sqlite_database, tmp_path, 3)
    cohort.issuer().issue_waiting()
    paused, revoked, _ = rows_of(cohort)
    with sqlite_database.transaction() as db:
        issuing.suspend(db, issuance_id=paused.id, reason="asked", actor=SERVICE, now=utc_now())
        issuing.revoke(db, issuance_id=revoked.id, reason="asked", actor=SERVICE, now=utc_now())
    stolen = steal(cohort, key_of(cohort))
    rotate(cohort)
    assert _counts(cohort, stolen) == (1, 0, 0, 1)
    assert (_order(cohort, stolen), _order(cohort, stolen)) == (1, 0)
    assert cohort.issuer().issue_waiting().released == 1
    with sqlite_database.reading() as db:
        assert queries.issuance(db, paused.id).status is Status.SUSPENDED


@pytest.mark.attack("KY10")
def test_the_command_orders_what_is_affected_and_counts_it(sqlite_database: Database, tmp_path: Path) -> None:
    cohort = awarded(sqlite_database, tmp_path, 3)
    cohort.issuer().issue_waiting()
    name = steal(cohort, key_of(cohort)).verification_method

    def run(*arguments: str) -> str:
        done = CliRunner(env=cohort.environment()).invoke(keys, ["reissue", name, *arguments])
        assert done.exit_code == 0, done.output + repr(done.exception)
        return done.output

    rotate(cohort)
    listed = run()
    assert {line for line in listed.splitlines() if line.startswith("urn:")} == {
        f"urn:uuid:{row.credential_id}" for row in rows_of(cohort)
    }
    assert "Nothing was changed" in listed
    assert run() == listed
    assert "0 to be ordered, 3 under way, 0 done" in run("--go")
    assert cohort.issuer().issue_waiting().released == 3
    assert "0 to be ordered, 0 under way, 3 done" in run("--go")
