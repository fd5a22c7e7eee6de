"""What somebody can share: a certificate of an award, or a record of peer support; and what a share says of it.

- Only what is out, in force and not hidden; a record only while it bears the name that its holder has now, for no other
  one takes its place.
- Of a record it says what the record says, as far as it was chosen: its training and activities by name belong to how
  much was done. The day on which the record was made is left out, and so are months that the record does not tell.

Who may share is not here, nor how a share is made (`sharing`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, TypeAlias
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.credentials import hiding, queries, support_records
from accredit.domain.credentials.record_contents import Contents
from accredit.domain.credentials.rules import decimal_hours
from accredit.domain.credentials.sharing_models import Share
from accredit.domain.credentials.sharing_rules import Chosen, Said, sentence_of, shown_name, when_of
from accredit.domain.credentials.views import CredentialView, RecordView
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import Status
from accredit.domain.people import queries as people
from accredit.storage import Session

Basis: TypeAlias = CredentialView | RecordView
_SHARED: Final = (queries.SHOWN, support_records.SHOWN)


def find(db: Session, credential_id: UUID) -> Basis | None:
    """Return what has an id (the part after ``urn:uuid:``) and is of a kind that is shared, however it stands."""
    for each in _SHARED:
        found: Basis | None = each.view(db, col(Issuance.credential_id) == credential_id)
        if found is not None:
            return found
    return None


def is_shareable(db: Session, view: Basis) -> bool:
    """Say whether it can be shared as it stands now."""
    if view.status is not Status.ACTIVE:
        return False
    if isinstance(view, RecordView) and people.young_person(db, view.young_person_id).printed_name != view.printed_name:
        return False
    asked = col(Issuance.credential_id) == view.credential_id
    return any(each.view(db, sa.and_(asked, ~each.is_hidden())) is not None for each in _SHARED)


def tells_months(view: Basis) -> bool:
    """Say whether months can be chosen: a record may tell none."""
    return not isinstance(view, RecordView) or view.contents.first_on is not None


def is_hidden() -> sa.ColumnElement[bool]:
    """Return the condition that what the `Share` of a statement is of is hidden; `Credential` is joined, or null."""
    return sa.or_(hiding.is_hidden(), hiding.is_wholly_hidden(col(Share.young_person_id)))


def said_of(view: Basis, chosen: Chosen) -> Said:
    """Return what is said, and nothing that was not chosen."""
    said = _said_of_record(view, chosen) if isinstance(view, RecordView) else _said_of_award(view, chosen)
    return replace(said, name=shown_name(chosen.name, printed_name=view.printed_name, known_as=view.known_as))


def _said_of_award(view: CredentialView, chosen: Chosen) -> Said:
    totals = view.totals
    return Said(
        name="",
        award_title=view.award_title,
        programme_name=view.programme_name,
        badge=view.badge,
        achievement=view.achievement_public_id,
        sentence=sentence_of(totals, chosen),
        hours=decimal_hours(totals.minutes) if chosen.hours else None,
        meetings=str(totals.meetings) if chosen.hours else None,
        skills=view.skills if chosen.skills else (),
        awarded_on=view.awarded_on if chosen.months else None,
        tariff_line=view.tariff_line,
    )


def _said_of_record(view: RecordView, chosen: Chosen) -> Said:
    contents = view.contents
    minutes = contents.minutes + contents.earlier_minutes
    return Said(
        name="",
        award_title=view.title,
        programme_name=view.programme_name,
        badge="",
        achievement=view.achievement_public_id,
        sentence=_sentence(contents, chosen),
        # What is nothing is left out, as in the record itself.
        hours=decimal_hours(minutes) if chosen.hours and minutes else None,
        meetings=str(contents.meetings) if chosen.hours and contents.meetings else None,
        skills=contents.skills if chosen.skills else (),
        awarded_on=None,
        tariff_line=view.tariff_line,
    )


def _sentence(contents: Contents, chosen: Chosen) -> str:
    if not chosen.hours:
        return when_of(
            chosen,
            has_trained=bool(contents.modules),
            has_given=bool(contents.minutes or contents.earlier_minutes),
            first_on=contents.first_on,
            last_on=contents.last_on,
        )
    # Skills are said by themselves.
    kept = replace(contents, skills=())
    if not chosen.months:
        modules = tuple(replace(each, month=None) for each in contents.modules)
        kept = replace(kept, modules=modules, first_on=None, last_on=None)
    return " ".join(kept.sentences())
