"""The files of a credential as answers: certificate (PDF), badge (PNG, SVG), JSON, the JWT form, receipt, evidence.

Who may have them is not here: a view decides that before it asks. Nothing is stored on the way, neither here nor in
a browser: each file is made anew from the credential that was signed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from flask import Response

from accredit.clock import utc_now
from accredit.domain.credentials import queries as credentials
from accredit.domain.credentials.views import CredentialView, IssuedView
from accredit.domain.organisations import paper
from accredit.domain.organisations.paper import PLAIN, Look
from accredit.domain.transparency import queries as log
from accredit.domain.verification.evidence import write as write_evidence
from accredit.domain.verification.handing_out import evidence_of
from accredit.errors import NotFound
from accredit.rendering.badge import AS_AWARDED, Choice
from accredit.rendering.certificate_forms import Form
from accredit.rendering.of_credential import badge_png_of, badge_svg_of, pdf_of
from accredit.storage import Session
from accredit.web.settings import current_settings


class FileKind(StrEnum):
    """The forms in which a credential can be kept; the value is the ending of the file's name."""

    PDF = "pdf"
    PNG = "png"
    SVG = "svg"
    JSON = "json"
    JWT = "jwt"
    RECEIPT = "tlog-proof"
    EVIDENCE = "evidence"


MEDIA_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.PNG: "image/png",
    FileKind.SVG: "image/svg+xml",
    # VC-DATA-MODEL-2.0 §6.1: the type registered for a secured credential.
    FileKind.JSON: "application/vc",
    # Open Badges 3.0, Document Formats: a JWT that is answered by the web is plain text.
    FileKind.JWT: "text/plain",
    # C2SP tlog-proof: the place in the public log, to be checked offline.
    FileKind.RECEIPT: "text/plain; charset=utf-8",
    # What checks the JSON where nobody can be asked; certificate and badges have it inside.
    FileKind.EVIDENCE: "application/json",
}
_PICTURES = frozenset({FileKind.PNG, FileKind.SVG})
_WITH_EVIDENCE = frozenset({FileKind.EVIDENCE, FileKind.PDF, FileKind.PNG, FileKind.SVG})
_WORDS = {
    FileKind.PDF: "certificate",
    FileKind.PNG: "badge",
    FileKind.SVG: "badge",
    FileKind.JSON: "credential",
    FileKind.JWT: "credential",
    FileKind.RECEIPT: "receipt",
    FileKind.EVIDENCE: "credential",
}


@dataclass(frozen=True, kw_only=True)
class FileSource:
    """What one file is made from: the signed bytes, the receipt of the public log that goes with them, the evidence."""

    signed: bytes
    receipt: bytes | None
    evidence: bytes | None = None
    statement: str | None = None
    """The digits of a statement, for a certificate whose holder asked for one."""
    look: Look = PLAIN
    """How the organisation's paper looks, for a certificate."""
    form: Form = Form.STANDARD
    """The form of a certificate. Nothing outside the page says which one it is: neither a name nor a log."""
    choice: Choice = AS_AWARDED
    """How the holder wants a badge to look."""


def source_of(db: Session, view: IssuedView, kind: FileKind) -> FileSource:
    """Return what a file of this kind is made from. Raises `NotFound`.

    For a credential that was issued before there was a JWT form it says so (``no-jwt-form``), and for one that has no
    pictures (``no-badge``): ask only for somebody who may see the credential.
    """
    if kind is FileKind.JWT and not view.has_jwt:
        raise NotFound("no-jwt-form")
    if kind in _PICTURES and not view.has_badge:
        raise NotFound("no-badge")
    read = credentials.signed_jwt if kind is FileKind.JWT else credentials.signed_document
    found = read(db, view.credential_id)
    if found is None:
        raise NotFound("credential")
    receipt = None
    if kind in {FileKind.RECEIPT, FileKind.PDF} and view.ledger_index is not None:
        receipt = log.receipt(db, view.ledger_index)
    if kind is FileKind.RECEIPT and receipt is None:
        raise NotFound("receipt")
    evidence = evidence_of(db, view.credential_id, now=utc_now()) if kind in _WITH_EVIDENCE else None
    if kind is FileKind.EVIDENCE and evidence is None:
        raise NotFound("evidence")
    return FileSource(
        signed=found,
        receipt=None if receipt is None else receipt.encode(),
        evidence=None if evidence is None else write_evidence(evidence),
        look=paper.look(db, view.organisation_id) if kind is FileKind.PDF else PLAIN,
    )


def file_answer(
    view: IssuedView, source: FileSource, kind: FileKind, *, download: bool = True, media_type: str | None = None
) -> Response:
    """Answer with one file of a credential; ``source`` is what `source_of` returned for this kind.

    ``download`` asks the browser to keep the file rather than show it. ``media_type`` replaces the usual one, for a
    client that asked for another name of the same bytes (``application/ld+json``).
    """
    answer = Response(bytes_of(view, source, kind), content_type=media_type or MEDIA_TYPES[kind])
    disposition = "attachment" if download else "inline"
    answer.headers.set("Content-Disposition", disposition, filename=file_name(view, kind))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def bytes_of(view: IssuedView, source: FileSource, kind: FileKind) -> bytes:
    """Return the bytes of one file of a credential."""
    match kind:
        case FileKind.PDF:
            base_url = current_settings().base_url
            return pdf_of(
                view,
                source.signed,
                base_url=base_url,
                receipt=source.receipt,
                evidence=source.evidence,
                statement=source.statement,
                look=source.look,
                form=source.form,
            )
        case FileKind.PNG:
            return badge_png_of(_with_badge(view), source.signed, source.evidence, choice=source.choice)
        case FileKind.SVG:
            return badge_svg_of(_with_badge(view), source.signed, source.evidence, choice=source.choice)
        case FileKind.JSON | FileKind.JWT:
            return source.signed
        case FileKind.RECEIPT:
            return source.receipt or b""
        case FileKind.EVIDENCE:
            return source.evidence or b""


def _with_badge(view: IssuedView) -> CredentialView:
    if not isinstance(view, CredentialView):
        raise NotFound("no-badge")
    return view


def file_name(view: IssuedView, kind: FileKind) -> str:
    """Return a name that every system takes, like ``senior-peer-supporter-sgd-2026-07-02-certificate.pdf``.

    Initials tell a class's files apart; a full name would travel in places nobody thinks of, such as a list of
    recent downloads.
    """
    word = _WORDS[kind] if view.has_badge or kind is not FileKind.PDF else "paper"
    words = (view.title, re.sub(r"\W", "", view.initials), view.dated_on.isoformat(), word)
    return "-".join(filter(None, map(plain_name, words))) + f".{kind.value}"


def check_address(view: IssuedView) -> str:
    """Return the whole address at which anybody may check the credential."""
    return f"{current_settings().base_url}/v/{view.shown_code}"


def plain_name(text: str) -> str:
    """Return a text as part of a name that every system takes: small letters, digits and hyphens."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")
