"""What the log takes in.

- Every accountable act is one leaf: a salted SHA-256 commitment to its canonical record.
- Nothing personal is in a leaf: it is 32 bytes that mean nothing once record and salt are erased.
- The tree only grows; checkpoints never shrink.
"""

from __future__ import annotations

from enum import StrEnum


class Act(StrEnum):
    """The accountable acts, one leaf each."""

    ATTENDANCE_CONFIRMED = "attendance-confirmed"
    HOURS_APPROVED = "hours-approved"
    SKILL_OBSERVED = "skill-observed"
    AWARD_DECIDED = "award-decided"
    CREDENTIAL_ISSUED = "credential-issued"
    CREDENTIAL_SUSPENDED = "credential-suspended"
    CREDENTIAL_REINSTATED = "credential-reinstated"
    CREDENTIAL_REVOKED = "credential-revoked"
    KEY_PUBLISHED = "key-published"
    KEY_RETIRED = "key-retired"
    ORGANISATION_ENDORSED = "organisation-endorsed"
