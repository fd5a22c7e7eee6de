"""Our own credentials as tokens: issued beside the document, verified by the same checks, recorded to the letter."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import ec
from sqlmodel import col

from accredit.domain.audit.rules import SERVICE
from accredit.domain.credentials import queries
from accredit.domain.issuing import key_operations
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries as issuances
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import Purpose
from accredit.domain.transparency import queries as transparency
from accredit.domain.transparency.rules import Act
from accredit.domain.verification import operations
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.report import VerificationReport
from accredit.domain.verification.rules import CheckId, Outcome, Reason, Verdict
from accredit.domain.verification.sources import NoSources
from accredit.errors import RuleBroken
from accredit.keyring import Algorithm
from accredit.kit.openbadges import png, svg
from accredit.kit.vc import json_web_key, vc_jwt
from accredit.kit.vc.json_web_key import decode_base64url, encode_base64url
from accredit.rendering import of_credential
from accredit.storage import Database
from tests.unit.domain.verification.story import Issued, Story, did_of, told


def token_of(story: Story, issued: Issued) -> str:
    """Return the token that was issued beside the document."""
    with story.database.reading() as db:
        found = issuances.signed_jwt(db, issued.issuance_id)
    assert found is not None
    return found.decode("ascii")


def verified(story: Story, data: str | bytes) -> VerificationReport:
    """Verify as everybody does, with the record of this service at hand."""
    with story.database.reading() as db:
        raw = data if isinstance(data, bytes) else data.encode()
        return operations.verify(raw, now=story.now, sources=DatabaseSources(db))


def test_a_token_of_ours_is_genuine_and_says_what_the_document_says(story: Story) -> None:
    issued = story.issue()
    token = token_of(story, issued)
    report, plain = verified(story, token), verified(story, issued.data)
    assert (report.verdict, report.reason) == (Verdict.GENUINE, None)
    assert (report.claims, report.credential_id, report.axes) == (plain.claims, plain.credential_id, plain.axes)
    assert [check.id for check in report.checks] == [check.id for check in plain.checks]
    assert vc_jwt.unverified(token).document == {name: v for name, v in issued.document.items() if name != "proof"}


def test_one_leaf_of_the_log_commits_to_both_forms(story: Story) -> None:
    issued = story.issue()
    token = token_of(story, issued)
    with story.database.reading() as db:
        facts = issuances.issuance(db, issued.issuance_id)
        assert facts.leaf_index is not None
        statement = transparency.opened(db, facts.leaf_index)
    assert statement is not None
    assert statement["record"]["sha256"] == hashlib.sha256(issued.data).hexdigest()
    assert (
        statement["record"]["jwtSha256"]
        == hashlib.sha256(token.encode()).hexdigest()
        == (facts.signed_jwt_digest or b"").hex()
    )


@pytest.mark.parametrize("algorithm", [Algorithm.ES256, Algorithm.RS256])
def test_the_algorithm_is_that_of_the_key_in_use(
    sqlite_database: Database, tmp_path: Path, algorithm: Algorithm
) -> None:
    story = told(sqlite_database, tmp_path)
    with story.database.transaction() as db:
        key_operations.rotate_key(
            db,
            controller=did_of(db, story.cast.organisation_id),
            purpose=Purpose.ASSERTION_JWT,
            keyring=story.keyring,
            now=story.now,
            actor=SERVICE,
            jwt_algorithm=algorithm,
        )
    token = token_of(story, story.issue())
    assert json.loads(decode_base64url(token.partition(".")[0])) == {
        "alg": algorithm.value,
        "kid": f"{vc_jwt.unverified(token).issuer}#assertion-jwt-2",
    }
    assert verified(story, token).verdict is Verdict.GENUINE


def test_signing_again_after_a_crash_gives_the_same_token(quick_story: Story) -> None:
    issuance = quick_story.prepare(quick_story.award())
    with quick_story.database.reading() as db:
        (intent,) = issuances.intents(db, [issuance.id])
    first, second = (
        issuing.sign(intent, keyring=quick_story.keyring, lint=lambda _document, _key: None) for _ in range(2)
    )
    assert first == second
    assert first.jwt is not None


def test_a_retired_key_for_tokens_signs_nothing_more(quick_story: Story) -> None:
    issuance = quick_story.prepare(quick_story.award())
    with quick_story.database.transaction() as db:
        did = did_of(db, quick_story.cast.organisation_id)
        key_operations.retire_key(db, controller=did, fragment="assertion-jwt-1", now=quick_story.now, actor=SERVICE)
    with pytest.raises(RuleBroken) as refused:
        quick_story.sign(issuance.id)
    assert refused.value.rule == "no-signing-key"


def test_a_token_that_fails_the_rehearsal_is_not_signed(quick_story: Story) -> None:
    issuance = quick_story.prepare(quick_story.award())
    with quick_story.database.reading() as db:
        (intent,) = issuances.intents(db, [issuance.id])
    rehearsed: list[bytes] = []

    def refuse_tokens(document: bytes, _key: object) -> None:
        rehearsed.append(document)
        if not document.startswith(b"{"):
            raise RuleBroken("lint-failed")

    with pytest.raises(RuleBroken):
        issuing.sign(intent, keyring=quick_story.keyring, lint=refuse_tokens)
    assert len(rehearsed) == 2


def test_a_twin_of_the_signature_is_not_the_one_on_record(quick_story: Story, issued: Issued) -> None:
    token = token_of(quick_story, issued)
    signing_input, _, signature = token.rpartition(".")
    raw = decode_base64url(signature)
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    assert ec.SECP256R1().key_size == order.bit_length()
    twin = raw[:32] + (order - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    report = verified(quick_story, f"{signing_input}.{encode_base64url(twin)}")
    assert (report.verdict, report.reason) == (Verdict.NOT_GENUINE, Reason.NOT_AS_RECORDED)
    signature_check = report.check(CheckId.SIGNATURE)
    assert signature_check is not None
    assert signature_check.outcome is Outcome.PASSED, "the twin holds, which is why the record decides"


def test_revoked_and_suspended_are_seen_in_the_token_too(quick_story: Story, issued: Issued) -> None:
    token = token_of(quick_story, issued)
    quick_story.change_status("suspend", issued.issuance_id)
    assert verified(quick_story, token).reason is Reason.SUSPENDED
    quick_story.change_status("revoke", issued.issuance_id)
    assert (verified(quick_story, token).verdict, verified(quick_story, token).colour) == (Verdict.NOT_CURRENT, "red")


def _emptied(story: Story, issued: Issued, **values: None) -> None:
    with story.database.transaction() as db:
        db.execute(sa.update(Issuance).where(col(Issuance.id) == issued.issuance_id).values(**values))


def test_what_was_issued_before_there_were_tokens_stays_genuine_and_has_none(
    quick_story: Story, issued: Issued
) -> None:
    token = token_of(quick_story, issued)
    _emptied(quick_story, issued, signed_jwt=None)
    assert verified(quick_story, issued.data).verdict is Verdict.GENUINE
    assert verified(quick_story, token).reason is Reason.NOT_AS_RECORDED


def test_an_erased_record_leaves_its_token_unconfirmed_and_never_calls_it_forged(
    quick_story: Story, issued: Issued
) -> None:
    token = token_of(quick_story, issued)
    _emptied(quick_story, issued, unsigned_document=None, signed_document=None, signed_jwt=None)
    report = verified(quick_story, token)
    assert (report.verdict, report.reason) == (Verdict.CANNOT_CONFIRM, Reason.NO_CURRENT_RECORD)


def test_without_our_record_the_key_of_a_token_cannot_be_had(quick_story: Story, issued: Issued) -> None:
    token = token_of(quick_story, issued)
    report = operations.verify(token.encode(), now=quick_story.now, sources=NoSources())
    assert (report.verdict, report.reason) == (Verdict.CANNOT_CONFIRM, Reason.ISSUER_KEY_UNREACHABLE)


def test_the_key_of_one_form_does_not_sign_the_other(quick_story: Story, issued: Issued) -> None:
    """The key for documents signs a token, as EdDSA allows; it is on record, and not for this."""
    with quick_story.database.reading() as db:
        did = did_of(db, quick_story.cast.organisation_id)
        key = issuances.signing_key(db, controller=did, purpose=Purpose.ASSERTION)
    assert key is not None
    payload = token_of(quick_story, issued).split(".")[1]
    header = encode_base64url(json.dumps({"alg": "EdDSA", "kid": key.verification_method}).encode())
    signing_input = f"{header}.{payload}"
    signature = quick_story.keyring.sign(key.id, signing_input.encode())
    report = verified(quick_story, f"{signing_input}.{encode_base64url(signature)}")
    assert (report.verdict, report.reason) == (Verdict.NOT_GENUINE, Reason.KEY_NOT_OF_ISSUER)


def _attached(_story: Story, _issued: Issued, token: str) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.attachments["credential.jwt"] = token.encode()
    out = BytesIO()
    pdf.save(out)
    return out.getvalue()


def _picture(story: Story, issued: Issued, render: Callable[..., bytes]) -> bytes:
    with story.database.reading() as db:
        view = queries.view_by_code(db, issued.code)
    assert view is not None
    return render(view, issued.data)


def _in_png(story: Story, issued: Issued, token: str) -> bytes:
    baked = _picture(story, issued, of_credential.badge_png_of)
    text = png.unbake(baked).encode()
    start = baked.index(b"iTXtopenbadgecredential") - 4
    length = int.from_bytes(baked[start : start + 4], "big") + 12
    assert text in baked[start : start + length]
    return png.bake(baked[:start] + baked[start + length :], token)


def _in_svg(_story: Story, _issued: Issued, token: str) -> bytes:
    return svg.bake(b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="1" height="1"/></svg>', token)


@pytest.mark.parametrize("wrap", [_in_png, _in_svg, _attached], ids=["PNG", "SVG", "PDF"])
def test_a_token_in_a_file_has_the_verdict_of_the_token(
    quick_story: Story, issued: Issued, wrap: Callable[[Story, Issued, str], bytes]
) -> None:
    token = token_of(quick_story, issued)
    report = verified(quick_story, wrap(quick_story, issued, token))
    assert (report.verdict, report.claims) == (Verdict.GENUINE, verified(quick_story, issued.data).claims)


def test_every_part_of_a_token_counts(quick_story: Story, issued: Issued) -> None:
    token = token_of(quick_story, issued)
    allowed = {Verdict.NOT_GENUINE, Verdict.UNREADABLE, Verdict.CANNOT_CONFIRM}
    for position in range(0, len(token), 97):
        changed = token[:position] + ("B" if token[position] != "B" else "C") + token[position + 1 :]
        assert verified(quick_story, changed).verdict in allowed, position


def test_a_key_register_names_the_key_of_tokens_as_a_jwk(quick_story: Story) -> None:
    with quick_story.database.reading() as db:
        did = did_of(db, quick_story.cast.organisation_id)
        key = issuances.signing_key(db, controller=did, purpose=Purpose.ASSERTION_JWT)
        assert key is not None
        assert key.public_key_multibase is None
        leaf = transparency.leaf_index(db, act=Act.KEY_PUBLISHED, subject_id=key.id)
        assert leaf is not None
        statement = transparency.opened(db, leaf)
    assert statement is not None
    assert statement["record"]["publicKeyJwk"] == json_web_key.encode(key.public_key)


def test_a_token_that_is_not_published_yet_is_not_shown_as_genuine(quick_story: Story) -> None:
    issuance = quick_story.prepare(quick_story.award())
    quick_story.sign(issuance.id)
    with quick_story.database.reading() as db:
        assert issuances.signed_jwt(db, issuance.id) is None
        token = db.execute(sa.select(col(Issuance.signed_jwt))).scalar_one()
    quick_story.now += timedelta(seconds=1)
    report = verified(quick_story, token or b"")
    assert (report.verdict, report.reason) == (Verdict.CANNOT_CONFIRM, Reason.NOT_PUBLISHED_YET)
