"""The forms of these pages; what a rule forbids is the domain's, a form only reads what was typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from accredit.domain.organisations.rules import Role
from accredit.domain.practice.rules import Milestone
from accredit.domain.programmes import wording
from accredit.domain.programmes.language_list import Action, Place
from accredit.web.findings import MILESTONES
from accredit.web.forms import (
    CheckboxesInput,
    CheckboxInput,
    DateField,
    FileInput,
    Form,
    RadioInput,
    Select,
    SelectChoice,
    TextArea,
    TextInput,
)

ROLES = {
    Role.SUPERVISOR: _("Supervisor: takes registers, approves hours, sees skills in use"),
    Role.COORDINATOR: _("Co-ordinator: sets up programmes, keeps the records, decides on awards"),
    Role.ADMINISTRATOR: _("Administrator: the organisation’s details and its staff"),
}
ROLE_NAMES = {
    Role.SUPERVISOR: _("Supervisor"),
    Role.COORDINATOR: _("Co-ordinator"),
    Role.ADMINISTRATOR: _("Administrator"),
}

_EARLY_YEARS = {"N": _("Nursery"), "R": _("Reception")}


def year_group_text(code: str | None) -> str:
    """Return a year group in words: ``Year 12``, ``Reception``, ``S5``."""
    if not code:
        return ""
    if code in _EARLY_YEARS:
        return str(_EARLY_YEARS[code])
    return str(_("Year %(number)s", number=code)) if code.isdigit() else code


def choices_of(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """Return choices from (value, label) pairs."""
    return [SelectChoice(str(value), label) for value, label in pairs]


class Printable:
    """Refuses words that cannot stand on paper that strangers read, and says what to write instead."""

    def __init__(self, place: Place) -> None:
        """Take where the text is printed."""
        self.place = place

    def __call__(self, _form: Form, field: Any) -> None:
        """Raise `ValidationError` for the first word that the language list refuses there."""
        for remark in wording.remarks(field.data or "", self.place):
            if remark.action is Action.REFUSE:
                better = ", ".join(remark.instead)
                said = gettext("“%(word)s” cannot be printed.", word=remark.word)
                advice = " " + gettext("Better: %(words)s.", words=better) if better else ""
                raise ValidationError(said + advice)


class PersonForm(Form):
    """What is written about a young person: the least that works."""

    printed_name = StringField(
        _("Name as it is to be printed"),
        [InputRequired(_("Give a name. One word is a complete name."))],
        widget=TextInput(),
    )
    known_as = StringField(_("What they are called day to day"), [Length(max=150)], widget=TextInput())
    year_group = SelectField(_("Year group"), widget=Select())
    form = StringField(
        _("Form or tutor group"), [Length(max=20, message=_("Use up to 20 letters."))], widget=TextInput()
    )
    school_reference = StringField(
        _("The school’s own pupil number"),
        [Length(max=40, message=_("Use up to 40 letters and digits."))],
        widget=TextInput(),
    )
    name_said = StringField(
        _("How to say the name"), [Length(max=100, message=_("Use up to 100 letters."))], widget=TextInput()
    )
    is_quiet = BooleanField(_("They would rather not be called up at a ceremony"), widget=CheckboxInput())
    version = HiddenField()

    def offer(self, year_groups: Iterable[str]) -> None:
        """Fill the list of year groups."""
        known = [(code, year_group_text(code)) for code in year_groups]
        self.year_group.choices = choices_of([("", _("Not known")), *known])


class StaffForm(Form):
    """A new member of staff, with their first role."""

    name = StringField(_("Name"), [InputRequired(_("Give a name."))], widget=TextInput())
    job_title = StringField(_("What they do here"), [Length(max=100)], widget=TextInput())
    email = StringField(_("E-mail address for signing in"), [Length(max=254)], widget=TextInput())
    role = RadioField(
        _("Role"), [InputRequired(_("Choose a role."))], choices=choices_of(ROLES.items()), widget=RadioInput()
    )
    checks_confirmed = BooleanField(
        _("Our own safer-recruitment checks for this person were done"), widget=CheckboxInput()
    )


class RoleForm(Form):
    """One more role for somebody who is on the list."""

    role = RadioField(
        _("Role"), [InputRequired(_("Choose a role."))], choices=choices_of(ROLES.items()), widget=RadioInput()
    )
    held_from = DateField(_("From"), [InputRequired(_("Enter the day from which they hold it."))])
    checks_confirmed = BooleanField(
        _("Our own safer-recruitment checks for this person were done"), widget=CheckboxInput()
    )


class HandOverForm(Form):
    """Who takes over from somebody who leaves."""

    successor = RadioField(_("Who takes over?"), [InputRequired(_("Choose who takes over."))], widget=RadioInput())
    checks_confirmed = BooleanField(
        _("Our own safer-recruitment checks for the successor were done"), widget=CheckboxInput()
    )


class TemplateForm(Form):
    """Which programme to start from, and when it begins."""

    template = RadioField(_("Programme"), [InputRequired(_("Choose a programme."))], widget=RadioInput())
    effective_from = DateField(_("First day"), [InputRequired(_("Enter the first day."))])


class DayForm(Form):
    """One day, for an act that needs nothing else."""

    day = DateField(_("Day"), [InputRequired(_("Enter the day."))])


class EnrolForm(Form):
    """Who joins a programme, and from when."""

    people = SelectMultipleField(_("Young people"), [InputRequired(_("Choose who joins."))], widget=CheckboxesInput())
    started_on = DateField(_("First day in the programme"), [InputRequired(_("Enter the first day."))])


class NamesForm(Form):
    """Whose name is right as it is shown."""

    people = SelectMultipleField(
        _("Young people"), [InputRequired(_("Tick whose name is right."))], widget=CheckboxesInput()
    )


class BreakForm(Form):
    """A break; there is nowhere to give a reason, because none is needed."""

    starts_on = DateField(_("First day of the break"), [InputRequired(_("Enter the first day of the break."))])
    ends_on = DateField(_("Last day, if it is known"), [Optional()])


class MilestoneForm(Form):
    """That something was done, never what was said or written."""

    milestone = RadioField(_("What was done?"), [InputRequired(_("Choose what was done."))], widget=RadioInput())
    reached_on = DateField(_("On which day?"), [InputRequired(_("Enter the day."))])

    def offer(self, milestones: Iterable[Milestone]) -> None:
        """Fill the list with what the programme's levels ask for."""
        self.milestone.choices = choices_of((each.value, _capital(str(MILESTONES[each]))) for each in milestones)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


