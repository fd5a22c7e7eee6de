"""Write down who was trained, ask for a record of one's own, and give somebody else theirs.

1. A session is written down with who was there, in one act: one audit event, one leaf for each adult. After a crash all
   of it or nothing.
2. An adult asks for their record and writes their name; nothing is signed. What they asked for before and nobody
   answered is given up with it.
3. Somebody else gives it: what was attended by then is frozen, and the promise of its credential joins the transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag, check_fresh
from accredit.domain.facilitation import queries, rules
from accredit.domain.facilitation.models import FacilitatorAttendance, FacilitatorRecord, FacilitatorSession
from accredit.domain.organisations.rules import Permission, may
from accredit.domain.people import queries as people
from accredit.domain.people.models import Staff
from accredit.domain.people.names import check_name
from accredit.domain.programmes import queries as programmes
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency.rules import Act, Entry
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.kit import typed_code
from accredit.storage import Session, new_id
from accredit.storage.promises import Promise, promise


def record_session(
    db: Session,
    *,
    programme_id: UUID,
    held_on: date,
    part_codes: Collection[str],
    delivered_by: str,
    present: Collection[UUID],
    actor: Actor,
    now: datetime,
) -> UUID:
    """Write a session down with who was there, and return its id.

    Raises `NotFound`, `Forbidden`, and `RuleBroken` as `rules.check_session` and `rules.check_register`.
    """
    recorded_by, organisation_id = _staff(db, actor, Permission.RECORD_TRAINING, now)
    _check_programme(db, programme_id, organisation_id, now)
    rules.check_session(part_codes=part_codes, held_on=held_on, today=local_date(now))
    rules.check_register(changed=present, recorded_by=recorded_by)
    row = FacilitatorSession(
        id=new_id(),
        organisation_id=organisation_id,
        programme_id=programme_id,
        held_on=held_on,
        part_codes=[part.code for part in rules.PARTS if part.code in part_codes],
        delivered_by=" ".join(delivered_by.split())[: rules.LONGEST_NAME],
        recorded_by=recorded_by,
        recorded_at=now,
    )
    db.add(row)
    db.flush()
    _mark(db, row, dict.fromkeys(present, True), actor, recorded_by, now)
    audit.record(
        db,
        tag=Tag.FACILITATORS_TRAINED,
        actor=actor,
        now=now,
        subject=row.id,
        organisation_id=organisation_id,
        adults=len(set(present)),
    )
    return row.id


def correct_register(db: Session, *, session_id: UUID, present: Collection[UUID], actor: Actor, now: datetime) -> int:
    """Let a register say who was there; return for how many it says something else now.

    Raises `NotFound`, `Forbidden`, `RuleBroken` (``own-attendance``).
    """
    recorded_by, organisation_id = _staff(db, actor, Permission.RECORD_TRAINING, now)
    wanted = select(FacilitatorSession).where(FacilitatorSession.id == session_id)
    # Locked, so that two people do not both correct the same row.
    row = db.exec(wanted.with_for_update()).one_or_none()
    if row is None or row.organisation_id != organisation_id:
        raise NotFound("facilitator-session")
    before = {staff_id for staff_id, each in queries.latest(db, session_id).items() if each.present}
    changed = {staff_id: staff_id in present for staff_id in before.symmetric_difference(present)}
    rules.check_register(changed=changed, recorded_by=recorded_by)
    if changed:
        _mark(db, row, changed, actor, recorded_by, now)
        audit.record(
            db,
            tag=Tag.FACILITATORS_CORRECTED,
            actor=actor,
            now=now,
            subject=row.id,
            organisation_id=organisation_id,
            adults=len(changed),
        )
    return len(changed)


def ask_for_record(db: Session, *, programme_id: UUID, printed_name: str, actor: Actor, now: datetime) -> UUID:
    """Ask for one's own record of a programme's training, under a name as it is to be printed; return its id.

    Raises `Forbidden`, `NotFound`, and `RuleBroken`: ``nothing-attended``, ``record-as-before``, and as
    `names.check_name` does.
    """
    staff_id, organisation_id = _staff(db, actor, None, now)
    version_id = _check_programme(db, programme_id, organisation_id, now)
    name = check_name(printed_name)
    db.execute(select(Staff.id).where(col(Staff.id) == staff_id).with_for_update()).all()
    mine = [each for each in queries.records_of(db, staff_id) if each.programme_id == programme_id]
    before = next((each for each in mine if each.given_at and each.ended_at is None), None)
    same = before.parts if before is not None and before.printed_name == name else None
    rules.check_asking(now=queries.attended(db, staff_id, programme_id=programme_id), before=same)
    give_up(db, [each.id for each in mine if each.given_at is None], now=now)
    row = FacilitatorRecord(
        id=new_id(),
        organisation_id=organisation_id,
        staff_id=staff_id,
        programme_version_id=version_id,
        # 13 random symbols of 31 are 64 bits: a guess is hopeless, and two alike would be refused by the key.
        code=typed_code.make(secrets.randbelow),
        printed_name=name,
        asked_at=now,
    )
    db.add(row)
    db.flush()
    _tell(db, Tag.FACILITATOR_RECORD_ASKED, row, actor, now)
    return row.id


def give_record(db: Session, *, record_id: UUID, actor: Actor, now: datetime) -> None:
    """Give an adult the record they asked for, of what they attended by now; its credential is promised.

    Raises `NotFound`, `Forbidden`, and `RuleBroken`: ``own-record``, ``not-asked``, ``nothing-attended``.
    """
    given_by, row = _open(db, record_id, actor, now)
    rules.check_giving(of=row.staff_id, given_by=given_by)
    programme_id = programmes.version(db, row.programme_version_id).programme_id
    parts = queries.attended(db, row.staff_id, programme_id=programme_id)
    rules.check_asking(now=parts, before=None)
    row.given_by, row.given_at, row.parts = given_by, now, [part.as_json() for part in parts]
    db.flush()
    _tell(db, Tag.FACILITATOR_RECORD_GIVEN, row, actor, now)
    record = {
        "staff": str(row.staff_id),
        "programme_version": str(row.programme_version_id),
        "parts": [f"{part.code}:{part.minutes}:{part.first_on}:{part.last_on}" for part in parts],
        "given_by": str(given_by),
        "role": actor.role,
    }
    entry = Entry(
        act=Act.FACILITATOR_RECORD_GIVEN, subject_id=row.id, organisation_id=row.organisation_id, record=record
    )
    transparency.append_many(db, entries=[entry], now=now)
    promise(db, Promise.ISSUE_AWARD, row.id)


def decline_record(db: Session, *, record_id: UUID, actor: Actor, now: datetime) -> None:
    """Let what was asked for be given up, by whoever asked, too. Raises as `give_record`, but not ``own-record``."""
    _, row = _open(db, record_id, actor, now)
    row.given_up_at = now
    db.flush()
    _tell(db, Tag.FACILITATOR_RECORD_DECLINED, row, actor, now)


def _mark(
    db: Session,
    held: FacilitatorSession,
    present: dict[UUID, bool],
    actor: Actor,
    recorded_by: UUID,
    now: datetime,
) -> None:
    known = {each.id for each in people.staff(db, organisation_id=held.organisation_id)}
    if not known.issuperset(present):
        raise NotFound("staff")
    before = queries.latest(db, held.id)
    rows = [
        FacilitatorAttendance(
            id=new_id(),
            organisation_id=held.organisation_id,
            facilitator_session_id=held.id,
            staff_id=staff_id,
            present=is_present,
            corrects_id=before[staff_id].id if staff_id in before else None,
            recorded_by=recorded_by,
            recorded_at=now,
        )
        for staff_id, is_present in sorted(present.items())
    ]
    db.add_all(rows)
    db.flush()
    transparency.append_many(db, entries=[_leaf(held, row, actor) for row in rows], now=now)


def leaf_record(row: FacilitatorAttendance) -> dict[str, object]:
    """Return what the leaf of an attendance says, but for the role of whoever recorded it."""
    return {
        "session": str(row.facilitator_session_id),
        "staff": str(row.staff_id),
        "present": row.present,
        "corrects": None if row.corrects_id is None else str(row.corrects_id),
        "recorded_by": str(row.recorded_by),
    }


def _leaf(held: FacilitatorSession, row: FacilitatorAttendance, actor: Actor) -> Entry:
    more = {
        "programme": str(held.programme_id),
        "held_on": held.held_on.isoformat(),
        "parts": list(held.part_codes),
        "role": actor.role,
    }
    return Entry(
        act=Act.FACILITATOR_ATTENDED,
        subject_id=row.id,
        organisation_id=row.organisation_id,
        record=leaf_record(row) | more,
    )


def _open(db: Session, record_id: UUID, actor: Actor, now: datetime) -> tuple[UUID, FacilitatorRecord]:
    check_fresh(actor)
    staff_id, organisation_id = _staff(db, actor, None, now)
    wanted = select(FacilitatorRecord).where(FacilitatorRecord.id == record_id)
    row = db.exec(wanted.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if row is None or row.organisation_id != organisation_id:
        raise NotFound("facilitator-record")
    if row.staff_id != staff_id:
        _check(db, staff_id, Permission.AWARD, now)
    if row.given_at is not None or row.given_up_at is not None:
        raise RuleBroken("not-asked")
    return staff_id, row


def give_up(db: Session, record_ids: Collection[UUID], *, now: datetime) -> None:
    """Let nothing be prepared for records any more."""
    for row in db.exec(select(FacilitatorRecord).where(col(FacilitatorRecord.id).in_(record_ids))):
        row.given_up_at = row.given_up_at or now
    db.flush()


def _check_programme(db: Session, programme_id: UUID, organisation_id: UUID, now: datetime) -> UUID:
    """Return the version of a programme that holds today. Raises `NotFound`, also for another organisation's."""
    found = programmes.programme(db, programme_id, local_date(now))
    if found.organisation_id != organisation_id:
        raise NotFound("programme")
    return programmes.current_version(db, programme_id, local_date(now)).id


def _staff(db: Session, actor: Actor, permission: Permission | None, now: datetime) -> tuple[UUID, UUID]:
    if actor.kind is not ActorKind.STAFF or actor.id is None:
        raise Forbidden("staff-only")
    who = people.staff_member(db, actor.id)
    if permission is not None:
        _check(db, who.id, permission, now)
    return who.id, who.organisation_id


def _check(db: Session, staff_id: UUID, permission: Permission, now: datetime) -> None:
    if not may(people.roles_on(db, staff_id, local_date(now)), permission):
        raise Forbidden("no-permission")


def _tell(db: Session, tag: Tag, row: FacilitatorRecord, actor: Actor, now: datetime) -> None:
    audit.record(db, tag=tag, actor=actor, now=now, subject=row.id, organisation_id=row.organisation_id)
