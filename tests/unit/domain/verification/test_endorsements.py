"""Endorsements inside a badge: each judged alone, none lending or taking a verdict (attacks.md VL27)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from accredit.domain.verification.rules import Reason, Verdict
from accredit.kit.vc import json_web_key, vc_jwt
from accredit.kit.vc.multikey import KeyKind
from tests.unit.domain.verification.issuer_elsewhere import DID, DID_PATH, HOST, Elsewhere, Issuer, registered, verified
from tests.unit.fetching.strange_host import StrangeHost, answer, strange_host
from tests.unit.kit.vc import vc_examples as examples
from tests.unit.kit.vc.vc_examples import OB, V2

UNIVERSITY = Issuer(did=f"{DID}:university", seed=7)
ISSUER = Issuer()


@pytest.fixture
def host() -> Iterator[StrangeHost]:
    with strange_host(HOST) as found:
        ISSUER.publish(found)
        found.pages["/university/did.json"] = answer(UNIVERSITY.document())
        yield found


def endorsement(about: str, *, by: Issuer = UNIVERSITY, **members: Any) -> dict[str, Any]:
    return by.sign(
        {
            "@context": [V2, OB],
            "id": "urn:uuid:77777777-1111-4222-8333-944455566677",
            "type": ["VerifiableCredential", "EndorsementCredential"],
            "issuer": {"id": by.did, "type": ["Profile"], "name": "The University"},
            "validFrom": "2026-07-01T00:00:00Z",
            "name": "Endorsement",
            "credentialSubject": {"id": about, "type": ["EndorsementSubject"], "endorsementComment": "Excellent."},
        }
        | members
    )


def with_endorsement(*given: Any, on: str = "achievement") -> dict[str, Any]:
    badge = ISSUER.badge()
    node = {
        "credential": badge,
        "issuer": badge["issuer"],
        "achievement": badge["credentialSubject"]["achievement"],
    }[on]
    node["endorsement"] = list(given)
    return ISSUER.sign(badge)


def about(on: str) -> str:
    badge = ISSUER.badge()
    found = {"credential": badge["id"], "issuer": DID, "achievement": badge["credentialSubject"]["achievement"]["id"]}
    return str(found[on])


@pytest.mark.parametrize("on", ["issuer", "achievement"])
def test_an_endorsement_has_a_verdict_of_its_own(host: StrangeHost, on: str) -> None:
    badge = with_endorsement(endorsement(about(on)), on=on)
    report = verified(badge, Elsewhere(host, register=registered(DID)))
    assert (report.verdict, report.reason) == (Verdict.GENUINE, None)
    (found,) = report.endorsements
    assert (found.verdict, found.reason) == (
        Verdict.GENUINE_ISSUER_NOT_RECOGNISED,
        Reason.ISSUER_NOT_RECOGNISED,
    )
    assert (found.about, found.comment, found.endorser_name) == (on, "Excellent.", "The University")
    assert report.to_json()["endorsements"][0]["verdict"] == "GENUINE_ISSUER_NOT_RECOGNISED"


@pytest.mark.attack("VL27")
def test_vl27_a_genuine_endorsement_lends_a_stranger_nothing(host: StrangeHost) -> None:
    badge = with_endorsement(endorsement(about("achievement")))
    report = verified(badge, Elsewhere(host, register=registered(UNIVERSITY.did)))
    assert report.verdict is Verdict.GENUINE_ISSUER_NOT_RECOGNISED
    assert report.endorsements[0].verdict is Verdict.GENUINE


def _altered() -> dict[str, Any]:
    found = endorsement(about("achievement"))
    found["credentialSubject"]["endorsementComment"] = "Perfect."
    return found


@pytest.mark.attack("VL27")
@pytest.mark.parametrize(
    ("given", "verdict", "reason"),
    [
        pytest.param(_altered, Verdict.NOT_GENUINE, Reason.SIGNATURE_INVALID, id="altered"),
        pytest.param(
            lambda: endorsement("urn:uuid:00000000-1111-4222-8333-944455566677"),
            Verdict.NOT_GENUINE,
            Reason.ENDORSES_ANOTHER,
            id="of something else",
        ),
        pytest.param(
            lambda: endorsement(about("achievement"), validUntil="2026-07-02T00:00:00Z"),
            Verdict.NOT_CURRENT,
            Reason.EXPIRED,
            id="over",
        ),
        pytest.param(
            lambda: endorsement(about("achievement"), by=Issuer(did=UNIVERSITY.did, seed=8)),
            Verdict.NOT_GENUINE,
            Reason.SIGNATURE_INVALID,
            id="by a forger",
        ),
        pytest.param(
            lambda: endorsement(about("achievement"), by=Issuer(did="did:web:school.example.org:nobody", seed=8)),
            Verdict.CANNOT_CONFIRM,
            Reason.ISSUER_KEY_UNREACHABLE,
            id="by somebody whose key cannot be had",
        ),
    ],
)
def test_vl27_a_false_endorsement_is_called_so_and_takes_nothing(
    host: StrangeHost, given: Any, verdict: Verdict, reason: Reason
) -> None:
    report = verified(with_endorsement(given()), Elsewhere(host, register=registered(DID)))
    assert report.verdict is Verdict.GENUINE
    (found,) = report.endorsements
    assert (found.verdict, found.reason) == (verdict, reason)
    if verdict in {Verdict.NOT_GENUINE, Verdict.CANNOT_CONFIRM}:
        assert (found.comment, found.endorser_name) == (None, None)


def test_of_a_badge_that_is_not_intact_no_endorsement_is_judged(host: StrangeHost) -> None:
    badge = with_endorsement(endorsement(about("achievement"))) | {"name": "Altered"}
    report = verified(badge, Elsewhere(host, register=registered(DID)))
    assert (report.verdict, report.endorsements) == (Verdict.NOT_GENUINE, ())
    assert [each.split(" ")[1] for each in host.asked] == [DID_PATH]


def test_no_more_than_eight_are_judged_and_no_more_than_four_addresses_asked(host: StrangeHost) -> None:
    many = [endorsement(about("achievement"), by=Issuer(did=f"{DID}:{each}", seed=8)) for each in range(12)]
    report = verified(with_endorsement(*many), Elsewhere(host, register=registered(DID)))
    assert report.verdict is Verdict.GENUINE
    assert len(report.endorsements) == 9
    assert report.endorsements[-1].reason is Reason.TOO_COMPLEX
    assert len(host.asked) == 4


def test_an_endorsement_may_be_a_token(host: StrangeHost) -> None:
    public, sign = examples.curve_signer(KeyKind.P256, 12)
    kid = f"{UNIVERSITY.did}#token-1"
    document = UNIVERSITY.document()
    method = {
        "id": kid,
        "type": "JsonWebKey",
        "controller": UNIVERSITY.did,
        "publicKeyJwk": json_web_key.encode(public),
    }
    document["verificationMethod"].append(method)
    document["assertionMethod"].append(kid)
    host.pages["/university/did.json"] = answer(document)
    said = endorsement(about("credential"))
    del said["proof"]
    token = vc_jwt.encode(said, kid=kid, alg="ES256", sign=sign)
    for given, verdict in (
        (token, Verdict.GENUINE),
        (token[:-4] + "AAAA", Verdict.NOT_GENUINE),
        ("e30.e30.e30", Verdict.UNREADABLE),
    ):
        badge = ISSUER.badge(endorsementJwt=[given])
        report = verified(ISSUER.sign(badge), Elsewhere(host, register=registered(DID, UNIVERSITY.did)))
        assert (report.verdict, report.reason) == (Verdict.GENUINE, None)
        assert [each.verdict for each in report.endorsements] == [verdict]
