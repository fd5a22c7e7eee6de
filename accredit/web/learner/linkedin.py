"""What to copy into LinkedIn, from 16: nothing is sent from here, and no link fills anything in for anybody."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from accredit.domain.credentials import queries
from accredit.domain.issuing.rules import Status
from accredit.errors import NotFound
from accredit.web.access import young_person
from accredit.web.database import reading
from accredit.web.files import check_address
from accredit.web.learner import bp
from accredit.web.learner.me import of_age
from accredit.web.pages import page


@bp.get("/my/certificates/<uuid:credential_id>/linkedin")
@young_person
def linkedin(credential_id: UUID) -> Response:
    """Show the fields of LinkedIn's form with what belongs in each; for a certificate that anybody can check."""
    with reading() as db:
        view = of_age(db, credential_id)
        is_open = queries.open_view_by_credential_id(db, credential_id) is not None
    if view.status is not Status.ACTIVE or not is_open:
        raise NotFound("credential")
    return page("learner/linkedin.html", view=view, address=check_address(view))
