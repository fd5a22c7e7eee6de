"""Two records of one young person become one, on both databases: nothing is lost, counted twice or left unsaid."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from accredit.clock import utc_now
from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import SERVICE, Tag
from accredit.domain.awarding import operations as awarding_write
from accredit.domain.awarding import queries as awarding
from accredit.domain.awarding import self_audit as record_audit
from accredit.domain.credentials import queries as credentials
from accredit.domain.credentials.subjects import subjects
from accredit.domain.enrolments import operations as enrolments_write
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.merging import operations, queries
from accredit.domain.merging.operations import Asked
from accredit.domain.people import claiming, one_person
from accredit.domain.people import operations as people_write
from accredit.domain.people.models import YoungPerson
from accredit.domain.people.second_person import Others
from accredit.domain.practice import bringing_forward
from accredit.domain.practice import operations as practice
from accredit.domain.practice.models import HoursEntry, MilestoneReached
from accredit.domain.practice.rules import Milestone
from accredit.domain.practice.totals import totals
from accredit.domain.retention import operations as retention
from accredit.domain.retention.models import LegalHold
from accredit.domain.retention.rules import ErasureReason, HoldReason
from accredit.domain.training import operations as training
from accredit.domain.verification import operations as verification
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import Verdict
from accredit.errors import NotFound, RuleBroken
from accredit.storage.merging import go_on_in
from accredit.storage.tombstones import Tombstones
from tests import factories
from tests.cast import Player
from tests.factories import NOW, PEPPER, TODAY
from tests.unit.domain.merging.school import School, check_whole


@pytest.mark.parametrize("way", ["the one with the award is kept", "the one with the award goes"])
def test_everything_of_both_is_one_record_afterwards(school: School, way: str) -> None:
    ama, amy = school.cast.ama, school.amy
    kept, other = (ama, amy) if way.endswith("kept") else (amy, ama)
    with school.database.transaction(school.cast.organisation_id) as db:
        code = people_write.make_claim_slip(db, young_person_id=other.id, pepper=PEPPER, actor=SERVICE, now=NOW)
    assert school.merge(kept=kept, other=other).is_done
    assert not school.is_there(other)
    with school.database.reading() as db:
        (place,) = enrolments.enrolments_of(db, kept.id)
        assert place.id == kept.enrolled
        assert place.started_on == factories.YEAR_START
        total = totals(db, [place.id])[place.id]
        assert (total.minutes, total.entries, total.waiting_minutes) == (90, 2, 45)
        (progress,) = awarding.progress_of(db, [place.id], on=TODAY)
        # The same first training, told of both, counts once.
        assert len(progress.portfolio.modules) == 7
        assert [each.level_code for each in progress.awarded] == ["WA-TRN"]
        assert [skill.observations for skill in progress.portfolio.skills if skill.observations] == [1]
        slip = claiming.look_up(db, code, pepper=PEPPER, now=NOW)
        assert slip is not None
        assert slip.refusal == "slip-stopped"
        (view,) = credentials.of_young_person(db, kept.id)
        assert view.credential_id == school.year.credential_id
        document = credentials.signed_document(db, school.year.credential_id)
        assert document is not None
        report = verification.verify(document, now=utc_now(), sources=DatabaseSources(db))
        assert report.verdict is not Verdict.NOT_GENUINE
        assert one_person.former_ids(db, kept.id) == (other.id,)
        assert subjects(db, [other.id])[other.id].person == kept.name
        event = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.MERGED)).one()
        assert event.details == {"other": str(other.id), "places": 1, "is_alone": True}
    check_whole(school.database)


def test_a_credential_says_the_same_before_and_after(school: School) -> None:
    def verdict() -> tuple[Verdict, object]:
        with school.database.reading() as db:
            document = credentials.signed_document(db, school.year.credential_id)
            assert document is not None
            report = verification.verify(document, now=NOW, sources=DatabaseSources(db))
            return report.verdict, report.reason

    before = verdict()
    school.merge(kept=school.amy, other=school.cast.ama)
    assert verdict() == before


def test_two_say_it_where_either_holds_an_award(school: School, mia: Player) -> None:
    kept, other = school.amy, school.cast.ama
    assert school.merge(kept=kept, other=other) == Asked(is_done=False, others=Others(names=("Mia Mostra",)))
    assert school.is_there(school.cast.ama)
    with pytest.raises(RuleBroken, match="second-person-needed"):
        school.answer(kept=kept, other=other, by=school.cast.nia)
    assert school.is_there(school.cast.ama)
    school.answer(kept=kept, other=other, by=mia)
    assert not school.is_there(school.cast.ama)
    with school.database.reading() as db:
        assert one_person.merges_asked(db) == ()
        event = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.MERGED)).one()
        assert event.details["asked_by"] == str(school.cast.nia.id)
    check_whole(school.database)


def test_what_is_declined_stays_two(school: School, mia: Player) -> None:
    kept, other = school.amy, school.cast.ama
    school.merge(kept=kept, other=other)
    with school.database.reading() as db:
        assert [each.asked_by_name for each in one_person.merges_asked(db, of=school.amy.id)] == ["Nia Enghraifft"]
    school.answer(kept=kept, other=other, by=mia, agreed=False)
    assert school.is_there(school.cast.ama)
    with pytest.raises(RuleBroken, match="merge-not-asked"):
        school.answer(kept=kept, other=other, by=mia)


def test_without_an_award_one_is_enough(school: School, mia: Player) -> None:
    assert school.merge(kept=school.cast.ben, other=school.amy) == Asked(is_done=True)
    check_whole(school.database)


def test_time_at_the_same_hour_is_put_right_first(school: School) -> None:
    with pytest.raises(RuleBroken, match="merge-overlap") as refused:
        school.merge(kept=school.cast.ama, other=school.cast.cai)
    assert refused.value.facts == {"held_on": date(2026, 6, 22)}
    assert school.is_there(school.cast.cai)


def test_somebody_who_has_left_is_not_kept(school: School) -> None:
    with school.database.transaction() as db:
        db.get_one(YoungPerson, school.cast.ben.id).left_at = NOW
    with pytest.raises(RuleBroken, match="merge-kept-has-left"):
        school.merge(kept=school.cast.ben, other=school.amy)
    assert school.merge(kept=school.amy, other=school.cast.ben).is_done


def test_nobody_is_merged_with_themselves_or_across_schools(school: School) -> None:
    with pytest.raises(RuleBroken, match="merge-same-record"):
        school.merge(kept=school.amy, other=school.amy)
    with pytest.raises(NotFound):
        school.merge(kept=school.amy, other=school.cast.olu)
    with pytest.raises(NotFound), school.database.transaction() as db:
        operations.merge(db, kept_id=school.amy.id, other_id=school.cast.olu.id, actor=school.cast.nia.actor, now=NOW)


def test_an_award_that_waits_for_its_signature_is_waited_for(school: School) -> None:
    with school.database.transaction(school.cast.organisation_id) as db:
        awarding_write.award(
            db,
            enrolment_id=school.amy.enrolled,
            level_code="WA-TRN",
            awarded_on=TODAY,
            actor=school.cast.nia.actor,
            now=NOW,
        )
    with pytest.raises(RuleBroken, match="merge-not-signed"):
        school.merge(kept=school.amy, other=school.cast.ben)


def test_two_attested_totals_are_one_too_many(school: School) -> None:
    with school.database.transaction(school.cast.organisation_id) as db:
        bringing_forward.bring_forward(
            db,
            organisation_id=school.cast.organisation_id,
            totals={school.amy.enrolled: 60, school.cast.ben.enrolled: 120},
            until=date(2026, 5, 31),
            actor=school.cast.nia.actor,
            now=NOW,
        )
    with pytest.raises(RuleBroken, match="merge-two-totals"):
        school.merge(kept=school.amy, other=school.cast.ben)
    with school.database.transaction(school.cast.organisation_id) as db:
        bringing_forward.bring_forward(
            db,
            organisation_id=school.cast.organisation_id,
            totals={school.amy.enrolled: 0},
            until=date(2026, 5, 31),
            actor=school.cast.nia.actor,
            now=NOW,
        )
    school.merge(kept=school.amy, other=school.cast.ben)
    with school.database.reading() as db:
        assert totals(db, [school.amy.enrolled])[school.amy.enrolled].earlier_minutes == 120
    check_whole(school.database)


def test_what_both_records_say_is_told_once(school: School) -> None:
    amy, ben = school.amy, school.cast.ben
    with school.database.transaction(school.cast.organisation_id) as db:
        # Ben was marked as away in another session, in which Amy was there.
        again = training.plan_session(
            db,
            programme_id=school.cast.programme_id,
            title="Refresher",
            held_on=date(2026, 5, 8),
            module_codes=("M1",),
            led_by=school.cast.nia.id,
            actor=school.cast.nia.actor,
            now=NOW,
        )
        training.record_attendance(
            db,
            session_id=again,
            present={ben.enrolled: False, amy.enrolled: True},
            actor=school.cast.nia.actor,
            now=NOW,
        )
        for place in (amy.enrolled, ben.enrolled):
            practice.record_milestone(
                db,
                enrolment_id=place,
                milestone=Milestone.TALK_WITH_ADULT,
                reached_on=date(2026, 5, 20),
                actor=school.cast.nia.actor,
                now=NOW,
            )
        enrolments_write.start_break(
            db,
            enrolment_id=amy.enrolled,
            starts_on=date(2026, 1, 5),
            ends_on=date(2026, 1, 9),
            actor=school.cast.nia.actor,
            now=NOW,
        )
    school.merge(kept=ben, other=amy)
    with school.database.reading() as db:
        (progress,) = awarding.progress_of(db, [ben.enrolled], on=TODAY)
        assert {each.code: each.latest_on for each in progress.portfolio.modules}["M1"] == date(2026, 5, 8)
        assert len(db.exec(select(MilestoneReached)).all()) == 1
        assert len(enrolments.enrolment(db, ben.enrolled).breaks) == 2
    check_whole(school.database)


def test_who_is_erased_goes_with_every_record_that_went_on_in_theirs(school: School, tmp_path: Path) -> None:
    with school.database.transaction(school.cast.organisation_id) as db:
        retention.hold(db, person_id=school.amy.id, reason=HoldReason.COMPLAINT, actor=SERVICE, now=NOW)
        retention.hold(db, person_id=school.cast.ben.id, reason=HoldReason.COMPLAINT, actor=SERVICE, now=NOW)
    school.merge(kept=school.cast.ben, other=school.amy)
    school.merge(kept=school.cast.ama, other=school.cast.ben)
    with school.database.transaction() as db:
        assert len(db.exec(select(LegalHold).where(col(LegalHold.ended_at).is_(None))).all()) == 1
        retention.end_hold(db, person_id=school.cast.ama.id, actor=SERVICE, now=NOW)
    tombstones = Tombstones(tmp_path / "erased.jsonl")
    with school.database.transaction() as db:
        retention.erase_person(
            db,
            person_id=school.cast.ama.id,
            reason=ErasureReason.ASKED,
            tombstones=tombstones,
            actor=SERVICE,
            now=NOW,
        )
    assert {each.person_id for each in tombstones.read()} == {
        *(school.amy.id, school.cast.ben.id, school.cast.ama.id),
    }
    check_whole(school.database)


def test_a_place_changes_only_into_the_one_it_went_on_in(school: School) -> None:
    def move(db_place: UUID, into: UUID) -> None:
        with school.database.transaction() as db:
            mine = col(HoursEntry.enrolment_id) == db_place
            db.execute(sa.update(HoursEntry).where(mine).values(enrolment_id=into))

    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        move(school.cast.ama.enrolled, school.cast.ben.enrolled)
    school.merge(kept=school.cast.ben, other=school.amy)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        move(school.cast.ben.enrolled, school.cast.ama.enrolled)
    for change in ("minutes = minutes + 5", "reference = 'x'"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), school.database.transaction() as db:
            db.connection().exec_driver_sql(f"UPDATE hours_entry SET {change}")


@pytest.mark.attack("IN07")
def test_in07_hours_that_the_log_does_not_say_went_on_are_found(school: School) -> None:
    with school.database.transaction() as db:
        go_on_in(db, former_id=school.amy.enrolled, present_id=school.cast.ama.enrolled)
        mine = col(HoursEntry.enrolment_id) == school.amy.enrolled
        db.execute(sa.update(HoursEntry).where(mine).values(enrolment_id=school.cast.ama.enrolled))
    with school.database.reading() as db:
        (problem,) = record_audit.verify_records(db)
    assert "is not as it was decided: enrolment" in problem


def test_a_page_shows_both_sides_and_what_is_in_the_way(school: School) -> None:
    with school.database.reading(school.cast.organisation_id) as db:
        found = queries.preview(db, kept_id=school.amy.id, other_id=school.cast.ama.id, on=TODAY)
        assert found.in_the_way == ()
        assert found.needs_two
        assert found.both_in == ("Wellbeing Ambassadors",)
        assert [len(each.certificates) for each in (found.kept, found.other)] == [0, 1]
        like = queries.candidates(db, person=found.kept.person, text="")
        assert [each.printed_name for each in like] == ["Ama Sample"]
        asked = queries.candidates(db, person=found.kept.person, text="ben b")
        assert [each.printed_name for each in asked] == ["Ben Beispiel"]
