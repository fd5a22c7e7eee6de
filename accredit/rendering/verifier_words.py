"""What the single file that checks certificates says beside the engine's own words (`domain.verification.words`)."""

from __future__ import annotations

from collections.abc import Mapping

from accredit.domain.organisations.rules import Channel
from accredit.domain.verification.rules import CheckId, Reason
from accredit.domain.verification.words import N_

PAGE: Mapping[str, str] = {
    "title": N_("Check a certificate without us"),
    "lead": N_(
        "Choose the certificate you were given. This page checks it on your own computer, without any network, and "
        "keeps nothing."
    ),
    "choose": N_("Certificate, badge or JSON file"),
    "chooseHint": N_(
        "PDF, PNG, SVG, JSON or JWT. Choose the .evidence file of a JSON or JWT file together with it. You can drop "
        "files here."
    ),
    "paste": N_("Or paste the text of the JSON file or token, or all that the QR code says"),
    "check": N_("Check this"),
    "checking": N_("Checking…"),
    "certificateToo": N_(
        "That is not a certificate yet, and is kept here while you choose the certificate it belongs to."
    ),
    "again": N_("This is about %(name)s, which you chose before. It was checked again with what you have added."),
    "addedElsewhere": N_(
        "What you have added belongs to another certificate, so nothing has changed for %(name)s, which you chose "
        "before."
    ),
    "thatText": N_("the text you pasted"),
    "codeOfOurs": N_(
        "The square code (QR) in this picture leads to a page of the service. Open that page to see what the record "
        "says now; this page opens nothing."
    ),
    "codeOfOthers": N_(
        "The square code (QR) in this picture does not lead to the service that this page is from. It says:"
    ),
    "others": N_("What others say in it"),
    "othersWhy": N_("Each of these was checked by itself. None of them makes the award more or less genuine."),
    "saidBy": N_("Said by:"),
    "claimsToBe": N_("Somebody who calls itself:"),
    "next": N_("What to do now"),
    "says": N_("What it says"),
    "organisation": N_("Organisation"),
    "award": N_("Award"),
    "what": N_("What it is"),
    "name": N_("Name"),
    "awarded": N_("Awarded"),
    "done": N_("What was done"),
    "skills": N_("Skills"),
    "how": N_("How we know"),
    "print": N_("Print this"),
    "newerList": N_(
        "Whether it still holds is known from a status list. A newer one makes this answer newer: fetch the file from "
        "this address on any computer, and choose it here."
    ),
    "trusts": N_("What this page trusts, and since when"),
    "trustsWhy": N_(
        "The page knows this service, the key of its public log, and the organisations below, as they stood on the day "
        "it was downloaded. What is younger it believes only where the log proves it. Download it again now and then, "
        "from the service itself."
    ),
    "service": N_("Service"),
    "since": N_("Downloaded on"),
    "log": N_("Public log"),
    "unconfirmed": N_("not confirmed"),
    "offline": N_("This page cannot reach any network. It goes on working when the service is gone."),
    "passed": N_("Passed:"),
    "failed": N_("Failed:"),
    "couldNotTell": N_("Could not tell:"),
    "checkedAt": N_("Checked on this computer, %(moment)s."),
    "asOf": N_("As of %(moment)s."),
    "genuineThen": N_("Genuine when issued on %(day)s; whether it still holds is not known now"),
    "genuineThenKnown": N_("Genuine when issued on %(day)s; whether it still holds was last known on %(known)s"),
    "logged": N_("Entry %(entry)s of the log."),
    "witnessed": N_(
        "Entry %(entry)s of the log. It was there by %(moment)s: the independent witness %(witness)s says so."
    ),
}
"""By the name under which the page asks for it."""

MEANINGS: Mapping[CheckId, str] = {
    CheckId.RECORDED: N_("We compare it with the copy of the record that came with the file."),
    CheckId.STATUS: N_(
        "An organisation can pause or take back an award. This page cannot ask, so it reads the signed lists that came "
        "with the file. What was decided after they were made, only a newer list or the service itself can say."
    ),
}
"""What a check asks where it is made otherwise than by the service: from what came along, not from the record."""

_PAPER = N_("Ask the person for the file exactly as it was given to them, or open the address printed on the paper.")
NEXT_STEPS_FOR: Mapping[Reason, str] = {
    Reason.NO_CREDENTIAL: N_(
        "Choose the certificate (PDF), the badge picture or the JSON file as the person was given it. A photo or a "
        "screenshot holds none: open the address printed on the paper, or scan its square code (QR)."
    ),
    Reason.PASSWORD_PROTECTED: N_(
        "Ask the person for a file without a password, or open the address printed on the paper. Do not type a "
        "password here."
    ),
    Reason.MALFORMED: _PAPER,
    Reason.DUPLICATE_JSON_KEY: _PAPER,
    Reason.TOO_LARGE: _PAPER,
    Reason.TOO_COMPLEX: _PAPER,
    Reason.NOT_AS_RECORDED: N_(
        "Please do not rely on it. Open the address printed on the paper to see what the record says, or ask the "
        "organisation."
    ),
    Reason.STATUS_NOT_FRESH: N_(
        "Open the address printed on the certificate, or ask the organisation if it still holds."
    ),
    Reason.NOT_IN_LOG: N_(
        "This file does not say by itself that it stands in the log. Choose its .evidence file too, or the "
        "certificate (PDF), which holds it."
    ),
}
"""What to do next where the service says to type a code, for which there is no box here, or to try again later."""

CHANNELS: Mapping[Channel, str] = {
    Channel.TELEPHONE: N_("Identity confirmed by telephone"),
    Channel.LETTER: N_("Identity confirmed by letter"),
    Channel.VISIT: N_("Identity confirmed by a visit"),
    Channel.OFFICIAL_REGISTER: N_("Identity confirmed in an official register"),
}
