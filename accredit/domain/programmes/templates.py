"""Three programmes to start from; a school copies one and then changes it.

Every number is a default of ours: no public body sets one. Skill alignments name ESCO concepts (v1.2.0) and skills of
the Skills Builder Universal Framework by name alone; no step of it is claimed and no step's wording is used.
"""

from __future__ import annotations

from accredit.domain.programmes.frameworks import ESCO, SKILLS_BUILDER, alignment
from accredit.domain.programmes.rules import (
    ActivityType,
    Alignment,
    Badge,
    Definition,
    Evidence,
    Level,
    Module,
    Skill,
)

_REFRESHED = ("M4", "M5", "M6")

_MODULES = {
    module.code: module
    for module in (
        Module(
            "M1",
            "What peer support is, and what it is not",
            45,
            "listening, befriending, finding the right adult; not counselling; a voluntary role",
        ),
        Module("M2", "Listening well", 60, "attention, open questions, saying back, silence"),
        Module("M3", "Empathy, and not judging", 45, "other people’s shoes; difference; words that do not label"),
        Module(
            "M4",
            "Keeping confidences, and their limits; boundaries",
            60,
            "what stays private, what cannot, saying so at the start; time, place, phones, gifts",
            valid_months=12,
        ),
        Module(
            "M5",
            "Safeguarding: passing on to an adult",
            60,
            "what to notice, whom to tell, when: now; not investigating",
            valid_months=12,
        ),
        Module(
            "M6",
            "If I am upset or worried by what I hear",
            45,
            "looking after myself; talking to the supervising adult; taking a break, above all in exams",
            valid_months=12,
        ),
        Module(
            "M7",
            "Solving problems and negotiating together",
            45,
            "options, fair agreements, no solving for somebody",
        ),
        Module(
            "M8",
            "Talking with all sorts of people",
            45,
            "plain words, pictures and signs, other languages, body language",
        ),
        Module(
            "M9",
            "First meetings, regular meetings, endings",
            60,
            "one-to-one pairing, agreeing aims, ending well",
        ),
        Module("M10", "Welcoming and including", 45, "running a drop-in, break-time buddying, groups"),
        Module("M11", "Planning an activity or a campaign", 45, "aim, people, materials, safe space, what worked"),
        Module(
            "M12",
            "Refresher",
            45,
            "keeping confidences, passing on to an adult and looking after myself, again",
            refreshes=_REFRESHED,
        ),
        Module("M13", "Leading others", 60, "helping new peer supporters, speaking for the programme"),
    )
}

_ACTIVITY_TYPES = {
    kind.code: kind
    for kind in (
        ActivityType("drop-in", "Drop-in at lunch or after school", formal=True),
        ActivityType("one-to-one", "One-to-one meeting", formal=True),
        ActivityType("buddying", "Break-time buddying", formal=False),
        ActivityType("friendship-group", "Friendship group", formal=True),
        ActivityType("wellbeing-activity", "Craft, sport, music or quiet room", formal=True),
        ActivityType("campaign", "Stall, display or campaign", formal=True),
        ActivityType("assembly", "Speaking at an assembly", formal=True),
        ActivityType("peer-training", "Helping to train others", formal=True),
        ActivityType("planning", "Planning and getting ready", formal=False),
        ActivityType("supervision", "Meeting with the supervising adult", formal=True, counts_as_hours=False),
    )
}


def _esco(name: str) -> Alignment:
    return alignment(ESCO, name)


def _skills_builder(name: str) -> Alignment:
    return alignment(SKILLS_BUILDER, name)


_SEEN = (Evidence.OBSERVED,)
_SKILLS = {
    skill.code: skill
    for skill in (
        Skill(
            "listening",
            "Listening",
            ("M2",),
            _SEEN,
            (_esco("listen actively"), _skills_builder("Listening")),
        ),
        Skill("empathy", "Empathy", ("M3",), _SEEN, (_esco("show empathy"),)),
        Skill(
            "negotiation",
            "Negotiation",
            ("M7",),
            (Evidence.OBSERVED, Evidence.REFLECTION),
            (_esco("negotiate compromises"),),
        ),
        Skill(
            "communication",
            "Communication",
            ("M8",),
            _SEEN,
            (_esco("communicate with youth"), _skills_builder("Speaking")),
        ),
        Skill(
            "solving-problems",
            "Solving problems",
            ("M7",),
            (Evidence.REFLECTION,),
            (_esco("solve problems"), _skills_builder("Problem Solving")),
        ),
        Skill(
            "not-judging",
            "Not judging",
            ("M3",),
            _SEEN,
            (_esco("respect the diversity of cultural values and norms"),),
        ),
        Skill(
            "confidentiality",
            "Confidentiality",
            ("M4",),
            (Evidence.MODULE,),
            (_esco("respect confidentiality obligations"),),
        ),
        Skill(
            "passing-on",
            "Knowing my limits, passing on",
            ("M5",),
            (Evidence.MODULE,),
            (_esco("promote the safeguarding of young people"),),
        ),
        Skill(
            "reliability",
            "Reliability",
            (),
            (Evidence.HOURS,),
            (_esco("act reliably"),),
        ),
        Skill(
            "teamwork",
            "Teamwork",
            ("M10", "M11"),
            _SEEN,
            (_esco("work in teams"), _skills_builder("Teamwork")),
        ),
        Skill(
            "leadership",
            "Leadership",
            ("M13",),
            _SEEN,
            (_esco("lead others"), _skills_builder("Leadership")),
        ),
    )
}

