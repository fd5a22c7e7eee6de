"""The shape of every answer of the API, as the OpenAPI document states it. Tests hold each answer to it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from accredit.domain.verification.rules import Axis, CheckId, Outcome, Reason, Verdict


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Skill(_Shape):
    """A skill that the award names, and the published framework it is aligned with."""

    name: str | None
    framework: str | None
    url: str | None


class Result(_Shape):
    """One of the totals that the award states."""

    name: str | None
    value: str | None
    status: str | None


class Claims(_Shape):
    """What the issuer says in the credential. Its signature proves that it said this; it vouches for the facts."""

    credential_id: str
    issuer_id: str
    issuer_name: str | None
    award_name: str | None
    achievement_name: str
    description: str
    narrative: str | None
    printed_name: str | None = Field(description="Null where a code was asked about: a code is no file.")
    initials: str | None = Field(default=None, description="Only where a code was asked about.")
    awarded_on: str | None
    valid_from: str
    skills: list[Skill]
    results: list[Result]
    defined_by: str | None = Field(description="Who defined the award, where that is not its issuer.")


class Endorsed(_Shape):
    """What somebody else says in a credential, judged alone: it lends its verdict to nothing, and takes none."""

    verdict: Verdict
    reason: Reason | None
    about: Literal["credential", "issuer", "achievement"]
    endorser_id: str | None
    endorser_name: str | None = Field(description="What the endorser calls itself; confirmed for GENUINE only.")
    comment: str | None


class CheckMade(_Shape):
    """One numbered check. A check that was not made is absent, and never counts as passed."""

    number: int = Field(ge=1)
    id: CheckId
    axis: Axis
    outcome: Outcome
    reason: Reason | None
    text: str = Field(description="The check, or why it did not pass, in the words of the page.")
    facts: dict[str, str | int]


class Verification(_Shape):
    """The answer. Rely on ``verdict`` and nothing else: no single check says that an award is genuine."""

    verdict: Verdict
    reason: Reason | None = Field(description="Null only for GENUINE.")
    heading: str
    sentence: str
    next_step: str
    axes: dict[Axis, Literal["passed", "failed", "could-not-tell", "not-asked"]]
    checks: list[CheckMade]
    claims: Claims | None = Field(description="What an organisation says that was confirmed to this service.")
    unconfirmed_claims: Claims | None = Field(
        description="What an issuer says whom nobody confirmed: never show it as if it were known."
    )
    endorsements: list[Endorsed]
    checked_at: str = Field(description="A moment in UTC, to the second.")


class Problem(_Shape):
    """An error (RFC 9457). ``code`` is stable, the sentences are not."""

    type: Literal["about:blank"]
    status: int
    title: str
    code: str
    detail: str
