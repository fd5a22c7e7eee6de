"""Importing a class list: a plan that writes nothing, then all of it or none of it.

1. Each candidate is matched inside the organisation: by the hash of the UPN, else by the pupil number. A name matches
   nobody: where it is that of somebody whose number cannot tell, a person says whether they are one (``same-name``).
2. A doubtful match stays out: two people, another UPN, another name under the same number, a number that differs
   in leading zeros alone, first and last names that changed places, two records for one person.
3. The rest is new, changed or unchanged. A printed name that was confirmed is never changed by a file.
4. `import_class_list` plans again inside its own transaction and refuses what is not the plan that was shown.

The same file twice changes nothing, because the second plan holds nothing new or changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.organisations.models import Organisation
from accredit.domain.people import rules
from accredit.domain.people.class_list import Candidate, ClassList, Field, Level, Remark
from accredit.domain.people.class_list_columns import remember
from accredit.domain.people.models import YoungPerson
from accredit.domain.people.names import name_key, name_matches
from accredit.domain.people.operations import PersonEntry, apply
from accredit.domain.people.pupil_numbers import upn_hash
from accredit.errors import Conflict, RuleBroken
from accredit.storage import Session

ALL_THE_SAME = "0:-:same-name"
"""The key of the answer that everybody who has the name of one person here is that person."""


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One field that the file tells differently; ``upn_hash`` is told without its values."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True)
class Change:
    """A young person whose row would change."""

    young_person_id: UUID
    candidate: Candidate
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """A record that stays out, and why; ``name`` is raw text to know it by."""

    record: int
    line: int
    name: str
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, kw_only=True)
class Absent:
    """Somebody here whom the file does not name."""

    young_person_id: UUID
    printed_name: str
    year_group: str
    form: str | None


@dataclass(frozen=True, kw_only=True)
class ImportPlan:
    """What an import would do; ``digest`` names exactly this plan."""

    new: tuple[Candidate, ...]
    changed: tuple[Change, ...]
    unchanged: int
    absent: tuple[Absent, ...]
    """Who may have left: here, in a year group of the file, and not in the file. Told once every row is settled."""
    rejected: tuple[Rejected, ...]
    skipped: tuple[Remark, ...]
    remarks: tuple[Remark, ...]
    needs_columns: bool
    digest: str


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import did: ids of new young people in the order of the file, and counts."""

    added: tuple[UUID, ...]
    changed: int
    unchanged: int


def plan_import(db: Session, *, organisation_id: UUID, class_list: ClassList, pepper: bytes) -> ImportPlan:
    """Say what importing a class list would do, in one statement; nothing is written."""
    matcher = _Matcher(db, organisation_id, class_list, pepper)
    new: list[Candidate] = []
    changed: list[Change] = []
    unchanged = 0
    for candidate in class_list.candidates:
        row = matcher.match(candidate)
        if matcher.doubts_about(candidate):
            continue
        if row is None:
            new.append(candidate)
        elif fields := _differences(row, matcher.values(candidate, row)):
            changed.append(Change(young_person_id=row.id, candidate=candidate, fields=fields))
        else:
            unchanged += 1
    remarks = (*class_list.remarks, *matcher.doubts)
    rejected = _rejected(remarks, class_list)
    told = [[asdict(c) for c in new], [[str(c.young_person_id), asdict(c.candidate)] for c in changed], unchanged]
    kept_out = [[entry.record, [remark.reason for remark in entry.remarks]] for entry in rejected]
    return ImportPlan(
        new=tuple(new),
        changed=tuple(changed),
        unchanged=unchanged,
        absent=() if rejected else matcher.absent(),
        rejected=rejected,
        skipped=tuple(remark for remark in remarks if remark.level is Level.SKIP),
        remarks=remarks,
        needs_columns=class_list.needs_columns,
        # Keyed, because the plan holds names and pupil numbers and its digest travels through a form.
        digest=hashlib.blake2b(json.dumps([told, kept_out]).encode(), key=pepper[:64], digest_size=16).hexdigest(),
    )


