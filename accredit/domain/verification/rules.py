"""From numbered checks to one verdict.

- Every check is passed, failed or could not be told; a check that is not built is absent, never passed.
- A check that did not pass has one reason, and every reason leads to one verdict.
- Where several reasons stand, the gravest verdict is given, in the order of `GRAVITY`.
- `GENUINE`, the only green, is given only when every needed check is there and has passed.
- The holder's axis never makes a credential false: it says whether a name matches, or was not asked.

Nothing here reads, fetches or computes a signature: see `checks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """The one answer."""

    GENUINE = "GENUINE"
    NOT_GENUINE = "NOT_GENUINE"
    GENUINE_ISSUER_NOT_RECOGNISED = "GENUINE_ISSUER_NOT_RECOGNISED"
    INTEGRITY_ONLY = "INTEGRITY_ONLY"
    NOT_CURRENT = "NOT_CURRENT"
    CANNOT_CONFIRM = "CANNOT_CONFIRM"
    UNREADABLE = "UNREADABLE"

    @property
    def exit_code(self) -> int:
        """What ``accredit verify`` ends with."""
        return EXIT_CODES[self]


EXIT_CODES: Mapping[Verdict, int] = {
    Verdict.GENUINE: 0,
    Verdict.NOT_GENUINE: 1,
    Verdict.GENUINE_ISSUER_NOT_RECOGNISED: 2,
    Verdict.INTEGRITY_ONLY: 2,
    Verdict.NOT_CURRENT: 3,
    Verdict.CANNOT_CONFIRM: 4,
    Verdict.UNREADABLE: 5,
}


class Axis(StrEnum):
    """What a check is about."""

    READING = "reading"
    INTEGRITY = "integrity"
    ISSUER_BINDING = "issuer-binding"
    RECOGNITION = "issuer-recognised"
    STATUS_AND_DATES = "status-and-dates"
    HOLDER = "holder"


class Outcome(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    COULD_NOT_TELL = "could-not-tell"


class CheckId(StrEnum):
    """The checks, in their order."""

    READABLE = "readable"
    LINKED_DATA = "linked-data"
    OPEN_BADGES = "open-badges"
    SIGNATURE = "signature"
    KEY = "key"
    RECORDED = "recorded"
    RECOGNISED = "issuer-recognised"
    STATUS = "status"
    DATES = "dates"
    LOGGED = "logged"
    HOLDER = "holder"


AXES: Mapping[CheckId, Axis] = {
    CheckId.READABLE: Axis.READING,
    CheckId.LINKED_DATA: Axis.INTEGRITY,
    CheckId.OPEN_BADGES: Axis.INTEGRITY,
    CheckId.SIGNATURE: Axis.INTEGRITY,
    CheckId.KEY: Axis.ISSUER_BINDING,
    CheckId.RECORDED: Axis.ISSUER_BINDING,
    CheckId.RECOGNISED: Axis.RECOGNITION,
    CheckId.STATUS: Axis.STATUS_AND_DATES,
    CheckId.DATES: Axis.STATUS_AND_DATES,
    CheckId.LOGGED: Axis.INTEGRITY,
    CheckId.HOLDER: Axis.HOLDER,
}
NEEDED = frozenset(CheckId) - {CheckId.RECORDED, CheckId.LOGGED, CheckId.HOLDER}
NEEDED_OF_OWN = frozenset(CheckId) - {CheckId.HOLDER}


class Reason(StrEnum):
    """Why a check did not pass. Stable: programs may rely on it."""

    NO_CREDENTIAL = "no_credential"
    MULTIPLE_CREDENTIALS = "multiple_credentials"
    PASSWORD_PROTECTED = "password_protected"  # noqa: S105  # a reason, not a secret
    NO_CODE_IN_PICTURE = "no_code_in_picture"
    OTHER_KIND_OF_FILE = "other_kind_of_file"
    RECEIPT_ALONE = "receipt_alone"
    OPEN_BADGES_2 = "open_badges_2"
    READING_FAILED = "reading_failed"
    BUSY = "busy"
    MALFORMED = "malformed"
    DUPLICATE_JSON_KEY = "duplicate_json_key"
    TOO_LARGE = "too_large"
    TOO_COMPLEX = "too_complex"
    CONTEXT_NOT_PINNED = "context_not_pinned"
    FORM_NOT_SUPPORTED = "form_not_supported"
    UNSIGNED_DATA = "unsigned_data"
    OPEN_BADGES_RULES = "open_badges_rules"
    PROOF_MISSING = "proof_missing"
    UNSUPPORTED_PROOF = "unsupported_proof"
    PROOF_MALFORMED = "proof_malformed"
    SIGNATURE_INVALID = "signature_invalid"
    ALG_NOT_ALLOWED = "alg_not_allowed"
    HEADER_NOT_ALLOWED = "header_not_allowed"
    WRONG_TOKEN_TYPE = "wrong_token_type"  # noqa: S105  # a reason, not a secret
    CLAIMS_DIFFER = "claims_differ"
    WEAK_KEY = "weak_key"
    KEY_TOO_WEAK = "key_too_weak"
    KEY_OF_ANOTHER_ISSUER = "key_of_another_issuer"
    KEY_NOT_OF_ISSUER = "key_not_of_issuer"
    NOT_ASSERTION_KEY = "not_assertion_key"
    KEY_NOT_VALID_THEN = "key_not_valid_then"
    KEY_COMPROMISED = "key_compromised"
    KEY_NOT_ANCHORED = "key_not_anchored"
    ISSUER_KEY_UNREACHABLE = "issuer_key_unreachable"
    KEY_NOT_LISTED = "key_not_listed"
    UNKNOWN_HERE = "unknown_here"
    NOT_AS_RECORDED = "not_as_recorded"
    NOT_PUBLISHED_YET = "not_published_yet"
    ISSUER_NOT_RECOGNISED = "issuer_not_recognised"
    REGISTRY_NOT_FRESH = "registry_not_fresh"
    ACHIEVEMENT_OF_ANOTHER = "achievement_of_another"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    REPLACED = "replaced"
    STATUS_NOT_FRESH = "status_not_fresh"
    STATUS_LIST_INVALID = "status_list_invalid"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    NOT_IN_LOG = "not_in_log"
    FETCHING_IS_OFF = "fetching_is_off"
    LOOK_ALIKE_ADDRESS = "look_alike_address"
    NO_CURRENT_RECORD = "no_current_record"
    ENDORSES_ANOTHER = "endorses_another"
    NAME_DIFFERS = "name_differs"
    CHECK_MISSING = "check_missing"
    OUR_FAULT = "our_fault"


_V = Verdict
REASONS: Mapping[Reason, Verdict] = {
    Reason.NO_CREDENTIAL: _V.UNREADABLE,
    Reason.MULTIPLE_CREDENTIALS: _V.UNREADABLE,
    Reason.PASSWORD_PROTECTED: _V.UNREADABLE,
    Reason.NO_CODE_IN_PICTURE: _V.UNREADABLE,
    Reason.OTHER_KIND_OF_FILE: _V.UNREADABLE,
    Reason.RECEIPT_ALONE: _V.UNREADABLE,
    Reason.OPEN_BADGES_2: _V.CANNOT_CONFIRM,
    # A child that hung or died says nothing about the file (VX33).
    Reason.READING_FAILED: _V.CANNOT_CONFIRM,
    Reason.BUSY: _V.CANNOT_CONFIRM,
    Reason.MALFORMED: _V.UNREADABLE,
    Reason.DUPLICATE_JSON_KEY: _V.UNREADABLE,
    Reason.TOO_LARGE: _V.UNREADABLE,
    Reason.TOO_COMPLEX: _V.UNREADABLE,
    Reason.CONTEXT_NOT_PINNED: _V.UNREADABLE,
    Reason.FORM_NOT_SUPPORTED: _V.CANNOT_CONFIRM,
    Reason.UNSIGNED_DATA: _V.NOT_GENUINE,
    Reason.OPEN_BADGES_RULES: _V.NOT_GENUINE,
    Reason.PROOF_MISSING: _V.NOT_GENUINE,
    Reason.UNSUPPORTED_PROOF: _V.NOT_GENUINE,
    Reason.PROOF_MALFORMED: _V.NOT_GENUINE,
    Reason.SIGNATURE_INVALID: _V.NOT_GENUINE,
    Reason.ALG_NOT_ALLOWED: _V.NOT_GENUINE,
    Reason.HEADER_NOT_ALLOWED: _V.NOT_GENUINE,
    Reason.WRONG_TOKEN_TYPE: _V.NOT_GENUINE,
    Reason.CLAIMS_DIFFER: _V.NOT_GENUINE,
    Reason.WEAK_KEY: _V.NOT_GENUINE,
    Reason.KEY_TOO_WEAK: _V.NOT_GENUINE,
    Reason.KEY_OF_ANOTHER_ISSUER: _V.NOT_GENUINE,
    Reason.KEY_NOT_OF_ISSUER: _V.NOT_GENUINE,
    Reason.NOT_ASSERTION_KEY: _V.NOT_GENUINE,
    Reason.KEY_NOT_VALID_THEN: _V.NOT_GENUINE,
    # What no witness places before the theft may be the thief's, whatever date it bears (attacks.md KY10).
    Reason.KEY_COMPROMISED: _V.NOT_GENUINE,
    Reason.KEY_NOT_ANCHORED: _V.INTEGRITY_ONLY,
    Reason.ISSUER_KEY_UNREACHABLE: _V.CANNOT_CONFIRM,
    # The issuer may have put another key in its place, and nothing proves that this one was ever its own (VI08).
    Reason.KEY_NOT_LISTED: _V.CANNOT_CONFIRM,
    Reason.UNKNOWN_HERE: _V.NOT_GENUINE,
    Reason.NOT_AS_RECORDED: _V.NOT_GENUINE,
    Reason.NOT_PUBLISHED_YET: _V.CANNOT_CONFIRM,
    Reason.ISSUER_NOT_RECOGNISED: _V.GENUINE_ISSUER_NOT_RECOGNISED,
    Reason.REGISTRY_NOT_FRESH: _V.CANNOT_CONFIRM,
    Reason.ACHIEVEMENT_OF_ANOTHER: _V.GENUINE_ISSUER_NOT_RECOGNISED,
    Reason.REVOKED: _V.NOT_CURRENT,
    Reason.SUSPENDED: _V.NOT_CURRENT,
    Reason.REPLACED: _V.NOT_CURRENT,
    Reason.STATUS_NOT_FRESH: _V.CANNOT_CONFIRM,
    Reason.STATUS_LIST_INVALID: _V.CANNOT_CONFIRM,
    Reason.NOT_YET_VALID: _V.NOT_CURRENT,
    Reason.EXPIRED: _V.NOT_CURRENT,
    Reason.NOT_IN_LOG: _V.CANNOT_CONFIRM,
    Reason.FETCHING_IS_OFF: _V.CANNOT_CONFIRM,
    Reason.LOOK_ALIKE_ADDRESS: _V.CANNOT_CONFIRM,
    Reason.NO_CURRENT_RECORD: _V.CANNOT_CONFIRM,
    Reason.ENDORSES_ANOTHER: _V.NOT_GENUINE,
    Reason.CHECK_MISSING: _V.CANNOT_CONFIRM,
    Reason.OUR_FAULT: _V.CANNOT_CONFIRM,
}
"""Every reason's verdict. `NAME_DIFFERS` has none: it belongs to the holder's axis, which decides nothing."""

GRAVITY = (
    Verdict.UNREADABLE,
    Verdict.NOT_GENUINE,
    Verdict.INTEGRITY_ONLY,
    Verdict.NOT_CURRENT,
    Verdict.CANNOT_CONFIRM,
    Verdict.GENUINE_ISSUER_NOT_RECOGNISED,
)
"""The gravest first. What is known for certain (revoked) comes before what could not be told."""

# Without an intact document bound to its issuer, its own dates and status are hearsay: they may not be the verdict.
FOUNDATIONS = frozenset({Axis.READING, Axis.INTEGRITY, Axis.ISSUER_BINDING})
GREY = frozenset({Reason.SUSPENDED, Reason.REPLACED, Reason.EXPIRED, Reason.NOT_YET_VALID})


@dataclass(frozen=True, kw_only=True)
class Check:
    """One numbered check. ``facts`` are what its wording needs: short texts and numbers."""

    id: CheckId
    outcome: Outcome
    reason: Reason | None = None
    facts: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """The check's place in the list, from 1."""
        return list(CheckId).index(self.id) + 1

    @property
    def axis(self) -> Axis:
        """What the check is about."""
        return AXES[self.id]


