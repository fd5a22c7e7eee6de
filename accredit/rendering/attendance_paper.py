"""The record of an adult's training on A4: parts, days, time; with the credential inside.

Tagged, PDF/A-3a and PDF/UA-1, and the same values always give the same bytes. Like a certificate it is a picture of the
credential and never a source of truth. It has no badge and no level.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from accredit.domain.credentials.attendance_contents import days_of, time_of
from accredit.domain.credentials.rules import hours_in_words
from accredit.domain.facilitation.rules import Attended
from accredit.rendering import printing
from accredit.rendering.certificate import attachments, issued_at
from accredit.rendering.environment import environment
from accredit.rendering.fonts import FONT_STACK
from accredit.rendering.qr import qr_svg


@dataclass(frozen=True, kw_only=True)
class AttendanceValues:
    """What the paper says. `code`, `verify_host` and `qr_text` are as on a certificate."""

    organisation: str
    programme: str
    name: str
    parts: tuple[Attended, ...]
    given_on: str
    code: str
    verify_host: str
    qr_text: str
    demonstration: bool
    language: str
    credential_json: bytes
    receipt: bytes | None = None
    evidence: bytes | None = None

    @property
    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """Each part: what, when, how long."""
        return tuple((part.title, days_of(part), hours_in_words(part.minutes)) for part in self.parts)

    @property
    def time(self) -> str:
        """The time of every part together."""
        return time_of(self.parts)


def attendance_pdf(values: AttendanceValues) -> bytes:
    """Return the record as a PDF, with the credential attached.

    Raises `ValueError` when the QR's text is too long, `FileNotFoundError` when a font is missing.
    """
    identifier = hashlib.sha256(repr(values).encode()).digest()[:16]
    attached = attachments(
        values.language, credential=values.credential_json, receipt=values.receipt, evidence=values.evidence
    )
    with printing.press(issued_at(values.credential_json)) as press:
        pages = press.pages(attendance_html(values), {"own:qr": qr_svg(values.qr_text)})
        return press.pdf([pages], identifier=identifier, attached=attached)


def attendance_html(values: AttendanceValues) -> str:
    """Return the pages that are printed."""
    template = environment(values.language).get_template("record/attendance.html")
    return template.render(values=values, fonts=FONT_STACK)
