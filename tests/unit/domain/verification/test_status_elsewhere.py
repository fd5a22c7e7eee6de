"""Whether a credential of another issuer still holds: its lists, their age, their owner, and when there is none."""

from __future__ import annotations

import base64
import gzip
import json
import resource
import zlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from accredit.domain.verification.report import VerificationReport
from accredit.domain.verification.rules import CheckId, Reason, Verdict
from accredit.kit.vc import json_web_key, json_web_signature, status_list, vc_jwt
from accredit.kit.vc.multikey import KeyKind
from tests.unit.domain.verification.issuer_elsewhere import (
    DID,
    DID_PATH,
    HOST,
    LIST,
    NOW,
    Elsewhere,
    Issuer,
    entry,
    registered,
    verified,
)
from tests.unit.fetching.strange_host import StrangeHost, answer, strange_host
from tests.unit.kit.vc import vc_examples as examples

G, GU, NC, CC = Verdict.GENUINE, Verdict.GENUINE_ISSUER_NOT_RECOGNISED, Verdict.NOT_CURRENT, Verdict.CANNOT_CONFIRM
R = Reason
ISSUER = Issuer()
VC = "application/vc"
UNKNOWN = {"id": f"{LIST}#1", "type": "https://example.org/AnotherStatus"}


@pytest.fixture
def host() -> Iterator[StrangeHost]:
    with strange_host(HOST) as found:
        ISSUER.publish(found)
        yield found


def told(report: VerificationReport) -> tuple[Verdict, Reason | None]:
    return report.verdict, report.reason


def check(host: StrangeHost, listed: Any, *, recognised: bool = True) -> VerificationReport:
    outside = Elsewhere(host, register=registered(DID)) if recognised else Elsewhere(host)
    return verified(ISSUER.sign(ISSUER.badge(listed=listed)), outside)


def publish(
    host: StrangeHost, document: dict[str, Any] | bytes | str, *, path: str = "/status/1", kind: str = VC
) -> None:
    host.pages[path] = answer(document, kind=kind)


def test_it_holds(host: StrangeHost) -> None:
    publish(host, ISSUER.status_list(3, 8))
    report = check(host, entry(7))
    assert told(report) == (G, None)
    status = report.check(CheckId.STATUS)
    assert status is not None
    assert status.facts["as_of"] == (NOW - timedelta(hours=1)).isoformat()
    assert status.facts["fetched_at"] == NOW.isoformat()
    assert len(host.asked) == 2


@pytest.mark.attack("VS04")
@pytest.mark.parametrize("index", [0, 7, 131_071])
def test_vs04_its_bit_is_set(host: StrangeHost, index: int) -> None:
    publish(host, ISSUER.status_list(index))
    assert told(check(host, entry(index))) == (NC, R.REVOKED)
    assert told(check(host, entry(index ^ 1))) == (G, None)


@pytest.mark.attack("VS05")
def test_vs05_every_entry_is_asked(host: StrangeHost) -> None:
    publish(host, ISSUER.status_list(9))
    both = [entry(7), entry(9, id="urn:x:2")]
    assert told(check(host, both)) == (NC, R.REVOKED)
    assert told(check(host, both[::-1])) == (NC, R.REVOKED)
    assert told(check(host, [entry(7), entry(8, id="urn:x:2")])) == (G, None)


@pytest.mark.attack("VS05")
def test_vs05_what_is_revoked_stays_so_beside_a_list_that_cannot_be_had(host: StrangeHost) -> None:
    publish(host, ISSUER.status_list(9))
    gone = entry(7, url=f"https://{HOST}/status/gone")
    assert told(check(host, [gone, entry(9)])) == (NC, R.REVOKED)
    assert told(check(host, [gone, entry(8)])) == (CC, R.STATUS_NOT_FRESH)


def test_on_hold(host: StrangeHost) -> None:
    publish(host, ISSUER.status_list(7, purpose=["revocation", "suspension"]))
    assert told(check(host, entry(7, statusPurpose="suspension"))) == (NC, R.SUSPENDED)