def import_class_list(
    db: Session,
    *,
    organisation_id: UUID,
    class_list: ClassList,
    expected_digest: str,
    pepper: bytes,
    leave_out_rejected: bool = False,
    columns_said: Mapping[Field, int] | None = None,
    actor: Actor,
    now: datetime,
) -> Imported:
    """Write what was planned: all of it, or nothing. ``columns_said`` is remembered for the next file like this.

    Raises `Conflict` ``plan-out-of-date`` when the plan is no longer the one that was shown; `RuleBroken`
    ``columns-need-attention``, or ``rows-need-attention`` unless the caller chose to leave rejected rows out.
    """
    rules.check_same_organisation(actor, organisation_id)
    # One import of an organisation at a time, so that two of the same file cannot both find nobody there.
    db.exec(select(Organisation.id).where(Organisation.id == organisation_id).with_for_update()).one()
    plan = plan_import(db, organisation_id=organisation_id, class_list=class_list, pepper=pepper)
    if plan.digest != expected_digest:
        raise Conflict("plan-out-of-date")
    if plan.needs_columns:
        raise RuleBroken("columns-need-attention")
    if plan.rejected and not leave_out_rejected:
        raise RuleBroken("rows-need-attention", count=len(plan.rejected))
    if not plan.new and not plan.changed:
        return Imported(added=(), changed=0, unchanged=plan.unchanged)
    matcher = _Matcher(db, organisation_id, class_list, pepper)
    rows = [
        YoungPerson(organisation_id=organisation_id, created_at=now, **matcher.values(candidate, None))
        for candidate in plan.new
    ]
    db.add_all(rows)
    changed = {change.young_person_id: change.candidate for change in plan.changed}
    for row in db.exec(select(YoungPerson).where(col(YoungPerson.id).in_(list(changed)))).all():
        apply(row, matcher.values(changed[row.id], row))
    if columns_said:
        headings = class_list.table.headings
        remember(db, organisation_id=organisation_id, headings=headings, columns=columns_said, pepper=pepper, now=now)
    db.flush()
    # One act, one event: who was added is told by the rows' own time of creation.
    audit.record(
        db,
        tag=Tag.PEOPLE_IMPORTED,
        actor=actor,
        now=now,
        subject=organisation_id,
        organisation_id=organisation_id,
        added=len(rows),
        changed=len(plan.changed),
        unchanged=plan.unchanged,
        left_out=len(plan.rejected),
    )
    return Imported(added=tuple(row.id for row in rows), changed=len(plan.changed), unchanged=plan.unchanged)


@dataclass(frozen=True, slots=True)
class _Known:
    """Somebody who is here, as the matcher needs them: without the weight of a row that can be written."""

    id: UUID
    school_reference: str | None
    printed_name: str
    printed_name_confirmed_at: datetime | None
    known_as: str
    year_group: str | None
    form: str | None
    turns_13: str | None
    turns_16: str | None
    turns_18: str | None
    upn_hash: bytes | None
    left_at: datetime | None


_KNOWN = [getattr(YoungPerson, each.name) for each in fields(_Known)]


