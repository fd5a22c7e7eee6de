"""The operator's forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from accredit.clock import local_date, utc_now
from accredit.domain.organisations.rules import Channel, Details, Kind, Nation, SuspensionReason
from accredit.domain.people.joining import Asker
from accredit.domain.people.rules import DeclineReason
from accredit.errors import AccreditError
from accredit.web.admin.words import CHANNELS, DECLINE_REASONS, KINDS, SUSPENSION_REASONS
from accredit.web.forms import CheckboxInput, DateField, Form, RadioInput, SelectChoice, TextArea, TextInput
from accredit.web.messages import sentence
from accredit.web.nation_words import NATIONS

# Which field a rule speaks of; a rule that names none is shown at the first field.
FIELD_OF_RULE = {
    "organisation-name": "name",
    "urn": "urn",
    "ukprn": "ukprn",
    "charity-number": "charity_number",
    "confirmed-in-the-future": "on",
    "closed-in-the-future": "last_day",
    "email-format": "email",
    "staff-already-added": "email",
    "email-in-use": "email",
    "first-operator-code": "code",
    "operator-exists": "code",
    "password-short": "password",
    "password-long": "password",
    "password-common": "password",
    "name-missing": "person",
    "name-too-long": "person",
    "name-control": "person",
    "name-invisible": "person",
    "name-symbol": "person",
    "name-formula": "person",
    "name-marks": "person",
}


def _choices(words: Mapping[Any, LazyString]) -> list[SelectChoice]:
    return [SelectChoice(value.value, text) for value, text in words.items()]


class RuledForm(Form):
    """A form that can show a broken rule beside the field it speaks of."""

    def show_broken(self, broken: AccreditError) -> None:
        """Put the rule's sentence beside its field."""
        name = FIELD_OF_RULE.get(broken.code, "")
        field = self[name] if name in self else next(iter(self))
        field.errors = [sentence(broken)]


def _text(label: LazyString, *, needed: LazyString | None = None, longest: int = 200) -> StringField:
    rules = [InputRequired(needed)] if needed is not None else []
    return StringField(label, [*rules, Length(max=longest, message=_l("That is too long"))], widget=TextInput())


class SuspensionForm(RuledForm):
    """Why an organisation is suspended."""

    reason = RadioField(_l("Why?"), [InputRequired(_l("Choose why"))], widget=RadioInput())

    def __init__(self, *args: Any, **values: Any) -> None:
        """Fill in the fixed list."""
        super().__init__(*args, **values)
        self.reason.choices = _choices(SUSPENSION_REASONS)

    def chosen(self) -> SuspensionReason:
        """Return the reason that was chosen."""
        return SuspensionReason(self.reason.data)


class ClosingForm(RuledForm):
    """The last day of an organisation that has closed."""

    last_day = DateField(_l("Which was its last day?"), [InputRequired(_l("Give its last day"))])

    def chosen(self) -> date:
        """Return the day that was given."""
        return cast("date", self.last_day.data)


class AdministratorForm(RuledForm):
    """The person at the organisation who will manage it here."""

    person = _text(_l("Name"), needed=_l("Give the name of the person"), longest=150)
    job_title = _text(_l("Job title"))
    email = _text(_l("E-mail address at work"), needed=_l("Give their e-mail address"), longest=254)


class FirstOperatorForm(RuledForm):
    """The code from the console, and how its reader will sign in."""

    code = _text(_l("Code from the server’s console"), needed=_l("Type the code that the console shows"), longest=60)
    email = _text(_l("Your e-mail address"), needed=_l("Type your e-mail address"), longest=254)
    password = PasswordField(
        _l("Choose a password"),
        [InputRequired(_l("Choose a password")), Length(max=1000, message=_l("That password is too long"))],
        # Without a button that shows it: this page carries no script. The template never writes the value back.
        widget=TextInput(),
    )


