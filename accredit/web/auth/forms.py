"""The forms of signing in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from accredit.web.forms import DateField, Form, PasswordInput, TextInput


class SignInForm(Form):
    """Address and password; the password stays empty when a code is wanted."""

    email = StringField(
        _l("E-mail address"),
        [InputRequired(_l("Type your e-mail address")), Length(max=254, message=_l("That address is too long"))],
        widget=TextInput(),
    )
    # Without a button that shows it: these pages carry no script. The template never writes the value back.
    password = PasswordField(
        _l("Password"), [Length(max=1024, message=_l("That password is too long"))], widget=TextInput()
    )
    next = HiddenField()


class CodeForm(Form):
    """The digits that came by e-mail."""

    code = StringField(
        _l("Code from the e-mail"),
        [InputRequired(_l("Type the code from the e-mail")), Length(max=40, message=_l("That is too long for a code"))],
        widget=TextInput(),
    )
    next = HiddenField()


class SecondStepForm(Form):
    """Six digits of an app, or a code from paper."""

    code = StringField(
        _l("Code"),
        [InputRequired(_l("Type the code")), Length(max=40, message=_l("That is too long for a code"))],
        widget=TextInput(),
    )
    next = HiddenField()


class DemandForm(Form):
    """From which day everybody needs a second step."""

    since = DateField(_l("From which day?"), [InputRequired(_l("Give the day."))])


class PasswordForm(Form):
    """A new password, shown while it is typed if its reader wants: nobody has to type it twice."""

    password = PasswordField(
        _l("New password"),
        [
            InputRequired(_l("Type the new password")),
            Length(max=1024, message=_l("Choose a shorter password: at most 1,024 characters.")),
        ],
        widget=PasswordInput(),
    )


class SchoolForm(Form):
    """Where people have an account already, and what this service is called there."""

    issuer = StringField(
        _l("Address of the service (issuer)"), [InputRequired(_l("Give the address"))], widget=TextInput()
    )
    school = StringField(_l("Domain of the school"), widget=TextInput())
    client_id = StringField(_l("Client id"), [InputRequired(_l("Give the client id"))], widget=TextInput())
    client_secret = StringField(_l("Client secret"), [InputRequired(_l("Give the client secret"))], widget=TextInput())


class ClaimForm(Form):
    """A young person's five words, or the code on a slip that was not used yet."""

    code = StringField(
        _l("Your five words, or the code on your slip"),
        [
            InputRequired(_l("Type your five words, or the code from your slip")),
            Length(max=200, message=_l("That is too long. Type five words, or one code.")),
        ],
        widget=TextInput(),
    )
    next = HiddenField()
