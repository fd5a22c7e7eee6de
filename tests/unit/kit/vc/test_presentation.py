"""Credentials of any kind, and what a holder shows: who signed, for whom, and all that is inside."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

from accredit.kit.linkeddata import terms
from accredit.kit.linkeddata.errors import LinkedDataError
from accredit.kit.vc import (
    eddsa_jcs_2022,
    eddsa_rdfc_2022,
    envelope,
    json_web_signature,
    presentation,
    verifiable_credential,
)
from accredit.kit.vc.errors import VcError
from accredit.kit.vc.presentation import VerifiedPresentation
from accredit.kit.vc.verifiable_credential import Meaning, VerifiedCredential
from tests.unit.kit.vc import vc_examples
from tests.unit.kit.vc.holder_examples import (
    CHALLENGE,
    DOMAIN,
    HOLDER,
    ISSUER,
    STRANGER,
    TOKEN_ISSUER,
    V2,
    Party,
    credential,
    enveloped,
    resolve,
    signed,
)

NOW = vc_examples.NOW
SUITES = pytest.mark.parametrize("suite", [eddsa_rdfc_2022, eddsa_jcs_2022], ids=lambda suite: suite.NAME)


def check(document: Any, **expected: Any) -> VerifiedCredential:
    return verifiable_credential.verify(document, resolve=resolve, now=NOW, **expected)


def show(*credentials: Any, holder: Party = HOLDER, **more: Any) -> dict[str, Any]:
    return presentation.create(
        list(credentials),
        holder=holder.did,
        sign=holder.sign,
        verification_method=holder.method,
        created=vc_examples.CREATED,
        domain=DOMAIN,
        challenge=CHALLENGE,
        **more,
    )


def look(document: Any, **expected: Any) -> VerifiedPresentation:
    return presentation.verify(
        document,
        resolve=resolve,
        now=NOW,
        **{"expected_domain": DOMAIN, "expected_challenge": CHALLENGE, **expected},
    )


def refusal(run: Callable[..., Any], *given: Any, **more: Any) -> tuple[str, str]:
    with pytest.raises((VcError, LinkedDataError)) as caught:
        run(*given, **more)
    refused = caught.value
    assert isinstance(refused, VcError | LinkedDataError)
    return refused.code, refused.path


@SUITES
def test_a_credential_that_is_no_badge_verifies(suite: ModuleType) -> None:
    found = check(signed(credential(validFrom="2026-01-01T00:00:00Z"), suite=suite))
    assert (found.issuer, found.media_type) == (ISSUER.did, "application/vc")
    assert found.verification_methods == (ISSUER.method,)
    assert found.valid_from is not None
    assert found.valid_until is None


def test_a_credential_in_an_envelope_verifies() -> None:
    found = check(enveloped(credential(TOKEN_ISSUER)))
    assert (found.issuer, found.media_type) == (TOKEN_ISSUER.did, "application/vc+jwt")
    assert found.document == credential(TOKEN_ISSUER)


@SUITES
def test_a_member_without_meaning_is_refused_though_it_is_signed(suite: ModuleType) -> None:
    document = credential(shoeSize=38)
    if suite is eddsa_rdfc_2022:
        document = {**signed(credential(), suite=suite), "shoeSize": 38}
    else:
        document = signed(document, suite=suite)
    assert refusal(check, document) == ("unsigned_data", "$.shoeSize")


def test_a_member_without_meaning_is_refused_in_an_envelope_too() -> None:
    assert refusal(check, enveloped(credential(TOKEN_ISSUER, shoeSize=38))) == ("unsigned_data", "$.shoeSize")


@pytest.mark.parametrize(
    ("document", "code"),
    [
        pytest.param(signed(credential(ISSUER), by=STRANGER), "wrong_controller", id="signed by a stranger"),
        pytest.param(enveloped(credential(ISSUER)), "wrong_controller", id="a token of a stranger"),
        pytest.param(credential(), "proof_missing", id="not signed"),
        pytest.param(credential(type=["Other"]), "type_required", id="no credential"),
        pytest.param([], "not_an_object", id="a list"),
        pytest.param(
            {**enveloped(credential(TOKEN_ISSUER)), "id": "data:text/plain,x"}, "envelope_media_type", id="text"
        ),
    ],
)
def test_credential_is_refused_when(document: Any, code: str) -> None:
    assert refusal(check, document)[0] == code


def test_a_proof_for_another_purpose_is_refused() -> None:
    assert refusal(check, signed(credential()), expected_purpose="authentication") == ("proof_purpose", "$.proof[0]")


def test_proofs_that_answer_nobodys_question_are_noted() -> None:
    document = signed(credential(), options={"domain": DOMAIN, "challenge": CHALLENGE})
    assert check(document).notes == ("domain_not_expected", "challenge_not_expected")
    assert check(document, expected_domain=DOMAIN, expected_challenge=CHALLENGE).notes == ()
    assert refusal(check, document, expected_domain="other")[0] == "domain_mismatch"


INLINE = [V2, {"Kind": "https://example.org/#Kind"}]
GENEROUS = Meaning(tables=terms.pinned_for_conformance(), accepts_inline=True)


@SUITES
def test_inline_contexts_are_read_only_where_that_is_asked_for(suite: ModuleType) -> None:
    members: dict[str, Any] = {"@context": INLINE, "type": ["VerifiableCredential", "Kind"]}
    document = credential(**members)
    mapped, tables = GENEROUS.read(document)
    if suite is eddsa_rdfc_2022:
        document = {**document, "proof": signed(dict(mapped), contexts=tables)["proof"]}
    else:
        document = signed(document, suite=suite)
    assert check(document, meaning=GENEROUS).issuer == ISSUER.did
    assert refusal(check, document)[0] == "context_inline"
    only_tables = Meaning(tables=terms.pinned_for_conformance())
    assert refusal(check, document, meaning=only_tables)[0] == "context_inline"


@SUITES
def test_a_presentation_with_credentials_of_every_form_verifies(suite: ModuleType) -> None:
    contents = (signed(credential()), signed(credential(), suite=eddsa_jcs_2022), enveloped(credential(TOKEN_ISSUER)))
    shown = show(*contents, suite=suite, identifier="urn:uuid:9c9a36f8-518f-4976-a934-6649502d0008")
    found = look(shown)
    assert (found.holder, found.document) == (HOLDER.did, shown)
    assert [each.issuer for each in found.credentials] == [ISSUER.did, ISSUER.did, TOKEN_ISSUER.did]
    assert (found.own_words, found.notes) == ((), ())


def test_a_presentation_may_hold_nothing() -> None:
    assert look(show()).credentials == ()


def test_one_credential_may_stand_alone() -> None:
    document = {**show(), "verifiableCredential": signed(credential())}
    del document["proof"]
    options = {"domain": DOMAIN, "challenge": CHALLENGE}
    found = look(signed(document, by=HOLDER, proof_purpose="authentication", options=options))
    assert len(found.credentials) == 1


def test_the_holders_own_word_is_told_apart() -> None:
    claim = credential(HOLDER)
    assert look(show(claim)).own_words == (claim,)


def test_a_holder_who_is_not_named_is_whoever_signs() -> None:
    document = {"@context": [V2], "type": ["VerifiablePresentation"], "verifiableCredential": [signed(credential())]}
    shown = signed(document, by=HOLDER, proof_purpose="authentication")
    assert look(shown, expected_domain=None, expected_challenge=None).holder == HOLDER.did


def test_a_holder_who_is_named_need_not_sign_first() -> None:
    document = {"@context": [V2], "type": ["VerifiablePresentation"], "holder": HOLDER.did}
    for party in (STRANGER, HOLDER):
        document = signed(document, by=party, proof_purpose="authentication")
    found = look(document, expected_domain=None, expected_challenge=None)
    assert (found.holder, len(found.verification_methods)) == (HOLDER.did, 2)


def test_what_nobody_asked_for_is_noted() -> None:
    found = look(show(), expected_domain=None, expected_challenge=None)
    assert found.notes == ("domain_not_expected", "challenge_not_expected")


def _unnamed_claim() -> dict[str, Any]:
    document = {"@context": [V2], "type": ["VerifiablePresentation"], "verifiableCredential": [credential(HOLDER)]}
    options = {"domain": DOMAIN, "challenge": CHALLENGE}
    return signed(document, by=HOLDER, proof_purpose="authentication", options=options)  # type: ignore[no-any-return]


def _in_anothers_name() -> dict[str, Any]:
    document = {"@context": [V2], "type": ["VerifiablePresentation"], "holder": STRANGER.did}
    options = {"domain": DOMAIN, "challenge": CHALLENGE}
    return signed(document, by=HOLDER, proof_purpose="authentication", options=options)  # type: ignore[no-any-return]


INSIDE = "$.verifiableCredential"


@pytest.mark.parametrize(
    ("document", "code", "path"),
    [
        pytest.param(
            _unnamed_claim(), "self_asserted", f"{INSIDE}[0]", id="the holder's own word, and no holder named"
        ),
        pytest.param(show(credential(ISSUER)), "self_asserted", f"{INSIDE}[0]", id="an issuer's word without a proof"),
        pytest.param(_in_anothers_name(), "holder_mismatch", "$.holder", id="signed by another than the holder named"),
        pytest.param(
            show(signed(credential(), by=STRANGER)),
            "wrong_controller",
            f"{INSIDE}[0].proof.verificationMethod",
            id="a forged credential inside",
        ),
        pytest.param(
            show(signed(credential()), enveloped(credential(ISSUER))),
            "wrong_controller",
            f"{INSIDE}[1] header",
            id="a forged token inside",
        ),
        pytest.param(
            {**show(signed(credential())), "holder": STRANGER.did}, "signature_invalid", "$.proof", id="altered"
        ),
        pytest.param(signed(dict(show(), proof=[]), by=HOLDER), "proof_purpose", "$.proof[0]", id="signed to assert"),
        pytest.param({**show(), "type": "Other"}, "type_required", "$.type", id="no presentation"),
        pytest.param([], "not_an_object", "$", id="a list"),
    ],
)
def test_presentation_is_refused_when(document: Any, code: str, path: str) -> None:
    assert refusal(look, document) == (code, path)


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        ({"expected_domain": "https://other.example"}, "domain_mismatch"),
        ({"expected_challenge": "another"}, "challenge_mismatch"),
        ({"expected_purpose": "assertionMethod"}, "proof_purpose"),
    ],
)
def test_presentation_made_for_another_occasion_is_refused(expected: dict[str, str], code: str) -> None:
    assert refusal(look, show(signed(credential())), **expected)[0] == code


def test_presentation_as_a_token_verifies() -> None:
    document = {
        "@context": [V2],
        "type": ["VerifiablePresentation"],
        "holder": HOLDER.did,
        "verifiableCredential": [enveloped(credential(TOKEN_ISSUER))],
    }
    token = envelope.secure(document, kid=HOLDER.method, alg="EdDSA", sign=HOLDER.sign, kind="VerifiablePresentation")
    found = look(envelope.wrap(token, kind="VerifiablePresentation"), expected_domain=None, expected_challenge=None)
    assert (found.holder, found.media_type) == (HOLDER.did, "application/vp+jwt")
    assert found.verification_methods == (HOLDER.method,)
    assert [each.issuer for each in found.credentials] == [TOKEN_ISSUER.did]
    assert refusal(look, envelope.wrap(token, kind="VerifiablePresentation"))[0] == "domain_mismatch"
    odd = envelope.secure(
        {**document, "shoeSize": 38}, kid=HOLDER.method, alg="EdDSA", sign=HOLDER.sign, kind="VerifiablePresentation"
    )
    shown = envelope.wrap(odd, kind="VerifiablePresentation")
    assert refusal(look, shown, expected_domain=None, expected_challenge=None) == ("unsigned_data", "$.shoeSize")


def test_nothing_is_built_that_could_not_be_read() -> None:
    assert refusal(show, credential(type=[])) == ("type_malformed", f"{INSIDE}[0].type")


def test_a_credential_inside_a_claim_is_read_only_where_that_is_asked_for() -> None:
    payload = json.dumps({"iss": TOKEN_ISSUER.did, "vc": credential(TOKEN_ISSUER)}).encode()
    token = json_web_signature.write({"alg": "ES256", "kid": TOKEN_ISSUER.method}, payload, TOKEN_ISSUER.sign)
    document = envelope.wrap(token)
    assert refusal(check, document) == ("vc_claim_not_allowed", "payload $.vc")
    found = check(document, meaning=Meaning(accepts_wrapped=True))
    assert (found.document, found.notes[0]) == (credential(TOKEN_ISSUER), "vc_claim")
    beside = json.dumps({**credential(TOKEN_ISSUER), "vc": credential(TOKEN_ISSUER)}).encode()
    token = json_web_signature.write({"alg": "ES256", "kid": TOKEN_ISSUER.method}, beside, TOKEN_ISSUER.sign)
    assert refusal(check, envelope.wrap(token), meaning=Meaning(accepts_wrapped=True))[0] == "vc_claim_not_allowed"


def test_a_credential_that_has_ended_still_verifies_and_says_so() -> None:
    found = check(signed(credential(validUntil="2020-01-01T00:00:00Z")))
    assert found.valid_until is not None
    assert found.valid_until < NOW - timedelta(days=365)


def test_a_key_that_has_been_revoked_signs_no_envelope() -> None:
    def revoked(method: str) -> Any:
        key = resolve(method)
        return None if key is None else replace(key, revoked=NOW - timedelta(days=1))

    with pytest.raises(VcError) as caught:
        verifiable_credential.verify(enveloped(credential(TOKEN_ISSUER)), resolve=revoked, now=NOW)
    assert caught.value.code == "key_revoked"
