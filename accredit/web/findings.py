"""What an assessment found, in words: the same for the young person and for the co-ordinator.

Short pieces to be put in a list. What is missing reads as still to come, never as something lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from flask_babel import LazyString, gettext, lazy_gettext, ngettext

from accredit.domain.awarding.rules import Assessment, Finding, FindingKind
from accredit.domain.practice.rules import Milestone
from accredit.web.languages import page_language
from accredit.web.words import date_in_words, hours_in_words

MILESTONES: Mapping[Milestone, LazyString] = {
    Milestone.REFLECTION: lazy_gettext("a reflection of their own"),
    Milestone.LED_ACTIVITY: lazy_gettext("led an activity"),
    Milestone.HELPED_NEWCOMERS: lazy_gettext("helped newcomers settle in"),
    Milestone.HELPED_TRAIN_OTHERS: lazy_gettext("helped to train others"),
    Milestone.SPOKE_AT_ASSEMBLY: lazy_gettext("spoke at an assembly"),
    Milestone.TALK_WITH_ADULT: lazy_gettext("a closing talk with an adult"),
    Milestone.PAIRING_ENDED_WELL: lazy_gettext("a pairing brought to a good end"),
}


def milestone_text(code: str) -> str:
    """Return the words of a milestone."""
    return str(MILESTONES[Milestone(code)])


def missing_text(finding: Finding) -> str:
    """Say what is still to come: ``3½ hours``, ``2 supervision meetings``, ``the module “Listening well”``."""
    return _MISSING[finding.kind](finding)


def needed_text(finding: Finding) -> str:
    """Say what a level asks for, and how much of it there is."""
    return _NEEDED[finding.kind](finding)


def missing_texts(assessment: Assessment) -> list[str]:
    """Return everything a level still asks for; modules that are missing are told in one piece when there are many."""
    modules = [finding for finding in assessment.missing if finding.kind is FindingKind.MODULE]
    if len(modules) <= 2:
        return [missing_text(finding) for finding in assessment.missing]
    codes = ", ".join(_one(finding.codes) for finding in modules)
    told = ngettext("%(num)d module (%(codes)s)", "%(num)d modules (%(codes)s)", len(modules), codes=codes)
    return [*(missing_text(finding) for finding in assessment.missing if finding not in modules), told]


def _one(texts: Iterable[str]) -> str:
    return next(iter(texts), "")


def _hours(minutes: int) -> str:
    return hours_in_words(minutes, page_language())


def _any_of(finding: Finding) -> str:
    return str(gettext(" or ")).join(milestone_text(code) for code in finding.codes)


def _refresher(finding: Finding) -> str:
    if finding.due_on is None:
        return str(gettext("training up to date"))
    return str(gettext("training up to date (until %(day)s)", day=date_in_words(finding.due_on, page_language())))


_MISSING: Mapping[FindingKind, Callable[[Finding], str]] = {
    FindingKind.HOURS: lambda f: gettext("%(hours)s more", hours=_hours(f.missing)),
    FindingKind.MEETINGS: lambda f: ngettext("%(num)d supervision meeting", "%(num)d supervision meetings", f.missing),
    FindingKind.MODULE: lambda f: gettext("the module “%(title)s”", title=_one(f.titles)),
    FindingKind.REFRESHER: lambda _: gettext("a refresher"),
    FindingKind.SKILLS: lambda f: ngettext(
        "%(num)d more skill seen by an adult", "%(num)d more skills seen by an adult", f.missing
    ),
    FindingKind.MILESTONE: _any_of,
}
_NEEDED: Mapping[FindingKind, Callable[[Finding], str]] = {
    FindingKind.HOURS: lambda f: gettext(
        "%(got)s of %(needed)s", got=hours_in_words(f.got, page_language()), needed=_hours(f.needed)
    ),
    FindingKind.MEETINGS: lambda f: ngettext(
        "%(got)d of %(num)d supervision meeting", "%(got)d of %(num)d supervision meetings", f.needed, got=f.got
    ),
    FindingKind.MODULE: lambda f: _one(f.titles),
    FindingKind.REFRESHER: _refresher,
    FindingKind.SKILLS: lambda f: ngettext(
        "%(got)d of %(num)d skill seen by an adult", "%(got)d of %(num)d skills seen by an adult", f.needed, got=f.got
    ),
    FindingKind.MILESTONE: _any_of,
}
