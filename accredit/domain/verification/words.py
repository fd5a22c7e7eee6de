"""What a verdict, a reason and a check are called, in English, for the page, the API and the command line alike.

Every text is marked with `N_`, so that translators find it; whoever shows it passes it through gettext. Values from
`Check.facts` are not in the texts: an inserted word would break Welsh sentences, so they stand beside them.
"""

from __future__ import annotations

from collections.abc import Mapping

from accredit.domain.verification.rules import CheckId, Reason, Verdict


def N_(text: str) -> str:  # noqa: N802  # the name that gettext's tools look for
    """Mark a text for translation and leave it as it is."""
    return text


HEADINGS: Mapping[Verdict, str] = {
    Verdict.GENUINE: N_("Genuine"),
    Verdict.NOT_GENUINE: N_("Not genuine"),
    Verdict.GENUINE_ISSUER_NOT_RECOGNISED: N_("Unchanged, from an issuer not known to us"),
    Verdict.INTEGRITY_ONLY: N_("Unchanged, but we cannot tell who made it"),
    Verdict.NOT_CURRENT: N_("No longer in force"),
    Verdict.CANNOT_CONFIRM: N_("We could not check this"),
    Verdict.UNREADABLE: N_("We could not read a certificate here"),
}

GENUINE_LINE = N_("This award is real and still holds.")

NEXT_STEPS: Mapping[Verdict, str] = {
    Verdict.GENUINE: N_("Compare the name with the person who shows it to you."),
    Verdict.NOT_GENUINE: N_("Please do not rely on it. Ask the person for the original, or ask the organisation."),
    Verdict.GENUINE_ISSUER_NOT_RECOGNISED: N_(
        "Ask the organisation, through a contact you find yourself, if it made it."
    ),
    Verdict.INTEGRITY_ONLY: N_("Do not take the organisation's name from it. Ask the organisation itself."),
    Verdict.NOT_CURRENT: N_("Ask the organisation what holds today."),
    Verdict.CANNOT_CONFIRM: N_("Try again later, or use the address or code printed on the certificate."),
    Verdict.UNREADABLE: N_(
        "Type the code printed on it, or choose the file as it was given to the person. A photo or scan cannot be read."
    ),
}

ELSEWHERE = N_("It comes from another service. Check it there, or ask the person for the address that it gives.")
NEXT_STEPS_FOR: Mapping[Reason, str] = {
    # Trying again would tell no more: these are answered by somebody else, or not at all.
    Reason.ISSUER_KEY_UNREACHABLE: ELSEWHERE,
    Reason.FETCHING_IS_OFF: ELSEWHERE,
    Reason.FORM_NOT_SUPPORTED: ELSEWHERE,
    Reason.REPLACED: N_("Ask the person for the one that holds now. The code on the earlier one leads to it, too."),
}

