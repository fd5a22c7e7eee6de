"""What a verdict, a reason and a check are called, in English, for the page, the API and the command line alike.

A heading, a next step and a sentence for every reason: no two failures are answered alike unless a reader would do the
same about both. Every text is marked with `N_`, so that translators find it; whoever shows it passes it through
gettext. Values from `Check.facts` are not in the texts: an inserted word would break Welsh sentences, so they stand
beside them.
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
    Verdict.UNREADABLE: N_("Type the code printed on it, or choose the file as it was given to the person."),
}

TITLES: Mapping[Reason, str] = {
    Reason.NO_CREDENTIAL: N_("No certificate found in this"),
    Reason.MULTIPLE_CREDENTIALS: N_("More than one certificate in this"),
    Reason.PASSWORD_PROTECTED: N_("This file is locked with a password"),
    Reason.NO_CODE_IN_PICTURE: N_("No code found in this picture"),
    Reason.OTHER_KIND_OF_FILE: N_("No certificate comes in this kind of file"),
    Reason.RECEIPT_ALONE: N_("This is a receipt, not the certificate"),
    Reason.OPEN_BADGES_2: N_("We could not check this: it is an older kind of badge"),
    Reason.READING_FAILED: N_("We could not check this: reading it came to no end"),
    Reason.BUSY: N_("We could not check this yet: please try again"),
    Reason.MALFORMED: N_("This file is damaged or not complete"),
    Reason.DUPLICATE_JSON_KEY: N_("This file contradicts itself"),
    Reason.TOO_LARGE: N_("This file is too large"),
    Reason.TOO_COMPLEX: N_("This file is too complicated to check"),
    Reason.CONTEXT_NOT_PINNED: N_("This uses a vocabulary we do not know"),
    Reason.FORM_NOT_SUPPORTED: N_("We could not check this: it is another kind of certificate"),
    Reason.UNSIGNED_DATA: N_("Not genuine: part of it is not signed"),
    Reason.OPEN_BADGES_RULES: N_("Not genuine: it is not made as a certificate must be"),
    Reason.PROOF_MISSING: N_("Not genuine: nobody signed it"),
    Reason.UNSUPPORTED_PROOF: N_("Not genuine: its signature proves nothing"),
    Reason.PROOF_MALFORMED: N_("Not genuine: its signature is broken"),
    Reason.SIGNATURE_INVALID: N_("Not genuine: it was changed"),
    Reason.ALG_NOT_ALLOWED: N_("Not genuine: it is not properly signed"),
    Reason.HEADER_NOT_ALLOWED: N_("Not genuine: it asks to be checked its own way"),
    Reason.WRONG_TOKEN_TYPE: N_("Not genuine: it was made for something else"),
    Reason.CLAIMS_DIFFER: N_("Not genuine: it says two different things"),
    Reason.WEAK_KEY: N_("Not genuine: anybody could have signed it"),
    Reason.KEY_TOO_WEAK: N_("Not genuine: its key keeps nobody out"),
    Reason.KEY_OF_ANOTHER_ISSUER: N_("Not genuine: somebody else signed it"),
    Reason.KEY_NOT_OF_ISSUER: N_("Not genuine: the organisation did not sign it"),
    Reason.NOT_ASSERTION_KEY: N_("Not genuine: it was signed with a key for something else"),
    Reason.KEY_NOT_VALID_THEN: N_("Not genuine: the key was not in use then"),
    Reason.KEY_COMPROMISED: N_("Not genuine: the key was stolen or lost"),
    Reason.KEY_NOT_ANCHORED: HEADINGS[Verdict.INTEGRITY_ONLY],
    Reason.ISSUER_KEY_UNREACHABLE: N_("We could not check this: it comes from another service"),
    Reason.KEY_NOT_LISTED: N_("We could not check this: its key is not on the organisation's list"),
    Reason.UNKNOWN_HERE: N_("Not genuine: it was never issued"),
    Reason.NOT_AS_RECORDED: N_("Not genuine: the record says something else"),
    Reason.NOT_PUBLISHED_YET: N_("We could not check this: it is not published yet"),
    Reason.ISSUER_NOT_RECOGNISED: HEADINGS[Verdict.GENUINE_ISSUER_NOT_RECOGNISED],
    Reason.REGISTRY_NOT_FRESH: N_("We could not check this: our register of organisations has run out"),
    Reason.ACHIEVEMENT_OF_ANOTHER: N_("Unchanged; the award is not the organisation's own"),
    Reason.REVOKED: N_("No longer valid"),
    Reason.SUSPENDED: N_("On hold for now"),
    Reason.REPLACED: N_("There is a newer one"),
    Reason.STATUS_NOT_FRESH: N_("Genuine when it was issued; we could not check if it still holds"),
    Reason.STATUS_LIST_INVALID: N_("Unchanged; its issuer's list of revoked awards cannot be used"),
    Reason.NOT_YET_VALID: N_("Not in force yet"),
    Reason.EXPIRED: N_("Its time is over"),
    Reason.NOT_IN_LOG: N_("We could not check this: its entry in the public log is missing"),
    Reason.FETCHING_IS_OFF: N_("We could not check this: the address is not ours"),
    Reason.LOOK_ALIKE_ADDRESS: N_("Careful: this address is not ours"),
    Reason.NO_CURRENT_RECORD: N_("We could not check this: there is no current record"),
    Reason.ENDORSES_ANOTHER: N_("Not genuine: it speaks of something else"),
    Reason.CHECK_MISSING: N_("We could not check all of this"),
    Reason.OUR_FAULT: N_("We could not check this: something went wrong here"),
}
"""The heading of every answer that is not green; the verdict's own word, or what a reader would call it."""

