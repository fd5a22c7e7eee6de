"""From a released credential to the files a young person keeps: certificate, badge pictures, the JSON itself.

Each file is a pure function of the credential and of the address that people type; none is a source of truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import singledispatch
from typing import Any
from urllib.parse import urlsplit

from accredit.domain.credentials.paper_ahead import AheadView
from accredit.domain.credentials.plain_words import told_shortly
from accredit.domain.credentials.record_contents import NO_TARIFF
from accredit.domain.credentials.rules import TARIFF_LINE, Totals, date_in_words, honest_sentence
from accredit.domain.credentials.views import AttendanceView, CredentialView, IssuedView, RecordView
from accredit.domain.organisations.paper import PLAIN, Look
from accredit.rendering.attendance_paper import AttendanceValues, attendance_pdf
from accredit.rendering.badge import AS_AWARDED, BadgeValues, Choice, baked_png, baked_svg
from accredit.rendering.certificate import CertificateValues, certificate_pdf
from accredit.rendering.certificate_forms import Form, certificate_in_form
from accredit.rendering.certificates import certificates_pdf
from accredit.rendering.qr import offline_text, qr_address
from accredit.rendering.record_paper import RecordValues, record_pdf


@singledispatch
def pdf_of(view: IssuedView, *_document: bytes, **_told: Any) -> bytes:
    """Return the paper of a credential as a PDF, as its kind has it: `certificate_of`, `record_of`, `attendance_of`.

    They take the signed document, ``base_url``, ``receipt``, ``evidence``, ``statement`` and ``look``, and leave out
    what they have no place for. Raises `TypeError` for a kind that has no paper.
    """
    raise TypeError(type(view).__name__)


@pdf_of.register
def certificate_of(
    view: CredentialView,
    document: bytes,
    *,
    base_url: str,
    receipt: bytes | None = None,
    evidence: bytes | None = None,
    statement: str | None = None,
    look: Look = PLAIN,
    form: Form = Form.STANDARD,
) -> bytes:
    """Return the certificate as a PDF with the signed ``document`` attached, its receipt and its evidence.

    With the digits of a ``statement`` its QR code can be read where nobody answers. The ``look`` is the school's own,
    the ``form`` the one in which its holder reads best.
    """
    values = _certificate(view, document, base_url=base_url, statement=statement, look=look)
    whole = replace(values, receipt=receipt, evidence=evidence)
    return certificate_in_form(whole, form, told=told_shortly(view.totals))


@pdf_of.register
def record_of(
    view: RecordView,
    document: bytes,
    *,
    base_url: str,
    receipt: bytes | None = None,
    evidence: bytes | None = None,
    **_of_a_certificate: object,
) -> bytes:
    """Return a record of peer support as a PDF with the signed ``document`` attached, its receipt and its evidence."""
    return record_pdf(
        RecordValues(
            organisation=view.organisation_name,
            name=view.printed_name,
            contents=view.contents,
            made_on=date_in_words(view.made_on),
            code=view.shown_code,
            verify_host=urlsplit(base_url).netloc,
            qr_text=qr_address(base_url, view.code),
            tariff_line=NO_TARIFF if view.tariff_line else None,
            demonstration=view.demonstration,
            language="en",
            credential_json=document,
            receipt=receipt,
            evidence=evidence,
        )
    )


@pdf_of.register
def attendance_of(
    view: AttendanceView,
    document: bytes,
    *,
    base_url: str,
    receipt: bytes | None = None,
    evidence: bytes | None = None,
    **_of_a_certificate: object,
) -> bytes:
    """Return the record of an adult's training as a PDF with the signed ``document`` attached, receipt and evidence."""
    return attendance_pdf(
        AttendanceValues(
            organisation=view.organisation_name,
            programme=view.programme_name,
            name=view.printed_name,
            parts=view.parts,
            given_on=date_in_words(view.given_on),
            code=view.shown_code,
            verify_host=urlsplit(base_url).netloc,
            qr_text=qr_address(base_url, view.code),
            demonstration=view.demonstration,
            language="en",
            credential_json=document,
            receipt=receipt,
            evidence=evidence,
        )
    )


