"""A record of peer support on A4: training, time by activity, meetings, skills; with the credential inside.

Tagged, PDF/A-3a and PDF/UA-1, and the same values always give the same bytes. Like a certificate it is a picture of the
credential and never a source of truth. It has no badge and no level.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from accredit.domain.credentials.record_contents import Contents
from accredit.domain.credentials.rules import between, hours_in_words, month_in_words
from accredit.rendering import printing
from accredit.rendering.certificate import attachments, issued_at
from accredit.rendering.environment import environment
from accredit.rendering.fonts import FONT_STACK
from accredit.rendering.qr import qr_svg


@dataclass(frozen=True, kw_only=True)
class RecordValues:
    """What the paper of a record says. `code`, `verify_host` and `qr_text` are as on a certificate."""

    organisation: str
    name: str
    contents: Contents
    made_on: str
    code: str
    verify_host: str
    qr_text: str
    tariff_line: str | None
    demonstration: bool
    language: str
    credential_json: bytes
    receipt: bytes | None = None
    evidence: bytes | None = None

    @property
    def months(self) -> str | None:
        """Between which months it was; None where months are not told."""
        first, last = self.contents.first_on, self.contents.last_on
        if first is not None and last is not None:
            return between(first, last)
        dated = [each.month for each in self.contents.modules if each.month is not None]
        return between(min(dated), max(dated)) if dated else None

    @property
    def modules(self) -> tuple[tuple[str, str], ...]:
        """Each module with its month."""
        return tuple(
            (each.title, "" if each.month is None else month_in_words(each.month)) for each in self.contents.modules
        )

    @property
    def activities(self) -> tuple[tuple[str, str], ...]:
        """Each activity with its time."""
        return tuple((each.title, hours_in_words(each.minutes)) for each in self.contents.activities)

    @property
    def time(self) -> str:
        """All time, that of earlier records too."""
        return hours_in_words(self.contents.minutes + self.contents.earlier_minutes)

    @property
    def training_time(self) -> str:
        """All time of the training."""
        return hours_in_words(self.contents.training_minutes)

    @property
    def earlier_time(self) -> str | None:
        """Time from the school's earlier records; None where there is none."""
        minutes = self.contents.earlier_minutes
        return hours_in_words(minutes) if minutes else None


def record_pdf(values: RecordValues) -> bytes:
    """Return the record as a PDF, with the credential attached.

    Raises `ValueError` when the QR's text is too long, `FileNotFoundError` when a font is missing.
    """
    identifier = hashlib.sha256(repr(values).encode()).digest()[:16]
    attached = attachments(
        values.language, credential=values.credential_json, receipt=values.receipt, evidence=values.evidence
    )
    with printing.press(issued_at(values.credential_json)) as press:
        pages = press.pages(record_html(values), {"own:qr": qr_svg(values.qr_text)})
        return press.pdf([pages], identifier=identifier, attached=attached)


def record_html(values: RecordValues) -> str:
    """Return the pages that are printed."""
    template = environment(values.language).get_template("record/record.html")
    return template.render(values=values, fonts=FONT_STACK)
