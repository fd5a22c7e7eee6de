"""Whose key it is: issuers elsewhere by their own document, and what of it is green (attacks.md VI, VN)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from accredit.domain.verification.outside import KnownName
from accredit.domain.verification.registry import NO_REGISTRY
from accredit.domain.verification.report import VerificationReport
from accredit.domain.verification.rules import CheckId, Outcome, Reason, Verdict
from accredit.kit.vc import did_key
from tests.unit.domain.verification.issuer_elsewhere import (
    DID,
    DID_PATH,
    HOST,
    NOW,
    Elsewhere,
    Issuer,
    registered,
    verified,
)
from tests.unit.fetching.strange_host import StrangeHost, answer, strange_host
from tests.unit.kit.vc import vc_examples as examples

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


def test_an_issuer_that_a_register_names_is_recognised(host: StrangeHost) -> None:
    issuer = Issuer()
    issuer.publish(host)
    report = verified(issuer.sign(issuer.badge()), Elsewhere(host, register=registered(DID)))
    assert told(report) == (G, None)
    recognised = report.check(CheckId.RECOGNISED)
    assert recognised is not None
    assert recognised.facts["register"] == "Register of peer support"
    assert recognised.facts["how"] == "telephone"


def test_an_issuer_that_nobody_names_is_not(host: StrangeHost) -> None:
    issuer = Issuer()
    issuer.publish(host)
    report = verified(issuer.sign(issuer.badge()), Elsewhere(host))
    assert told(report) == (GU, R.ISSUER_NOT_RECOGNISED)
    assert report.claims is not None
    assert report.claims.issuer_name == "School of Elsewhere"


@pytest.mark.attack("VI01")
def test_vi01_a_key_that_names_itself_is_never_recognised_by_its_name(host: StrangeHost) -> None:
    public = examples.public(5)
    issuer = Issuer(did=did_key.did_for(public), fragment=public.multibase)
    report = verified(issuer.sign(issuer.badge(name="University of Oxford")), Elsewhere(host, register=registered(DID)))
    assert told(report) == (GU, R.ISSUER_NOT_RECOGNISED)
    assert public.multibase in str(report.to_json()["checks"])
    assert host.dialled == []


NORTHFIELD = KnownName(name="Northfield School", issuer_id="did:web:accredit.example:o:northfield-school")


@pytest.mark.parametrize(
    ("name", "did", "warned"),
    [
        pytest.param(
            "Νorthfield Sсhool", DID, True, id="VI02 letters of other alphabets", marks=pytest.mark.attack("VI02")
        ),
        pytest.param("School Northfield", DID, True, id="VI04 the same words", marks=pytest.mark.attack("VI04")),
        pytest.param("Northfield School", DID, True, id="VI04 the same name", marks=pytest.mark.attack("VI04")),
        pytest.param("Southfield School", DID, False, id="another name"),
    ],
)  # fmt: skip
def test_a_name_that_looks_like_anothers_is_warned_about_and_decides_nothing(
    host: StrangeHost, name: str, did: str, warned: bool
) -> None:
    issuer = Issuer(did=did)
    issuer.publish(host)
    report = verified(issuer.sign(issuer.badge(name=name)), Elsewhere(host, names=[NORTHFIELD]))
    assert told(report) == (GU, R.ISSUER_NOT_RECOGNISED)
    recognised = report.check(CheckId.RECOGNISED)
    assert recognised is not None
    assert recognised.facts.get("looks_like") == ("Northfield School" if warned else None)


@pytest.mark.attack("VI02")
def test_vi02_an_address_that_looks_like_anothers_is_warned_about() -> None:
    with strange_host("accredlt.example") as host:
        issuer = Issuer(did="did:web:accredlt.example")
        issuer.publish(host)
        report = verified(issuer.sign(issuer.badge(name="Wholly Other")), Elsewhere(host, names=[NORTHFIELD]))
    assert told(report) == (GU, R.ISSUER_NOT_RECOGNISED)
    recognised = report.check(CheckId.RECOGNISED)
    assert recognised is not None
    assert recognised.facts["looks_like"] == "Northfield School"


@pytest.mark.attack("VI05")
def test_vi05_no_picture_of_a_badge_is_ever_loaded(host: StrangeHost) -> None:
    issuer = Issuer()
    issuer.publish(host)
    picture = {"id": f"https://{HOST}/logo.png", "type": "Image"}
    badge = issuer.badge(image=picture)
    badge["issuer"] |= {"image": picture, "url": f"https://{HOST}/"}
    badge["credentialSubject"]["achievement"]["image"] = picture
    report = verified(issuer.sign(badge), Elsewhere(host))
    assert told(report) == (GU, R.ISSUER_NOT_RECOGNISED)
    assert [each.split(" ")[1] for each in host.asked] == [DID_PATH]
    assert "logo" not in json.dumps(report.to_json())


@pytest.mark.attack("VI07")
def test_vi07_a_register_that_has_run_out_recognises_nobody(host: StrangeHost) -> None:
    issuer = Issuer()
    issuer.publish(host)
    badge = issuer.sign(issuer.badge())
    old = registered(DID, issued=NOW - timedelta(days=31), days=31)
    assert told(verified(badge, Elsewhere(host, register=old))) == (CC, R.REGISTRY_NOT_FRESH)
    early = registered(DID, issued=NOW + timedelta(hours=1))
    assert told(verified(badge, Elsewhere(host, register=early))) == (CC, R.REGISTRY_NOT_FRESH)
    assert told(verified(badge, Elsewhere(host, register=NO_REGISTRY))) == (GU, R.ISSUER_NOT_RECOGNISED)


@pytest.mark.attack("VI08")
def test_vi08_a_key_that_is_no_longer_in_the_document_cannot_be_confirmed(host: StrangeHost) -> None:
    badge = Issuer().sign(Issuer().badge())
    Issuer(seed=6, fragment="key-2").publish(host)
    report = verified(badge, Elsewhere(host, register=registered(DID)))
    assert told(report) == (CC, R.KEY_NOT_LISTED)
    assert report.claims is None


@pytest.mark.attack("VI08")
def test_vi08_another_key_under_the_same_name_is_another_key(host: StrangeHost) -> None:
    badge = Issuer().sign(Issuer().badge())
    Issuer(seed=6).publish(host)
    assert told(verified(badge, Elsewhere(host, register=registered(DID)))) == (NG, R.SIGNATURE_INVALID)


def test_an_address_may_be_an_issuer(host: StrangeHost) -> None:
    issuer = Issuer(did=PROFILE)
    host.pages["/issuer"] = answer(
        issuer.document() | {"type": ["Profile"], "name": "School"}, kind="application/ld+json"
    )
    report = verified(issuer.sign(issuer.badge()), Elsewhere(host, register=registered(PROFILE)))
    assert told(report) == (G, None)


def _key_page(seed: int) -> dict[str, Any]:
    from accredit.kit.vc import json_web_key

    return json_web_key.encode(examples.public(seed))


@pytest.mark.attack("VI14")
@pytest.mark.parametrize("listed", [True, False], ids=["named in the issuer's document", "named nowhere"])
def test_vi14_a_key_on_the_issuers_host_speaks_for_it_only_where_its_document_names_it(
    host: StrangeHost, listed: bool
) -> None:
    issuer = Issuer(did=PROFILE)
    method = f"https://{HOST}/~pupil/key"
    host.pages["/~pupil/key"] = answer(_key_page(5), kind="application/jwk+json")
    host.pages["/issuer"] = answer({"id": PROFILE, "assertionMethod": [method] if listed else []})
    report = verified(issuer.sign(issuer.badge(), method=method), Elsewhere(host, register=registered(PROFILE)))
    assert told(report) == ((G, None) if listed else (IO, R.KEY_NOT_ANCHORED))
    if not listed:
        assert "Elsewhere" not in json.dumps(report.to_json())


@pytest.mark.attack("VI14")
def test_vi14_the_document_of_somebody_else_on_the_host_ties_nothing(host: StrangeHost) -> None:
    pupil = Issuer(did=f"https://{HOST}/~pupil")
    host.pages["/~pupil"] = answer(pupil.document())
    host.pages["/issuer"] = answer(Issuer(did=PROFILE, seed=6).document())
    badge = pupil.sign(Issuer(did=PROFILE).badge())
    assert told(verified(badge, Elsewhere(host, register=registered(PROFILE)))) == (IO, R.KEY_NOT_ANCHORED)


@pytest.mark.attack("VI14")
def test_vi14_a_key_in_the_name_of_the_key_ties_nothing(host: StrangeHost) -> None:
    issuer = Issuer(did=PROFILE, fragment=examples.public(5).multibase)
    host.pages["/issuer"] = answer(Issuer(did=PROFILE, seed=6).document())
    badge = issuer.sign(issuer.badge())
    assert told(verified(badge, Elsewhere(host, register=registered(PROFILE)))) == (IO, R.KEY_NOT_ANCHORED)


@pytest.mark.attack("VI17")
@pytest.mark.parametrize("did", [f"{DID}:%7Epupil", f"{DID}:o:northfield", f"did:web:sub.{HOST}"])
def test_vi17_a_register_names_an_issuer_and_never_its_host(did: str) -> None:
    name = did.removeprefix("did:web:").partition(":")[0]
    with strange_host(name) as host:
        issuer = Issuer(did=did)
        path = "/".join(["", *did.removeprefix("did:web:").split(":")[1:], "did.json"])
        host.pages[path if ":" in did.removeprefix("did:web:") else DID_PATH] = answer(issuer.document())
        report = verified(issuer.sign(issuer.badge()), Elsewhere(host, register=registered(DID, PROFILE)))
    assert told(report) == (GU, R.ISSUER_NOT_RECOGNISED)


@pytest.mark.attack("VI18")
def test_vi18_a_key_whose_private_half_is_printed_proves_nothing(host: StrangeHost) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from accredit.kit.vc import eddsa_rdfc_2022, multikey

    # RFC 8032 §7.1, test 1.
    private = Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    )
    public = multikey.from_raw(multikey.KeyKind.ED25519, private.public_key().public_bytes_raw())
    did = did_key.did_for(public)
    signed = eddsa_rdfc_2022.add_proof(
        Issuer(did=did).badge(),
        sign=private.sign,
        verification_method=did_key.verification_method_for(public),
        created=NOW - timedelta(days=1),
    )
    assert told(verified(signed, Elsewhere(host, register=registered(did)))) == (NG, R.WEAK_KEY)


@pytest.mark.attack("VI19")
@pytest.mark.parametrize(
    ("also_for", "expected"),
    [
        ((), (GU, R.ACHIEVEMENT_OF_ANOTHER)),
        (("https://other.example.org/o",), (GU, R.ACHIEVEMENT_OF_ANOTHER)),
        (("https://definer.example.org/o",), (G, None)),
    ],
    ids=["for nobody else", "for another", "for this one"],
)
def test_vi19_the_award_of_another_only_where_the_register_says_so(
    host: StrangeHost, also_for: tuple[str, ...], expected: tuple[Verdict, Reason | None]
) -> None:
    issuer = Issuer()
    issuer.publish(host)
    badge = issuer.badge()
    creator = {"id": "https://definer.example.org/o", "type": ["Profile"], "name": "The Definers"}
    badge["credentialSubject"]["achievement"]["creator"] = creator
    report = verified(issuer.sign(badge), Elsewhere(host, register=registered(DID, also_for=also_for)))
    assert told(report) == expected
    assert report.claims is not None
    assert (report.claims.issuer_name, report.claims.defined_by) == ("School of Elsewhere", "The Definers")


@pytest.mark.attack("VI22")
def test_vi22_what_was_read_and_when_is_said_and_one_verification_reads_one_document(host: StrangeHost) -> None:
    issuer = Issuer()
    issuer.publish(host)
    outside = Elsewhere(host, register=registered(DID))
    report = verified(issuer.sign(issuer.badge()), outside)
    Issuer(seed=6).publish(host)
    again = Elsewhere(host, register=registered(DID), fetcher=outside.fetcher, now=NOW + timedelta(minutes=4))
    later = verified(issuer.sign(issuer.badge()), again, now=NOW + timedelta(minutes=4))
    for each in (report, later):
        key = each.check(CheckId.KEY)
        assert key is not None
        assert key.facts["fetched_at"] == NOW.isoformat()
        assert len(str(key.facts["sha256"])) == 64
    after = Elsewhere(host, register=registered(DID), fetcher=outside.fetcher, now=NOW + timedelta(minutes=6))
    assert told(verified(issuer.sign(issuer.badge()), after, now=NOW + timedelta(minutes=6))) == (
        NG,
        R.SIGNATURE_INVALID,
    )


@pytest.mark.attack("VC12")
def test_a_key_for_signing_in_only_makes_no_assertion(host: StrangeHost) -> None:
    issuer = Issuer(more={"assertionMethod": [], "authentication": [f"{DID}#key-1"]})
    issuer.publish(host)
    report = verified(issuer.sign(issuer.badge()), Elsewhere(host, register=registered(DID)))
    assert told(report) == (NG, R.NOT_ASSERTION_KEY)


def test_a_credential_that_is_no_badge_is_verified_as_far_as_it_goes(host: StrangeHost) -> None:
    issuer = Issuer()
    issuer.publish(host)
    plain = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "name": "A word of thanks",
        "issuer": {"id": DID, "name": "School of Elsewhere"},
        "credentialSubject": {"id": "urn:uuid:77777777-1111-4222-8333-944455566677"},
    }
    report = verified(issuer.sign(plain), Elsewhere(host, register=registered(DID)))
    assert told(report) == (G, None)
    assert report.claims is not None
    assert (report.claims.award_name, report.claims.issuer_name) == ("A word of thanks", "School of Elsewhere")
    rules = report.check(CheckId.OPEN_BADGES)
    assert rules is not None
    assert rules.facts == {"kind": "credential"}
    altered = issuer.sign(plain) | {"name": "A diploma"}
    assert told(verified(altered, Elsewhere(host, register=registered(DID)))) == (NG, R.SIGNATURE_INVALID)


def test_a_credential_of_the_older_model_is_verified(host: StrangeHost) -> None:
    issuer = Issuer()
    issuer.publish(host)
    badge = issuer.badge()
    badge["@context"] = ["https://www.w3.org/2018/credentials/v1", badge["@context"][1],
                         "https://w3id.org/security/data-integrity/v2"]  # fmt: skip
    badge["issuanceDate"] = badge.pop("validFrom")
    report = verified(issuer.sign(badge), Elsewhere(host, register=registered(DID)))
    assert told(report) == (G, None)
    badge["expirationDate"] = "2026-07-01T00:00:00Z"
    late = verified(issuer.sign(badge), Elsewhere(host, register=registered(DID)))
    assert told(late) == (Verdict.NOT_CURRENT, R.EXPIRED)
    assert all(check.outcome is not Outcome.COULD_NOT_TELL for check in late.checks)
