"""A key was stolen: what a witness saw before stays genuine, and nothing else that the key signed (KY10, KY11)."""

from __future__ import annotations

import copy
import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accredit.domain.audit.rules import SERVICE
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.queries import KeyFacts
from accredit.domain.issuing.rules import Purpose
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency import queries as log
from accredit.domain.verification import operations as verification
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import Reason, Verdict
from accredit.kit.ledger.cosignature import CosignerKey, cosign
from accredit.kit.ledger.signed_note import parse
from accredit.kit.vc import eddsa_rdfc_2022, timestamps
from tests.unit.domain.verification.story import Issued, Story, did_of

WITNESS_KEY = Ed25519PrivateKey.generate()
WITNESS = CosignerKey("witness.example.org", WITNESS_KEY.public_key().public_bytes_raw())
MINUTE = timedelta(minutes=1)
LOST = (Verdict.NOT_GENUINE, Reason.KEY_COMPROMISED)
GENUINE = (Verdict.GENUINE, None)


def _witnessed(story: Story, at: datetime) -> None:
    with story.database.reading() as db:
        latest = log.latest_checkpoint(db)
    assert latest is not None
    line = cosign(parse(latest.note).text, WITNESS.name, WITNESS_KEY.sign, WITNESS.public_key, time=int(at.timestamp()))
    with story.database.transaction() as db:
        transparency.keep_cosignature(db, size=latest.size, witness=WITNESS, answer=line.line.encode())


def _key(story: Story, purpose: Purpose = Purpose.ASSERTION) -> KeyFacts:
    with story.database.reading() as db:
        found = queries.signing_key(db, controller=did_of(db, story.cast.organisation_id), purpose=purpose)
    assert found is not None
    return found


def _stolen(story: Story, since: datetime, purpose: Purpose = Purpose.ASSERTION) -> KeyFacts:
    key = _key(story, purpose)
    with story.database.transaction() as db:
        return issuing.mark_compromised(
            db,
            controller=key.controller,
            fragment=key.fragment,
            since=since,
            now=max(since, story.now),
            actor=SERVICE,
        )


def _verdict(story: Story, data: bytes, *, after: timedelta = 3 * MINUTE) -> tuple[Verdict, Reason | None]:
    with story.database.reading() as db:
        report = verification.verify(data, now=story.now + after, sources=DatabaseSources(db))
    return report.verdict, report.reason


def _token(story: Story, issued: Issued) -> bytes:
    with story.database.reading() as db:
        found = queries.signed_jwt(db, issued.issuance_id)
    assert found is not None
    return found


@pytest.mark.attack("KY10")
@pytest.mark.parametrize(
    ("witnessed", "expected"),
    [
        pytest.param(-MINUTE, GENUINE, id="seen by a witness before the theft"),
        pytest.param(timedelta(0), LOST, id="seen in the second of the theft"),
        pytest.param(MINUTE, LOST, id="seen only afterwards"),
        pytest.param(None, LOST, id="never seen by a witness"),
    ],
)
def test_ky10_only_what_a_witness_saw_before_the_theft_stays_genuine(
    story: Story, witnessed: timedelta | None, expected: tuple[Verdict, Reason | None]
) -> None:
    issued, stolen = story.issue(), story.now.replace(microsecond=0) + 2 * MINUTE
    if witnessed is not None:
        _witnessed(story, stolen + witnessed)
    assert _verdict(story, issued.data) == GENUINE
    _stolen(story, stolen)
    assert _verdict(story, issued.data) == expected
    assert _verdict(story, _token(story, issued)) == GENUINE, "its token is signed with another key"


@pytest.mark.attack("KY10", "DP11")
@pytest.mark.parametrize(
    ("witnessed", "expected"),
    [(-MINUTE, (Verdict.CANNOT_CONFIRM, Reason.NO_CURRENT_RECORD)), (MINUTE, LOST)],
    ids=["seen by a witness before the theft", "seen only afterwards"],
)
def test_ky10_an_erased_certificate_is_not_called_a_thiefs_for_that(
    quick_story: Story, witnessed: timedelta, expected: tuple[Verdict, Reason | None]
) -> None:
    issued, stolen = quick_story.issue(), quick_story.now.replace(microsecond=0) + 2 * MINUTE
    _witnessed(quick_story, stolen + witnessed)
    with quick_story.database.transaction() as db:
        row = db.get(Issuance, issued.issuance_id)
        for name in Issuance.OF_A_PERSON:
            setattr(row, name, None)
    _stolen(quick_story, stolen)
    assert _verdict(quick_story, issued.data) == expected


