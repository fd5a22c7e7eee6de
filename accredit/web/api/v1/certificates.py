"""What was awarded, and how far each certificate is. The certificates themselves are public, at their own addresses."""

from __future__ import annotations

from uuid import UUID

from accredit.domain.clients.rules import Scope
from accredit.domain.credentials import queries
from accredit.domain.credentials.views import CohortLine
from accredit.domain.programmes import queries as programmes
from accredit.errors import NotFound
from accredit.storage import Session
from accredit.web.api.v1.contract import PAGED, given_id, one_page, reads
from accredit.web.api.v1.desk import organisation_of, today
from accredit.web.api.v1.schema import Certificate, Certificates
from accredit.web.api.v1.training import PROGRAMME


@reads("/certificates", Scope.CERTIFICATES_READ, told=Certificates, query=(*PAGED, PROGRAMME))
def certificates(db: Session) -> Certificates:
    """List what was awarded."""
    wanted = given_id("programme")
    if wanted is not None:
        programmes.programme(db, wanted, today())
    found = queries.cohort(db, organisation_id=organisation_of(db), programme_id=wanted)
    items, more = one_page(found, lambda each: each.award_id)
    return Certificates(items=[_certificate(each) for each in items], next=more)


@reads("/certificates/<uuid:award_id>", Scope.CERTIFICATES_READ, told=Certificate)
def certificate(db: Session, award_id: UUID) -> Certificate:
    """Return one award, and how far its certificate is."""
    found = queries.cohort(db, organisation_id=organisation_of(db))
    line = next((each for each in found if each.award_id == award_id), None)
    if line is None:
        raise NotFound("award")
    return _certificate(line)


def _certificate(line: CohortLine) -> Certificate:
    return Certificate(
        id=line.award_id,
        enrolment_id=line.enrolment_id,
        young_person_id=line.young_person_id,
        level=line.level_code,
        level_title=line.level_title,
        awarded_on=line.awarded_on,
        progress=line.progress,
        credential_id=line.credential_id,
    )