_SENTENCES = {
    Badge.TRAINED: ("Trained Peer Supporter", "has done the training and may start"),
    Badge.PEER: ("Peer Supporter", "has given supervised time"),
    Badge.SENIOR: (
        "Senior Peer Supporter",
        "has kept at it, has done the refresher, and has been seen using the skills",
    ),
    Badge.AMBASSADOR: ("Ambassador", "has led something and represents the school"),
}


def _level(
    code: str,
    badge: Badge,
    *,
    hours: int = 0,
    meetings: int = 0,
    modules: tuple[str, ...],
    refresher: bool = False,
    observed: int = 0,
    milestones: tuple[tuple[str, ...], ...] = (),
) -> Level:
    title, sentence = _SENTENCES[badge]
    return Level(code, title, badge, sentence, hours * 60, meetings, modules, refresher, observed, milestones)


def _modules(*codes: str) -> tuple[Module, ...]:
    return tuple(_MODULES[code] for code in codes)


def _skills(modules: tuple[Module, ...], *codes: str) -> tuple[Skill, ...]:
    taught = {module.code for module in modules}
    return tuple(
        Skill(s.code, s.title, tuple(m for m in s.module_codes if m in taught), s.evidence, s.alignments)
        for s in (_SKILLS[code] for code in codes)
    )


def _activities(*codes: str) -> tuple[ActivityType, ...]:
    return tuple(_ACTIVITY_TYPES[code] for code in codes)


def _wellbeing_ambassadors() -> Definition:
    first = ("M1", "M2", "M3", "M4", "M5", "M6", "M8")
    senior = (*first, "M7", "M11")
    modules = _modules("M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8", "M11", "M12", "M13")
    led = ("led-activity",)
    return Definition(
        code="WA",
        name="Wellbeing Ambassadors",
        summary="A cohort trains together and supports others over a school year: drop-ins, friendship groups, "
        "wellbeing activities and campaigns, and everyday company.",
        modules=modules,
        first_training=first,
        activity_types=_activities(*(code for code in _ACTIVITY_TYPES if code != "one-to-one")),
        skills=_skills(
            modules,
            "listening",
            "empathy",
            "negotiation",
            "communication",
            "not-judging",
            "confidentiality",
            "passing-on",
            "teamwork",
        ),
        levels=(
            _level("WA-TRN", Badge.TRAINED, modules=first),
            _level("WA-PS", Badge.PEER, hours=10, meetings=3, modules=first),
            _level("WA-SEN", Badge.SENIOR, hours=20, meetings=6, modules=senior, refresher=True, observed=2),
            _level(
                "WA-AMB",
                Badge.AMBASSADOR,
                hours=30,
                meetings=8,
                modules=(*senior, "M13"),
                refresher=True,
                observed=2,
                milestones=(led, ("reflection",)),
            ),
        ),
    )


def _one_to_one_peer_mentoring() -> Definition:
    first = ("M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8", "M9")
    modules = _modules(*first, "M12", "M13")
    talk, ended = ("talk-with-adult",), ("pairing-ended-well",)
    return Definition(
        code="PM",
        name="One-to-one Peer Mentoring",
        summary="Older pupils are paired with younger ones for a term or more, often at transition, with more training "
        "and more supervision.",
        modules=modules,
        first_training=first,
        activity_types=_activities("one-to-one", "buddying", "peer-training", "planning", "supervision"),
        skills=_skills(
            modules,
            "listening",
            "empathy",
            "negotiation",
            "solving-problems",
            "confidentiality",
            "passing-on",
            "reliability",
        ),
        levels=(
            _level("PM-TRN", Badge.TRAINED, modules=first, milestones=(talk,)),
            _level("PM-PS", Badge.PEER, hours=6, meetings=4, modules=first, milestones=(talk,)),
            _level(
                "PM-SEN",
                Badge.SENIOR,
                hours=15,
                meetings=8,
                modules=first,
                refresher=True,
                observed=3,
                milestones=(talk, ended),
            ),
            _level(
                "PM-AMB",
                Badge.AMBASSADOR,
                hours=25,
                meetings=10,
                modules=(*first, "M13"),
                refresher=True,
                observed=3,
                milestones=(talk, ended, ("helped-train-others",), ("reflection",)),
            ),
        ),
        one_to_one_minutes_between_meetings=240,
    )


def _drop_in_and_buddying() -> Definition:
    first = ("M1", "M2", "M4", "M5", "M6", "M10")
    senior = (*first, "M3", "M8")
    modules = _modules("M1", "M2", "M3", "M4", "M5", "M6", "M8", "M10", "M12", "M13")
    return Definition(
        code="DB",
        name="Drop-in and Buddying",
        summary="Break-time buddies, a friendly table at lunch, company for newcomers: short, visible, and always with "
        "an adult nearby.",
        modules=modules,
        first_training=first,
        activity_types=_activities("drop-in", "buddying", "friendship-group", "planning", "assembly", "supervision"),
        skills=_skills(
            modules,
            "listening",
            "empathy",
            "communication",
            "confidentiality",
            "passing-on",
            "teamwork",
            "reliability",
        ),
        levels=(
            _level("DB-TRN", Badge.TRAINED, modules=first),
            _level("DB-PS", Badge.PEER, hours=5, meetings=2, modules=first),
            _level("DB-SEN", Badge.SENIOR, hours=12, meetings=4, modules=senior, refresher=True, observed=1),
            _level(
                "DB-AMB",
                Badge.AMBASSADOR,
                hours=20,
                meetings=6,
                modules=(*senior, "M13"),
                refresher=True,
                observed=1,
                milestones=(("spoke-at-assembly", "helped-newcomers"), ("reflection",)),
            ),
        ),
    )


TEMPLATES: dict[str, Definition] = {
    template.code: template
    for template in (_wellbeing_ambassadors(), _one_to_one_peer_mentoring(), _drop_in_and_buddying())
}
