"""A credential at its own address, for its holder and for staff of its organisation who see progress.

Of an adult's training it is for themselves and for those who may give such a record.
To anybody else the answer is that of an address that never existed.
"""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from accredit.domain.credentials import finding
from accredit.domain.credentials.views import AttendanceView, IssuedView, YoungPersonsView
from accredit.domain.organisations.rules import Permission
from accredit.errors import NotFound
from accredit.web.access import public
from accredit.web.database import reading
from accredit.web.files import FileKind, check_address, file_answer, source_of
from accredit.web.pages import page
from accredit.web.public import bp
from accredit.web.public.code import private
from accredit.web.viewer import ViewerKind, current_viewer

FORMS = {
    "application/vc": FileKind.JSON,
    "application/ld+json": FileKind.JSON,
    "application/vc+ld+json": FileKind.JSON,
    "application/json": FileKind.JSON,
    "application/pdf": FileKind.PDF,
}
PICTURES = {"image/png": FileKind.PNG, "image/svg+xml": FileKind.SVG}
JWT_FORMS = {"application/vc+jwt": FileKind.JWT, "text/plain": FileKind.JWT}


@bp.get("/credentials/<uuid:credential_id>")
@public
def credential(credential_id: UUID) -> Response:
    """Answer in the form that was asked for: a page, or one of the files."""
    view = _mine(credential_id)
    forms = FORMS | (PICTURES if view.has_badge else {}) | (JWT_FORMS if view.has_jwt else {})
    wanted = request.accept_mimetypes.best_match(["text/html", *forms], default="text/html")
    if wanted in forms:
        answer = _file(view, forms[wanted], download=False, media_type=wanted)
    else:
        answer = page("public/credential.html", view=view, sentence=view.sentence, address=check_address(view))
    answer.headers["Vary"] = "Accept"
    return private(answer)


@bp.get('/credentials/<uuid:credential_id>.<any(pdf, png, svg, json, jwt, "tlog-proof", evidence):kind>')
@public
def credential_file(credential_id: UUID, kind: str) -> Response:
    """Answer with one file."""
    return private(_file(_mine(credential_id), FileKind(kind)))


def _file(view: IssuedView, kind: FileKind, *, download: bool = True, media_type: str | None = None) -> Response:
    with reading(everywhere=True) as db:
        source = source_of(db, view, kind)
    return file_answer(view, source, kind, download=download, media_type=media_type)


def _mine(credential_id: UUID) -> IssuedView:
    if not current_viewer().is_signed_in:
        raise NotFound("credential")
    with reading(everywhere=True) as db:
        # The address of one that was replaced goes on working, and answers with what took its place.
        view = finding.latest_view_of_credential(db, credential_id)
    if view is None or not view.has_address or not _may_see(view):
        raise NotFound("credential")
    return view


def _may_see(view: IssuedView) -> bool:
    viewer = current_viewer()
    if viewer.kind is ViewerKind.YOUNG_PERSON:
        return isinstance(view, YoungPersonsView) and viewer.young_person_id == view.young_person_id
    if viewer.organisation_id != view.organisation_id:
        return False
    if isinstance(view, AttendanceView):
        return viewer.staff_id == view.staff_id or viewer.may(Permission.AWARD)
    return viewer.may(Permission.SEE_PROGRESS)
