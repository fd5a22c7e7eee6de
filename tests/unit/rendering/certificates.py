"""Certificate values to test with, and the names every certificate has to print right."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from accredit.rendering.certificate import CertificateValues
from accredit.rendering.qr import qr_address

CODE = "7K3MD-9RTWX-4HQP"
ADDRESS = qr_address("https://verify.example", CODE)
LONGEST_NAME = (
    "Maximiliana-Alexandrina Charlotte-Josephine "
    "Exampleton-Fitzspecimen-Demonstrandum of Placeholder Magna-under-Sample"
)
NAMES = (
    "Llŷr Enghraifft",
    "Siân Sampl-Prawf",
    "Gwenllïan Ŵyn-Enghraifft",
    "Caoimhe Ní Shampla",
    "Oisín Mac an tSampla",
    "Mòrag NicEisimpleir",
    "Paweł Przykładowski",
    "Małgorzata Próbna-Testowska",
    "Oluwaṣeun Àpẹẹrẹ",
    "Nguyễn Ví Dụ",
    "Niamh O'Specimen",
    "D’Arcy Samplewright",
    "Zoë van 't Voorbeeld",
    "İpek Örnekoğlu",
    "Ștefan Exemplaru",
    "Björn Beispielsson",
    "Renée Façade-Exemple",
    "Putri",
    "E",
    "Дарина Зразок",
    "ليلى مثال",
    LONGEST_NAME,
)


def certificate(**changes: Any) -> CertificateValues:
    """Return the values of a plausible certificate, changed as asked."""
    credential = {"validFrom": "2026-07-02T10:00:00Z", "name": "Senior Peer Supporter"}
    plain = CertificateValues(
        organisation="Example Valley School",
        name="Siân Gwenllïan Dŵr-Ŵyn",
        award="Senior Peer Supporter",
        sentence="Siân trained in 7 modules, gave 26½ hours of supervised peer support between October 2025 and "
        "June 2026, and met with supervising adults 9 times. Three adults saw this work and approved it.",
        skills=("Listening", "Empathy", "Negotiation", "Keeping confidences"),
        signatory_name="Ms T. Exemplar",
        signatory_role="Wellbeing lead",
        awarded_on="2 July 2026",
        code=CODE,
        verify_host="verify.example",
        qr_text=ADDRESS,
        level="senior",
        tariff_line="This award carries no UCAS Tariff points.",
        demonstration=False,
        language="en",
        credential_json=json.dumps(credential).encode(),
    )
    return replace(plain, **changes)
