"""A record of peer support → the Open Badges 3.0 documents that are published and signed.

It is no award: nothing in it has a level, a required value or a day of award. Open Badges has no type for a record, and
takes CommunityService for time that was given to others (ADR 33). The achievement is the same for everybody in one
version of a programme. No e-mail, date of birth, school reference or member of staff is in any of it, and no day but
the one on which it was made.

Pure: no database, no clock, nothing random; the same facts give the same document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from accredit.domain.credentials.document import (
    EMBEDDED,
    IssuerFacts,
    alignments_of,
    described,
    frameworks_of,
    named,
    status_of,
)
from accredit.domain.credentials.record_contents import NO_TARIFF, RECORD_TITLE, WHAT_IT_IS, Contents, record_sentence
from accredit.domain.credentials.rules import SCOPE_LINE, decimal_hours
from accredit.domain.programmes.rules import Definition
from accredit.kit.openbadges.achievement import Achievement, Criteria, ResultDescription
from accredit.kit.openbadges.credential import OpenBadgeCredential
from accredit.kit.openbadges.subject import AchievementSubject, IdentityObject, Result
from accredit.kit.openbadges.vocabularies import AchievementType, ResultStatus, ResultType

CRITERIA = (
    "Everybody in the programme may have this record at any time, and after they stopped. It says which training they "
    "attended, how much supervised time they gave, by activity, how often they met with a supervising adult, and which "
    "skills an adult has seen. Every entry of supervised time is approved by a named adult who is someone else.\n\n"
    f"{SCOPE_LINE}"
)


@dataclass(frozen=True, kw_only=True)
class RecordFacts:
    """Everything a record is built from. ``issued_at`` is aware; ``achievement`` is the published document."""

    credential_id: UUID
    subject_id: UUID
    issuer: IssuerFacts
    achievement: dict[str, Any]
    printed_name: str
    contents: Contents
    made_on: date
    issued_at: datetime
    status_list_url: str
    status_index: int
    tariff_line: bool
    demonstration: bool


def record_achievement(*, url: str, issuer: IssuerFacts, definition: Definition, demonstration: bool) -> dict[str, Any]:
    """Describe the record of one programme version, as it is published at ``url`` and embedded in credentials."""
    achievement = Achievement(
        id=url,
        name=named(RECORD_TITLE, demonstration),
        description=described(f"{definition.name}: {WHAT_IT_IS}", demonstration),
        criteria=Criteria(narrative=CRITERIA),
        achievement_type=AchievementType.COMMUNITY_SERVICE,
        creator=issuer.profile(),
        in_language="en",
        result_description=tuple(_result_descriptions(url, definition)),
    )
    return achievement.document()


def record_document(facts: RecordFacts) -> dict[str, Any]:
    """Build the unsigned OpenBadgeCredential of one record."""
    lines = [WHAT_IT_IS, SCOPE_LINE, *([NO_TARIFF] if facts.tariff_line else [])]
    narrative = f"{record_sentence(facts.contents, facts.made_on)} {' '.join(lines)}"
    subject = AchievementSubject(
        # A fresh id for each credential and never for a person, so that two of them cannot be joined by it.
        id=f"urn:uuid:{facts.subject_id}",
        identifier=(IdentityObject.printed_name(facts.printed_name),),
        achievement=EMBEDDED.of(facts.achievement),
        narrative=described(narrative, facts.demonstration),
        result=tuple(_results(facts)),
    )
    credential = OpenBadgeCredential(
        id=f"urn:uuid:{facts.credential_id}",
        name=named(f"{RECORD_TITLE}, {facts.contents.programme_name}", facts.demonstration),
        description=described(" ".join(lines), facts.demonstration),
        issuer=facts.issuer.profile(),
        # There is no awardedDate, for nothing was awarded, and no validUntil: what was done does not expire.
        valid_from=facts.issued_at.replace(microsecond=0),
        credential_subject=subject,
        credential_status=status_of(facts.status_list_url, facts.status_index),
    )
    return credential.document()


def _result_descriptions(url: str, definition: Definition) -> Iterator[ResultDescription]:
    for fragment, name in (
        ("hours", "Hours of supervised peer support"),
        ("earlier-hours", "Of these, hours from the school’s earlier records"),
        ("supervision-meetings", "Meetings with supervising adults"),
    ):
        yield ResultDescription(id=f"{url}#{fragment}", name=name, result_type=ResultType.RESULT, value_min="0")
    for activity in definition.activity_types:
        if activity.counts_as_hours:
            yield ResultDescription(
                id=f"{url}#hours-{activity.code}",
                name=f"Hours: {activity.title}",
                result_type=ResultType.RESULT,
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


def _results(facts: RecordFacts) -> Iterator[Result]:
    url, contents = facts.achievement["id"], facts.contents
    known = {each["id"] for each in facts.achievement["resultDescription"]}
    # What is nothing is left out: a record says what was done.
    counted = {
        "hours": decimal_hours(contents.minutes + contents.earlier_minutes),
        "earlier-hours": decimal_hours(contents.earlier_minutes),
        "supervision-meetings": str(contents.meetings),
    } | {f"hours-{each.code}": decimal_hours(each.minutes) for each in contents.activities}
    for fragment, value in counted.items():
        if value != "0" and f"{url}#{fragment}" in known:
            yield Result(result_description=f"{url}#{fragment}", value=value)
    for module in contents.modules:
        if f"{url}#module-{module.code}" in known:
            yield Result(result_description=f"{url}#module-{module.code}", status=ResultStatus.COMPLETED)
    for skill in contents.skills:
        if f"{url}#skill-{skill.code}" in known:
            yield Result(
                result_description=f"{url}#skill-{skill.code}",
                status=ResultStatus.COMPLETED,
                alignment=alignments_of(skill.frameworks),
            )