# Nothing says that a stranger's badge was ever genuine: only that nobody changed it.
UNCHANGED_STATUS_UNKNOWN = N_("Unchanged; we could not check if it still holds")

_AGAIN = N_("Ask the person for the file exactly as it was given to them, or type the code printed on the paper.")
_NOT_THIS = N_(
    "Please do not rely on it. Ask the person for the original, or ask the organisation. The person may not know: "
    "files get damaged, and copies get changed on the way."
)
_ASK_WHO_SIGNED = N_("Please do not rely on it. Ask the organisation itself if it issued this.")
_ELSEWHERE = N_("It comes from another service. Check it there: the person who showed it to you can say where.")
_ASK_IF_IT_HOLDS = N_("Ask the organisation, through a contact you find yourself, if it still holds.")
_LATER = N_("Try again in a few minutes. If it stays like this, ask the organisation.")
NEXT_STEPS_FOR: Mapping[Reason, str] = {
    Reason.NO_CREDENTIAL: N_(
        "Choose the certificate (PDF), the badge picture or the JSON file as the person was given it, or type the code "
        "printed on the paper."
    ),
    Reason.MULTIPLE_CREDENTIALS: N_("Check one certificate at a time. Ask the person for a file that holds just one."),
    Reason.PASSWORD_PROTECTED: N_(
        "Ask the person for a file without a password, or type the code printed on the paper. Do not type a password "
        "here."
    ),
    Reason.NO_CODE_IN_PICTURE: N_(
        "Take the photo again: closer, flat and in good light, so that the square code (QR) is sharp. Or type the code "
        "printed beside it."
    ),
    Reason.OTHER_KIND_OF_FILE: N_(
        "Choose the certificate (PDF), the badge (PNG or SVG), the JSON file, or a photo (JPEG or PNG)."
    ),
    Reason.RECEIPT_ALONE: N_("Choose the certificate that it came with: the receipt is inside the PDF, too."),
    Reason.OPEN_BADGES_2: _ELSEWHERE,
    Reason.READING_FAILED: N_("Try again in a moment. If it happens again, type the code printed on the certificate."),
    Reason.BUSY: N_("Try again in a moment, or type the code printed on the certificate."),
    Reason.MALFORMED: _AGAIN,
    Reason.DUPLICATE_JSON_KEY: _AGAIN,
    Reason.TOO_LARGE: _AGAIN,
    Reason.TOO_COMPLEX: _AGAIN,
    Reason.CONTEXT_NOT_PINNED: _ELSEWHERE,
    Reason.FORM_NOT_SUPPORTED: _ELSEWHERE,
    Reason.UNSIGNED_DATA: _NOT_THIS,
    Reason.OPEN_BADGES_RULES: _NOT_THIS,
    Reason.PROOF_MISSING: N_(
        "Please do not rely on it. Ask the person for the file as the organisation gave it, with its signature."
    ),
    Reason.UNSUPPORTED_PROOF: _ASK_WHO_SIGNED,
    Reason.PROOF_MALFORMED: _NOT_THIS,
    Reason.SIGNATURE_INVALID: _NOT_THIS,
    Reason.ALG_NOT_ALLOWED: _ASK_WHO_SIGNED,
    Reason.HEADER_NOT_ALLOWED: _ASK_WHO_SIGNED,
    Reason.WRONG_TOKEN_TYPE: N_("Please do not rely on it. Ask the person for the certificate itself."),
    Reason.CLAIMS_DIFFER: _ASK_WHO_SIGNED,
    Reason.WEAK_KEY: _ASK_WHO_SIGNED,
    Reason.KEY_TOO_WEAK: _ASK_WHO_SIGNED,
    Reason.KEY_OF_ANOTHER_ISSUER: _ASK_WHO_SIGNED,
    Reason.KEY_NOT_OF_ISSUER: _ASK_WHO_SIGNED,
    Reason.NOT_ASSERTION_KEY: _ASK_WHO_SIGNED,
    Reason.KEY_NOT_VALID_THEN: _ASK_WHO_SIGNED,
    Reason.KEY_COMPROMISED: N_(
        "Please do not rely on it. The organisation can issue a genuine one again: ask it, or ask the person for the "
        "new one."
    ),
    Reason.KEY_NOT_ANCHORED: NEXT_STEPS[Verdict.INTEGRITY_ONLY],
    # Trying again would tell no more: these are answered by somebody else, or not at all.
    Reason.ISSUER_KEY_UNREACHABLE: _ELSEWHERE,
    Reason.KEY_NOT_LISTED: NEXT_STEPS[Verdict.GENUINE_ISSUER_NOT_RECOGNISED],
    Reason.UNKNOWN_HERE: _ASK_WHO_SIGNED,
    Reason.NOT_AS_RECORDED: N_(
        "Please do not rely on it. Type the code printed on the paper to see what the record says, or ask the "
        "organisation."
    ),
    Reason.NOT_PUBLISHED_YET: N_("Try again in an hour. A new certificate is published within minutes."),
    Reason.ISSUER_NOT_RECOGNISED: NEXT_STEPS[Verdict.GENUINE_ISSUER_NOT_RECOGNISED],
    Reason.REGISTRY_NOT_FRESH: _LATER,
    Reason.ACHIEVEMENT_OF_ANOTHER: NEXT_STEPS[Verdict.GENUINE_ISSUER_NOT_RECOGNISED],
    Reason.REVOKED: N_("Please do not rely on it. Ask the organisation what holds today."),
    Reason.SUSPENDED: N_(
        "This says nothing against the person: a pause often only means that something is being put right. Ask the "
        "organisation what holds today."
    ),
    Reason.REPLACED: N_("Ask the person for the one that holds now. The code on the earlier one leads to it, too."),
    Reason.STATUS_NOT_FRESH: N_(
        "Open the address or type the code printed on the certificate, or ask the organisation if it still holds."
    ),
    Reason.STATUS_LIST_INVALID: _ASK_IF_IT_HOLDS,
    Reason.NOT_YET_VALID: N_("Check it again on the day it begins, or ask the organisation."),
    Reason.EXPIRED: N_("Ask the person if there is a newer one, or ask the organisation what holds today."),
    Reason.NOT_IN_LOG: _LATER,
    Reason.FETCHING_IS_OFF: _ELSEWHERE,
    Reason.LOOK_ALIKE_ADDRESS: N_(
        "Do not open it. Type the code here instead, and ask whoever gave you the certificate where it comes from."
    ),
    Reason.NO_CURRENT_RECORD: N_(
        "This is not a sign of anything wrong: a record may have been erased at somebody's wish. Ask the organisation."
    ),
    Reason.ENDORSES_ANOTHER: _NOT_THIS,
    Reason.CHECK_MISSING: _LATER,
    Reason.OUR_FAULT: _LATER,
}
# Of these the answer lies with another service, whoever the issuer is.
ANSWERED_ELSEWHERE = frozenset(reason for reason, step in NEXT_STEPS_FOR.items() if step == _ELSEWHERE)

