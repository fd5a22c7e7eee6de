"""What needs doing today, in one look: numbers with links, and the next step of a school that has just begun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from accredit.domain.awarding import queries as awarding
from accredit.domain.awarding.queries import Progress
from accredit.domain.credentials import challenging, revoking
from accredit.domain.credentials import queries as credentials
from accredit.domain.issuing import queries as issuances
from accredit.domain.organisations.rules import Permission, Role
from accredit.domain.people import leaving
from accredit.domain.people import queries as people
from accredit.domain.people.queries import StaffFacts
from accredit.domain.practice import queries as practice
from accredit.domain.programmes import queries as programmes
from accredit.domain.programmes.queries import ProgrammeFacts
from accredit.domain.training import queries as training
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp, setting_up, standing
from accredit.web.coordinator.desk import own_organisation, today
from accredit.web.database import reading
from accredit.web.pages import address_of, page
from accredit.web.viewer import current_viewer


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something that waits for an adult: how many, in words, and where it is done."""

    count: int
    text: str
    href: str


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something worth knowing today, with the words and the address of the way on."""

    text: str
    link: str
    href: str


@bp.get("/")
@requires(Permission.MANAGE_STAFF, Permission.MANAGE_PEOPLE)
def home() -> ResponseReturnValue:
    """Show what needs doing today."""
    viewer = current_viewer()
    with reading() as db:
        staff = people.staff(db, organisation_id=own_organisation())
        found = programmes.programmes(db, organisation_id=own_organisation(), on=today())
        steps = setting_up.steps(db)
        cohorts = [(each, awarding.cohort_progress(db, each.id, on=today())) for each in found]
        tasks = _to_answer(db) if viewer.may(Permission.SUSPEND) else []
        tasks += _tasks(db, cohorts) if viewer.may(Permission.MANAGE_PEOPLE) else []
    is_set_up = all(step.done for step in steps)
    return page(
        "coordinator/home.html",
        tasks=tasks,
        notices=_notices(staff, cohorts, is_set_up=is_set_up),
        steps=[] if is_set_up else steps,
        cohorts=cohorts,
        today=today(),
    )


Cohorts = Sequence[tuple[ProgrammeFacts, Sequence[Progress]]]


def _tasks(db: Session, cohorts: Cohorts) -> list[Task]:
    members = [who for _programme, cohort in cohorts for who in cohort]
    unconfirmed = len({who.young_person_id for who in members if not who.is_name_confirmed})
    untaken = [each for each in training.sessions(db) if not each.is_taken and each.held_on <= today()]
    waiting = practice.waiting_count(db)
    signing = credentials.waiting_count(db, organisation_id=own_organisation())
    hours = address_of("supervisor.home") or url_for("coordinator.programmes")
    found = [
        Task(count=waiting, text=ngettext("entry of time waits", "entries of time wait", waiting), href=hours),
        *(_ready(programme, cohort) for programme, cohort in cohorts),
        Task(
            count=unconfirmed,
            text=ngettext("name is still to be confirmed", "names are still to be confirmed", unconfirmed),
            href=url_for("coordinator.people", sort="waiting"),
        ),
        Task(
            count=len(untaken),
            text=ngettext("register is still to be taken", "registers are still to be taken", len(untaken)),
            href=url_for("coordinator.register", session_id=untaken[0].id) if untaken else "",
        ),
        Task(
            count=signing,
            text=ngettext("certificate is being signed", "certificates are being signed", signing),
            href=url_for("coordinator.certificates"),
        ),
    ]
    asked = leaving.asked_to_open(db, organisation_id=own_organisation())
    if asked:
        text = ngettext(
            "leaver’s page may be opened again: look", "leavers’ pages may be opened again: look", len(asked)
        )
        found.append(Task(count=len(asked), text=text, href=url_for("coordinator.leavers")))
    return [task for task in found if task.count]


def _to_answer(db: Session) -> list[Task]:
    looks = [each.issuance_id for each in challenging.waiting_of(db, organisation_id=own_organisation())]
    asked = revoking.waiting_of(db, organisation_id=own_organisation())
    texts = (
        (looks, ngettext("second look is asked for", "second looks are asked for", len(looks))),
        (asked, ngettext("certificate may be revoked: look", "certificates may be revoked: look", len(asked))),
    )
    return [
        Task(
            count=len(found),
            text=text,
            # The oldest first; once it is answered, the next one is here.
            href=url_for("coordinator.certificate", award_id=issuances.issuance(db, found[0]).subject_id),
        )
        for found, text in texts
        if found
    ]


def _ready(programme: ProgrammeFacts, cohort: Sequence[Progress]) -> Task:
    count = sum(bool(standing.due(who)) for who in cohort)
    text = ngettext(
        "ready for an award in %(programme)s", "ready for an award in %(programme)s", count, programme=programme.name
    )
    return Task(count=count, text=text, href=url_for("coordinator.award", programme_id=programme.id))


def _notices(staff: Sequence[StaffFacts], cohorts: Cohorts, *, is_set_up: bool) -> list[Notice]:
    texts = []
    if _holding(staff, Role.COORDINATOR) == 1:
        texts.append(_("There is only one co-ordinator. With a second one, nothing stops when somebody is away."))
    if is_set_up and not _holding(staff, Role.SUPERVISOR):
        texts.append(_("There is no supervisor yet, so no hours can be approved."))
    add = url_for("coordinator.add_staff")
    notices = [Notice(text=text, link=_("Add a member of staff"), href=add) for text in texts]
    return notices + [notice for programme, cohort in cohorts if (notice := _refresher(programme, cohort))]


def _refresher(programme: ProgrammeFacts, cohort: Sequence[Progress]) -> Notice | None:
    due = sum(standing.is_refresher_due(who, today()) for who in cohort)
    if not due:
        return None
    text = ngettext(
        "%(programme)s: a refresher is due for %(num)d young person, now or within a month.",
        "%(programme)s: a refresher is due for %(num)d young people, now or within a month.",
        due,
        programme=programme.name,
    )
    return Notice(text=text, link=_("See who"), href=url_for("coordinator.up_to_date"))


def _holding(staff: Sequence[StaffFacts], role: Role) -> int:
    return sum(role in who.roles_on(today()) for who in staff)
