"""The kinds of credential that are issued: what each is about, what it waits for, how it is prepared and read.

`domain.issuing` carries a document from intent to release and asks nothing of its kind. What differs stands here, so
that whoever signs, restores, erases or answers goes through `KINDS` and never asks which of them it has:

- ``award``: the credential of an award. Its subject is the award.
- ``record``: a record of what somebody has done, which they asked for (`support_records`).
- ``share``: an award as its holder shows it to somebody. Its subject is the share.
- ``attendance``: what an adult attended of the training for facilitators (`attendance`).

A kind's subject is a row of a table of its own, with an organisation. A young person's goes when their record is
erased, and then its issuances are emptied (`SUBJECTS`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from accredit.domain.awarding.models import Award
from accredit.domain.credentials import attendance, operations, queries, sharing, sharing_kind, support_records, waiting
from accredit.domain.credentials.models import SupportRecord
from accredit.domain.credentials.record import record_hashes
from accredit.domain.credentials.sharing_models import Share
from accredit.domain.credentials.shown import Shown
from accredit.domain.credentials.waiting import Waiting
from accredit.domain.facilitation.models import FacilitatorRecord
from accredit.domain.issuing.operations import Prepared
from accredit.storage import Session


class Waits(Protocol):
    """Return the oldest subjects without an issuance that stands, as `waiting.awards_to_prepare` does."""

    def __call__(
        self,
        db: Session,
        *,
        limit: int = 100,
        due_by: datetime | None = None,
        without: Collection[UUID] = (),
        not_of: Collection[UUID] = (),
        only: Collection[UUID] | None = None,
    ) -> tuple[Waiting, ...]: ...


class Prepares(Protocol):
    """Prepare the credentials of subjects of one organisation, as `operations.prepare` does."""

    def __call__(
        self, db: Session, *, subject_ids: Collection[UUID], organisation_id: UUID, controller: str, now: datetime
    ) -> Prepared: ...


class Digests(Protocol):
    """Return the SHA-256 of the rows behind each subject, by subject. Raises `NotFound`."""

    def __call__(self, db: Session, subject_ids: Collection[UUID], /) -> Mapping[UUID, bytes]: ...


class HoldsBack(Protocol):
    """Keep what waits from being issued by itself, since an older database came back; return how many."""

    def __call__(self, db: Session, *, now: datetime) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind. ``name`` is its ``Issuance.kind`` for ever; ``subject`` the model of what it is about.

    ``is_of_adult`` says that no young person holds it: it is nothing of theirs that could be found or erased.
    """

    name: str
    subject: Any
    waiting: Waits
    prepare: Prepares
    record_hashes: Digests
    hold_back: HoldsBack
    shown: Shown[Any]
    is_of_adult: bool = False


def _prepare_awards(
    db: Session, *, subject_ids: Collection[UUID], organisation_id: UUID, controller: str, now: datetime
) -> Prepared:
    return operations.prepare(
        db, award_ids=subject_ids, organisation_id=organisation_id, controller=controller, now=now
    )


def _hold_back_awards(db: Session, *, now: datetime) -> int:
    return waiting.hold_back(db, kind=queries.issuance_kind, now=now)


def _waiting_awards(db: Session, **asked: Any) -> tuple[Waiting, ...]:
    return waiting.awards_to_prepare(db, kind=queries.issuance_kind, **asked)


AWARDS: Final = Kind(
    name=queries.issuance_kind,
    subject=Award,
    waiting=_waiting_awards,
    prepare=_prepare_awards,
    record_hashes=record_hashes,
    hold_back=_hold_back_awards,
    shown=queries.SHOWN,
)
RECORDS: Final = Kind(
    name=support_records.issuance_kind,
    subject=SupportRecord,
    waiting=support_records.waiting,
    prepare=support_records.prepare,
    record_hashes=support_records.record_hashes,
    hold_back=support_records.give_up_waiting,
    shown=support_records.SHOWN,
)
SHARES: Final = Kind(
    name=sharing.KIND,
    subject=Share,
    waiting=sharing_kind.waiting,
    prepare=sharing_kind.prepare,
    record_hashes=sharing_kind.record_hashes,
    hold_back=sharing_kind.hold_back,
    shown=sharing_kind.SHOWN,
)
ATTENDANCES: Final = Kind(
    name=attendance.issuance_kind,
    subject=FacilitatorRecord,
    waiting=attendance.waiting,
    prepare=attendance.prepare,
    record_hashes=attendance.record_hashes,
    hold_back=attendance.give_up_waiting,
    shown=attendance.SHOWN,
    is_of_adult=True,
)
KINDS: Final = (AWARDS, RECORDS, SHARES, ATTENDANCES)
"""Every kind, in the order in which what waits is issued."""
SUBJECTS: Final = frozenset(kind.subject for kind in KINDS if not kind.is_of_adult)
"""What young people hold one of."""