def decide(checks: Iterable[Check], *, own: bool) -> tuple[Verdict, Reason | None]:
    """Give the one verdict and its reason; ``own`` means issued by this service, which asks for more checks."""
    found = [check for check in checks if check.axis is not Axis.HOLDER]
    open_ones = [check for check in found if check.outcome is not Outcome.PASSED]
    decisive = [check for check in open_ones if check.axis in FOUNDATIONS] or open_ones
    for verdict in GRAVITY:
        for check in decisive:
            reason = check.reason if check.reason in REASONS else Reason.CHECK_MISSING
            if reason is not None and REASONS[reason] is verdict:
                return verdict, reason
    # Beyond this point every check that was made has passed; was every needed one made?
    if not {check.id for check in found} >= (NEEDED_OF_OWN if own else NEEDED):
        return Verdict.CANNOT_CONFIRM, Reason.CHECK_MISSING
    return Verdict.GENUINE, None


def axis_outcomes(checks: Iterable[Check]) -> dict[Axis, Outcome | None]:
    """Sum up each axis: failed before could-not-tell before passed; None where nothing was asked."""
    summed: dict[Axis, Outcome | None] = dict.fromkeys(Axis)
    for grave in (Outcome.PASSED, Outcome.COULD_NOT_TELL, Outcome.FAILED):
        summed |= {check.axis: grave for check in checks if check.outcome is grave}
    return summed


def colour(verdict: Verdict, reason: Reason | None) -> str:
    """Name the colour: green, red, amber or grey. It is never the only sign."""
    match verdict:
        case Verdict.GENUINE:
            return "green"
        case Verdict.NOT_GENUINE:
            return "red"
        case Verdict.NOT_CURRENT:
            return "grey" if reason in GREY else "red"
        case Verdict.UNREADABLE:
            return "grey"
        case _:
            return "amber"
