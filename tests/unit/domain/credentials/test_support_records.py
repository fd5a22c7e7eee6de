"""A record of peer support: asked for by its holder, signed like an award, and saying what was done and no more."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.cli.verify import in_words
from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.credentials import finding, hiding, support_record_asking, support_records
from accredit.domain.credentials.kinds import KINDS, RECORDS
from accredit.domain.credentials.models import SupportRecord
from accredit.domain.credentials.views import RecordView
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries as issuances
from accredit.domain.issuing import self_audit
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import ReplaceReason, Stage, Status
from accredit.domain.practice.bringing_forward import bring_forward
from accredit.domain.practice.models import HoursEntry
from accredit.domain.practice.rules import HoursStatus
from accredit.domain.verification import evidence, handing_out
from accredit.domain.verification import operations as verification
from accredit.domain.verification.offline_sources import OfflineSources
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import Reason, Verdict
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.jobs.issuing import Issued, Issuer
from accredit.rendering.of_credential import pdf_of
from tests.unit.domain.verification.story import Story

NOT_SAID = ("incomplete", "not yet", "missing", "failed", "level 1", "Peer Supporter", "2025", "October", "September")


def ask(story: Story, *, shows_months: bool = False) -> UUID:
    """Let Ama ask for a record."""
    with story.database.transaction() as db:
        return support_record_asking.ask(
            db,
            enrolment_id=story.cast.ama.enrolled,
            shows_months=shows_months,
            actor=story.cast.ama.actor,
            now=story.now,
        )


def issue(story: Story) -> Issued:
    """Let the signer do whatever waits."""
    return Issuer(story.database, story.keyring, lambda: story.now).issue_waiting()


def view_of(story: Story, record_id: UUID) -> RecordView:
    """Return a record that is out."""
    with story.database.reading() as db:
        (found,) = [
            each for each in support_records.of_young_person(db, story.cast.ama.id) if each.record_id == record_id
        ]
    return found


def signed(story: Story, view: RecordView) -> bytes:
    """Return the signed JSON of a record."""
    with story.database.reading() as db:
        found = issuances.signed_document(db, view.issuance_id)
    assert found is not None
    return found


def made(story: Story, *, shows_months: bool = False) -> tuple[RecordView, dict[str, Any]]:
    """Take a record all the way."""
    record_id = ask(story, shows_months=shows_months)
    assert (issue(story).released, issue(story).refused) == (1, {})
    view = view_of(story, record_id)
    return view, json.loads(signed(story, view))


def test_it_is_issued_like_an_award_and_genuine(story: Story) -> None:
    view, document = made(story)
    with story.database.reading() as db:
        answer = verification.verify_code(db, code=view.code, now=story.now)
        assert answer is not None
        assert (answer.report.verdict, answer.view) == (Verdict.GENUINE, view)
        report = verification.verify(signed(story, view), now=story.now, sources=DatabaseSources(db))
        assert report.verdict is Verdict.GENUINE
        assert report.claims is not None
        assert report.claims.award_name == "Record of peer support, Wellbeing Ambassadors"
        assert report.claims.awarded_on is None
        assert report.claims.printed_name == story.cast.ama.name
        assert self_audit.verify_store(db) == ()
    assert document["credentialSubject"]["achievement"]["achievementType"] == "CommunityService"
    assert view.has_jwt


def test_it_says_what_was_done_and_neither_a_level_nor_a_month(quick_story: Story) -> None:
    view, document = made(quick_story)
    narrative = document["credentialSubject"]["narrative"]
    assert "Trained in 7 modules" in narrative
    assert "Gave 13 hours of supervised peer support: Drop-in" in narrative
    assert "Met with supervising adults 3 times." in narrative
    assert "Skills that an adult has seen in use: " in narrative
    assert "Made on 30 June 2026." in narrative
    assert "not an award and has no level" in narrative
    written = json.dumps(document)
    assert not [word for word in NOT_SAID if word in written]
    results = {
        each["resultDescription"].partition("#")[2]: each.get("value") or each["status"]
        for each in document["credentialSubject"]["result"]
    }
    assert results["hours"] == results["hours-drop-in"] == "13"
    assert results["supervision-meetings"] == "3"
    assert results["module-M1"] == results["skill-listening"] == "Completed"
    assert view.contents.first_on is None


def test_months_stand_in_it_where_they_are_wanted_and_days_never(quick_story: Story) -> None:
    _, document = made(quick_story, shows_months=True)
    narrative = document["credentialSubject"]["narrative"]
    assert "between October 2025 and June 2026" in narrative
    assert "(September 2025)" in narrative
    assert "activityStartDate" not in document["credentialSubject"]
    assert "6 October" not in narrative


def test_hours_brought_forward_are_named_as_such(quick_story: Story) -> None:
    cast = quick_story.cast
    with quick_story.database.transaction() as db:
        bring_forward(
            db,
            organisation_id=cast.organisation_id,
            totals={cast.ama.enrolled: 600},
            until=date(2025, 10, 5),
            actor=cast.nia.actor,
            now=quick_story.now,
        )
    _, document = made(quick_story)
    narrative = document["credentialSubject"]["narrative"]
    assert "Gave 13 hours of supervised peer support: Drop-in" in narrative
    assert "A further 10 hours of supervised peer support are from the school’s earlier records." in narrative
    values = {each["resultDescription"]: each.get("value") for each in document["credentialSubject"]["result"]}
    url = document["credentialSubject"]["achievement"]["id"]
    assert (values[f"{url}#hours"], values[f"{url}#earlier-hours"]) == ("23", "10")


def test_asked_again_with_nothing_new_it_is_the_same_record(quick_story: Story) -> None:
    first = ask(quick_story)
    assert ask(quick_story) == first
    issue(quick_story)
    assert ask(quick_story) == first
    assert ask(quick_story, shows_months=True) != first
    quick_story.now += timedelta(days=1)
    assert ask(quick_story) != first, "a record says its day"


def test_an_earlier_record_stays_beside_a_newer_one(quick_story: Story) -> None:
    earlier, _ = made(quick_story)
    quick_story.now += timedelta(days=1)
    later, _ = made(quick_story)
    with quick_story.database.reading() as db:
        for view in (earlier, later):
            answer = verification.verify_code(db, code=view.code, now=quick_story.now)
            assert answer is not None
            assert (answer.report.verdict, answer.view) == (Verdict.GENUINE, view)
    assert (earlier.made_on, later.made_on) == (date(2026, 6, 30), date(2026, 7, 1))


def test_at_most_five_are_made_in_a_day(quick_story: Story) -> None:
    for _ in range(support_record_asking.MOST_IN_A_DAY):
        record_id = ask(quick_story)
        with quick_story.database.transaction() as db:
            support_record_asking.take_back(
                db, record_id=record_id, actor=quick_story.cast.ama.actor, now=quick_story.now
            )
    with pytest.raises(RuleBroken, match="too-many-records"):
        ask(quick_story)
    assert issue(quick_story).prepared == 0


def test_who_may_ask(quick_story: Story) -> None:
    cast, now = quick_story.cast, quick_story.now
    refusals: list[tuple[Any, UUID, type[Exception], str]] = [
        (cast.ben.actor, cast.ama.enrolled, NotFound, "enrolment"),
        (cast.nia.actor, cast.ama.enrolled, Forbidden, "wrong-audience"),
        (cast.cai.actor, cast.cai.enrolled, RuleBroken, "name-not-confirmed"),
        (cast.ben.actor, cast.ben.enrolled, RuleBroken, "nothing-to-record"),
    ]
    for actor, enrolment_id, refusal, said in refusals:
        with quick_story.database.transaction() as db, pytest.raises(refusal, match=said):
            support_record_asking.ask(db, enrolment_id=enrolment_id, shows_months=False, actor=actor, now=now)


def test_taken_back_it_holds_no_more(story: Story) -> None:
    view, _ = made(story)
    document = signed(story, view)
    with story.database.transaction() as db:
        with pytest.raises(NotFound):
            support_record_asking.take_back(db, record_id=view.record_id, actor=story.cast.ben.actor, now=story.now)
        for _ in range(2):
            support_record_asking.take_back(db, record_id=view.record_id, actor=story.cast.ama.actor, now=story.now)
    with story.database.reading() as db:
        answer = verification.verify_code(db, code=view.code, now=story.now)
        assert answer is not None
        assert (answer.report.verdict, answer.report.reason) == (Verdict.NOT_CURRENT, Reason.REVOKED)
        report = verification.verify(document, now=story.now, sources=DatabaseSources(db))
        assert report.verdict is Verdict.NOT_CURRENT
    assert ask(story) != view.record_id


def test_taken_back_before_it_was_signed_it_never_is(quick_story: Story) -> None:
    record_id = ask(quick_story)
    with quick_story.database.transaction() as db:
        support_record_asking.take_back(db, record_id=record_id, actor=quick_story.cast.ama.actor, now=quick_story.now)
        assert support_record_asking.coming(db, quick_story.cast.ama.id) == ()
    assert issue(quick_story).prepared == 0


def test_rows_that_were_corrected_meanwhile_give_it_up(quick_story: Story) -> None:
    record_id = ask(quick_story)
    with quick_story.database.transaction() as db:
        entry = db.execute(sa.select(HoursEntry).where(col(HoursEntry.minutes) == 105).limit(1)).scalar_one()
        entry.status = HoursStatus.CORRECTED
    assert issue(quick_story).refused == {record_id: "record-changed"}
    assert issue(quick_story).refused == {}, "it waits no more"
    assert ask(quick_story) != record_id
    assert issue(quick_story).released == 1


def test_a_stolen_key_is_followed_by_the_same_record_under_its_code(quick_story: Story) -> None:
    view, _ = made(quick_story)
    with quick_story.database.transaction() as db:
        issuing.replace(
            db,
            issuance_id=view.issuance_id,
            reason=ReplaceReason.KEY_COMPROMISED,
            actor=quick_story.cast.operator.actor,
            now=quick_story.now,
        )
    assert issue(quick_story).released == 1
    with quick_story.database.reading() as db:
        found = finding.released_by_code(db, view.code)
        assert found is not None
        now_it_is = found[0]
        assert isinstance(now_it_is, RecordView)
        assert (now_it_is.record_id, now_it_is.code) == (view.record_id, view.code)
        assert now_it_is.credential_id != view.credential_id
        assert finding.latest_view_of_credential(db, view.credential_id) == now_it_is
        assert finding.open_view_by_credential_id(db, view.credential_id) is None


def test_it_is_confirmed_where_nobody_answers(quick_story: Story) -> None:
    view, _ = made(quick_story)
    with quick_story.database.reading() as db:
        found = handing_out.evidence_of(db, view.credential_id, now=quick_story.now)
        trust = handing_out.trust_of(db, now=quick_story.now)
    assert found is not None
    assert trust is not None
    document = signed(quick_story, view)
    paper = pdf_of(view, document, base_url="https://accredit.example", evidence=evidence.write(found))
    for data in (document, paper):
        for later, verdict, reason in (
            (timedelta(hours=1), Verdict.GENUINE, None),
            (timedelta(days=2), Verdict.CANNOT_CONFIRM, Reason.STATUS_NOT_FRESH),
        ):
            now = quick_story.now + later
            sources = OfflineSources(trust, now=now, evidence=[found])
            report = verification.verify(data, now=now, sources=sources)
            assert (report.verdict, report.reason) == (verdict, reason)
    said = in_words(report)
    assert "What it is: Record of peer support" in said
    assert "Award" not in said.partition("What was done")[0]


def test_hidden_with_everything_of_its_holder_it_never_existed(quick_story: Story) -> None:
    view, _ = made(quick_story)
    award = quick_story.issue()
    with quick_story.database.transaction() as db:
        hiding.hide(db, award_id=award.award_id, is_whole=True, actor=quick_story.cast.lee.actor, now=quick_story.now)
    with quick_story.database.reading() as db:
        assert verification.verify_code(db, code=view.code, now=quick_story.now) is None
        assert finding.open_view_by_credential_id(db, view.credential_id) is None
        assert finding.latest_view_of_credential(db, view.credential_id) is None
        assert support_records.of_young_person(db, quick_story.cast.ama.id) == [view], "it is still theirs"


def test_after_an_older_backup_came_back_what_waits_is_given_up(quick_story: Story) -> None:
    record_id = ask(quick_story)
    award_id = quick_story.award()
    with quick_story.database.transaction() as db:
        for number in (1, 0):
            held = {kind.name: kind.hold_back(db, now=quick_story.now) for kind in KINDS}
            assert held == {"award": number, "record": number, "share": 0, "attendance": 0}
    assert issue(quick_story).prepared == 0
    with quick_story.database.reading() as db:
        row = db.get(SupportRecord, record_id)
        assert row is not None
        assert row.given_up_at is not None
        assert RECORDS.waiting(db) == ()
    assert award_id != record_id


def test_each_kind_is_finished_by_the_next_pass(quick_story: Story) -> None:
    ask(quick_story)
    quick_story.award()
    assert issue(quick_story).released == 2
    with quick_story.database.reading() as db:
        kinds = db.execute(sa.select(col(Issuance.kind), col(Issuance.stage), col(Issuance.status))).all()
    assert sorted(tuple(row) for row in kinds) == [
        ("award", Stage.RELEASED, Status.ACTIVE),
        ("record", Stage.RELEASED, Status.ACTIVE),
    ]


def test_asking_is_told_once(quick_story: Story) -> None:
    record_id = ask(quick_story)
    ask(quick_story)
    with quick_story.database.reading() as db:
        told = db.execute(sa.select(col(AuditEvent.tag)).where(col(AuditEvent.subject_id) == record_id)).scalars().all()
    assert told == [Tag.RECORD_ASKED]
