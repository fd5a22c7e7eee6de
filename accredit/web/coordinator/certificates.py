"""Certificates: the list, and one of them with its files and its history; what may be done about it is beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from accredit.clock import utc_now
from accredit.domain.credentials import challenging, cohort, hiding, queries, renewing, revoking, undoing, waiting
from accredit.domain.credentials.operations import why_waiting
from accredit.domain.credentials.rules import Progress
from accredit.domain.credentials.views import CohortLine, CredentialView
from accredit.domain.issuing import queries as issuances
from accredit.domain.issuing.rules import Status
from accredit.domain.issuing.stopping import stops
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import queries as people
from accredit.domain.programmes import queries as programmes
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation, today
from accredit.web.coordinator.reasons import ANSWERS, GROUNDS, REVOKE_REASONS, reason_text
from accredit.web.database import reading, transaction
from accredit.web.files import FileKind, file_answer, source_of
from accredit.web.list_files import exported
from accredit.web.lists import Column, Filter, Kind, ListOf, show
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.standing_still import standing_still

# Signing takes seconds; what waits longer is looked at, to say what it waits for.
_SOON = timedelta(seconds=30)
STATES: Mapping[Progress, LazyString] = {
    Progress.WAITING: _l("Waiting to be signed"),
    Progress.SIGNED: _l("Signed, being published"),
    Progress.RELEASED: _l("Signed"),
    Progress.SUSPENDED: _l("Paused"),
    Progress.REVOKED: _l("Revoked"),
    Progress.VOID: _l("Waiting to be signed"),
}
"""How far an award has come, in words."""


@bp.get("/certificates")
@requires(Permission.AWARD, Permission.SUSPEND)
def certificates() -> ResponseReturnValue:
    """List awards and how far each has come, of one programme or of all."""
    with reading() as db:
        shown = show(db, _certificates(db))
        programme = shown.chosen.get("programme")
        together = cohort.open_batches(
            db, organisation_id=own_organisation(), programme_id=UUID(programme) if programme else None
        )
        stopped = stops(db).of(own_organisation()) is not None
        late = [line for line in shown.lines if line.progress is Progress.WAITING and _begun(line) < utc_now() - _SOON]
        # Whoever waits for nothing is not troubled with it.
        still = standing_still(db) if (together or late) and not stopped else None
        problems = {line.award_id: sentence(why) for line in late if (why := why_waiting(db, line.award_id))}
    return page(
        "coordinator/certificates.html",
        shown=shown,
        batches=batches(together, utc_now()),
        problems=problems,
        stopped=stopped,
        still=still,
    )


@bp.route("/certificates/export", methods=["GET", "POST"])
@requires(Permission.AWARD, Permission.SUSPEND, proof=True)
def export_certificates() -> Response:
    """Hand out the list of certificates as a file."""
    return exported(_certificates)


def _certificates(db: Session) -> ListOf[CohortLine]:
    places = programmes.programmes(db, organisation_id=own_organisation(), on=today())
    levels = {level.code: level.title for each in places if each.current for level in each.current.definition.levels}
    return ListOf(
        name="certificates",
        title=_("Certificates"),
        endpoint="coordinator.certificates",
        export="coordinator.export_certificates",
        source=cohort.awards(organisation_id=own_organisation()),
        order="-decided",
        columns=(
            Column(name="name", label=_("Name"), cell=lambda line: line.printed_name),
            Column(name="award", label=_("Award"), cell=lambda line: line.level_title, is_sorted=False),
            Column(name="programme", label=_("Programme"), cell=lambda line: line.programme_name),
            Column(name="awarded", label=_("Awarded"), cell=lambda line: line.awarded_on, kind=Kind.DAY),
            Column(name="state", label=_("State"), cell=lambda line: str(STATES[line.progress]), is_sorted=False),
        ),
        filters=(
            Filter(name="q", label=_("Find by name, form or pupil number")),
            Filter(name="programme", label=_("Programme"), choices={str(each.id): each.name for each in places}),
            Filter(name="level", label=_("Award"), choices=levels),
            Filter(
                name="state",
                label=_("State"),
                choices={each.value: str(text) for each, text in STATES.items() if each is not Progress.VOID},
            ),
        ),
    )


def _begun(line: CohortLine) -> datetime:
    return max(line.decided_at, line.issue_from or line.decided_at)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Awards of one level that were decided together, and how many of them are signed and published."""

    level_title: str
    programme_name: str
    decided_at: datetime
    done: int
    total: int
    undo_until: datetime | None
    award_ids: tuple[UUID, ...]


