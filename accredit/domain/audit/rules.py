"""Actors and event tags.

- Every write names its actor: a member of staff, a young person, an operator, or the service itself.
- Every write has exactly one event, with a tag of this list.
- What weighs (an award, a revocation, a role, the organisation's details) is only for whoever has just shown who they
  are: each such operation asks (`check_fresh`), so that no page can forget to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from accredit.errors import Forbidden


class ActorKind(StrEnum):
    """Who can act."""

    STAFF = "staff"
    YOUNG_PERSON = "young-person"
    OPERATOR = "operator"
    SERVICE = "service"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts, as the audit trail and the ledger name them: by kind, id and role, never by name.

    ``through`` is the key of a program that acts for them (`domain.clients`).
    """

    kind: ActorKind
    id: UUID | None = None
    organisation_id: UUID | None = None
    role: str | None = None
    through: UUID | None = None
    is_fresh: bool = field(default=True, compare=False)
    """False for whoever acts through a page and showed longer ago than is allowed who they are."""


def check_fresh(actor: Actor) -> None:
    """Refuse what weighs to whoever must show first who they are, whichever page or program it comes through.

    Raises `Forbidden` (``prove-again``).
    """
    if not actor.is_fresh:
        raise Forbidden("prove-again")


SERVICE = Actor(kind=ActorKind.SERVICE)


