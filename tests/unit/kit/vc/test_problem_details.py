"""Refusals under the names that the specifications of W3C give them."""

from __future__ import annotations

import pytest

from accredit.kit.linkeddata.errors import JsonRefused, LinkedDataError, MappingRefused
from accredit.kit.vc import problem_details
from accredit.kit.vc.errors import (
    DataModelInvalid,
    IdentifierRefused,
    KeyRefused,
    PresentationInvalid,
    ProofInvalid,
    StatusListInvalid,
    TimestampInvalid,
    TokenInvalid,
    TokenUnreadable,
    VcError,
)

MODEL, SECURITY = "https://www.w3.org/TR/vc-data-model#", "https://w3id.org/security#"
STATUS = "https://www.w3.org/ns/credentials/status-list#"
SENTENCE = "A sentence."


@pytest.mark.parametrize(
    ("refused", "name"),
    [
        (JsonRefused("json_syntax", "offset 1", SENTENCE), f"{MODEL}PARSING_ERROR"),
        (MappingRefused("unsigned_data", "$", SENTENCE), f"{SECURITY}PROOF_TRANSFORMATION_ERROR"),
        (DataModelInvalid("type_missing", SENTENCE), f"{MODEL}MALFORMED_VALUE_ERROR"),
        (DataModelInvalid("validity_order", SENTENCE), f"{MODEL}RANGE_ERROR"),
        (TimestampInvalid("timestamp", SENTENCE), f"{MODEL}MALFORMED_VALUE_ERROR"),
        (PresentationInvalid("self_asserted", SENTENCE), f"{MODEL}MALFORMED_VALUE_ERROR"),
        (TokenUnreadable("token_parts", SENTENCE), f"{MODEL}PARSING_ERROR"),
        (TokenInvalid("signature_invalid", SENTENCE), f"{MODEL}CRYPTOGRAPHIC_SECURITY_ERROR"),
        (ProofInvalid("signature_invalid", SENTENCE), f"{SECURITY}PROOF_VERIFICATION_ERROR"),
        (ProofInvalid("domain_mismatch", SENTENCE), f"{SECURITY}INVALID_DOMAIN_ERROR"),
        (ProofInvalid("challenge_mismatch", SENTENCE), f"{SECURITY}INVALID_CHALLENGE_ERROR"),
        (ProofInvalid("option_not_supported", SENTENCE), f"{SECURITY}PROOF_GENERATION_ERROR"),
        (ProofInvalid("not_assertion_key", SENTENCE), f"{SECURITY}INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD"),
        (KeyRefused("weak_key", SENTENCE), f"{SECURITY}INVALID_VERIFICATION_METHOD"),
        (IdentifierRefused("did_malformed", SENTENCE), f"{SECURITY}INVALID_VERIFICATION_METHOD_URL"),
        (StatusListInvalid("STATUS_RETRIEVAL_ERROR", SENTENCE), f"{STATUS}STATUS_RETRIEVAL_ERROR"),
        (StatusListInvalid("status_index", SENTENCE), f"{MODEL}MALFORMED_VALUE_ERROR"),
        (VcError("something_new", SENTENCE), "about:blank"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.code,
)
def test_refusal_has_the_type(refused: VcError | LinkedDataError, name: str) -> None:
    assert problem_details.of(refused)["type"] == name


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("document_malformed", f"{SECURITY}PARSING_ERROR"),
        ("key_unknown", f"{SECURITY}INVALID_VERIFICATION_METHOD"),
        ("method_malformed", f"{SECURITY}INVALID_VERIFICATION_METHOD_URL"),
        ("document_of_another", f"{SECURITY}INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID"),
        ("not_authentication_key", f"{SECURITY}INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD"),
        ("RANGE_ERROR", f"{STATUS}RANGE_ERROR"),
        ("STATUS_LIST_LENGTH_ERROR", f"{STATUS}STATUS_LIST_LENGTH_ERROR"),
        ("STATUS_VERIFICATION_ERROR", f"{STATUS}STATUS_VERIFICATION_ERROR"),
    ],
)
def test_a_code_of_a_specification_has_its_type_whoever_raises_it(code: str, name: str) -> None:
    for family in (VcError, ProofInvalid, IdentifierRefused, StatusListInvalid):
        assert problem_details.of(family(code, SENTENCE))["type"] == name


def test_a_key_that_is_refused_for_its_document_is_no_method() -> None:
    for refused in (IdentifierRefused("method_not_found", SENTENCE), KeyRefused("key_malformed", SENTENCE)):
        assert problem_details.of(refused)["type"] == f"{SECURITY}INVALID_VERIFICATION_METHOD"


def test_details_say_what_where_and_why() -> None:
    assert problem_details.of(DataModelInvalid("type_missing", SENTENCE, path="$.evidence")) == {
        "type": f"{MODEL}MALFORMED_VALUE_ERROR",
        "title": "type missing",
        "detail": "A sentence. ($.evidence)",
        "code": "type_missing",
        "path": "$.evidence",
    }