@pytest.mark.attack("KY10")
def test_ky10_of_a_token_the_same_is_asked(quick_story: Story) -> None:
    issued = quick_story.issue()
    seen, token = quick_story.now + MINUTE, _token(quick_story, issued)
    _stolen(quick_story, seen + MINUTE, Purpose.ASSERTION_JWT)
    assert _verdict(quick_story, token) == LOST
    assert _verdict(quick_story, issued.data) == GENUINE
    _witnessed(quick_story, seen)
    assert _verdict(quick_story, token) == GENUINE


@pytest.mark.attack("KY10")
def test_ky10_a_witness_of_an_earlier_log_says_nothing_of_a_later_entry(quick_story: Story) -> None:
    quick_story.release()
    _witnessed(quick_story, quick_story.now)
    issued = quick_story.issue()
    _stolen(quick_story, quick_story.now + MINUTE)
    assert _verdict(quick_story, issued.data) == LOST


@pytest.mark.attack("KY10")
def test_ky10_marked_again_the_earlier_moment_holds(quick_story: Story) -> None:
    issued = quick_story.issue()
    _witnessed(quick_story, quick_story.now + MINUTE)
    late, early = quick_story.now + 2 * MINUTE, quick_story.now + timedelta(seconds=30)
    _stolen(quick_story, late)
    assert _verdict(quick_story, issued.data) == GENUINE
    quick_story.now += 3 * MINUTE
    for since, holds in ((early, early), (late, early)):
        key = _key_named(quick_story, issued)
        with quick_story.database.transaction() as db:
            marked = issuing.mark_compromised(
                db,
                controller=key.controller,
                fragment=key.fragment,
                since=since,
                now=quick_story.now,
                actor=SERVICE,
            )
        assert marked.compromised_at == holds
    assert _verdict(quick_story, issued.data) == LOST
    with quick_story.database.reading() as db:
        assert log.verify_chain(db) == ()


def _key_named(story: Story, issued: Issued) -> KeyFacts:
    proof = issued.document["proof"]
    with story.database.reading() as db:
        found = queries.key(db, (proof[0] if isinstance(proof, list) else proof)["verificationMethod"])
    assert found is not None
    return found


def _forged(story: Story, issued: Issued, key: KeyFacts, changes: Mapping[str, Any], created: datetime) -> bytes:
    """Sign what was never awarded, as a thief who holds the private key would."""
    document = copy.deepcopy(issued.document) | dict(changes)
    document.pop("proof")
    signed = eddsa_rdfc_2022.add_proof(
        document,
        sign=lambda message: story.keyring.sign(key.id, message),
        verification_method=key.verification_method,
        created=created,
    )
    return json.dumps(signed).encode()


@pytest.mark.attack("KY11")
@pytest.mark.parametrize("declared", [False, True], ids=["before the theft is known", "once it is declared"])
def test_ky11_a_thief_who_writes_an_earlier_date_is_in_no_log(quick_story: Story, declared: bool) -> None:
    issued, key = quick_story.issue(), _key(quick_story)
    _witnessed(quick_story, quick_story.now)
    early = quick_story.now.replace(microsecond=0)
    dated = {"validFrom": timestamps.write(early)}
    invented = _forged(quick_story, issued, key, dated | {"id": f"urn:uuid:{uuid.uuid4()}"}, early)
    # Under the id of a credential that a witness did see, another name.
    disguised = _forged(quick_story, issued, key, dated | {"name": "Something better"}, early)
    if declared:
        _stolen(quick_story, quick_story.now + MINUTE)
    assert _verdict(quick_story, invented) == (LOST if declared else (Verdict.NOT_GENUINE, Reason.UNKNOWN_HERE))
    assert _verdict(quick_story, disguised) == (Verdict.NOT_GENUINE, Reason.NOT_AS_RECORDED)
    assert _verdict(quick_story, issued.data) == GENUINE
