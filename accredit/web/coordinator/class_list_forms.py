"""What is typed on the pages of a class list. Its questions are no form: their names come from the file."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import TextAreaField
from wtforms.validators import Length, ValidationError

from accredit.domain.people.class_list import Field
from accredit.web.forms import FileInput, Form, TextArea

ANSWER, TYPED, COLUMN, GUESS = "answer:", "typed:", "column:", "guess:"


class ClassListForm(Form):
    """A class list, as a file or pasted."""

    file = FileField(_("The file"), widget=FileInput())
    text = TextAreaField(
        _("Or paste it here"),
        [Length(max=200_000, message=_("That is too long to paste. Choose a file instead."))],
        widget=TextArea(),
    )

    def validate_file(self, field: FileField) -> None:
        """Ask for one of the two."""
        if not field.data and not (self.text.data or "").strip():
            raise ValidationError(_("Choose the file of the class list, or paste it."))


def given_answers(form: Mapping[str, str]) -> dict[str, str]:
    """Return the answers to questions by their keys; what was typed is more than a tick."""
    found: dict[str, str] = {}
    for prefix in (ANSWER, TYPED):
        found |= {
            name.removeprefix(prefix): text.strip()
            for name, text in form.items()
            if name.startswith(prefix) and text.strip()
        }
    return found


def given_columns(form: Mapping[str, str]) -> dict[Field, int] | None:
    """Return which column is which, or None where nobody has said so."""
    # Our own guess counts as said only when the reader asks for a reading with these columns.
    prefixes = (COLUMN, GUESS) if form.get("do") == "columns" else (COLUMN,)
    chosen = {name: text for name, text in form.items() if name.startswith(prefixes)}
    if not chosen:
        return None
    mapping: dict[Field, int] = {}
    for name, text in chosen.items():
        index = name.partition(":")[2]
        if text in set(Field) and index.isdecimal() and len(index) <= 4:
            mapping.setdefault(Field(text), int(index))
    return mapping
