"""My badge as I want it: a colour and a shape of the family. The credential inside is the same to the byte."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_babel import lazy_gettext as _
from wtforms import RadioField

from accredit.domain.credentials.views import CredentialView
from accredit.rendering.badge import COLOURS, SHAPES, Choice, colour_of
from accredit.web.access import young_person
from accredit.web.database import reading
from accredit.web.forms import Form, RadioInput, SelectChoice
from accredit.web.learner import bp
from accredit.web.learner.me import own_view
from accredit.web.pages import page

COLOUR_WORDS = {
    "teal": _("Teal"),
    "blue": _("Blue"),
    "plum": _("Plum"),
    "amber": _("Amber"),
    "berry": _("Berry"),
    "ink": _("Ink"),
    "black-and-white": _("Black and white"),
}
SHAPE_WORDS = {
    "flower": _("Flower"),
    "circle": _("Circle"),
    "tile": _("Soft square"),
    "eight-sides": _("Eight sides"),
    "bubble": _("Speech bubble"),
}


class BadgeForm(Form):
    """A colour and a shape; it changes nothing, so it travels in the address and needs no token."""

    colour = RadioField(
        _("Colour"), choices=[SelectChoice(name, COLOUR_WORDS[name]) for name in COLOURS], widget=RadioInput()
    )
    shape = RadioField(
        _("Shape"), choices=[SelectChoice(name, SHAPE_WORDS[name]) for name in SHAPES], widget=RadioInput()
    )

    class Meta(Form.Meta):
        """Without a token."""

        csrf = False


def chosen(view: CredentialView, asked: Mapping[str, Any]) -> Choice:
    """Return the look that was asked for; whatever is none of ours is as it was awarded."""
    colour, shape = asked.get("colour"), asked.get("shape")
    return Choice(
        colour=colour if colour in COLOURS else colour_of(view.badge),
        shape=shape if shape in SHAPES else SHAPES[0],
    )


@bp.get("/my/certificates/<uuid:credential_id>/badge")
@young_person
def badge(credential_id: UUID) -> Response:
    """Show the badge in the colour and shape that were chosen, and hand it out."""
    with reading() as db:
        view = own_view(db, credential_id)
    choice = chosen(view, request.args)
    form = BadgeForm(formdata=None, data={"colour": choice.colour, "shape": choice.shape})
    said = {"colour": COLOUR_WORDS[choice.colour or ""], "shape": SHAPE_WORDS[choice.shape]}
    return page("learner/badge.html", view=view, form=form, choice=choice, said=said)