@pytest.mark.parametrize(
    "listed",
    [
        pytest.param(UNKNOWN, id="VS06 a kind that nobody knows",
                     marks=pytest.mark.attack("VS06")),
        pytest.param([entry(7), UNKNOWN],
                     id="VS06 beside one that is known", marks=pytest.mark.attack("VS06")),
        pytest.param({"id": f"{LIST}#1", "type": "1EdTechRevocationList"}, id="VS07 a list of 1EdTech",
                     marks=pytest.mark.attack("VS07")),
        pytest.param(entry(7, statusPurpose="message", statusMessage=[
            {"status": "0x0", "message": "a"}, {"status": "0x1", "message": "b"}]), id="VS18 a message",
                     marks=pytest.mark.attack("VS18")),
        pytest.param(entry(7, statusPurpose="refresh"), id="VS18 a purpose that does not say whether it holds",
                     marks=pytest.mark.attack("VS18")),
        pytest.param([entry(each, id=f"urn:x:{each}") for each in range(5)], id="more entries than are asked"),
    ],
)  # fmt: skip
def test_a_status_of_another_kind_is_never_passed_over(host: StrangeHost, listed: Any) -> None:
    publish(host, ISSUER.status_list())
    badge = ISSUER.badge(listed=listed)
    badge["@context"] = [*badge["@context"], "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"]
    report = verified(ISSUER.sign(badge), Elsewhere(host, register=registered(DID)))
    assert told(report) == (CC, R.FORM_NOT_SUPPORTED)


def _unsigned() -> dict[str, Any]:
    found = ISSUER.status_list()
    del found["proof"]
    return found


def _altered() -> dict[str, Any]:
    found = ISSUER.status_list(7)
    found["credentialSubject"]["encodedList"] = status_list.encode([])
    return found


def _short() -> str:
    bits = gzip.compress(bytes(8_192))
    return "u" + base64.urlsafe_b64encode(bits).decode().rstrip("=")


def _encoded(data: bytes) -> dict[str, Any]:
    return ISSUER.status_list(encoded="u" + base64.urlsafe_b64encode(data).decode().rstrip("="))


def _bomb(megabytes: int) -> bytes:
    machine = zlib.compressobj(9, wbits=31)
    return b"".join(machine.compress(bytes(1 << 20)) for _ in range(megabytes)) + machine.flush()


EMPTY = gzip.compress(bytes(16_384))


@pytest.mark.parametrize(
    ("listed", "document"),
    [
        pytest.param(entry(), _unsigned, id="VS09 a list that nobody signed"),
        pytest.param(entry(), _altered, id="VS09 a list that was altered"),
        pytest.param(entry(), lambda: Issuer(seed=6).status_list(), id="VS09 a list signed with another key"),
        pytest.param(entry(), lambda: ISSUER.status_list(purpose="suspension"), id="VS11 a list for another purpose"),
        pytest.param(entry(), lambda: ISSUER.status_list(purpose="message"), id="VS11 a list of messages"),
        pytest.param(entry(), lambda: ISSUER.status_list(url=f"https://{HOST}/status/2"), id="VS11 another list"),
        pytest.param(entry(131_072), ISSUER.status_list, id="VS12 an index behind the end"),
        pytest.param(entry(2**49), ISSUER.status_list, id="VS12 an index far behind the end"),
        pytest.param(entry(), lambda: ISSUER.status_list(encoded=_short()), id="VS13 a list that is too short"),
        pytest.param(entry(statusSize=2), ISSUER.status_list, id="VS18 entries of two bits in too short a list"),
        pytest.param(entry(), lambda: _encoded(_bomb(16)), id="VS14 little that stands for much"),
        pytest.param(entry(), lambda: _encoded(EMPTY + EMPTY), id="VS15 two members"),
        pytest.param(entry(), lambda: _encoded(EMPTY + b"more"), id="VS15 something behind"),
        pytest.param(entry(), lambda: _encoded(EMPTY[:-5]), id="VS15 cut short"),
        pytest.param(entry(), lambda: _encoded(EMPTY[:-5] + b"\0" + EMPTY[-4:]), id="VS15 a wrong sum"),
        pytest.param(entry(), lambda: _encoded(b"no gzip"), id="VS15 not packed"),
        pytest.param(entry(), ISSUER.badge, id="VS09 no list at all"),
    ],
)
def test_a_list_that_cannot_be_trusted_leaves_it_open(host: StrangeHost, listed: Any, document: Any) -> None:
    publish(host, document())
    assert told(check(host, listed)) == (CC, R.STATUS_LIST_INVALID)