class SessionForm(Form):
    """A training session."""

    title = StringField(
        _("Title"),
        [InputRequired(_("Give the session a title.")), Length(max=120, message=_("Use up to 120 letters."))],
        widget=TextInput(),
    )
    held_on = DateField(_("Date"), [InputRequired(_("Enter the date of the session."))])
    starts_at = StringField(_("Start"), [Length(max=5, message=_("Write the time like 15:30."))], widget=TextInput())
    place = StringField(_("Place"), [Length(max=120, message=_("Use up to 120 letters."))], widget=TextInput())
    led_by = SelectField(_("Led by"), [InputRequired(_("Choose who leads it."))], widget=Select())
    modules = SelectMultipleField(
        _("Modules"), [InputRequired(_("Choose at least one module for this session."))], widget=CheckboxesInput()
    )


class HolidayForm(Form):
    """A holiday of the school."""

    first_on = DateField(_("First day"), [InputRequired(_("Enter the first day."))])
    last_on = DateField(_("Last day"), [InputRequired(_("Enter the last day."))])


class AwardForm(Form):
    """Who is awarded a level, and on which day; the same form is shown again to be confirmed."""

    enrolments = SelectMultipleField(
        _("Who is awarded"), [InputRequired(_("Tick who is to be awarded."))], widget=CheckboxesInput()
    )
    awarded_on = DateField(_("Date on the certificate"), [InputRequired(_("Enter the date of the award."))])
    when = RadioField(
        _("When should the certificates be signed?"),
        [Optional()],
        choices=[
            SelectChoice("later", _("In ten minutes; until then I can undo it")),
            SelectChoice("now", _("Straight away")),
        ],
        widget=RadioInput(),
    )


class StatusForm(Form):
    """Why a certificate is paused or taken up again: from a fixed list, for the school’s own record."""

    reason = RadioField(_("Why?"), [InputRequired(_("Choose a reason."))], widget=RadioInput())


class RevokeForm(Form):
    """Why a certificate is to be revoked, and that the young person knows."""

    reason = RadioField(_("Why?"), [InputRequired(_("Choose a reason."))], widget=RadioInput())
    told = BooleanField(_("I have talked to the young person about it"), widget=CheckboxInput())


class PictureForm(Form):
    """A picture for the school's own paper; of a second logo also whose it is."""

    file = FileField(_("The picture"), [FileRequired(_("Choose a picture."))], widget=FileInput())
    words = StringField(
        _("Whose logo is it?"),
        [InputRequired(_("Give the name, for who cannot see the logo.")), Length(max=120)],
        widget=TextInput(),
    )


class CorrectionsForm(Form):
    """The list of names of a ceremony, as it came back."""

    file = FileField(_("The list"), [FileRequired(_("Choose the list."))], widget=FileInput())


class OrganisationForm(Form):
    """What the organisation says of itself; name and numbers only until those who run the service confirm them."""

    name = StringField(
        _("Name of the organisation"),
        [InputRequired(_("Give the name.")), Length(max=200, message=_("Use up to 200 letters."))],
        widget=TextInput(),
    )
    nation = RadioField(_("Where is it?"), [InputRequired(_("Choose where it is."))], widget=RadioInput())
    urn = StringField(_("URN"), [Length(max=20)], widget=TextInput())
    ukprn = StringField(_("UKPRN"), [Length(max=20)], widget=TextInput())
    charity_number = StringField(_("Charity number"), [Length(max=20)], widget=TextInput())

    talk_to = TextAreaField(
        _("Adults a young person can talk to"),
        [Length(max=1000, message=_("Use up to 1,000 letters."))],
        widget=TextArea(),
    )
    contact = StringField(
        _("Whom to ask about a certificate"),
        [Length(max=200, message=_("Use up to 200 letters."))],
        widget=TextInput(),
    )
    town = StringField(_("Town"), [Length(max=100, message=_("Use up to 100 letters."))], widget=TextInput())
    own_line = StringField(
        _("A line of your own"),
        [Length(max=120, message=_("Use up to 120 letters.")), Printable(Place.NAME)],
        widget=TextInput(),
    )
    head_name = StringField(
        _("Who signs certificates by hand"),
        [Length(max=80, message=_("Use up to 80 letters."))],
        widget=TextInput(),
    )
    head_title = StringField(
        _("What they are"), [Length(max=80, message=_("Use up to 80 letters."))], widget=TextInput()
    )
    head_since = DateField(_("They have been that since"), [Optional()])
