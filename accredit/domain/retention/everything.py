"""Everything that is recorded about one young person, told to themselves; nothing of it is about anybody else.

It answers a wish to see one's own record (UK GDPR Article 15). Of every row that belongs to a person (`belongings`)
`TOLD` names the columns that are told, in their order, and `KEPT_BACK` the others, each with why. A column in neither
fails a test, so that nothing new is forgotten. The words for people to read are not here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.awarding.models import Award, AwardSetAside
from accredit.domain.credentials.models import (
    Challenge,
    Credential,
    Hiding,
    PaperAhead,
    RevocationRequest,
    SupportRecord,
)
from accredit.domain.credentials.sharing_models import CodeName, Share, ShareOpening
from accredit.domain.credentials.subjects import subjects
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.enrolments.models import Break, Enrolment, EnrolmentMove
from accredit.domain.issuing.models import Issuance
from accredit.domain.organisations import queries as organisations
from accredit.domain.people.models import ClaimSlip, MergedPerson, MergeRequest, YoungPerson
from accredit.domain.people.own_page_models import Consent, OwnPasskey, OwnPasskeyChallenge, RecordRequest, WordCard
from accredit.domain.practice.models import (
    ApprovalLinkPerson,
    EarlierHoursRequest,
    HoursBroughtForward,
    HoursEntry,
    LateHours,
    MilestoneReached,
    SkillObservation,
)
from accredit.domain.programmes import queries as programmes
from accredit.domain.programmes.rules import Definition
from accredit.domain.retention.models import LegalHold
from accredit.domain.retention.queries import belongings
from accredit.domain.training.models import Attendance
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session


class Why(StrEnum):
    """Why something is not told."""

    OURS = "a number or mark that only the service uses"
    KEYED = "a keyed hash, out of which nobody can read anything"
    SOMEBODY_ELSE = "which adult it was: that is about them too, and the school tells it"
    SAID_ELSEWHERE = "the certificate files say it"
    THE_SCHOOL_SAYS = "the school tells it, for it may be about somebody's safety"


TOLD: Final[Mapping[Any, tuple[str, ...]]] = {
    YoungPerson: (
        *("printed_name", "printed_name_confirmed_at", "printed_name_confirmed_by", "known_as", "name_said"),
        *("is_called_up", "school_reference", "year_group", "form", "turns_13", "turns_16", "turns_18"),
        *("created_at", "left_at", "opening_asked_at"),
    ),
    ClaimSlip: ("made_at", "last_used_at", "withdrawn_at"),
    WordCard: ("made_at", "last_used_at", "done_at", "together_since", "withdrawn_at"),
    OwnPasskey: ("browser", "system", "made_at", "last_used_on"),
    OwnPasskeyChallenge: ("made_at",),
    Consent: ("about", "voice", "is_yes", "at"),
    RecordRequest: ("wish", "asked_at", "answer", "answered_at"),
    Enrolment: ("programme_id", "started_on", "ended_on", "created_at"),
    Break: ("enrolment_id", "starts_on", "ends_on", "created_at"),
    EnrolmentMove: ("enrolment_id", "moved_at"),
    Attendance: ("enrolment_id", "training_session_id", "module_code", "present", "recorded_at"),
    HoursEntry: (
        *("enrolment_id", "held_on", "starts_at", "minutes", "activity_type", "source", "reference", "submitted_at"),
        *("status", "decided_at", "return_reason", "over_day_limit_confirmed"),
    ),
    LateHours: ("enrolment_id", "reason", "added_at"),
    HoursBroughtForward: ("enrolment_id", "minutes", "until", "attested_at"),
    EarlierHoursRequest: ("enrolment_id", "minutes", "until", "asked_at"),
    ApprovalLinkPerson: ("enrolment_id",),
    SkillObservation: ("enrolment_id", "skill_code", "activity_type", "observed_on", "recorded_at"),
    MilestoneReached: ("enrolment_id", "milestone", "reached_on", "recorded_at"),
    Award: ("enrolment_id", "level_code", "awarded_on", "decided_at", "issue_from"),
    AwardSetAside: ("enrolment_id", "reason", "at"),
    Credential: ("code", "created_at"),
    SupportRecord: ("enrolment_id", "made_on", "shows_months", "code", "asked_at", "given_up_at"),
    PaperAhead: ("code", "made_at"),
    Issuance: ("credential_id", "prepared_at", "released_at", "status", "status_since", "offline_asked_at"),
    RevocationRequest: ("reason", "asked_at", "answer", "answered_at"),
    Challenge: ("ground", "made_at", "answer", "answered_at"),
    Share: ("made_for", "name_shown", "made_at", "ends_at", "ended_at", "ended_for"),
    ShareOpening: ("opened_on",),
    CodeName: ("shown", "chosen_at"),
    Hiding: ("hidden_at", "by_holder", "shown_at"),
    MergeRequest: ("asked_at",),
    MergedPerson: ("merged_at",),
    LegalHold: (),
}
"""Kind of row → the columns that are told."""

KEPT_BACK: Final[Mapping[str, Why]] = {
    **dict.fromkeys(
        (
            *("id", "organisation_id", "young_person_id", "version", "round", "approval_link_id", "entry_id"),
            *("practice_session_id", "corrects_id", "replaces_id", "award_id", "issuance_id", "achievement_id"),
            *("programme_version_id", "kind", "subject_id", "status_list_id", "status_index", "signing_key_id"),
            *(
                "of_issuance_id",
                "share_id",
                "jwt_signing_key_id",
                "leaf_index",
                "stage",
                "void_reason",
                "recorded_at",
                "record_hash",
            ),
            *("kept_id", "other_id", "former_id", "page_id"),
            *("credential_id", "public_key", "sign_count", "user_handle", "challenge"),
        ),
        Why.OURS,
    ),
    **dict.fromkeys(
        (
            "upn_hash",
            "code_hash",
            "link_hash",
            "link_sealed",
            "pin_hash",
            "words_hash",
            "said",
            "signed_digest",
            "signed_jwt_digest",
        ),
        Why.KEYED,
    ),
    **dict.fromkeys(
        (
            *("opening_asked_by", "made_by", "moved_by", "recorded_by", "asked_by", "attested_by", "added_by"),
            *("supervised_by", "decided_by", "observed_by", "set_aside_by", "awarded_by", "answered_by"),
            *("hidden_by", "shown_by", "noted_by"),
        ),
        Why.SOMEBODY_ELSE,
    ),
    **dict.fromkeys(
        (
            *(
                "assessment",
                "portfolio",
                "contents",
                "unsigned_document",
                "signed_document",
                "signed_jwt",
                "offline_statement",
            ),
        ),
        Why.SAID_ELSEWHERE,
    ),
    **dict.fromkeys(("reason", "set_at", "ended_at"), Why.THE_SCHOOL_SAYS),
}
"""Column → why it is not told, where a kind does not tell it."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """All rows of one kind (a table's name), oldest first."""

    kind: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]
    """Column → its value: a text, number, date, moment, time, yes or no, or None."""


