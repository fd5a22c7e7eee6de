"""Staff and roles, young people and their names, claim slips."""

from __future__ import annotations

import random
import threading
from datetime import timedelta

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import SERVICE
from accredit.domain.organisations.rules import Role
from accredit.domain.people import operations, queries
from accredit.domain.people.models import ClaimSlip, StaffRole
from accredit.domain.people.operations import PersonEntry
from accredit.domain.people.rules import NameConfirmedBy
from accredit.errors import Conflict, Forbidden, NotFound, RuleBroken
from accredit.storage import Database
from tests import factories
from tests.cast import make_cast
from tests.factories import NOW, PEPPER, TODAY, YEAR_START


def test_a_supervisor_names_who_ticked_the_box(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
        row = db.exec(select(StaffRole).where(StaffRole.staff_id == cast.sam.id)).one()
        assert row.checks_confirmed_by == cast.nia.id
        new = factories.add_staff(db, cast.organisation_id, name="Ivy Prawf")
        with pytest.raises(RuleBroken, match="not-a-coordinator"):
            factories.give_role(db, new, Role.SUPERVISOR, actor=cast.lee.actor)
        with pytest.raises(Forbidden):
            factories.give_role(db, new, Role.SUPERVISOR, actor=cast.oz.actor)
        with pytest.raises(RuleBroken, match="role-held-already"):
            factories.give_role(db, cast.sam.id, Role.SUPERVISOR, actor=cast.nia.actor)


def test_a_role_that_ended_was_still_held_before(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
        [period] = queries.staff_member(db, cast.sam.id).roles
        operations.end_role(db, role_id=period.id, held_until=TODAY, actor=cast.nia.actor, now=NOW)
        assert queries.roles_on(db, cast.sam.id, TODAY) == {Role.SUPERVISOR}
        assert queries.roles_on(db, cast.sam.id, TODAY + timedelta(days=1)) == frozenset()
        with pytest.raises(RuleBroken, match="role-ended"):
            operations.end_role(db, role_id=period.id, held_until=TODAY, actor=cast.nia.actor, now=NOW)


def test_somebody_stays_administrator(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
        [period] = queries.staff_member(db, cast.lee.id).roles
        with pytest.raises(RuleBroken, match="last-administrator"):
            operations.end_role(db, role_id=period.id, held_until=TODAY, actor=cast.lee.actor, now=NOW)
        factories.give_role(db, cast.nia.id, Role.ADMINISTRATOR, actor=cast.lee.actor)
        operations.end_role(db, role_id=period.id, held_until=TODAY, actor=cast.lee.actor, now=NOW)


def test_one_account_works_in_two_organisations(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
        factories.add_staff(db, cast.other_organisation_id, name="Sam Specimen", email=" SAM@example.org ")
        account = queries.account_by_email(db, "Sam@Example.org")
        assert account is not None
        assert {facts.organisation_id for facts in queries.staff_of_account(db, account.id)} == {
            cast.organisation_id,
            cast.other_organisation_id,
        }
        with pytest.raises(RuleBroken, match="staff-already-added"):
            factories.add_staff(db, cast.organisation_id, name="Sam again", email="sam@example.org")
        with pytest.raises(Conflict, match="email-in-use"):
            operations.add_account(db, email="sam@example.org", actor=SERVICE, now=NOW)


@pytest.mark.parametrize(
    "email", ["eve@", "eve", "e ve@example.org", "eve@example.org\nBcc: all@example.org", "<e@x.y>"]
)
def test_an_address_that_is_none_is_refused(sqlite_database: Database, email: str) -> None:
    with sqlite_database.transaction() as db, pytest.raises(RuleBroken, match="email-format"):
        operations.add_account(db, email=email, actor=SERVICE, now=NOW)


def test_two_people_who_edit_at_once_notice(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
        before = queries.young_person(db, cast.ama.id)
        entry = PersonEntry(printed_name="Ama Sample", known_as="Ama", school_reference="3101", year_group="13")
        change = {"young_person_id": cast.ama.id, "expected_version": before.version, "entry": entry}
        operations.change_young_person(db, actor=cast.nia.actor, now=NOW, **change)  # type: ignore[arg-type]
        after = queries.young_person(db, cast.ama.id)
        assert (after.year_group, after.version, after.name_is_confirmed) == ("13", before.version + 1, True)
        assert after.turns_16 == before.turns_16
        with pytest.raises(Conflict, match="changed-meanwhile"):
            operations.change_young_person(db, actor=cast.nia.actor, now=NOW, **change)  # type: ignore[arg-type]


def test_a_changed_name_waits_to_be_confirmed_again(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
        version = queries.young_person(db, cast.ama.id).version
        operations.change_young_person(
            db,
            young_person_id=cast.ama.id,
            expected_version=version,
            entry=PersonEntry(printed_name="Ama Sample-Prawf", school_reference="3101"),
            actor=cast.nia.actor,
            now=NOW,
        )
        assert not queries.young_person(db, cast.ama.id).name_is_confirmed


def test_a_name_is_confirmed_by_its_owner_or_a_co_ordinator_on_their_word(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
        confirm = {"young_person_id": cast.cai.id, "now": NOW}
        for actor in (cast.ama.actor, cast.sam.actor, cast.lee.actor, SERVICE):
            with pytest.raises(RuleBroken, match="confirm-own-name"):
                operations.confirm_printed_name(db, name="Cai Sampl", actor=actor, **confirm)  # type: ignore[arg-type]
        with pytest.raises(Forbidden):
            operations.confirm_printed_name(db, name="Cai Sampl", actor=cast.oz.actor, **confirm)  # type: ignore[arg-type]
        with pytest.raises(Conflict, match="changed-meanwhile"):
            operations.confirm_printed_name(db, name="Kai Sampl", actor=cast.cai.actor, **confirm)  # type: ignore[arg-type]
        operations.confirm_printed_name(db, name="Cai Sampl", actor=cast.nia.actor, **confirm)  # type: ignore[arg-type]
        assert queries.young_person(db, cast.cai.id).name_confirmed_by is NameConfirmedBy.COORDINATOR
        assert queries.young_person(db, cast.ama.id).name_confirmed_by is NameConfirmedBy.YOUNG_PERSON


def test_a_pupil_number_is_given_once_in_a_school(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
        with pytest.raises(RuleBroken, match="reference-in-use"):
            factories.add_young_person(db, cast.organisation_id, name="Dil Namuna", reference="3101")
        factories.add_young_person(db, cast.organisation_id, name="Dil Namuna", reference=None)
        factories.add_young_person(db, cast.organisation_id, name="Eve Namuna", reference=None)


def test_of_slips_made_at_once_one_stays_open(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
    together = threading.Barrier(4)

    def make() -> None:
        with database.transaction() as db:
            together.wait() if database.is_postgresql else None
            operations.make_claim_slip(db, young_person_id=cast.ama.id, pepper=PEPPER, actor=cast.nia.actor, now=NOW)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as db:
        slips = db.exec(select(ClaimSlip).where(ClaimSlip.young_person_id == cast.ama.id)).all()
    assert [slip.withdrawn_at is None for slip in slips].count(True) == 1
    assert len(slips) >= 4


def test_no_code_of_a_slip_is_kept(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
        code = operations.make_claim_slip(
            db,
            young_person_id=cast.ama.id,
            pepper=PEPPER,
            actor=cast.nia.actor,
            now=NOW,
            draw=random.Random(1).randrange,
        )
        assert code.encode() not in db.exec(select(ClaimSlip)).one().code_hash


def test_slips_of_a_cohort_are_made_for_one_school_alone(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
        wanted = {"organisation_id": cast.organisation_id, "pepper": PEPPER, "actor": cast.nia.actor, "now": NOW}
        people = [cast.ama.id, cast.ben.id, cast.cai.id]
        codes = operations.make_claim_slips(db, young_person_ids=people, **wanted)  # type: ignore[arg-type]
        assert list(codes) == people
        assert len(set(codes.values())) == 3
        assert set(queries.slips_of(db, people)) == set(people)
        with pytest.raises(NotFound):
            operations.make_claim_slips(db, young_person_ids=[cast.olu.id], **wanted)  # type: ignore[arg-type]


def test_an_act_writes_one_event(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
        before = len(db.exec(select(AuditEvent.id)).all())
        factories.add_young_person(db, cast.organisation_id, name="Dil Namuna", confirmed=False)
        new = factories.add_staff(db, cast.organisation_id, name="Ivy Prawf", email="ivy@example.org")
        operations.give_role(
            db,
            staff_id=new,
            role=Role.SUPERVISOR,
            held_from=YEAR_START,
            checks_confirmed=True,
            actor=cast.nia.actor,
            now=NOW,
        )
        db.flush()
        assert len(db.exec(select(AuditEvent.id)).all()) == before + 3
