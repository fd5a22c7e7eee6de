"""A new certificate in place of one: another name, a corrected record, an award after a revocation."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit.rules import SERVICE
from accredit.domain.awarding import queries as awards
from accredit.domain.credentials import finding, hiding, queries, renewing, waiting
from accredit.domain.credentials.operations import why_waiting
from accredit.domain.credentials.rules import Progress
from accredit.domain.credentials.waiting import awards_to_prepare
from accredit.domain.issuing import queries as issuances
from accredit.domain.issuing.rules import Stage, Status
from accredit.domain.organisations.rules import Role
from accredit.domain.people import operations as people
from accredit.domain.people import queries as people_queries
from accredit.domain.people.operations import PersonEntry
from accredit.domain.practice import operations as practice
from accredit.domain.practice.models import HoursEntry
from accredit.domain.transparency import queries as log
from accredit.domain.transparency.rules import Act
from accredit.domain.verification import operations as verification
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import Reason, Verdict
from accredit.errors import Forbidden, RuleBroken
from accredit.storage import Session
from tests import factories
from tests.cast import Player
from tests.unit.domain.verification.story import Story

NEW = "Amara Samplová"


def rename(story: Story, *, confirmed_by: Player | None = None) -> None:
    """Change Ama's name in the record and have it confirmed, by herself unless told otherwise."""
    ama = story.cast.ama
    with story.database.transaction() as db:
        before = people_queries.young_person(db, ama.id)
        entry = PersonEntry(printed_name=NEW, known_as="Amara", school_reference="3101", year_group="12", form="12A")
        people.change_young_person(
            db,
            young_person_id=ama.id,
            expected_version=before.version,
            entry=entry,
            actor=story.cast.nia.actor,
            now=story.now,
        )
    if confirmed_by is not None:
        with story.database.transaction() as db:
            people.confirm_printed_name(db, young_person_id=ama.id, name=NEW, actor=confirmed_by.actor, now=story.now)


def order(story: Story, award_id: UUID, by: Player | None = None) -> None:
    with story.database.transaction() as db:
        renewing.print_new_name(db, award_id=award_id, actor=(by or story.cast.nia).actor, now=story.now)


def carry_out(story: Story, award_id: UUID) -> None:
    """Do what the signer does with what waits."""
    with story.database.reading() as db:
        assert [each.subject_id for each in awards_to_prepare(db, kind="award")] == [award_id]
    prepared = story.prepare(award_id)
    story.sign(prepared.id)
    story.release()
    with story.database.reading() as db:
        assert awards_to_prepare(db, kind="award") == ()


def correct(story: Story, entries: int) -> None:
    """Take approved time back, entry by entry: each correction waits to be approved."""
    with story.database.transaction() as db:
        rows = db.execute(
            sa.select(HoursEntry)
            .where(col(HoursEntry.enrolment_id) == story.cast.ama.enrolled, col(HoursEntry.minutes) == 105)
            .order_by(col(HoursEntry.held_on))
            .limit(entries)
        ).scalars()
        for row in list(rows):
            practice.correct_hours(
                db,
                entry_id=row.id,
                activity_type=row.activity_type,
                held_on=row.held_on,
                starts_at=row.starts_at,
                minutes=60,
                supervised_by=story.cast.sam.id,
                actor=story.cast.nia.actor,
                now=story.now,
            )


def test_a_former_name_is_never_shown_again_and_every_link_goes_on_working(story: Story) -> None:
    issued = story.issue()
    rename(story, confirmed_by=story.cast.ama)
    order(story, issued.award_id)
    with story.database.reading() as db:
        old = queries.view_by_code(db, issued.code)
        assert old is not None
        assert old.printed_name == "Ama Sample"
        (line,) = queries.cohort(db, organisation_id=story.cast.organisation_id)
        assert (line.progress, line.is_being_renewed, line.code) == (Progress.RELEASED, True, issued.code)
    carry_out(story, issued.award_id)
    with story.database.reading() as db:
        view = queries.view_by_code(db, issued.code)
        assert view is not None
        assert (view.printed_name, view.status, view.code != issued.code) == (NEW, Status.ACTIVE, True)
        assert queries.view_by_code(db, view.code) == view
        assert finding.latest_view_of_credential(db, old.credential_id) == view
        assert queries.view_by_credential_id(db, old.credential_id) is None
        assert queries.of_young_person(db, story.cast.ama.id) == [view]
        assert queries.view_of_award(db, issued.award_id) == view
        (line,) = queries.cohort(db, organisation_id=story.cast.organisation_id)
        assert (line.progress, line.is_being_renewed, line.code) == (Progress.RELEASED, False, view.code)
        document = queries.signed_document(db, view.credential_id)
        assert document is not None
        assert b"Ama Sample" not in document
        by_code = verification.verify_code(db, code=issued.code, now=story.now)
        assert by_code is not None
        assert by_code.report.verdict is Verdict.GENUINE
        asked = verification.verify_code(db, code=issued.code, now=story.now, expected_name="Ama Sample")
        assert asked is not None
        assert "failed" in json.dumps(asked.report.to_json()["checks"][-1])


