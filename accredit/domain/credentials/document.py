"""Facts of an award → the Open Badges 3.0 documents that are published and signed.

The Achievement is the same for everybody who earns it, so it is aligned only with skills whose evidence the level
itself demands (a module of its training). What one person has shown beyond that stands in the results, each with its
alignment. No e-mail, UPN, date of birth, school reference or member of staff is in any of it.

Pure: no database, no clock, nothing random; the same facts give the same document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from accredit.domain.credentials.rules import (
    DEMONSTRATION,
    DEMONSTRATION_LINE,
    SCOPE_LINE,
    TARIFF_LINE,
    Framework,
    LedgerSpan,
    ModuleDone,
    SkillShown,
    Totals,
    date_in_words,
    decimal_hours,
    honest_sentence,
    hours_in_words,
)
from accredit.domain.practice.rules import Milestone
from accredit.domain.programmes.rules import Definition, Level, Skill
from accredit.kit.openbadges.achievement import Achievement, Alignment, Criteria, ResultDescription
from accredit.kit.openbadges.credential import OpenBadgeCredential
from accredit.kit.openbadges.endorsement import CredentialStatus, Profile
from accredit.kit.openbadges.subject import AchievementSubject, Evidence, IdentityObject, Result
from accredit.kit.openbadges.vocabularies import AchievementType, ResultStatus, ResultType, TargetType

# Training alone is a course that was completed; every later level is time given to others, for which Open Badges has
# CommunityService. None of them is a Certification, Degree or Qualification, and must not look like one.
_KINDS = {"trained": AchievementType.CERTIFICATE_OF_COMPLETION}
_MILESTONES = {
    Milestone.REFLECTION: "has made a reflection of their own",
    Milestone.LED_ACTIVITY: "has led or helped to lead an activity, a campaign, an assembly or a training session",
    Milestone.HELPED_NEWCOMERS: "has helped newcomers for a term",
    Milestone.HELPED_TRAIN_OTHERS: "has helped to train others",
    Milestone.SPOKE_AT_ASSEMBLY: "has spoken at an assembly",
    Milestone.TALK_WITH_ADULT: "has had a talk with the supervising adult",
    Milestone.PAIRING_ENDED_WELL: "has brought one pairing to a good end",
}
# Open Badges asks for an address; where a framework has none for each skill, its own page stands in.
_FRAMEWORK_PAGES = {"Skills Builder": "https://www.skillsbuilder.org/universal-framework"}
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True, kw_only=True)
class IssuerFacts:
    """The organisation as its credentials name it. ``did`` is its identity; ``url`` its public page."""

    did: str
    name: str
    url: str

    def profile(self) -> Profile:
        """Return the issuer Profile."""
        return Profile(id=self.did, name=self.name, url=self.url)


@dataclass(frozen=True, kw_only=True)
class CredentialFacts:
    """Everything a credential is built from. ``issued_at`` is aware; ``achievement`` the published document."""

    credential_id: UUID
    subject_id: UUID
    issuer: IssuerFacts
    achievement: dict[str, Any]
    award_title: str
    programme_name: str
    printed_name: str
    totals: Totals
    modules: tuple[ModuleDone, ...]
    skills: tuple[SkillShown, ...]
    awarded_on: date
    issued_at: datetime
    status_list_url: str
    status_index: int
    ledger: LedgerSpan | None
    tariff_line: bool
    demonstration: bool


def achievement_document(
    *, url: str, issuer: IssuerFacts, definition: Definition, level: Level, demonstration: bool
) -> dict[str, Any]:
    """Describe one level of one programme version, as it is published at ``url`` and embedded in credentials."""
    achievement = Achievement(
        id=url,
        name=named(level.title, demonstration),
        description=described(f"{definition.name}: {level.title}. {_sentence(level.sentence)}", demonstration),
        criteria=Criteria(narrative=criteria_narrative(definition, level)),
        achievement_type=_KINDS.get(level.badge, AchievementType.COMMUNITY_SERVICE),
        alignment=tuple(each for skill in _demanded(definition, level) for each in alignments_of(frameworks_of(skill))),
        creator=issuer.profile(),
        in_language="en",
        result_description=tuple(_result_descriptions(url, definition, level)),
    )
    return achievement.document()


def criteria_narrative(definition: Definition, level: Level) -> str:
    """Say in plain English (Markdown) what the level asks for."""
    titles = {module.code: module.title for module in definition.modules}
    modules = [titles[code] for code in level.module_codes]
    lines = (
        [f"has taken part in {_number(len(modules), 'module')} of training: {'; '.join(modules)}"] if modules else []
    )
    if level.minutes:
        lines.append(f"has given at least {hours_in_words(level.minutes)} of supervised peer support")
    if level.supervision_meetings:
        times = "once" if level.supervision_meetings == 1 else f"{level.supervision_meetings} times"
        lines.append(f"has met with supervising adults at least {times}")
    if level.refresher_if_due:
        lines.append("has done the refresher, where one was due")
    if level.skills_observed:
        skills = _number(level.skills_observed, "skill")
        lines.append(f"has been seen by an adult using at least {skills} of the programme")
    lines += [" or ".join(_MILESTONES[Milestone(each)] for each in any_of) for any_of in level.milestones]
    listed = "\n".join(f"- {line}" for line in lines)
    return (
        f"A young person who holds this award\n\n{listed}\n\n"
        "Every entry of supervised time is approved by a named adult who is someone else. The award itself is the "
        f"decision of a co-ordinator.\n\n{SCOPE_LINE}"
    )


def credential_document(facts: CredentialFacts) -> dict[str, Any]:
    """Build the unsigned OpenBadgeCredential of one award."""
    lines = [honest_sentence(facts.totals), SCOPE_LINE]
    if facts.tariff_line:
        lines.append(TARIFF_LINE)
    days = [day for day in (facts.totals.first_on, facts.totals.last_on) if day] + [each.on for each in facts.modules]
    subject = AchievementSubject(
        # A fresh id for each credential and never for a person, so that two awards cannot be joined by it.
        id=f"urn:uuid:{facts.subject_id}",
        identifier=(IdentityObject.printed_name(facts.printed_name),),
        achievement=EMBEDDED.of(facts.achievement),
        activity_start_date=_midnight(min(days)) if days else None,
        activity_end_date=_midnight(max(days)) if days else None,
        narrative=described(" ".join(filter(None, lines)), facts.demonstration),
        result=tuple(_results(facts)),
    )
    credential = OpenBadgeCredential(
        id=f"urn:uuid:{facts.credential_id}",
        name=named(f"{facts.award_title}, {facts.programme_name}", facts.demonstration),
        description=described(" ".join(lines[1:]), facts.demonstration),
        issuer=facts.issuer.profile(),
        valid_from=facts.issued_at.replace(microsecond=0),
        awarded_date=_midnight(facts.awarded_on),
        credential_subject=subject,
        evidence=tuple(_evidence(facts)),
        # There is no validUntil: what was done does not expire.
        credential_status=status_of(facts.status_list_url, facts.status_index),
    )
    return credential.document_around(EMBEDDED.written(facts.achievement))


def status_of(status_list_url: str, status_index: int) -> CredentialStatus:
    """Return where a credential's status is published."""
    return CredentialStatus(
        id=f"{status_list_url}#{status_index}",
        status_purpose="revocation",
        status_list_index=str(status_index),
        status_list_credential=status_list_url,
    )


