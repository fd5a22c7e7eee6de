"""Forms: GOV.UK widgets with their known faults mended, and the guard against forged ones.

- Date parts carry our words, and the error summary's link reaches the first of them.
- A field without a hint has no empty hint.
- ``maxlength`` of a character count comes from the field's own `Length` rule.
- What the components' scripts say is ours to translate; their own words are English only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from flask import request
from flask_babel import gettext, lazy_gettext
from flask_wtf import CSRFProtect, FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovCharacterCount,
    GovCheckboxesInput,
    GovCheckboxInput,
    GovDateInput,
    GovFileInput,
    GovPasswordInput,
    GovRadioInput,
    GovSelect,
    GovTextArea,
    GovTextInput,
)
from werkzeug.exceptions import RequestEntityTooLarge
from wtforms import DateField as _DateField
from wtforms import Field, HiddenField
from wtforms.fields import SelectChoice
from wtforms.validators import Length

__all__ = [
    "CharacterCount",
    "CheckboxInput",
    "CheckboxesInput",
    "DateField",
    "DateInput",
    "FileInput",
    "Form",
    "PasswordInput",
    "RadioInput",
    "Select",
    "SelectChoice",
    "TextArea",
    "TextInput",
    "csrf",
    "errors_of",
    "refuse_giant_form",
]

csrf = CSRFProtect()
# A register of a large cohort, one tick for each person and module, has a few thousand.
MOST_FIELDS = 10_000
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class _InOurWords:
    """A component whose fault begins with our word for "Error", which nobody sees and a screen reader says."""

    def render(self, params: dict[str, Any]) -> str:
        if params.get("errorMessage"):
            params["errorMessage"].setdefault("visuallyHiddenText", gettext("Error"))
        rendered: str = super().render(params)  # type: ignore[misc]
        return rendered


class TextInput(_InOurWords, GovTextInput):  # type: ignore[misc]
    """One line of text."""


class FileInput(_InOurWords, GovFileInput):  # type: ignore[misc]
    """A file to hand in."""


class Select(_InOurWords, GovSelect):  # type: ignore[misc]
    """One of many, in a list that opens."""


class TextArea(_InOurWords, GovTextArea):  # type: ignore[misc]
    """Several lines of text."""


class _Translations:
    """The built-in messages of WTForms, but for one that shows the reader an id and is not there in Welsh."""

    def __init__(self, built_in: Any) -> None:
        self.gettext = built_in.gettext
        self._built_in = built_in

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Choose one of two built-in messages."""
        if "is not a valid choice" in singular:
            said: str = gettext("Something you ticked is not on this list any more. Have another look at it.")
            return said
        message: str = self._built_in.ngettext(singular, plural, count)
        return message


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form of ours; render it inside ``post_form``, which carries the token."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Say whether everything fits; a character that no keyboard has is told beside its field."""
        fits = bool(super().validate(extra_validators))
        for field in self:
            # PostgreSQL keeps no NUL, and no page, letter or certificate can show the others.
            if not isinstance(field, HiddenField) and isinstance(field.data, str) and _UNWRITABLE.search(field.data):
                field.errors = [*field.errors, gettext("This holds a character that cannot be kept. Type it again.")]
                # Shown where it stood; a page may not hold it either.
                field.data = _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", field.data)
                fits = False
        return fits

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Let Flask-Babel choose the language of built-in messages."""

        locales = ("en_GB",)

        def get_translations(self, form: Any) -> Any:
            """Return the built-in messages in the language of the page."""
            return _Translations(super().get_translations(form))

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Fill a form from what a form sends: JSON brings shapes that no field expects (attacks.md WI27)."""
            is_given = formdata is None or hasattr(formdata, "getlist")
            return None if not is_given and request.is_json else super().wrap_formdata(form, formdata)


class _WithoutEmptyHint(_InOurWords):
    def map_gov_params(self, field: Field, **values: Any) -> dict[str, Any]:
        params: dict[str, Any] = super().map_gov_params(field, **values)  # type: ignore[misc]
        if not (params.get("hint") or {}).get("text") and not (params.get("hint") or {}).get("html"):
            params["hint"] = None
        return params


class RadioInput(_WithoutEmptyHint, GovRadioInput):  # type: ignore[misc]
    """One of several, for a `RadioField`."""


class CheckboxesInput(_WithoutEmptyHint, GovCheckboxesInput):  # type: ignore[misc]
    """Any of several, for a `SelectMultipleField`."""


class CheckboxInput(_WithoutEmptyHint, GovCheckboxInput):  # type: ignore[misc]
    """One tick, for a `BooleanField`."""


