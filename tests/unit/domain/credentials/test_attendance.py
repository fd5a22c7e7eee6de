"""The record of an adult's training: asked for, given by somebody else, signed like an award, ended by two."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.cli.verify import in_words
from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.credentials import attendance, attendance_ending, finding
from accredit.domain.credentials.kinds import ATTENDANCES, KINDS, SUBJECTS
from accredit.domain.credentials.rules import RevokeReason
from accredit.domain.credentials.subjects import subjects
from accredit.domain.credentials.to_do import ToDoKind, to_do
from accredit.domain.credentials.views import AttendanceView
from accredit.domain.facilitation import operations as facilitation
from accredit.domain.facilitation.models import FacilitatorRecord
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries as issuances
from accredit.domain.issuing import self_audit
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import ReplaceReason
from accredit.domain.organisations.rules import Role, permissions_of
from accredit.domain.verification import evidence, handing_out
from accredit.domain.verification import operations as verification
from accredit.domain.verification.offline_sources import OfflineSources
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import Reason, Verdict
from accredit.errors import NotFound, RuleBroken
from accredit.jobs.issuing import Issued, Issuer
from accredit.rendering.of_credential import pdf_of
from tests import factories
from tests.cast import Player
from tests.factories import NOW
from tests.unit.domain.verification.story import Story

DAY = date(2026, 6, 4)
NOT_SAID = (
    "Level",
    "level 1",
    "Supervisor",
    "Nia",
    "Peer Support Trust",
    "Ama",
    "example.org",
    "CommunityService",
    "awardedDate",
)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Sam was trained and asked; Nia gives; Mia is a second co-ordinator."""

    story: Story
    mia: Player

    def trained(self, *parts: str, on: date = DAY) -> UUID:
        with self.story.database.transaction() as db:
            return facilitation.record_session(
                db,
                programme_id=self.story.cast.programme_id,
                held_on=on,
                part_codes=parts,
                delivered_by="Peer Support Trust",
                present=[self.story.cast.sam.id],
                actor=self.story.cast.nia.actor,
                now=self.story.now,
            )

    def given(self, name: str = "Samuel Beispiel") -> UUID:
        """Let Sam ask, and Nia give."""
        cast, now = self.story.cast, self.story.now
        with self.story.database.transaction() as db:
            record_id = facilitation.ask_for_record(
                db, programme_id=cast.programme_id, printed_name=name, actor=cast.sam.actor, now=now
            )
        with self.story.database.transaction() as db:
            facilitation.give_record(db, record_id=record_id, actor=cast.nia.actor, now=now)
        return record_id

    def issue(self) -> Issued:
        return Issuer(self.story.database, self.story.keyring, lambda: self.story.now).issue_waiting()

    def made(self) -> tuple[AttendanceView, bytes]:
        """Take a record all the way."""
        self.trained("F1", "F2")
        record_id = self.given()
        assert (self.issue().released, self.issue().refused) == (1, {})
        return self.of(record_id)

    def of(self, record_id: UUID) -> tuple[AttendanceView, bytes]:
        with self.story.database.reading() as db:
            (view,) = [each for each in attendance.of_staff(db, self.story.cast.sam.id) if each.record_id == record_id]
            document = issuances.signed_document(db, view.issuance_id)
        assert document is not None
        return view, document

    def ends(self, act: Any, record_id: UUID, by: Player, **told: Any) -> Any:
        with self.story.database.transaction() as db:
            return act(db, record_id=record_id, actor=by.actor, now=self.story.now, **told)

    def verdict(self, view: AttendanceView) -> tuple[Verdict, Reason | None]:
        with self.story.database.reading() as db:
            answer = verification.verify_code(db, code=view.code, now=self.story.now)
        assert answer is not None
        return answer.report.verdict, answer.report.reason


def desk_of(story: Story) -> Desk:
    """Add Mia."""
    with story.database.transaction() as db:
        mia_id = factories.add_staff(db, story.cast.organisation_id, name="Mia Mostra", email="mia@example.org")
        factories.give_role(db, mia_id, Role.COORDINATOR)
    actor = factories.staff_actor(mia_id, story.cast.organisation_id, Role.COORDINATOR)
    return Desk(story=story, mia=Player(id=mia_id, name="Mia Mostra", actor=actor))


@pytest.fixture
def desk(quick_story: Story) -> Desk:
    return desk_of(quick_story)


def test_it_is_issued_like_an_award_and_genuine(story: Story) -> None:
    desk = desk_of(story)
    view, document = desk.made()
    assert desk.verdict(view) == (Verdict.GENUINE, None)
    with story.database.reading() as db:
        answer = verification.verify_code(db, code=view.code, now=story.now)
        assert answer is not None
        assert answer.view == view
        report = verification.verify(document, now=story.now, sources=DatabaseSources(db))
        assert self_audit.verify_store(db) == ()
    assert report.verdict is Verdict.GENUINE
    assert report.claims is not None
    assert report.claims.award_name == "Facilitator training attended, Wellbeing Ambassadors"
    assert (report.claims.awarded_on, report.claims.printed_name) == (None, "Samuel Beispiel")
    assert view.has_jwt
    assert view.seen_as == "S. B."


