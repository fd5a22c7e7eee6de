"""AchievementSubject: who did it, with which results, and the evidence for it."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Annotated, ClassVar, Literal, Self

from pydantic import ValidationInfo, model_validator

from accredit.kit.openbadges.achievement import Achievement, Alignment
from accredit.kit.openbadges.endorsement import Image, Profile
from accredit.kit.openbadges.values import (
    DateTimeZ,
    IdentityTypeTerm,
    Many,
    Node,
    Number,
    Single,
    Truth,
    Uri,
    broken,
    is_reading,
    of_type,
)
from accredit.kit.openbadges.vocabularies import IdentityType, ResultStatus, ResultType

_HASH = re.compile(r"(sha256\$[0-9a-fA-F]{64}|md5\$[0-9a-fA-F]{32})")


class IdentityObject(Node):
    """One identifier of the earner: as it is, or hashed with a salt so that only who knows it can compare."""

    closed: ClassVar[bool] = True
    type: Single[Literal["IdentityObject"]] = "IdentityObject"
    hashed: Truth
    identity_hash: str
    identity_type: IdentityTypeTerm
    salt: str | None = None

    @model_validator(mode="after")
    def _hash_is_a_hash(self) -> Self:
        if self.hashed and not _HASH.fullmatch(self.identity_hash):
            raise broken("identity-hash", "a hashed identity is sha256$ or md5$ and the digest in hexadecimal")
        return self

    @classmethod
    def printed_name(cls, name: str) -> IdentityObject:
        """Answer the name as it is printed, not hashed (facts l.1)."""
        return cls(hashed=False, identity_hash=name, identity_type=IdentityType.NAME)

    def matches(self, identifier: str) -> bool:
        """Say whether this is that identifier; a hashed e-mail address also in lower case (facts l.30)."""
        given = identifier.strip()
        if not self.hashed:
            return given == self.identity_hash
        tries = {given, given.lower()} if self.identity_type == IdentityType.EMAIL_ADDRESS else {given}
        algorithm, _, stated = self.identity_hash.partition("$")
        return any(hmac.compare_digest(_digest(algorithm, each, self.salt or ""), stated.lower()) for each in tries)


def hash_identity(identifier: str, salt: str) -> str:
    """Answer ``sha256$`` and the hexadecimal digest over identifier and salt, both in UTF-8 (facts a.1)."""
    return f"sha256${_digest('sha256', identifier, salt)}"


def _digest(algorithm: str, identifier: str, salt: str) -> str:
    # md5 is read because Open Badges allows it; it guards nothing here and is never written.
    return hashlib.new(algorithm, (identifier + salt).encode(), usedforsecurity=False).hexdigest()


class Evidence(Node):
    """What shows that it was done: a link, or words in Markdown."""

    id: Uri | None = None
    type: Annotated[Many[str], of_type("Evidence")] = ("Evidence",)
    name: str | None = None
    description: str | None = None
    narrative: str | None = None
    genre: str | None = None
    audience: str | None = None


class Result(Node):
    """One result, such as 25 hours; `result_description` is the id of one in the same achievement."""

    type: Annotated[Many[str], of_type("Result")] = ("Result",)
    result_description: Uri | None = None
    value: str | None = None
    status: ResultStatus | None = None
    achieved_level: Uri | None = None
    alignment: Many[Alignment] = ()


class AchievementSubject(Node):
    """Who earned the achievement, and how. `id` or at least one `identifier` must be there."""

    id: Uri | None = None
    type: Annotated[Many[str], of_type("AchievementSubject")] = ("AchievementSubject",)
    identifier: Many[IdentityObject] = ()
    achievement: Achievement
    activity_start_date: DateTimeZ | None = None
    activity_end_date: DateTimeZ | None = None
    credits_earned: Number | None = None
    image: Image | None = None
    license_number: str | None = None
    narrative: str | None = None
    result: Many[Result] = ()
    role: str | None = None
    source: Profile | None = None
    term: str | None = None

    @model_validator(mode="after")
    def _names_the_earner(self) -> Self:
        if self.id is None and not self.identifier:
            raise broken("earner", "the subject has an id, an identifier or both")
        return self

    @model_validator(mode="after")
    def _results_are_described(self, info: ValidationInfo) -> Self:
        described = {each.id: each for each in self.achievement.result_description}
        for at, each in enumerate(self.result):
            if each.result_description is None:
                continue
            found = described.get(each.result_description)
            if found is None:
                raise broken("result-description", f"result[{at}] refers to no result description of the achievement")
            if found.result_type == ResultType.STATUS and each.status is None:
                raise broken("result-status", f"result[{at}] states no status, though its description has type Status")
            levels = {level.id for level in found.rubric_criterion_level}
            # The specification's own full example breaks this one, so it binds only what we build.
            if not is_reading(info) and each.achieved_level is not None and each.achieved_level not in levels:
                raise broken("achieved-level", f"result[{at}] achieves a level that its description does not have")
        return self

    @model_validator(mode="after")
    def _activity_ends_after_it_starts(self) -> Self:
        if self.activity_start_date and self.activity_end_date and self.activity_end_date < self.activity_start_date:
            raise broken("activity-end", "activityEndDate lies before activityStartDate")
        return self
