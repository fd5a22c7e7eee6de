"""The document of a share: an award or a record of peer support, saying no more of it than its holder chose.

The achievement it embeds has the address, the name and the kind of the award or the record, and of the rest only what
belongs to what was chosen: what an award asks of everybody is at that address. Nothing leads from a share to the
certificate, to another share or to the approvals in the public log. It ends, so it has a `validUntil`, which no
certificate has.

Pure: no database, no clock, nothing random; the same facts give the same document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from accredit.domain.credentials.document import IssuerFacts, alignments_of, described, named, status_of
from accredit.domain.credentials.sharing_rules import Said
from accredit.kit.openbadges.achievement import Achievement, Criteria, ResultDescription
from accredit.kit.openbadges.credential import OpenBadgeCredential
from accredit.kit.openbadges.subject import AchievementSubject, IdentityObject, Result
from accredit.kit.openbadges.vocabularies import ResultStatus, ResultType

CHOSEN_LINE = "Its holder chose what is said here."


@dataclass(frozen=True, kw_only=True)
class ShareFacts:
    """Everything a share is built from; ``achievement`` is the published document, the moments are aware."""

    credential_id: UUID
    subject_id: UUID
    issuer: IssuerFacts
    achievement: Mapping[str, Any]
    said: Said
    issued_at: datetime
    ends_at: datetime
    status_list_url: str
    status_index: int
    demonstration: bool


def share_document(facts: ShareFacts) -> dict[str, Any]:
    """Write the unsigned document of a share."""
    said, demonstration = facts.said, facts.demonstration
    lines = [
        said.sentence,
        f"Skills shown: {', '.join(each.title for each in said.skills)}." if said.skills else "",
        CHOSEN_LINE,
        said.closing,
    ]
    narrative = described(" ".join(filter(None, lines)), demonstration)
    subject = AchievementSubject(
        # Fresh for each share, so that nobody can put two of them together.
        id=f"urn:uuid:{facts.subject_id}",
        identifier=(IdentityObject.printed_name(said.name),),
        achievement=_achievement(facts),
        narrative=narrative,
        result=tuple(_results(facts)),
    )
    credential = OpenBadgeCredential(
        id=f"urn:uuid:{facts.credential_id}",
        name=named(f"{said.award_title}, {said.programme_name}", demonstration),
        description=narrative,
        issuer=facts.issuer.profile(),
        valid_from=facts.issued_at.replace(microsecond=0),
        valid_until=facts.ends_at.replace(microsecond=0),
        awarded_date=datetime.combine(said.awarded_on, time(), UTC) if said.awarded_on else None,
        credential_subject=subject,
        credential_status=status_of(facts.status_list_url, facts.status_index),
    )
    return credential.document()


def _achievement(facts: ShareFacts) -> Achievement:
    said, url = facts.said, facts.achievement["id"]
    return Achievement(
        id=url,
        name=named(said.award_title, facts.demonstration),
        description=described(f"{said.programme_name}: {said.award_title}.", facts.demonstration),
        # What it asks of everybody would say how many hours there were at least, whether hours were chosen or not.
        criteria=Criteria(id=url),
        achievement_type=facts.achievement.get("achievementType"),
        in_language="en",
        result_description=tuple(_result_descriptions(said, url)),
    )


def _result_descriptions(said: Said, url: str) -> Iterator[ResultDescription]:
    for name, title, value in _figures(said):
        if value is not None:
            yield ResultDescription(id=f"{url}#{name}", name=title, result_type=ResultType.RESULT, value_min="0")
    for skill in said.skills:
        yield ResultDescription(
            id=f"{url}#skill-{skill.code}",
            name=f"Skill: {skill.title}",
            result_type=ResultType.STATUS,
            alignment=alignments_of(skill.frameworks),
        )


def _results(facts: ShareFacts) -> Iterator[Result]:
    url = facts.achievement["id"]
    for name, _title, value in _figures(facts.said):
        if value is not None:
            yield Result(result_description=f"{url}#{name}", value=value)
    for skill in facts.said.skills:
        yield Result(
            result_description=f"{url}#skill-{skill.code}",
            status=ResultStatus.COMPLETED,
            alignment=alignments_of(skill.frameworks),
        )


def _figures(said: Said) -> tuple[tuple[str, str, str | None], ...]:
    # By the names that the award's own results have (`document`).
    return (
        ("hours", "Hours of supervised peer support", said.hours),
        ("supervision-meetings", "Meetings with supervising adults", said.meetings),
    )