REASONS: Mapping[Reason, str] = {
    Reason.NO_CREDENTIAL: N_("There is no certificate in this that we can read."),
    Reason.MULTIPLE_CREDENTIALS: N_(
        "There is more than one certificate in this file, so nobody can say which is meant."
    ),
    Reason.PASSWORD_PROTECTED: N_("Nobody can read what is in it without the password, and we never ask for one."),
    Reason.NO_CODE_IN_PICTURE: N_("There is no square code (QR) in this picture that can be read."),
    Reason.OTHER_KIND_OF_FILE: N_("It is a kind of file that no certificate comes in."),
    Reason.RECEIPT_ALONE: N_(
        "This is a receipt of the public log. It shows that something was recorded, not what it says."
    ),
    Reason.OPEN_BADGES_2: N_("It is a badge of an older kind (Open Badges 2), which is checked where it was issued."),
    Reason.READING_FAILED: N_("Reading the file came to no end, which says nothing about the certificate."),
    Reason.BUSY: N_("Many files are being checked just now, and yours has to wait."),
    Reason.MALFORMED: N_("Part of it is missing or broken, so it cannot be read."),
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
    Reason.SIGNATURE_INVALID: N_("It was changed after it was signed, or the signature belongs to something else."),
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
    Reason.KEY_NOT_LISTED: N_(
        "The organisation does not name this key among its own today. It may have changed its keys."
    ),
    Reason.UNKNOWN_HERE: N_("The organisation it names never issued it."),
    Reason.NOT_AS_RECORDED: N_("It is not what stands in the record."),
    Reason.NOT_PUBLISHED_YET: N_("It has not been published yet."),
    Reason.ISSUER_NOT_RECOGNISED: N_("Nobody has confirmed this organisation to us."),
    Reason.REGISTRY_NOT_FRESH: N_("The register that named this organisation has run out, and no newer one is here."),
    Reason.ACHIEVEMENT_OF_ANOTHER: N_(
        "The award is defined by somebody else than the organisation that gave it, and nobody confirmed that it may."
    ),
    Reason.REVOKED: N_("The organisation has revoked it."),
    Reason.SUSPENDED: N_("The organisation has paused it for now."),
    Reason.REPLACED: N_("The organisation has issued a new one in its place."),
    Reason.STATUS_NOT_FRESH: N_("Whether it still holds could not be checked now."),
    Reason.STATUS_LIST_INVALID: N_("The organisation's list of revoked awards cannot be read, or is not its own."),
    Reason.NOT_YET_VALID: N_("It is not in force yet."),
    Reason.EXPIRED: N_("The time it was made for is over."),
    Reason.NOT_IN_LOG: N_("Its place in the public log could not be shown."),
    Reason.FETCHING_IS_OFF: N_("It is an address of another service, and we open only our own."),
    Reason.LOOK_ALIKE_ADDRESS: N_("This address looks like ours, and it is not ours."),
    Reason.NO_CURRENT_RECORD: N_("There is no current record of it."),
    Reason.ENDORSES_ANOTHER: N_("It speaks of something else than this award."),
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
    CheckId.RECOGNISED: N_("The organisation's identity was confirmed to us"),
    CheckId.STATUS: N_("It has not been revoked or paused"),
    CheckId.DATES: N_("Its dates cover today"),
    CheckId.LOGGED: N_("It stands in the public log"),
    CheckId.HOLDER: N_("The name matches"),
}

