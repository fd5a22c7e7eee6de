"""Check 7 for issuers elsewhere: does a register that the operator chose name this issuer, and for this award.

What an issuer calls itself decides nothing, here least of all: an entry is found by the whole id, and a name only ever
leads to a warning.
"""

from __future__ import annotations

from accredit.domain.verification.examination import Examination
from accredit.domain.verification.plain import PlainCredential
from accredit.domain.verification.rules import CheckId, Reason
from accredit.kit.openbadges.endorsement import Profile


def ask(examination: Examination, issuer_id: str) -> None:
    """Make the check for an issuer that is none of this service."""
    registry = examination.outside.registry
    found = registry.find(issuer_id)
    if found is None:
        # Only its own key makes a stranger worth comparing; before that anybody could have written the name.
        alike = _taken_for(examination, issuer_id) if examination.has_passed(CheckId.SIGNATURE) else None
        facts = {} if alike is None else {"looks_like": alike}
        examination.failed(CheckId.RECOGNISED, Reason.ISSUER_NOT_RECOGNISED, **facts)
        return
    if not registry.is_fresh(examination.now):
        expired = registry.expires.isoformat() if registry.expires else ""
        examination.untold(CheckId.RECOGNISED, Reason.REGISTRY_NOT_FRESH, register=registry.name, expired=expired)
        return
    definer = defined_by(examination)
    if definer is not None and definer != issuer_id and definer not in found.also_for:
        examination.failed(CheckId.RECOGNISED, Reason.ACHIEVEMENT_OF_ANOTHER, defined_by=definer)
        return
    examination.passed(
        CheckId.RECOGNISED,
        register=registry.name,
        edition=registry.version,
        confirmed_by=found.confirmed_by,
        how=found.channel,
        confirmed_on=found.confirmed_on.isoformat(),
    )


def defined_by(examination: Examination) -> str | None:
    """Return who says that they defined the award, by id; None where nobody is named."""
    badge = examination.badge
    creator = None if badge is None else badge.subject.achievement.creator
    return None if creator is None else creator.id


def _taken_for(examination: Examination, issuer_id: str) -> str | None:
    found = examination.outside.taken_for(issuer_id=issuer_id, name=_name(examination))
    return None if found is None else found.name


def _name(examination: Examination) -> str | None:
    credential = examination.credential
    if credential is None or isinstance(credential, PlainCredential):
        return None if credential is None else credential.issuer_name
    return credential.issuer.name if isinstance(credential.issuer, Profile) else None
