"""The conformance mode over HTTPS: each rule that the suites of W3C enforce.

The suites themselves live in repositories that need the network to install; what they call and expect is called and
expected here (`docs/operating/conformance.md`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from accredit.kit.vc import data_integrity, did_key, eddsa_jcs_2022, presentation, status_list
from tests.conformance.conformance_service import (
    BASES,
    CHALLENGE,
    DOMAIN,
    STALE_DIGESTS,
    SUITE_HOLDER,
    ConformanceService,
    refused,
    running,
)
from tests.unit.kit.vc import vc_examples
from tests.unit.kit.vc.holder_examples import HOLDER, ISSUER, TOKEN_ISSUER, V2, credential, enveloped, signed
from tests.unit.kit.vc.test_related_resource import sri

V1 = "https://www.w3.org/2018/credentials/v1"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"
api = pytest.mark.suite("vc-api")
pytestmark = pytest.mark.xdist_group("conformance mode")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConformanceService]:
    yield from running(tmp_path_factory.mktemp("conformance"))


def unsigned(**members: Any) -> dict[str, Any]:
    """A credential as suites post it: without an issuer."""
    document = credential(**members)
    del document["issuer"]
    return document


def older() -> dict[str, Any]:
    """The form of the fixture that suites share: VCDM 1.1, and no context but its own."""
    return {
        "@context": [V1],
        "id": "urn:uuid:86294362-4254-4f36-854f-3952fe42555d",
        "type": ["VerifiableCredential"],
        "issuer": SUITE_HOLDER,
        "issuanceDate": "2020-03-16T22:37:26.544Z",
        "credentialSubject": {"id": SUITE_HOLDER},
    }


# ── rule 1: HTTPS ──


@api
def test_it_answers_over_tls_and_in_no_other_way(service: ConformanceService) -> None:
    assert service.get("/").status == 200
    assert not service.speaks_plainly()


@api
def test_it_says_whom_a_suite_has_to_expect(service: ConformanceService) -> None:
    about = service.get("/").body
    tags = {tag: issuer for issuer in about["issuers"] for tag in issuer["tags"]}
    assert set(tags) == {"vc2.0", "eddsa-rdfc-2022", "eddsa-jcs-2022", "BitstringStatusList", "EnvelopingProof"}
    for tag, issuer in tags.items():
        path = issuer["endpoint"].removeprefix(f"https://localhost:{service.port}/vc-api")
        answer = service.post(path, {"credential": unsigned()})
        assert answer.status == 201, tag
        assert issuer["id"] in json.dumps(answer.body) or tag == "EnvelopingProof"


# ── rule 2: VCDM 1.1 ──


@api
@pytest.mark.parametrize("base", BASES)
def test_a_credential_of_the_older_model_is_issued_and_verified(service: ConformanceService, base: str) -> None:
    issued = service.issue(older(), base)
    if base != "/enveloped":
        assert issued["@context"][:2] == [V1, DATA_INTEGRITY]
    assert service.verify(issued, base).status == 200


# ── rule 3: refusals ──


JUNK: list[Any] = [None, True, 7, -1.5, "text", "", [], [[]], {}, {"a": None}, "\x00", 10**30]
DEEP = b'{"a":' * 70 + b"1" + b"}" * 70
BARE = {"@context": [V2], "type": ["VerifiablePresentation"]}
ADDRESSES = {
    "/credentials/issue": ("credential", unsigned()),
    "/jcs/credentials/issue": ("credential", unsigned()),
    "/status/credentials/issue": ("credential", unsigned()),
    "/enveloped/credentials/issue": ("credential", unsigned()),
    "/credentials/verify": ("verifiableCredential", signed(credential())),
    "/presentations/verify": ("verifiablePresentation", signed(BARE, proof_purpose="authentication")),
    "/status/credentials/status": ("credentialId", "urn:uuid:0b34d20a-1111-4222-8333-944455566677"),
}


@api
@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_that_is_sent_breaks_it(service: ConformanceService, address: str) -> None:
    name, good = ADDRESSES[address]
    bodies: list[Any] = [b"", b"{", b"\xff\xfe", b"[]", b'{"a":1,"a":2}', b"[" * 100_000, DEEP]
    bodies += [{name: junk} for junk in JUNK] + [{name: good, "options": junk} for junk in JUNK if junk is not None]
    if isinstance(good, dict):
        members = {*good, "id", "proof", "credentialStatus", "evidence", "relatedResource", "name", "holder"}
        bodies += [{name: {**good, member: junk}} for member in sorted(members) for junk in JUNK]
        options = ("created", "expires", "domain", "challenge", "previousProof", "type", "cryptosuite", "checks")
        bodies += [{name: good, "options": {o: junk}} for o in (*options, "expectedProofPurpose") for junk in JUNK]
    answers = [(body, service.post(address, body).status) for body in bodies]
    assert [(body, status) for body, status in answers if status not in (200, 201, 400)] == []
    assert {status for _, status in answers[:7]} == {400}


@api
def test_what_is_too_large_is_refused(service: ConformanceService) -> None:
    assert service.post("/credentials/issue", b'{"credential":"' + b"x" * 1_100_000 + b'"}').status == 413


@api
def test_an_unknown_address_and_method_are_told_as_json(service: ConformanceService) -> None:
    for answer, status in ((service.post("/nothing", {}), 404), (service.get("/vc-api/credentials/issue"), 405)):
        assert (answer.status, answer.body["status"], answer.media_type) == (status, status, "application/problem+json")


@api
def test_selective_disclosure_is_refused_kindly(service: ConformanceService) -> None:
    body = {"credential": unsigned(), "options": {"mandatoryPointers": ["/issuer"]}}
    answer = service.post("/credentials/issue", body)
    assert refused(answer) == "option_not_supported"
    assert "leave mandatoryPointers out" in answer.body["detail"]


# ── rule 4: proofs ──


@api
@pytest.mark.parametrize(("base", "suite"), [("", "eddsa-rdfc-2022"), ("/jcs", "eddsa-jcs-2022")])
def test_each_base_signs_in_its_own_suite(service: ConformanceService, base: str, suite: str) -> None:
    issued = service.issue(unsigned(**{"@context": [V2, EXAMPLES]}), base)
    proof = issued["proof"]
    assert (proof["type"], proof["cryptosuite"]) == ("DataIntegrityProof", suite)
    assert proof["proofPurpose"] == "assertionMethod"
    assert proof["verificationMethod"].startswith(f"{issued['issuer']}#z6Mk")
    (found,) = data_integrity.verify(
        {**issued, "@context": [V2]} if suite == "eddsa-rdfc-2022" else issued,
        resolve=did_key.resolve,
        now=vc_examples.NOW.replace(year=2126),
    )
    assert found.controller == issued["issuer"]


@api
@pytest.mark.parametrize("base", ["", "/jcs"])
def test_sets_and_chains_of_proofs(service: ConformanceService, base: str) -> None:
    first = signed(credential(), by=HOLDER, options={"id": "urn:uuid:1e1d3b1e-0001-4000-8000-000000000001"})
    two = service.issue(first, base)
    assert len(two["proof"]) == 2
    assert service.verify(two).status == 400, "the first proof was over a document with another issuer"
    own = service.issue(unsigned(), base)
    assert service.verify({**own, "proof": [own["proof"], own["proof"]]}).status == 200
    chain = _chain()
    assert service.verify(chain, base).status == 200
    broken = {**chain, "proof": [{**chain["proof"][0], "created": "2026-11-19T00:00:00Z"}, chain["proof"][1]]}
    assert refused(service.verify(broken, base)) == "signature_invalid"
    assert refused(service.verify({**chain, "proof": chain["proof"][1:]}, base)) == "previous_proof"


def _chain() -> dict[str, Any]:
    identifier = "urn:uuid:1e1d3b1e-0002-4000-8000-000000000002"
    first = signed(credential(), options={"id": identifier})
    return signed(first, by=HOLDER, options={"previousProof": identifier})  # type: ignore[no-any-return]


@api
def test_the_issuer_continues_a_chain(service: ConformanceService) -> None:
    issuer = service.issue(unsigned())["issuer"]
    identifier = "urn:uuid:1e1d3b1e-0003-4000-8000-000000000003"
    document = signed({**credential(), "issuer": issuer}, by=HOLDER, options={"id": identifier})
    chained = service.issue(document, previousProof=identifier)
    assert [proof.get("previousProof") for proof in chained["proof"]] == [None, identifier]
    assert service.verify(chained).status == 200
    answer = service.post("/credentials/issue", {"credential": document, "options": {"previousProof": "urn:uuid:0"}})
    assert refused(answer) == "previous_proof"


@api
def test_options_of_verifying_are_honoured(service: ConformanceService) -> None:
    issued = service.issue(unsigned(), domain=DOMAIN, challenge=CHALLENGE)
    assert service.verify(issued, domain=DOMAIN, challenge=CHALLENGE).status == 200
    assert refused(service.verify(issued, domain="other.example")) == "domain_mismatch"
    assert refused(service.verify(issued, challenge="another")) == "challenge_mismatch"
    assert refused(service.verify(issued, expectedProofPurpose="authentication")) == "proof_purpose"
    codes = [warning["code"] for warning in service.verify(issued).body["warnings"]]
    assert codes == ["domain_not_expected", "challenge_not_expected"]


@api
@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(
    ("members", "code"),
    [
        pytest.param({"undefinedTerm": "x"}, "unsigned_data", id="an undefined term"),
        pytest.param({"type": ["VerifiableCredential", "Undefined"]}, "relative_type", id="an undefined type"),
        pytest.param({"credentialSubject": {"id": "relative/path"}}, "id_not_url", id="a relative URL"),
        pytest.param({"evidence": {"type": "Undefined"}}, "relative_type", id="an undefined type further in"),
    ],
)
def test_what_means_nothing_is_not_signed(
    service: ConformanceService, base: str, members: dict[str, Any], code: str
) -> None:
    answer = service.post(f"{base}/credentials/issue", {"credential": unsigned(**members)})
    assert refused(answer) == code


@api
@pytest.mark.parametrize("base", ["", "/jcs", "/status"])
def test_an_altered_credential_is_refused(service: ConformanceService, base: str) -> None:
    issued = service.issue(unsigned(name="Peer supporter"), base)
    for member, value in (("name", "Head of school"), ("issuer", ISSUER.did), ("proof", None), ("validFrom", "2020")):
        refused(service.verify({**issued, member: value}, base))
    for member, value in (("proofValue", None), ("proofValue", issued["proof"]["proofValue"][1:]), ("type", "Other")):
        refused(service.verify({**issued, "proof": {**issued["proof"], member: value}}, base))
    for member in ("type", "verificationMethod", "proofPurpose", "proofValue", "cryptosuite"):
        proof = {name: value for name, value in issued["proof"].items() if name != member}
        refused(service.verify({**issued, "proof": proof}, base))


@api
def test_a_credential_of_another_issuer_verifies_too(service: ConformanceService) -> None:
    token = enveloped(credential(TOKEN_ISSUER))
    for document in (signed(credential()), signed(credential(), suite=eddsa_jcs_2022), token):
        answer = service.verify(document)
        assert answer.status == 200, answer
        assert answer.body["verified"] is True
        assert answer.body["errors"] == []
        assert answer.body["controlledIdentifierDocument"]["id"] == answer.body["controller"]


@api
def test_dates_are_checked_unless_less_is_asked_for(service: ConformanceService) -> None:
    ended = service.issue(unsigned(validUntil="2020-01-01T00:00:00Z"))
    not_begun = service.issue(unsigned(validFrom="2999-01-01T00:00:00Z"))
    assert refused(service.verify(ended)) == "expired"
    assert refused(service.verify(not_begun)) == "not_yet_valid"
    assert service.verify(ended, checks=["proof"]).status == 200


# ── rule 5: contexts and related resources ──


@api
@pytest.mark.parametrize("base", BASES)
def test_a_context_that_is_missing_is_refused(service: ConformanceService, base: str) -> None:
    document = unsigned()
    del document["@context"]
    answer = service.post(f"{base}/credentials/issue", {"credential": document})
    assert refused(answer) == "context_missing"


@api
@pytest.mark.parametrize("base", BASES)
def test_a_wrong_digest_is_refused_when_issuing(service: ConformanceService, base: str) -> None:
    right = {"id": V2, "digestSRI": sri("sha384"), "mediaType": "application/ld+json"}
    issued = service.issue(unsigned(relatedResource=right), base)
    assert service.verify(issued, base).status == 200
    for wrong in ({"digestSRI": STALE_DIGESTS["digestSRI"]}, {"digestMultibase": STALE_DIGESTS["digestMultibase"]}):
        body = {"credential": unsigned(relatedResource={"id": V2, **wrong})}
        assert refused(service.post(f"{base}/credentials/issue", body)) == "digest_mismatch"


# ── rule 6: status ──


@api
def test_the_issuer_adds_a_status_and_publishes_its_list(service: ConformanceService) -> None:
    posted = unsigned(id="urn:uuid:0b34d20a-2222-4222-8333-944455566677")
    issued = service.issue(posted, "/status")
    assert issued["credentialSubject"] == posted["credentialSubject"]
    entry = status_list.parse_entry(issued["credentialStatus"])
    assert "statusMessage" not in issued["credentialStatus"]
    assert entry.purpose == "revocation"
    listed = service.get(entry.list_url)
    assert (listed.status, listed.media_type) == (200, "application/vc")
    assert listed.body["id"] == entry.list_url
    assert service.verify(listed.body).status == 200
    assert not status_list.read_list(listed.body, entry).is_set(entry.index)
    assert service.verify(issued, "/status").status == 200

    answer = service.post("/status/credentials/status", {"credentialId": posted["id"]})
    assert answer.status == 200
    assert status_list.read_list(service.get(entry.list_url).body, entry).is_set(entry.index)
    asked = ["proof", "credentialStatus"]
    assert service.verify(issued, "/status", checks=asked).body["code"] == "revoked"
    assert service.verify(issued, "/status", checks=["proof"]).status == 200


@api
def test_status_that_cannot_be_known_is_never_taken_for_good(service: ConformanceService) -> None:
    elsewhere = service.issue(unsigned(credentialStatus=status_list.entry("https://school.example/status/1", 7)))
    assert [warning["code"] for warning in service.verify(elsewhere).body["warnings"]] == ["status_not_checked"]
    assert refused(service.verify(elsewhere, checks=["credentialStatus"])) == "STATUS_RETRIEVAL_ERROR"
    own = service.get("/").body["issuers"][2]["endpoint"].replace("credentials/issue", "lists/revocation")
    outside = service.issue(unsigned(credentialStatus=status_list.entry(own, 131_072)))
    assert refused(service.verify(outside)) == "RANGE_ERROR"


@api
def test_only_what_was_issued_here_can_be_revoked_and_only_for_good(service: ConformanceService) -> None:
    issued = service.issue(unsigned(id="urn:uuid:0b34d20a-3333-4222-8333-944455566677"), "/status")
    for body, code in (
        ({"credentialId": "urn:uuid:0"}, "credential_unknown"),
        ({"credentialId": issued["id"], "credentialStatus": {"statusPurpose": "suspension"}}, "status_purpose"),
        ({"credentialId": issued["id"], "status": False}, "status_purpose"),
    ):
        assert refused(service.post("/status/credentials/status", body)) == code
    assert service.verify(issued).status == 200


@api
def test_places_in_the_list_are_random(service: ConformanceService) -> None:
    places = [int(service.issue(unsigned(), "/status")["credentialStatus"]["statusListIndex"]) for _ in range(20)]
    assert len(set(places)) == 20
    assert places != sorted(places)


# ── rule 7: presentations, and the tag EnvelopingProof ──


def show(*credentials: Any) -> dict[str, Any]:
    return presentation.create(
        list(credentials),
        holder=HOLDER.did,
        sign=HOLDER.sign,
        verification_method=HOLDER.method,
        created=vc_examples.CREATED,
        domain=DOMAIN,
        challenge=CHALLENGE,
    )


@api
def test_presentations_are_for_authentication_a_domain_and_a_challenge(service: ConformanceService) -> None:
    shown = show(*(service.issue(unsigned(), base) for base in BASES))
    answer = service.verify_presentation(shown, domain=DOMAIN, challenge=CHALLENGE)
    assert answer.status == 200, answer
    assert (answer.body["controller"], len(answer.body["credentialResults"])) == (HOLDER.did, len(BASES))
    assert service.verify_presentation(shown).status == 200
    assert refused(service.verify_presentation(shown, domain="other", challenge=CHALLENGE)) == "domain_mismatch"
    assert refused(service.verify_presentation(shown, domain=DOMAIN, challenge="other")) == "challenge_mismatch"
    asserted = signed({name: value for name, value in shown.items() if name != "proof"}, by=HOLDER)
    assert refused(service.verify_presentation(asserted)) == "proof_purpose"
    altered = {**shown, "proof": {**shown["proof"][0], "proofValue": "z5nmMBw2u9TGKd9NxxHJtyZKgjN2Eh"}}
    assert refused(service.verify_presentation(altered)) == "proof_value"


@api
def test_a_revoked_credential_is_refused_in_a_presentation_too(service: ConformanceService) -> None:
    issued = service.issue(unsigned(id="urn:uuid:0b34d20a-4444-4222-8333-944455566677"), "/status")
    service.post("/status/credentials/status", {"credentialId": issued["id"]})
    assert refused(service.verify_presentation(show(issued))) == "revoked"


@api
def test_an_envelope_keeps_the_form_of_one(service: ConformanceService) -> None:
    issued = service.issue(unsigned(), "/enveloped")
    assert issued["type"] == "EnvelopedVerifiableCredential"
    assert service.verify(issued).body["mediaType"] == "application/vc+jwt"
    assert service.verify(issued["id"].partition(",")[2]).status == 200
    for member, value in (
        ("@context", []),
        ("@context", EXAMPLES),
        ("id", issued["id"].partition(",")[2]),
        ("id", issued["id"][:-4]),
        ("type", "VerifiableCredential"),
        ("type", None),
    ):
        refused(service.verify({**issued, member: value}))
