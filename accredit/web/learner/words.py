"""Sentences for young people: what a rule says to *you*, why an entry came back, what is still to come.

Where nothing is said here, the sentence for everybody (`accredit.web.messages`) is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from babel.lists import format_list
from flask_babel import LazyString, gettext, lazy_gettext, ngettext

from accredit.domain.awarding.rules import Assessment, Finding, FindingKind
from accredit.domain.credentials.rules import ChallengeAnswer, ChallengeGround
from accredit.domain.issuing.rules import ReplaceReason
from accredit.domain.people.rules import RecordAnswer, RecordWish
from accredit.domain.practice.rules import Milestone, ReturnReason
from accredit.errors import AccreditError
from accredit.rendering.certificate_forms import Form
from accredit.web import messages
from accredit.web.findings import missing_text, needed_text
from accredit.web.languages import page_language
from accredit.web.words import number_in_words

_TO_YOU: Mapping[str, LazyString] = {
    "organisation-closed": lazy_gettext("Your school has closed, so nobody there can look at it any more."),
    "in-the-future": lazy_gettext("That day has not come yet. Add it when it is done."),
    "not-one-day": lazy_gettext("That would go on past midnight. Check the start and the minutes."),
    "wrong-activity-type": lazy_gettext("Your programme does not have that. Choose another one."),
    "before-enrolment": lazy_gettext("That day is before you joined. Check the date."),
    "after-enrolment": lazy_gettext("That day is after you left the programme. Check the date."),
    "on-a-break": lazy_gettext("You were on a break that day. Nothing is lost. Choose another day."),
    "before-training": lazy_gettext(
        "Time counts from the day after your first training. What you did before that was good practice."
    ),
    "not-a-supervisor": lazy_gettext("That adult was not looking after peer support that day. Choose who was there."),
    "overlap": lazy_gettext("You have already added something at that time."),
    "too-late": lazy_gettext("It is more than %(days)s days ago, so it cannot be added here. Ask your adult to help."),
    "not-to-be-taken-back": lazy_gettext("An adult has looked at this one already. Tell them if something is wrong."),
    "not-to-be-corrected": lazy_gettext("An adult has said yes to this one already. Tell them if something is wrong."),
    "break-overlaps": lazy_gettext("You have a break in those days already."),
    "break-ended": lazy_gettext("That break is over already."),
    "break-dates": lazy_gettext("A break lies inside your time in the programme."),
    "name-not-confirmed": lazy_gettext("First, look at how your name will be printed, and say yes to it."),
    "changed-meanwhile": lazy_gettext("Your name was changed just now. Have another look at it."),
}
FIELDS: Mapping[str, str] = {
    "in-the-future": "day",
    "before-enrolment": "day",
    "after-enrolment": "day",
    "on-a-break": "day",
    "before-training": "day",
    "too-late": "day",
    "not-one-day": "minutes",
    "entry-too-long": "minutes",
    "overlap": "starts_at",
    "wrong-activity-type": "activity",
    "not-a-supervisor": "adult",
}
"""Rule id → the field it speaks about; ``day`` where it speaks about none."""

RETURNED: Mapping[ReturnReason, LazyString] = {
    ReturnReason.BEFORE_TRAINING: lazy_gettext("It was before your first training was done."),
    ReturnReason.ON_A_BREAK: lazy_gettext("You were on a break that day."),
    ReturnReason.OVERLAP: lazy_gettext("There is something else at the same time."),
    ReturnReason.OVER_DAY_LIMIT: lazy_gettext("It is a lot for one day."),
    ReturnReason.TOO_LATE: lazy_gettext("It was added a long time after."),
    ReturnReason.NOT_SUPERVISED: lazy_gettext("The adult was not there that day."),
    ReturnReason.WRONG_ACTIVITY_TYPE: lazy_gettext("It looks like another kind of activity."),
    ReturnReason.NOT_A_SCHOOL_DAY: lazy_gettext("It was not a school day."),
}


MILESTONES: Mapping[Milestone, LazyString] = {
    Milestone.REFLECTION: lazy_gettext("looking back on what you learned"),
    Milestone.LED_ACTIVITY: lazy_gettext("leading an activity"),
    Milestone.HELPED_NEWCOMERS: lazy_gettext("helping newcomers settle in"),
    Milestone.HELPED_TRAIN_OTHERS: lazy_gettext("helping to train others"),
    Milestone.SPOKE_AT_ASSEMBLY: lazy_gettext("speaking at an assembly"),
    Milestone.TALK_WITH_ADULT: lazy_gettext("a talk with your adult at the end"),
    Milestone.PAIRING_ENDED_WELL: lazy_gettext("ending well with the person you met"),
}
"""What somebody did or will do; the same words serve for both."""


GROUNDS: Mapping[ChallengeGround, LazyString] = {
    ChallengeGround.FACTS_ARE_RIGHT: lazy_gettext("What the certificate says is right"),
    ChallengeGround.NOBODY_ASKED_ME: lazy_gettext("Nobody talked to me about it"),
    ChallengeGround.NAME_IS_MINE: lazy_gettext("The name on it is mine"),
    ChallengeGround.WANT_TO_TALK: lazy_gettext("I would like to talk to an adult about it"),
}
ANSWERS: Mapping[ChallengeAnswer, LazyString] = {
    ChallengeAnswer.HOLDS: lazy_gettext("We looked again: your certificate holds."),
    ChallengeAnswer.STAYS: lazy_gettext("We looked again, and it stays as it is. You can ask an adult to explain."),
    ChallengeAnswer.TALK: lazy_gettext("Let us talk about it. An adult will come to you."),
}

RECORD_WISHES: Mapping[RecordWish, LazyString] = {
    RecordWish.PUT_RIGHT: lazy_gettext("You asked your school to put something right."),
    RecordWish.TAKE_AWAY: lazy_gettext("You asked your school to take its record away."),
}
RECORD_ANSWERS: Mapping[RecordAnswer, LazyString] = {
    RecordAnswer.DONE: lazy_gettext("Your school says that it is done."),
    RecordAnswer.STAYS: lazy_gettext("It stays as it is. An adult tells you why, and where else you can ask."),
    RecordAnswer.NOT_WANTED: lazy_gettext("You told an adult that you do not want it any more."),
}

_THE_ONE_BEFORE = lazy_gettext("The code and the link of the one before lead here.")
MADE_AGAIN: Mapping[ReplaceReason, tuple[LazyString, LazyString]] = {
    ReplaceReason.NAME_CHANGED: (
        lazy_gettext("This certificate was made again, with your name as it is now."),
        _THE_ONE_BEFORE,
    ),
    ReplaceReason.RECORD_CORRECTED: (
        lazy_gettext("This certificate was made again, after something in your record was put right."),
        _THE_ONE_BEFORE,
    ),
    ReplaceReason.KEY_COMPROMISED: (
        lazy_gettext("This certificate was signed again. What you did counts exactly as before."),
        lazy_gettext(
            "The code and the link of the one before lead here. If you keep it as a file, please get the new file: "
            "the one before cannot be confirmed any more."
        ),
    ),
}
"""What a young person is told of a certificate that took the place of another: what was done, and what to do."""

FORMS: Mapping[Form, LazyString] = {
    Form.LARGE_PRINT: lazy_gettext("Large print"),
    Form.EASY_READ: lazy_gettext("Easy to read"),
    Form.HIGH_CONTRAST: lazy_gettext("Black on white"),
}
"""The certificate in another form than the usual one."""


def sentence(refusal: AccreditError) -> str:
    """Return what to tell a young person about a broken rule."""
    own = _TO_YOU.get(refusal.code)
    if own is None:
        return messages.sentence(refusal)
    return str(own) % {name: str(value) for name, value in getattr(refusal, "facts", {}).items()}


def listed(texts: Sequence[str]) -> str:
    """Join texts as people say them: ``a, b and c``."""
    return format_list(texts, locale={"en": "en_GB", "cy": "cy_GB"}.get(page_language(), page_language()))


def still_to_come(level: Assessment) -> str:
    """Say what a level still asks for in one breath; missing parts of the training are counted, not named."""
    modules = sum(finding.kind is FindingKind.MODULE for finding in level.missing)
    parts = [_to_come(finding) for finding in level.missing if finding.kind is not FindingKind.MODULE]
    if modules:
        counted = ngettext(
            "%(number)s part of the training",
            "%(number)s parts of the training",
            modules,
            number=number_in_words(modules, page_language()),
        )
        parts.append(counted)
    return listed(parts)


def step(finding: Finding) -> str:
    """Say one thing a level asks for: how many there are once there are enough, how many of how many until then."""
    number = finding.got if finding.met else finding.needed
    said: str
    match finding.kind:
        case FindingKind.MEETINGS if finding.met:
            said = ngettext("%(num)d meeting with your adult", "%(num)d meetings with your adult", number)
        case FindingKind.MEETINGS:
            said = ngettext(
                "%(got)d of %(num)d meeting with your adult",
                "%(got)d of %(num)d meetings with your adult",
                number,
                got=finding.got,
            )
        case FindingKind.SKILLS if finding.met:
            said = ngettext("%(num)d skill an adult has seen", "%(num)d skills an adult has seen", number)
        case FindingKind.SKILLS:
            said = ngettext(
                "%(got)d of %(num)d skill seen by an adult",
                "%(got)d of %(num)d skills seen by an adult",
                number,
                got=finding.got,
            )
        case FindingKind.MILESTONE:
            said = _milestone(finding)
        case _:
            said = needed_text(finding)
    return said


def _to_come(finding: Finding) -> str:
    said: str
    match finding.kind:
        case FindingKind.MEETINGS:
            said = ngettext(
                "%(num)d more meeting with your adult", "%(num)d more meetings with your adult", finding.missing
            )
        case FindingKind.REFRESHER:
            said = str(gettext("a short top-up of your training"))
        case FindingKind.MILESTONE:
            said = _milestone(finding)
        case _:
            said = missing_text(finding)
    return said


def _milestone(finding: Finding) -> str:
    return str(gettext(" or ")).join(str(MILESTONES[Milestone(code)]) for code in finding.codes)


def sentence_case(text: str) -> str:
    """Begin a text with a capital."""
    return text[:1].upper() + text[1:]


def parts_done(count: int) -> str:
    """Say how much of the training is done."""
    said: str = ngettext(
        "%(number)s part done",
        "%(number)s parts done",
        count,
        number=number_in_words(count, page_language()).capitalize(),
    )
    return said


def you_are(title: str) -> str:
    """Say which award somebody holds."""
    if title[:1].lower() in "aeiou":
        return str(gettext("You are an %(award)s", award=title))
    return str(gettext("You are a %(award)s", award=title))


def waiting(count: int, adults: Iterable[str]) -> str:
    """Say how many entries wait, and for whom."""
    names = listed(list(dict.fromkeys(adults)))
    return str(
        ngettext(
            "%(number)s is waiting for %(adult)s.",
            "%(number)s are waiting for %(adult)s.",
            count,
            number=number_in_words(count, page_language()).capitalize(),
            adult=names,
        )
    )
