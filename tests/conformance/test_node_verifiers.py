"""Both ways with the two verifiers that most wallets are built on; each runs its own code and its own contexts.

| form | @digitalbazaar/vc 7 | @digitalcredentials/verifier-core 1.0.0-beta | where it is tested |
|---|---|---|---|
| JSON, eddsa-rdfc-2022 | signs, verifies | verifies; `@digitalcredentials/vc` signs | here |
| JSON, Ed25519Signature2020 | signs, verifies | the same | here, to read; we never issue it |
| JSON, eddsa-jcs-2022 | signs, verifies | no | here |
| JSON, ecdsa-rdfc-2019, ecdsa-jcs-2019 (P-256, P-384) | signs, verifies | no | here, to read; we never issue it |
| VCDM 1.1 | signs, verifies | verifies | here |
| EndorsementCredential, status list | signs, verifies | verifies | here |
| presentation | signs, verifies | verifies | here |
| JWT, PNG, SVG | no | no | `test_what_they_export_is_about_json_alone`, and test_openbadgeslib.py |

What the product itself signs is shown to them in test_other_verifiers.py. What they judge in another way than we do is
the last table, `DIFFERENCES`; docs/other-verifiers.md says the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from accredit.kit.linkeddata import LinkedDataError
from accredit.kit.openbadges.credential import read
from accredit.kit.vc import (
    controlled_identifier,
    data_integrity,
    did_key,
    did_web,
    eddsa_jcs_2022,
    eddsa_rdfc_2022,
    status_list,
)
from accredit.kit.vc.errors import VcError
from tests.conformance import our_documents as ours
from tests.conformance.peers import DIGITALBAZAAR, DIGITALCREDENTIALS, Peers

pytestmark = pytest.mark.suite("Node verifiers")
BOTH = (DIGITALBAZAAR, DIGITALCREDENTIALS)
FIRST = "urn:uuid:1d6f4b1e-0000-4000-8000-0000000000aa"
ASKED: dict[str, Any] = {"challenge": "7b3f", "domain": "college.example"}
TIMES: dict[str, Any] = {"created": ours.SIGNED_TEXT, "now": ours.NOW_TEXT}


@pytest.fixture(scope="module")
def peers() -> Iterator[Peers]:
    with Peers() as found:
        yield found


def ask(peers: Peers, peer: str, document: Any, files: dict[str, str] | None = None) -> Any:
    return peers.ask(peer, "verify", credential=document, files=files or ours.files(), now=ours.NOW_TEXT)


def chain() -> Any:
    """A school's badge, and its county's proof over the school's."""
    begun = ours.sign(ours.badge(), options={"id": FIRST})
    return ours.sign(begun, issuer=ours.ENDORSER, options={"previousProof": FIRST})


def proof_set() -> Any:
    return ours.sign(ours.sign(ours.badge()), suite=eddsa_jcs_2022)


# ── ours in theirs

OURS = {
    "a badge with status, results and evidence": (lambda: ours.sign(ours.badge()), BOTH),
    "a badge without status": (lambda: ours.sign(ours.without_status()), BOTH),
    "an endorsement by another": (lambda: ours.sign(ours.endorsement(), issuer=ours.ENDORSER), BOTH),
    "a status list": (ours.list_credential, BOTH),
    "a badge of the older data model": (lambda: ours.sign(ours.older_badge()), BOTH),
    "a badge with every property there is": (lambda: ours.sign(ours.complete_badge()), BOTH),
    "a badge over canonical JSON": (lambda: ours.sign(ours.badge(), suite=eddsa_jcs_2022), (DIGITALBAZAAR,)),
    "a set of two proofs, RDF and JSON": (proof_set, BOTH),
    "a chain of two proofs": (chain, BOTH),
}


@pytest.mark.parametrize(
    ("document", "peer"),
    [pytest.param(make, peer, id=f"{name} in {peer}") for name, (make, found) in OURS.items() for peer in found],
)
def test_what_we_sign_verifies_there(document: Any, peer: str, peers: Peers) -> None:
    found = ask(peers, peer, document())
    assert found["verified"], found["errors"]


def test_every_proof_of_a_set_is_found_good(peers: Peers) -> None:
    assert ask(peers, DIGITALBAZAAR, proof_set())["proofs"] == [True, True]