class _Embedded:
    """The achievement that was embedded last: awards that are issued together mostly share one."""

    _last: tuple[dict[str, Any], Achievement, dict[str, Any]] | None = None

    def of(self, document: dict[str, Any]) -> Achievement:
        """Return a published achievement as a credential states it."""
        return self._both(document)[0]

    def written(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return the same as it is written there; not to be changed."""
        return self._both(document)[1]

    def _both(self, document: dict[str, Any]) -> tuple[Achievement, dict[str, Any]]:
        last = self._last
        if last is None or last[0] is not document:
            # The creator is the issuer. Said twice, one of the two could be taken out without touching what is signed.
            said_once = {name: value for name, value in document.items() if name != "creator"}
            achievement = Achievement.model_validate(said_once)
            self._last = last = document, achievement, achievement.document()
        return last[1:]


EMBEDDED: Final = _Embedded()


def _result_descriptions(url: str, definition: Definition, level: Level) -> Iterator[ResultDescription]:
    # Hours are neither a score nor a grade, so the generic type Result; the unit stands in the name.
    yield ResultDescription(
        id=f"{url}#hours",
        name="Hours of supervised peer support",
        result_type=ResultType.RESULT,
        required_value=decimal_hours(level.minutes),
        value_min="0",
    )
    yield ResultDescription(
        id=f"{url}#supervision-meetings",
        name="Meetings with supervising adults",
        result_type=ResultType.RESULT,
        required_value=str(level.supervision_meetings),
        value_min="0",
    )
    for module in definition.modules:
        yield ResultDescription(
            id=f"{url}#module-{module.code}", name=f"Module: {module.title}", result_type=ResultType.STATUS
        )
    for skill in definition.skills:
        yield ResultDescription(
            id=f"{url}#skill-{skill.code}",
            name=f"Skill: {skill.title}",
            result_type=ResultType.STATUS,
            alignment=alignments_of(frameworks_of(skill)),
        )


def _results(facts: CredentialFacts) -> Iterator[Result]:
    url = facts.achievement["id"]
    known = {each["id"] for each in facts.achievement["resultDescription"]}
    yield Result(result_description=f"{url}#hours", value=decimal_hours(facts.totals.minutes))
    yield Result(result_description=f"{url}#supervision-meetings", value=str(facts.totals.meetings))
    for module in facts.modules:
        if f"{url}#module-{module.code}" in known:
            yield _completed(f"{url}#module-{module.code}")
    for skill in facts.skills:
        if f"{url}#skill-{skill.code}" in known:
            yield _completed(f"{url}#skill-{skill.code}", skill.frameworks)


@lru_cache(maxsize=1_024)
def _completed(description: str, frameworks: tuple[Framework, ...] = ()) -> Result:
    # Kept, since it says nothing of anybody: all who have done the same module share it.
    return Result(result_description=description, status=ResultStatus.COMPLETED, alignment=alignments_of(frameworks))


def _evidence(facts: CredentialFacts) -> Iterator[Evidence]:
    totals = facts.totals
    if totals.entries and totals.first_on and totals.last_on:
        yield Evidence(
            name="Record of supervised practice",
            genre="Record",
            narrative=(
                f"{_counted(totals.entries, 'entry', 'entries')} from {date_in_words(totals.first_on)} to "
                f"{date_in_words(totals.last_on)}, together {hours_in_words(totals.own_minutes)}, approved by "
                f"{_counted(totals.adults, 'adult')}. Nobody approves their own time."
            ),
        )
    if totals.earlier_minutes:
        yield Evidence(
            name="Earlier records",
            genre="Record",
            narrative=(
                f"{hours_in_words(totals.earlier_minutes)} from the school’s earlier records, attested by the school "
                "in one total. Single entries of this time are not kept here."
            ),
        )
    if facts.modules:
        first, last = min(each.on for each in facts.modules), max(each.on for each in facts.modules)
        yield Evidence(
            name="Register of training",
            genre="Record",
            narrative=(
                f"{_counted(totals.modules, 'module')} attended from {date_in_words(first)} to {date_in_words(last)}, "
                f"together {hours_in_words(totals.training_minutes)}."
            ),
        )
    if facts.ledger is not None:
        span = facts.ledger
        yield Evidence(
            name="Place in the public log",
            genre="Record",
            narrative=(
                f"{_counted(span.count, 'approval')} of this record stand between entry {span.first} and entry "
                f"{span.last} of the log {span.origin}, before this credential was signed."
            ),
        )


def _demanded(definition: Definition, level: Level) -> Iterator[Skill]:
    needed = set(level.module_codes)
    for skill in definition.skills:
        if (
            [each.value for each in skill.evidence] == ["module"]
            and skill.module_codes
            and needed.issuperset(skill.module_codes)
        ):
            yield skill


def frameworks_of(skill: Skill) -> tuple[Framework, ...]:
    """Return what a skill is aligned with, each with an address; an alignment without any is left out."""
    return tuple(
        Framework(framework=each.framework, name=each.name, url=url, code=each.code if each.url else None)
        for each in skill.alignments
        if (url := each.url or _FRAMEWORK_PAGES.get(each.framework.partition(" Universal")[0]))
    )


def alignments_of(frameworks: tuple[Framework, ...]) -> tuple[Alignment, ...]:
    """Return frameworks as alignments."""
    return tuple(
        Alignment(
            target_name=each.name,
            target_url=each.url,
            target_framework=each.framework,
            target_code=each.code or None,
            target_type=TargetType.COMPETENCY,
        )
        for each in frameworks
    )


def named(name: str, demonstration: bool) -> str:
    """Return a name that says, where it is one, that it is a demonstration."""
    return f"{name} ({DEMONSTRATION})" if demonstration else name


def described(text: str, demonstration: bool) -> str:
    """Return a description that says so, too."""
    return f"{DEMONSTRATION_LINE} {text}" if demonstration else text


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _number(number: int, word: str) -> str:
    spelled = _NUMBERS[number] if number < len(_NUMBERS) else str(number)
    return f"{spelled} {word if number == 1 else word + 's'}"


def _counted(number: int, word: str, several: str | None = None) -> str:
    return f"{number} {word if number == 1 else several or word + 's'}"
