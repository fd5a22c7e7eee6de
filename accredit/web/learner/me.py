"""What every view here begins with: who the young person is, and what day it is."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from accredit.clock import local_date, utc_now
from accredit.domain.credentials import offline as offline_certificates
from accredit.domain.credentials import queries as credentials
from accredit.domain.credentials.views import CredentialView
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.enrolments.queries import EnrolmentFacts
from accredit.errors import Forbidden, NotFound
from accredit.storage import Session
from accredit.web.viewer import current_viewer


def own_id() -> UUID:
    """Return the young person's id. Raises `Forbidden` for anybody else."""
    young_person_id = current_viewer().young_person_id
    if young_person_id is None:
        raise Forbidden("wrong-audience")
    return young_person_id


def own_organisation() -> UUID:
    """Return the organisation they belong to. Raises `Forbidden` for somebody who has none."""
    organisation_id = current_viewer().organisation_id
    if organisation_id is None:
        raise Forbidden("no-organisation")
    return organisation_id


def today() -> date:
    """Return today's date in the United Kingdom."""
    return local_date(utc_now())


def own_enrolments(db: Session, *, on: date) -> tuple[EnrolmentFacts, ...]:
    """Return the programmes they are in on a day, breaks included: none once their organisation has closed."""
    if current_viewer().closed_on is not None:
        return ()
    return tuple(each for each in enrolments.enrolments_of(db, own_id()) if each.is_enrolled(on))


def own_enrolment(db: Session, enrolment_id: UUID) -> EnrolmentFacts:
    """Return one of their own enrolments. Raises `NotFound`, also for somebody else's."""
    found = enrolments.enrolment(db, enrolment_id)
    if found.young_person_id != own_id():
        raise NotFound("enrolment")
    return found


def own_view(db: Session, credential_id: UUID) -> CredentialView:
    """Return one of their own certificates. Raises `NotFound`, also for somebody else's."""
    view = credentials.view_by_credential_id(db, credential_id)
    if view is None or view.young_person_id != own_id():
        raise NotFound("credential")
    return view


def of_age(db: Session, credential_id: UUID) -> CredentialView:
    """Return one of their own certificates for what is theirs to choose from 16. Raises `NotFound`, also before."""
    view = own_view(db, credential_id)
    if not offline_certificates.may_ask(db, view, now=utc_now()):
        raise NotFound("credential")
    return view
