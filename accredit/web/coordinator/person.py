"""One young person: where they stand, what is written about them, their name, their sign-in slip."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.awarding import queries as awarding
from accredit.domain.awarding import standing
from accredit.domain.awarding.queries import Progress
from accredit.domain.credentials import hiding
from accredit.domain.credentials import queries as credentials
from accredit.domain.credentials.views import CohortLine
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.enrolments.queries import EnrolmentFacts
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import asking_school, ceremony, consents, one_person, operations, queries, word_cards
from accredit.domain.practice import queries as practice
from accredit.domain.practice.queries import EntryFacts
from accredit.domain.programmes import queries as programmes
from accredit.errors import Conflict, RuleBroken
from accredit.kit import typed_code
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.agreed import agreed_lines, without_page
from accredit.web.coordinator.desk import own_actor, own_organisation, tell, today
from accredit.web.coordinator.forms import PersonForm
from accredit.web.coordinator.people import entry_of, field_of, year_groups
from accredit.web.database import reading, transaction
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.settings import current_pepper, current_settings


@dataclass(frozen=True, kw_only=True)
class Place:
    """One programme that a young person is or was in."""

    enrolment: EnrolmentFacts
    progress: Progress
    entries: tuple[EntryFacts, ...]
    totals: practice.Totals
    awards: tuple[CohortLine, ...]


@bp.get("/people/<uuid:young_person_id>")
@requires(Permission.MANAGE_PEOPLE)
def person(young_person_id: UUID) -> ResponseReturnValue:
    """Show everything about one young person; of somebody who has left, what their certificates need."""
    with reading() as db:
        facts = queries.young_person(db, young_person_id)
        slip = queries.current_slip(db, young_person_id)
        card = word_cards.current(db, young_person_id)
        places = _places(db, young_person_id, has_left=facts.left_at is not None)
        merges = one_person.merges_asked(db, of=young_person_id)
        agreed = agreed_lines(db, facts)
        removed_since = hiding.own_since(db, young_person_id)
        asked = asking_school.waiting(db, young_person_id)
    return page(
        "coordinator/person.html",
        person=facts,
        slip=slip,
        places=places,
        merges=merges,
        card=card,
        agreed=agreed,
        removed_since=removed_since,
        asked=asked,
        standing=standing,
        today=today(),
    )


def _places(db: Session, young_person_id: UUID, *, has_left: bool) -> list[Place]:
    found = enrolments.enrolments_of(db, young_person_id)
    ids = [each.id for each in found]
    progress = {each.enrolment_id: each for each in awarding.progress_of(db, ids, on=today())}
    totals = practice.totals(db, ids)
    lines = (
        credentials.cohort(db, organisation_id=own_organisation()) if any(p.awarded for p in progress.values()) else []
    )
    return [
        Place(
            enrolment=each,
            progress=progress[each.id],
            entries=() if has_left else practice.entries(db, each.id),
            totals=totals[each.id],
            awards=tuple(line for line in lines if line.enrolment_id == each.id),
        )
        for each in found
    ]


@bp.route("/people/<uuid:young_person_id>/change", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def change_person(young_person_id: UUID) -> ResponseReturnValue:
    """Change what is written about one young person."""
    with reading() as db:
        facts = queries.young_person(db, young_person_id)
    form = PersonForm(obj=facts, is_quiet=not facts.is_called_up)
    form.offer(year_groups())
    if form.validate_on_submit():
        try:
            _change(young_person_id, form)
        except (RuleBroken, Conflict) as refusal:
            tell(field_of(form, refusal), refusal)
        else:
            return see_other("coordinator.person", young_person_id=young_person_id, flash=_("Saved."))
    return page("coordinator/person_form.html", status=422 if form.errors else 200, form=form, person=facts)


def _change(young_person_id: UUID, form: PersonForm) -> None:
    version = form.version.data or ""
    with transaction() as db:
        operations.change_young_person(
            db,
            young_person_id=young_person_id,
            expected_version=int(version) if version.isdecimal() and len(version) <= 9 else -1,
            entry=entry_of(form),
            actor=own_actor(),
            now=utc_now(),
        )
        ceremony.choose(
            db,
            young_person_id=young_person_id,
            name_said=form.name_said.data,
            is_called_up=not form.is_quiet.data,
            actor=own_actor(),
            now=utc_now(),
        )


@bp.post("/people/<uuid:young_person_id>/confirm-name")
@requires(Permission.MANAGE_PEOPLE)
def confirm_name(young_person_id: UUID) -> ResponseReturnValue:
    """Confirm the name to be printed, on the young person's word."""
    with transaction() as db:
        operations.confirm_printed_name(
            db,
            young_person_id=young_person_id,
            name=request.form.get("name", ""),
            actor=own_actor(),
            now=utc_now(),
        )
    return see_other("coordinator.person", young_person_id=young_person_id, flash=_("The name is confirmed."))