@pytest.mark.attack("VS12")
@pytest.mark.parametrize("index", [-1, 7.0, "0x7", "abc", " 7", "07", "7 ", "٧", "1e1", str(2**63), ""])
def test_vs12_an_index_in_another_spelling_leaves_it_open(host: StrangeHost, index: Any) -> None:
    publish(host, ISSUER.status_list())
    verdict, reason = told(check(host, entry(index)))
    # What no JSON reader would read alike is refused before; nothing of it is ever green.
    assert (verdict, reason) in {
        (CC, R.STATUS_LIST_INVALID),
        (Verdict.NOT_GENUINE, R.OPEN_BADGES_RULES),
        (Verdict.NOT_GENUINE, R.UNSIGNED_DATA),
        (Verdict.NOT_GENUINE, R.SIGNATURE_INVALID),
    }


@pytest.mark.attack("VS14")
def test_vs14_a_list_that_unpacks_to_a_gigabyte_takes_no_memory(host: StrangeHost) -> None:
    publish(host, _encoded(_bomb(600)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert told(check(host, entry())) == (CC, R.STATUS_LIST_INVALID)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000


@pytest.mark.attack("VS13")
def test_vs18_entries_of_two_bits_are_read_whole(host: StrangeHost) -> None:
    publish(host, ISSUER.status_list(15, encoded=status_list.encode([15], length=262_144)))
    assert told(check(host, entry(7, statusSize=2))) == (NC, R.REVOKED)
    assert told(check(host, entry(6, statusSize=2))) == (G, None)


@pytest.mark.attack("VS20")
@pytest.mark.parametrize(
    ("age", "members", "expected"),
    [
        pytest.param(timedelta(hours=23, minutes=59), {}, (G, None), id="signed within the day"),
        pytest.param(timedelta(hours=24), {}, (CC, R.STATUS_NOT_FRESH), id="a day old"),
        pytest.param(timedelta(days=300), {}, (CC, R.STATUS_NOT_FRESH), id="of last year"),
        pytest.param(timedelta(hours=2), {"validUntil": "2026-11-20T08:59:59Z"}, (CC, R.STATUS_NOT_FRESH),
                     id="over for a second"),
        pytest.param(timedelta(hours=2), {"validUntil": "2026-11-20T09:00:01Z"}, (G, None), id="over in a second"),
        pytest.param(timedelta(hours=-2), {}, (CC, R.STATUS_LIST_INVALID), id="from the future"),
    ],
)  # fmt: skip
def test_vs20_an_old_list_is_no_answer(
    host: StrangeHost, age: timedelta, members: dict[str, Any], expected: tuple[Verdict, Reason | None]
) -> None:
    publish(host, ISSUER.status_list(signed=NOW - age, **members))
    report = check(host, entry())
    assert told(report) == expected
    status = report.check(CheckId.STATUS)
    assert status is not None
    if expected[1] is R.STATUS_NOT_FRESH:
        assert status.facts["known_at"] == (NOW - age).isoformat()


@pytest.mark.attack("VS20")
def test_vs20_an_old_list_that_says_revoked_says_so_still(host: StrangeHost) -> None:
    publish(host, ISSUER.status_list(7, signed=NOW - timedelta(days=300)))
    assert told(check(host, entry(7))) == (NC, R.REVOKED)


@pytest.mark.attack("VS21")
@pytest.mark.parametrize("status", ["404 Not Found", "429 Too Many Requests", "500 Oh", "503 Later", "302 Found"])
def test_vs21_a_host_that_does_not_answer_leaves_it_open(host: StrangeHost, status: str) -> None:
    host.pages["/status/1"] = answer(ISSUER.status_list(), kind=VC, status=status)
    assert told(check(host, entry())) == (CC, R.STATUS_NOT_FRESH)


@pytest.mark.attack("VS21", "VN11")
@pytest.mark.parametrize(
    "url", [f"https://{HOST}:8443/status/1", "https://10.0.0.7/status/1", "https://[::1]/s", "https://localhost/s"]
)
def test_vs21_a_list_at_a_strange_address_is_not_looked_up(host: StrangeHost, url: str) -> None:
    assert told(check(host, entry(url=url))) == (CC, R.STATUS_NOT_FRESH)
    assert [each.split(" ")[1] for each in host.asked] == [DID_PATH]


@pytest.mark.attack("VN14")
def test_vn14_a_hundred_lists_are_not_asked(host: StrangeHost) -> None:
    for number in range(100):
        publish(host, ISSUER.status_list(url=f"https://{HOST}/status/{number}"), path=f"/status/{number}")
    many = [entry(7, url=f"https://{HOST}/status/{number}") for number in range(100)]
    report = check(host, many)
    assert told(report) == (CC, R.FORM_NOT_SUPPORTED)
    assert len(host.asked) == 4


@pytest.mark.attack("VS29")
def test_vs29_an_issuer_elsewhere_need_not_have_a_list(host: StrangeHost) -> None:
    report = check(host, None)
    assert told(report) == (G, None)
    status = report.check(CheckId.STATUS)
    assert status is not None
    assert status.facts == {"stated": "none"}
    assert told(check(host, None, recognised=False)) == (GU, R.ISSUER_NOT_RECOGNISED)


def test_a_list_may_be_a_token(host: StrangeHost) -> None:
    token_issuer = Issuer(seed=5)
    public, sign = examples.curve_signer(KeyKind.P256, 11)
    kid = f"{DID}#token-1"
    method = {"id": kid, "type": "JsonWebKey", "controller": DID, "publicKeyJwk": json_web_key.encode(public)}
    document = token_issuer.document()
    document["verificationMethod"].append(method)
    document["assertionMethod"].append(kid)
    host.pages[DID_PATH] = answer(document)
    listed = status_list.list_credential(LIST, DID, status_list.encode([9]), NOW - timedelta(hours=1))
    token = vc_jwt.encode(listed, kid=kid, alg="ES256", sign=sign)
    assert json_web_signature.read(token).algorithm == "ES256"
    publish(host, token, kind="application/vc+jwt")
    assert told(check(host, entry(9))) == (NC, R.REVOKED)
    assert told(check(host, entry(7))) == (G, None)
    publish(host, token[:-6] + "AAAAAA", kind="application/vc+jwt")
    assert told(check(host, entry(7))) == (CC, R.STATUS_LIST_INVALID)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"validUntil": "2026-11-20T08:59:59Z"}, (NC, R.EXPIRED)),
        ({"validUntil": "2026-11-20T09:00:01Z"}, (G, None)),
        ({"validFrom": "2026-11-20T09:01:00Z"}, (G, None)),
        ({"validFrom": "2026-11-20T09:01:01Z"}, (NC, R.NOT_YET_VALID)),
    ],
    ids=["VS01 over for a second", "VS01 over in a second", "VS01 begins within the minute", "VS01 begins after it"],
)
@pytest.mark.attack("VS01")
def test_vs01_to_the_second(
    host: StrangeHost, members: dict[str, Any], expected: tuple[Verdict, Reason | None]
) -> None:
    report = verified(ISSUER.sign(ISSUER.badge(**members)), Elsewhere(host, register=registered(DID)))
    assert told(report) == expected


@pytest.mark.attack("VN22")
def test_vn22_a_list_at_our_own_address_is_not_asked_of_ourselves(host: StrangeHost) -> None:
    outside = Elsewhere(host, register=registered(DID), fetcher=host.fetcher(own_hosts=["accredit.example"]))
    badge = ISSUER.sign(ISSUER.badge(listed=entry(url="https://accredit.example/status/x")))
    assert told(verified(badge, outside)) == (CC, R.STATUS_NOT_FRESH)
    assert host.resolved == [HOST]


def test_a_list_of_another_issuer_does_not_speak_for_this_one(host: StrangeHost) -> None:
    other = Issuer(did=f"{DID}:other", seed=6)
    host.pages["/other/did.json"] = answer(other.document())
    publish(host, other.status_list())
    assert told(check(host, entry())) == (CC, R.STATUS_LIST_INVALID)
    assert json.dumps(check(host, entry()).to_json())
