"""Forms that are a choice between sentences: a young person types nothing."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms.validators import InputRequired

from accredit.web.forms import Form, RadioInput, SelectChoice
from accredit.web.learner import words


class SecondLookForm(Form):
    """Why an adult should look again."""

    ground = RadioField(
        _("What would you like to say?"),
        [InputRequired(_("Choose one of these sentences."))],
        choices=[SelectChoice(ground.value, text) for ground, text in words.GROUNDS.items()],
        widget=RadioInput(),
    )
