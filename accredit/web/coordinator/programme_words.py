"""The sentences behind a draft's faults, its advice and the language list, for the co-ordinator who edits it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask_babel import LazyString, lazy_gettext

from accredit.domain.programmes import rules, wording
from accredit.domain.programmes.language_list import Action, Why
from accredit.domain.programmes.rules import Badge, Definition, Evidence
from accredit.domain.programmes.wording import PlacedRemark

FAULTS: Mapping[str, LazyString] = {
    "empty": lazy_gettext("It needs a name, at least one module and at least one level."),
    "twice": lazy_gettext("%(part)s is there twice."),
    "unknown-module": lazy_gettext("A module is named that is not there: %(part)s."),
    "first-level-hours": lazy_gettext(
        "The first level is reached by the training alone. Take its hours out: %(part)s."
    ),
    "levels-add-up": lazy_gettext(
        "A level goes on from the one before: as many hours, meetings, skills and modules, or more. Look at: %(part)s."
    ),
    "before-hours": lazy_gettext("What must come before hours is part of the first training: %(part)s."),
    "limit": lazy_gettext("A limit is a number above nought."),
    "minutes": lazy_gettext("A module takes at least one minute: %(part)s."),
    "evidence": lazy_gettext("Say how this skill is shown: %(part)s."),
    "hours-without-activity": lazy_gettext(
        "This level asks for hours. Add an activity in which they can be given: %(part)s."
    ),
    "meetings-without-activity": lazy_gettext(
        "This level asks for supervision meetings. Add an activity that is one: %(part)s."
    ),
    "skills-observed": lazy_gettext("This level asks for more observed skills than there are: %(part)s."),
}
ADVICE: Mapping[str, LazyString] = {
    "nothing-before-hours": lazy_gettext(
        "No module has to come before the first hours. Safeguarding, confidences and looking after oneself usually do."
    ),
    "hours-without-meetings": lazy_gettext(
        "Hours are asked for, and no meeting with the supervising adult, where young people talk over how it goes."
    ),
    "no-skills": lazy_gettext("There are no skills yet, so a certificate can show none."),
    "no-refresher": lazy_gettext("No module ever wants a refresher."),
}
WHYS: Mapping[Why, LazyString] = {
    Why.LABELS: lazy_gettext("It puts a label on somebody."),
    Why.PITIES: lazy_gettext("It asks for pity."),
    Why.MARKS_THOSE_WHO_COME: lazy_gettext("It marks those who come."),
    Why.SHOWS_A_NEED: lazy_gettext("As a name it makes a need plain to everybody who reads it."),
    Why.CLINICAL: lazy_gettext("It belongs to a clinic, and makes a record of a person."),
    Why.BEYOND_THE_ROLE: lazy_gettext("Peer supporters listen; this is more than their role."),
    Why.RECORDS_SOMEBODY: lazy_gettext("Nobody who is supported is ever recorded or counted."),
    Why.UNEQUAL: lazy_gettext("It sets one above the other; this is help between equals."),
    Why.DISCOURAGES: lazy_gettext("It takes the heart out of people."),
    Why.READS_AS_LOSS: lazy_gettext("It reads as if something was lost."),
    Why.A_BREAK_COSTS_NOTHING: lazy_gettext("A break costs nothing, and is no end."),
    Why.DETERS: lazy_gettext("It puts people off."),
    Why.UNTRUE: lazy_gettext("An award says nothing that is not so."),
    Why.OVERCLAIMS: lazy_gettext("It claims more than anybody can know, or ranks people."),
    Why.LEAVES_OUT: lazy_gettext("It leaves out young people who live with somebody else."),
    Why.LABELS_BOTH_SIDES: lazy_gettext("As a name it labels both sides."),
    Why.REVEALS_HEALTH: lazy_gettext("A stranger who reads it could guess at the holder’s health."),
    Why.REVEALS_DISABILITY: lazy_gettext("A stranger who reads it could guess at a disability of the holder."),
    Why.REVEALS_SEXUALITY: lazy_gettext("A stranger who reads it could guess at the holder’s sexuality or gender."),
    Why.REVEALS_FAMILY: lazy_gettext("A stranger who reads it could guess at the holder’s family or home."),
}
KEEP_REASONS: Mapping[str, LazyString] = {
    "young-people-chose-it": lazy_gettext("Our young people chose this word"),
    "part-of-a-name": lazy_gettext("It is part of a name that is not ours to change"),
    "another-meaning": lazy_gettext("In its sentence it means something else"),
}
BADGES: Mapping[Badge, LazyString] = {
    Badge.TRAINED: lazy_gettext("Trained"),
    Badge.PEER: lazy_gettext("Peer supporter"),
    Badge.SENIOR: lazy_gettext("Senior"),
    Badge.AMBASSADOR: lazy_gettext("Ambassador"),
}
EVIDENCE: Mapping[Evidence, LazyString] = {
    Evidence.OBSERVED: lazy_gettext("A supervising adult sees it in use"),
    Evidence.REFLECTION: lazy_gettext("The young person has reflected on it"),
    Evidence.MODULE: lazy_gettext("Its modules were attended"),
    Evidence.HOURS: lazy_gettext("Hours were given over several months"),
}


@dataclass(frozen=True, kw_only=True)
class ToSee:
    """One thing about a draft, and the part it is about: ``part`` is a kind of part or "about"."""

    text: str
    part: str
    code: str


@dataclass(frozen=True, kw_only=True)
class Word:
    """One remark in words: the word, why, and what to write instead."""

    word: str
    title: str
    why: str
    instead: str
    is_refused: bool
    key: str
    part: str
    code: str


def faults_of(definition: Definition) -> tuple[ToSee, ...]:
    """Say what a draft still needs before it can be published."""
    return tuple(
        ToSee(text=str(FAULTS[fault]) % {"part": _title(definition, code)}, part=_kind(definition, code), code=code)
        for fault, code in dict.fromkeys(rules.faults(definition))
    )


def advice_on(definition: Definition) -> tuple[str, ...]:
    """Say what is in order and may want a second thought."""
    return tuple(str(ADVICE[each]) for each in rules.advice(definition))


def words_of(definition: Definition) -> tuple[Word, ...]:
    """Say what the language list has to say of a draft's words."""
    return tuple(_word(definition, each) for each in wording.remarks_on(definition))


def _word(definition: Definition, placed: PlacedRemark) -> Word:
    return Word(
        word=placed.remark.word,
        title=_title(definition, placed.code),
        why=str(WHYS[placed.remark.why]),
        instead=", ".join(placed.remark.instead),
        is_refused=placed.remark.action is Action.REFUSE,
        key=placed.key,
        part="about" if placed.part == "programme" else placed.part,
        code=placed.code,
    )


def _parts(definition: Definition) -> Iterator[tuple[str, str, str]]:
    yield from (("module", each.code, f"{each.code} {each.title}") for each in definition.modules)
    yield from (("activity", each.code, each.title) for each in definition.activity_types)
    yield from (("skill", each.code, each.title) for each in definition.skills)
    yield from (("level", each.code, each.title) for each in definition.levels)


def _title(definition: Definition, code: str) -> str:
    return next((title for _, known, title in _parts(definition) if known == code), definition.name)


def _kind(definition: Definition, code: str) -> str:
    return next((kind for kind, known, _ in _parts(definition) if known == code), "about")
