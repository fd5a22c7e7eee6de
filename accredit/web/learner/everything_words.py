"""What the parts of a young person's record are called when they read all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _l

from accredit.domain.awarding.rules import SetAsideReason
from accredit.domain.credentials.rules import RevocationAnswer, RevokeReason
from accredit.domain.issuing.rules import Status
from accredit.domain.people.rules import About, NameConfirmedBy, RecordAnswer, RecordWish, Voice
from accredit.domain.people.sign_ins import Browser, System
from accredit.domain.practice.rules import HoursStatus, LateReason, Source
from accredit.kit import typed_code
from accredit.web.device_words import BROWSERS, SYSTEMS
from accredit.web.languages import page_language
from accredit.web.learner import share_words, words
from accredit.web.words import date_in_words, hours_in_words, moment_in_words, month_in_words

KINDS: Mapping[str, LazyString] = {
    "young_person": _l("About me"),
    "claim_slip": _l("My slips for signing in"),
    "word_card": _l("My five words for signing in"),
    "own_passkey": _l("My devices that open my page"),
    "own_passkey_challenge": _l("When I began to add a device"),
    "consent": _l("What I, and home, said yes or no to"),
    "record_request": _l("What I asked school about my record"),
    "enrolment": _l("My programmes"),
    "enrolment_break": _l("My breaks"),
    "enrolment_move": _l("When my programme changed"),
    "attendance": _l("My training"),
    "hours_entry": _l("My time"),
    "late_hours": _l("Time that was added long after"),
    "hours_brought_forward": _l("Time from before, as the school told it"),
    "earlier_hours_request": _l("Time from before that a second adult still looks at"),
    "approval_link_person": _l("When my time was sent to an adult in a link"),
    "skill_observation": _l("Skills that an adult saw"),
    "milestone_reached": _l("Steps I have taken"),
    "award": _l("My awards"),
    "award_set_aside": _l("Awards that were made again"),
    "credential": _l("Codes of my certificates"),
    "support_record": _l("My records of what I have done"),
    "paper_ahead": _l("Certificates printed before their day"),
    "issuance": _l("My certificates"),
    "revocation_request": _l("When somebody asked to take a certificate back"),
    "challenge": _l("When I asked for a second look"),
    "share": _l("What I share"),
    "share_opening": _l("When somebody opened what I share"),
    "code_name": _l("The name behind the code"),
    "hiding": _l("When my certificates were hidden"),
    "merge_request": _l("When somebody asked if I am on the list twice"),
    "merged_person": _l("When I was on the list twice, and both became one"),
}
"""Table → its heading, as the young person says it."""

COLUMNS: Mapping[str, LazyString] = {
    "printed_name": _l("Name on paper"),
    "printed_name_confirmed_at": _l("Name checked"),
    "printed_name_confirmed_by": _l("Checked by"),
    "known_as": _l("Called"),
    "name_said": _l("How to say it"),
    "is_called_up": _l("Called up at a ceremony"),
    "school_reference": _l("The school’s number"),
    "year_group": _l("Year"),
    "form": _l("Form"),
    "turns_13": _l("Turns 13"),
    "turns_16": _l("Turns 16"),
    "turns_18": _l("Turns 18"),
    "created_at": _l("Written down"),
    "left_at": _l("Left"),
    "opening_asked_at": _l("Asked to open my page again"),
    "made_at": _l("Made"),
    "last_used_at": _l("Last used"),
    "last_used_on": _l("Last used"),
    "browser": _l("Browser"),
    "system": _l("Device"),
    "withdrawn_at": _l("Ended"),
    "done_at": _l("Pressed Done"),
    "together_since": _l("Together with a page at another school since"),
    "about": _l("About"),
    "voice": _l("Who said it"),
    "is_yes": _l("Yes or no"),
    "programme_id": _l("Programme"),
    "enrolment_id": _l("Programme"),
    "started_on": _l("From"),
    "ended_on": _l("Until"),
    "starts_on": _l("From"),
    "ends_on": _l("Until"),
    "moved_at": _l("Changed"),
    "training_session_id": _l("Session"),
    "module_code": _l("Part"),
    "present": _l("There"),
    "recorded_at": _l("Written down"),
    "held_on": _l("Day"),
    "starts_at": _l("Start"),
    "minutes": _l("How long"),
    "activity_type": _l("What"),
    "source": _l("Added by"),
    "reference": _l("The school’s number"),
    "submitted_at": _l("Added"),
    "status": _l("How it stands"),
    "decided_at": _l("Decided"),
    "return_reason": _l("Why it came back"),
    "over_day_limit_confirmed": _l("A long day, looked at by an adult"),
    "reason": _l("Why"),
    "added_at": _l("Added"),
    "until": _l("Until"),
    "attested_at": _l("Told by the school"),
    "asked_at": _l("Asked"),
    "skill_code": _l("Skill"),
    "observed_on": _l("Day"),
    "milestone": _l("Step"),
    "reached_on": _l("Day"),
    "level_code": _l("Award"),
    "awarded_on": _l("Awarded"),
    "issue_from": _l("Signed from"),
    "at": _l("When"),
    "code": _l("Code"),
    "made_on": _l("Made"),
    "shows_months": _l("Says the months"),
    "given_up_at": _l("Given up"),
    "credential_id": _l("Number of the certificate"),
    "prepared_at": _l("Prepared"),
    "released_at": _l("Ready"),
    "status_since": _l("Since"),
    "offline_asked_at": _l("Asked for a certificate that reads without us"),
    "answer": _l("Answer"),
    "answered_at": _l("Answered"),
    "ground": _l("What I said"),
    "made_for": _l("What for"),
    "name_shown": _l("Name they see"),
    "ends_at": _l("Ends"),
    "ended_at": _l("Ended"),
    "ended_for": _l("Why it ended"),
    "opened_on": _l("Day"),
    "shown": _l("Name they see"),
    "chosen_at": _l("Chosen"),
    "hidden_at": _l("Hidden"),
    "merged_at": _l("Became one"),
    "by_holder": _l("By me"),
    "wish": _l("What I asked"),
    "shown_at": _l("Shown again"),
}
"""Column → what it is called."""

VALUES: Mapping[Any, LazyString] = {
    NameConfirmedBy.YOUNG_PERSON: _l("me"),
    NameConfirmedBy.COORDINATOR: _l("an adult, with me"),
    About.TAKING_PART: _l("taking part"),
    About.OWN_PAGE: _l("my own page"),
    About.SHARING: _l("sharing from my page"),
    Voice.YOUNG_PERSON: _l("me"),
    Voice.HOME: _l("somebody at home, on paper"),
    Voice.BEFORE: _l("I had my page before I was asked"),
    Source.YOUNG_PERSON: _l("me"),
    Source.REGISTER: _l("an adult, on a list of who was there"),
    Source.IMPORT: _l("the school, from another program"),
    HoursStatus.SUBMITTED: _l("waits for an adult"),
    HoursStatus.APPROVED: _l("an adult said yes"),
    HoursStatus.RETURNED: _l("came back to me"),
    HoursStatus.CORRECTED: _l("taken back, or put right by a later one"),
    LateReason.KEPT_ON_PAPER: _l("it was kept on paper"),
    LateReason.THEY_WERE_AWAY: _l("I was away"),
    LateReason.ADULT_WAS_AWAY: _l("the adult was away"),
    LateReason.COULD_NOT_SIGN_IN: _l("I could not sign in"),
    SetAsideReason.RECORD_CORRECTED: _l("something in the record was put right"),
    SetAsideReason.CREDENTIAL_REVOKED: _l("the certificate was taken back"),
    SetAsideReason.UNDONE: _l("it was taken back before it was signed"),
    Status.ACTIVE: _l("it holds"),
    Status.SUSPENDED: _l("it is paused"),
    Status.REVOKED: _l("it does not hold any more"),
    RevokeReason.FACTS_WRONG: _l("the name or something on it is not right"),
    RevokeReason.AWARDED_BY_MISTAKE: _l("it was awarded by mistake"),
    RevokeReason.ASKED_BY_HOLDER: _l("I asked for it"),
    RevokeReason.RECORD_NOT_RELIABLE: _l("the record behind it needs another look"),
    RevocationAnswer.CONFIRMED: _l("a second adult said yes"),
    RevocationAnswer.DECLINED: _l("a second adult said no"),
    RecordWish.PUT_RIGHT: _l("to put something right"),
    RecordWish.TAKE_AWAY: _l("to take it away"),
    RecordAnswer.DONE: _l("it is done"),
    RecordAnswer.STAYS: _l("it stays, and an adult told me why"),
    RecordAnswer.NOT_WANTED: _l("I did not want it any more"),
    **share_words.MADE_FOR,
    **share_words.NAMES,
    **share_words.ENDS,
    **words.RETURNED,
    **words.MILESTONES,
    **words.GROUNDS,
    **words.ANSWERS,
}
"""Word of a fixed list → what it means."""


_SAID: Sequence[tuple[Any, Callable[[Any], str]]] = (
    (bool, lambda value: str(gettext("Yes") if value else gettext("No"))),
    (StrEnum, lambda value: str(VALUES[value])),
    (datetime, lambda value: moment_in_words(value, page_language())),
    (date, lambda value: date_in_words(value, page_language())),
    (time, lambda value: value.strftime("%H:%M")),
)


NO_NEWS: frozenset[str] = frozenset({"over_day_limit_confirmed"})
"""Columns of yes and no that say something only where it is yes."""


def said(column: str, value: Any) -> str:
    """Say what stands in a column, in the language of the page."""
    if column == "minutes":
        return hours_in_words(value, page_language())
    if column == "code":
        return typed_code.show(value)
    if column == "browser":
        return str(BROWSERS[Browser(value)])
    if column == "system":
        return str(SYSTEMS[System(value)])
    if column.startswith("turns_"):
        return month_in_words(date.fromisoformat(f"{value}-01"), page_language())
    return next((say(value) for kind, say in _SAID if isinstance(value, kind)), str(value))
