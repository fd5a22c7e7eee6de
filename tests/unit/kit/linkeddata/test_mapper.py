"""Documents as quads: everything that is stated is signed, and whatever would not be signed is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accredit.kit.linkeddata import LinkedDataError, canonicalise

V2 = "https://www.w3.org/ns/credentials/v2"
V1 = "https://www.w3.org/2018/credentials/v1"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

Document = dict[str, Any]
Change = Callable[[Document], object]


def badge() -> Document:
    return {
        "@context": [V2, OB],
        "id": "urn:uuid:6a1676b8-b51f-11ed-937b-d76685a20ff5",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Peer supporter",
        "issuer": {"id": "did:web:accredit.example:o:northfield", "type": ["Profile"], "name": "Northfield School"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "urn:uuid:0b34d20a-1111-4222-8333-944455566677",
            "type": ["AchievementSubject"],
            "activityStartDate": "2025-09-01",
            "creditsEarned": 2.5,
            "achievement": {
                "id": "urn:uuid:5f5cbbd6-1111-4222-8333-944455566677",
                "type": ["Achievement"],
                "name": "Peer supporter",
                "description": "Trained and practised.",
                "criteria": {"narrative": "Twelve hours of training."},
                "tag": ["peer support", "listening"],
                "resultDescription": [
                    {
                        "id": "urn:uuid:11111111-1111-4222-8333-944455566677",
                        "type": ["ResultDescription"],
                        "name": "Level",
                        "resultType": "Status",
                        "allowedValue": ["a", "b", "a"],
                    }
                ],
            },
        },
    }


def lines(document: Document) -> set[str]:
    return set(canonicalise(document).decode("utf-8").splitlines())


def subject(document: Document) -> Any:
    return document["credentialSubject"]


def put(name: str, value: Any) -> Change:
    return lambda document: document.__setitem__(name, value)


def put_in_subject(name: str, value: Any) -> Change:
    return lambda document: subject(document).__setitem__(name, value)


def put_in_achievement(name: str, value: Any) -> Change:
    return lambda document: subject(document)["achievement"].__setitem__(name, value)


REFUSED: dict[str, tuple[Change, str, str]] = {
    "VL01 an unknown term": (put("grade", "A*"), "unsigned_data", "$.grade"),
    "VL01 an unknown term deep inside": (
        put_in_achievement("level", "x"),
        "unsigned_data",
        "$.credentialSubject.achievement.level",
    ),
    "a term of another class": (put_in_subject("achievementType", "Badge"), "unsigned_data", "$.credentialSubject."),
    "VL02 an id that is no IRI": (put_in_subject("id", "ZZZ not iri"), "relative_iri", "$.credentialSubject.id"),
    "an id that is relative": (put("id", "badge/1"), "relative_iri", "$.id"),
    "an id with a space": (put("id", "https://x.example/a b"), "relative_iri", "$.id"),
    "an id with a control character": (put("id", "https://x.example/\x07"), "relative_iri", "$.id"),
    "an id with a space that does not break": (put("id", "https://x.example/a\u00a0b"), "relative_iri", "$.id"),
    "an id with a quotation mark": (put("id", 'https://x.example/"'), "relative_iri", "$.id"),
    "an id that is a keyword": (put("id", "@type"), "relative_iri", "$.id"),
    "an id that looks like a keyword": (put("id", "@anything"), "relative_iri", "$.id"),
    "an id that is a number": (put("id", 7), "id_not_text", "$.id"),
    "an id that is a list": (put("id", ["urn:x:1"]), "id_not_text", "$.id"),
    "a type that no context defines": (put("type", ["VerifiableCredential", "Gold"]), "relative_type", "$.type[1]"),
    "a type that is a number": (put("type", ["VerifiableCredential", 1]), "type_not_text", "$.type"),
    "VL03 a context that maps a term to null": (
        put("@context", [V2, OB, {"name": None}]),
        "context_inline",
        "$['@context']",
    ),
    "VL04 an inline @vocab": (put("@context", [V2, OB, {"@vocab": "https://x.example/"}]), "context_inline", "$["),
    "VL05 an inline context inside the subject": (
        put_in_subject("@context", {"name": "https://x.example/name"}),
        "context_inline",
        "$.credentialSubject['@context']",
    ),
    "VL06 an unknown context": (
        put("@context", [V2, OB, "https://evil.example/c"]),
        "context_not_pinned",
        "$['@context'][2]",
    ),
    "VL07 contexts in another order": (put("@context", [OB, V2]), "context_order", "$['@context']"),
    "a context twice": (put("@context", [V2, OB, OB]), "context_order", "$['@context']"),
    "both base contexts": (put("@context", [V2, V1]), "context_order", "$['@context']"),
    "no contexts": (put("@context", []), "context_order", "$['@context']"),
    "a null context": (put("@context", None), "context_inline", "$['@context']"),
    "contexts inside the subject without a base": (
        put_in_subject("@context", [OB]),
        "context_order",
        "$.credentialSubject['@context']",
    ),
    "VL11 @graph": (put("@graph", ["x"]), "unsupported_keyword", "$['@graph']"),
    "VL11 @included": (put("@included", [{"id": "urn:x:1"}]), "unsupported_keyword", "$['@included']"),
    "VL11 @reverse": (put("@reverse", {}), "unsupported_keyword", "$['@reverse']"),
    "a member named by its IRI": (
        put("https://www.w3.org/2018/credentials#validUntil", "2020-01-01T00:00:00Z"),
        "iri_as_term",
        "$['https://www.w3.org/2018/credentials#validUntil']",
    ),
    "a member named by an IRI that nobody defines": (put("https://x.example/colour", "blue"), "iri_as_term", "$["),
    "a type that has a term, named by its IRI": (
        put("type", ["VerifiableCredential", "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential"]),
        "iri_as_term",
        "$.type[1]",
    ),
    "the badge is described again inside itself": (
        put_in_achievement("creator", {"id": badge()["id"], "name": "x"}),
        "described_twice",
        "$.credentialSubject.achievement.creator",
    ),
    "VL16 @index": (put_in_subject("@index", "x"), "unsupported_keyword", "$.credentialSubject['@index']"),
    "VL16 @language on a node": (put_in_subject("@language", "en"), "unsupported_keyword", "$.credentialSubject["),
    "VL16 @set": (put("name", {"@set": ["x"]}), "unsupported_keyword", "$.name['@set']"),
    "VL16 @list": (put("name", {"@list": ["x"]}), "unsupported_keyword", "$.name['@list']"),
    "something like a keyword": (put("@foo", "x"), "unsupported_keyword", "$['@foo']"),
    "VL17 two ids": (put("@id", "urn:x:1"), "colliding_keywords", "$['@id']"),
    "two types": (put("@type", "VerifiableCredential"), "colliding_keywords", "$['@type']"),
    "null": (put("name", None), "null_value", "$.name"),
    "null in a list": (put_in_achievement("tag", ["x", None]), "null_value", "$.credentialSubject.achievement.tag[1]"),
    "a list inside a list": (
        put_in_achievement("tag", [["x"]]),
        "nested_array",
        "$.credentialSubject.achievement.tag[0]",
    ),
    "VL20 an integer over 2^53": (
        put_in_subject("creditsEarned", 2**53 + 1),
        "ambiguous_number",
        "$.credentialSubject.creditsEarned",
    ),
    "VL20 a tiny number": (put_in_subject("creditsEarned", 1e-7), "ambiguous_number", "$.credentialSubject.cr"),
    "a text with what is no character": (put("name", "x\uffff"), "ambiguous_character", "$.name"),
    "the same deep inside": (
        put_in_achievement("tag", ["x", {"@value": "\ufffe"}]),
        "ambiguous_character",
        "$.credentialSubject.achievement.tag",
    ),
    "the same in JSON": (put("name", {"@value": ["\uffff"], "@type": "@json"}), "ambiguous_character", "$.name"),
    "a set": (put("name", {"@value": {1}}), "not_json", "$.name['@value']"),
    "a value object with a stray member": (
        put("name", {"@value": "x", "@index": "y"}),
        "invalid_value_object",
        "$.name['@index']",
    ),
    "a language for a number": (put("name", {"@value": 1, "@language": "en"}), "invalid_value_object", "$.name"),
    "a language and a type": (
        put("name", {"@value": "x", "@language": "en", "@type": "urn:x:t"}),
        "invalid_value_object",
        "$.name",
    ),
    "a bad language tag": (put("name", {"@value": "x", "@language": "e n"}), "invalid_language", "$.name['@language']"),
    "a language that is null": (put("name", {"@value": "x", "@language": None}), "invalid_language", "$.name["),
    "a bad direction": (put("name", {"@value": "x", "@direction": "up"}), "invalid_direction", "$.name['@direction']"),
    "JSON with a language": (
        put("name", {"@value": "x", "@type": "@json", "@language": "en"}),
        "invalid_value_object",
        "$.name",
    ),
    "a value of a type that is no IRI": (put("name", {"@value": "x", "@type": "t"}), "relative_type", "$.name["),
    "a value of no type": (put("name", {"@value": "x", "@type": None}), "relative_type", "$.name["),
    "a date hidden in an object": (
        put("validUntil", {"@value": "2020-01-01T00:00:00Z", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"}),
        "needless_type",
        "$.validUntil['@type']",
    ),
    "two types of a value": (
        put("name", {"@value": "x", "@type": "urn:x:t", "type": "urn:x:t"}),
        "colliding_keywords",
        "$.name.type",
    ),
    "JSON that cannot be canonical": (
        put("name", {"@value": {"a": [2**63 - 1]}, "@type": "@json"}),
        "ambiguous_number",
        "$.name.a[0]",
    ),
    "a proof that is a reference": (put("proof", "urn:x:1"), "unsigned_data", "$.proof"),
    "a proof that is a value": (put("proof", {"@value": "x"}), "unsigned_data", "$.proof"),
    "a proof of which only the id is given": (put("proof", {"id": "urn:x:1"}), "unsigned_data", "$.proof"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_refuses_what_would_not_be_signed(case: tuple[Change, str, str]) -> None:
    change, code, path = case
    document = badge()
    change(document)
    with pytest.raises(LinkedDataError) as refused:
        canonicalise(document)
    assert refused.value.code == code
    assert refused.value.path.startswith(path)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ([], "not_an_object"),
        ({}, "context_missing"),
        ({"id": "urn:x:1"}, "context_missing"),
        ({"@context": [V2]}, "nothing_to_sign"),
        ({"@context": [V2], "id": "urn:x:1"}, "nothing_to_sign"),
        ({"@context": [V2], "@value": "x"}, "free_floating_value"),
    ],
    ids=["a list", "an empty object", "no context", "nothing but a context", "nothing but an id", "a value"],
)
def test_refuses_what_is_no_document(document: Any, code: str) -> None:
    with pytest.raises(LinkedDataError) as refused:
        canonicalise(document)
    assert (refused.value.code, refused.value.path) == (code, "$")


def _leaves(value: Any, trail: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for name, inner in value.items() for leaf in _leaves(inner, (*trail, name))]
    if isinstance(value, list):
        return [leaf for position, inner in enumerate(value) for leaf in _leaves(inner, (*trail, position))]
    return [trail]


@pytest.mark.parametrize("leaf", _leaves(badge()), ids=str)
def test_every_leaf_changes_what_is_signed(leaf: tuple[Any, ...]) -> None:
    before, document = canonicalise(badge()), badge()
    holder: Any = document
    for step in leaf[:-1]:
        holder = holder[step]
    value = holder[leaf[-1]]
    holder[leaf[-1]] = value + 1 if isinstance(value, float) else value + "x"
    try:
        after = canonicalise(document)
    except LinkedDataError:
        return
    assert after != before


def test_the_badge_states_exactly_this() -> None:
    found = lines(badge())
    assert len(found) == 30
    vocabulary = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
    person = "<urn:uuid:0b34d20a-1111-4222-8333-944455566677>"
    # The context of OB 3.0 writes https where XML Schema has http, and it is signed as it stands.
    schema = "https://www.w3.org/2001/XMLSchema#"
    assert f'{person} <{vocabulary}creditsEarned> "2.5E0"^^<{schema}float> .' in found
    assert f'{person} <{vocabulary}activityStartDate> "2025-09-01"^^<{schema}date> .' in found


def test_a_list_keeps_its_order_and_its_repetitions() -> None:
    reordered = badge()
    subject(reordered)["achievement"]["resultDescription"][0]["allowedValue"] = ["a", "a", "b"]
    assert lines(badge()) != lines(reordered)


def test_an_empty_list_is_stated() -> None:
    document = badge()
    subject(document)["achievement"]["resultDescription"][0]["allowedValue"] = []
    assert any(
        line.endswith("#allowedValue> <http://www.w3.org/1999/02/22-rdf-syntax-ns#nil> .") for line in lines(document)
    )


def test_a_set_has_no_order() -> None:
    turned = badge()
    subject(turned)["achievement"]["tag"].reverse()
    assert lines(badge()) == lines(turned)


def test_the_order_of_members_and_single_values_make_no_difference() -> None:
    other = {name: badge()[name] for name in reversed(badge())}
    other["issuer"]["type"] = "Profile"
    assert lines(other) == lines(badge())


def test_awarded_date_is_signed_with_the_datatype_that_its_context_gives() -> None:
    document = {**badge(), "awardedDate": "2026-01-01T00:00:00Z"}
    assert any(line.endswith('"2026-01-01T00:00:00Z"^^<xsd:dateTime> .') for line in lines(document))


def test_a_name_in_a_language_with_a_direction() -> None:
    document = {**badge(), "name": {"@value": "Cefnogwr", "@language": "cy-GB", "@direction": "ltr"}}
    assert any('"Cefnogwr"^^<https://www.w3.org/ns/i18n#cy-gb_ltr>' in line for line in lines(document))


def test_a_json_value_is_signed_in_canonical_form() -> None:
    document = {**badge(), "name": {"@value": {"b": 1.0, "a": None}, "@type": "@json"}}
    assert any(
        r'"{\"a\":null,\"b\":1}"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON>' in x for x in lines(document)
    )


def test_a_typed_value_and_a_string_value() -> None:
    assert lines({**badge(), "name": {"@value": "Peer supporter"}}) == lines(badge())
    typed = lines({**badge(), "name": {"@value": "x", "@type": "urn:x:t"}})
    assert any('"x"^^<urn:x:t>' in line for line in typed)
    assert any('"true"^^<http://www.w3.org/2001/XMLSchema#boolean>' in x for x in lines({**badge(), "name": True}))


def test_a_type_that_has_no_term_may_be_given_by_its_iri() -> None:
    document = badge()
    document["type"] = [*document["type"], "https://x.example/Badge"]
    assert any(line.endswith("<https://x.example/Badge> .") for line in lines(document))


def test_labels_of_the_document_never_meet_those_that_are_made() -> None:
    document = badge()
    document["evidence"] = [{"id": "_:b0", "type": ["Evidence"], "name": "x"}, {"type": ["Evidence"], "name": "y"}]
    assert len({line.split()[0] for line in lines(document) if "vocab.html#Evidence>" in line}) == 2


def test_an_endorsement_inside_may_name_its_pinned_contexts() -> None:
    document = badge()
    document["endorsement"] = [
        {
            "@context": [V2, OB],
            "id": "urn:uuid:22222222-1111-4222-8333-944455566677",
            "type": ["VerifiableCredential", "EndorsementCredential"],
            "issuer": "did:web:university.example",
            "validFrom": "2026-01-01T00:00:00Z",
            "credentialSubject": {"id": "urn:x:1", "type": ["EndorsementSubject"], "endorsementComment": "Good."},
        }
    ]
    assert any('endorsementComment> "Good."' in line for line in lines(document))


def test_a_presentation_holds_credentials_each_in_its_own_graph() -> None:
    presentation = {
        "@context": [V2],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [badge(), {**badge(), "id": "urn:uuid:33333333-1111-4222-8333-944455566677"}],
    }
    graphs = {line.split()[-2] for line in lines(presentation) if "#OpenBadgeCredential> _:" in line}
    assert len(graphs) == 2


def test_a_credential_of_the_older_data_model_is_mapped() -> None:
    document = {
        "@context": [V1, OB],
        "id": "urn:x:1",
        "type": ["VerifiableCredential"],
        "issuer": "did:web:school.example",
        "issuanceDate": "2020-01-01T00:00:00Z",
        "credentialSubject": {"id": "urn:x:2"},
    }
    stamp = '"2020-01-01T00:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>'
    assert any(stamp in line for line in lines(document))


def test_identifiers_have_one_spelling() -> None:
    document = {
        "@context": [V1],
        "type": ["VerifiableCredential", "cred:Special"],
        "credentialSubject": {"id": "cred:subject", "type": "cred:Person"},
    }
    found = lines(document)
    # The prefix is in the scope of the credential's type alone: neither the type nor the subject's id is compact there.
    assert any(line.endswith("<cred:Special> .") for line in found)
    assert any(line.startswith("<cred:subject> ") for line in found)
    for members in ({"credentialStatus": "cred:status"}, {"credentialSubject": {"id": "cred:subject"}}):
        with pytest.raises(LinkedDataError) as refused:
            canonicalise({**document, **members})
        assert refused.value.code == "compact_iri"


def test_a_reference_to_the_badge_itself_is_no_second_description() -> None:
    document = badge()
    subject(document)["achievement"]["related"] = [{"id": document["id"]}]
    assert any(line.endswith(f"<{document['id']}> .") for line in lines(document))


def test_mapping_leaves_the_document_as_it_was() -> None:
    document = badge()
    canonicalise(document)
    assert document == badge()