REASONS: Mapping[Reason, str] = {
    Reason.NO_CREDENTIAL: N_("There is no certificate in this that we can read."),
    Reason.MULTIPLE_CREDENTIALS: N_(
        "There is more than one certificate in this file, so nobody can say which is meant."
    ),
    Reason.PASSWORD_PROTECTED: N_("The file is protected by a password."),
    Reason.MALFORMED: N_("The file is damaged or not complete."),
    Reason.DUPLICATE_JSON_KEY: N_("The file says the same thing twice in different ways."),
    Reason.TOO_LARGE: N_("The file is larger than a certificate can be."),
    Reason.TOO_COMPLEX: N_("The file asks for more work than a certificate can need."),
    Reason.CONTEXT_NOT_PINNED: N_("It uses a vocabulary we do not know, and we fetch none."),
    Reason.FORM_NOT_SUPPORTED: N_("It is a kind of certificate that we cannot check yet."),
    Reason.UNSIGNED_DATA: N_("Something in it is not covered by the signature."),
    Reason.OPEN_BADGES_RULES: N_("It breaks the rules of Open Badges 3.0."),
    Reason.PROOF_MISSING: N_("It carries no signature."),
    Reason.UNSUPPORTED_PROOF: N_("Its signature is of a kind that proves nothing here."),
    Reason.PROOF_MALFORMED: N_("Its signature is not written as it must be."),
    Reason.SIGNATURE_INVALID: N_("It was changed after it was signed, or the signature is another's."),
    Reason.ALG_NOT_ALLOWED: N_("It is signed in a way that proves nothing, or that its key is not made for."),
    Reason.HEADER_NOT_ALLOWED: N_("It asks to be checked in a way of its own, which nobody may follow."),
    Reason.WRONG_TOKEN_TYPE: N_("It was made for another purpose than a certificate, such as signing in."),
    Reason.CLAIMS_DIFFER: N_("It says one thing inside and another beside it."),
    Reason.WEAK_KEY: N_("It was signed with a key that anyone could imitate."),
    Reason.KEY_TOO_WEAK: N_("Its key is too short to keep a forger out."),
    Reason.KEY_OF_ANOTHER_ISSUER: N_("It was signed with the key of somebody else than it names."),
    Reason.KEY_NOT_OF_ISSUER: N_("The organisation it names has no such key."),
    Reason.NOT_ASSERTION_KEY: N_("The key may not be used to sign awards."),
    Reason.KEY_NOT_VALID_THEN: N_("The key was not in use when it says it signed."),
    Reason.KEY_COMPROMISED: N_(
        "The key is known to have been stolen or lost, and nothing shows that this was signed before."
    ),
    Reason.KEY_NOT_ANCHORED: N_("The key is not tied to the organisation it names."),
    Reason.ISSUER_KEY_UNREACHABLE: N_("It comes from another service, whose keys we do not look up."),
    Reason.UNKNOWN_HERE: N_("The organisation it names never issued it."),
    Reason.NOT_AS_RECORDED: N_("It is not what stands in the record."),
    Reason.NOT_PUBLISHED_YET: N_("It has not been published yet."),
    Reason.ISSUER_NOT_RECOGNISED: N_("Nobody has confirmed this organisation to us."),
    Reason.REVOKED: N_("The organisation has revoked it."),
    Reason.SUSPENDED: N_("The organisation has paused it for now."),
    Reason.REPLACED: N_("The organisation has issued a new one in its place."),
    Reason.STATUS_NOT_FRESH: N_("Whether it still holds could not be checked now."),
    Reason.NOT_YET_VALID: N_("It is not in force yet."),
    Reason.EXPIRED: N_("The time it was made for is over."),
    Reason.NOT_IN_LOG: N_("Its place in the public log could not be shown."),
    Reason.FETCHING_IS_OFF: N_("We do not open addresses of others."),
    Reason.NO_CURRENT_RECORD: N_("There is no current record of it."),
    Reason.NAME_DIFFERS: N_("The name is not the one on this award."),
    Reason.CHECK_MISSING: N_("Not every check could be made."),
    Reason.OUR_FAULT: N_("Something went wrong on our side."),
}

CHECKS: Mapping[CheckId, str] = {
    CheckId.READABLE: N_("There is one certificate in it, and it can be read"),
    CheckId.LINKED_DATA: N_("Everything in it is covered by the signature"),
    CheckId.OPEN_BADGES: N_("It keeps the rules of Open Badges 3.0"),
    CheckId.SIGNATURE: N_("Nothing was changed since it was signed"),
    CheckId.KEY: N_("The key belongs to the issuer it names, and was in use then"),
    CheckId.RECORDED: N_("It is the one in the organisation's record"),
    CheckId.RECOGNISED: N_("The organisation was confirmed to us by an outside channel"),
    CheckId.STATUS: N_("It has not been revoked or paused"),
    CheckId.DATES: N_("Its dates cover today"),
    CheckId.LOGGED: N_("It stands in the public log"),
    CheckId.HOLDER: N_("The name matches"),
}

PROMISE = N_("The signature proves that the organisation said this; the organisation vouches for the facts.")
UNCONFIRMED = N_("Nobody has confirmed this organisation to us, so the name it gives is only what it calls itself.")
NOT_A_CLEARANCE = N_("This is not a DBS check, a safeguarding clearance, a reference or a regulated qualification.")
