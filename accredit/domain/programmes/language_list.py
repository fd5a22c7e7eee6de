"""The language list: words a programme is better without, what to say instead, and why.

Two parts. The first keeps words positive and true: nobody is labelled, pitied, ranked or promised points. The second
keeps private what an award must never tell: a certificate is shown to strangers, so a name like "Young carers’ award"
would say something of its holder's home to all of them.

English only. A Welsh list is for a Welsh speaker to write: a translated one would miss what hurts in Welsh and refuse
what does not. How the list is applied is in `wording`; why-sentences for readers are at the edge, by `Why`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Action(StrEnum):
    """What a word costs: it cannot be published, or it is kept for a reason."""

    REFUSE = "refuse"
    ASK = "ask"


class Place(StrEnum):
    """Where a text stands: a name is on every certificate, a title on many, any other text explains."""

    NAME = "name"
    TITLE = "title"
    TEXT = "text"


class Why(StrEnum):
    """Why a word is on the list."""

    LABELS = "labels"
    PITIES = "pities"
    MARKS_THOSE_WHO_COME = "marks-those-who-come"
    SHOWS_A_NEED = "shows-a-need"
    CLINICAL = "clinical"
    BEYOND_THE_ROLE = "beyond-the-role"
    RECORDS_SOMEBODY = "records-somebody"
    UNEQUAL = "unequal"
    DISCOURAGES = "discourages"
    READS_AS_LOSS = "reads-as-loss"
    A_BREAK_COSTS_NOTHING = "a-break-costs-nothing"
    DETERS = "deters"
    UNTRUE = "untrue"
    OVERCLAIMS = "overclaims"
    LEAVES_OUT = "leaves-out"
    LABELS_BOTH_SIDES = "labels-both-sides"
    REVEALS_HEALTH = "reveals-health"
    REVEALS_DISABILITY = "reveals-disability"
    REVEALS_SEXUALITY = "reveals-sexuality"
    REVEALS_FAMILY = "reveals-family"


REVEALING = frozenset({Why.REVEALS_HEALTH, Why.REVEALS_DISABILITY, Why.REVEALS_SEXUALITY, Why.REVEALS_FAMILY})


@dataclass(frozen=True)
class Listed:
    """Some phrases with one reason; ``by_place`` is what they cost where, and a place that is not named is free."""

    phrases: tuple[str, ...]
    why: Why
    by_place: dict[Place, Action]
    instead: tuple[str, ...] = ()
    """What to write; nothing where leaving it out is best."""
    capitals_only: bool = False
    """For short forms that are everyday words otherwise: SEND is not *send*."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


def _refused(phrases: str, why: Why, instead: str = "") -> Listed:
    return Listed(_words(phrases), why, dict.fromkeys(Place, Action.REFUSE), _words(instead))


def _asked(phrases: str, why: Why, instead: str = "") -> Listed:
    return Listed(_words(phrases), why, dict.fromkeys(Place, Action.ASK), _words(instead))


def _asked_in_names(phrases: str, why: Why, instead: str) -> Listed:
    return Listed(_words(phrases), why, {Place.NAME: Action.ASK, Place.TITLE: Action.ASK}, _words(instead))


def _revealing(phrases: str, why: Why) -> Listed:
    by_place = {Place.NAME: Action.REFUSE, Place.TITLE: Action.ASK, Place.TEXT: Action.ASK}
    return Listed(_words(phrases), why, by_place, _DONE_NOT_WHO)


_DONE_NOT_WHO = ("peer support", "friendship", "listening")

