"""The credential of an award: what stands in it, what never does, and when it is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.awarding.models import Award
from accredit.domain.credentials import queries
from accredit.domain.credentials.drafting import Draft, attach_many, drafts
from accredit.domain.credentials.models import Credential
from accredit.domain.credentials.rules import SCOPE_LINE, TARIFF_LINE, Progress
from accredit.domain.issuing.rules import Reservation
from accredit.domain.people.models import YoungPerson
from accredit.domain.practice import operations as practice
from accredit.domain.practice.models import HoursEntry
from accredit.domain.programmes import operations as programme_operations
from accredit.domain.programmes import queries as programme_queries
from accredit.domain.training import operations as training
from accredit.domain.training.models import TrainingSession
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Database, Session
from tests.unit.domain.verification.story import FIRST_TRAINING, Issued, Story, told

RESERVATION = Reservation(
    credential_id=UUID("6a1676b8-b51f-41ed-937b-d76685a20ff5"),
    issuer="did:web:accredit.example:o:example-park-academy",
    status_list_url="https://accredit.example/status/abc",
    status_index=94567,
)


def drafted(story: Story, db: Session, award_id: UUID) -> Draft:
    found = drafts(db, award_ids=[award_id], now=story.now)[award_id]
    if not isinstance(found, Draft):
        raise found
    return found


def built(story: Story, award_id: UUID) -> dict[str, Any]:
    with story.database.transaction() as db:
        return drafted(story, db, award_id).build(RESERVATION)


def test_the_document_states_the_award_and_its_evidence(quick_story: Story) -> None:
    document = built(quick_story, quick_story.award())
    subject = document["credentialSubject"]
    assert document["id"] == "urn:uuid:6a1676b8-b51f-41ed-937b-d76685a20ff5"
    assert document["name"] == "Peer Supporter, Wellbeing Ambassadors"
    assert document["issuer"] == {
        "id": "did:web:accredit.example:o:example-park-academy",
        "type": ["Profile"],
        "name": "Example Park Academy",
        "url": "https://accredit.example/o/example-park-academy",
    }
    assert (document["validFrom"], document["awardedDate"]) == ("2026-06-30T14:03:00Z", "2026-06-30T00:00:00Z")
    assert "validUntil" not in document
    assert document["credentialStatus"]["id"] == "https://accredit.example/status/abc#94567"
    assert subject["identifier"] == [
        {"type": "IdentityObject", "hashed": False, "identityHash": "Ama Sample", "identityType": "name"}
    ]
    assert (subject["activityStartDate"], subject["activityEndDate"]) == (
        "2025-09-12T00:00:00Z",
        "2026-06-01T00:00:00Z",
    )
    assert subject["narrative"] == (
        "Trained in 7 modules (6 hours). Gave 13 hours of supervised peer support between October 2025 and June 2026, "
        f"and met with supervising adults 3 times. Approved by 1 adult. {SCOPE_LINE} {TARIFF_LINE}"
    )
    assert subject["achievement"]["achievementType"] == "CommunityService"
    evidence = {each["name"]: each["narrative"] for each in document["evidence"]}
    assert evidence["Record of supervised practice"] == (
        "8 entries from 6 October 2025 to 1 June 2026, together 13 hours, approved by 1 adult. "
        "Nobody approves their own time."
    )
    assert "of the log accredit.example/ledger" in evidence["Place in the public log"]


def test_results_name_hours_meetings_modules_and_only_skills_with_evidence(quick_story: Story) -> None:
    subject = built(quick_story, quick_story.award())["credentialSubject"]
    url = subject["achievement"]["id"]
    results = {each["resultDescription"].removeprefix(f"{url}#"): each for each in subject["result"]}
    assert (results["hours"]["value"], results["supervision-meetings"]["value"]) == ("13", "3")
    assert {name for name in results if name.startswith("module-")} == {f"module-{code}" for code in FIRST_TRAINING}
    shown = {name for name in results if name.startswith("skill-")}
    assert shown == {"skill-listening", "skill-confidentiality", "skill-passing-on"}
    assert {each["targetFramework"] for each in results["skill-listening"]["alignment"]} == {
        "ESCO",
        "Skills Builder Universal Framework 2.0",
    }
    guaranteed = {each["targetName"] for each in subject["achievement"]["alignment"]}
    assert guaranteed == {"respect confidentiality obligations", "promote the safeguarding of young people"}


def test_training_alone_is_a_course_completed_and_not_a_service(quick_story: Story) -> None:
    subject = built(quick_story, quick_story.award(level="WA-TRN"))["credentialSubject"]
    assert subject["achievement"]["achievementType"] == "CertificateOfCompletion"


def test_nothing_private_stands_in_it(quick_story: Story) -> None:
    text = json.dumps(built(quick_story, quick_story.award()))
    with quick_story.database.reading() as db:
        person = db.get(YoungPerson, quick_story.cast.ama.id)
    for private in (
        str(person.id),
        str(quick_story.cast.ama.enrolled),
        str(quick_story.cast.organisation_id),
        quick_story.cast.nia.name,
        quick_story.cast.sam.name,
        "@example.org",
        "2009",
        "2025-02",
        "12A",
        '"3101"',
        "127.0.0.1",
    ):
        assert private not in text


def test_two_awards_of_one_person_share_no_subject_id(quick_story: Story) -> None:
    first = built(quick_story, quick_story.award())["credentialSubject"]["id"]
    second = built(quick_story, quick_story.award(level="WA-TRN"))["credentialSubject"]["id"]
    assert first != second


def test_the_same_level_is_one_achievement_for_everybody(quick_story: Story) -> None:
    award_id = quick_story.award()
    ids = {built(quick_story, award_id)["credentialSubject"]["achievement"]["id"] for _ in range(2)}
    assert len(ids) == 1
    with quick_story.database.reading() as db:
        published = queries.achievement_by_public_id(db, ids.pop().rsplit("/", 1)[1])
        assert queries.achievement_by_public_id(db, "unknown") is None
    assert published is not None
    assert published["creator"]["id"] == "did:web:accredit.example:o:example-park-academy"
    assert "at least 10 hours of supervised peer support" in published["criteria"]["narrative"]


def test_a_demonstration_says_so_in_name_and_description(sqlite_database: Database, tmp_path: Path) -> None:
    story = told(sqlite_database, tmp_path, demonstration=True)
    document = built(story, story.award())
    achievement = document["credentialSubject"]["achievement"]
    for text in (document["name"], document["description"], achievement["name"], achievement["description"]):
        assert "DEMONSTRATION" in text


@pytest.mark.attack("WZ14")
def test_a_record_corrected_since_the_decision_is_not_signed_over(story: Story) -> None:
    award_id = story.award()
    with story.database.transaction() as db:
        before = queries.record_hashes(db, [award_id])[award_id]
        entry = db.execute(sa.select(HoursEntry).where(HoursEntry.minutes == 60)).scalar_one()  # type: ignore[arg-type]
        practice.correct_hours(
            db,
            entry_id=entry.id,
            activity_type="drop-in",
            held_on=entry.held_on,
            starts_at=time(12, 30),
            minutes=30,
            supervised_by=story.cast.sam.id,
            actor=story.cast.nia.actor,
            now=story.now,
        )
    with story.database.transaction() as db:
        assert queries.record_hashes(db, [award_id])[award_id] != before
        with pytest.raises(RuleBroken) as caught:
            drafted(story, db, award_id)
    assert caught.value.rule == "record-changed"


def test_a_training_tick_taken_back_since_the_decision_is_not_signed_over(story: Story) -> None:
    award_id, later = story.award(), story.now + timedelta(minutes=1)
    with story.database.transaction() as db:
        before = queries.record_hashes(db, [award_id])[award_id]
        session_id = db.execute(sa.select(col(TrainingSession.id))).scalars().first()
        assert session_id is not None
        training.record_attendance(
            db,
            session_id=session_id,
            present={story.cast.ama.enrolled: False},
            actor=story.cast.nia.actor,
            now=later,
        )
        assert queries.record_hashes(db, [award_id])[award_id] != before
    with pytest.raises(RuleBroken, match="record-changed"):
        built(story, award_id)


def test_a_supervision_meeting_corrected_since_the_decision_is_not_signed_over(story: Story) -> None:
    award_id = story.award()
    with story.database.transaction() as db:
        meeting = db.execute(
            sa.select(HoursEntry).where(col(HoursEntry.activity_type) == "supervision").limit(1)
        ).scalar_one()
        practice.correct_hours(
            db,
            entry_id=meeting.id,
            activity_type="supervision",
            held_on=meeting.held_on,
            starts_at=time(9),
            minutes=20,
            supervised_by=story.cast.sam.id,
            actor=story.cast.sam.actor,
            now=story.now,
        )
    with pytest.raises(RuleBroken, match="record-changed"):
        built(story, award_id)


def test_hours_of_a_type_that_a_later_version_dropped_are_still_signed(story: Story) -> None:
    today = story.now.date()
    with story.database.transaction() as db:
        definition = programme_queries.current_version(db, story.cast.programme_id, today).definition
        kept = tuple(each for each in definition.activity_types if each.code != "drop-in")
        programme_operations.add_version(
            db,
            programme_id=story.cast.programme_id,
            definition=replace(definition, activity_types=kept),
            effective_from=today,
            actor=story.cast.nia.actor,
            now=story.now,
        )
    document = built(story, story.award())
    assert document["credentialSubject"]["result"][0]["value"] == "13"


def test_hours_approved_after_the_decision_change_nothing(story: Story) -> None:
    award_id = story.award()
    later = story.now + timedelta(hours=2)
    with story.database.transaction() as db:
        before = queries.record_hashes(db, [award_id])[award_id]
        practice.record_practice_session(
            db,
            programme_id=story.cast.programme_id,
            activity_type="drop-in",
            held_on=date(2026, 6, 29),
            starts_at=time(12, 30),
            minutes=45,
            present=[story.cast.ama.enrolled],
            actor=story.cast.sam.actor,
            now=later,
        )
    with story.database.reading() as db:
        assert queries.record_hashes(db, [award_id])[award_id] == before
    assert "Gave 13 hours" in built(story, award_id)["credentialSubject"]["narrative"]


def test_the_hash_is_the_same_each_time_and_another_for_another_name(story: Story) -> None:
    award_id = story.award()
    with story.database.transaction() as db:
        before = queries.record_hashes(db, [award_id])[award_id]
        assert (len(before), queries.record_hashes(db, [award_id])[award_id]) == (32, before)
        db.get(YoungPerson, story.cast.ama.id).printed_name = "Ama Other"
        db.flush()
        assert queries.record_hashes(db, [award_id])[award_id] != before


def test_an_unknown_award_is_not_found(quick_story: Story) -> None:
    with quick_story.database.transaction() as db:
        with pytest.raises(NotFound):
            queries.record_hashes(db, [uuid4()])
        with pytest.raises(NotFound):
            drafted(quick_story, db, uuid4())


def test_the_code_is_given_once_and_read_in_any_spelling(story: Story) -> None:
    issued = story.issue()
    with story.database.transaction() as db:
        attach_many(db, drafted={issued.issuance_id: drafted(story, db, issued.award_id)}, now=story.now)
        codes = db.execute(sa.select(col(Credential.code)).where(col(Credential.issuance_id) == issued.issuance_id))
        assert codes.scalars().all() == [issued.code]
    with story.database.reading() as db:
        view = queries.view_by_code(db, issued.code)
        assert view is not None
        for spelling in (view.shown_code, view.shown_code.lower(), issued.code.lower()):
            assert queries.view_by_code(db, spelling) == view
        assert queries.view_by_credential_id(db, view.credential_id) == view
        assert queries.of_young_person(db, story.cast.ama.id) == [view]
        wrong = ("A" if issued.code[0] != "A" else "B") + issued.code[1:]
        assert [queries.view_by_code(db, text) for text in (wrong, "", "hello", "7K3MD-9RTWX-4HQP")] == [None] * 4


def test_a_cohort_shows_how_far_each_award_is(story: Story) -> None:
    award_id = story.award()
    assert _progress(story) == (Progress.WAITING, 1)
    prepared = story.prepare(award_id)
    assert _progress(story) == (Progress.WAITING, 1)
    story.sign(prepared.id)
    assert _progress(story) == (Progress.SIGNED, 1)
    story.release()
    assert _progress(story) == (Progress.RELEASED, 0)
    story.change_status("suspend", prepared.id)
    assert _progress(story) == (Progress.SUSPENDED, 0)
    story.change_status("revoke", prepared.id)
    assert _progress(story) == (Progress.REVOKED, 0)


def _progress(story: Story) -> tuple[Progress, int]:
    with story.database.reading(story.cast.organisation_id) as db:
        (line,) = queries.cohort(db, organisation_id=story.cast.organisation_id)
        waiting = queries.waiting_count(db, organisation_id=story.cast.organisation_id)
    is_public = line.progress in {Progress.RELEASED, Progress.SUSPENDED, Progress.REVOKED}
    assert (line.code is not None) is (line.credential_id is not None) is is_public
    return line.progress, waiting


def test_oz_of_another_school_sees_nothing(story: Story) -> None:
    issued = story.issue()
    with story.database.reading(story.cast.other_organisation_id) as db:
        assert queries.view_of_award(db, issued.award_id) is None
        assert queries.of_young_person(db, story.cast.ama.id) == []
        assert queries.cohort(db, organisation_id=story.cast.organisation_id) == []
        assert queries.waiting_count(db, organisation_id=story.cast.organisation_id) == 0


def test_a_page_shows_the_name_that_was_signed_after_the_record_changed(quick_story: Story, issued: Issued) -> None:
    with quick_story.database.transaction() as db:
        db.get(YoungPerson, quick_story.cast.ama.id).printed_name = "Ama Newname"
    with quick_story.database.reading() as db:
        view = queries.view_by_code(db, issued.code)
        award = db.get(Award, issued.award_id)
    assert view is not None
    assert (view.printed_name, view.awarded_on) == ("Ama Sample", award.awarded_on)
