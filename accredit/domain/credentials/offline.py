"""A certificate that can be read where nobody answers: the holder's choice, from 16, and never the default.

- The QR code of such a certificate holds the printed name and what was done, for whoever photographs it to read.
- So it is made only where its holder asks, once the month of turning 16 is over, and only on the certificate.
- One that is hidden, paused, revoked or replaced gets none; whoever changes their mind has it taken away.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.credentials import queries
from accredit.domain.credentials.views import CredentialView
from accredit.domain.issuing import statements
from accredit.domain.people.models import YoungPerson
from accredit.domain.people.rules import age_reached
from accredit.errors import NotFound, RuleBroken
from accredit.kit.vc.offline_statement import Statement
from accredit.storage import Session


def may_ask(db: Session, view: CredentialView, *, now: datetime) -> bool:
    """Say whether the holder is of an age to choose it."""
    person = db.get(YoungPerson, view.young_person_id)
    return person is not None and age_reached(person.turns_16, local_date(now))


def ask(db: Session, *, credential_id: UUID, actor: Actor, now: datetime) -> None:
    """Ask for the statement of one's own credential; again, nothing changes.

    Raises `NotFound` for everybody but its holder, and `RuleBroken` ``from-16``, ``not-in-force``.
    """
    view = _own(db, credential_id, actor)
    if not may_ask(db, view, now=now):
        raise RuleBroken("from-16")
    if queries.open_view_by_credential_id(db, credential_id) is None:
        raise RuleBroken("not-in-force")
    if statements.ask(db, issuance_id=view.issuance_id, now=now):
        _tell(db, Tag.OFFLINE_STATEMENT_ASKED, view, actor, now)


def give_up(db: Session, *, credential_id: UUID, actor: Actor, now: datetime) -> None:
    """Have the statement taken away. Raises `NotFound` for everybody but its holder."""
    view = _own(db, credential_id, actor)
    if statements.forget(db, issuance_id=view.issuance_id):
        _tell(db, Tag.OFFLINE_STATEMENT_GIVEN_UP, view, actor, now)


def statement_of(view: CredentialView, *, now: datetime) -> Statement:
    """Put a released credential into few words."""
    return Statement(
        issuer=view.organisation_did,
        credential_id=view.credential_id,
        code=view.code,
        name=view.printed_name,
        organisation=view.organisation_name,
        award=view.award_title,
        awarded_on=view.awarded_on,
        modules=view.totals.modules,
        minutes=view.totals.own_minutes,
        adults=view.totals.adults,
        stated_at=now.replace(microsecond=0),
    )


def _own(db: Session, credential_id: UUID, actor: Actor) -> CredentialView:
    view = queries.view_by_credential_id(db, credential_id)
    if view is None or view.young_person_id != actor.id:
        raise NotFound("credential")
    return view


def _tell(db: Session, tag: Tag, view: CredentialView, actor: Actor, now: datetime) -> None:
    audit.record(db, tag=tag, actor=actor, now=now, subject=view.issuance_id, organisation_id=view.organisation_id)