@pytest.mark.parametrize(("revoked", "is_revoked"), [((), False), ((ours.INDEX,), True)], ids=["good", "revoked"])
def test_the_status_we_publish_is_seen(revoked: tuple[int, ...], is_revoked: bool, peers: Peers) -> None:
    document, files = ours.sign(ours.badge()), ours.files(revoked)
    assert ask(peers, DIGITALBAZAAR, document, files)["statuses"] == [is_revoked]
    assert ask(peers, DIGITALCREDENTIALS, document, files)["steps"]["revocation_status"] is not is_revoked


@pytest.mark.parametrize("peer", BOTH)
def test_a_forged_status_list_is_refused_there(peer: str, peers: Peers) -> None:
    forged = ours.list_credential((ours.INDEX,))
    forged["credentialSubject"]["encodedList"] = status_list.encode(())
    found = ask(peers, peer, ours.sign(ours.badge()), {**ours.files(), ours.LIST: json.dumps(forged)})
    if peer == DIGITALBAZAAR:
        assert (found["verified"], found["statuses"]) == (False, [])
    else:
        assert found["steps"]["revocation_status"] == "status_list_signature_error"


@pytest.mark.parametrize("peer", BOTH)
def test_a_revoked_key_is_refused_there_because_our_document_no_longer_lists_it(peer: str, peers: Peers) -> None:
    document = ours.sign(ours.without_status(ours.LOST), issuer=ours.LOST)
    assert not ask(peers, peer, document)["verified"]
    published = json.loads(ours.files()[did_web.document_url(ours.LOST)])
    with pytest.raises(VcError, match="not_assertion_key"):
        controlled_identifier.find_key(published, ours.KEYS[ours.LOST].id)


def test_an_issuer_on_a_list_of_theirs_is_named_as_registered(peers: Peers) -> None:
    listed = {"registry": {ours.ISSUER: {"name": "Hillside", "location": "Bangor", "url": "https://hillside.example"}}}
    files = {**ours.files(), "https://registry.example/list.json": json.dumps(listed)}
    found = ask(peers, DIGITALCREDENTIALS, ours.sign(ours.badge()), files)
    assert found["steps"] == dict.fromkeys(
        ("valid_signature", "revocation_status", "expiration", "registered_issuer"), True
    )


def test_a_badge_follows_the_schema_that_they_look_up(peers: Peers, shared: Path) -> None:
    folder = shared / "standards/vectors/ob3/schema/purl-copy-2026-06"
    schema = (folder / "ob_v3p0_achievementcredential_schema.json").read_text(encoding="utf-8")
    url = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
    files = {**ours.files(), url: schema}
    assert ask(peers, DIGITALCREDENTIALS, ours.sign(ours.badge()), files)["schemas"] == [True]
    wrong = ours.badge()
    del wrong["credentialSubject"]["achievement"]["criteria"]
    assert ask(peers, DIGITALCREDENTIALS, ours.sign(wrong), files)["schemas"] == [False]


@pytest.mark.parametrize("peer", BOTH)
def test_a_presentation_made_with_our_kit_verifies_there(peer: str, peers: Peers) -> None:
    presentation = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": ours.ENDORSER,
        "verifiableCredential": [ours.sign(ours.without_status())],
    }
    signed = ours.sign(presentation, issuer=ours.ENDORSER, proof_purpose="authentication", options=ASKED)
    if peer == DIGITALCREDENTIALS:
        # It looks for proofs of assertion in a presentation too.
        signed = ours.sign(presentation, issuer=ours.ENDORSER, options=ASKED)
    found = peers.ask(
        peer, "verifyPresentation", presentation=signed, files=holders_files(), **ASKED, now=ours.NOW_TEXT
    )
    assert found["verified"], found["errors"]


def holders_files() -> dict[str, str]:
    """Our files, with the second key allowed to authenticate as well."""
    files = ours.files()
    url = did_web.document_url(ours.ENDORSER)
    document = json.loads(files[url])
    files[url] = json.dumps({**document, "authentication": document["assertionMethod"]})
    return files


# ── theirs in ours

THEIRS = [
    ("eddsa-rdfc-2022", "Ed25519"),
    ("eddsa-jcs-2022", "Ed25519"),
    ("ecdsa-rdfc-2019", "P-256"),
    ("ecdsa-rdfc-2019", "P-384"),
    ("ecdsa-jcs-2019", "P-256"),
    ("ecdsa-jcs-2019", "P-384"),
    ("Ed25519Signature2020", "Ed25519"),
]


