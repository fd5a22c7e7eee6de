"""When supervised hours count."""

from __future__ import annotations

from enum import StrEnum


class HoursStatus(StrEnum):
    """How far an entry has come."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    CORRECTED = "corrected"


class ReturnReason(StrEnum):
    """Why an entry was returned: a fixed list, so that nothing personal is ever typed."""

    BEFORE_TRAINING = "before-training"
    ON_A_BREAK = "on-a-break"
    OVERLAP = "overlap"
    OVER_DAY_LIMIT = "over-day-limit"
    TOO_LATE = "too-late"
    NOT_SUPERVISED = "not-supervised"
    WRONG_ACTIVITY_TYPE = "wrong-activity-type"
    NOT_A_SCHOOL_DAY = "not-a-school-day"


class Source(StrEnum):
    """How an entry came in."""

    YOUNG_PERSON = "young-person"
    REGISTER = "register"
    IMPORT = "import"


class Milestone(StrEnum):
    """Things some levels ask for that are neither hours nor modules. An adult records that it was done, never what."""

    REFLECTION = "reflection"
    LED_ACTIVITY = "led-activity"
    HELPED_NEWCOMERS = "helped-newcomers"
    HELPED_TRAIN_OTHERS = "helped-train-others"
    SPOKE_AT_ASSEMBLY = "spoke-at-assembly"
    TALK_WITH_ADULT = "talk-with-adult"
    PAIRING_ENDED_WELL = "pairing-ended-well"