@dataclass(frozen=True, kw_only=True)
class Slip:
    """One printed slip; its code is shown this once and kept nowhere."""

    known_as: str
    group: str
    code: str


@bp.post("/people/<uuid:young_person_id>/slip")
@requires(Permission.MANAGE_PEOPLE)
def make_slip(young_person_id: UUID) -> ResponseReturnValue:
    """Make a sign-in slip and show it, once; an earlier one, and the words from it, stop working."""
    with reading() as db:
        waits = without_page(db, young_person_id)
    if waits:
        said = sentence(RuleBroken("home-not-agreed"))
        return see_other("coordinator.person", young_person_id=young_person_id, flash=said, flash_kind="careful")
    return slips_page([young_person_id], back_to=young_person_id)


@bp.post("/programmes/<uuid:programme_id>/slips")
@requires(Permission.MANAGE_PEOPLE)
def make_slips(programme_id: UUID) -> ResponseReturnValue:
    """Make slips for everybody in a programme who has none, on one sheet to be cut up."""
    with reading() as db:
        programmes.programme(db, programme_id, today())  # Another school's is not there.
        members = enrolments.cohort(db, programme_id=programme_id, on=today())
        have = word_cards.with_way_in(db, [member.young_person_id for member in members])
    wanted = [member.young_person_id for member in members if member.young_person_id not in have]
    if not wanted:
        return see_other(
            "coordinator.programme",
            programme_id=programme_id,
            flash=_("Everybody here has a slip already. A lost one is made anew on the young person’s own page."),
            flash_kind="information",
        )
    return slips_page(wanted)


def slips_page(wanted: list[UUID], *, back_to: UUID | None = None) -> ResponseReturnValue:
    """Make slips and show them, once, on one sheet to be cut up; who waits for a yes from home gets none yet."""
    with transaction() as db:
        people = queries.young_people_by_id(db, wanted)
        waiting = consents.waiting_for_home(db, people.values(), now=utc_now())
        codes = operations.make_claim_slips(
            db,
            organisation_id=own_organisation(),
            young_person_ids=[each for each in wanted if each not in waiting],
            pepper=current_pepper(),
            actor=own_actor(),
            now=utc_now(),
        )
        name = organisations.organisation(db, own_organisation()).name
    slips = [
        Slip(known_as=people[each].known_as, group=people[each].form or "", code=typed_code.show(code))
        for each, code in codes.items()
    ]
    return page(
        "coordinator/slips.html",
        slips=slips,
        waiting=sorted((people[each].printed_name, each) for each in waiting),
        organisation=name,
        address=current_settings().host,
        back_to=back_to,
    )


@bp.post("/people/<uuid:young_person_id>/withdraw-slip")
@requires(Permission.MANAGE_PEOPLE)
def withdraw_slip(young_person_id: UUID) -> ResponseReturnValue:
    """Stop a slip, or the words that came of it, from working, for example because it was lost."""
    with transaction() as db:
        person = queries.young_person(db, young_person_id)
        word_cards.stop(
            db,
            young_person_id=person.id,
            organisation_id=person.organisation_id,
            actor=own_actor(),
            now=utc_now(),
        )
    said = _("Nothing opens their page any more. They can have a new slip at any time.")
    return see_other("coordinator.person", young_person_id=young_person_id, flash=said)
