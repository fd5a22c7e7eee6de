"""Achievement: what was to be done, and how it is described, aligned and marked. Not who did it: see `subject`."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ValidationInfo, model_validator

from accredit.kit.openbadges.endorsement import EndorsementCredential, IdentifierEntry, Image, Profile
from accredit.kit.openbadges.values import (
    AchievementTypeTerm,
    CompactJws,
    LanguageCode,
    Many,
    Node,
    Number,
    ResultTypeTerm,
    TargetTypeTerm,
    Text,
    Uri,
    broken,
    is_reading,
    of_type,
)


class Criteria(Node):
    """What must be done to earn it: a page (`id`), words in Markdown (`narrative`), or both."""

    id: Uri | None = None
    narrative: str | None = None

    @model_validator(mode="after")
    def _says_something(self, info: ValidationInfo) -> Self:
        if not is_reading(info) and not self.id and not self.narrative:
            raise broken("criteria", "criteria have an id, a narrative or both")
        return self


class Alignment(Node):
    """A node of a framework that the achievement corresponds to, such as a skill of ESCO."""

    type: Annotated[Many[str], of_type("Alignment")] = ("Alignment",)
    target_name: str
    target_url: Uri
    target_code: str | None = None
    target_description: str | None = None
    target_framework: str | None = None
    target_type: TargetTypeTerm | None = None


class Related(Node):
    """Another edition of the same achievement, for example in another language."""

    id: Uri
    type: Annotated[Many[str], of_type("Related")] = ("Related",)
    in_language: LanguageCode | None = None
    version: str | None = None


class RubricCriterionLevel(Node):
    """One level of a rubric."""

    id: Uri
    type: Annotated[Many[str], of_type("RubricCriterionLevel")] = ("RubricCriterionLevel",)
    name: str
    alignment: Many[Alignment] = ()
    description: str | None = None
    level: str | None = None
    points: str | None = None


class ResultDescription(Node):
    """A result that may be stated, such as hours of practice; values and bounds are strings."""

    id: Uri
    type: Annotated[Many[str], of_type("ResultDescription")] = ("ResultDescription",)
    name: str
    result_type: ResultTypeTerm
    alignment: Many[Alignment] = ()
    allowed_value: Many[str] = ()
    required_level: Uri | None = None
    required_value: str | None = None
    rubric_criterion_level: Many[RubricCriterionLevel] = ()
    value_max: str | None = None
    value_min: str | None = None


class Achievement(Node):
    """What is awarded. The same for everybody who earns it."""

    id: Uri
    type: Annotated[Many[str], of_type("Achievement")] = ("Achievement",)
    name: Text
    description: Text
    criteria: Criteria
    achievement_type: AchievementTypeTerm | None = None
    alignment: Many[Alignment] = ()
    creator: Profile | None = None
    credits_available: Number | None = None
    endorsement: Many[EndorsementCredential] = ()
    endorsement_jwt: Many[CompactJws] = ()
    field_of_study: str | None = None
    human_code: str | None = None
    image: Image | None = None
    in_language: LanguageCode | None = None
    other_identifier: Many[IdentifierEntry] = ()
    related: Many[Related] = ()
    result_description: Many[ResultDescription] = ()
    specialization: str | None = None
    tag: Many[str] = ()
    version: str | None = None

    @model_validator(mode="after")
    def _result_descriptions_are_told_apart(self) -> Self:
        ids = [each.id for each in self.result_description]
        if len(ids) != len(set(ids)):
            raise broken("result-description", "two result descriptions share an id")
        return self
