"""Who is looking, asked anew with every request: an ended role or sign-in and words that were stopped count at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from flask import g, session
from flask_security import current_user

from accredit.clock import local_date, utc_now
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.rules import Role, permissions_of
from accredit.domain.organisations.standing import standing_of
from accredit.domain.people import demanding, sign_ins, word_cards
from accredit.domain.people import queries as people
from accredit.domain.people.queries import StaffFacts
from accredit.domain.people.rules import SignInWay
from accredit.errors import NotFound
from accredit.storage import Session
from accredit.web.auth import cookie
from accredit.web.auth.cookie import YoungSignIn
from accredit.web.database import reading
from accredit.web.settings import current_settings
from accredit.web.viewer import ANONYMOUS, Viewer, ViewerKind

# The role an act is recorded under when somebody holds several: the one that may do most of the daily work.
ORDER = (Role.COORDINATOR, Role.ADMINISTRATOR, Role.SUPERVISOR)


def load_viewer() -> Viewer:
    """Return the reader of this request as they stand now; a sign-in that no longer holds is forgotten."""
    if cookie.ACCOUNT not in session and cookie.young_sign_in(session) is None:
        return ANONYMOUS
    now = utc_now()
    is_over = cookie.is_over(session, now=now)
    # Only the request that finds it over knows why; the next one meets a stranger.
    g.page_has_closed = is_over and cookie.young_sign_in(session) is not None
    viewer = ANONYMOUS if is_over else _known(now)
    if not viewer.is_signed_in:
        session.clear()
    elif cookie.is_asleep(session, now=now):
        g.sleeping_viewer = viewer
        return ANONYMOUS
    else:
        cookie.keep_awake(session, now=now)
    return viewer


def _known(now: datetime) -> Viewer:
    with reading(everywhere=True) as db:
        young = cookie.young_sign_in(session)
        if young is not None:
            return _young_person(db, young)
        if current_user.is_anonymous:
            return ANONYMOUS
        secret = cookie.secret_of(session)
        here = sign_ins.current(db, account_id=current_user.id, secret=secret, now=now)
        if here is None:
            return ANONYMOUS
        is_by_school, chosen = here.way is SignInWay.SCHOOL, cookie.chosen_organisation(session)
        readers = readers_of_account(db, current_user.id, on=local_date(now))
        if is_by_school:
            # They worked there alone when they came; what they have become since is for another sign-in (WA19).
            readers = tuple(reader for reader in readers if reader.organisation_id == chosen)
        reader = reader_in(readers, chosen)
        if not reader.is_signed_in:
            return reader
        lacks = _second_step_from(db, reader, local_date(now))
        return replace(
            reader,
            sign_in_id=here.id,
            proved_at=here.proved_at,
            shown_here_at=None if is_by_school and here.proved_at == here.came_at else here.proved_at,
            is_by_school=is_by_school,
            second_step_from=lacks,
        )


def _second_step_from(db: Session, reader: Viewer, today: date) -> date | None:
    """Return the day from which a reader needs a second step that they have not."""
    return demanding.lacking_since(
        db,
        account_id=reader.account_id,
        organisation_id=reader.organisation_id,
        by_everybody=current_settings().second_step == "everybody",
        today=today,
    )


def _young_person(db: Session, who: YoungSignIn) -> Viewer:
    card = word_cards.current(db, who.young_person_id)
    try:
        facts = people.young_person(db, who.young_person_id)
    except NotFound:
        return ANONYMOUS
    stands = standing_of(db, facts.organisation_id)
    is_over = card is None or card.id != who.card_id or cookie.began_before(session, card.done_at)
    if is_over or stands.suspended_since is not None:
        return ANONYMOUS
    return Viewer(
        kind=ViewerKind.YOUNG_PERSON,
        organisation_id=facts.organisation_id,
        organisation_name=organisations.organisation(db, facts.organisation_id).name,
        young_person_id=facts.id,
        display_name=facts.known_as,
        closed_on=stands.closed_on,
    )


def readers_of_account(db: Session, account_id: UUID, *, on: date) -> tuple[Viewer, ...]:
    """Return everybody an account can be on a day: the operator first, then staff in each organisation by name.

    In an organisation that is suspended or has closed nobody is anybody (WA12).
    """
    account = people.account(db, account_id)
    if account is None or not account.active:
        return ()
    places = [
        _staff(db, account_id, facts, on)
        for facts in people.staff_of_account(db, account_id)
        if facts.roles_on(on) and standing_of(db, facts.organisation_id).somebody_acts
    ]
    places.sort(key=lambda place: place.organisation_name or "")
    runs = [Viewer(kind=ViewerKind.OPERATOR, account_id=account_id, display_name=account.email)]
    return (*(runs if account.is_operator else ()), *places)


def reader_in(readers: Sequence[Viewer], chosen: UUID | None) -> Viewer:
    """Return the reader for the organisation chosen, else the first; anonymous when there is none any more."""
    found = next((r for r in readers if chosen and r.organisation_id == chosen), readers[0] if readers else ANONYMOUS)
    return replace(found, has_choice=len(readers) > 1)


def _staff(db: Session, account_id: UUID, here: StaffFacts, on: date) -> Viewer:
    roles = here.roles_on(on)
    return Viewer(
        kind=ViewerKind.STAFF,
        organisation_id=here.organisation_id,
        organisation_name=organisations.organisation(db, here.organisation_id).name,
        staff_id=here.id,
        account_id=account_id,
        permissions=permissions_of(roles),
        display_name=here.name,
        role=next(role.value for role in ORDER if role in roles),
    )