def test_it_says_what_was_attended_and_no_level_and_nobody_else(desk: Desk) -> None:
    view, signed = desk.made()
    document = json.loads(signed)
    narrative = document["credentialSubject"]["narrative"]
    assert "Attended 2 parts of the training for facilitators on 4 June 2026, together 3 hours." in narrative
    assert "by an adult" in narrative
    assert "states no level" in narrative
    written = signed.decode()
    assert not [word for word in NOT_SAID if word in written]
    assert document["credentialSubject"]["achievement"]["achievementType"] == "CertificateOfCompletion"
    results = {
        each["resultDescription"].partition("#")[2]: each.get("value") or each["status"]
        for each in document["credentialSubject"]["result"]
    }
    assert results == {"hours": "3", "part-F1": "Completed", "part-F2": "Completed"}
    assert [part.minutes for part in view.parts] == [90, 90]


def test_nothing_is_signed_before_somebody_else_gave_it(desk: Desk) -> None:
    desk.trained("F1")
    cast, story = desk.story.cast, desk.story
    with story.database.transaction() as db:
        record_id = facilitation.ask_for_record(
            db, programme_id=cast.programme_id, printed_name="Sam", actor=cast.sam.actor, now=story.now
        )
    assert desk.issue().prepared == 0
    desk.ends(facilitation.give_record, record_id, cast.nia)
    assert desk.issue().released == 1


def test_a_register_that_was_corrected_meanwhile_gives_it_up(desk: Desk) -> None:
    session_id = desk.trained("F1")
    record_id = desk.given()
    story = desk.story
    with story.database.transaction() as db:
        facilitation.correct_register(
            db, session_id=session_id, present=[desk.mia.id], actor=story.cast.nia.actor, now=story.now
        )
    assert desk.issue().refused == {record_id: "record-changed"}
    assert desk.issue().refused == {}, "it waits no more"
    desk.trained("F2")
    desk.given()
    assert desk.issue().released == 1


def test_what_was_attended_since_it_was_given_is_for_the_next_one(desk: Desk) -> None:
    desk.trained("F1")
    first = desk.given()
    desk.trained("F3", on=date(2026, 6, 11))
    assert desk.issue().released == 1
    assert [part.code for part in desk.of(first)[0].parts] == ["F1"]
    second = desk.given()
    assert desk.issue().released == 1
    view, _ = desk.of(second)
    assert view.sentence == (
        "Attended 2 parts of the training for facilitators from 4 June 2026 to 11 June 2026, together 2½ hours."
    )
    assert desk.verdict(desk.of(first)[0]) == (Verdict.GENUINE, None), "each stands for itself"


def test_one_person_asks_and_another_ends_it(story: Story) -> None:
    desk = desk_of(story)
    view, document = desk.made()
    nia, reason = story.cast.nia, RevokeReason.FACTS_WRONG
    assert desk.ends(attendance_ending.ask, view.record_id, nia, reason=reason) is False
    assert desk.verdict(view) == (Verdict.GENUINE, None)
    waits = {who: _endings_told(story, who) for who in (nia.id, desk.mia.id)}
    assert waits == {nia.id: 0, desk.mia.id: 1}, "who asked has done their part"
    refusals: list[tuple[Any, Player, dict[str, Any], str]] = [
        (attendance_ending.ask, desk.mia, {"reason": reason}, "asked-already"),
        (attendance_ending.confirm, nia, {}, "second-person-needed"),
    ]
    for act, by, told, rule in refusals:
        with pytest.raises(RuleBroken, match=rule):
            desk.ends(act, view.record_id, by, **told)
    with pytest.raises(NotFound):
        desk.ends(attendance_ending.confirm, view.record_id, story.cast.oz)
    desk.ends(attendance_ending.decline, view.record_id, desk.mia)
    desk.ends(attendance_ending.ask, view.record_id, nia, reason=reason)
    desk.ends(attendance_ending.confirm, view.record_id, desk.mia)
    assert desk.verdict(view) == (Verdict.NOT_CURRENT, Reason.REVOKED)
    with story.database.reading() as db:
        report = verification.verify(document, now=story.now, sources=DatabaseSources(db))
        tags = db.execute(sa.select(col(AuditEvent.tag)).where(col(AuditEvent.subject_id) == view.record_id)).scalars()
        asked, declined = Tag.REVOCATION_ASKED, Tag.REVOCATION_DECLINED
        assert [tag for tag in tags if tag in {asked, declined}] == [asked, declined, asked]
        assert subjects(db, [view.issuance_id])[view.issuance_id].person == story.cast.sam.name
        assert self_audit.verify_store(db) == ()
    assert report.verdict is Verdict.NOT_CURRENT
    with pytest.raises(RuleBroken, match="already-revoked"):
        desk.ends(attendance_ending.ask, view.record_id, nia, reason=reason)


