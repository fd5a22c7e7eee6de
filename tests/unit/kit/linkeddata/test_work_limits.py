"""No document of a megabyte takes long: it is signed, or refused, within two seconds of processor time."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from accredit.kit.linkeddata import LinkedDataError, canonicalise
from accredit.kit.linkeddata.strict_json import loads_object
from tests.unit.kit.linkeddata.limits import SECONDS

BASE = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
    "id": "urn:uuid:6a1676b8-b51f-11ed-937b-d76685a20ff5",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": "did:web:accredit.example",
    "validFrom": "2026-01-01T00:00:00Z",
}
ACHIEVEMENT = {"type": ["Achievement"], "name": "x", "criteria": {"narrative": "y"}}
SUBJECT = {"type": ["AchievementSubject"], "achievement": ACHIEVEMENT}


def _knot(nodes: int, links: int) -> list[dict[str, Any]]:
    return [
        {"id": f"_:n{i}", "type": ["Evidence"], "name": [{"id": f"_:n{(i * 7 + k) % nodes}"} for k in range(links)]}
        for i in range(nodes)
    ]


CASES: dict[str, tuple[dict[str, Any], str | None]] = {
    "a thousand pieces of evidence that are alike": ({"evidence": [{"type": ["Evidence"]}] * 1_000}, None),
    "a thousand that differ": (
        {"evidence": [{"type": ["Evidence"], "name": str(i), "description": "d" * 800} for i in range(1_000)]},
        None,
    ),
    "a thousand subjects that are alike inside": ({"credentialSubject": [SUBJECT] * 1_000}, None),
    "one text of a megabyte": ({"name": "ŵ\n" * 200_000}, None),
    "fifteen thousand terms": ({f"term{i}": "x" for i in range(15_000)}, "unsigned_data"),
    "twenty-five thousand types": ({"type": [f"https://x.example/{i}" for i in range(25_000)]}, "too_complex"),
    "VL24 four thousand values": ({"name": [str(i) for i in range(4_000)]}, "too_complex"),
    "VL22 eight nodes that all know each other": ({"evidence": _knot(8, 7)}, "work_budget"),
    "three hundred nodes in a knot": ({"evidence": _knot(300, 30)}, "work_budget"),
    "a thousand contexts": ({"@context": ["https://www.w3.org/ns/credentials/v2"] * 1_000}, "context_order"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_ends_within_two_seconds(case: tuple[dict[str, Any], str | None]) -> None:
    members, code = case
    data = json.dumps({**BASE, **members}, ensure_ascii=False).encode("utf-8")
    assert len(data) < 1_000_000
    found = None
    begun = time.process_time()
    try:
        canonicalise(loads_object(data))
    except LinkedDataError as refused:
        found = refused.code
    assert found == code
    assert time.process_time() - begun < SECONDS