def test_the_file_of_the_earlier_one_is_told_that_there_is_a_newer_one_and_nothing_more(story: Story) -> None:
    issued = story.issue()
    rename(story, confirmed_by=story.cast.ama)
    order(story, issued.award_id)
    carry_out(story, issued.award_id)
    with story.database.reading() as db:
        report = verification.verify(issued.data, now=story.now, sources=DatabaseSources(db))
    assert (report.verdict, report.reason, report.colour) == (Verdict.NOT_CURRENT, Reason.REPLACED, "grey")
    assert report.claims is None
    assert "Sample" not in json.dumps(report.to_json())


@pytest.mark.attack("IN12")
def test_a_name_that_staff_confirmed_is_printed_by_somebody_else(quick_story: Story) -> None:
    issued = quick_story.issue()
    with pytest.raises(RuleBroken, match="same-name"):
        order(quick_story, issued.award_id)
    rename(quick_story)
    with pytest.raises(RuleBroken, match="name-not-confirmed"):
        order(quick_story, issued.award_id)
    with quick_story.database.transaction() as db:
        second = _second_coordinator(quick_story, db)
        people.confirm_printed_name(
            db,
            young_person_id=quick_story.cast.ama.id,
            name=NEW,
            actor=quick_story.cast.nia.actor,
            now=quick_story.now,
        )
    with pytest.raises(RuleBroken, match="second-person-needed"):
        order(quick_story, issued.award_id)
    order(quick_story, issued.award_id, second)
    with pytest.raises(RuleBroken, match="already-replaced"):
        order(quick_story, issued.award_id, second)


@pytest.mark.attack("IN12")
def test_whoever_made_a_slip_of_theirs_does_not_order_the_name_confirmed_with_it(quick_story: Story) -> None:
    issued, cast = quick_story.issue(), quick_story.cast
    with quick_story.database.transaction() as db:
        second = _second_coordinator(quick_story, db)
        people.make_claim_slip(
            db, young_person_id=cast.ama.id, pepper=b"pepper", actor=cast.nia.actor, now=quick_story.now
        )
    rename(quick_story, confirmed_by=cast.ama)
    with pytest.raises(RuleBroken, match="second-person-needed"):
        order(quick_story, issued.award_id)
    order(quick_story, issued.award_id, second)


def _second_coordinator(story: Story, db: Session) -> Player:
    staff_id = factories.add_staff(db, story.cast.organisation_id, name="Una Ail", email="una@example.org")
    factories.give_role(db, staff_id, Role.COORDINATOR)
    actor = factories.staff_actor(staff_id, story.cast.organisation_id, Role.COORDINATOR)
    return Player(id=staff_id, name="Una Ail", actor=actor)


def test_a_corrected_record_is_never_signed_over_and_is_decided_again(story: Story) -> None:
    award_id = story.award()
    with story.database.transaction() as db, pytest.raises(RuleBroken, match="record-unchanged"):
        renewing.prepare_again(db, award_id=award_id, actor=story.cast.nia.actor, now=story.now)
    correct(story, 1)
    with story.database.reading() as db:
        assert renewing.is_record_changed(db, award_id)
    with story.database.transaction() as db:
        anew = renewing.prepare_again(db, award_id=award_id, actor=story.cast.nia.actor, now=story.now)
    carry_out(story, anew)
    with story.database.reading() as db:
        view = queries.view_of_award(db, anew)
        assert view is not None
        assert view.totals.minutes == 780 - 105
        assert [each.id for each in awards.awards_of(db, [story.cast.ama.enrolled])[story.cast.ama.enrolled]] == [anew]
        (line,) = queries.cohort(db, organisation_id=story.cast.organisation_id)
        assert line.award_id == anew
        assert log.leaf_index(db, act=Act.AWARD_SET_ASIDE, subject_id=award_id) is not None


