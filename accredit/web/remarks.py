"""What was noticed in a class list, in words: one sentence for each reason, shown with its line and column."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _l

from accredit.domain.people.class_list import Field, Level, Remark
from accredit.web.languages import page_language
from accredit.web.messages import SENTENCES, sentence_of
from accredit.web.words import date_in_words

FIELDS: Mapping[Field, LazyString] = {
    Field.SCHOOL_REFERENCE: _l("Pupil number"),
    Field.UPN: _l("UPN"),
    Field.FIRST_NAME: _l("First name"),
    Field.LAST_NAME: _l("Last name"),
    Field.KNOWN_FIRST_NAME: _l("First name they use"),
    Field.KNOWN_LAST_NAME: _l("Last name they use"),
    Field.FULL_NAME: _l("Whole name"),
    Field.BIRTH_DATE: _l("Date of birth"),
    Field.YEAR_GROUP: _l("Year group"),
    Field.FORM: _l("Form"),
}
ROW_FIELDS: Mapping[str, LazyString] = {
    "printed_name": _l("Name to be printed"),
    "known_as": _l("Called"),
    "school_reference": _l("Pupil number"),
    "year_group": _l("Year group"),
    "form": _l("Form"),
    "upn_hash": _l("UPN"),
    "turns_13": _l("Age 13 from"),
    "turns_16": _l("Age 16 from"),
    "turns_18": _l("Age 18 from"),
}
LEVELS: Mapping[Level, LazyString] = {
    Level.ACCEPT: _l("goes in"),
    Level.ASK: _l("a question"),
    Level.ERROR: _l("stays out until it is corrected"),
    Level.SKIP: _l("left out"),
}
_COLUMNS = {
    "heading-missing": _l("Column %(number)s has no heading. Say what it holds, or leave it out."),
    "heading-repeated": _l("“%(column)s” stands twice (columns %(first)s and %(number)s). Say which one counts."),
    "left-out-private": _l("“%(column)s” is private. It was left out and not read."),
    "left-out-not-needed": _l("“%(column)s” is not needed. It was left out."),
    "no-last-name-column": _l("Only one column with names was found. Is that the whole name?"),
    "no-reference-column": _l("There is no pupil number in this file. Everybody is known by their UPN instead."),
    "no-number-column": _l(
        "There are no pupil numbers in this list. Go by the names? You are asked about everybody whose name is here "
        "already."
    ),
}
_ROWS = {
    "row-blank": _l("An empty line."),
    "row-footer": _l("A footer of the report."),
    "row-repeated": _l("The same as record %(first)s: counted once."),
    "row-too-short": _l("This record has %(cells)s cells where the headings have %(headings)s."),
    "row-too-long": _l(
        "This record has %(cells)s cells where the headings have %(headings)s. Is there a comma inside a name?"
    ),
    "cell-too-long": _l("A cell is very long. Is a quotation mark missing?"),
    "upn-duplicate": _l("The same UPN as record %(same_as)s."),
    "reference-duplicate": _l("The same pupil number as record %(same_as)s."),
    "upn-two-columns": _l("The first UPN column is empty and another is not. Use “%(offered)s”?"),
    "person-like": _l("The same name and date of birth as record %(same_as)s. Is it the same person?"),
    "name-again": _l("The same name as record %(same_as)s. Is it the same person?"),
    "identifier-missing": _l("Give a pupil number or a UPN, so that nobody is added twice."),
    "other-name": _l("This number belongs to %(stored)s here. Is it the same person?"),
    "same-name": _l("Somebody of this name is here already. Is it the same person?"),
    "names-turned": _l("First and last name changed places: %(stored)s until now. Is the new order right?"),
    "upn-changed": _l("Another UPN is on record for this pupil number. Is it the same person?"),
    "numbers-of-two-people": _l("UPN and pupil number belong to two different people here."),
    "zeros-lost": _l("The other pupil numbers have zeros in front. Is it “%(offered)s”?"),
    "zeros-differ": _l("There is %(stored)s here already. Are leading zeros missing?"),
    "person-left": _l("%(stored)s has left here. Open their record again first, or leave this row out."),
    "two-records-one-person": _l("The same person as record %(same_as)s."),
}
_CELLS = {
    "name-single": _l("There is only white space here. Is this a single name?"),
    "name-placeholder": _l("“%(given)s” stands where a name would be. Is this a single name?"),
    "name-line-break": _l("There is a line break inside the cell. Is it “%(offered)s”?"),
    "name-invisible": _l("There is a character nobody can see. Is it “%(offered)s”?"),
    "text-wrongly-decoded": _l("Is this “%(offered)s”?"),
    "letter-lost": _l("A letter was lost before the file reached us. Please type the name."),
    "name-leading-mark": _l("The name begins with a mark. Is “%(offered)s” right?"),
    "name-markup": _l("There is < > in the name. Is “%(offered)s” right?"),
    "name-order": _l("Is the name “%(offered)s”?"),
    "upn-length": _l(
        "A UPN has 13 characters. If this is the school’s own number, choose “Pupil number” under “The columns of the "
        "file”."
    ),
    "date-missing": _l(
        "Without a date of birth nobody can know the consent age, so sharing stays off. Go on without it?"
    ),
    "date-serial": _l("Is this %(offered)s?"),
    "date-two-digit-year": _l("Is this %(offered)s?"),
    "date-unreadable": _l("Write the date as day/month/year."),
    "date-impossible": _l("There is no such day."),
    "date-future": _l("This date of birth lies in the future."),
    "date-age": _l("This date of birth does not fit a year group."),
    "year-unknown": _l("“%(given)s” is not a year group here; these are: %(allowed)s."),
    "form-changed-by-spreadsheet": _l("A spreadsheet seems to have changed this form. What is it?"),
    "email-format": _l(
        "“%(column)s” holds no address here. Addresses are not kept, but something happened to this row: look at it."
    ),
    "form-format": _l("That cannot be read as a short code."),
    "reference-format": _l("That cannot be read as a short code."),
    "reference-changed-by-spreadsheet": _l("A spreadsheet turned this pupil number into another one."),
}
OFFERS_A_DATE = frozenset({"date-serial", "date-two-digit-year"})
REMARKS: Mapping[str, LazyString] = _COLUMNS | _ROWS | _CELLS


def remark_text(remark: Remark) -> str:
    """Return the sentence of a remark. What stands in the file is shown as text and never interpreted."""
    known = REMARKS.get(remark.reason)
    if known is None:
        if remark.reason in SENTENCES:
            return sentence_of(remark.reason, **remark.facts)
        return str(gettext("Something here needs a look."))
    facts = {"column": remark.column, **{name: _said(value) for name, value in remark.facts.items()}}
    if remark.reason in OFFERS_A_DATE:
        facts["offered"] = date_in_words(date.fromisoformat(facts["offered"]), page_language())
    return str(known) % facts


def choice_texts(remark: Remark) -> list[tuple[str, str]]:
    """Return (answer, label) for a question with answers of its own; none where it takes a yes or better text."""
    choices = remark.facts.get("choices")
    if not isinstance(choices, tuple):
        return []
    stored = remark.facts.get("stored")
    people = [str(gettext("Yes: %(person)s", person=person)) for person in stored] if isinstance(stored, tuple) else []
    texts = [*(people or [str(gettext("Yes, the same person"))]), str(gettext("No, somebody else"))]
    return list(zip(map(str, choices), texts, strict=True))


def place_text(remark: Remark) -> str:
    """Say where it stands: ``Line 5, Forename``."""
    line = str(gettext("Line %(line)d", line=remark.line))
    return f"{line}, {remark.column}" if remark.column else line


def _said(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
