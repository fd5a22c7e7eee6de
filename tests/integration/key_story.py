"""What happens to the keys of a cohort's school, for the tests of their life."""

from __future__ import annotations

import json
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from accredit.clock import utc_now
from accredit.domain.audit.rules import SERVICE
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.queries import KeyFacts
from accredit.domain.issuing.rules import Purpose
from accredit.domain.verification import operations as verification
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import Reason, Verdict
from accredit.keyring import KeyRing
from tests.integration.cohort import PASSPHRASE, Cohort

# Nobody has confirmed the cohort's school to us; everything else about its certificates is as it should be.
GOOD = (Verdict.GENUINE_ISSUER_NOT_RECOGNISED, Reason.ISSUER_NOT_RECOGNISED)
LOST = (Verdict.NOT_GENUINE, Reason.KEY_COMPROMISED)


def key_of(cohort: Cohort, purpose: Purpose = Purpose.ASSERTION) -> KeyFacts:
    with cohort.database.reading() as db:
        found = queries.organisation_key(db, organisation_id=cohort.organisation_id, purpose=purpose)
    assert found is not None
    return found


def rotate(cohort: Cohort, purpose: Purpose = Purpose.ASSERTION) -> KeyFacts:
    with cohort.database.transaction() as db:
        return issuing.rotate_key(
            db,
            controller=controller_of(cohort),
            purpose=purpose,
            keyring=KeyRing.open(cohort.folder / "keys", PASSPHRASE),
            now=utc_now(),
            actor=SERVICE,
        )


def controller_of(cohort: Cohort) -> str:
    with cohort.database.reading() as db:
        return next(key.controller for key in queries.register(db) if key.organisation_id == cohort.organisation_id)


def steal(cohort: Cohort, key: KeyFacts, since: datetime | None = None) -> KeyFacts:
    now = utc_now()
    with cohort.database.transaction() as db:
        return issuing.mark_compromised(
            db, controller=key.controller, fragment=key.fragment, since=since or now, now=now, actor=SERVICE
        )


def rows_of(cohort: Cohort) -> list[Issuance]:
    with cohort.database.reading() as db:
        return list(db.execute(sa.select(Issuance).order_by(col(Issuance.prepared_at), col(Issuance.id))).scalars())


def verdict(cohort: Cohort, data: bytes | None) -> tuple[Verdict, Reason | None]:
    assert data is not None
    with cohort.database.reading() as db:
        report = verification.verify(data, now=utc_now(), sources=DatabaseSources(db))
    return report.verdict, report.reason


def signed_by(document: bytes | None) -> str:
    assert document is not None
    proof = json.loads(document)["proof"]
    return str((proof[0] if isinstance(proof, list) else proof)["verificationMethod"])
