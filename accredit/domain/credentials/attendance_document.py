"""Facts of an adult's training → the Open Badges 3.0 documents that are published and signed.

A record of attendance: it states no level, and nothing in it is about a young person. Open Badges has no type for
continuing education; a part that was attended to its end is nearest to ``CertificateOfCompletion``, which training
alone has for young people, too. Of the staff only the holder is named in it.

Pure: no database, no clock, nothing random; the same facts give the same document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from accredit.domain.credentials.attendance_contents import (
    ATTENDANCE_LINE,
    ATTENDANCE_TITLE,
    attendance_sentence,
    minutes_of,
)
from accredit.domain.credentials.document import EMBEDDED, IssuerFacts, described, named, status_of
from accredit.domain.credentials.rules import date_in_words, decimal_hours, hours_in_words
from accredit.domain.facilitation.rules import PARTS, Attended
from accredit.kit.openbadges.achievement import Achievement, Criteria, ResultDescription
from accredit.kit.openbadges.credential import OpenBadgeCredential
from accredit.kit.openbadges.subject import AchievementSubject, Evidence, IdentityObject, Result
from accredit.kit.openbadges.vocabularies import AchievementType, ResultStatus, ResultType


@dataclass(frozen=True, kw_only=True)
class AttendanceFacts:
    """Everything that the credential of an adult's training is built from; ``issued_at`` is aware."""

    credential_id: UUID
    subject_id: UUID
    issuer: IssuerFacts
    achievement: dict[str, Any]
    programme_name: str
    printed_name: str
    parts: tuple[Attended, ...]
    given_on: date
    issued_at: datetime
    status_list_url: str
    status_index: int
    demonstration: bool


def attendance_achievement(
    *, url: str, issuer: IssuerFacts, programme_name: str, demonstration: bool
) -> dict[str, Any]:
    """Describe the training for facilitators of one programme version, as it is published at ``url``."""
    listed = "\n".join(f"- {part.title} ({hours_in_words(part.minutes)})" for part in PARTS)
    achievement = Achievement(
        id=url,
        name=named(ATTENDANCE_TITLE, demonstration),
        description=described(
            f"{programme_name}: training for the adults who run the programme and supervise. {ATTENDANCE_LINE}",
            demonstration,
        ),
        criteria=Criteria(
            narrative=(
                "An adult who holds this record attended one or more of these parts; the record says which, and when."
                f"\n\n{listed}\n\nNobody writes down their own attendance, and nobody gives a record to themselves."
            )
        ),
        achievement_type=AchievementType.CERTIFICATE_OF_COMPLETION,
        creator=issuer.profile(),
        in_language="en",
        result_description=tuple(_result_descriptions(url)),
    )
    return achievement.document()


def attendance_document(facts: AttendanceFacts) -> dict[str, Any]:
    """Build the unsigned OpenBadgeCredential of one adult's training."""
    parts, told = facts.parts, attendance_sentence(facts.parts)
    narrative = f"{told} Given on {date_in_words(facts.given_on)}. {ATTENDANCE_LINE}"
    subject = AchievementSubject(
        # A fresh id for each credential and never for a person, so that two cannot be joined by it.
        id=f"urn:uuid:{facts.subject_id}",
        identifier=(IdentityObject.printed_name(facts.printed_name),),
        achievement=EMBEDDED.of(facts.achievement),
        activity_start_date=_midnight(min(part.first_on for part in parts)),
        activity_end_date=_midnight(max(part.last_on for part in parts)),
        narrative=described(narrative, facts.demonstration),
        result=tuple(_results(facts)),
    )
    register = f"{told} Nobody writes down their own attendance."
    credential = OpenBadgeCredential(
        id=f"urn:uuid:{facts.credential_id}",
        name=named(f"{ATTENDANCE_TITLE}, {facts.programme_name}", facts.demonstration),
        description=described(ATTENDANCE_LINE, facts.demonstration),
        issuer=facts.issuer.profile(),
        # There is no awardedDate, for nothing was awarded, and no validUntil: what was attended does not expire.
        valid_from=facts.issued_at.replace(microsecond=0),
        credential_subject=subject,
        evidence=(Evidence(name="Register of training for facilitators", genre="Record", narrative=register),),
        credential_status=status_of(facts.status_list_url, facts.status_index),
    )
    return credential.document()


def _result_descriptions(url: str) -> Iterator[ResultDescription]:
    yield ResultDescription(
        id=f"{url}#hours", name="Hours of training attended", result_type=ResultType.RESULT, value_min="0"
    )
    for part in PARTS:
        yield ResultDescription(id=f"{url}#part-{part.code}", name=f"Part: {part.title}", result_type=ResultType.STATUS)


def _results(facts: AttendanceFacts) -> Iterator[Result]:
    url = facts.achievement["id"]
    known = {each["id"] for each in facts.achievement["resultDescription"]}
    yield Result(result_description=f"{url}#hours", value=decimal_hours(minutes_of(facts.parts)))
    for part in facts.parts:
        if f"{url}#part-{part.code}" in known:
            yield Result(result_description=f"{url}#part-{part.code}", status=ResultStatus.COMPLETED)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