class OrganisationForm(RuledForm):
    """An organisation and its first administrator."""

    name = _text(_l("Name of the organisation"), needed=_l("Give the name"))
    kind = RadioField(_l("What is it?"), [InputRequired(_l("Choose what it is"))], widget=RadioInput())
    nation = RadioField(_l("Where is it?"), [InputRequired(_l("Choose where it is"))], widget=RadioInput())
    town = _text(_l("Town"))
    urn = _text(_l("URN"), longest=20)
    ukprn = _text(_l("UKPRN"), longest=20)
    charity_number = _text(_l("Charity number"), longest=20)
    contact = TextAreaField(
        _l("How a stranger in doubt can reach it"),
        [Length(max=500, message=_l("Use 500 letters or fewer"))],
        widget=TextArea(),
    )
    person = _text(_l("Name of its first administrator"), needed=_l("Give the name of the person"), longest=150)
    job_title = _text(_l("Their job title"))
    email = _text(_l("Their e-mail address at work"), needed=_l("Give their e-mail address"), longest=254)

    def __init__(self, *args: Any, **values: Any) -> None:
        """Fill in the fixed lists."""
        super().__init__(*args, **values)
        self.kind.choices, self.nation.choices = _choices(KINDS), _choices(NATIONS)

    def details(self) -> Details:
        """Return what was typed about the organisation."""
        return Details(
            name=self.name.data or "",
            town=self.town.data,
            urn=self.urn.data,
            ukprn=self.ukprn.data,
            charity_number=self.charity_number.data,
            contact=self.contact.data,
        )

    def asker(self) -> Asker:
        """Return who would manage it here."""
        return Asker(name=self.person.data, job_title=self.job_title.data, email=self.email.data)

    def chosen_kind(self) -> Kind:
        """Return the kind chosen."""
        return Kind(self.kind.data)

    def chosen_nation(self) -> Nation:
        """Return the nation chosen."""
        return Nation(self.nation.data)


class JoinForm(OrganisationForm):
    """An organisation that asks to join, and who asks."""

    person = _text(_l("Your name"), needed=_l("Give your name"), longest=150)
    job_title = _text(_l("What you do there"))
    email = _text(_l("Your e-mail address at work"), needed=_l("Give your e-mail address"), longest=254)
    may_ask = BooleanField(
        _l("I may ask this for the organisation"),
        [InputRequired(_l("Tick this once you have asked whoever decides"))],
        widget=CheckboxInput(),
    )


class DeclineForm(RuledForm):
    """Why an organisation cannot join; it is told so in kind words."""

    reason = RadioField(_l("Why?"), [InputRequired(_l("Choose a reason"))], widget=RadioInput())

    def __init__(self, *args: Any, **values: Any) -> None:
        """Fill in the fixed list."""
        super().__init__(*args, **values)
        self.reason.choices = _choices(DECLINE_REASONS)

    def chosen(self) -> DeclineReason:
        """Return the reason chosen."""
        return DeclineReason(self.reason.data)


class ChannelForm(RuledForm):
    """By which outside channel something was learned, and on which day."""

    channel = RadioField(_l("How do you know?"), [InputRequired(_l("Choose how you know"))], widget=RadioInput())
    on = DateField(_l("On which day?"), [InputRequired(_l("Enter the day"))])

    def __init__(self, *args: Any, **values: Any) -> None:
        """Fill in the fixed list."""
        super().__init__(*args, **values)
        self.channel.choices = _choices(CHANNELS)

    def validate_on(self, field: DateField) -> None:
        """Refuse a day that has not come yet."""
        if field.data is not None and field.data > local_date(utc_now()):
            raise ValidationError(gettext("The confirmation cannot lie in the future."))

    def chosen(self) -> Channel:
        """Return the channel chosen."""
        return Channel(self.channel.data)

    def day(self) -> date:
        """Return the day of a valid form."""
        return cast("date", self.on.data)
