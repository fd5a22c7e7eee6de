"""Documents are built as Open Badges 3.0 writes them, broken rules are named with their paths, and reading is kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accredit.kit.openbadges.achievement import Achievement, Alignment, Criteria, Related, ResultDescription
from accredit.kit.openbadges.achievement import RubricCriterionLevel as Level
from accredit.kit.openbadges.credential import OpenBadgeCredential, read, read_endorsement
from accredit.kit.openbadges.endorsement import (
    CONTEXT,
    VC_V1,
    CredentialSchema,
    CredentialStatus,
    EndorsementCredential,
    EndorsementSubject,
    IdentifierEntry,
    Image,
    Profile,
)
from accredit.kit.openbadges.errors import DocumentInvalid
from accredit.kit.openbadges.subject import AchievementSubject, Evidence, IdentityObject, Result, hash_identity
from accredit.kit.openbadges.vocabularies import AchievementType, ResultStatus, ResultType, TargetType

AWARDED = datetime(2026, 7, 10, 14, 30, tzinfo=UTC)
HOURS = "urn:uuid:1d6f4b1e-0000-4000-8000-000000000001"
TRAINING = "urn:uuid:1d6f4b1e-0000-4000-8000-000000000002"
LIST = "https://accredit.example/status/3"


def _achievement(**more: Any) -> Achievement:
    return Achievement(
        id="https://accredit.example/achievements/peer-mentor",
        name="Peer Mentor",
        description="Supports younger pupils after training and under supervision.",
        criteria=Criteria(narrative="Six modules and **20 hours** of supervised practice."),
        achievement_type=AchievementType.BADGE,
        alignment=(Alignment(target_name="Listening", target_url="https://example.org/skills/listening",
                             target_type=TargetType.COMPETENCY),),
        result_description=(
            ResultDescription(id=HOURS, name="Supervised hours", result_type=ResultType.RAW_SCORE),
            ResultDescription(id=TRAINING, name="Training", result_type=ResultType.STATUS),
        ),
        **more,
    )  # fmt: skip


def _subject(**more: Any) -> AchievementSubject:
    given: dict[str, Any] = {
        "id": "urn:uuid:1d6f4b1e-0000-4000-8000-000000000003",
        "identifier": (IdentityObject.printed_name("Siân O'Brien-Llŷr"),),
        "achievement": _achievement(),
        "result": (
            Result(result_description=HOURS, value="25"),
            Result(result_description=TRAINING, status=ResultStatus.COMPLETED),
        ),
    }
    return AchievementSubject(**(given | more))


def credential(**more: Any) -> OpenBadgeCredential:
    given: dict[str, Any] = {
        "id": "urn:uuid:1d6f4b1e-0000-4000-8000-000000000004",
        "name": "Peer Mentor",
        "issuer": Profile(
            id="did:web:accredit.example:o:hillside",
            name="Hillside School",
            other_identifier=(IdentifierEntry(identifier="100001", identifier_type="ext:urn"),),
        ),
        "valid_from": AWARDED,
        "awarded_date": AWARDED,
        "credential_subject": _subject(),
        "evidence": (Evidence(name="Record of hours", narrative="31 entries, approved by 3 adults."),),
        "credential_status": CredentialStatus(
            id=f"{LIST}#94567", status_purpose="revocation", status_list_index="94567", status_list_credential=LIST
        ),
    }
    return OpenBadgeCredential(**(given | more))


def _problems(caught: pytest.ExceptionInfo[DocumentInvalid]) -> list[tuple[str, str]]:
    return [(each.path, each.rule) for each in caught.value.problems]


def test_a_credential_is_written_exactly_so() -> None:
    assert credential().document() == {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "urn:uuid:1d6f4b1e-0000-4000-8000-000000000004",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Peer Mentor",
        "issuer": {
            "id": "did:web:accredit.example:o:hillside",
            "type": ["Profile"],
            "name": "Hillside School",
            "otherIdentifier": [{"type": "IdentifierEntry", "identifier": "100001", "identifierType": "ext:urn"}],
        },
        "validFrom": "2026-07-10T14:30:00Z",
        "awardedDate": "2026-07-10T14:30:00Z",
        "credentialStatus": {
            "id": f"{LIST}#94567",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "94567",
            "statusListCredential": LIST,
        },
        "credentialSubject": {
            "id": "urn:uuid:1d6f4b1e-0000-4000-8000-000000000003",
            "type": ["AchievementSubject"],
            "identifier": [
                {"type": "IdentityObject", "hashed": False, "identityHash": "Siân O'Brien-Llŷr", "identityType": "name"}
            ],
            "achievement": {
                "id": "https://accredit.example/achievements/peer-mentor",
                "type": ["Achievement"],
                "name": "Peer Mentor",
                "description": "Supports younger pupils after training and under supervision.",
                "criteria": {"narrative": "Six modules and **20 hours** of supervised practice."},
                "achievementType": "Badge",
                "alignment": [
                    {
                        "type": ["Alignment"],
                        "targetName": "Listening",
                        "targetUrl": "https://example.org/skills/listening",
                        "targetType": "ceasn:Competency",
                    }
                ],
                "resultDescription": [
                    {"id": HOURS, "type": ["ResultDescription"], "name": "Supervised hours", "resultType": "RawScore"},
                    {"id": TRAINING, "type": ["ResultDescription"], "name": "Training", "resultType": "Status"},
                ],
            },
            "result": [
                {"type": ["Result"], "resultDescription": HOURS, "value": "25"},
                {"type": ["Result"], "resultDescription": TRAINING, "status": "Completed"},
            ],
        },
        "evidence": [
            {"type": ["Evidence"], "name": "Record of hours", "narrative": "31 entries, approved by 3 adults."}
        ],
    }


def test_what_is_written_reads_back_as_itself() -> None:
    built = credential()
    assert read(built.document()) == built
    assert read(built.document()).document() == built.document()


def test_building_the_same_twice_gives_the_same_order_of_members() -> None:
    assert list(credential().document()) == list(credential().document())
    assert str(credential().document()) == str(credential().document())


@pytest.mark.parametrize(
    ("make", "path", "rule"),
    [
        (lambda: credential(id="no uri"), "$.id", "uri"),
        (lambda: credential(issuer="Hillside School"), "$.issuer", "uri"),
        (lambda: credential(valid_from=AWARDED.replace(tzinfo=None)), "$.validFrom", "date-time-z"),
        (lambda: credential(valid_from="2026-07-10"), "$.validFrom", "date-time-z"),
        (lambda: credential(valid_from="2026-02-30T00:00:00Z"), "$.validFrom", "date-time-z"),
        (lambda: credential(valid_from="0001-01-01T00:00:00+05:00"), "$.validFrom", "date-time-z"),
        (lambda: credential(valid_from=5), "$.validFrom", "date-time-z"),
        (lambda: credential(valid_until=AWARDED - timedelta(seconds=1)), "$", "valid-until"),
        (lambda: credential(type=("VerifiableCredential",)), "$.type", "type"),
        (lambda: credential(type=("OpenBadgeCredential",)), "$.type", "type"),
        (lambda: credential(context=(VC_V1, CONTEXT[1])), "$.@context", "context"),
        (lambda: credential(credential_schema=(CredentialSchema(id="urn:x:1"),)), "$", "context"),
        (lambda: credential(nickname="x"), "$.nickname", "unknown-property"),
        (lambda: credential(name={"@value": "x"}), "$.name", "string-type"),
        (lambda: credential(credential_subject=[]), "$.credentialSubject", "model-type"),
        (lambda: _subject(id=None, identifier=()), "$", "earner"),
        (lambda: _subject(result=(Result(result_description="urn:x:1"),)), "$", "result-description"),
        (lambda: _subject(result=(Result(result_description=TRAINING),)), "$", "result-status"),
        (lambda: _subject(result=(Result(result_description=HOURS, achieved_level="urn:x:1"),)), "$",
         "achieved-level"),
        (lambda: _subject(activity_start_date=AWARDED, activity_end_date=AWARDED - timedelta(days=1)), "$",
         "activity-end"),
        (lambda: _subject(credits_earned=float("nan")), "$.creditsEarned", "finite-number"),
        (lambda: Result(status="Done"), "$.status", "enum"),
        (lambda: _achievement(in_language="English"), "$.inLanguage", "pattern"),
        (lambda: _achievement(endorsement_jwt=("a.b",)), "$.endorsementJwt[0]", "pattern"),
        (lambda: ResultDescription(id=HOURS, name="x", result_type="Hours"), "$.resultType", "vocabulary"),
        (lambda: ResultDescription(id=HOURS, name="x", result_type="ext:"), "$.resultType", "vocabulary"),
        (lambda: ResultDescription.read({"id": HOURS, "name": "x"}), "$.resultType", "required"),
        (Criteria, "$", "criteria"),
        (lambda: Alignment(type=("Aligned",), target_name="x", target_url="urn:x:1"), "$.type", "type"),
        (lambda: IdentityObject(hashed=True, identity_hash="Ama", identity_type="name"), "$", "identity-hash"),
        (lambda: IdentityObject(hashed=False, identity_hash="Ama", identity_type="nickname"), "$.identityType",
         "vocabulary"),
        (lambda: Image(id="picture.png"), "$.id", "uri"),
        (lambda: CredentialStatus(status_purpose="revocation", status_list_index="1", status_list_credential=LIST),
         "$", "status-id"),
        (lambda: CredentialStatus(id=LIST, status_purpose="revocation", status_list_index="1",
                                  status_list_credential=LIST), "$", "status-id"),
        (lambda: CredentialStatus(id="urn:x:1", status_purpose="revocation", status_list_index=1,
                                  status_list_credential=LIST), "$", "status-index"),
        (lambda: CredentialStatus(id="urn:x:1", status_purpose="revocation", status_list_index="01",
                                  status_list_credential=LIST), "$", "status-index"),
        (lambda: CredentialStatus(id="urn:x:1", status_list_index="1"), "$", "required"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_named_with_its_path(make: Any, path: str, rule: str) -> None:
    with pytest.raises(DocumentInvalid) as caught:
        make()
    assert _problems(caught) == [(path, rule)]
    assert path in str(caught.value)


def test_two_result_descriptions_of_one_id_are_refused() -> None:
    twice = ResultDescription(id=HOURS, name="x", result_type="Result")
    with pytest.raises(DocumentInvalid, match="share an id"):
        Achievement(id="urn:x:1", name="x", description="x", criteria=Criteria(narrative="x"),
                    result_description=(twice, twice))  # fmt: skip


def test_a_status_entry_of_another_kind_needs_only_an_id() -> None:
    entry = CredentialStatus(id="https://example.org/revoked", type="1EdTechRevocationList")
    assert entry.document() == {"id": "https://example.org/revoked", "type": "1EdTechRevocationList"}


def test_every_problem_of_a_document_is_told_at_once_and_where_it_lies() -> None:
    document = credential().document()
    del document["credentialSubject"]["achievement"]["name"]
    document["credentialSubject"]["result"][1]["type"] = ["Outcome"]
    document["issuer"]["otherIdentifier"][0]["note"] = "closed class"
    document["validFrom"] = "yesterday"
    with pytest.raises(DocumentInvalid) as caught:
        read(document)
    assert set(_problems(caught)) == {
        ("$.credentialSubject.achievement.name", "required"),
        ("$.credentialSubject.result[1].type", "type"),
        ("$.issuer.otherIdentifier[0]", "unknown-property"),
        ("$.validFrom", "date-time-z"),
    }


def test_a_document_of_a_thousand_faults_tells_a_hundred() -> None:
    document = {**credential().document(), "evidence": [{"type": "x"}] * 1000}
    with pytest.raises(DocumentInvalid) as caught:
        read(document)
    assert len(caught.value.problems) == 100


def test_single_values_are_read_as_lists_of_one_and_written_as_arrays() -> None:
    document = credential().document()
    loose = {
        **document,
        "type": document["type"],
        "evidence": document["evidence"][0],
        "credentialSubject": [
            {**document["credentialSubject"], "type": "AchievementSubject",
             "identifier": document["credentialSubject"]["identifier"][0]}
        ],
        "issuer": {**document["issuer"], "type": "Profile"},
        "proof": {"type": "DataIntegrityProof"},
    }  # fmt: skip
    assert read(loose).document() == {**document, "proof": [{"type": "DataIntegrityProof"}]}


def test_unknown_properties_are_kept_where_a_class_is_extensible() -> None:
    document = credential().document()
    document["credentialSubject"]["achievement"]["ext:colour"] = {"a": [1]}
    document["renderMethod"] = [{"id": "x"}]
    assert read(document).document() == document


def test_several_status_entries_are_read_in_order() -> None:
    document = credential().document()
    first = document["credentialStatus"]
    second = {**first, "id": f"{LIST}#1", "statusListIndex": 1}
    document["credentialStatus"] = [first, second]
    assert [each.status_list_index for each in read(document).statuses] == ["94567", 1]
    assert read(document).document() == document
    assert len(credential().statuses) == 1
    assert credential(credential_status=None).statuses == ()


def test_an_issuer_may_be_a_bare_uri() -> None:
    bare = credential(issuer="did:web:accredit.example:o:hillside")
    assert bare.document()["issuer"] == bare.issuer_id == credential().issuer_id


def test_a_language_value_is_read_as_its_text() -> None:
    document = {**credential().document(), "name": [{"@value": "Mentor", "@language": "cy"}, {"@value": "x"}]}
    assert read(document).name == "Mentor"


def test_a_credential_of_the_older_data_model_is_read_and_written_back() -> None:
    document = credential(valid_until=AWARDED).document()
    document["@context"][0] = VC_V1
    document["issuanceDate"], document["expirationDate"] = document.pop("validFrom"), document.pop("validUntil")
    older = read(document)
    assert older.valid_from == older.valid_until == AWARDED
    assert older.document() == document


@pytest.mark.parametrize(
    "context",
    [[], [CONTEXT[0]], list(reversed(CONTEXT)), CONTEXT[0], [CONTEXT[0], {"name": "urn:x:1"}], [CONTEXT[0], "urn:x:1"]],
)
def test_a_document_of_other_contexts_is_refused(context: object) -> None:
    with pytest.raises(DocumentInvalid, match="@context"):
        read({**credential().document(), "@context": context})


@pytest.mark.parametrize("document", [[], "text", None, 5])
def test_what_is_no_object_is_refused(document: Any) -> None:
    with pytest.raises(DocumentInvalid, match="JSON object"):
        read(document)


def test_an_endorsement_is_written_and_read() -> None:
    built = EndorsementCredential(
        id="urn:uuid:1d6f4b1e-0000-4000-8000-000000000005",
        name="Endorsed by the county",
        issuer=Profile(id="did:web:county.example"),
        valid_from=AWARDED,
        credential_subject=EndorsementSubject(id=_achievement().id, endorsement_comment="Well run."),
    )
    document = built.document()
    assert document["type"] == ["VerifiableCredential", "EndorsementCredential"]
    assert read_endorsement(document) == built
    inside = credential(credential_subject=_subject(achievement=_achievement(endorsement=(built,))))
    assert inside.document()["credentialSubject"]["achievement"]["endorsement"] == [document]
    with pytest.raises(DocumentInvalid, match="required"):
        read_endorsement({key: value for key, value in document.items() if key != "name"})


def test_other_languages_and_rubrics_have_their_place() -> None:
    level = Level(id="urn:x:2", name="Senior", points="3")
    described = ResultDescription(id=HOURS, name="Level", result_type=ResultType.RUBRIC_CRITERION_LEVEL,
                                  rubric_criterion_level=(level,))  # fmt: skip
    achievement = Achievement(
        id="urn:x:1", name="x", description="x", criteria=Criteria(id="https://example.org"),
        related=(Related(id="urn:x:3", in_language="cy"),), result_description=(described,), in_language="en-GB",
    )  # fmt: skip
    subject = _subject(achievement=achievement, result=(Result(result_description=HOURS, achieved_level="urn:x:2"),))
    assert subject.document()["achievement"]["related"] == [{"id": "urn:x:3", "type": ["Related"], "inLanguage": "cy"}]


def test_the_specifications_own_hashed_identity() -> None:
    stated = "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"
    assert hash_identity("a@example.com", "Kosher") == stated
    hashed = IdentityObject(hashed=True, identity_hash=stated.upper().replace("SHA", "sha"), salt="Kosher",
                            identity_type="emailAddress")  # fmt: skip
    assert hashed.matches(" A@Example.com ")
    assert not hashed.matches("b@example.com")
    assert IdentityObject.printed_name("Ama").matches("Ama ")
    assert not IdentityObject.printed_name("Ama").matches("ama")
    old = IdentityObject(hashed=True, identity_hash="md5$900150983CD24FB0D6963F7D28E17F72", identity_type="userName")
    assert old.matches("abc")


@given(st.integers(-(10**9), 2 * 10**10), st.integers(0, 999_999), st.sampled_from([0, -5, 13]))
def test_every_time_is_written_in_utc_and_reads_back(seconds: int, micros: int, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    time = datetime.fromtimestamp(0, zone) + timedelta(seconds=seconds, microseconds=micros)
    written = credential(valid_from=time).document()["validFrom"]
    assert written.endswith("Z")
    assert datetime.fromisoformat(written) == time


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
                    max_leaves=8), st.data())  # fmt: skip
def test_a_mutated_document_is_read_or_refused_and_nothing_else(value: Any, data: st.DataObject) -> None:
    document = credential().document()
    place: Any = document
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(place[key], dict | list) and place[key] and data.draw(st.booleans()):
            place = place[key]
            continue
        place[key] = value
        break
    try:
        written = read(document).document()
    except DocumentInvalid:
        return
    assert read(written).document() == written
