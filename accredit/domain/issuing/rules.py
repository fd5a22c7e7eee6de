"""The states of an issuance and of its status.

- intent → recorded → released, or intent → void; nothing goes back.
- The document is frozen when prepared: signing again gives the same bytes.
- active ⇄ suspended → revoked, active → revoked; revocation is never lifted.
- A status index is random in its list and is never used twice.
"""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """What a key is for; one key never serves two purposes."""

    ASSERTION = "assertion"
    STATUS = "status"
    CHECKPOINT = "checkpoint"


class Stage(StrEnum):
    """How far an issuance has come."""

    INTENT = "intent"
    RECORDED = "recorded"
    RELEASED = "released"
    VOID = "void"


class Status(StrEnum):
    """Whether an issued credential holds."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class StatusAct(StrEnum):
    """What the issuer did to a status."""

    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REVOKE = "revoke"
