"""A share on one sheet of paper: what was chosen and nothing else, a code that leads to its page, the file inside.

It names no adult and no other code of the young person. As its document it is in English, tagged, PDF/A-3a and
PDF/UA-1, and the same values always give the same bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from accredit.domain.credentials.rules import date_in_words
from accredit.domain.credentials.sharing_rules import Said
from accredit.domain.verification.evidence import FILE_NAME as EVIDENCE_NAME
from accredit.rendering import printing
from accredit.rendering.certificate import ATTACHMENT_NAME, issued_at
from accredit.rendering.environment import environment
from accredit.rendering.fonts import FONT_STACK
from accredit.rendering.printing import Attached
from accredit.rendering.qr import screen_svg


@dataclass(frozen=True, kw_only=True)
class ShareSheet:
    """What is printed: ``link`` and ``verify`` are whole addresses, ``credential_json`` the signed bytes."""

    said: Said
    organisation: str
    link: str
    verify: str
    last_day: date
    credential_json: bytes
    evidence: bytes | None
    demonstration: bool


def share_pdf(sheet: ShareSheet) -> bytes:
    """Return the sheet as a PDF with the signed credential attached."""
    html = share_html(sheet)
    attached = [Attached(ATTACHMENT_NAME, sheet.credential_json, "The signed credential that this shows", "Source")]
    if sheet.evidence is not None:
        attached.append(Attached(EVIDENCE_NAME, sheet.evidence, "What checks it without us", "Supplement"))
    identifier = hashlib.sha256(repr(sheet).encode()).digest()[:16]
    with printing.press(issued_at(sheet.credential_json)) as press:
        pages = press.pages(html, {"own:qr": screen_svg(sheet.link, title="")})
        return press.pdf([pages], identifier=identifier, attached=attached)


def share_html(sheet: ShareSheet) -> str:
    """Return the page that is printed."""
    awarded_on = sheet.said.awarded_on
    return (
        environment("en")
        .get_template("share/sheet.html")
        .render(
            said=sheet.said,
            organisation=sheet.organisation,
            link=sheet.link,
            verify=sheet.verify,
            last_day=date_in_words(sheet.last_day),
            awarded_on=date_in_words(awarded_on) if awarded_on else None,
            demonstration=sheet.demonstration,
            fonts=FONT_STACK,
        )
    )
