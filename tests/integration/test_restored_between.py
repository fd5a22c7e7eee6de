"""A database that came back from between two moments: what nobody can know is decided by a person."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.cli.ledger import ledger
from accredit.cli.restore import restore, settle
from accredit.clock import utc_now
from accredit.domain.audit import queries as audit
from accredit.domain.audit.rules import SERVICE, Tag
from accredit.domain.credentials import renewing
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries
from accredit.domain.issuing.models import Issuance
from accredit.domain.organisations.rules import Role
from accredit.domain.people.models import Staff
from accredit.errors import Conflict, NotReady
from accredit.jobs.inspecting import checks
from accredit.kit.vc import status_list
from accredit.storage import Database, fault_points
from tests import factories
from tests.integration.cohort import awarded_at_school
from tests.integration.lost_database import Service, issue_more

ORIGIN = f"{factories.HOST}/ledger"


@pytest.fixture
def ahead(service: Service) -> Iterator[tuple[Database, int]]:
    """The power failed between the lock's swap and the row of its checkpoint, then the database was lost."""
    old = service.backup()
    service.run(ledger, "export", service.folder / "published")
    awarded_at_school(service.cohort.database, service.folder, 1, urn="199907")
    fault_points.arrange("S5.before_commit:raise")
    with pytest.raises(fault_points.PowerCut):
        service.issuer(service.cohort.database).issue_waiting()
    fault_points.arrange("")
    kept = service.lock.latest(ORIGIN)
    assert kept is not None
    restored = service.lose_database()
    said = service.run(restore, old, "--files", service.folder / "published")
    assert said.exit_code == 1
    assert f"accredit settle --let-go-of {kept.size} --because" in said.output
    with pytest.raises(Conflict, match="rolled back"):
        service.issuer(restored)
    yield restored, kept.size
    restored.close()


def test_a_checkpoint_that_no_copy_holds_is_let_go_of_by_a_person(
    service: Service, ahead: tuple[Database, int]
) -> None:
    restored, size = ahead
    because = ("--because", "the power failed before it was published")
    for wrong in (("--let-go-of", size), because, ("--let-go-of", size, "--because", " ")):
        assert service.run(settle, *wrong).exit_code == 2
    with pytest.raises(NotReady, match=f"remembers {size} entries, not {size - 1}"):
        service.run(settle, "--let-go-of", size - 1, *because)
    said = service.run(settle, "--let-go-of", size, *because, "--nothing-was-revoked")
    assert said.exit_code == 0, said.output
    with restored.reading() as db:
        assert [each["size"] for each in audit.details_of(db, Tag.CHECKPOINT_LET_GO)] == [size]
    issue_more(service, restored)
    assert {name: check(restored) for name, check in checks(service.lock.path).items() if check(restored)} == {}
    # From here on nothing is let go of: this database continues what was signed last.
    kept = service.lock.latest(ORIGIN)
    assert kept is not None
    with pytest.raises(NotReady, match="continues what was signed last"):
        service.run(settle, "--let-go-of", kept.size, *because)


def test_a_checkpoint_is_let_go_of_also_when_registers_were_kept_meanwhile(
    service: Service, ahead: tuple[Database, int]
) -> None:
    restored, size = ahead
    # The log grows past the lost checkpoint, so that the two contradict each other rather than one being shorter.
    awarded_at_school(restored, service.folder, 3, urn="199908")
    with pytest.raises(Conflict, match="does not continue its own checkpoint"):
        service.issuer(restored)
    service.run(settle, "--let-go-of", size, "--because", "no copy anywhere", "--nothing-was-revoked")
    assert service.issuer(restored).issue_waiting().released == 3
    assert [each for check in checks(service.lock.path).values() for each in check(restored)] == []


@pytest.mark.parametrize("word", ["a person's", "the operator's"])
def test_what_waited_in_the_backup_is_not_issued_again_by_itself(service: Service, word: str) -> None:
    database = service.cohort.database
    later = awarded_at_school(database, service.folder, 1, urn="199906")
    (award_id,) = later.awards
    old = service.backup()
    assert service.issuer(database).issue_waiting().released == 1
    with database.transaction() as db:
        row = db.execute(sa.select(Issuance).where(col(Issuance.subject_id) == award_id)).scalar_one()
        issuing.revoke(db, issuance_id=row.id, reason="entered twice", actor=SERVICE, now=utc_now())
    service.issuer(database).publish()
    service.issuer(database).publish_status_list(row.status_list_id)
    service.run(ledger, "export", service.folder / "published")
    restored = service.lose_database()
    said = service.run(restore, old, "--files", service.folder / "published")
    assert "1 award(s) waited for their certificate when the backup was made" in said.output
    # It was revoked since then; the list that said so is of this school alone and lost with its records.
    assert service.issuer(restored).issue_waiting().prepared == 0
    if word == "a person's":
        with restored.transaction() as db:
            nia = db.execute(
                sa.select(col(Staff.id)).where(col(Staff.organisation_id) == later.organisation_id)
            ).scalar_one()
            actor = factories.staff_actor(nia, later.organisation_id, Role.COORDINATOR)
            renewing.issue_after_all(db, award_id=award_id, actor=actor, now=utc_now())
    else:
        assert service.run(settle, "--nothing-was-revoked").exit_code == 0
    assert service.issuer(restored).issue_waiting().released == 1
    restored.close()


def test_a_list_from_before_a_revocation_is_not_shown_again(service: Service) -> None:
    """The backup holds the revocation, and not yet the list that told everybody."""
    database = service.cohort.database
    with database.transaction() as db:
        row = db.execute(sa.select(Issuance)).scalars().first()
        assert row is not None
        issuing.revoke(db, issuance_id=row.id, reason="entered twice", actor=SERVICE, now=utc_now())
    service.issuer(database).publish()
    old = service.backup()
    service.issuer(database).publish_status_list(row.status_list_id)
    restored = service.lose_database()
    assert service.run(restore, old).exit_code == 0
    with restored.reading() as db:
        assert queries.status_list(db, row.status_list_id) is None
    service.issuer(restored).publish_status_list(row.status_list_id)
    with restored.reading() as db:
        shown = queries.status_list(db, row.status_list_id)
    assert shown is not None
    assert status_list.decode(json.loads(shown.document)["credentialSubject"]["encodedList"]).is_set(row.status_index)
    restored.close()