@dataclass(frozen=True, kw_only=True)
class Done:
    """One act about the person: what, when, and what whoever did it is. Who it was is not here."""

    tag: Tag
    at: datetime
    by: str


@dataclass(frozen=True, kw_only=True)
class Everything:
    """What is recorded about one person, and what was done about it."""

    printed_name: str
    organisation_name: str
    sections: tuple[Section, ...]
    acts: tuple[Done, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it for programs: moments in UTC (RFC 3339), days and times as ISO 8601 writes them."""
        return {
            "about": self.printed_name,
            "recordedBy": self.organisation_name,
            **{
                each.kind: [{name: _plain(row[name]) for name in each.columns} for row in each.rows]
                for each in self.sections
            },
            "acts": [{"what": each.tag.value, "at": _plain(each.at), "by": each.by} for each in self.acts],
        }


def everything(db: Session, person_id: UUID) -> Everything:
    """Read everything about one person. Raises `NotFound`."""
    found = belongings(db, person_id)
    if found is None:
        raise NotFound("young-person")
    of_model: dict[Any, Sequence[UUID]] = {**dict(found.rows), Issuance: found.issuances}
    rows = {model: _rows(db, model, of_model.get(model, ())) for model, columns in TOLD.items() if columns}
    titles = _titles(db, person_id, [row.training_session_id for row in rows[Attendance]])
    sections = tuple(_section(model, each, titles) for model, each in rows.items() if each)
    (person,) = rows[YoungPerson]
    return Everything(
        printed_name=person.printed_name,
        organisation_name=organisations.organisation(db, found.organisation_id).name,
        sections=sections,
        acts=_acts(db, person_id, [*found.ids, *found.issuances, *found.former]),
    )


def _rows(db: Session, model: Any, ids: Sequence[UUID]) -> list[Any]:
    # Ids grow with time (UUIDv7), so their order is that in which things were written down.
    return list(db.execute(sa.select(model).where(col(model.id).in_(ids)).order_by(col(model.id))).scalars())


def _section(model: Any, rows: Iterable[Any], titles: Callable[[Any, str], Any]) -> Section:
    columns = TOLD[model]
    return Section(
        kind=model.__tablename__,
        columns=columns,
        rows=tuple({name: titles(row, name) for name in columns} for row in rows),
    )


def _titles(db: Session, person_id: UUID, session_ids: Sequence[UUID]) -> Callable[[Any, str], Any]:
    """Return what reads a column of a row: what a code or number stands for, where it stands for something."""
    places = {each.id: each.programme_id for each in enrolments.enrolments_of(db, person_id)}
    versions = {each: programmes.versions(db, each) for each in set(places.values())}
    names = {each: of[-1].definition.name for each, of in versions.items() if of}
    sessions = subjects(db, session_ids)

    def read(row: Any, name: str) -> Any:
        value = getattr(row, name)
        match name:
            case "programme_id":
                return names.get(value)
            case "enrolment_id":
                return names.get(places[value])
            case "training_session_id":
                return sessions[value].title if value in sessions else None
            case "module_code" | "skill_code" | "activity_type" | "level_code":
                of = (each.definition for each in reversed(versions[places[row.enrolment_id]]))
                return next((title for each in of if (title := _title(each, name, value))), value)
            case _:
                return str(value) if isinstance(value, UUID) else value

    return read


def _title(definition: Definition, name: str, code: str) -> str | None:
    try:
        match name:
            case "module_code":
                return definition.module(code).title
            case "skill_code":
                return definition.skill(code).title
            case "activity_type":
                return definition.activity_type(code).title
            case _:
                return definition.level(code).title
    except RuleBroken:
        # Another version of the programme had it.
        return None


def _acts(db: Session, person_id: UUID, ids: Sequence[UUID]) -> tuple[Done, ...]:
    about = sa.or_(col(AuditEvent.subject_id).in_(ids), col(AuditEvent.actor_id) == person_id)
    wanted = sa.select(AuditEvent).where(about).order_by(col(AuditEvent.at), col(AuditEvent.id))
    return tuple(
        Done(tag=each.tag, at=each.at, by=each.actor_role or each.actor_kind.value)
        for each in db.execute(wanted).scalars()
    )


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    return value.isoformat() if isinstance(value, date | datetime | time) else value
