"""What a reader is told when a rule refuses: one kind sentence for each rule id, beside the field where it belongs.

The rules themselves are the domain's; a test holds this list to them. Nothing here says *failed* or *rejected*.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from flask_babel import LazyString, gettext, lazy_gettext

from accredit.errors import AccreditError
from accredit.web.languages import page_language
from accredit.web.messages_of_training import TRAINING
from accredit.web.words import date_in_words

_ORGANISATIONS = {
    "urn": lazy_gettext("A URN has six digits."),
    "ukprn": lazy_gettext("A UKPRN has eight digits and starts with 1."),
    "charity-number": lazy_gettext(
        "A charity number has six or seven digits (in Scotland SC and six digits, in Northern Ireland NIC and six)."
    ),
    "slug": lazy_gettext("Use 3 to 60 small letters, digits and single hyphens."),
    "slug-in-use": lazy_gettext("That address belongs to another organisation already."),
    "organisation-name": lazy_gettext("Give the organisation a name of up to 200 letters."),
    "picture-kind": lazy_gettext("Choose a picture saved as PNG or JPEG. Most programs can save or export one."),
    "picture-svg": lazy_gettext(
        "This is a drawing (SVG). Open it and save or export it as PNG, 500 pixels wide or more, then choose that."
    ),
    "picture-too-large": lazy_gettext("This picture has more than 4 MB. Save it smaller and choose it again."),
    "picture-pixels": lazy_gettext(
        "This picture has too many pixels to open here. Save it smaller, for example 2,000 pixels wide."
    ),
    "picture-damaged": lazy_gettext("This picture could not be opened. Save it again as PNG or JPEG, and choose that."),
    "picture-empty": lazy_gettext(
        "There is nothing to be seen on this picture. Choose one with something dark on a light ground."
    ),
    "picture-tiny": lazy_gettext("This picture is too small to print. Choose one that is 200 pixels wide or more."),
    "picture-words": lazy_gettext("Give the name of whose logo it is, in up to 120 letters."),
    "picture-changed": lazy_gettext("There is another picture by now. Please look at this one first."),
    "signature-without-name": lazy_gettext("Say first who signs, then bring their signature."),
    "signature-not-agreed": lazy_gettext("Tick that they agree that their signature is printed on every certificate."),
    "confirmed-details": lazy_gettext(
        "The name and numbers of a recognised organisation are changed by those who run this service, so that nobody "
        "can borrow a good name."
    ),
    "confirmed-in-the-future": lazy_gettext("The confirmation cannot lie in the future."),
    "not-confirmed": lazy_gettext("This organisation has not been confirmed, so there is nothing to withdraw."),
    "suspended-already": lazy_gettext("This organisation is suspended already."),
    "not-suspended-here": lazy_gettext("This organisation is not suspended."),
    "closed-already": lazy_gettext("It is noted already that this organisation has closed."),
    "not-closed-here": lazy_gettext("This organisation has not closed."),
    "closed-in-the-future": lazy_gettext("Its last day has not come yet. Note it then."),
    "organisation-closed": lazy_gettext("This organisation has closed, so nobody there answers any more."),
    "registry-signature": lazy_gettext("No key that is pinned here signed this register as it stands."),
    "registry-malformed": lazy_gettext("The register is not written as it must be."),
    "registry-rolled-back": lazy_gettext("A later edition of the register was accepted before."),
    "registry-forked": lazy_gettext("Another text was accepted under the number of this edition."),
    "registry-expired": lazy_gettext("The time of this edition of the register is over."),
    "registry-in-the-future": lazy_gettext("This edition of the register says that it was made in the future."),
}
_NAMES = {
    "page-is-this-one": lazy_gettext("These are the words of this page. Type those of your page at the other school."),
    "page-same-school": lazy_gettext("That page is at this school, too. Ask an adult at school to look at the list."),
    "pages-together-already": lazy_gettext("These two pages are together already."),
    "name-missing": lazy_gettext("Give a name. One word is a complete name."),
    "name-too-long": lazy_gettext("A name has at most 150 characters."),
    "name-control": lazy_gettext(
        "The name holds a character that cannot be printed or that turns the text around. Please type it again."
    ),
    "name-invisible": lazy_gettext("The name holds a character nobody can see. Please type it again."),
    "name-symbol": lazy_gettext("A name holds letters; a tick, star or picture cannot be part of it."),
    "name-formula": lazy_gettext("A name cannot start with = + or @."),
    "name-marks": lazy_gettext("One letter carries too many marks. Please type the name again."),
}
_PEOPLE = {
    "upn-length": lazy_gettext("A UPN has 13 characters."),
    "upn-format": lazy_gettext("A UPN is a letter, then 11 digits, then a digit or letter."),
    "upn-check-letter": lazy_gettext("The first letter of this UPN does not fit its digits. Please check it."),
    "birth-date": lazy_gettext("That date of birth does not fit a young person."),
    "reference-in-use": lazy_gettext("Another young person has this pupil number."),
    "confirm-own-name": lazy_gettext("A name is confirmed by the young person, or by a co-ordinator on their word."),
    "corrections-columns": lazy_gettext(
        "This is another list. Take the one from this page, change it, and bring it back with its first line."
    ),
    "corrections-too-many": lazy_gettext("A list of names has at most %(most)s lines. Bring it in parts."),
    "yes-or-no": lazy_gettext("Write “yes” or “no” for who is called up."),
    "nothing-ticked": lazy_gettext("Tick what is to be put right."),
    "not-on-their-word": lazy_gettext("Tick that each of them has said that it is right."),
    "has-left": lazy_gettext("This young person has left."),
    "home-not-agreed": lazy_gettext("Home has not said yes to this. Tick it once the signed slip has come back."),
    "home-age": lazy_gettext("Choose 13, 16 or 18."),
    "sharing-not-agreed": lazy_gettext("They have not said yes to sharing."),
    "say-it-themselves": lazy_gettext("Only the young person can say yes to this."),
    "slip-used": lazy_gettext("This slip was used already."),
    "slip-stopped": lazy_gettext("This slip does not work any more."),
    "slip-too-old": lazy_gettext("This slip is too old."),
    "has-not-left": lazy_gettext("This young person has not left, so their page is open."),
    "opening-asked-already": lazy_gettext("This has been asked for already. Another co-ordinator is to agree."),
    "opening-not-asked": lazy_gettext("Nobody asks for this any more, so nothing needs to be done."),
    "merge-same-record": lazy_gettext("This is the same record. Choose the other one."),
    "merge-kept-has-left": lazy_gettext(
        "The record to be kept says that they have left, and the other that they are here. Keep the other one."
    ),
    "merge-not-signed": lazy_gettext(
        "A certificate of theirs is still to be signed. Wait until it is, so that it says one name."
    ),
    "merge-overlap": lazy_gettext(
        "Both have time at the same hour on %(held_on)s, so they may be two people. If they are one, that time has to "
        "be changed or returned in one of the two first."
    ),
    "merge-two-totals": lazy_gettext(
        "Both have a total from your earlier records in one programme. Take one back first, or answer what waits."
    ),
    "merge-not-asked": lazy_gettext("Nobody asks for this any more, so nothing needs to be done."),
    "changed-meanwhile": lazy_gettext("Somebody else changed this while you had the page open. Please look again."),
    "email-format": lazy_gettext("Write the address like name@example.org."),
    "no-address": lazy_gettext("This person has no e-mail address here, so they do not sign in."),
    "passkeys-full": lazy_gettext("You have ten passkeys. Remove one you no longer use first."),
    "own-passkeys-full": lazy_gettext("Five devices open your page. Remove one first."),
    "shared-device": lazy_gettext("Only a device that nobody else uses can open your page. Here your words do it."),
    "school-issuer": lazy_gettext(
        "Write the address as the school’s service gives it, for example https://accounts.google.com or "
        "https://login.microsoftonline.com/…/v2.0 with the school’s own tenant in it."
    ),
    "school-domain": lazy_gettext("Give the domain of the school’s addresses, for example example.sch.uk."),
    "school-account-taken": lazy_gettext("This school account opens somebody else’s account here already."),
    "password-short": lazy_gettext("Choose a longer password, for example four words."),
    "password-long": lazy_gettext("Choose a shorter password: at most 1,024 characters."),
    "password-common": lazy_gettext(
        "This one is easy to guess, or stands in a list of stolen passwords. Take four words that have nothing to do "
        "with each other."
    ),
    "demand-date": lazy_gettext("Choose a day from today on, at most sixty days ahead."),
    "holiday-dates": lazy_gettext(
        "Give the first and the last day of one holiday, not over yet and within three years; the last day comes last."
    ),
    "holiday-overlap": lazy_gettext("Some of these days are in a holiday that stands here already."),
    "too-many-holidays": lazy_gettext("Sixty holidays stand here. Remove one first."),
    "own-second-step-first": lazy_gettext("Add a second step, or a passkey, to your own sign-in first."),
    "joining-full": lazy_gettext("Many organisations have asked just now. Please ask again in a few days."),
    "first-operator-code": lazy_gettext(
        "This code does not work any more. The server’s console shows the one that does; “accredit operator” makes a "
        "new one."
    ),
    "operator-exists": lazy_gettext("Somebody runs this service already. Please sign in."),
    "email-in-use": lazy_gettext("There is an account with this address already."),
    "checks-not-confirmed": lazy_gettext(
        "Tick that your organisation’s own safer-recruitment checks were done. A supervisor cannot be added before."
    ),
    "not-a-coordinator": lazy_gettext("A co-ordinator of the organisation adds and ends supervisors."),
    "role-beyond-yours": lazy_gettext("An administrator gives and ends this role."),
    "own-role": lazy_gettext(
        "Somebody else here can give you this role: please ask them. Nobody gives it to themselves."
    ),
    "role-held-already": lazy_gettext("They hold this role already."),
    "role-dates": lazy_gettext("A role ends on or after the day it starts."),
    "role-ended": lazy_gettext("This role has ended already."),
    "last-coordinator": lazy_gettext("Someone has to stay co-ordinator: give the role to another person first."),
    "back-from-today": lazy_gettext("They have left. Give them a role from today, and they are back."),
    "has-left-already": lazy_gettext("They have handed over and left already."),
    "successor-other": lazy_gettext("Choose somebody else, who is still on the staff."),
    "successor-signs-in": lazy_gettext("Choose somebody who can sign in: give them an e-mail address first."),
    "last-administrator": lazy_gettext("Someone has to stay administrator: give the role to another person first."),
    "staff-already-added": lazy_gettext("This person is on the staff list already."),
}
_KEYS = {
    "key-label": lazy_gettext("Say in up to %(most)s letters what this key is for, for example “Class list by night”."),
    "key-without-scope": lazy_gettext("Tick at least one thing that it may be used for."),
    "key-last-day": lazy_gettext("Choose a last day from today to %(latest)s."),
    "key-not-a-coordinator": lazy_gettext("A co-ordinator makes keys, since a key does what its maker may do."),
    "keys-full": lazy_gettext("There are %(most)s keys already. End one that you no longer use first."),
    "idempotency-key": lazy_gettext("Idempotency-Key is 1 to 200 letters, digits and marks, without spaces."),
    "idempotency-key-reused": lazy_gettext("Another request had this Idempotency-Key. Give each one its own."),
}
_FILES = {
    "columns-need-attention": lazy_gettext("Say first which column holds what."),
    "rows-need-attention": lazy_gettext(
        "Rows that need a look first: %(count)s. Answer below, or choose to leave them out for now."
    ),
    "plan-out-of-date": lazy_gettext(
        "Something changed here since you looked. This is how it stands now; nothing was written."
    ),
    "new-year-lately": lazy_gettext(
        "A new school year was started here on %(on)s. Tick the box if it is to be done again."
    ),
    "file-empty": lazy_gettext("The file is empty."),
    "file-too-large": lazy_gettext("The file is too large. Choose a smaller one, for example one year group."),
    "too-many-rows": lazy_gettext("The file has too many rows. Divide it and import the parts."),
    "too-many-columns": lazy_gettext("The file has more than %(most)s columns. Export only the ones you need."),
    "workbook-unreadable": lazy_gettext("This workbook could not be opened. Save it again, or save it as CSV."),
    "workbook-has-password": lazy_gettext("This workbook has a password. Save it without one and choose it again."),
    "workbook-too-complex": lazy_gettext(
        "This workbook holds far more than a list. Copy the list into a new workbook and choose that."
    ),
    "reader-busy": lazy_gettext("There is much to do here just now, so the file was not read. Try again in a moment."),
    "file-not-text": lazy_gettext("This file could not be read as text. Save it as CSV and choose that file."),
    "no-name-column": lazy_gettext("No column with names was found. Choose which column holds them."),
    "import-has-errors": lazy_gettext("%(errors)s lines need a look first. Nothing has been imported."),
    "columns-missing": lazy_gettext("These columns were not found: %(columns)s."),
    "adult-not-clear": lazy_gettext("Two adults have this name. Say which one it was."),
    "adult-not-known": lazy_gettext("We do not know an adult of that name here."),
    "person-not-enrolled": lazy_gettext("We do not know a young person with that number in this programme."),
    "changed-since": lazy_gettext("This differs from what is recorded here. Correct the entry itself instead."),
}
_PROGRAMMES = {
    "programme-code-in-use": lazy_gettext("You have this programme already."),
    "unknown-template": lazy_gettext("Choose one of the three programmes."),
    "unknown-level": lazy_gettext("There is no such level in this programme."),
    "unknown-module": lazy_gettext("There is no such module in this programme."),
    "unknown-skill": lazy_gettext("There is no such skill in this programme."),
    "unknown-activity-type": lazy_gettext("There is no such activity in this programme."),
    "version-date": lazy_gettext("A new version starts on or after the one before it."),
    "version-not-begun": lazy_gettext(
        "Everybody can be moved from the first day of the version on. Choose today, or let them stay for now."
    ),
    "version-after-they-began": lazy_gettext(
        "Some have started already. Choose %(earliest)s or later, so that what they work towards stays as it is."
    ),
    "definition": lazy_gettext("The programme does not fit together: %(fault)s."),
    "text-unprintable": lazy_gettext(
        "This holds a character that cannot be printed, that turns the text around, or that looks like a mark of ours."
    ),
    "words-refused": lazy_gettext("These words cannot stand on an award: %(words)s. Choose others."),
    "words-not-decided": lazy_gettext("Change these words, or say why they stay: %(words)s."),
    "already-enrolled": lazy_gettext("They are in this programme already."),
    "enrolment-dates": lazy_gettext("A place in a programme ends on or after the day it starts."),
    "enrolment-ended": lazy_gettext("This place in the programme has ended."),
    "break-dates": lazy_gettext("A break ends on or after the day it starts, and lies within their time here."),
    "break-overlaps": lazy_gettext("There is a break in those days already."),
    "break-ended": lazy_gettext("This break has ended already."),
}
_PRACTICE = {
    "earlier-minutes": lazy_gettext("Give hours between 0 and %(most)s."),
    "counted-twice": lazy_gettext(
        "Hours up to %(until)s are counted in a total from the school’s earlier records. No hours count twice."
    ),
    "own-hours": lazy_gettext("Hours are approved by an adult, never by the person who gave them."),
    "not-submitted": lazy_gettext("This entry has been decided already."),
    "in-the-future": lazy_gettext("That day has not come yet. Add it once it is done."),
    "not-one-day": lazy_gettext("An entry begins and ends on the same day. Split longer times into two."),
    "entry-too-long": lazy_gettext("An entry has twelve hours at most. Check the minutes."),
    "before-enrolment": lazy_gettext("That day lies before they joined the programme."),
    "after-enrolment": lazy_gettext("That day lies after they left the programme."),
    "wrong-activity-type": lazy_gettext("This programme does not have that activity. Please choose another."),
    "before-training": lazy_gettext(
        "Hours count from the day after the first training. Everything before it was good practice."
    ),
    "not-a-supervisor": lazy_gettext(
        "The adult named did not hold the supervisor’s role on that day. Please choose the adult who was there."
    ),
    "overlap": lazy_gettext("There is another entry at that time already."),
    "too-late": lazy_gettext("Entries are added within %(days)s days. Please ask your co-ordinator."),
    "too-late-for-anybody": lazy_gettext(
        "That day is more than a year ago. Hours so old are brought forward as one total, from your own records."
    ),
    "not-late": lazy_gettext("The young person can still add this themselves: they have %(days)s days."),
    "second-adult-needed": lazy_gettext("This was added late, so another adult approves it than the one who added it."),
    "over-day-limit": lazy_gettext(
        "That makes more than %(limit)s minutes in one day. The adult can confirm that this is right."
    ),
    "one-to-one-needs-meeting": lazy_gettext(
        "These hours wait until the next supervision meeting, and can be approved then."
    ),
    "nobody-ticked": lazy_gettext("Tick who was there."),
    "signs-in-already": lazy_gettext("This adult signs in here, and finds the hours on their own page."),
    "address-of-staff": lazy_gettext(
        "Somebody of your organisation signs in with this address. Give the address of the adult who was there."
    ),
    "nobody-named": lazy_gettext("Tick whose hours the adult is to look at."),
    "session-length": lazy_gettext("Give a length between 5 minutes and 8 hours."),
    "not-to-be-corrected": lazy_gettext(
        "This entry has been corrected or approved already. Ask an adult if something is still wrong."
    ),
    "not-to-be-taken-back": lazy_gettext("An adult has looked at this entry already. Ask them if something is wrong."),
    "not-your-entry": lazy_gettext("Only your own entries can be corrected here."),
    "skill-not-in-programme": lazy_gettext("This programme does not have that skill."),
    "not-observable": lazy_gettext("This skill is shown in another way, not by observing it."),
}
_AWARDING = {
    "awarded-on": lazy_gettext(
        "The day of an award is not before they joined, and at most sixty days ahead, for a ceremony."
    ),
    "not-yet": lazy_gettext("Its time has not come yet."),
    "too-late-to-undo": lazy_gettext("It is too late to undo this; its certificate is being signed or is signed."),
    "already-awarded": lazy_gettext("They have this award already."),
    "not-ahead": lazy_gettext("Only what is awarded on a day to come is printed before its day."),
    "name-not-confirmed": lazy_gettext("The name to be printed has not been confirmed yet."),
    "requirements-not-met": lazy_gettext("Something is still to come before this level."),
    "not-a-co-ordinator": lazy_gettext("A co-ordinator decides on awards."),
    "own-award": lazy_gettext(
        "This award bears your own name. Another co-ordinator decides on it; an administrator can give somebody the "
        "role."
    ),
    "award-unknown": lazy_gettext("We could not find that award."),
}
_ISSUING = {
    "issuing-stopped": lazy_gettext("Signing is paused for now. What you award waits, and nothing is lost."),
    "issuing-stopped-already": lazy_gettext("Signing is paused already."),
    "issuing-not-stopped": lazy_gettext("Signing is not paused."),
    "key-in-use": lazy_gettext("This key is in use. Put another in its place first."),
    "key-not-compromised": lazy_gettext("This key is not known to be stolen or lost."),
    "credentials-live": lazy_gettext("Certificates that hold were signed with this key, so it stays."),
    "text-in-ledger": lazy_gettext("Codes in a record are single words, without spaces."),
    "on-hold": lazy_gettext("This record is on hold and stays for now. Ask those who run this service."),
    "on-hold-already": lazy_gettext("This record is on hold already."),
    "not-on-hold": lazy_gettext("This record is not on hold."),
    "no-signing-key": lazy_gettext(
        "The school’s signing key is not ready yet. Awards will be signed as soon as it is."
    ),
    "record-changed": lazy_gettext(
        "Something this award rests on has been corrected since it was decided. Please look at the award again."
    ),
    "not-issued-yet": lazy_gettext(
        "This certificate has not been issued yet, so there is nothing to pause or withdraw."
    ),
    "already-revoked": lazy_gettext(
        "This certificate has been revoked. That cannot be undone; a new award can be made."
    ),
    "second-person-needed": lazy_gettext(
        "Somebody else has to do this: another co-ordinator or an administrator of your organisation."
    ),
    "not-told-yet": lazy_gettext("Please talk to the young person first, and then tick that you did."),
    "asked-already": lazy_gettext("This has been asked for already. Somebody else is to confirm it."),
    "challenge-open": lazy_gettext("The young person asked for a second look. Please answer them first."),
    "too-many-revocations": lazy_gettext(
        "You have revoked %(most)s certificates within a day. Please pause the others for now; a pause can be undone."
    ),
    "nothing-to-challenge": lazy_gettext("This certificate holds. There is nothing to look at again."),
    "asked-school-already": lazy_gettext("You have asked your school already. An adult will talk with you."),
    "challenged-already": lazy_gettext("You have asked for a second look already. An adult will answer here."),
    "same-name": lazy_gettext("The certificate bears the name that is in the record already."),
    "held-back": lazy_gettext(
        "An older copy of our records was put back. The certificate may have been signed, and revoked, in the time "
        "that was lost, so it waits for your decision."
    ),
    "not-held-back": lazy_gettext("This award is not held back any more, so nothing needs to be done."),
    "record-unchanged": lazy_gettext("The record still carries this award, so nothing needs to be done."),
    "issued-already": lazy_gettext("The certificate has been issued. It can be revoked, but not taken back."),
    "not-revoked": lazy_gettext("This certificate has not been revoked, so the award stands."),
    "set-aside-already": lazy_gettext("This award does not count any more; the level can be awarded again."),
    "already-replaced": lazy_gettext("A new certificate in place of this one has been asked for already."),
    "being-replaced": lazy_gettext(
        "A new certificate in place of this one is being signed at this moment. Please try again in a minute."
    ),
    "already-suspended": lazy_gettext("This certificate is paused already."),
    "not-suspended": lazy_gettext("This certificate is not paused."),
    "nothing-to-record": lazy_gettext("There is nothing to put into a record yet. It begins with the first training."),
    "too-many-records": lazy_gettext("You have made %(most)s records today. You can make another one tomorrow."),
    "being-made": lazy_gettext("It is being made at this moment. Please try again in a minute."),
    "from-16": lazy_gettext("This can be chosen from the month after a 16th birthday."),
    "not-old-enough": lazy_gettext("You can choose this when you are a little older. The page says from when."),
    "too-many-shares": lazy_gettext("You share %(most)s things already. End one of them first."),
    "not-in-force": lazy_gettext("That is not possible for this certificate at the moment. Ask an adult at school."),
    "reason-needed": lazy_gettext("Please say why, for the school’s own record. Nobody outside the school sees it."),
    "lint-failed": lazy_gettext(
        "The certificate did not pass our own checks, so it was not signed. Nothing is lost; please tell the people "
        "who run this service."
    ),
    "not-as-reserved": lazy_gettext(
        "The certificate did not pass our own checks, so it was not signed. Nothing is lost; please tell the people "
        "who run this service."
    ),
}
SENTENCES: Mapping[str, LazyString] = (
    _ORGANISATIONS | _NAMES | _PEOPLE | _KEYS | _FILES | _PROGRAMMES | TRAINING | _PRACTICE | _AWARDING | _ISSUING
)
"""Rule id (or code of a conflict) → its sentence, with the facts of the rule as ``%(name)s``."""

_WITHOUT_FACTS: Mapping[str, LazyString] = {
    "too-late": lazy_gettext("It was added later than this programme allows. A co-ordinator can look at it."),
    "over-day-limit": lazy_gettext("That is more than usual for one day. Confirm it if it is right."),
    "rows-need-attention": lazy_gettext("Some rows need a look first."),
}


def sentence(rule: AccreditError) -> str:
    """Return what to tell the reader about a broken rule or a conflict, in the language of the page."""
    return sentence_of(rule.code, **getattr(rule, "facts", {}))


def sentence_of(rule_id: str, **facts: object) -> str:
    """Return the sentence of a rule by its id, as ``concern`` of waiting entries names it; ``facts`` may be missing."""
    known = SENTENCES.get(rule_id)
    if known is None:
        return str(gettext("That does not fit the rules of this programme. Nothing was changed."))
    try:
        return str(known) % {name: _said(value) for name, value in facts.items()}
    except KeyError:
        return str(_WITHOUT_FACTS.get(rule_id, known))


def _said(value: object) -> str:
    if isinstance(value, date):
        return date_in_words(value, page_language())
    if isinstance(value, Collection) and not isinstance(value, str):
        return ", ".join(str(each) for each in value)
    return str(value)
