"""What every view here begins with: whose records these are, what day it is, and how a refusal reaches its field."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from accredit.clock import local_date, utc_now
from accredit.domain.audit.rules import Actor
from accredit.domain.organisations import queries as organisations
from accredit.errors import AccreditError, Forbidden
from accredit.web.database import reading
from accredit.web.forms import DateField
from accredit.web.messages import sentence
from accredit.web.nation_words import WORDS, NationWords
from accredit.web.viewer import current_viewer


def own_organisation() -> UUID:
    """Return the organisation of the reader. Raises `Forbidden` for somebody who has none."""
    organisation_id = current_viewer().organisation_id
    if organisation_id is None:
        raise Forbidden("no-organisation")
    return organisation_id


def nation_words() -> NationWords:
    """Return the words of the reader's nation."""
    with reading() as db:
        return WORDS[organisations.organisation(db, own_organisation()).nation]


def own_actor() -> Actor:
    """Return the reader as the one who acts."""
    return current_viewer().actor()


def today() -> date:
    """Return today's date in the United Kingdom."""
    return local_date(utc_now())


def tell(field: Any, refusal: AccreditError) -> None:
    """Put the sentence of a refusal beside a field, and so into the error summary."""
    field.errors = [*field.errors, sentence(refusal)]


def day_of(field: DateField) -> date:
    """Return the day of a field that has been validated as given."""
    if field.data is None:
        msg = f"{field.name} was not validated as given"
        raise ValueError(msg)
    return field.data
