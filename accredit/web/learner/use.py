"""For a university, a curriculum vitae or a job: what the record says, ready to use, and the three answers counted.

What is typed here is counted and given back. It is not kept, neither by us nor in an audit event.
"""

from __future__ import annotations

from uuid import UUID

from flask import Response
from flask_babel import lazy_gettext as _
from wtforms import TextAreaField
from wtforms.validators import Length

from accredit.domain.credentials import usable as using
from accredit.domain.credentials.usable import Usable
from accredit.errors import NotFound
from accredit.kit import ucas
from accredit.web.access import young_person
from accredit.web.database import reading
from accredit.web.files import check_address
from accredit.web.forms import Form, TextArea
from accredit.web.learner import bp, telling
from accredit.web.learner.me import own_id, today
from accredit.web.pages import page

# Many times what the form takes, so that a long draft can be cut here; more would only keep our machine busy.
MOST_TYPED = 20_000
_NOT_TOO_LONG = [Length(max=MOST_TYPED, message=_("That is too long to count here. Cut it first."))]


class StatementForm(Form):
    """The three answers of a personal statement, to be counted."""

    why = TextAreaField(_("Question 1: why this course or subject?"), _NOT_TOO_LONG, widget=TextArea())
    studies = TextAreaField(_("Question 2: how have your studies prepared you?"), _NOT_TOO_LONG, widget=TextArea())
    beyond = TextAreaField(
        _("Question 3: what else has prepared you, outside lessons?"), _NOT_TOO_LONG, widget=TextArea()
    )


@bp.get("/my/use")
@young_person
def use() -> Response:
    """Offer complete lines for a CV and for a teacher, and the code with how to cite it."""
    told = []
    for usable in _own():
        cited = _cited(usable)
        told.append((usable, cited, telling.cv_lines(usable, cited), telling.reference_line(usable, cited)))
    return page("learner/use.html", told=told, most=ucas.MOST_OF_REFERENCE)


@bp.route("/my/use/<uuid:enrolment_id>", methods=["GET", "POST"])
@young_person
def statement(enrolment_id: UUID) -> Response:
    """Offer facts and questions for the three answers, and count what was typed. Raises `NotFound`."""
    usable = next((each for each in _own() if each.enrolment_id == enrolment_id and each.speaks_of_ucas), None)
    if usable is None:
        raise NotFound("enrolment")
    form = StatementForm()
    form.validate_on_submit()
    questions = telling.questions(usable)
    counted = ucas.count([form[question.name].data or "" for question in questions])
    return page(
        "learner/statement.html",
        status=422 if form.errors else 200,
        usable=usable,
        form=form,
        questions=questions,
        counted=counted,
        limits=ucas,
    )


def _own() -> tuple[Usable, ...]:
    with reading() as db:
        return using.usables(db, own_id(), on=today())


def _cited(usable: Usable) -> str | None:
    # Without https://, as people type it; a form that takes no links takes this.
    return None if usable.certificate is None else check_address(usable.certificate).partition("://")[2]
