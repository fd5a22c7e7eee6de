"""Everything that is mine as one ZIP: every certificate in every form, and what checks it when this service is gone.

What belongs in it is the list `CONTENTS`: whatever else becomes a young person's own (a record of theirs, something
they share) joins it with a function that says which files it brings. All is read in one go before the answer begins;
each file is made when its turn comes, so the first one is under way while the last is still to be made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from uuid import UUID

from flask import Response, render_template, stream_with_context
from flask_babel import gettext

from accredit.clock import utc_now
from accredit.domain.credentials import queries as credentials
from accredit.domain.credentials import support_records
from accredit.domain.credentials.views import CredentialView, IssuedView
from accredit.domain.issuing.rules import Status
from accredit.domain.people import queries as people
from accredit.domain.verification import leaving
from accredit.domain.verification.handing_out import trust_of
from accredit.errors import NotFound
from accredit.rendering.archive import zip_of
from accredit.rendering.certificate_forms import Form
from accredit.rendering.verifier_file import FILE_NAME as VERIFIER
from accredit.rendering.verifier_file import verifier_file
from accredit.storage import Session
from accredit.web.access import young_person
from accredit.web.database import reading
from accredit.web.files import FileKind, FileSource, bytes_of, plain_name, source_of
from accredit.web.learner import bp
from accredit.web.learner.me import own_id
from accredit.web.limits import Allowance, check_allowance, count_try
from accredit.web.pages import page

EVERYTHING: Final = Allowance(name="everything-of-a-person", times=6, seconds=600)
"""Each certificate is drawn four times, which costs seconds that others wait for."""
_FORMS: Final = {
    Form.STANDARD: "certificate.pdf",
    Form.LARGE_PRINT: "certificate-large-print.pdf",
    Form.EASY_READ: "certificate-easy-read.pdf",
    Form.HIGH_CONTRAST: "certificate-high-contrast.pdf",
}
_OTHERS: Final = {
    FileKind.PNG: "badge.png",
    FileKind.SVG: "badge.svg",
    FileKind.JSON: "credential.json",
    FileKind.JWT: "credential.jwt",
    FileKind.RECEIPT: "receipt.tlog-proof",
    FileKind.EVIDENCE: "credential.evidence",
}
_OF_A_RECORD: Final = {
    FileKind.PDF: "record.pdf",
    FileKind.JSON: "credential.json",
    FileKind.JWT: "credential.jwt",
    FileKind.RECEIPT: "receipt.tlog-proof",
    FileKind.EVIDENCE: "credential.evidence",
}


@dataclass(frozen=True, kw_only=True)
class Folder:
    """Some files that belong together: what they are, in words, and how each is made."""

    name: str
    title: str
    note: str
    files: Sequence[tuple[str, Callable[[], bytes]]]


Part = Callable[[Session, UUID], Sequence[Folder]]


def certificates_of(db: Session, young_person_id: UUID) -> list[Folder]:
    """Return a folder for each certificate, in every form."""
    return [_folder(db, view) for view in credentials.of_young_person(db, young_person_id)]


def records_of(db: Session, young_person_id: UUID) -> list[Folder]:
    """Return a folder for each record of what they have done that holds."""
    views = support_records.of_young_person(db, young_person_id)
    return [
        Folder(
            name=plain_name(f"{view.title} {view.made_on.isoformat()}"),
            title=f"{view.title}, {view.organisation_name}",
            note=_note(view),
            files=_others(db, view, _OF_A_RECORD),
        )
        for view in views
        if view.status is not Status.REVOKED
    ]


CONTENTS: Final[tuple[Part, ...]] = (certificates_of, records_of)
"""What belongs in it, in this order."""


def _folder(db: Session, view: CredentialView) -> Folder:
    pdf = source_of(db, view, FileKind.PDF)
    files = [(name, partial(bytes_of, view, replace(pdf, form=form), FileKind.PDF)) for form, name in _FORMS.items()]
    return Folder(
        name=plain_name(f"{view.award_title} {view.awarded_on.isoformat()}"),
        title=f"{view.award_title}, {view.organisation_name}",
        note=_note(view),
        files=[*files, *_others(db, view, _OTHERS)],
    )


def _others(db: Session, view: IssuedView, names: Mapping[FileKind, str]) -> list[tuple[str, Callable[[], bytes]]]:
    found = {kind: _source(db, view, kind) for kind in names}
    return [
        (names[kind], partial(bytes_of, view, source, kind)) for kind, source in found.items() if source is not None
    ]


def _source(db: Session, view: IssuedView, kind: FileKind) -> FileSource | None:
    try:
        return source_of(db, view, kind)
    except NotFound:
        # What was issued before there was a form of it has none.
        return None


def _note(view: IssuedView) -> str:
    match view.status:
        case Status.REVOKED:
            return str(gettext("Your school has taken this certificate back. What you did still happened."))
        case Status.SUSPENDED:
            return str(gettext("This certificate is on hold for the moment. Nothing is lost while it is."))
        case _:
            return ""


@bp.get("/my/take")
@young_person
def take() -> Response:
    """Say what is in the file, and hand it out."""
    with reading() as db:
        views = credentials.of_young_person(db, own_id())
        records = [each for each in support_records.of_young_person(db, own_id()) if each.status is not Status.REVOKED]
    return page("learner/take.html", views=views, records=records)


@bp.get("/my/take.zip")
@young_person
def take_file() -> Response:
    """Hand out everything as one file, while it is being made."""
    check_allowance(EVERYTHING, str(own_id()), now=utc_now())
    count_try(EVERYTHING, str(own_id()))
    # As of the beginning of the day, as every copy of the checking page is, so that two of one day can be compared.
    day = leaving.on_day(utc_now())
    with reading() as db:
        me = people.young_person(db, own_id())
        folders = _apart([folder for part in CONTENTS for folder in part(db, own_id())])
    with reading(everywhere=True) as db:
        trust = trust_of(db, now=day)
    if trust is None:
        raise NotFound("trust-anchors")
    readme = render_template("learner/take.txt", me=me, folders=folders, verifier=VERIFIER)
    pieces = zip_of(_files(folders, readme, verifier_file(trust)), moment=day)
    answer = Response(stream_with_context(pieces), content_type="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename="my-certificates.zip")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _files(folders: Sequence[Folder], readme: str, verifier: bytes) -> Iterator[tuple[str, bytes]]:
    yield "README.txt", readme.encode()
    yield VERIFIER, verifier
    for folder in folders:
        for name, make in folder.files:
            yield f"{folder.name}/{name}", make()


def _apart(folders: Sequence[Folder]) -> list[Folder]:
    """Number the folders that would have the same name."""
    found: list[Folder] = []
    for folder in folders:
        alike = sum(re.fullmatch(rf"{re.escape(folder.name)}(-\d+)?", each.name) is not None for each in found)
        found.append(replace(folder, name=f"{folder.name}-{alike + 1}") if alike else folder)
    return found
