"""How every credential and presentation must look: each rule of the data model, kept and broken."""

from __future__ import annotations

from typing import Any

import pytest

from accredit.kit.vc import data_model, status_list
from accredit.kit.vc.errors import VcError

V1, V2 = "https://www.w3.org/2018/credentials/v1", "https://www.w3.org/ns/credentials/v2"
ABSENT: Any = object()
URL = "https://school.example/1"


def credential(**members: Any) -> dict[str, Any]:
    document = {
        "@context": [V2],
        "type": ["VerifiableCredential"],
        "issuer": "did:example:school",
        "credentialSubject": {"id": "did:example:somebody"},
        **members,
    }
    return {name: value for name, value in document.items() if value is not ABSENT}


def older(**members: Any) -> dict[str, Any]:
    return credential(**{"@context": [V1], "issuanceDate": "2026-01-01T00:00:00Z", **members})


def presentation(**members: Any) -> dict[str, Any]:
    document = {"@context": [V2], "type": ["VerifiablePresentation"], **members}
    return {name: value for name, value in document.items() if value is not ABSENT}


def status_credential(**subject: Any) -> dict[str, Any]:
    found = {
        "id": f"{URL}#list",
        "type": "BitstringStatusList",
        "statusPurpose": "revocation",
        "encodedList": status_list.encode([]),
        **subject,
    }
    return credential(
        type=["VerifiableCredential", "BitstringStatusListCredential"],
        credentialSubject={name: value for name, value in found.items() if value is not ABSENT},
    )


