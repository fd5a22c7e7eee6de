"""My certificates: what was awarded, the code to check it, and the files to keep. Only their holder reaches them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Response

from accredit.domain.awarding import queries as awarding
from accredit.domain.credentials import queries
from accredit.domain.credentials.views import CredentialView
from accredit.domain.enrolments import queries as enrolments
from accredit.errors import NotFound
from accredit.web.access import young_person
from accredit.web.database import reading
from accredit.web.files import FileKind, check_address, file_answer, source_of
from accredit.web.learner import bp
from accredit.web.learner.me import own_id
from accredit.web.pages import page


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One certificate with the address at which anybody may check it."""

    view: CredentialView
    address: str


@bp.get("/my/certificates")
@young_person
def certificates() -> Response:
    """List their certificates, and the awards that are still being made into one."""
    with reading() as db:
        views = queries.of_young_person(db, own_id())
        places = enrolments.enrolments_of(db, own_id())
        awards = awarding.awards_of(db, [each.id for each in places])
    signed = {view.award_id for view in views}
    coming = [award for each in awards.values() for award in each if award.id not in signed]
    kept = [Kept(view=view, address=check_address(view)) for view in views]
    return page("learner/certificates.html", kept=kept, coming=coming)


@bp.get("/my/certificates/<uuid:credential_id>.<any(pdf, png, svg, json, jwt):kind>")
@young_person
def certificate_file(credential_id: UUID, kind: str) -> Response:
    """Hand out one file. Raises `NotFound` for everybody but its holder."""
    with reading() as db:
        view = queries.view_by_credential_id(db, credential_id)
        if view is None or view.young_person_id != own_id():
            raise NotFound("credential")
        source = source_of(db, view, FileKind(kind))
    return file_answer(view, source, FileKind(kind))
