"""Group VL of the attack catalogue, as the verdict that a reader is given, with its reason."""

from __future__ import annotations

import json
import random
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from accredit.domain.verification.rules import Reason, Verdict
from tests.unit.domain.verification.attacked import (
    CC,
    GENUINE,
    NG,
    UR,
    Change,
    Document,
    altered,
    answer,
    attack,
    in_achievement,
    in_subject,
    put,
    signed,
    verified,
)
from tests.unit.kit.linkeddata.test_work_limits import _knot
from tests.unit.kit.vc import vc_examples as examples
from tests.unit.kit.vc.vc_examples import ISSUER, OB, V2

R = Reason
EVIL = "https://attacker.example/context"


def _contexts(*urls: Any) -> Change:
    return put(**{"@context": list(urls)})


def _member(name: str, value: Any) -> Change:
    return put(**{name: value})


def _subject(**members: Any) -> Document:
    return {**examples.badge()["credentialSubject"], **members}


SIGNED_BEFORE = [
    attack("VL01", "an unknown term", put(grade="A*"), NG, R.UNSIGNED_DATA),
    attack("VL01", "an unknown term deep inside", in_achievement(level="gold"), NG, R.UNSIGNED_DATA),
    attack("VL02", "a subject that is no IRI", in_subject(id="ZZZ not iri"), NG, R.UNSIGNED_DATA),
    attack("VL03", "a context that maps a term to null", _contexts(V2, OB, {"name": None}), NG, R.UNSIGNED_DATA),
    attack("VL04", "a context that takes every term", _contexts(V2, OB, {"@vocab": f"{EVIL}#"}), NG, R.UNSIGNED_DATA),
    attack("VL04", "the same in front", _contexts({"@vocab": f"{EVIL}#"}, V2, OB), NG, R.UNSIGNED_DATA),
    attack("VL05", "a name of another meaning", in_subject(**{"@context": {"name": EVIL}}), NG, R.UNSIGNED_DATA),
    attack("VL07", "contexts in another order", _contexts(OB, V2), NG, R.UNSIGNED_DATA),
    attack("VL07", "no base context", _contexts(OB), NG, R.UNSIGNED_DATA),
    attack("VL07", "a context twice", _contexts(V2, OB, V2), NG, R.UNSIGNED_DATA),
    attack("VL11", "@graph at the top", _member("@graph", [{"id": "urn:x:1"}]), NG, R.UNSIGNED_DATA),
    attack("VL11", "@included", _member("@included", [{"id": "urn:x:1"}]), NG, R.UNSIGNED_DATA),
    attack("VL11", "@reverse", _member("@reverse", {"name": {"id": "urn:x:1"}}), NG, R.UNSIGNED_DATA),
    attack("VL16", "@index", in_subject(**{"@index": "hidden"}), NG, R.UNSIGNED_DATA),
    attack("VL16", "@language on a node", in_subject(**{"@language": "en"}), NG, R.UNSIGNED_DATA),
    attack("VL16", "@direction on a node", in_subject(**{"@direction": "rtl"}), NG, R.UNSIGNED_DATA),
    attack("VL16", "a JSON literal for a name",
           put(name={"@value": {"a": 1}, "@type": "@json"}), NG, R.OPEN_BADGES_RULES),
    attack("VL17", "two ids", _member("@id", "urn:x:1"), NG, R.UNSIGNED_DATA),
    attack("VL17", "two ids that say the same", _member("@id", examples.badge()["id"]), NG, R.UNSIGNED_DATA),
    attack("VL18", "two names", put(name=["Gold", "Silver"]), NG, R.OPEN_BADGES_RULES),
    attack("VL18", "two ends",
           put(validUntil=["2027-01-01T00:00:00Z", "2099-01-01T00:00:00Z"]), NG, R.OPEN_BADGES_RULES),
    attack("VL18", "two achievements",
           in_subject(achievement=[examples.badge()["credentialSubject"]["achievement"]] * 2), NG, R.OPEN_BADGES_RULES),
    attack("VL20", "an integer that no double holds", in_subject(creditsEarned=2**53 + 1), NG, R.UNSIGNED_DATA),
    attack("VL20", "a number as text", in_subject(creditsEarned="12"), NG, R.OPEN_BADGES_RULES),
    attack("VL20", "a number beyond a double", '"creditsEarned":1e400', UR, R.MALFORMED),
    attack("VL20", "a tiny number", in_subject(creditsEarned=1e-7), NG, R.UNSIGNED_DATA),
    attack("VL21", "a leap second", put(validUntil="2016-12-31T23:59:60Z"), NG, R.OPEN_BADGES_RULES),
    attack("VL21", "twenty-four o'clock", put(validUntil="2099-12-31T24:00:00Z"), NG, R.OPEN_BADGES_RULES),
    attack("VL21", "no zone", put(validUntil="2099-12-31T23:00:00"), NG, R.OPEN_BADGES_RULES),
    attack("VL21", "the year 0000", put(validUntil="0000-01-01T00:00:00Z"), NG, R.OPEN_BADGES_RULES),
    attack("VL21", "the year 10000", put(validUntil="10000-01-01T00:00:00Z"), NG, R.OPEN_BADGES_RULES),
    attack("VL21", "the thirtieth of February", put(validUntil="2027-02-30T00:00:00Z"), NG, R.OPEN_BADGES_RULES),
    attack("VL21", "a zone too far", put(validUntil="2099-01-01T00:00:00+14:59"), NG, R.OPEN_BADGES_RULES),
    attack("VL21", "a small z", put(validUntil="2099-01-01T00:00:00z"), NG, R.OPEN_BADGES_RULES),
    attack("VL21", "a date alone", put(validUntil="2099-01-01"), NG, R.OPEN_BADGES_RULES),
    attack("VL30", "a relative issuer",
           put(issuer={**examples.badge()["issuer"], "id": "issuer/1"}), NG, R.UNSIGNED_DATA),
    attack("VL30", "a space in the issuer",
           put(issuer={**examples.badge()["issuer"], "id": f"{ISSUER} "}), NG, R.UNSIGNED_DATA),
    attack("VL30", "a control character in the issuer",
           put(issuer={**examples.badge()["issuer"], "id": f"{ISSUER}\x07"}), NG, R.UNSIGNED_DATA),
    attack("VL30", "white space that does not break in the issuer",
           put(issuer={**examples.badge()["issuer"], "id": f"{ISSUER}\u00a0"}), NG, R.UNSIGNED_DATA),
    attack("VL30", "a urn in capitals", put(id=examples.badge()["id"].upper()), NG, R.SIGNATURE_INVALID),
    attack("VL30", "an issuer in other letters",
           put(issuer={**examples.badge()["issuer"], "id": "https://nοrthfield.example"}), NG, R.SIGNATURE_INVALID),
]  # fmt: skip


