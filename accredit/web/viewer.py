"""Who is looking at the page.

How somebody signs in is not here (`accredit.web.auth`); this is only the answer that every view reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from flask import g

from accredit.clock import utc_now
from accredit.domain.audit.rules import Actor, ActorKind
from accredit.domain.clients.rules import Scope
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import sign_ins
from accredit.errors import Forbidden


class ViewerKind(StrEnum):
    """The five ways to stand before a page."""

    ANONYMOUS = "anonymous"
    STAFF = "staff"
    YOUNG_PERSON = "young-person"
    OPERATOR = "operator"
    CLIENT = "client"
    """A program with a key of an organisation."""


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """One request's reader: by kind and ids, with the permissions their roles give in the organisation they chose.

    ``has_choice`` says that the same account may also work elsewhere: in another organisation, or as the operator.
    ``second_step_from`` is the day from which they need a second step that they have not; None for everybody else.
    ``proved_at`` is when whoever holds the sign-in last showed who they are; young people have neither.
    ``shown_here_at`` is the same, without what only their school's own service said of them.
    """

    kind: ViewerKind = ViewerKind.ANONYMOUS
    organisation_id: UUID | None = None
    organisation_name: str | None = None
    staff_id: UUID | None = None
    young_person_id: UUID | None = None
    account_id: UUID | None = None
    permissions: frozenset[Permission] = frozenset()
    display_name: str = ""
    role: str | None = None
    has_choice: bool = False
    sign_in_id: UUID | None = None
    proved_at: datetime | None = None
    shown_here_at: datetime | None = None
    is_by_school: bool = False
    """Whether their school's own service signed them in: they work for that school and nowhere else."""
    key_id: UUID | None = None
    scopes: frozenset[Scope] = frozenset()
    """What the key of a program is for; of programs alone."""
    second_step_from: date | None = None
    closed_on: date | None = None
    """The last day of a young person's organisation that has closed; None of everybody else."""

    @property
    def is_signed_in(self) -> bool:
        """Whether we know who this is."""
        return self.kind != ViewerKind.ANONYMOUS

    def may(self, permission: Permission) -> bool:
        """Say whether any role of this viewer gives ``permission``."""
        return permission in self.permissions

    def actor(self) -> Actor:
        """Return the viewer as the audit trail names them.

        Raises `Forbidden` for an anonymous viewer: every write has somebody who answers for it.
        """
        ids = {
            ViewerKind.STAFF: self.staff_id,
            ViewerKind.YOUNG_PERSON: self.young_person_id,
            ViewerKind.OPERATOR: self.account_id,
            # A program acts for the co-ordinator who made its key.
            ViewerKind.CLIENT: self.staff_id,
        }
        if not self.is_signed_in:
            raise Forbidden("anonymous-actor")
        return Actor(
            kind=ActorKind.STAFF if self.kind == ViewerKind.CLIENT else ActorKind(self.kind.value),
            id=ids[self.kind],
            organisation_id=self.organisation_id,
            role=self.role,
            through=self.key_id,
            is_fresh=self._is_fresh(),
        )

    def _is_fresh(self) -> bool:
        # Young people have no second way to show who they are, and do nothing that weighs; a program shows its key with
        # every request.
        if self.kind in {ViewerKind.YOUNG_PERSON, ViewerKind.CLIENT}:
            return True
        return sign_ins.is_proved(self.proved_at, now=utc_now())


ANONYMOUS = Viewer()


def current_viewer() -> Viewer:
    """Return the reader of this request; anonymous until somebody has signed in."""
    viewer: Viewer = g.get("viewer", ANONYMOUS)
    return viewer


def sleeping_viewer() -> Viewer:
    """Return who this request's reader was before they were quiet for too long; anonymous where there is nobody."""
    viewer: Viewer = g.get("sleeping_viewer", ANONYMOUS)
    return viewer


def page_has_closed() -> bool:
    """Say whether this request's reader was a young person whose page closed by itself since they were last here."""
    return bool(g.get("page_has_closed", False))


def go_on_as(viewer: Viewer) -> None:
    """Let the rest of this request be done by somebody who has just shown who they are."""
    g.viewer = viewer
