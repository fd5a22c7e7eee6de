"""How released credentials are read for pages: what is common to every kind, and what a kind adds to it.

A released credential whose record was erased is to everybody as one that never was; one that another took the place of
is shown to nobody any more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.credentials.rules import progress_of
from accredit.domain.credentials.sharing_models import CodeName
from accredit.domain.credentials.sharing_rules import NameShown, shown_name
from accredit.domain.credentials.views import IssuedView
from accredit.domain.issuing import replacing
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import Stage
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.models import Confirmation, Organisation
from accredit.domain.people.models import YoungPerson
from accredit.domain.people.names import initials
from accredit.domain.programmes.models import ProgrammeVersion
from accredit.domain.transparency import columns as log_columns
from accredit.kit import typed_code
from accredit.storage import Session, readings
from accredit.storage.identity import ServiceIdentity

View = TypeVar("View", bound=IssuedView)


@dataclass(frozen=True, kw_only=True, eq=False)
class Shown(Generic[View]):
    """How the released credentials of one kind are read.

    ``statement`` selects `ISSUED` and the kind's own, of which ``code`` and ``public_id`` are for `common`; or
    `COLUMNS` and also ``young_person_id``, for `of_young_person`. It is of what is `out`. ``read`` turns its rows into
    views. ``issuances`` selects the ids of issuances, newest first, but for those that are hidden; ``code`` is the
    column of the typed code in either of the two.
    """

    statement: Callable[[], sa.Select[Any]]
    read: Callable[[Sequence[sa.Row[Any]]], list[View]]
    issuances: Callable[[], sa.Select[Any]]
    is_hidden: Callable[[], sa.ColumnElement[bool]]
    code: Any

    @cached_property
    def _by_code(self) -> sa.Select[Any]:
        return self.statement().where(self.code == sa.bindparam("code"), ~self.is_hidden())

    def by_code(self, db: Session, canonical: str) -> tuple[View, bytes] | None:
        """Return what has a typed code, and its signed JSON; None for one that is hidden or was replaced."""
        # What is hidden is left out in the first question, so that it costs what an unknown code costs.
        found = readings.rows(db, self._by_code, code=canonical)
        return (self.read(found)[0], found[0].signed_document) if found else None

    def in_place_of(self, db: Session, condition: sa.ColumnElement[bool]) -> tuple[View, bytes] | None:
        """Return what holds now in the place of an issuance that meets a condition, or itself, as `by_code` does."""
        issuance_id: UUID | None = db.execute(self.issuances().where(condition).limit(1)).scalar_one_or_none()
        if issuance_id is None:
            return None
        current = replacing.current(db, issuance_id)
        found = db.execute(self.statement().where(col(Issuance.id) == current, ~self.is_hidden())).all()
        return (self.read(found)[0], found[0].signed_document) if found else None

    def view(self, db: Session, condition: sa.ColumnElement[bool]) -> View | None:
        """Return the first view that meets a condition."""
        views = self.views(db, condition)
        return views[0] if views else None

    def views(self, db: Session, condition: sa.ColumnElement[bool]) -> list[View]:
        """Return the views that meet a condition, in the order of the statement."""
        return self.read(db.execute(self.statement().where(condition)).all())


ISSUED: Final[tuple[Any, ...]] = (
    *(col(Issuance.id).label("issuance_id"), col(Issuance.organisation_id), col(Issuance.credential_id)),
    *(col(Issuance.signed_document), col(Issuance.prepared_at), col(Issuance.stage), col(Issuance.released_at)),
    *(col(Issuance.status), col(Issuance.status_since), col(Issuance.leaf_index)),
    col(Issuance.signed_jwt).is_not(None).label("has_jwt"),
    *(col(ProgrammeVersion.id).label("version_id"), col(ProgrammeVersion.definition)),
    *(col(Organisation.name).label("organisation_name"), col(Organisation.slug), col(Organisation.did)),
    *(col(Organisation.town), col(Organisation.contact)),
    *organisations.RECOGNITION,
    col(ServiceIdentity.demonstration),
    log_columns.the_origin().label("ledger_origin"),
)
"""What every kind's statement selects. It joins issuance, programme version and organisation itself."""
COLUMNS: Final[tuple[Any, ...]] = (*ISSUED, col(YoungPerson.known_as), col(CodeName.shown).label("name_on_code"))
"""What the statement of a kind selects that young people hold. It joins the young person, too."""


def out_of_young_person(statement: sa.Select[Any]) -> sa.Select[Any]:
    """Do as `out`, for a young person's: with what they chose for their code."""
    return out(statement.outerjoin(CodeName, col(CodeName.young_person_id) == col(YoungPerson.id)))


def out(statement: sa.Select[Any]) -> sa.Select[Any]:
    """Add what the columns need of the organisation and the service, and leave only what is out and holds its place."""
    return (
        statement.outerjoin(Confirmation, organisations.latest_confirmation())
        .outerjoin(ServiceIdentity, sa.true())
        .where(col(Issuance.stage) == Stage.RELEASED, col(Issuance.signed_document).is_not(None))
        .where(~replacing.has_successor(col(Issuance.id)))
    )


def of_young_person(row: sa.Row[Any]) -> dict[str, Any]:
    """Return what the view of a young person's credential says beyond its kind, as `common` does."""
    told = common(row)
    seen_as = shown_name(
        row.name_on_code or NameShown.INITIALS, printed_name=told["printed_name"], known_as=row.known_as
    )
    return told | {"young_person_id": row.young_person_id, "known_as": row.known_as, "seen_as": seen_as}


def common(row: sa.Row[Any]) -> dict[str, Any]:
    """Return what every view says, but for the programme's name and its line about the Tariff."""
    name = printed_name(json.loads(row.signed_document))
    return {
        "credential_id": row.credential_id,
        "code": row.code,
        "shown_code": typed_code.show(row.code),
        "issuance_id": row.issuance_id,
        "organisation_id": row.organisation_id,
        "organisation_name": row.organisation_name,
        "organisation_slug": row.slug,
        "organisation_did": row.did,
        "organisation_town": row.town,
        "organisation_contact": row.contact,
        "recognition": organisations.recognition_in(row),
        "printed_name": name,
        "initials": initials(name),
        "seen_as": initials(name),
        "issued_at": row.prepared_at,
        "released_at": row.released_at,
        "progress": progress_of(row.stage, row.status),
        "status": row.status,
        "status_since": row.status_since,
        "ledger_index": row.leaf_index,
        "ledger_origin": row.ledger_origin,
        "demonstration": bool(row.demonstration),
        "achievement_public_id": row.public_id,
        "has_jwt": row.has_jwt,
    }


def printed_name(signed: Mapping[str, Any]) -> str:
    """Return the name that was signed, not the one in the record today: a page must show what the paper says."""
    name: str = signed["credentialSubject"]["identifier"][0]["identityHash"]
    return name
