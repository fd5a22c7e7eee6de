"""What follows a young person into the record that is kept, and what closes with it; no table is forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlmodel
from sqlmodel import col, select

from accredit.domain.audit.rules import SERVICE
from accredit.domain.awarding import operations as awarding
from accredit.domain.awarding.models import Award
from accredit.domain.credentials import hiding
from accredit.domain.credentials import queries as credentials
from accredit.domain.enrolments.models import Break, Enrolment, EnrolmentMove
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing.rules import ReplaceReason
from accredit.domain.merging import operations, places
from accredit.domain.people import own_passkeys
from accredit.domain.people.models import MergedPerson, MergeRequest, YoungPerson
from accredit.domain.people.rules import NameConfirmedBy
from accredit.domain.practice.models import ApprovalLinkPerson
from accredit.domain.retention import operations as retention
from accredit.domain.retention.rules import ErasureReason
from accredit.domain.transparency.models import LedgerRecord
from accredit.domain.transparency.rules import Act
from accredit.errors import RuleBroken
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.storage.tombstones import Tombstones
from tests.factories import NOW, TODAY
from tests.own_devices import added, give_words
from tests.populated import PASSPHRASE
from tests.unit.domain.merging.school import School, check_whole


@pytest.mark.parametrize(
    ("target", "known"),
    [
        ("young_person", {*operations.FOLLOWS, Enrolment, MergeRequest, MergedPerson}),
        ("enrolment", {*places.MOVED, Award, Break, EnrolmentMove, ApprovalLinkPerson}),
    ],
)
def test_every_table_that_names_one_is_seen_to(target: str, known: set[Any]) -> None:
    naming = {
        table.name
        for table in sqlmodel.SQLModel.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == target
    }
    assert naming == {model.__tablename__ for model in known}


def test_a_certificate_that_is_to_be_replaced_is_waited_for(school: School) -> None:
    with school.database.transaction() as db:
        issuing.replace(
            db, issuance_id=school.year.issuance_id, reason=ReplaceReason.NAME_CHANGED, actor=SERVICE, now=NOW
        )
    with pytest.raises(RuleBroken, match="merge-not-signed"):
        school.merge(kept=school.amy, other=school.cast.ama)
    assert school.is_there(school.cast.ama)


def test_the_devices_of_the_kept_record_go_on_and_those_of_the_other_end(school: School) -> None:
    with school.database.transaction(school.cast.organisation_id) as db:
        for player in (school.amy, school.cast.ben):
            give_words(db, player)
            added(db, player)
    school.merge(kept=school.cast.ben, other=school.amy)
    with school.database.reading() as db:
        assert len(own_passkeys.of_owner(db, school.cast.ben.actor)) == 1
        assert own_passkeys.of_owner(db, school.amy.actor) == ()


def test_two_certificates_of_one_level_stay_two(school: School, tmp_path: Path) -> None:
    with school.database.transaction(school.cast.organisation_id) as db:
        db.get_one(YoungPerson, school.amy.id).printed_name_confirmed_at = NOW
        db.get_one(YoungPerson, school.amy.id).printed_name_confirmed_by = NameConfirmedBy.COORDINATOR
        awarding.award(
            db,
            enrolment_id=school.amy.enrolled,
            level_code="WA-TRN",
            awarded_on=TODAY,
            actor=school.cast.nia.actor,
            now=NOW,
        )
    done = open_issuer(school.database, KeyRing.open(tmp_path / "keys", PASSPHRASE)).issue_waiting()
    assert (done.recorded, done.refused) == (1, {})
    school.merge(kept=school.amy, other=school.cast.ama)
    with school.database.reading() as db:
        views = credentials.of_young_person(db, school.amy.id)
        assert {each.printed_name for each in views} == {"Ama Sample", "Amy Sample"}
        assert len({each.code for each in views}) == 2
        assert sorted(db.exec(select(Award.round).where(Award.enrolment_id == school.amy.enrolled))) == [0, 1]
        for each in views:
            found = credentials.view_by_code(db, each.code)
            assert found is not None
            assert found.credential_id == each.credential_id
    check_whole(school.database)


def test_what_was_hidden_stays_hidden(school: School) -> None:
    with school.database.transaction(school.cast.organisation_id) as db:
        hiding.hide(db, award_id=school.year.award_id, is_whole=True, actor=school.cast.nia.actor, now=NOW)
    school.merge(kept=school.amy, other=school.cast.ama)
    with school.database.reading() as db:
        assert credentials.view_by_code(db, school.year.code) is None
        assert hiding.of_award(db, school.year.award_id) is not None


@pytest.mark.parametrize("who", ["kept", "other"])
def test_whoever_asked_once_not_to_be_called_up_is_not(school: School, who: str) -> None:
    asked = school.amy if who == "kept" else school.cast.ama
    with school.database.transaction() as db:
        db.get_one(YoungPerson, asked.id).is_called_up = False
    school.merge(kept=school.amy, other=school.cast.ama)
    with school.database.reading() as db:
        assert not db.get_one(YoungPerson, school.amy.id).is_called_up


def test_an_erasure_empties_what_the_log_says_of_every_record_that_went_on(school: School, tmp_path: Path) -> None:
    school.merge(kept=school.cast.ben, other=school.amy)
    school.merge(kept=school.cast.ama, other=school.cast.ben)
    merged = select(LedgerRecord.record, LedgerRecord.salt).where(col(LedgerRecord.act) == Act.RECORDS_MERGED)
    with school.database.reading() as db:
        assert [record is None for record, _ in db.exec(merged)] == [False, False]
    with school.database.transaction() as db:
        retention.erase_person(
            db,
            person_id=school.cast.ama.id,
            reason=ErasureReason.ASKED,
            tombstones=Tombstones(tmp_path / "erased.jsonl"),
            actor=SERVICE,
            now=NOW,
        )
    with school.database.reading() as db:
        assert db.exec(merged).all() == [(None, None), (None, None)]
    check_whole(school.database)
