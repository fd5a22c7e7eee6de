"""Who an organisation is, and what its people may do.

- A URN has six digits, a UKPRN eight starting with 1, a charity number six or seven (Scotland: SC and six digits;
  Northern Ireland: NIC and six digits).
- An organisation is recognised only after an operator has confirmed it by an outside channel.
- A role gives permissions; nothing else does.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Nation(StrEnum):
    """Where the organisation works; it changes words, not rules."""

    ENGLAND = "england"
    WALES = "wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"


class Kind(StrEnum):
    """What sort of organisation it is."""

    SCHOOL = "school"
    COLLEGE = "college"
    COMMUNITY = "community"


class Channel(StrEnum):
    """How an operator confirmed an organisation."""

    TELEPHONE = "telephone"
    LETTER = "letter"
    VISIT = "visit"
    OFFICIAL_REGISTER = "official-register"


class Role(StrEnum):
    """What a member of staff is."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "co-ordinator"
    SUPERVISOR = "supervisor"


class Permission(StrEnum):
    """What a view may ask for."""

    MANAGE_ORGANISATION = "manage-organisation"
    MANAGE_STAFF = "manage-staff"
    MANAGE_PEOPLE = "manage-people"
    MANAGE_PROGRAMMES = "manage-programmes"
    RECORD_TRAINING = "record-training"
    RECORD_PRACTICE = "record-practice"
    APPROVE_HOURS = "approve-hours"
    OBSERVE_SKILLS = "observe-skills"
    SEE_PROGRESS = "see-progress"
    AWARD = "award"
    REVOKE = "revoke"
    SEE_AUDIT = "see-audit"


_GIVES: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(
        {Permission.MANAGE_ORGANISATION, Permission.MANAGE_STAFF, Permission.SEE_AUDIT, Permission.SEE_PROGRESS}
    ),
    Role.COORDINATOR: frozenset(Permission) - {Permission.MANAGE_ORGANISATION},
    Role.SUPERVISOR: frozenset(
        {
            Permission.RECORD_PRACTICE,
            Permission.APPROVE_HOURS,
            Permission.OBSERVE_SKILLS,
            Permission.RECORD_TRAINING,
            Permission.SEE_PROGRESS,
        }
    ),
}


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return everything that ``roles`` give together."""
    return frozenset().union(*(_GIVES[role] for role in roles))


def may(roles: Iterable[Role], permission: Permission) -> bool:
    """Say whether any of ``roles`` gives ``permission``."""
    return permission in permissions_of(roles)