class CharacterCount(_InOurWords, GovCharacterCount):  # type: ignore[misc]
    """Long text that counts down to the limit of its `Length` rule."""

    def map_gov_params(self, field: Field, **values: Any) -> dict[str, Any]:
        """Add ``maxlength``, without which the component does nothing."""
        params: dict[str, Any] = super().map_gov_params(field, **values)
        limits = [rule.max for rule in field.validators if isinstance(rule, Length) and rule.max > 0]
        if limits:
            params.setdefault("maxlength", min(limits))
        params.setdefault("textareaDescriptionText", gettext("You can write up to %{count} characters"))
        params.setdefault("charactersAtLimitText", gettext("You have no characters left"))
        left = gettext("You have %{count} characters left")
        over = gettext("You have %{count} characters too many")
        # Welsh counts in six ways, and the browser picks one; the noun is the same after every number but one.
        counts = ("zero", "two", "few", "many", "other")
        params.setdefault(
            "charactersUnderLimitText",
            {"one": gettext("You have %{count} character left"), **dict.fromkeys(counts, left)},
        )
        params.setdefault(
            "charactersOverLimitText",
            {"one": gettext("You have %{count} character too many"), **dict.fromkeys(counts, over)},
        )
        return params


class PasswordInput(_InOurWords, GovPasswordInput):  # type: ignore[misc]
    """A password that can be looked at while it is typed."""

    def map_gov_params(self, field: Field, **values: Any) -> dict[str, Any]:
        """Say what the button does, in the language of the page."""
        params: dict[str, Any] = super().map_gov_params(field, **values)
        said = {
            "showPasswordText": gettext("Show"),
            "hidePasswordText": gettext("Hide"),
            "showPasswordAriaLabelText": gettext("Show password"),
            "hidePasswordAriaLabelText": gettext("Hide password"),
            "passwordShownAnnouncementText": gettext("Your password can be seen"),
            "passwordHiddenAnnouncementText": gettext("Your password is hidden"),
        }
        return said | params


class DateInput(_InOurWords, GovDateInput):  # type: ignore[misc]
    """Day, month and year, in our words; keeps whatever was typed when it is no date."""

    def map_gov_params(self, field: Field, **values: Any) -> dict[str, Any]:
        """Name the parts after the field's id, so that errors can point to ``<id>-day``."""
        typed = list(field.raw_data or ())
        if field.raw_data is not None:
            field.raw_data = [*typed, "", "", ""][:3]
        params: dict[str, Any] = super().map_gov_params(field, **values)
        labels = (gettext("Day"), gettext("Month"), gettext("Year"))
        for item, part, label in zip(params["items"], ("day", "month", "year"), labels, strict=True):
            item.update(id=f"{field.id}-{part}", label=label, inputmode="numeric")
        return params


class DateField(_DateField):  # type: ignore[misc]  # WTForms has no types
    """A date typed as three numbers."""

    widget = DateInput()

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        """Take what a WTForms field takes."""
        super().__init__(label, validators, format="%d %m %Y", **options)

    def _value(self) -> str:
        return " ".join(self.raw_data) if self.raw_data else (self.data.strftime("%d %m %Y") if self.data else "")

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read three numbers.

        Raises `ValueError` with a sentence for the reader when they are no date; all three empty mean none given.
        """
        parts = [str(part).strip() for part in valuelist]
        self.data: date | None = None
        if not any(parts):
            return
        try:
            self.data = datetime.strptime(" ".join(parts), "%d %m %Y").date()  # noqa: DTZ007  # a calendar date has no zone
        except ValueError:
            raise ValueError(lazy_gettext("Enter a date as day, month and year, like 3 12 2026")) from None


def refuse_giant_form() -> None:
    """Refuse a form of more fields than any page of ours has, before it is taken apart.

    Raises `RequestEntityTooLarge`. Werkzeug bounds the parts of a multipart form only; five megabytes of ``a&a&a``
    would keep a web process busy for seconds.
    """
    if request.mimetype == "application/x-www-form-urlencoded" and request.get_data().count(b"&") >= MOST_FIELDS:
        raise RequestEntityTooLarge


def errors_of(form: Form | None) -> list[tuple[str, str]]:
    """Return (message, ``#id`` of the input to go to) for each field at fault, in the form's order."""
    return [] if form is None else list(_errors(form))


def _errors(form: Any) -> Iterator[tuple[str, str]]:
    for message in form.form_errors:
        yield str(message), ""
    for field in form:
        if not field.errors:
            continue
        if hasattr(field, "form"):
            yield from _errors(field.form)
        elif hasattr(field, "entries"):
            for entry in field.entries:
                yield from _errors(entry.form) if hasattr(entry, "form") else _of_field(entry)
        else:
            yield from _of_field(field)


def _of_field(field: Any) -> Iterator[tuple[str, str]]:
    if field.errors:
        # A date has no input with the field's own id: its first part is the place to go.
        yield str(field.errors[0]), f"#{field.id}-day" if isinstance(field, _DateField) else f"#{field.id}"
