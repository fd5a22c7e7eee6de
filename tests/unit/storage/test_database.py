"""The handle: reads cannot write, organisations cannot see each other, history cannot change."""

from __future__ import annotations

import traceback

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from accredit.clock import utc_now
from accredit.domain.audit import operations as audit
from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import SERVICE, Tag
from accredit.domain.organisations.models import Organisation
from accredit.domain.organisations.rules import Kind, Nation
from accredit.domain.programmes.models import Programme
from accredit.errors import NotFound
from accredit.storage import Database, Session, new_id


def _organisation(db: Session, slug: str) -> Organisation:
    row = Organisation(
        slug=slug,
        did=f"did:web:accredit.example:o:{slug}",
        name=slug,
        kind=Kind.SCHOOL,
        nation=Nation.WALES,
        created_at=utc_now(),
    )
    db.add(row)
    db.flush()
    return row


def _programme(organisation: Organisation, code: str = "WA") -> Programme:
    return Programme(organisation_id=organisation.id, code=code, name=code, created_at=utc_now())


def test_a_reading_transaction_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError), database.reading() as db:
        audit.record(db, tag=Tag.AWARDED, actor=SERVICE, now=utc_now())
        db.flush()


def test_an_exception_rolls_everything_back(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction() as db:
        audit.record(db, tag=Tag.AWARDED, actor=SERVICE, now=utc_now())
        db.flush()
        raise RuntimeError
    with database.reading() as db:
        assert db.exec(select(AuditEvent)).all() == []


def test_history_cannot_be_changed_or_removed(database: Database) -> None:
    with database.transaction() as db:
        audit.record(db, tag=Tag.AWARDED, actor=SERVICE, now=utc_now())
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as db:
        db.exec(select(AuditEvent)).one().actor_role = "somebody else"
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as db:
        db.delete(db.exec(select(AuditEvent)).one())


def test_history_cannot_be_replaced(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as db:
        audit.record(db, tag=Tag.AWARDED, actor=SERVICE, now=utc_now())
    replacing = "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event"
    with pytest.raises(DBAPIError, match="append-only"), sqlite_database.transaction() as db:
        db.execute(sa.text(replacing))


def test_an_error_quotes_nothing_of_the_row_it_refused(database: Database) -> None:
    with database.transaction() as db:
        school = _organisation(db, "canary-school")
        db.add(_programme(school, "CANARY"))
    for refused in (_programme(school, "CANARY"), _programme(school, "CANARY-2")):
        if refused.code == "CANARY-2":
            refused.name = None  # type: ignore[assignment]
        with pytest.raises(DBAPIError) as caught, database.transaction() as db:
            db.add(refused)
        told = "".join(traceback.format_exception(caught.value))
        assert "programme" in told
        assert "CANARY-2" not in told
        assert ", CANARY" not in told


def test_one_organisation_does_not_see_another(database: Database) -> None:
    with database.transaction() as db:
        ours, theirs = _organisation(db, "ours"), _organisation(db, "theirs")
        db.add_all([_programme(ours), _programme(theirs)])
    with database.reading(ours.id) as db:
        seen = db.exec(select(Programme)).all()
        assert [row.organisation_id for row in seen] == [ours.id]
    with database.reading() as db:
        other = db.exec(select(Programme).where(Programme.organisation_id == theirs.id)).one()
    with database.reading(ours.id) as db:
        assert db.get(Programme, other.id) is None


def test_one_organisation_cannot_write_into_another(database: Database) -> None:
    with database.transaction() as db:
        ours, theirs = _organisation(db, "ours"), _organisation(db, "theirs")
    with pytest.raises(NotFound), database.transaction(ours.id) as db:
        db.add(_programme(theirs))


def test_a_child_cannot_point_into_another_organisation(database: Database) -> None:
    from accredit.domain.programmes.models import ProgrammeVersion

    with database.transaction() as db:
        ours, theirs = _organisation(db, "ours"), _organisation(db, "theirs")
        theirs_programme = _programme(theirs)
        db.add(theirs_programme)
    with pytest.raises(DBAPIError), database.transaction() as db:
        db.add(
            ProgrammeVersion(
                id=new_id(),
                organisation_id=ours.id,
                programme_id=theirs_programme.id,
                number=1,
                effective_from=utc_now().date(),
                definition={},
                created_at=utc_now(),
            )
        )
