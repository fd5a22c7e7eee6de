"""A credential with every property of every class can be built, signed over and read back; none is lost on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openbadgeslib import baking

from accredit.kit import linkeddata
from accredit.kit.linkeddata import strict_json
from accredit.kit.openbadges import achievement, detect, endorsement, png, subject, svg
from accredit.kit.openbadges.credential import OpenBadgeCredential, read
from accredit.kit.openbadges.values import Node
from accredit.kit.openbadges.vocabularies import AchievementType, IdentityType, ResultStatus, ResultType, TargetType
from tests.unit.kit.openbadges.test_files import PNG, SVG

AT = datetime(2026, 7, 10, 14, 30, tzinfo=UTC)
JWS = "eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl"
STATUS = endorsement.CredentialStatus(
    id="https://example.org/status/1#7",
    status_purpose="revocation",
    status_list_index="7",
    status_list_credential="https://example.org/status/1",
)
IMAGE = endorsement.Image(id="data:image/png;base64,AAAA", caption="A badge")
ENTRY = endorsement.IdentifierEntry(identifier="100001", identifier_type=IdentityType.SOURCED_ID)
ADDRESS = endorsement.Address(
    address_country="Wales", address_country_code="GB", address_region="Gwynedd", address_locality="Bangor",
    street_address="1 Ffordd y Môr", post_office_box_number="1", postal_code="LL57 1AA",
    geo=endorsement.GeoCoordinates(latitude=53.25, longitude=-4.125),
)  # fmt: skip


def _dressed(number: int) -> dict[str, Any]:
    """What every credential may have beside its subject."""
    return {
        "context": (*endorsement.CONTEXT, endorsement.EXTENSIONS_CONTEXT),
        "id": f"urn:uuid:1d6f4b1e-0000-4000-8000-00000000000{number}",
        "name": "Peer Mentor",
        "description": "For a year of listening.",
        "valid_from": AT,
        "valid_until": AT,
        "awarded_date": AT,
        "credential_schema": (endorsement.CredentialSchema(id="https://example.org/schema.json"),),
        "credential_status": STATUS,
        "refresh_service": endorsement.RefreshService(id="https://example.org/refresh"),
    }


def _endorsement(number: int) -> endorsement.EndorsementCredential:
    return endorsement.EndorsementCredential(
        **_dressed(number),
        issuer="did:web:county.example",
        credential_subject=endorsement.EndorsementSubject(id="urn:x:1", endorsement_comment="Well run."),
    )


def _profile(number: int, **more: Any) -> endorsement.Profile:
    return endorsement.Profile(
        id=f"https://example.org/profiles/{number}", name="Hillside School", url="https://example.org",
        phone="+44 1248 000000", description="A school.", endorsement=(_endorsement(number),), endorsement_jwt=(JWS,),
        image=IMAGE, email="office@example.org", address=ADDRESS, other_identifier=(ENTRY,), official="The head",
        family_name="f", given_name="g", additional_name="a", patronymic_name="p", honorific_prefix="Dr",
        honorific_suffix="OBE", family_name_prefix="van", date_of_birth=date(1970, 1, 2), **more,
    )  # fmt: skip


def _achievement() -> achievement.Achievement:
    aligned = achievement.Alignment(
        target_name="Listening", target_url="https://example.org/skills/1", target_code="S1", target_description="d",
        target_framework="Skills", target_type=TargetType.CF_ITEM,
    )  # fmt: skip
    level = achievement.RubricCriterionLevel(
        id="urn:x:level", name="Senior", alignment=(aligned,), description="d", level="3", points="9"
    )
    described = achievement.ResultDescription(
        id="urn:x:result", name="Level", result_type=ResultType.RUBRIC_CRITERION_LEVEL, alignment=(aligned,),
        allowed_value=("C", "B", "A"), required_level="urn:x:level", required_value="B",
        rubric_criterion_level=(level,), value_max="A", value_min="C",
    )  # fmt: skip
    return achievement.Achievement(
        id="https://example.org/achievements/1", name="Peer Mentor", description="d",
        criteria=achievement.Criteria(id="https://example.org/criteria", narrative="Do **this**."),
        achievement_type=AchievementType.BADGE, alignment=(aligned,), creator=_profile(4), credits_available=2.5,
        endorsement=(_endorsement(5),), endorsement_jwt=(JWS,), field_of_study="Care", human_code="PM1", image=IMAGE,
        in_language="en-GB", other_identifier=(ENTRY,),
        related=(achievement.Related(id="urn:x:cy", in_language="cy", version="2"),), result_description=(described,),
        specialization="Listening", tag=("peer", "support"), version="1",
    )  # fmt: skip


def complete() -> OpenBadgeCredential:
    """A credential in which no property is missing but `termsOfUse` and `proof`, whose contents are others' terms."""
    earned = subject.AchievementSubject(
        id="urn:x:subject", identifier=(subject.IdentityObject(
            hashed=True, identity_hash=subject.hash_identity("ama", "s"), salt="s", identity_type="userName"),),
        achievement=_achievement(), activity_start_date=AT, activity_end_date=AT, credits_earned=1.5, image=IMAGE,
        license_number="1", narrative="n", result=(subject.Result(
            result_description="urn:x:result", value="B", status=ResultStatus.COMPLETED,
            achieved_level="urn:x:level", alignment=()),),
        role="Mentor", source=_profile(6), term="Summer",
    )  # fmt: skip
    evidence = subject.Evidence(
        id="https://example.org/e", name="n", description="d", narrative="n", genre="g", audience="a"
    )
    return OpenBadgeCredential(
        **_dressed(1), issuer=_profile(2, parent_org=_profile(3)), image=IMAGE, credential_subject=earned,
        evidence=(evidence,), endorsement=(_endorsement(7),), endorsement_jwt=(JWS,),
    )  # fmt: skip