ENTRY = status_list.entry("https://school.example/status/1", 7)
GOOD = {
    "nothing but what is required": credential(),
    "further contexts, by URL and inline": credential(**{"@context": [V2, "https://a.example/v1", {"a": "b:c"}]}),
    "an id that is a URN": credential(id="urn:uuid:0b34d20a-1111-4222-8333-944455566677"),
    "one type as text": credential(type="VerifiableCredential"),
    "a type that is a URL": credential(type=["https://example.org/#Kind", "VerifiableCredential"]),
    "an issuer with a name": credential(issuer={"id": "did:example:school", "name": "School"}),
    "several subjects": credential(credentialSubject=[{"id": "did:example:a"}, {"name": "b"}]),
    "dates with any offset": credential(validFrom="2026-01-01T00:00:00+05:30", validUntil="2026-01-02T00:00:00.5Z"),
    "dates that are the same": credential(validFrom="2026-01-01T01:00:00+01:00", validUntil="2026-01-01T00:00:00Z"),
    "a name in a language": credential(name={"@value": "Dog", "@language": "en", "@direction": "ltr"}),
    "names in languages": credential(name=[{"@value": "Dog", "@language": "en"}, {"@value": "Chien"}]),
    "a status without an id": credential(credentialStatus={"type": "AnotherStatus"}),
    "an entry in a status list": credential(credentialStatus=ENTRY),
    "several schemas": credential(credentialSchema=[{"id": URL, "type": "JsonSchema"}] * 2),
    "evidence of two kinds": credential(evidence=[{"type": ["Evidence"]}, {"type": "Other"}]),
    "terms of use": credential(termsOfUse={"type": "Policy", "id": "did:example:terms"}),
    "two proofs": credential(proof=[{"type": "A"}, {"type": "B"}]),
    "the older data model": older(),
    "the older data model with an end": older(expirationDate="2027-01-01T00:00:00Z"),
    "a status list": status_credential(),
    "a status list for two purposes": status_credential(statusPurpose=["revocation", "suspension"]),
}
BAD: dict[str, tuple[Any, str, str]] = {
    "a list": ([], "not_an_object", "$"),
    "no context": (credential(**{"@context": ABSENT}), "context_missing", "$"),
    "a context that is text": (credential(**{"@context": V2}), "context_not_a_list", "$['@context']"),
    "an empty list of contexts": (credential(**{"@context": []}), "context_not_a_list", "$['@context']"),
    "another context first": (credential(**{"@context": [URL, V2]}), "context_base", "$['@context'][0]"),
    "a context with a blank": (credential(**{"@context": [V2, "https ://a"]}), "context_malformed", "$['@context'][1]"),
    "a context that is a number": (credential(**{"@context": [V2, 1]}), "context_malformed", "$['@context'][1]"),
    "an id with a blank": (credential(id="https ://not-a-url"), "id_not_url", "$.id"),
    "an id without a scheme": (credential(id="not-a-url"), "id_not_url", "$.id"),
    "two ids": (credential(id=[URL, URL]), "id_not_url", "$.id"),
    "an id that is null": (credential(id=None), "id_not_url", "$.id"),
    "no type": (credential(type=ABSENT), "type_missing", "$"),
    "an empty type": (credential(type=[]), "type_malformed", "$.type"),
    "a type that is a number": (credential(type=["VerifiableCredential", 2]), "type_malformed", "$.type"),
    "only another type": (credential(type=["Badge"]), "type_required", "$.type"),
    "no issuer": (credential(issuer=ABSENT), "issuer_missing", "$.issuer"),
    "an issuer that is null": (credential(issuer=None), "issuer_missing", "$.issuer"),
    "an issuer that is no URL": (credential(issuer="school"), "issuer_malformed", "$.issuer"),
    "an issuer without an id": (credential(issuer={"name": "School"}), "issuer_malformed", "$.issuer"),
    "two issuers": (credential(issuer=["did:example:a"]), "issuer_malformed", "$.issuer"),
    "no subject": (credential(credentialSubject=ABSENT), "subject_missing", "$"),
    "an empty list of subjects": (credential(credentialSubject=[]), "subject_missing", "$"),
    "a subject without claims": (credential(credentialSubject={}), "subject_empty", "$.credentialSubject"),
    "one of two without claims": (
        credential(credentialSubject=[{"id": "did:example:a"}, {}]),
        "subject_empty",
        "$.credentialSubject[1]",
    ),
    "a subject that is text": (credential(credentialSubject="did:example:a"), "subject_empty", "$.credentialSubject"),
    "a subject with two ids": (
        credential(credentialSubject={"id": ["did:example:a", "did:example:b"]}),
        "id_not_url",
        "$.credentialSubject.id",
    ),
    "a date in words": (credential(validFrom="Sat 25 Feb 2023"), "timestamp", "$.validFrom"),
    "a date without offset": (credential(validUntil="2026-01-01T00:00:00"), "timestamp", "$.validUntil"),
    "an end before the start": (
        credential(validFrom="2026-01-02T00:00:00Z", validUntil="2026-01-01T00:00:00Z"),
        "validity_order",
        "$.validUntil",
    ),
    "a name with a stranger beside it": (
        credential(name={"@value": "Dog", "url": "did:example:a"}),
        "language_value",
        "$.name",
    ),
    "a name without a value": (credential(name={"@language": "en"}), "language_value", "$.name"),
    "a name that is a number": (credential(name=1), "language_value", "$.name"),
    "a language that is none": (
        credential(description={"@value": "Dog", "@language": "no language"}),
        "language_value",
        "$.description",
    ),
    "a direction that is none": (
        credential(name=[{"@value": "Dog", "@direction": "up"}]),
        "language_value",
        "$.name[0]",
    ),
    "an issuer whose name has a type": (
        credential(issuer={"id": URL, "description": {"@value": "x", "@type": "y:z"}}),
        "language_value",
        "$.issuer.description",
    ),
    "a status without a type": (credential(credentialStatus={"id": URL}), "type_missing", "$.credentialStatus"),
    "a status with two ids": (
        credential(credentialStatus={"type": "A", "id": [URL, URL]}),
        "id_not_url",
        "$.credentialStatus.id",
    ),
    "a status that is text": (credential(credentialStatus=URL), "typed_object", "$.credentialStatus"),
    "an entry without its place": (
        credential(credentialStatus={**ENTRY, "statusListIndex": True}),
        "status_index",
        "$.credentialStatus.statusListIndex",
    ),
    "a schema without an id": (credential(credentialSchema={"type": "A"}), "schema_id", "$.credentialSchema"),
    "no schema in a list": (credential(credentialSchema=[]), "typed_object", "$.credentialSchema"),
    "evidence without a type": (credential(evidence=[{"type": "A"}, {}]), "type_missing", "$.evidence[1]"),
    "a reserved property without a type": (credential(renderMethod={"id": URL}), "type_missing", "$.renderMethod"),
    "a proof without a type": (credential(proof={"proofValue": "z"}), "proof_malformed", "$.proof"),
    "the older data model without a date": (older(issuanceDate=ABSENT), "date_missing", "$"),
    "an older status without an id": (older(credentialStatus={"type": "A"}), "schema_id", "$.credentialStatus"),
    "an older end before the start": (
        older(expirationDate="2025-01-01T00:00:00Z"),
        "validity_order",
        "$.expirationDate",
    ),
    "a list of another type of credential": (
        {**status_credential(), "type": ["VerifiableCredential"]},
        "status_list",
        "$.type",
    ),
    "a list that is none": (status_credential(type="Other"), "status_list", "$.credentialSubject"),
    "a list for no purpose": (
        status_credential(statusPurpose=[]),
        "status_list",
        "$.credentialSubject.statusPurpose",
    ),
    "a list that is too short": (
        status_credential(encodedList="uH4sIAAAAAAAAAwMAAAAAAAAAAAA"),
        "STATUS_LIST_LENGTH_ERROR",
        "$",
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_credential_is_accepted_with(name: str) -> None:
    data_model.check_credential(GOOD[name])


@pytest.mark.parametrize("name", BAD)
def test_credential_is_refused_with(name: str) -> None:
    document, code, path = BAD[name]
    with pytest.raises(VcError) as caught:
        data_model.check_credential(document)
    assert (caught.value.code, caught.value.path) == (code, path)


ENVELOPED = {"@context": V2, "id": "data:application/vc+jwt,a.b.c", "type": "EnvelopedVerifiableCredential"}
GOOD_PRESENTATIONS = {
    "nothing in it": presentation(),
    "an id": presentation(id="urn:uuid:9c9a36f8-518f-4976-a934-6649502d0008"),
    "one credential": presentation(verifiableCredential=credential()),
    "credentials and envelopes": presentation(verifiableCredential=[credential(), ENVELOPED, older()]),
    "an envelope whose contexts are a list": presentation(
        verifiableCredential=[{**ENVELOPED, "@context": [V2], "type": ["EnvelopedVerifiableCredential"]}]
    ),
    "a holder": presentation(holder="did:example:holder"),
    "a holder with an id": presentation(holder={"id": "did:example:holder"}),
}
INSIDE = "$.verifiableCredential"
BAD_PRESENTATIONS: dict[str, tuple[Any, str, str]] = {
    "no type": (presentation(type=ABSENT), "type_missing", "$"),
    "only another type": (presentation(type=["Other"]), "type_required", "$.type"),
    "no context": (presentation(**{"@context": ABSENT}), "context_missing", "$"),
    "a holder that is no URL": (presentation(holder="z6Mk"), "holder_malformed", "$.holder"),
    "a holder whose id is no URL": (presentation(holder={"id": "z6Mk"}), "holder_malformed", "$.holder"),
    "a holder that is null": (presentation(holder=None), "holder_malformed", "$.holder"),
    "a credential as text": (presentation(verifiableCredential=["a.b.c"]), "credential_not_an_object", f"{INSIDE}[0]"),
    "no credential in a list": (presentation(verifiableCredential=[]), "typed_object", INSIDE),
    "a credential without a type": (
        presentation(verifiableCredential=[credential(), credential(type=[])]),
        "type_malformed",
        f"{INSIDE}[1].type",
    ),
    "an envelope without context": (
        presentation(verifiableCredential={**ENVELOPED, "@context": []}),
        "context_base",
        f"{INSIDE}['@context']",
    ),
    "an envelope that is two things": (
        presentation(verifiableCredential={**ENVELOPED, "type": [ENVELOPED["type"], "VerifiableCredential"]}),
        "type_required",
        f"{INSIDE}.type",
    ),
    "an envelope that is a link": (
        presentation(verifiableCredential={**ENVELOPED, "id": URL}),
        "envelope_id",
        f"{INSIDE}.id",
    ),
    "an envelope without an id": (
        presentation(verifiableCredential={**ENVELOPED, "id": None}),
        "envelope_id",
        f"{INSIDE}.id",
    ),
    "terms without a type": (presentation(termsOfUse={}), "type_missing", "$.termsOfUse"),
    "a proof that is text": (presentation(proof="z"), "proof_malformed", "$.proof"),
}


@pytest.mark.parametrize("name", GOOD_PRESENTATIONS)
def test_presentation_is_accepted_with(name: str) -> None:
    data_model.check_presentation(GOOD_PRESENTATIONS[name])


@pytest.mark.parametrize("name", BAD_PRESENTATIONS)
def test_presentation_is_refused_with(name: str) -> None:
    document, code, path = BAD_PRESENTATIONS[name]
    with pytest.raises(VcError) as caught:
        data_model.check_presentation(document)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_a_document_that_does_not_say_when_it_holds_always_holds() -> None:
    assert data_model.validity(credential()) == (None, None)
