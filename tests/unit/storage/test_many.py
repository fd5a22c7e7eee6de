"""Many rows in one statement, past the objects: the wall and the guards hold all the same."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit import operations as audit
from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.operations import Happened
from accredit.domain.audit.rules import SERVICE, Tag
from accredit.domain.people.models import YoungPerson
from accredit.errors import NotFound
from accredit.storage import Database
from accredit.storage.many import insert_many, update_many
from tests.cast import Cast, make_cast
from tests.factories import NOW


@pytest.fixture
def cast(database: Database) -> Cast:
    with database.transaction() as db:
        return make_cast(db)


def test_many_events_say_what_as_many_single_ones_would(database: Database, cast: Cast) -> None:
    about = [UUID(int=1), UUID(int=2)]
    with database.transaction() as db:
        events = [
            Happened(subject=each, organisation_id=cast.organisation_id, details={"about": cast.ama.id})
            for each in about
        ]
        audit.record_many(db, tag=Tag.AWARDED, actor=cast.nia.actor, now=NOW, events=events)
        single = {"subject": UUID(int=3), "organisation_id": cast.organisation_id, "about": cast.ama.id}
        audit.record(db, tag=Tag.AWARDED, actor=cast.nia.actor, now=NOW, **single)
    with database.reading() as db:
        found = db.execute(sa.select(AuditEvent).where(col(AuditEvent.tag) == Tag.AWARDED)).scalars().all()
        told = [each.model_dump(exclude={"id", "subject_id"}) for each in found]
    assert {each.subject_id for each in found} == {*about, UUID(int=3)}
    assert told[0] == told[1] == told[2]


def test_a_row_of_another_organisation_is_not_written(database: Database, cast: Cast) -> None:
    events = [Happened(subject=UUID(int=1), organisation_id=cast.other_organisation_id)]
    with pytest.raises(NotFound), database.transaction(cast.organisation_id) as db:
        audit.record_many(db, tag=Tag.AWARDED, actor=SERVICE, now=NOW, events=events)


def test_a_row_of_another_organisation_is_not_changed(database: Database, cast: Cast) -> None:
    with database.transaction(cast.other_organisation_id) as db:
        update_many(db, YoungPerson, [{"id": cast.ama.id, "form": "9Z"}])
    with database.transaction(cast.organisation_id) as db:
        update_many(db, YoungPerson, [{"id": cast.ben.id, "form": "9Z"}])
    with database.reading() as db:
        forms = dict(db.execute(sa.select(col(YoungPerson.id), col(YoungPerson.form))).all())
    assert (forms[cast.ama.id] == "9Z", forms[cast.ben.id]) == (False, "9Z")


def test_what_only_grows_is_not_changed_by_many_either(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        audit.record(db, tag=Tag.AWARDED, actor=SERVICE, now=NOW, organisation_id=cast.organisation_id)
        db.flush()
        event = db.execute(sa.select(col(AuditEvent.id)).where(col(AuditEvent.tag) == Tag.AWARDED)).scalar_one()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.transaction() as db:
        update_many(db, AuditEvent, [{"id": event, "actor_role": "lead"}])


def test_nothing_is_written_for_no_rows(database: Database) -> None:
    with database.transaction() as db:
        insert_many(db, AuditEvent, [])
        update_many(db, AuditEvent, [])
        assert db.execute(sa.select(sa.func.count()).select_from(AuditEvent)).scalar_one() == 0