def verified_here(document: Any) -> list[data_integrity.VerifiedProof]:
    issuer = document["issuer"]
    controller = issuer if isinstance(issuer, str) else issuer["id"]
    return data_integrity.verify(document, resolve=did_key.resolve, now=ours.NOW, expected_controller=controller)


def is_refused_here(document: Any) -> bool:
    try:
        verified_here(document)
    except (VcError, LinkedDataError):
        return True
    return False


@pytest.mark.parametrize("model", [ours.without_status, ours.older_badge], ids=["VCDM 2.0", "VCDM 1.1"])
@pytest.mark.parametrize(("suite", "kind"), THEIRS)
def test_a_badge_that_digitalbazaar_signs_verifies_here(suite: str, kind: str, model: Any, peers: Peers) -> None:
    document = peers.ask(DIGITALBAZAAR, "issue", credential=model(), suite=suite, kind=kind, **TIMES)
    (found,) = verified_here(document)
    assert (found.cryptosuite, found.purpose) == (suite, "assertionMethod")
    assert read(document).subject.achievement.name == "Peer Mentor"
    document["credentialSubject"]["result"][0]["value"] = "52"
    assert is_refused_here(document)


@pytest.mark.parametrize("model", [ours.without_status, ours.older_badge], ids=["VCDM 2.0", "VCDM 1.1"])
@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "Ed25519Signature2020"])
def test_a_badge_that_digitalcredentials_signs_verifies_here(suite: str, model: Any, peers: Peers) -> None:
    document = peers.ask(DIGITALCREDENTIALS, "issue", credential=model(), suite=suite, **TIMES)
    assert ask(peers, DIGITALCREDENTIALS, document)["verified"]
    assert [found.cryptosuite for found in verified_here(document)] == [suite]
    document["credentialSubject"]["result"][0]["value"] = "52"
    assert is_refused_here(document)


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022"])
def test_a_badge_of_theirs_with_every_property_verifies_here(suite: str, peers: Peers) -> None:
    document = peers.ask(DIGITALBAZAAR, "issue", credential=ours.complete_badge(), suite=suite, kind="Ed25519", **TIMES)
    assert verified_here(document)


NUMBERS = [0, 1, -1, 0.1, 2.5, 3.0, 100, 1e21, 1e-6, 123456789.125, 1.7976931348623157e308, 333333333.3333333]
TEXTS = {
    "accents": "Siân O’Brien-Llŷr",
    "beyond the first plane": "Ẁ𝄞👩‍👩‍👧",
    "quotes and a backslash": 'She said "yes" \\ no\\n',
    "controls": "tab\tnewline\nreturn\rbell\x07delete\x7f",
    "separators of lines": "one\u2028two\u2029three\u0085",
    "Arabic": "متطوّع",
    "nothing": "",
    "a letter and its mark apart": "e\u0301",
}


@pytest.mark.parametrize("suite", [eddsa_rdfc_2022, eddsa_jcs_2022], ids=["RDF", "JSON"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(pytest.param("creditsEarned", number, id=f"the number {number!r}") for number in NUMBERS),
        *(pytest.param("narrative", text, id=f"a text with {what}") for what, text in TEXTS.items()),
    ],
)
def test_a_value_is_written_alike_on_both_sides(name: str, value: Any, suite: Any, peers: Peers) -> None:
    document = ours.without_status()
    document["credentialSubject"][name] = value
    assert ask(peers, DIGITALBAZAAR, ours.sign(document, suite=suite))["verified"]
    made = peers.ask(DIGITALBAZAAR, "issue", credential=document, suite=suite.NAME, kind="Ed25519", **TIMES)
    assert verified_here(made)


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019"])
def test_a_proof_that_they_add_to_ours_makes_a_set(suite: str, peers: Peers) -> None:
    kind = "P-256" if suite.startswith("ecdsa") else "Ed25519"
    arguments: dict[str, Any] = {"suite": suite, "kind": kind, **TIMES}
    document = peers.ask(DIGITALBAZAAR, "addProof", document=ours.sign(ours.badge()), **arguments)
    found = data_integrity.verify(
        document, resolve=ours.resolve_any, now=ours.NOW, expected_controller=document["issuer"]["id"]
    )
    assert [proof.cryptosuite for proof in found] == ["eddsa-rdfc-2022", suite]
    assert found[1].controller.startswith("did:key:")