ENGLISH = (
    _refused("mentally ill, mental illness, disturbed, unstable, crazy, psycho", Why.LABELS),
    _refused("suffering from, suffer from, suffers from, victim of, afflicted", Why.PITIES, "has, lives with"),
    _refused("problem child, problem children, troubled, difficult pupil, damaged", Why.LABELS, "young person"),
    _refused("normal pupil, normal child, normal children, special needs kid", Why.LABELS, "young people"),
    _asked(
        "vulnerable, at risk, needy, deprived, disadvantaged, underprivileged",
        Why.MARKS_THOSE_WHO_COME,
        "young people, anyone who wants company",
    ),
    _refused(
        "mental health champion, mental health ambassador, mental health first aider, anti-suicide, self-harm team, "
        "anxiety club, anxiety group",
        Why.SHOWS_A_NEED,
        "wellbeing ambassador, drop-in, social club",
    ),
    _asked_in_names("mental health", Why.SHOWS_A_NEED, "wellbeing, peer support, friendship"),
    _refused(
        "patient, client, case, case load, caseload, casework, referral, service user",
        Why.CLINICAL,
        "someone you supported, pass on to an adult",
    ),
    _refused(
        "diagnose, diagnosing, diagnosis, treat, treating, treatment, therapy, therapist, therapeutic, counsel, "
        "counsels, counselling, counselled, counsellor, cure, curing",
        Why.BEYOND_THE_ROLE,
        "listen, be alongside, support",
    ),
    _asked("crisis worker, rescuer, saviour", Why.BEYOND_THE_ROLE, "peer supporter"),
    _refused(
        "who did you see, name of the mentee, names of the mentees, mentee name, mentee’s name, number of mentees, "
        "how many mentees",
        Why.RECORDS_SOMEBODY,
        "what kind of activity, how long",
    ),
    _asked("help the less fortunate, less fortunate, the weak", Why.UNEQUAL, "help each other"),
    _asked(
        "fail, failed, failing, failure, rejected, unsuccessful, incomplete",
        Why.DISCOURAGES,
        "not yet, still to do",
    ),
    _asked("expired, expires", Why.READS_AS_LOSS, "refresher due"),
    _refused(
        "dropped out, drop out, quit, quitter, inactive, lapsed",
        Why.A_BREAK_COSTS_NOTHING,
        "taking a break, back on",
    ),
    _asked("non-compliant, noncompliant, mandatory minimum", Why.DETERS, "what this programme asks for"),
    _refused(
        "UCAS points, UCAS-accredited, accredited by UCAS, counts towards UCAS, Tariff points",
        Why.UNTRUE,
        "shows what you did",
    ),
    _refused(
        "qualification, licensed, certified practitioner, professional, diploma",
        Why.UNTRUE,
        "award, badge, certificate",
    ),
    _asked(
        "guaranteed, proves your character, best, top, number one, leaderboard",
        Why.OVERCLAIMS,
        "what was done, by whom it was seen",
    ),
    _asked("parents, parent", Why.LEAVES_OUT, "parent, carer or guardian"),
    _asked_in_names(
        "victim support, bully, bullies, bullied, bullying, anti-bullying",
        Why.LABELS_BOTH_SIDES,
        "kindness, friendship, standing up for others",
    ),
    replace(_refused("SEN, SEND, ALN, ASN, EHCP", Why.REVEALS_DISABILITY), capitals_only=True),
    _refused("pupil premium, free meals, free school meals", Why.REVEALS_FAMILY),
    _revealing(
        "anxiety, depression, depressed, eating disorder, anorexia, bulimia, self-harm, self harm, suicide, suicidal, "
        "CAMHS, trauma, traumatised, panic attack, OCD, PTSD, bipolar, addiction, addict, alcohol, drugs, medication, "
        "cancer, diabetes, diabetic, epilepsy, asthma, HIV, pregnant, pregnancy, illness, ill",
        Why.REVEALS_HEALTH,
    ),
    _revealing(
        "disabled, disability, disabilities, autism, autistic, ASD, ADHD, dyslexia, dyslexic, deaf, blind, wheelchair, "
        "down’s syndrome, neurodiverse, neurodivergent, neurodiversity, special needs, special educational needs, "
        "additional learning needs, additional support needs, learning difficulty, learning difficulties, "
        "speech and language",
        Why.REVEALS_DISABILITY,
    ),
    _revealing(
        "LGBT, LGBTQ, LGBTQ+, LGBTQIA, LGBTQIA+, LGBT+, gay, lesbian, bisexual, trans, transgender, queer, non-binary, "
        "rainbow club, pride group, pride club, gender identity, sexuality, sexual orientation, coming out",
        Why.REVEALS_SEXUALITY,
    ),
    _revealing(
        "young carer, looked after, in care, care leaver, care experienced, foster, fostered, adopted, adoption, "
        "divorce, divorced, separated families, single parent, prison, prisoner, domestic abuse, domestic violence, "
        "bereaved, bereavement, grief, grieving, refugee, asylum, asylum seeker, service children, forces children, "
        "homeless, poverty",
        Why.REVEALS_FAMILY,
    ),
)

# Said to keep a role small, or with another meaning. A list of words would refuse the very sentences that protect.
HARMLESS_ENGLISH = _words(
    "not counselling, not counsellors, not a counsellor, never counselling, no counselling, is not therapy, "
    "not therapists, not a qualification, not diagnosing, does not carry UCAS Tariff points, no UCAS points, "
    "no UCAS Tariff points, "
    "treat everyone, treat everybody, treat others, treat people, treat each other, treats everyone, treats others, "
    "treated fairly, in case, in that case, in any case, in which case, be patient, being patient, "
    "patient listening, patient listener, patient and, and patient, passing on to an adult, looked after myself, "
    "parent or carer, parents or carers, parents and carers, parent carer or guardian, "
    "parents carers and guardians, parents carers or guardians, best wishes, top up"
)
