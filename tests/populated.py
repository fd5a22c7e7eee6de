"""The cast after a year: trained, practised, awarded and signed; something of every kind that a page can show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.domain.awarding import operations as awarding
from accredit.domain.credentials import share_links, sharing
from accredit.domain.credentials.models import Achievement, Credential
from accredit.domain.credentials.sharing_rules import Chosen, Lasts, MadeFor, NameShown
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.facilitation import operations as facilitation
from accredit.domain.facilitation import queries as facilitators
from accredit.domain.facilitation.models import FacilitatorRecord
from accredit.domain.issuing.models import Issuance, StatusList
from accredit.domain.organisations import holidays, paper
from accredit.domain.organisations.rules import Details, Kind, Nation, PicturePlace
from accredit.domain.people import consents, joining
from accredit.domain.people import queries as people
from accredit.domain.people.joining import Asker
from accredit.domain.people.rules import About, Voice
from accredit.domain.practice import operations as practice
from accredit.domain.programmes import drafting
from accredit.domain.programmes import queries as programmes
from accredit.domain.training import operations as training
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.sandbox.pictures import Advice, Redrawn
from accredit.storage import Database, Session
from tests.cast import Cast
from tests.factories import NOW, PEPPER
from tests.snapshots import Snapshots

PASSPHRASE = "correct horse battery staple"
MODULES = ("M1", "M2", "M3", "M4", "M5", "M6", "M8")


@dataclass(frozen=True, kw_only=True)
class Year:
    """Ids of what happened at Ama's school."""

    break_id: UUID
    """Ben's break."""
    role_id: UUID
    """Sam's role."""
    training_id: UUID
    practice_id: UUID
    approved_id: UUID
    waiting_id: UUID
    joining_id: UUID
    award_id: UUID
    issuance_id: UUID
    credential_id: UUID
    """The ``urn:uuid`` of the signed document."""
    code: str
    achievement: str
    status_list: str
    draft_id: UUID
    """The draft of a change to the programme."""
    holiday_id: UUID


def populate(database: Database, cast: Cast, folder: Path) -> Year:
    """Play the year, sign the award, and return the ids; the private keys are written below ``folder``."""
    with database.transaction(cast.organisation_id) as db:
        played = _play(db, cast)
        drafting.begin_change(db, programme_id=cast.programme_id, actor=cast.nia.actor, now=NOW)
        _give_a_logo(db, cast)
        holiday_id = _note_a_holiday(db, cast)
    done = open_issuer(database, KeyRing.open(folder / "keys", PASSPHRASE)).issue_waiting()
    assert (done.released, done.refused) == (1, {})
    with database.transaction() as db:
        joining.ask(
            db,
            details=Details(name="Ysgol Ofyn"),
            kind=Kind.SCHOOL,
            nation=Nation.WALES,
            asker=Asker(name="Gwen Gofyn", job_title=None, email="gwen@example.org"),
            now=NOW,
        )
        (asked,) = joining.waiting(db, now=NOW)
    with database.reading() as db:
        issuance = db.execute(sa.select(Issuance).where(col(Issuance.subject_id) == played.award_id)).scalar_one()
        credential = db.execute(sa.select(Credential).where(col(Credential.issuance_id) == issuance.id)).scalar_one()
        wanted = sa.select(col(Achievement.public_id)).where(col(Achievement.id) == credential.achievement_id)
        achievement = db.execute(wanted).scalar_one()
        status_list = db.execute(sa.select(StatusList)).scalars().first()
        assert status_list is not None
        (pause,) = enrolments.enrolment(db, cast.ben.enrolled).breaks
        (role,) = people.staff_member(db, cast.sam.id).roles
        draft = programmes.draft_of(db, cast.programme_id)
        assert draft is not None
    assert pause.id is not None
    return Year(
        break_id=pause.id,
        role_id=role.id,
        training_id=played.training_id,
        practice_id=played.practice_id,
        approved_id=played.approved_id,
        waiting_id=played.waiting_id,
        joining_id=asked.id,
        award_id=played.award_id,
        issuance_id=issuance.id,
        credential_id=issuance.credential_id,
        code=credential.code,
        achievement=achievement,
        status_list=status_list.public_id,
        draft_id=draft.id,
        holiday_id=holiday_id,
    )


def played(snapshots: Snapshots, database: Database, cast: Cast, folder: Path) -> Year:
    """The same, by a copy where this year was played in this run already."""
    return snapshots.reach(database, "year", lambda: populate(database, cast, folder), beside=folder / "keys")


@dataclass(frozen=True, kw_only=True)
class _Played:
    training_id: UUID
    practice_id: UUID
    approved_id: UUID
    waiting_id: UUID
    award_id: UUID


def _note_a_holiday(db: Session, cast: Cast) -> UUID:
    first_on, last_on = date(2026, 10, 26), date(2026, 10, 30)
    holidays.add(
        db,
        organisation_id=cast.organisation_id,
        first_on=first_on,
        last_on=last_on,
        actor=cast.lee.actor,
        now=NOW,
    )
    (noted,) = holidays.holidays(db, cast.organisation_id, since=NOW.date())
    return noted.id


