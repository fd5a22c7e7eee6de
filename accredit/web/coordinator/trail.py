"""The trail of evidence behind one award, for the school and its auditor: on a page, and as a file for their tools."""

from __future__ import annotations

import json
from uuid import UUID

from flask import Response
from flask.typing import ResponseReturnValue

from accredit.domain.credentials import trail as trails
from accredit.domain.credentials.trail import StepKind, Trail
from accredit.domain.organisations.rules import Permission
from accredit.domain.transparency import queries as log
from accredit.errors import NotFound
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_organisation
from accredit.web.coordinator.forms import ROLE_NAMES
from accredit.web.database import reading
from accredit.web.pages import page


@bp.get("/awards/<uuid:award_id>/trail")
@requires(Permission.SEE_AUDIT)
def trail(award_id: UUID) -> ResponseReturnValue:
    """Show every entry an award rests on, with its place in the log."""
    found = _trail(award_id)
    roles = {role.value: name for role, name in ROLE_NAMES.items()}
    return page("coordinator/trail.html", trail=found, roles=roles, kinds=StepKind)


@bp.get("/awards/<uuid:award_id>/trail.json")
@requires(Permission.SEE_AUDIT)
def trail_file(award_id: UUID) -> Response:
    """Hand out the trail with all that an auditor needs to check it without us."""
    return _download(json.dumps(trails.as_file(_trail(award_id)), indent=1), "application/json", "trail.json")


@bp.get("/awards/<uuid:award_id>/trail/<int:index>.tlog-proof")
@requires(Permission.SEE_AUDIT)
def trail_receipt_file(award_id: UUID, index: int) -> Response:
    """Hand out the receipt of one entry of the trail. Raises `NotFound` for any other entry of the log."""
    found = _trail(award_id)
    if index not in found.openings:
        raise NotFound("receipt")
    with reading() as db:
        receipt = log.receipt(db, index)
    if receipt is None:
        raise NotFound("receipt")
    return _download(receipt, "text/plain; charset=utf-8", f"entry-{index}.tlog-proof")


def _trail(award_id: UUID) -> Trail:
    with reading() as db:
        found = trails.trail(db, award_id)
    if found.organisation_id != own_organisation():
        raise NotFound("award")
    return found


def _download(text: str, media_type: str, name: str) -> Response:
    answer = Response(text, content_type=media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