@pytest.mark.attack("DP13")
def test_a_certificate_whose_record_was_corrected_is_replaced_by_one_that_says_what_holds(story: Story) -> None:
    issued = story.issue()
    correct(story, 1)
    with story.database.transaction() as db:
        anew = renewing.prepare_again(db, award_id=issued.award_id, actor=story.cast.nia.actor, now=story.now)
    with story.database.reading() as db:
        # Until the other one is there, the earlier one is somebody's certificate and is listed.
        assert len(queries.cohort(db, organisation_id=story.cast.organisation_id)) == 2
    carry_out(story, anew)
    with story.database.reading() as db:
        view = queries.view_by_code(db, issued.code)
        assert view is not None
        assert (view.award_id, view.totals.minutes) == (anew, 675)
        assert len(queries.cohort(db, organisation_id=story.cast.organisation_id)) == 1
        assert issuances.issuance(db, issued.issuance_id).status is Status.REVOKED


def test_an_award_that_the_record_carries_no_more_is_taken_back_before_it_is_issued(story: Story) -> None:
    award_id = story.award()
    prepared = story.prepare(award_id)
    correct(story, 3)
    with pytest.raises(RuleBroken, match="requirements-not-met"), story.database.transaction() as db:
        renewing.prepare_again(db, award_id=award_id, actor=story.cast.nia.actor, now=story.now)
    with story.database.transaction() as db:
        renewing.take_back(db, award_id=award_id, actor=story.cast.nia.actor, now=story.now)
    with story.database.reading() as db:
        assert issuances.issuance(db, prepared.id).stage is Stage.VOID
        assert awards_to_prepare(db, kind="award") == ()
        assert queries.cohort(db, organisation_id=story.cast.organisation_id) == []
        assert queries.waiting_count(db, organisation_id=story.cast.organisation_id) == 0


def test_what_was_issued_cannot_be_taken_back(quick_story: Story) -> None:
    issued = quick_story.issue()
    with quick_story.database.transaction() as db, pytest.raises(RuleBroken, match="record-unchanged"):
        renewing.take_back(db, award_id=issued.award_id, actor=quick_story.cast.nia.actor, now=quick_story.now)
    correct(quick_story, 3)
    with quick_story.database.transaction() as db, pytest.raises(RuleBroken, match="issued-already"):
        renewing.take_back(db, award_id=issued.award_id, actor=quick_story.cast.nia.actor, now=quick_story.now)


def test_an_award_after_a_revocation_has_a_new_id(story: Story) -> None:
    issued = story.issue()
    with pytest.raises(RuleBroken, match="not-revoked"), story.database.transaction() as db:
        renewing.allow_again(db, award_id=issued.award_id, actor=story.cast.nia.actor, now=story.now)
    story.change_status("revoke", issued.issuance_id)
    with pytest.raises(RuleBroken, match="already-awarded"):
        story.award()
    with story.database.transaction() as db:
        renewing.allow_again(db, award_id=issued.award_id, actor=story.cast.nia.actor, now=story.now)
    again = story.award()
    carry_out(story, again)
    with story.database.reading() as db:
        old, new = queries.view_by_code(db, issued.code), queries.view_of_award(db, again)
        assert old is not None
        assert new is not None
        # The earlier one stays revoked: nobody is led from it to the other.
        assert (old.status, new.status) == (Status.REVOKED, Status.ACTIVE)
        assert (old.credential_id != new.credential_id, old.code != new.code) == (True, True)


def test_a_level_is_awarded_again_though_another_certificate_was_on_its_way(quick_story: Story) -> None:
    issued = quick_story.issue()
    rename(quick_story, confirmed_by=quick_story.cast.ama)
    order(quick_story, issued.award_id)
    quick_story.prepare(issued.award_id)
    quick_story.change_status("revoke", issued.issuance_id)
    with quick_story.database.transaction() as db:
        actor = quick_story.cast.nia.actor
        renewing.allow_again(db, award_id=issued.award_id, actor=actor, now=quick_story.now)
    carry_out(quick_story, quick_story.award())