def _give_a_logo(db: Session, cast: Cast) -> None:
    drawn = Redrawn(width=40, height=20, pixels=bytes((15, 90, 110, 255)) * 800, advice=Advice(0))
    told: dict[str, Any] = {"organisation_id": cast.organisation_id, "place": PicturePlace.LOGO}
    told |= {"actor": cast.lee.actor, "now": NOW}
    paper.propose_picture(db, picture=drawn, **told)
    waiting = paper.pictures(db, cast.organisation_id, is_used=False)[PicturePlace.LOGO]
    paper.use_picture(db, expected_digest=waiting.digest, **told)


def _play(db: Session, cast: Cast) -> _Played:
    training_id = training.plan_session(
        db,
        programme_id=cast.programme_id,
        title="First training",
        held_on=date(2025, 9, 12),
        module_codes=MODULES,
        led_by=cast.nia.id,
        actor=cast.nia.actor,
        now=NOW,
    )
    there = {player.enrolled: True for player in (cast.ama, cast.ben, cast.cai)}
    training.record_attendance(db, session_id=training_id, present=there, actor=cast.nia.actor, now=NOW)
    taken = practice.record_practice_session(
        db,
        programme_id=cast.programme_id,
        activity_type="drop-in",
        held_on=date(2026, 6, 22),
        starts_at=time(12, 30),
        minutes=45,
        present=[cast.ama.enrolled, cast.cai.enrolled],
        actor=cast.sam.actor,
        now=NOW,
    )
    waiting_id = practice.submit_hours(
        db,
        enrolment_id=cast.ama.enrolled,
        activity_type="drop-in",
        held_on=date(2026, 6, 23),
        starts_at=time(12, 30),
        minutes=45,
        supervised_by=cast.sam.id,
        actor=cast.ama.actor,
        now=NOW,
    )
    practice.observe_skill(
        db,
        enrolment_id=cast.ama.enrolled,
        skill_code="listening",
        activity_type="drop-in",
        observed_on=date(2026, 6, 22),
        actor=cast.sam.actor,
        now=NOW,
    )
    award_id = awarding.award(
        db,
        enrolment_id=cast.ama.enrolled,
        level_code="WA-TRN",
        awarded_on=NOW.date(),
        actor=cast.nia.actor,
        now=NOW,
    )
    assert taken.session_id is not None
    return _Played(
        training_id=training_id,
        practice_id=taken.session_id,
        approved_id=taken.approved[0],
        waiting_id=waiting_id,
        award_id=award_id,
    )


def let_share(database: Database, cast: Cast, year: Year) -> Year:
    """Let Ama share her award; nobody signs it, so whoever follows the link is told that it is being made."""
    about, voice = About.SHARING, Voice.YOUNG_PERSON
    with database.transaction() as db:
        consents.say(
            db, young_person_id=cast.ama.id, about=about, is_yes=True, voice=voice, actor=cast.ama.actor, now=NOW
        )
        sharing.make(
            db,
            credential_id=year.credential_id,
            chosen=Chosen(name=NameShown.INITIALS, hours=False, skills=True, months=False),
            made_for=MadeFor.WORK,
            lasts=Lasts.FOUR_WEEKS,
            actor=cast.ama.actor,
            pepper=PEPPER,
            now=NOW,
        )
    return year


def sent_links(database: Database, cast: Cast) -> dict[str, object]:
    """Return what stands in addresses that are sent to somebody: of Ama's share, and of a link for approving hours."""
    with database.reading() as db:
        (share,) = share_links.shares_of(db, cast.ama.id, now=NOW)
        secret = share_links.own_link(db, share.id, young_person_id=cast.ama.id, pepper=PEPPER)
    return {"share_id": share.id, "share_secret": secret, "link_secret": "a-link-that-nobody-made"}


def let_train(database: Database, cast: Cast) -> None:
    """Let Sam be trained as a facilitator, and be given the record of it; nobody signs it."""
    with database.transaction() as db:
        facilitation.record_session(
            db,
            programme_id=cast.programme_id,
            held_on=date(2026, 6, 4),
            part_codes=["F1", "F2"],
            delivered_by="Peer Support Trust",
            present=[cast.sam.id],
            actor=cast.nia.actor,
            now=NOW,
        )
        record_id = facilitation.ask_for_record(
            db, programme_id=cast.programme_id, printed_name=cast.sam.name, actor=cast.sam.actor, now=NOW
        )
        facilitation.give_record(db, record_id=record_id, actor=cast.nia.actor, now=NOW)


def of_training(database: Database, cast: Cast) -> dict[str, object]:
    """Return what stands in addresses of the training of adults."""
    with database.reading() as db:
        # The first of each: those who send forms may have added more since, or taken this one back.
        *_, session = facilitators.sessions(db, organisation_id=cast.organisation_id)
        record_id = db.exec(select(FacilitatorRecord.id).order_by(col(FacilitatorRecord.id))).first()
    ids = {"coordinator.facilitator_register:session_id": session.id}
    return {**ids, "coordinator:record_id": record_id, "auth:record_id": record_id}
