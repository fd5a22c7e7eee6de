"""The trail of evidence: what an award rests on, entry by entry, and proof that it stood before the credential did.

- Every approved entry of time, register and observation that counted is there, with its leaf of the log, the role of
  whoever approved it, and the time that this service states.
- “Before” is order, not time: the entry's leaf has a lower index than the credential's, and both lie under one signed
  checkpoint. Each proof is computed and verified here, and handed out to be verified elsewhere (`as_file`).
- Nobody who was supported is in it, and what was talked about is nowhere.

For the school and its auditor. A stranger sees counts, dates and indices, in the credential itself.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.awarding.models import Award
from accredit.domain.awarding.rules import Portfolio
from accredit.domain.credentials.queries import issuance_kind
from accredit.domain.credentials.record import Basis, basis
from accredit.domain.issuing import queries as issuances
from accredit.domain.organisations.models import Organisation
from accredit.domain.programmes.rules import Definition
from accredit.domain.training.models import TrainingSession
from accredit.domain.transparency import queries as log
from accredit.domain.transparency.queries import Opening
from accredit.domain.transparency.rules import Act, CheckpointFacts, Witnessed
from accredit.kit.ledger.errors import LedgerError
from accredit.kit.ledger.merkle import inclusion_proof, verify_inclusion
from accredit.storage import Session


class StepKind(StrEnum):
    """What a step of the trail is."""

    MODULE = "module"
    HOURS = "hours"
    MEETING = "meeting"
    """A meeting with the supervising adult, which no level counts as hours."""
    EARLIER = "earlier-records"
    """The one total from the school's earlier records."""
    SKILL = "skill"
    AWARD = "award"
    CREDENTIAL = "credential"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing on record: on which day it was, what, who approved it by role, and its place in the log.

    ``index`` is None where there is no leaf; ``role`` and ``stated_at`` are None where the leaf does not open.
    """

    kind: StepKind
    on: date
    title: str
    minutes: int | None
    role: str | None
    stated_at: datetime | None
    index: int | None
    is_proved: bool
    """Whether its record opens its leaf, and the leaf lies before the credential's under the same checkpoint."""
    proof: tuple[bytes, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Trail:
    """Everything one award rests on, oldest first, and the checkpoint that all of it is proved under."""

    award_id: UUID
    organisation_id: UUID
    organisation_name: str
    printed_name: str
    award_title: str
    programme_name: str
    awarded_on: date
    origin: str | None
    checkpoint: CheckpointFacts | None
    note: str | None
    witnessed: tuple[Witnessed, ...]
    credential: Step | None
    """The credential's own leaf; None while it is not signed."""
    steps: tuple[Step, ...]
    openings: dict[int, Opening]

    @property
    def is_whole(self) -> bool:
        """Whether every step, and the credential, is proved."""
        return self.credential is not None and self.credential.is_proved and all(step.is_proved for step in self.steps)

    def of(self, kind: StepKind) -> tuple[Step, ...]:
        """Return the steps of one kind."""
        return tuple(step for step in self.steps if step.kind is kind)


def trail(db: Session, award_id: UUID) -> Trail:
    """Follow one award back to what it rests on. Raises `NotFound` (``award-unknown``)."""
    found = basis(db, award_id)
    issuance = issuances.of_subject(db, kind=issuance_kind, subject_id=award_id)
    last = None if issuance is None else issuance.leaf_index
    checkpoint = None if last is None else log.covering_checkpoint(db, last)
    leaves = _leaves(db, found)
    known = {*leaves.values(), *([] if last is None else [last])}
    opened = log.openings(db, known)
    proofs = _Proofs(db, checkpoint, last, opened)
    definition = Definition.from_json(found.version.definition)
    organisation = db.get(Organisation, found.subject.organisation_id)
    return Trail(
        award_id=award_id,
        organisation_id=found.subject.organisation_id,
        organisation_name=organisation.name if organisation else "",
        printed_name=found.person.printed_name,
        award_title=definition.level(found.subject.level_code).title,
        programme_name=definition.name,
        awarded_on=found.subject.awarded_on,
        origin=log.origin(db),
        checkpoint=checkpoint,
        note=None if checkpoint is None else log.published_note(db, checkpoint),
        witnessed=() if checkpoint is None else log.cosignatures(db, checkpoint.size),
        credential=None
        if issuance is None or last is None
        else proofs.step(StepKind.CREDENTIAL, issuance.prepared_at.date(), "", last),
        steps=tuple(sorted(_steps(db, found, definition, leaves, proofs), key=lambda step: (step.on, step.index or 0))),
        openings=opened,
    )


def as_file(found: Trail) -> dict[str, Any]:
    """Write a trail for an auditor's own tools: each leaf with what opens it and its proof (base64), and the note.

    SHA-256(salt ‖ canonical JSON) is the entry, RFC 9162 §2.1.3 the proof; docs/ledger.md says how to check both.
    """
    steps = [*found.steps, *([found.credential] if found.credential else [])]
    return {
        "log": found.origin,
        "award": str(found.award_id),
        "checkpoint": found.note,
        "credentialIndex": None if found.credential is None else found.credential.index,
        "entries": [_written(step, found.openings.get(step.index or 0)) for step in steps if step.index is not None],
    }


def _written(step: Step, opening: Opening | None) -> dict[str, Any]:
    return {
        "kind": step.kind.value,
        "index": step.index,
        "statement": None if opening is None else dict(opening.statement),
        "salt": None if opening is None else _base64(opening.salt),
        "leafHash": None if opening is None else _base64(opening.leaf_hash),
        "proof": [_base64(each) for each in step.proof],
    }


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


class _Proofs:
    """Proves leaves under one checkpoint, which covers the credential's."""

    def __init__(
        self, db: Session, checkpoint: CheckpointFacts | None, last: int | None, opened: dict[int, Opening]
    ) -> None:
        self._checkpoint = checkpoint
        self._last = last
        self._opened = opened
        self._hashes = None if checkpoint is None else log.hashes(db, checkpoint.size)

    def step(self, kind: StepKind, on: date, title: str, index: int | None, minutes: int | None = None) -> Step:
        opening = None if index is None else self._opened.get(index)
        proof = self._proof(index)
        record = {} if opening is None else opening.statement["record"]
        return Step(
            kind=kind,
            on=on,
            title=title,
            minutes=minutes,
            role=record.get("role"),
            stated_at=None if opening is None else datetime.fromisoformat(opening.statement["at"]),
            index=index,
            is_proved=proof is not None and opening is not None and self._is_before(index),
            proof=proof or (),
        )

    def _is_before(self, index: int | None) -> bool:
        return index is not None and self._last is not None and index <= self._last

    def _proof(self, index: int | None) -> tuple[bytes, ...] | None:
        opening = None if index is None else self._opened.get(index)
        if (
            opening is None
            or self._checkpoint is None
            or self._hashes is None
            or opening.index >= self._checkpoint.size
        ):
            return None
        size, root = self._checkpoint.size, self._checkpoint.root
        try:
            proof = inclusion_proof(self._hashes, opening.index, size)
            verify_inclusion(opening.leaf_hash, opening.index, size, proof, root)
        except LedgerError:
            return None
        return tuple(proof)


def _leaves(db: Session, found: Basis[Award]) -> dict[str, int]:
    groups: Sequence[tuple[Act, list[UUID]]] = (
        (Act.ATTENDANCE_CONFIRMED, [UUID(each.id) for each in found.attendances]),
        (Act.HOURS_APPROVED, [UUID(each.id) for each in found.hours]),
        (Act.HOURS_BROUGHT_FORWARD, [UUID(found.earlier.id)] if found.earlier else []),
        (Act.SKILL_OBSERVED, [UUID(each.id) for each in found.observations]),
        (Act.AWARD_DECIDED, [found.subject.id]),
    )
    return {
        str(row): leaf for act, ids in groups for row, leaf in log.leaf_indexes(db, act=act, subject_ids=ids).items()
    }


def _steps(
    db: Session, found: Basis[Award], definition: Definition, leaves: dict[str, int], proofs: _Proofs
) -> Iterator[Step]:
    portfolio = Portfolio.from_json(found.subject.portfolio)
    modules = {each.code: each.title for each in portfolio.modules}
    activities = {each.code: each.title for each in definition.activity_types}
    skills = {each.code: each.title for each in definition.skills}
    held = _days(db, [UUID(each.training_session_id) for each in found.attendances])
    for attendance in found.attendances:
        title = modules.get(attendance.module_code, attendance.module_code)
        day = held[UUID(attendance.training_session_id)]
        yield proofs.step(StepKind.MODULE, day, title, leaves.get(attendance.id))
    counted = {each.code for each in portfolio.activities}
    for entry in found.hours:
        kind = StepKind.HOURS if entry.activity_type in counted else StepKind.MEETING
        title = activities.get(entry.activity_type, entry.activity_type)
        yield proofs.step(kind, date.fromisoformat(entry.held_on), title, leaves.get(entry.id), entry.minutes)
    if (total := found.earlier) is not None:
        title = "From the school’s earlier records"
        yield proofs.step(StepKind.EARLIER, date.fromisoformat(total.until), title, leaves.get(total.id), total.minutes)
    for seen in found.observations:
        title = skills.get(seen.skill_code, seen.skill_code)
        yield proofs.step(StepKind.SKILL, date.fromisoformat(seen.observed_on), title, leaves.get(seen.id))
    level = definition.level(found.subject.level_code).title
    yield proofs.step(StepKind.AWARD, found.subject.awarded_on, level, leaves.get(str(found.subject.id)))


def _days(db: Session, session_ids: Sequence[UUID]) -> dict[UUID, date]:
    rows = db.execute(
        sa.select(col(TrainingSession.id), col(TrainingSession.held_on)).where(
            col(TrainingSession.id).in_(set(session_ids))
        )
    )
    return {session_id: held_on for session_id, held_on in rows}  # noqa: C416  # a Result of rows is no mapping's items