class Tag(StrEnum):
    """What happened."""

    ORGANISATION_ADDED = "organisation.added"
    ORGANISATION_CHANGED = "organisation.changed"
    ORGANISATION_RECOGNISED = "organisation.recognised"
    ORGANISATION_CONFIRMATION_WITHDRAWN = "organisation.confirmation-withdrawn"
    ORGANISATION_SUSPENDED = "organisation.suspended"
    ORGANISATION_GOES_ON = "organisation.goes-on"
    ORGANISATION_CLOSED = "organisation.closed"
    ORGANISATION_OPEN_AGAIN = "organisation.open-again"
    JOINING_ASKED = "joining.asked"
    JOINING_DECLINED = "joining.declined"
    ACCOUNT_ADDED = "account.added"
    STAFF_ADDED = "staff.added"
    STAFF_ROLE_GIVEN = "staff.role-given"
    STAFF_ROLE_ENDED = "staff.role-ended"
    STAFF_HANDED_OVER = "staff.handed-over"
    STAFF_SIGNED_IN = "staff.signed-in"
    STAFF_SIGNED_OUT = "staff.signed-out"
    STAFF_INVITED = "staff.invited"
    STAFF_INVITATION_ACCEPTED = "staff.invitation-accepted"
    STAFF_PASSWORD_CHANGED = "staff.password-changed"  # noqa: S105  # a word, not a secret
    STAFF_SECOND_STEP_ADDED = "staff.second-step-added"
    STAFF_SECOND_STEP_ENDED = "staff.second-step-ended"
    STAFF_RECOVERY_CODES_MADE = "staff.recovery-codes-made"
    STAFF_RECOVERY_CODE_USED = "staff.recovery-code-used"
    STAFF_PASSKEY_ADDED = "staff.passkey-added"
    STAFF_PASSKEY_ENDED = "staff.passkey-ended"
    SECOND_STEP_DEMANDED = "second-step.demanded"
    SECOND_STEP_DEMAND_LIFTED = "second-step.demand-lifted"
    SCHOOL_SIGN_IN_SET = "school-sign-in.set"
    SCHOOL_SIGN_IN_ENDED = "school-sign-in.ended"
    STAFF_SCHOOL_ACCOUNT_ADDED = "staff.school-account-added"
    ACCESS_KEY_MADE = "access-key.made"
    ACCESS_KEY_ENDED = "access-key.ended"
    STAFF_CODE_REFUSED = "staff.code-refused"
    STAFF_SIGN_IN_GUESSED = "staff.sign-in-guessed"
    STAFF_SIGN_INS_ENDED = "staff.sign-ins-ended"
    DIGEST_CHOSEN = "digest.chosen"
    DIGEST_STOPPED = "digest.stopped"
    REFRESHER_REMINDER_STARTED = "refresher-reminder.started"
    REFRESHER_REMINDER_STOPPED = "refresher-reminder.stopped"
    PEOPLE_IMPORTED = "people.imported"
    NEW_YEAR_STARTED = "people.new-year-started"
    YOUNG_PERSON_ADDED = "young-person.added"
    YOUNG_PERSON_CHANGED = "young-person.changed"
    YOUNG_PERSON_NAME_CONFIRMED = "young-person.name-confirmed"
    YOUNG_PERSON_SIGNED_IN = "young-person.signed-in"
    YOUNG_PERSON_LEFT = "young-person.left"
    YOUNG_PERSON_LOOKED_AT = "young-person.looked-at"
    LEAVER_OPENING_ASKED = "leaver.opening-asked"
    LEAVER_OPENING_DECLINED = "leaver.opening-declined"
    LEAVER_OPENED = "leaver.opened"
    MERGE_ASKED = "young-person.merge-asked"
    MERGE_DECLINED = "young-person.merge-declined"
    MERGED = "young-person.merged"
    CLAIM_SLIP_MADE = "claim-slip.made"
    CLAIM_SLIP_WITHDRAWN = "claim-slip.withdrawn"
    CLAIM_SLIP_USED = "claim-slip.used"
    WORD_CARD_MADE = "word-card.made"
    PAGES_BROUGHT_TOGETHER = "own-pages.brought-together"
    PAGES_PARTED = "own-pages.parted"
    OWN_PASSKEY_ADDED = "own-passkey.added"
    OWN_PASSKEY_ENDED = "own-passkey.ended"
    OWN_PAGE_REMOVED = "own-page.removed"
    RECORD_REQUEST_MADE = "record-request.made"
    RECORD_REQUEST_ANSWERED = "record-request.answered"
    CONSENT_GIVEN = "consent.given"
    CONSENT_TAKEN_BACK = "consent.taken-back"
    HOME_AGE_SAID = "home-age.said"
    PROGRAMME_ADDED = "programme.added"
    PROGRAMME_VERSION_ADDED = "programme-version.added"
    PROGRAMME_DRAFT_BEGUN = "programme-draft.begun"
    PROGRAMME_DRAFT_CHANGED = "programme-draft.changed"
    PROGRAMME_DRAFT_LEFT = "programme-draft.left"
    ENROLLED = "enrolment.started"
    ENROLMENT_MOVED = "enrolment.moved-to-version"
    ENROLMENT_ENDED = "enrolment.ended"
    BREAK_STARTED = "break.started"
    BREAK_ENDED = "break.ended"
    TRAINING_PLANNED = "training.planned"
    TRAINING_CALLED_OFF = "training.called-off"
    ATTENDANCE_RECORDED = "attendance.recorded"
    ATTENDANCE_CORRECTED = "attendance.corrected"
    FACILITATORS_TRAINED = "facilitators.trained"
    FACILITATORS_CORRECTED = "facilitators.corrected"
    FACILITATOR_RECORD_ASKED = "facilitator-record.asked"
    FACILITATOR_RECORD_GIVEN = "facilitator-record.given"
    FACILITATOR_RECORD_DECLINED = "facilitator-record.declined"
    PRACTICE_RECORDED = "practice.recorded"
    HOURS_SUBMITTED = "hours.submitted"
    HOURS_ADDED_LATE = "hours.added-late"
    HOURS_APPROVED = "hours.approved"
    HOURS_RETURNED = "hours.returned"
    HOURS_CORRECTED = "hours.corrected"
    HOURS_TAKEN_BACK = "hours.taken-back"
    HOURS_IMPORTED = "hours.imported"
    HOURS_BROUGHT_FORWARD = "hours.brought-forward"
    HOURS_LOG_ASKED = "hours-log.asked"
    HOURS_LOG_DECLINED = "hours-log.declined"
    EARLIER_HOURS_ASKED = "earlier-hours.asked"
    EARLIER_HOURS_DECLINED = "earlier-hours.declined"
    APPROVAL_LINK_MADE = "approval-link.made"
    APPROVAL_LINK_OPENED = "approval-link.opened"
    APPROVAL_LINK_CLOSED = "approval-link.closed"
    SKILL_OBSERVED = "skill.observed"
    MILESTONE_RECORDED = "milestone.recorded"
    AWARDED = "award.decided"
    CREDENTIAL_PREPARED = "credential.prepared"
    CREDENTIAL_ISSUED = "credential.issued"
    CREDENTIAL_SUSPENDED = "credential.suspended"
    CREDENTIAL_REINSTATED = "credential.reinstated"
    CREDENTIAL_REVOKED = "credential.revoked"
    CREDENTIAL_TO_BE_REPLACED = "credential.to-be-replaced"
    CREDENTIAL_REPLACED = "credential.replaced"
    RECORD_ASKED = "record.asked"
    RECORD_TAKEN_BACK = "record.taken-back"
    OFFLINE_STATEMENT_ASKED = "offline-statement.asked"
    OFFLINE_STATEMENT_GIVEN_UP = "offline-statement.given-up"
    SHARE_MADE = "share.made"
    SHARE_PIN_CHANGED = "share.pin-changed"
    SHARE_ENDED = "share.ended"
    CODE_NAME_CHOSEN = "code-name.chosen"
    REVOCATION_ASKED = "revocation.asked"
    REVOCATION_DECLINED = "revocation.declined"
    CREDENTIAL_HIDDEN = "credential.hidden"
    CREDENTIAL_SHOWN_AGAIN = "credential.shown-again"
    CREDENTIAL_CHALLENGED = "credential.challenged"
    CHALLENGE_ANSWERED = "challenge.answered"
    AWARD_SET_ASIDE = "award.set-aside"
    PAPER_PREPARED = "award.paper-prepared"
    AWARD_HELD_BACK = "award.held-back"
    AWARD_ISSUED_AFTER_ALL = "award.issued-after-all"
    KEY_PUBLISHED = "key.published"
    KEY_RETIRED = "key.retired"
    KEY_COMPROMISED = "key.compromised"
    KEY_DELETED = "key.deleted"
    REGISTER_ACCEPTED = "register.accepted"
    LIST_EXPORTED = "list.exported"
    MAIL_SENT = "mail.sent"
    CHECKPOINT_LET_GO = "checkpoint.let-go"
    CLOCK_TRUSTED = "clock.trusted"
    ISSUING_STOPPED = "issuing.stopped"
    ISSUING_STARTED = "issuing.started"
    LEGAL_HOLD_SET = "legal-hold.set"
    LEGAL_HOLD_ENDED = "legal-hold.ended"
    RECORD_ERASED = "record.erased"
    RETENTION_ENDED = "retention.ended"
