"""A new certificate in place of one: with another name, or from a record that was corrected.

- A name is changed in the record, confirmed by the young person, and only then printed anew (``name-not-confirmed``,
  ``same-name``). Confirmed by staff on their word, it is for somebody else to order (``second-person-needed``, IN12);
  and so it is for whoever made a sign-in slip of theirs, and could have confirmed it in their place.
- A record that no longer carries what an award states is never signed over (``record-changed``): the award is decided
  again from the record as it is, on its own day, or taken back where it is no longer earned and nothing was issued.
- What was held back after a restore is issued after all where a co-ordinator says so (``not-held-back``), or taken back
  where they know that its certificate had been revoked.
- After a revocation a level is awarded again only where a co-ordinator says so, as a new award with a new id (P10.2).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accredit.domain.audit import queries as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.awarding import operations as awarding
from accredit.domain.awarding import queries as awards
from accredit.domain.awarding.rules import SetAsideReason
from accredit.domain.credentials import hiding, queries, waiting
from accredit.domain.credentials.operations import check_record
from accredit.domain.credentials.queries import issuance_kind
from accredit.domain.credentials.second_person import check_second_person, check_staff
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import replacing
from accredit.domain.issuing.rules import ReplaceReason, Stage, Status
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import queries as people
from accredit.domain.people.queries import YoungPersonFacts
from accredit.domain.people.rules import NameConfirmedBy
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session


def print_new_name(db: Session, *, award_id: UUID, actor: Actor, now: datetime) -> None:
    """Order a certificate with the name as it is now, in place of the one with a former name.

    Raises `NotFound`, `Forbidden`, and `RuleBroken`: ``same-name``, ``name-not-confirmed``, ``second-person-needed``,
    ``record-changed``, and as `issuing.replace` does.
    """
    ordered_by = check_staff(db, actor, Permission.AWARD, now)
    view = queries.view_of_award(db, award_id)
    if view is None:
        raise NotFound("credential")
    person = people.young_person(db, view.young_person_id)
    if person.printed_name == view.printed_name:
        raise RuleBroken("same-name")
    if person.name_confirmed_by is None:
        raise RuleBroken("name-not-confirmed")
    check_second_person(
        db,
        organisation_id=view.organisation_id,
        first=_confirmed_by(db, person, ordered_by),
        second=ordered_by,
        permission=Permission.AWARD,
        now=now,
    )
    # Asked here, since what was ordered in vain would wait for ever and say nothing.
    check_record(db, award_id)
    issuing.replace(db, issuance_id=view.issuance_id, reason=ReplaceReason.NAME_CHANGED, actor=actor, now=now)


def _confirmed_by(db: Session, person: YoungPersonFacts, staff_id: UUID) -> UUID | None:
    """Return the member of staff who confirmed a name; ``staff_id`` where they had what signs the young person in."""
    if person.name_confirmed_by is NameConfirmedBy.COORDINATOR:
        return audit.last_actor(db, tag=Tag.YOUNG_PERSON_NAME_CONFIRMED, subject=person.id)
    made_a_slip = audit.has_acted(db, tag=Tag.CLAIM_SLIP_MADE, subject=person.id, actor_id=staff_id)
    return staff_id if made_a_slip else None


def is_record_changed(db: Session, award_id: UUID) -> bool:
    """Say whether the record no longer carries what an award states. Raises `NotFound`."""
    try:
        check_record(db, award_id)
    except RuleBroken:
        return True
    return False


def prepare_again(db: Session, *, award_id: UUID, actor: Actor, now: datetime) -> UUID:
    """Decide an award again from the corrected record, on its own day; return the new award's id.

    A certificate that was issued holds until the new one takes its place. Raises `NotFound`, `Forbidden`, and
    `RuleBroken`: ``record-unchanged``, ``requirements-not-met`` and whatever else `awarding.award` refuses, and as
    `issuing.replace` does.
    """
    found = awards.award(db, award_id)
    if not is_record_changed(db, award_id):
        raise RuleBroken("record-unchanged")
    awarding.set_aside(db, award_id=award_id, reason=SetAsideReason.RECORD_CORRECTED, actor=actor, now=now)
    anew = awarding.award(
        db,
        enrolment_id=found.enrolment_id,
        level_code=found.level_code,
        awarded_on=found.awarded_on,
        actor=actor,
        now=now,
    )
    hiding.carry_over(db, award_id=award_id, successor_id=anew)
    issuance = replacing.standing(db, kind=issuance_kind, subject_id=award_id)
    if issuance is not None and issuance.stage is Stage.INTENT:
        issuing.void(db, issuance_id=issuance.id, reason="record-changed")
    elif issuance is not None:
        issuing.replace(
            db,
            issuance_id=issuance.id,
            reason=ReplaceReason.RECORD_CORRECTED,
            actor=actor,
            now=now,
            subject_id=anew,
        )
    return anew


def take_back(db: Session, *, award_id: UUID, actor: Actor, now: datetime) -> None:
    """Take back an award that waits and is no longer carried by its record; nobody has seen a certificate of it.

    Or one that was held back after a restore, whose lost certificate had been revoked.
    Raises `NotFound`, `Forbidden`, and `RuleBroken`: ``record-unchanged``, ``issued-already``.
    """
    is_changed = is_record_changed(db, award_id)
    if not is_changed and not waiting.is_held_back(db, award_id):
        raise RuleBroken("record-unchanged")
    reason = SetAsideReason.RECORD_CORRECTED if is_changed else SetAsideReason.CREDENTIAL_REVOKED
    issuance = replacing.standing(db, kind=issuance_kind, subject_id=award_id)
    if issuance is not None and issuance.stage in {Stage.RECORDED, Stage.RELEASED}:
        raise RuleBroken("issued-already")
    awarding.set_aside(db, award_id=award_id, reason=reason, actor=actor, now=now)
    if issuance is not None:
        issuing.void(db, issuance_id=issuance.id, reason="record-changed")


def issue_after_all(db: Session, *, award_id: UUID, actor: Actor, now: datetime) -> None:
    """Let an award be issued that was held back after a restore, since its certificate had not been revoked.

    Raises `NotFound`, `Forbidden`, and `RuleBroken` (``not-held-back``).
    """
    check_staff(db, actor, Permission.AWARD, now)
    found = awards.award(db, award_id)
    if not waiting.is_held_back(db, award_id):
        raise RuleBroken("not-held-back")
    waiting.let_go(db, award_id=award_id, organisation_id=found.organisation_id, actor=actor, now=now)


def allow_again(db: Session, *, award_id: UUID, actor: Actor, now: datetime) -> None:
    """Let a level be awarded again whose certificate was revoked.

    Raises `NotFound`, `Forbidden`, and `RuleBroken`: ``not-revoked``, ``set-aside-already``.
    """
    issuance = replacing.standing(db, kind=issuance_kind, subject_id=award_id)
    if issuance is None:
        raise NotFound("credential")
    if issuance.status is not Status.REVOKED:
        raise RuleBroken("not-revoked")
    awarding.set_aside(db, award_id=award_id, reason=SetAsideReason.CREDENTIAL_REVOKED, actor=actor, now=now)