@pytest.mark.parametrize(("change", "verdict", "reason"), SIGNED_BEFORE)
def test_an_attack_on_the_meaning_is_answered(change: Change | str, verdict: Verdict, reason: Reason) -> None:
    document = altered(change) if callable(change) else signed()
    data = json.dumps(document)
    if isinstance(change, str):
        data = data.replace('"credentialSubject": {', '"credentialSubject": {' + change + ",")
    report = verified(data)
    assert answer(report) == (verdict, reason)
    assert report.claims is None


@pytest.mark.parametrize(
    "members",
    [
        attack("VL18", "two names", {"name": ["Gold", "Silver"]}),
        attack("VL18", "two names in one language", {"name": [{"@value": x, "@language": "en"} for x in "ab"]}),
        attack("VL20", "a number as text", {"credentialSubject": _subject(creditsEarned="1e1")}),
        attack("VL20", "no number at all", {"credentialSubject": _subject(creditsEarned="nan")}),
        attack("VL21", "a zone too far", {"validUntil": "2099-01-01T00:00:00+14:59"}),
        attack("VL21", "a small z", {"validUntil": "2099-01-01T00:00:00z"}),
    ],
)
def test_what_readers_could_take_in_two_ways_is_not_genuine_though_the_issuer_signed_it(members: Document) -> None:
    assert answer(verified(signed(examples.badge() | members))) == (NG, R.OPEN_BADGES_RULES)


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every attempt to reach anybody, none of which succeeds."""
    made: list[Any] = []

    def refuse(*arguments: Any, **_: Any) -> None:
        made.append(arguments)
        raise OSError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return made


@pytest.mark.attack("VL06")
def test_vl06_an_unknown_context_is_not_fetched(attempts: list[Any]) -> None:
    assert answer(verified(altered(_contexts(V2, OB, EVIL)))) == (UR, R.CONTEXT_NOT_PINNED)
    assert attempts == []


EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
SCHEMAS = {
    "an attacker's address": "https://attacker.example/schema.json",
    "a file": "file:///etc/passwd",
    "an address inside": "http://169.254.169.254/latest/meta-data",
}


@pytest.mark.attack("VL28")
def test_vl28_a_refresh_service_is_not_followed(attempts: list[Any]) -> None:
    document = {**examples.badge(), "@context": [V2, OB, EXTENSIONS]}
    service = {"id": "https://attacker.example/newer", "type": "1EdTechCredentialRefresh"}
    assert answer(verified(signed({**document, "refreshService": service}))) == (GENUINE, None)
    added = altered(put(refreshService=service), document=signed(document))
    assert answer(verified(added)) == (NG, R.SIGNATURE_INVALID)
    assert attempts == []


@pytest.mark.attack("VL29")
@pytest.mark.parametrize("address", SCHEMAS.values(), ids=SCHEMAS)
def test_vl29_a_schema_is_not_fetched(address: str, attempts: list[Any]) -> None:
    schema = {"id": address, "type": "1EdTechJsonSchemaValidator2019"}
    report = verified(signed({**examples.badge(), "@context": [V2, OB, EXTENSIONS], "credentialSchema": [schema]}))
    assert report.verdict in {GENUINE, NG}
    assert report.reason in {None, R.OPEN_BADGES_RULES}
    assert attempts == []


HEAVY: list[Any] = [
    attack("VL22", "eight nodes that all know each other", {"evidence": _knot(8, 7)}, R.TOO_COMPLEX),
    attack("VL23", "a long ring",
           {"evidence": [{"id": f"_:n{i}", "type": ["Evidence"], "name": {"id": f"_:n{(i + 1) % 500}"}}
                                                for i in range(500)]}, R.TOO_COMPLEX),
    attack("VL24", "four thousand values of one property", {"name": [str(i) for i in range(4_000)]}, R.TOO_COMPLEX),
]  # fmt: skip


@pytest.mark.parametrize(("members", "reason"), HEAVY)
def test_a_heavy_document_is_given_up_in_time(members: Document, reason: Reason) -> None:
    data = json.dumps({**signed(), **members})
    begun = time.process_time()
    report = verified(data)
    assert time.process_time() - begun < 2
    assert report.verdict in {UR, CC, NG}
    assert report.reason in {reason, R.OPEN_BADGES_RULES}
    assert answer(verified(signed())) == (GENUINE, None)


@pytest.mark.attack("VL24")
def test_vl24_too_many_values_are_refused_at_once() -> None:
    data = json.dumps({**signed(), "name": [str(i) for i in range(4_000)]})
    begun = time.process_time()
    verified(data)
    assert time.process_time() - begun < 0.1


def _mixed(seed: int) -> tuple[str, tuple[Verdict, Reason | None]]:
    """A document of one of five kinds, and what is to be said of it."""
    badge = examples.badge() | {"id": f"urn:uuid:00000000-0000-4000-8000-{seed:012d}", "name": f"Badge {seed}"}
    kinds: list[tuple[Document, tuple[Verdict, Reason | None]]] = [
        (signed(badge), (GENUINE, None)),
        (altered(put(name="Another"), document=signed(badge)), (NG, R.SIGNATURE_INVALID)),
        (altered(put(grade="A*"), document=signed(badge)), (NG, R.UNSIGNED_DATA)),
        (altered(_contexts(V2, OB, EVIL), document=signed(badge)), (UR, R.CONTEXT_NOT_PINNED)),
        (signed({**badge, "@context": [V2, OB.replace("3.0.3", "3.0.2")]}), (GENUINE, None)),
    ]
    document, expected = kinds[seed % len(kinds)]
    return json.dumps(document), expected


@pytest.mark.attack("VL26")
@pytest.mark.parametrize("count", [1_000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_vl26_eight_threads_never_get_in_each_others_way(count: int) -> None:
    cases = [_mixed(seed) for seed in range(200)] * (count // 200)
    random.Random(26).shuffle(cases)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda case: answer(verified(case[0])), cases))
    assert [answered for answered, (_, expected) in zip(found, cases, strict=True) if answered != expected] == []


def _endorsement(**more: Any) -> Document:
    return {
        "@context": [V2, OB],
        "id": "urn:uuid:77777777-1111-4222-8333-944455566677",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": {"id": "did:web:university.example", "type": ["Profile"], "name": "University"},
        "validFrom": "2026-01-01T00:00:00Z",
        "name": "Endorsement",
        "credentialSubject": {"id": ISSUER, "type": ["EndorsementSubject"], "endorsementComment": "Excellent."},
    } | more


@pytest.mark.attack("VL27")
def test_vl27_an_endorsement_inside_never_raises_the_verdict() -> None:
    forged = altered(document=_endorsement(proof=signed()["proof"]))
    with_it = signed({**examples.badge(), "endorsement": [forged]})
    assert answer(verified(with_it)) == answer(verified(signed()))
    assert "Excellent" not in str(verified(with_it).to_json())
    taken = altered(put(endorsement=[forged]), document=signed())
    assert answer(verified(taken)) == (NG, R.SIGNATURE_INVALID)
    own_context = _endorsement(**{"@context": [V2, OB, {"name": EVIL}]})
    assert answer(verified(altered(put(endorsement=[own_context])))) == (NG, R.UNSIGNED_DATA)


@pytest.mark.attack("VL27")
def test_vl27_endorsements_nested_sixty_four_times_end_in_time() -> None:
    nested = _endorsement()
    for _ in range(64):
        nested = _endorsement(endorsement=[nested])
    begun = time.process_time()
    report = verified({**signed(), "endorsement": [nested]})
    assert time.process_time() - begun < 2
    assert report.verdict in {NG, UR}
    assert report.reason is not None