def batches(lines: Sequence[CohortLine], now: datetime) -> list[Batch]:
    """Return the batches that can still be undone or are still being signed, newest first."""
    together: dict[tuple[datetime, str, str], list[CohortLine]] = {}
    for line in lines:
        together.setdefault((line.decided_at, line.programme_name, line.level_title), []).append(line)
    found = []
    for (at, programme, level), members in together.items():
        done = sum(line.progress not in {Progress.WAITING, Progress.SIGNED} for line in members)
        until = min((line.issue_from for line in members if is_undoable(line, now) and line.issue_from), default=None)
        if done < len(members):
            found.append(
                Batch(
                    level_title=level,
                    programme_name=programme,
                    decided_at=at,
                    done=done,
                    total=len(members),
                    undo_until=until,
                    award_ids=tuple(line.award_id for line in members if is_undoable(line, now)),
                )
            )
    return found


def is_undoable(line: CohortLine, now: datetime) -> bool:
    """Say whether an award can be undone still."""
    return line.progress is Progress.WAITING and line.issue_from is not None and now < line.issue_from


@bp.post("/certificates/undo")
@requires(Permission.AWARD)
def undo_awards() -> ResponseReturnValue:
    """Undo awards of which nothing was issued yet."""
    try:
        ids = [UUID(each) for each in request.form.getlist("awards")]
    except ValueError:
        raise NotFound("award") from None
    try:
        with transaction() as db:
            undoing.undo(db, award_ids=ids, actor=own_actor(), now=utc_now())
    except RuleBroken as refusal:
        return see_other("coordinator.certificates", flash=sentence(refusal), flash_kind="careful")
    news = ngettext("%(num)d award undone. Nobody was told.", "%(num)d awards undone. Nobody was told.", len(ids))
    return see_other("coordinator.certificates", flash=news)


@bp.get("/certificates/<uuid:award_id>")
@requires(Permission.AWARD, Permission.SUSPEND)
def certificate(award_id: UUID) -> ResponseReturnValue:
    """Show one award: its facts, its files once it is signed, and its history."""
    with reading() as db:
        line = line_of(db, award_id)
        view = queries.view_of_award(db, award_id)
        history = issuances.status_history(db, view.issuance_id) if view else ()
        challenges = challenging.of_issuance(db, view.issuance_id) if view else ()
        asked = revoking.waiting(db, issuance_id=view.issuance_id) if view else None
        hidden = hiding.of_award(db, award_id)
        acted = [*(event.actor_id for event in history), *(each.answered_by for each in challenges)]
        acted += [asked.asked_by if asked else None, hidden.hidden_by if hidden else None]
        names = people.names_of_staff(db, [who for who in acted if who])
        person = people.young_person(db, line.young_person_id)
        is_held = waiting.is_held_back(db, award_id)
        is_changed = (view is None or view.status is not Status.REVOKED) and renewing.is_record_changed(db, award_id)
    return page(
        "coordinator/certificate.html",
        line=line,
        view=view,
        hidden=hidden,
        hidden_by=names.get(hidden.hidden_by) if hidden else None,
        asked=asked,
        asked_by=names.get(asked.asked_by) if asked else None,
        asked_why=REVOKE_REASONS[asked.reason] if asked else None,
        is_own_request=asked is not None and asked.asked_by == own_actor().id,
        challenges=[
            (each, GROUNDS[each.ground], names.get(each.answered_by) if each.answered_by else None)
            for each in challenges
        ],
        answers=ANSWERS,
        new_name=person.printed_name if view and person.printed_name != view.printed_name else None,
        is_name_confirmed=person.name_is_confirmed,
        is_changed=is_changed,
        is_held=is_held,
        undo_until=line.issue_from if is_undoable(line, utc_now()) else None,
        history=[
            (event, reason_text(event.act, event.reason), names.get(event.actor_id) if event.actor_id else None)
            for event in history
        ],
    )


def line_of(db: Session, award_id: UUID) -> CohortLine:
    """Return one award of the reader's organisation. Raises `NotFound`."""
    found = cohort.line_of_award(db, award_id, organisation_id=own_organisation())
    if found is None:
        raise NotFound("award")
    return found


@bp.get("/certificates/<uuid:award_id>.<any(pdf,png,svg,json,jwt):kind>")
@requires(Permission.AWARD, Permission.SUSPEND)
def certificate_file(award_id: UUID, kind: str) -> ResponseReturnValue:
    """Answer with one file of a certificate, made on the spot."""
    with reading() as db:
        view = released(db, award_id)
        source = source_of(db, view, FileKind(kind))
    return file_answer(view, source, FileKind(kind))


def released(db: Session, award_id: UUID) -> CredentialView:
    """Return the certificate of one award of the reader's organisation. Raises `NotFound` while there is none."""
    view = queries.view_of_award(db, award_id)
    if view is None or view.organisation_id != own_organisation():
        raise NotFound("credential")
    return view
