"""Many are prepared together: each as if it were alone, and a refused one stops no other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.issuing import operations, rules
from accredit.domain.issuing.models import Issuance, StatusList
from accredit.domain.issuing.operations import Prepared, Wanted
from accredit.domain.issuing.rules import Reservation
from accredit.errors import RuleBroken
from accredit.storage import Database
from tests.unit.domain.issuing.issuer import DID, NOW, Issuer, document, established


@pytest.fixture
def issuer(database: Database, tmp_path: Path) -> Issuer:
    return established(database, tmp_path)


def _refused(_reservation: Reservation) -> Mapping[str, Any]:
    raise RuleBroken("record-changed")


def _as_another(reservation: Reservation) -> Mapping[str, Any]:
    return document(reservation) | {"id": f"urn:uuid:{uuid4()}"}


def prepare(issuer: Issuer, *wanted: Wanted) -> Prepared:
    with issuer.database.transaction() as db:
        return operations.prepare_many(
            db, kind="award", organisation_id=issuer.organisation_id, controller=DID, wanted=wanted, now=NOW
        )


def wish(build: rules.Build = document, subject_id: UUID | None = None) -> Wanted:
    return Wanted(subject_id=subject_id or uuid4(), record_hash=bytes(32), build=build)


def test_a_refused_one_stops_no_other(issuer: Issuer) -> None:
    first, refused, wrong, last = wish(), wish(_refused), wish(_as_another), wish()
    found = prepare(issuer, first, refused, wrong, last)
    assert set(found.issuances) == {first.subject_id, last.subject_id}
    assert {subject: broken.code for subject, broken in found.refused.items()} == {
        refused.subject_id: "record-changed",
        wrong.subject_id: "not-as-reserved",
    }
    with issuer.database.reading() as db:
        told = sa.select(col(AuditEvent.subject_id)).where(col(AuditEvent.tag) == Tag.CREDENTIAL_PREPARED)
        assert set(db.execute(told).scalars()) == set(found.issuances.values())


def test_prepared_again_each_keeps_what_it_has_and_a_new_one_joins(issuer: Issuer) -> None:
    known = [wish(), wish()]
    before = prepare(issuer, *known)
    again = prepare(issuer, *known, wish())
    assert {each.subject_id: again.issuances[each.subject_id] for each in known} == before.issuances
    assert len(again.issuances) == 3


def test_a_list_that_is_full_enough_is_followed_by_others(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "FULL_ENOUGH", 3)
    prepare(issuer, wish(), wish())
    prepare(issuer, *(wish() for _ in range(6)))
    with issuer.database.reading() as db:
        counted = sa.select(col(StatusList.id), sa.func.count()).join(
            Issuance, col(Issuance.status_list_id) == col(StatusList.id)
        )
        used = db.execute(counted.group_by(col(StatusList.id)).order_by(col(StatusList.created_at))).all()
    assert sorted(number for _, number in used) == [2, 3, 3]


def test_a_place_that_was_drawn_before_is_drawn_anew(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([5, 6, 5, 6, 7, 8])
    monkeypatch.setattr("accredit.domain.issuing.preparing.secrets.randbelow", lambda _: next(drawn))
    prepare(issuer, wish(), wish())
    prepare(issuer, wish(), wish())
    with issuer.database.reading() as db:
        places = db.execute(sa.select(col(Issuance.status_index)).order_by(col(Issuance.status_index))).scalars().all()
    assert places == [5, 6, 7, 8]
