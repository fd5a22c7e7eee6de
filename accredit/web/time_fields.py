"""Fields for when something began and how long it took, shared by young people's and staff's forms."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import StringField

from accredit.web.forms import TextInput

_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:\s*[:.h]\s*|\s*)(?P<minute>\d{2})?(?::\d{2})?\s*(?P<half>[ap]\.?m\.?)?", re.IGNORECASE
)


class ClockField(StringField):  # type: ignore[misc]  # WTForms has no types
    """A time of day: browsers offer a clock for it; 12:40, 12.40, 1240 and 1:30 pm are all read."""

    widget = TextInput()

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        """Take what a WTForms field takes."""
        super().__init__(label, validators, **options)
        self.data: time | None

    def _value(self) -> str:
        if self.data is None and self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data:%H:%M}" if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read a time. Raises `ValueError` with a sentence for the reader when it is none."""
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if text and (found := read_clock(text)) is None:
            raise ValueError(_("Give the time like 12:40"))
        if text:
            self.data = found


class MinutesField(StringField):  # type: ignore[misc]
    """A length of time in whole minutes."""

    widget = TextInput()

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        """Take what a WTForms field takes."""
        super().__init__(label, validators, **options)
        self.data: int | None

    def _value(self) -> str:
        if self.data is None and self.raw_data:
            return str(self.raw_data[0])
        return str(self.data or "")

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read a number of minutes. Raises `ValueError` with a sentence for the reader when it is none."""
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        found = re.fullmatch(r"([1-9]\d{0,3})\s*(?:m|min|mins|minutes|munud)?", text, re.IGNORECASE)
        if text and found is None:
            raise ValueError(_("Give the minutes as a whole number, like 45"))
        if found:
            self.data = int(found[1])


def read_clock(text: str) -> time | None:
    """Return the time of day that somebody typed, or None when it cannot be read."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"].lower().startswith("p") else 0)
    elif found["minute"] is None:
        # A lone 9 may be morning or evening; a guess would be written into a record.
        return None
    return time(hour, minute) if hour < 24 and minute < 60 else None
