"""Preparing the credentials of awards, and what keeps an award from being signed.

The cycle itself (prepare, sign, record, release, suspend, revoke) is `domain.issuing`'s; what a document says and what
it rests on is `drafting`'s. Here the two meet.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from accredit.domain.awarding.rules import Portfolio
from accredit.domain.credentials import waiting
from accredit.domain.credentials.drafting import Draft, attach_many, check_basis, drafts
from accredit.domain.credentials.queries import issuance_kind
from accredit.domain.credentials.record import basis
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing.operations import Prepared, Wanted
from accredit.errors import RuleBroken
from accredit.storage import Session


def prepare(
    db: Session, *, award_ids: Collection[UUID], organisation_id: UUID, controller: str, now: datetime
) -> Prepared:
    """Prepare the credentials of awards of one organisation: draft, reserve and freeze them, give each its typed code.

    A refused one stops no other: the answer says why, as `drafting.drafts` does. Raises `RuleBroken`
    (``no-signing-key``).
    """
    moment = now.replace(microsecond=0)
    drafted = drafts(db, award_ids=award_ids, now=moment)
    ready = {award_id: each for award_id, each in drafted.items() if isinstance(each, Draft)}
    refused = {award_id: each for award_id, each in drafted.items() if not isinstance(each, Draft)}
    prepared = issuing.prepare_many(
        db,
        kind=issuance_kind,
        organisation_id=organisation_id,
        controller=controller,
        wanted=[
            Wanted(subject_id=award_id, record_hash=each.record_hash, build=each.build)
            for award_id, each in ready.items()
        ],
        now=moment,
    )
    coded = {issuance_id: ready[award_id] for award_id, issuance_id in prepared.issuances.items()}
    attach_many(db, drafted=coded, now=now)
    return Prepared(issuances=prepared.issuances, refused=refused | dict(prepared.refused))


def check_record(db: Session, award_id: UUID) -> None:
    """Refuse an award whose record was corrected since. Raises `NotFound`, `RuleBroken` (``record-changed``)."""
    found = basis(db, award_id)
    check_basis(found, Portfolio.from_json(found.subject.portfolio))


def why_waiting(db: Session, award_id: UUID) -> RuleBroken | None:
    """Return what keeps an award from being signed until somebody sees to it; None where it only has to wait its turn.

    Raises `NotFound`.
    """
    found = basis(db, award_id)
    if waiting.is_held_back(db, award_id):
        return RuleBroken("held-back")
    if found.person.printed_name_confirmed_at is None:
        return RuleBroken("name-not-confirmed")
    try:
        check_basis(found, Portfolio.from_json(found.subject.portfolio))
    except RuleBroken as broken:
        return broken
    return None
