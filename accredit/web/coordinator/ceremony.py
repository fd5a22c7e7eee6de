"""What is printed for a ceremony: all certificates of a day in one file, and the papers around them.

Printing publishes nothing and changes nothing. Everything is in one order, that of the running order: by award, then by
year and form, then by name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Response, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from accredit.clock import utc_now
from accredit.domain.credentials import paper_ahead, queries
from accredit.domain.credentials.paper_ahead import AheadView
from accredit.domain.credentials.rules import Progress, date_in_words
from accredit.domain.credentials.views import CohortLine, CredentialView
from accredit.domain.organisations import paper
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import queries as people
from accredit.domain.people.queries import YoungPersonFacts
from accredit.domain.programmes import queries as programmes
from accredit.domain.programmes.rules import Badge
from accredit.errors import NotFound
from accredit.rendering.ceremony import Ceremony, Paper, Person, ceremony_pdf
from accredit.rendering.of_credential import certificates_of, skills_of
from accredit.storage import Session, identity
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation, today
from accredit.web.coordinator.forms import year_group_text
from accredit.web.database import reading, transaction
from accredit.web.limits import PAPERS, count_for_school
from accredit.web.list_files import exported
from accredit.web.lists import Column, Filter, Held, Kind, ListOf, show
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.settings import current_settings

_STANDING = frozenset({Progress.WAITING, Progress.SIGNED, Progress.RELEASED})
_LEVELS = list(Badge)


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day on which something was awarded."""

    on: date
    awards: int
    signed: int


@dataclass(frozen=True, kw_only=True)
class Place:
    """One award in the running order, with its certificate once that is signed and published, or printed before."""

    line: CohortLine
    person: YoungPersonFacts
    view: CredentialView | AheadView | None

    @property
    def is_signed(self) -> bool:
        """Whether the certificate is signed and published."""
        return isinstance(self.view, CredentialView)

    @property
    def is_ahead(self) -> bool:
        """Whether it can be printed before its day."""
        return isinstance(self.view, AheadView)

    @property
    def is_renamed(self) -> bool:
        """Whether what is printed has another name than the record by now."""
        return self.view is not None and self.view.printed_name != self.person.printed_name

    @property
    def group(self) -> str:
        """The form, or else the year group in words."""
        return self.person.form or year_group_text(self.person.year_group)


@bp.get("/ceremony")
@requires(Permission.AWARD)
def ceremonies() -> ResponseReturnValue:
    """List the days on which something was awarded, newest first."""
    with reading() as db:
        shown = show(db, _days(db))
    return page("coordinator/ceremonies.html", shown=shown)


@bp.route("/ceremony/export", methods=["GET", "POST"])
@requires(Permission.AWARD, proof=True)
def export_ceremonies() -> Response:
    """Hand out the list of days as a file."""
    return exported(_days)


def _days(db: Session) -> ListOf[Day]:
    lines = _lines(db)
    awards = Counter(line.awarded_on for line in lines)
    signed = Counter(line.awarded_on for line in lines if line.progress is Progress.RELEASED)
    return ListOf(
        name="days-with-awards",
        title=_("Days with awards"),
        endpoint="coordinator.ceremonies",
        export="coordinator.export_ceremonies",
        source=Held(
            everything=[Day(on=on, awards=number, signed=signed[on]) for on, number in awards.items()],
            orders={"day": lambda day: day.on, "awards": lambda day: (day.awards, day.on)},
            filters={
                "since": lambda day, since: day.on.isoformat() >= since,
                "until": lambda day, until: day.on.isoformat() <= until,
            },
        ),
        order="-day",
        columns=(
            Column(name="day", label=_("Day"), cell=lambda day: day.on, kind=Kind.DAY),
            Column(name="awards", label=_("Awards"), cell=lambda day: day.awards, kind=Kind.NUMBER),
            Column(
                name="signed",
                label=_("Certificates ready to print"),
                cell=lambda day: day.signed,
                kind=Kind.NUMBER,
                is_sorted=False,
            ),
        ),
        filters=(
            Filter(name="since", label=_("From this day on"), is_day=True),
            Filter(name="until", label=_("Up to this day"), is_day=True),
        ),
    )


@bp.get("/ceremony/<day>")
@requires(Permission.AWARD)
def ceremony(day: str) -> ResponseReturnValue:
    """Show everything that can be printed for the awards of a day, and who is called up."""
    on, programme = ceremony_day(day), chosen_programme()
    with reading() as db:
        places = places_on(db, on, programme)
        found = programmes.programmes(db, organisation_id=own_organisation(), on=today())
        reprints = paper_ahead.reprints(
            db, {each.line.award_id: each.view for each in places if isinstance(each.view, CredentialView)}
        )
    return page(
        "coordinator/ceremony.html",
        on=on,
        places=places,
        printable=sum(place.view is not None for place in places),
        signed=sum(place.is_signed for place in places),
        ahead=sum(place.is_ahead for place in places),
        is_ahead=on > today(),
        renamed=[place for place in places if place.is_signed and place.is_renamed],
        reprints=[
            place for place in places if place.line.award_id in reprints or getattr(place.view, "is_changed", False)
        ],
        called=sum(place.person.is_called_up for place in places),
        papers=Paper,
        programmes=found,
        chosen=programme,
    )