@pytest.mark.attack("DP30")
def test_what_is_hidden_stays_hidden_when_it_is_decided_again(quick_story: Story) -> None:
    story, issued = quick_story, quick_story.issue()
    with story.database.transaction() as db:
        hiding.hide(db, award_id=issued.award_id, is_whole=False, actor=story.cast.lee.actor, now=story.now)
    correct(story, 1)
    with story.database.transaction() as db:
        anew = renewing.prepare_again(db, award_id=issued.award_id, actor=story.cast.nia.actor, now=story.now)
    carry_out(story, anew)
    with story.database.reading() as db:
        later = queries.view_of_award(db, anew)
        assert later is not None
        assert [queries.view_by_code(db, code) for code in (issued.code, later.code)] == [None, None]
        hidden = hiding.of_award(db, anew)
        assert hidden is not None
        assert (hidden.hidden_by, hidden.is_whole) == (story.cast.lee.id, False)
    with story.database.transaction() as db:
        hiding.show_again(db, award_id=anew, actor=story.cast.nia.actor, now=story.now)
    with story.database.reading() as db:
        assert queries.view_by_code(db, issued.code) == queries.view_by_code(db, later.code) == later


@pytest.mark.attack("DP30")
def test_everything_hidden_covers_what_is_awarded_later(quick_story: Story) -> None:
    story, first = quick_story, quick_story.award(level="WA-TRN")
    with story.database.transaction() as db:
        hiding.hide(db, award_id=first, is_whole=True, actor=story.cast.nia.actor, now=story.now)
    later = story.issue()
    with story.database.reading() as db:
        assert queries.view_by_code(db, later.code) is None


def test_what_waited_in_an_older_database_waits_for_a_person(story: Story) -> None:
    award_id, other = story.award(), story.award(level="WA-TRN")
    with story.database.transaction() as db:
        assert waiting.hold_back(db, kind="award", now=story.now) == 2
        assert waiting.hold_back(db, kind="award", now=story.now) == 0
        assert awards_to_prepare(db, kind="award") == ()
        assert str(why_waiting(db, award_id)) == "held-back"
        renewing.issue_after_all(db, award_id=award_id, actor=story.cast.nia.actor, now=story.now)
        assert waiting.held_back(db, kind="award") == (other,), "one decision is about one award"
    carry_out(story, award_id)
    with story.database.transaction() as db:
        with pytest.raises(RuleBroken, match="not-held-back"):
            renewing.issue_after_all(db, award_id=award_id, actor=story.cast.nia.actor, now=story.now)
        # Another older database, later: what was issued in this one stands, and what is held is held once.
        assert waiting.hold_back(db, kind="award", now=story.now) == 0


def test_what_was_revoked_in_the_time_that_was_lost_is_taken_back(story: Story) -> None:
    award_id = story.award()
    with story.database.transaction() as db:
        waiting.hold_back(db, kind="award", now=story.now)
        renewing.take_back(db, award_id=award_id, actor=story.cast.nia.actor, now=story.now)
        assert waiting.held_back(db, kind="award") == awards_to_prepare(db, kind="award") == ()
        assert awards.is_set_aside(db, award_id)


def test_a_new_name_ordered_before_a_backup_waits_for_a_person_too(story: Story) -> None:
    issued = story.issue()
    rename(story, confirmed_by=story.cast.ama)
    order(story, issued.award_id)
    with story.database.transaction() as db:
        assert waiting.hold_back(db, kind="award", now=story.now) == 1
        with pytest.raises(RuleBroken, match="issued-already"):
            renewing.take_back(db, award_id=issued.award_id, actor=story.cast.nia.actor, now=story.now)
        assert waiting.let_all_go(db, kind="award", actor=SERVICE, now=story.now) == 1
    carry_out(story, issued.award_id)


def test_an_award_is_let_go_by_a_co_ordinator_only(story: Story) -> None:
    award_id = story.award()
    with story.database.transaction() as db:
        waiting.hold_back(db, kind="award", now=story.now)
        for actor in (story.cast.sam.actor, story.cast.ama.actor, SERVICE):
            with pytest.raises(Forbidden):
                renewing.issue_after_all(db, award_id=award_id, actor=actor, now=story.now)
        assert waiting.is_held_back(db, award_id)
