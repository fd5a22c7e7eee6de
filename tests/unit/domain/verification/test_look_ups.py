"""What is looked up for an issuer elsewhere, what never is, and what a host may answer (attacks.md VI, VN)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from accredit.domain.verification.report import VerificationReport
from accredit.domain.verification.rules import Reason, Verdict
from tests.unit.domain.verification.issuer_elsewhere import (
    DID,
    DID_PATH,
    HOST,
    Elsewhere,
    Issuer,
    registered,
    verified,
)
from tests.unit.fetching.strange_host import StrangeHost, answer, strange_host

G, GU, IO = Verdict.GENUINE, Verdict.GENUINE_ISSUER_NOT_RECOGNISED, Verdict.INTEGRITY_ONLY
NG, CC = Verdict.NOT_GENUINE, Verdict.CANNOT_CONFIRM
R = Reason
PROFILE = f"https://{HOST}/issuer"


@pytest.fixture
def host() -> Iterator[StrangeHost]:
    with strange_host(HOST) as found:
        yield found


def told(report: VerificationReport) -> tuple[Verdict, Reason | None]:
    return report.verdict, report.reason


@pytest.mark.attack("VI09")
def test_vi09_a_document_that_sends_elsewhere_is_not_followed(host: StrangeHost) -> None:
    badge = Issuer().sign(Issuer().badge())
    host.pages[DID_PATH] = answer(b"", status="302 Found", headers="Location: https://other.example.org/did.json\r\n")
    assert told(verified(badge, Elsewhere(host))) == (CC, R.ISSUER_KEY_UNREACHABLE)
    assert host.resolved == [HOST]


def _dripping(channel: Any) -> None:
    channel.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    for _ in range(150):
        channel.sendall(b" ")
        time.sleep(0.05)


@pytest.mark.attack("VI10")
@pytest.mark.parametrize(
    "say",
    [
        pytest.param(answer(b" " * 2_000_000), id="two megabytes"),
        pytest.param(answer(b"{}", length=200_000_000), id="two hundred megabytes announced"),
        pytest.param(_dripping, id="a byte at a time"),
        pytest.param(answer(b"\x1f\x8b", headers="Content-Encoding: gzip\r\n"), id="packed"),
        pytest.param(answer("<html></html>", kind="text/html"), id="a page"),
        pytest.param(answer("<html></html>"), id="a page that says it is JSON"),
        pytest.param(answer(b"", status="404 Not Found"), id="not found"),
        pytest.param(answer(b'{"id": "x", "id": "x"}'), id="the same name twice"),
        pytest.param(answer(b'["' + DID.encode() + b'"]'), id="a list"),
        pytest.param(answer({}), id="an empty document"),
        pytest.param(answer({"id": "did:web:other.example.org"}), id="the document of another"),
    ],
)
def test_vi10_a_document_that_cannot_be_had_leaves_it_open(host: StrangeHost, say: Any) -> None:
    host.pages[DID_PATH] = say
    began = time.monotonic()
    report = verified(Issuer().sign(Issuer().badge()), Elsewhere(host, register=registered(DID)))
    assert told(report) == (CC, R.ISSUER_KEY_UNREACHABLE)
    assert time.monotonic() - began < 6


@pytest.mark.attack("VI10", "VN16")
@pytest.mark.parametrize("trouble", ["expired", "name"])
def test_vi10_a_certificate_that_does_not_hold_leaves_it_open(trouble: str) -> None:
    names = ("other.example.org",) if trouble == "name" else (HOST,)
    with strange_host(*names, expired=trouble == "expired") as host:
        Issuer().publish(host)
        report = verified(Issuer().sign(Issuer().badge()), Elsewhere(host, register=registered(DID)))
    assert told(report) == (CC, R.ISSUER_KEY_UNREACHABLE)
    assert host.asked == []


@pytest.mark.attack("VI11")
@pytest.mark.parametrize(
    "did",
    [
        "did:web:school.example.org%3A8443",
        "did:web:127.0.0.1",
        "did:web:localhost",
        "did:web:169.254.169.254",
        "did:web:school.example.org:..:did",
        "did:web:school.example.org:%2e%2e",
        "did:web:school.example.org:a%2Fb",
        "did:web:pupil%40school.example.org",
        "did:web:metadata.google.internal",
    ],
)
def test_vi11_such_an_identifier_is_never_looked_up(host: StrangeHost, did: str) -> None:
    issuer = Issuer(did=did)
    report = verified(issuer.sign(issuer.badge()), Elsewhere(host, register=registered(did)))
    assert told(report) == (CC, R.ISSUER_KEY_UNREACHABLE)
    assert (host.dialled, host.resolved) == ([], [])


@pytest.mark.attack("VN23")
def test_vn23_before_the_signature_holds_only_the_key_is_looked_up(host: StrangeHost) -> None:
    from tests.unit.domain.verification.issuer_elsewhere import entry

    issuer = Issuer()
    issuer.publish(host)
    signed = issuer.sign(issuer.badge(listed=entry()))
    signed["name"] = "Altered"
    assert told(verified(signed, Elsewhere(host))) == (NG, R.SIGNATURE_INVALID)
    assert [each.split(" ")[1] for each in host.asked] == [DID_PATH]
    host.asked.clear()
    # And what breaks the rules, or means nothing, is refused before that.
    unsigned = issuer.sign(issuer.badge()) | {"grade": "A*"}
    assert told(verified(unsigned, Elsewhere(host))) == (NG, R.UNSIGNED_DATA)
    assert host.asked == []


EVERYWHERE = [
    ("image", {"image": {"id": f"https://{HOST}/x", "type": "Image"}}),
    ("refresh", {"refreshService": {"id": f"https://{HOST}/x", "type": "1EdTechCredentialRefresh"}}),
    ("schema", {"credentialSchema": [{"id": f"https://{HOST}/x", "type": "1EdTechJsonSchemaValidator2019"}]}),
    ("terms", {"termsOfUse": [{"id": f"https://{HOST}/x", "type": "https://example.org/Terms"}]}),
    ("evidence", {"evidence": [{"id": f"https://{HOST}/x", "type": ["Evidence"]}]}),
]


@pytest.mark.attack("VN23")
@pytest.mark.parametrize("members", [members for _, members in EVERYWHERE], ids=[name for name, _ in EVERYWHERE])
def test_vn23_nothing_else_that_a_credential_names_is_looked_up(host: StrangeHost, members: dict[str, Any]) -> None:
    issuer = Issuer()
    issuer.publish(host)
    badge = issuer.badge(**members)
    if {"refreshService", "credentialSchema"} & members.keys():
        badge["@context"] = [*badge["@context"], "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"]
    badge["credentialSubject"]["achievement"]["criteria"] = {"id": f"https://{HOST}/criteria"}
    verified(issuer.sign(badge), Elsewhere(host))
    assert [each.split(" ")[1] for each in host.asked] == [DID_PATH]


@pytest.mark.attack("VN24")
def test_vn24_with_look_ups_off_everything_else_still_holds(host: StrangeHost) -> None:
    issuer = Issuer()
    issuer.publish(host)
    closed = Elsewhere(host, allowed=False, register=registered(DID))
    assert told(verified(issuer.sign(issuer.badge()), closed)) == (CC, R.ISSUER_KEY_UNREACHABLE)
    assert (host.dialled, host.resolved) == ([], [])