MEANINGS: Mapping[CheckId, str] = {
    CheckId.READABLE: N_(
        "We read it ourselves and look for exactly one certificate. A file with none or two is turned away."
    ),
    CheckId.LINKED_DATA: N_(
        "Each word in it must have a meaning that the signature protects, so that nobody can add a line afterwards."
    ),
    CheckId.OPEN_BADGES: N_("Open Badges is the public standard that other schools, colleges and apps read, too."),
    CheckId.SIGNATURE: N_(
        "A digital signature covers every letter. If one is changed, it no longer fits, and nobody can make a new one "
        "without the secret key."
    ),
    CheckId.KEY: N_(
        "A signature only counts if its key is the organisation's own, had begun, and was not retired or reported "
        "stolen."
    ),
    CheckId.RECORDED: N_("We compare it with the copy that was kept when it was issued."),
    CheckId.RECOGNISED: N_(
        "Anybody can call themselves a school. Somebody at this service made sure of who it is, by telephone, letter, "
        "visit or an official register, not by what the certificate says."
    ),
    CheckId.STATUS: N_(
        "An organisation can pause or take back an award. This is asked anew each time, never from an old copy."
    ),
    CheckId.DATES: N_("It begins on the day it was issued. What was done does not run out."),
    CheckId.LOGGED: N_(
        "Each award is one line in a log that can only grow. Nobody can slip one in earlier or take one out unnoticed. "
        "The log holds no names."
    ),
    CheckId.HOLDER: N_("The name that was typed is compared with the name that was signed. We answer only yes or no."),
}
"""What each check asks, and why it matters, for somebody who opens it."""

PROMISE = N_("The signature proves that the organisation said this; the organisation vouches for the facts.")
LOOKS_LIKE = N_("Take care: its name or its address looks like that of this organisation, and it is another:")
UNCONFIRMED = N_("Nobody has confirmed this organisation to us, so the name it gives is only what it calls itself.")
NOT_A_CLEARANCE = N_("This is not a DBS check, a safeguarding clearance, a reference or a regulated qualification.")