def certificates_of(
    views: Sequence[CredentialView | AheadView], *, base_url: str, title: str, look: Look = PLAIN
) -> bytes:
    """Return the certificates of many as one PDF to print, in the order given; nothing is attached to it.

    What is for a day to come can be printed before, with its code and no credential behind it yet.

    Raises `ValueError` when there is none.
    """
    values = [_certificate(view, b"", base_url=base_url, look=look) for view in views]
    return certificates_pdf(values, title=title, moment=max((view.issued_at for view in views), default=None))


def _certificate(
    view: CredentialView | AheadView,
    document: bytes,
    *,
    base_url: str,
    statement: str | None = None,
    look: Look = PLAIN,
) -> CertificateValues:
    address = qr_address(base_url, view.code)
    return CertificateValues(
        organisation=view.organisation_name,
        name=view.printed_name,
        award=view.award_title,
        sentence=honest_sentence(view.totals),
        skills=skills_of(view),
        signatory_name=view.signatory_name,
        signatory_role=view.signatory_role or "",
        awarded_on=date_in_words(view.awarded_on),
        code=view.shown_code,
        verify_host=urlsplit(base_url).netloc,
        qr_text=address if statement is None else offline_text(address, statement),
        level=view.badge,
        tariff_line=TARIFF_LINE if view.tariff_line else None,
        demonstration=view.demonstration,
        language="en",
        credential_json=document,
        look=look.on(view.awarded_on),
    )


def preview_of(
    *,
    organisation: str,
    name: str,
    award: str,
    level: str,
    totals: Totals,
    skills: tuple[str, ...],
    signatory_name: str,
    signatory_role: str | None,
    awarded_on: date,
    tariff_line: bool,
    base_url: str,
    demonstration: bool,
    look: Look = PLAIN,
) -> bytes:
    """Return what a certificate would look like, as a PDF that says across the page that it is a preview.

    It has no code, and its picture to scan leads to the page on which anything can be checked.
    """
    return certificate_pdf(
        CertificateValues(
            organisation=organisation,
            name=name,
            award=award,
            sentence=honest_sentence(totals),
            skills=skills,
            signatory_name=signatory_name,
            signatory_role=signatory_role or "",
            awarded_on=date_in_words(awarded_on),
            code="·····-·····-····",
            verify_host=urlsplit(base_url).netloc,
            qr_text=f"{base_url.rstrip('/')}/verify",
            level=level,
            tariff_line=TARIFF_LINE if tariff_line else None,
            demonstration=demonstration,
            language="en",
            credential_json=b"",
            look=look.on(awarded_on),
            preview=True,
        )
    )


def badge_png_of(
    view: CredentialView, document: bytes, evidence: bytes | None = None, *, choice: Choice = AS_AWARDED
) -> bytes:
    """Return the badge as a PNG that carries the signed ``document``, and its evidence."""
    return baked_png(_badge(view, choice), document, evidence)


def badge_svg_of(
    view: CredentialView, document: bytes, evidence: bytes | None = None, *, choice: Choice = AS_AWARDED
) -> bytes:
    """Return the badge as an SVG that carries the signed ``document``, and its evidence."""
    return baked_svg(_badge(view, choice), document, evidence)


def skills_of(view: CredentialView | AheadView) -> tuple[str, ...]:
    """Return the titles of the skills that were shown."""
    return tuple(skill.title for skill in view.skills)


def _badge(view: CredentialView, choice: Choice) -> BadgeValues:
    return BadgeValues(
        level=view.badge,
        skills_words=skills_of(view)[:2],
        title=view.award_title,
        demonstration=view.demonstration,
        language="en",
        choice=choice,
    )