def test_its_holder_takes_it_back_alone_and_asks_again(desk: Desk) -> None:
    view, _ = desk.made()
    with pytest.raises(NotFound):
        desk.ends(attendance_ending.take_back, view.record_id, desk.mia)
    for _ in range(2):
        desk.ends(attendance_ending.take_back, view.record_id, desk.story.cast.sam)
    assert desk.verdict(view) == (Verdict.NOT_CURRENT, Reason.REVOKED)
    again = desk.given()
    assert desk.issue().released == 1
    assert desk.verdict(desk.of(again)[0]) == (Verdict.GENUINE, None)


@pytest.mark.attack("WZ24")
def test_wz24_nobody_keeps_a_record_of_their_own_that_somebody_wants_ended(desk: Desk) -> None:
    story, mia = desk.story, desk.mia
    with story.database.transaction() as db:
        facilitation.record_session(
            db,
            programme_id=story.cast.programme_id,
            held_on=DAY,
            part_codes=["F1"],
            delivered_by="Peer Support Trust",
            present=[mia.id],
            actor=story.cast.nia.actor,
            now=story.now,
        )
        record_id = facilitation.ask_for_record(
            db, programme_id=story.cast.programme_id, printed_name="Mia Mostra", actor=mia.actor, now=story.now
        )
    with pytest.raises(RuleBroken, match="own-record"):
        desk.ends(facilitation.give_record, record_id, mia)
    desk.ends(facilitation.give_record, record_id, story.cast.nia)
    desk.issue()
    reason = RevokeReason.RECORD_NOT_RELIABLE
    with pytest.raises(RuleBroken, match="own-record"):
        desk.ends(attendance_ending.ask, record_id, mia, reason=reason)
    desk.ends(attendance_ending.ask, record_id, story.cast.nia, reason=reason)
    with pytest.raises(RuleBroken, match="own-record"):
        desk.ends(attendance_ending.decline, record_id, mia)


def test_taken_back_before_it_was_signed_it_never_is(desk: Desk) -> None:
    desk.trained("F1")
    record_id = desk.given()
    desk.ends(attendance_ending.take_back, record_id, desk.story.cast.sam)
    assert desk.issue().prepared == 0


def test_a_stolen_key_is_followed_by_the_same_record_under_its_code(desk: Desk) -> None:
    view, _ = desk.made()
    with desk.story.database.transaction() as db:
        issuing.replace(
            db,
            issuance_id=view.issuance_id,
            reason=ReplaceReason.KEY_COMPROMISED,
            actor=desk.story.cast.operator.actor,
            now=desk.story.now,
        )
    assert desk.issue().released == 1
    with desk.story.database.reading() as db:
        found = finding.released_by_code(db, view.code)
        assert found is not None
        now_it_is = found[0]
        assert isinstance(now_it_is, AttendanceView)
        assert (now_it_is.record_id, now_it_is.code) == (view.record_id, view.code)
        assert now_it_is.credential_id != view.credential_id
        assert finding.latest_view_of_credential(db, view.credential_id) == now_it_is


def test_it_is_confirmed_where_nobody_answers(desk: Desk) -> None:
    view, document = desk.made()
    now = desk.story.now + timedelta(hours=1)
    with desk.story.database.reading() as db:
        found = handing_out.evidence_of(db, view.credential_id, now=desk.story.now)
        trust = handing_out.trust_of(db, now=desk.story.now)
    assert found is not None
    assert trust is not None
    paper = pdf_of(view, document, base_url="https://accredit.example", evidence=evidence.write(found))
    for data in (document, paper):
        report = verification.verify(data, now=now, sources=OfflineSources(trust, now=now, evidence=[found]))
        assert (report.verdict, report.reason) == (Verdict.GENUINE, None)
    assert "What it is: Facilitator training attended" in in_words(report)


def test_after_an_older_backup_came_back_what_waits_is_given_up(desk: Desk) -> None:
    desk.trained("F1")
    record_id = desk.given()
    with desk.story.database.transaction() as db:
        assert {kind.name: kind.hold_back(db, now=desk.story.now) for kind in KINDS}["attendance"] == 1
    assert desk.issue().prepared == 0
    with desk.story.database.reading() as db:
        row = db.get(FacilitatorRecord, record_id)
        assert row is not None
        assert row.given_up_at is not None
        assert ATTENDANCES.waiting(db) == ()


def test_it_is_nothing_of_a_young_person(desk: Desk) -> None:
    desk.made()
    assert FacilitatorRecord not in SUBJECTS
    with desk.story.database.reading() as db:
        assert db.execute(sa.select(col(Issuance.kind))).scalars().all() == ["attendance"]


def _endings_told(story: Story, staff_id: UUID) -> int:
    own = story.cast.organisation_id
    may = permissions_of([Role.COORDINATOR])
    with story.database.reading(own) as db:
        found = to_do(db, organisation_id=own, permissions=may, staff_id=staff_id, now=NOW)
    return sum(each.count for each in found if each.kind is ToDoKind.ADULTS_ENDINGS)