class _Matcher:
    """Everybody of one organisation, by hash and by number; finds who a candidate is, and what is doubtful about it."""

    def __init__(self, db: Session, organisation_id: UUID, class_list: ClassList, pepper: bytes) -> None:
        rows = db.execute(sa.select(*_KNOWN).where(col(YoungPerson.organisation_id) == organisation_id))
        everybody = self._everybody = [_Known(*row) for row in rows]
        self._organisation_id, self._class_list, self._pepper = organisation_id, class_list, pepper
        self._by_hash = {row.upn_hash: row for row in everybody if row.upn_hash}
        self._by_reference = {row.school_reference: row for row in everybody if row.school_reference}
        self._by_bare = {reference.lstrip("0"): reference for reference in self._by_reference}
        self._by_name: dict[str, list[_Known]] = {}
        for row in everybody:
            self._by_name.setdefault(name_key(row.printed_name), []).append(row)
        self._taken: dict[UUID, int] = {}
        self._doubtful: set[int] = set()
        self.doubts: list[Remark] = []

    def match(self, candidate: Candidate) -> _Known | None:
        """Return who a candidate is, or None for somebody new; what is doubtful is added to ``doubts``."""
        row = self._find(candidate)
        if row is None and not self.doubts_about(candidate):
            row = self._of_same_name(candidate)
        if row is not None and row.left_at is not None:
            self._doubt(candidate, "person-left", Level.ERROR, stored=row.printed_name)
        if row is not None and self._taken.setdefault(row.id, candidate.record) != candidate.record:
            self._doubt(candidate, "two-records-one-person", Level.ERROR, same_as=self._taken[row.id])
        return row

    def _find(self, candidate: Candidate) -> _Known | None:
        hashed, reference = self._hash(candidate), candidate.school_reference
        by_hash = self._by_hash.get(hashed) if hashed else None
        by_reference = self._by_reference.get(reference) if reference else None
        if by_hash and by_reference and by_hash is not by_reference:
            self._doubt(candidate, "numbers-of-two-people", Level.ERROR)
        elif by_hash:
            self._check_order(candidate, by_hash)
            return by_hash
        elif by_reference:
            self._check_order(candidate, by_reference)
            self._check_same_person(candidate, by_reference, hashed)
        elif reference and (stored := self._by_bare.get(reference.lstrip("0"))):
            self._doubt(candidate, "zeros-differ", Level.ERROR, stored=stored)
        return by_reference

    def _of_same_name(self, candidate: Candidate) -> _Known | None:
        """Return the one of the same name that somebody says it is; without an answer it is a doubt."""
        hashed = self._hash(candidate)
        # Two different UPNs are two people, whatever they are called.
        same = [
            row
            for row in self._by_name.get(name_key(candidate.printed_name), ())
            if not (hashed and row.upn_hash) and row.id not in self._taken
        ]
        if not same:
            return None
        known = {str(row.id): row for row in same}
        choices = (*known, "other")
        told = tuple(", ".join(filter(None, (row.printed_name, row.form, row.school_reference))) for row in same)
        answers = self._class_list.answers
        remark = _remark(candidate, "same-name", Level.ASK, choices=choices, stored=told)
        answer = answers.get(remark.key) or (answers.get(ALL_THE_SAME) if len(same) == 1 else None)
        if answer == "yes" and len(same) == 1:
            return same[0]
        if answer not in choices:
            self.doubts.append(remark)
            self._doubtful.add(candidate.record)
        return known.get(answer or "")

    def doubts_about(self, candidate: Candidate) -> bool:
        """Say whether anything about a candidate waits for an answer."""
        return candidate.record in self._doubtful

    def absent(self) -> tuple[Absent, ...]:
        """Return who is here in a year group of the file, and not in it; nobody where it names nobody we know."""
        covered = {each.year_group for each in self._class_list.candidates if each.year_group} if self._taken else set()
        return tuple(
            Absent(young_person_id=row.id, printed_name=row.printed_name, year_group=row.year_group, form=row.form)
            for row in sorted(self._everybody, key=lambda row: row.printed_name.casefold())
            if row.year_group and row.year_group in covered and row.left_at is None and row.id not in self._taken
        )

    def values(self, candidate: Candidate, row: _Known | YoungPerson | None) -> dict[str, Any]:
        """Return the columns that a candidate tells; what the file leaves open and a confirmed name are left out."""
        entry = PersonEntry(
            printed_name=candidate.printed_name,
            known_as=candidate.known_as,
            school_reference=candidate.school_reference,
            year_group=candidate.year_group,
            form=candidate.form,
            months=candidate.months,
            upn_hash=self._hash(candidate),
        )
        values = entry.values()
        if row is None:
            return values
        kept = {"printed_name", "known_as"} if row.printed_name_confirmed_at else set()
        return {name: value for name, value in values.items() if value is not None and name not in kept}

    def _hash(self, candidate: Candidate) -> bytes | None:
        if candidate.upn is None:
            return None
        return upn_hash(candidate.upn, organisation_id=self._organisation_id, pepper=self._pepper)

    def _check_same_person(self, candidate: Candidate, row: _Known, hashed: bytes | None) -> None:
        # A school may give a leaver's number to somebody else: then another child would inherit a record.
        if hashed and row.upn_hash and hashed != row.upn_hash:
            self._doubt(candidate, "upn-changed", Level.ASK)
        elif (
            candidate.printed_name != row.printed_name
            and not name_matches(candidate.printed_name, row.printed_name)
            and not (hashed and row.upn_hash)
        ):
            self._doubt(candidate, "other-name", Level.ASK, stored=row.printed_name)

    def _check_order(self, candidate: Candidate, row: _Known) -> None:
        # Two columns that changed places would turn everybody's name around.
        ours, theirs = row.printed_name.casefold().split(), candidate.printed_name.casefold().split()
        if row.printed_name_confirmed_at is None and ours != theirs and sorted(ours) == sorted(theirs):
            self._doubt(candidate, "names-turned", Level.ASK, stored=row.printed_name, answers_column=True)

    def _doubt(self, candidate: Candidate, reason: str, level: Level, **facts: object) -> None:
        remark = _remark(candidate, reason, level, **facts)
        if level is Level.ERROR or self._class_list.answers.get(remark.key) is None:
            self.doubts.append(remark)
            self._doubtful.add(candidate.record)


def _remark(candidate: Candidate, reason: str, level: Level, **facts: object) -> Remark:
    return Remark(record=candidate.record, line=candidate.line, level=level, reason=reason, facts=facts)


def _differences(row: _Known, values: dict[str, Any]) -> tuple[FieldChange, ...]:
    changed = [(name, getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value]
    return tuple(
        FieldChange(field=name, before=None, after=None)
        if name == "upn_hash"
        else FieldChange(field=name, before=before, after=after)
        for name, before, after in changed
    )


def answers(plan: ImportPlan) -> dict[int, tuple[Level, tuple[Remark, ...]]]:
    """Return the one answer to each record that something was noticed about, with what was noticed."""
    by_record: dict[int, list[Remark]] = {}
    for remark in plan.remarks:
        if remark.record:
            by_record.setdefault(remark.record, []).append(remark)
    gravest = (Level.SKIP, Level.ERROR, Level.ASK, Level.ACCEPT)
    return {
        record: (min((remark.level for remark in found), key=gravest.index), tuple(found))
        for record, found in by_record.items()
    }


def _rejected(remarks: Iterable[Remark], class_list: ClassList) -> tuple[Rejected, ...]:
    by_record: dict[int, list[Remark]] = {}
    skipped = {remark.record for remark in remarks if remark.level is Level.SKIP}
    for remark in remarks:
        if remark.record and remark.record not in skipped and remark.level in {Level.ASK, Level.ERROR}:
            by_record.setdefault(remark.record, []).append(remark)
    return tuple(
        Rejected(record=record, line=found[0].line, name=class_list.names.get(record, ""), remarks=tuple(found))
        for record, found in sorted(by_record.items())
    )
