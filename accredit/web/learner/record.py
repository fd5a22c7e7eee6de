"""My record of peer support: what it would say today, asking for it, the ones there are, taking one back."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Response, request
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.credentials import sharing_basis, support_record_asking, support_records
from accredit.domain.credentials.record_contents import Contents
from accredit.domain.credentials.views import RecordView
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.issuing.rules import Status
from accredit.domain.people import queries as people
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session
from accredit.web.access import young_person
from accredit.web.database import reading, transaction
from accredit.web.files import FileKind, check_address, file_answer, source_of
from accredit.web.learner import bp, words
from accredit.web.learner.me import own_enrolment, own_id
from accredit.web.pages import page, see_other
from accredit.web.viewer import current_viewer


@dataclass(frozen=True, kw_only=True)
class Place:
    """One programme they are or were in, and what a record of it would say today."""

    enrolment_id: UUID
    contents: Contents


@dataclass(frozen=True, kw_only=True)
class Made:
    """One record with the address at which anybody may check it, and whether a link to show it can be made now."""

    view: RecordView
    address: str
    may_be_shared: bool


@bp.get("/my/record")
@young_person
def record() -> Response:
    """Show what a record would say, and those that were made and hold."""
    actor, now = current_viewer().actor(), utc_now()
    with reading() as db:
        me = people.young_person(db, own_id())
        places = [
            Place(
                enrolment_id=each.id,
                contents=support_record_asking.preview(
                    db, enrolment_id=each.id, shows_months=True, actor=actor, now=now
                ),
            )
            for each in enrolments.enrolments_of(db, own_id())
        ]
        made = [
            Made(view=view, address=check_address(view), may_be_shared=sharing_basis.is_shareable(db, view))
            for view in support_records.of_young_person(db, own_id())
            if view.status is not Status.REVOKED
        ]
        coming = support_record_asking.coming(db, own_id())
    return page("learner/record.html", me=me, places=places, made=made, coming=coming)


@bp.post("/my/record/<uuid:enrolment_id>")
@young_person
def make_record(enrolment_id: UUID) -> Response:
    """Ask for a record of what was done in one programme."""
    shows_months = request.form.get("months") == "yes"
    try:
        with transaction() as db:
            own_enrolment(db, enrolment_id)
            support_record_asking.ask(
                db,
                enrolment_id=enrolment_id,
                shows_months=shows_months,
                actor=current_viewer().actor(),
                now=utc_now(),
            )
    except RuleBroken as refusal:
        return see_other("learner.record", flash=words.sentence(refusal), flash_kind="careful")
    return see_other("learner.record", flash=_("Your record is being made. Look again in a minute."))


@bp.post("/my/record/<uuid:record_id>/take-back")
@young_person
def take_back_record(record_id: UUID) -> Response:
    """End a record for good."""
    try:
        with transaction() as db:
            support_record_asking.take_back(db, record_id=record_id, actor=current_viewer().actor(), now=utc_now())
    except RuleBroken as refusal:
        return see_other("learner.record", flash=words.sentence(refusal), flash_kind="careful")
    return see_other("learner.record", flash=_("That record is gone. You can make a new one at any time."))


@bp.get("/my/record/<uuid:credential_id>.<any(pdf, json, jwt, evidence):kind>")
@young_person
def record_file(credential_id: UUID, kind: str) -> Response:
    """Hand out one file. Raises `NotFound` for everybody but its holder."""
    with reading() as db:
        view = _own_view(db, credential_id)
        source = source_of(db, view, FileKind(kind))
    return file_answer(view, source, FileKind(kind))


def _own_view(db: Session, credential_id: UUID) -> RecordView:
    for view in support_records.of_young_person(db, own_id()):
        if view.credential_id == credential_id:
            return view
    raise NotFound("credential")
