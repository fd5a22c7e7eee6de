"""The certificate on A4: what a young person hangs on the wall, files and shows, with the credential inside.

The PDF is tagged, PDF/A-3a and PDF/UA-1, and the same values always give the same bytes. It is a picture of the
credential and never a source of truth: whoever verifies reads the attachment. Where the words come from is the
domain's; dates and numbers arrive as text in the reader's language.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from accredit.domain.organisations.paper import PLAIN, Look
from accredit.domain.verification.evidence import FILE_NAME as EVIDENCE_NAME
from accredit.rendering import printing
from accredit.rendering.badge import AS_AWARDED, LEVELS, Choice, Level, badge_svg
from accredit.rendering.environment import environment, translations
from accredit.rendering.fonts import FONT_STACK
from accredit.rendering.layout import Layout, lay_out
from accredit.rendering.lettering import line_outline
from accredit.rendering.printing import Attached, ForeignAddress
from accredit.rendering.qr import qr_svg

ATTACHMENT_NAME = "credential.json"
RECEIPT_NAME = "credential.tlog-proof"


@dataclass(frozen=True, kw_only=True)
class CertificateValues:
    """What a certificate says. Texts are printed as they are given; `level` is a key of `LEVELS`.

    `code` is the typed code as it is shown, `verify_host` where it is to be typed, `qr_text` the address in the QR.
    `receipt` shows offline that the credential stands in the public log (C2SP tlog-proof); `evidence` is all that is
    needed to check it where nobody can be asked.
    """

    organisation: str
    name: str
    award: str
    sentence: str
    skills: tuple[str, ...]
    signatory_name: str
    signatory_role: str
    awarded_on: str
    code: str
    verify_host: str
    qr_text: str
    level: str
    tariff_line: str | None
    demonstration: bool
    language: str
    credential_json: bytes
    receipt: bytes | None = None
    evidence: bytes | None = None
    look: Look = PLAIN
    """The school's own frame, as it is for the day of the award."""
    preview: bool = False
    """Whether it is a look at what may be awarded; it says so across the page, and nothing is attached."""


def certificate_pdf(values: CertificateValues) -> bytes:
    """Return the certificate as a PDF of one A4 page, landscape, with the credential attached.

    Raises `KeyError` for an unknown level, `ValueError` when the QR's text is too long, `FileNotFoundError` when a font
    is missing.
    """
    return pressed(values, certificate_html(values), drawings(values))


def pressed(values: CertificateValues, html: str, files: Mapping[str, str | bytes], *, form: str = "") -> bytes:
    """Write what a certificate says, as one of its forms shows it, with the credential attached.

    Raises `ValueError` when the page asks for anything but its own pictures.
    """
    identifier = hashlib.sha256(f"{form}{values!r}".encode()).digest()[:16]
    try:
        with printing.press(issued_at(values.credential_json)) as press:
            return press.pdf([press.pages(html, files)], identifier=identifier, attached=_attached(values))
    except ForeignAddress as error:
        msg = f"the certificate's page asks for something that is not its own: {error}"
        raise ValueError(msg) from None


def certificate_html(values: CertificateValues, *, look: Level | None = None, also: str | None = None) -> str:
    """Return the page that is printed; its pictures are named `own:…` and exist only while it is.

    ``look`` has other colours than the level's own, ``also`` is one more style sheet.
    """
    template = environment(values.language).get_template("certificate/certificate.html")
    used = look or LEVELS[values.level]
    return template.render(values=values, layout=layout_of(values), look=used, fonts=FONT_STACK, also=also)


def layout_of(values: CertificateValues) -> Layout:
    """Return the sizes at which everything that a certificate says fits."""
    return lay_out(
        name=values.name,
        award=values.award,
        organisation=values.organisation,
        sentence=values.sentence,
        skills=values.skills,
        signatory=values.signatory_name,
        role=values.signatory_role,
        host=values.verify_host,
        look=values.look,
    )


def drawings(values: CertificateValues, *, choice: Choice = AS_AWARDED) -> dict[str, str | bytes]:
    """Return the pictures of the page by the name under which it asks for them."""
    say = translations(values.language).gettext
    across = (say("Preview") if values.preview else say("Demonstration")).upper()
    watermark = line_outline(across, weight=600, size=24, centre=110, baseline=78)
    return pictures_of(values.look) | {
        "own:badge": badge_svg(
            values.level,
            values.skills[:3],
            demonstration=values.demonstration,
            title=values.award,
            language=values.language,
            choice=choice,
        ),
        "own:qr": qr_svg(values.qr_text),
        "own:waves": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 78 96" width="78" height="96">'
        '<path d="M0 40C26 14 52 14 78 40V96H0z M0 60C26 36 52 36 78 60V96H0z" fill="#fff" fill-opacity=".1"/>'
        '<path d="M0 60C26 36 52 36 78 60V96H0z" fill="#fff" fill-opacity=".1"/></svg>',
        "own:watermark": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 219 140" width="219" height="140">'
        f'<path d="{watermark}" fill="#1F2937" fill-opacity=".06" transform="rotate(-24 110 70)"/></svg>',
    }


def pictures_of(look: Look) -> dict[str, str | bytes]:
    """Return the school's own pictures by the name under which a page asks for them."""
    found = (look.logo, look.partner, look.signature)
    return {f"own:{each.place.value}": each.png for each in found if each is not None}


def _attached(values: CertificateValues) -> list[Attached]:
    if values.preview:
        return []
    return attachments(
        values.language, credential=values.credential_json, receipt=values.receipt, evidence=values.evidence
    )


def attachments(language: str, *, credential: bytes, receipt: bytes | None, evidence: bytes | None) -> list[Attached]:
    """Return what goes inside a paper: the credential, and what shows where nobody can be asked that it is genuine."""
    say = translations(language).gettext
    told = [Attached(ATTACHMENT_NAME, credential, say("The signed credential this certificate shows"), "Source")]
    if receipt is not None:
        told.append(Attached(RECEIPT_NAME, receipt, say("Its receipt of the public log"), "Supplement"))
    if evidence is not None:
        told.append(Attached(EVIDENCE_NAME, evidence, say("What checks it without us"), "Supplement"))
    return told


def issued_at(credential_json: bytes) -> datetime:
    """Return the credential's `validFrom`, for the file's own dates; one without it gets a fixed day."""
    try:
        stated = datetime.fromisoformat(json.loads(credential_json)["validFrom"])
    except (ValueError, KeyError, TypeError):
        return printing.NO_DATE
    return stated.astimezone(UTC) if stated.tzinfo else printing.NO_DATE