def test_a_status_list_that_they_sign_is_read_here(peers: Peers) -> None:
    arguments: dict[str, Any] = {
        "id": ours.LIST,
        "purpose": "revocation",
        "length": 131_072,
        "set": [0, 7, 94_567, 131_071],
    }
    document = peers.ask(DIGITALBAZAAR, "issueStatusList", **arguments, **TIMES)
    assert verified_here(document)
    bits = status_list.read_list(document, status_list.parse_entry(status_list.entry(ours.LIST, 7)))
    assert [index for index in range(bits.length) if bits.is_set(index)] == arguments["set"]


def test_a_presentation_that_they_sign_verifies_here(peers: Peers) -> None:
    credential = ours.sign(ours.without_status())
    signed = peers.ask(DIGITALBAZAAR, "present", credential=credential, **ASKED, now=ours.NOW_TEXT)
    arguments: dict[str, Any] = {"resolve": did_key.resolve, "now": ours.NOW, "expected_purpose": "authentication"}
    asked: dict[str, Any] = {"expected_challenge": ASKED["challenge"], "expected_domain": ASKED["domain"]}
    (found,) = data_integrity.verify(signed, **arguments, **asked)
    assert found.controller == signed["holder"]
    with pytest.raises(VcError, match="challenge_mismatch"):
        data_integrity.verify(signed, **arguments, **{**asked, "expected_challenge": "another"})


# ── what they do not do, and what they judge otherwise


@pytest.mark.parametrize("peer", BOTH)
def test_what_they_export_is_about_json_alone(peer: str, peers: Peers) -> None:
    exported = peers.ask(peer, "forms")
    assert "verifyCredential" in exported
    assert not [name for name in exported if any(form in name.lower() for form in ("jwt", "png", "svg", "bak", "jose"))]


def _altered(document: Any, **more: Any) -> Any:
    return {**document, **more}


def _with_inline_context() -> Any:
    document = ours.sign(ours.badge())
    return _altered(document, **{"@context": [*document["@context"], {"nickname": "https://schema.org/alternateName"}]})


def _set_with_one_broken() -> Any:
    document = proof_set()
    document["proof"][1]["created"] = "2026-07-10T15:00:01Z"
    return document


DIFFERENCES: dict[str, tuple[Callable[[], Any], str]] = {
    "a null, which no signature covers": (lambda: _altered(ours.sign(ours.badge()), description=None), "null_value"),
    "a context in the document itself": (_with_inline_context, "context_inline"),
    "a set in which one proof does not hold": (_set_with_one_broken, "signature_invalid"),
    "a proof of next year": (
        lambda: ours.sign(ours.without_status(), created=ours.SIGNED.replace(year=2027)),
        "created_in_future",
    ),
    "a proof that has expired": (
        lambda: ours.sign(ours.without_status(), options={"expires": "2026-07-10T16:00:00Z"}),
        "proof_expired",
    ),
    "a key that has expired": (lambda: ours.sign(ours.without_status(ours.LAPSED), issuer=ours.LAPSED), "key_expired"),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_what_we_refuse_and_they_accept(name: str, peers: Peers) -> None:
    make, code = DIFFERENCES[name]
    document = make()
    for peer in BOTH:
        assert ask(peers, peer, document)["verified"], f"{peer} has become as strict: say so in docs/other-verifiers.md"
    with pytest.raises((VcError, LinkedDataError), match=code):
        data_integrity.verify(document, resolve=ours.resolve_any, now=ours.NOW)


def test_a_number_that_readers_write_differently_is_signed_there_and_refused_here(peers: Peers) -> None:
    document = ours.without_status()
    document["credentialSubject"]["creditsEarned"] = 1e-7
    made = peers.ask(DIGITALBAZAAR, "issue", credential=document, suite="eddsa-rdfc-2022", kind="Ed25519", **TIMES)
    with pytest.raises(LinkedDataError, match="ambiguous_number"):
        verified_here(made)


def test_their_copy_of_the_context_does_not_know_endorsements_as_tokens(peers: Peers) -> None:
    document = ours.sign({**ours.without_status(), "endorsementJwt": ["eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl"]})
    assert data_integrity.verify(document, resolve=ours.resolve, now=ours.NOW)
    assert [ask(peers, peer, document)["verified"] for peer in BOTH] == [False, False]


def test_of_a_chain_they_check_the_first_proof_alone(peers: Peers) -> None:
    document = chain()
    assert len(data_integrity.verify(document, resolve=ours.resolve_any, now=ours.NOW)) == 2
    assert ask(peers, DIGITALBAZAAR, document)["proofs"] == [True, False]