def _unset(node: Node, path: str) -> list[str]:
    missing = []
    for name, value in node:
        here = f"{path}.{name}"
        if value is None or value == ():
            missing.append(here)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Node):
                missing += _unset(each, here)
    return missing


def test_the_sample_leaves_out_nothing_it_does_not_say() -> None:
    allowed = ("terms_of_use", "proof", "alignment", "parent_org")
    assert [path for path in _unset(complete(), "$") if not path.endswith(allowed)] == []


def test_every_property_reads_back() -> None:
    document = json.loads(json.dumps(complete().document()))
    assert read(document) == complete()
    assert read(strict_json.loads(json.dumps(document))).document() == document


def _leaves(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield (container, key) of every single value, contexts left out."""
    for key, each in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(each, dict | list):
            if key != "@context":
                yield from _leaves(each)
        else:
            yield value, key


def test_every_property_is_signed_over() -> None:
    """No value may be left out of the canonical form, or somebody could change it unnoticed."""
    document = complete().document()
    whole = linkeddata.canonicalise(document)
    leaves = list(_leaves(document))
    assert len(leaves) > 300
    for container, key in leaves:
        value = container[key]
        container[key] = f"{value}1" if isinstance(value, str) else not value if isinstance(value, bool) else value + 1
        # What is refused is not signed either.
        with suppress(linkeddata.LinkedDataError):
            assert linkeddata.canonicalise(document) != whole, (key, value)
        container[key] = value
    assert linkeddata.canonicalise(document) == whole


@pytest.mark.parametrize("text", [json.dumps(complete().document(), ensure_ascii=False), JWS], ids=["JSON", "JWS"])
def test_files_are_read_alike_by_another_library_and_theirs_by_us(text: str) -> None:
    is_json = text.startswith("{")
    assert baking.extract_png(png.bake(PNG, text), keyword=png.KEYWORD) == text
    assert baking.extract_svg(svg.bake(SVG, text), element="openbadges:credential", text_fallback=True) == text
    assert detect.unbake(baking.bake_png(PNG, text, keyword=png.KEYWORD)) == text
    drawn = baking.bake_svg(SVG, text, element="openbadges:credential", namespace=svg.NAMESPACE, as_text=is_json)
    assert detect.unbake(drawn) == text