@bp.post("/ceremony/<day>/ahead")
@requires(Permission.AWARD)
def ceremony_ahead(day: str) -> ResponseReturnValue:
    """Make the certificates of a day to come printable; they are signed on that day by themselves."""
    on, programme = ceremony_day(day), chosen_programme()
    with transaction() as db:
        places = places_on(db, on, programme)
        done = paper_ahead.prepare(
            db, award_ids=[place.line.award_id for place in places], actor=own_actor(), now=utc_now()
        )
        signed = {each.line.award_id: each.view for each in places if isinstance(each.view, CredentialView)}
        settled = paper_ahead.settle(db, signed, actor=own_actor(), now=utc_now())
    names = {place.line.award_id: place.line.printed_name for place in places}
    for award_id, refusal in done.refused.items():
        flash(_("%(name)s: %(why)s", name=names[award_id], why=sentence(refusal)), "careful")
    news = ngettext(
        "%(num)d certificate can be printed now. It can be checked from its day on.",
        "%(num)d certificates can be printed now. They can be checked from their day on.",
        len(done.ready) or settled,
    )
    told = news if done.ready or settled else None
    return see_other("coordinator.ceremony", day=day, programme=programme, flash=told)


@bp.get("/ceremony/<day>/certificates.pdf")
@requires(Permission.AWARD)
def ceremony_certificates(day: str) -> ResponseReturnValue:
    """Answer with the certificates of a day as one file, in the running order; of those to come, the ones prepared."""
    on = ceremony_day(day)
    count_for_school(PAPERS)
    with reading() as db:
        views = [place.view for place in places_on(db, on, chosen_programme()) if place.view is not None]
        look = paper.look(db, own_organisation())
    if not views:
        raise NotFound("credential")
    title = _("Certificates, %(day)s", day=date_in_words(on))
    made = certificates_of(views, base_url=current_settings().base_url, title=title, look=look)
    return _answer(made, f"certificates-{on}")


@bp.get("/ceremony/<day>/<any({papers}):paper>.pdf".format(papers=", ".join(f"'{paper.value}'" for paper in Paper)))
@requires(Permission.AWARD)
def ceremony_paper(day: str, paper: str) -> ResponseReturnValue:
    """Answer with one of the papers of a ceremony."""
    on = ceremony_day(day)
    count_for_school(PAPERS)
    with reading() as db:
        told = _told(db, on, places_on(db, on, chosen_programme()))
    try:
        made = ceremony_pdf(Paper(paper), told)
    except ValueError:
        # Nobody is called up, so there is nothing to say or to show.
        raise NotFound("nobody-called-up") from None
    return _answer(made, f"{paper}-{on}")


def _answer(content: bytes, name: str) -> Response:
    answer = Response(content, content_type="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.pdf")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def ceremony_day(text: str) -> date:
    """Return the day that an address names. Raises `NotFound`."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise NotFound("ceremony")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound("ceremony") from None


def chosen_programme() -> UUID | None:
    """Return the one programme that is looked at, if any."""
    return request.args.get("programme", type=UUID)


def _lines(db: Session, programme: UUID | None = None) -> list[CohortLine]:
    lines = queries.cohort(db, organisation_id=own_organisation(), programme_id=programme)
    return [line for line in lines if line.progress in _STANDING]


def places_on(db: Session, on: date, programme: UUID | None) -> list[Place]:
    """Return the awards of a day in the running order. Raises `NotFound` when there is none."""
    lines = [line for line in _lines(db, programme) if line.awarded_on == on]
    if not lines:
        raise NotFound("ceremony")
    known = people.young_people_by_id(db, {line.young_person_id for line in lines})
    ids = [line.award_id for line in lines]
    views: dict[UUID, CredentialView | AheadView] = {**paper_ahead.views(db, ids), **queries.views_of_awards(db, ids)}
    places = [Place(line=line, person=known[line.young_person_id], view=views.get(line.award_id)) for line in lines]
    return sorted(places, key=_order)


def _order(place: Place) -> tuple[int, str, int, str, str]:
    digits = re.sub(r"\D", "", place.person.year_group or "")
    return (
        _LEVELS.index(Badge(place.line.badge)),
        place.line.level_title,
        int(digits) if digits else 0,
        place.person.form or "",
        place.line.printed_name.casefold(),
    )


def _told(db: Session, on: date, places: Sequence[Place]) -> Ceremony:
    school = organisations.organisation(db, own_organisation())
    service = identity.read(db)
    return Ceremony(
        organisation=school.name,
        day=date_in_words(on),
        people=tuple(
            Person(
                name=place.view.printed_name if place.view else place.line.printed_name,
                known_as=place.person.known_as,
                said=place.person.name_said,
                group=place.group,
                award=place.line.level_title,
                level=place.line.badge,
                skills=skills_of(place.view)[:2] if place.view else (),
                is_called_up=place.person.is_called_up,
            )
            for place in places
        ),
        look=paper.look(db, own_organisation()).on(on),
        demonstration=service is not None and service.demonstration,
        language="en",
    )
