"""What was done here, by whom and when: a list to look things up in. It holds no reasons and no texts."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from accredit.domain.audit import queries
from accredit.domain.audit.queries import EventFacts
from accredit.domain.audit.rules import ActorKind, Tag
from accredit.domain.clients import queries as clients
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import queries as people
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_organisation
from accredit.web.database import reading
from accredit.web.pages import page

PAGE = 50
WORDS: Mapping[Tag, LazyString] = {
    Tag.ORGANISATION_ADDED: _l("Organisation added"),
    Tag.ORGANISATION_CHANGED: _l("Organisation’s details changed"),
    Tag.ORGANISATION_RECOGNISED: _l("Organisation confirmed"),
    Tag.ORGANISATION_CONFIRMATION_WITHDRAWN: _l("Confirmation of the organisation withdrawn"),
    Tag.STAFF_ADDED: _l("Member of staff added"),
    Tag.STAFF_ROLE_GIVEN: _l("Role given"),
    Tag.STAFF_ROLE_ENDED: _l("Role ended"),
    Tag.STAFF_HANDED_OVER: _l("Member of staff handed over and left"),
    Tag.STAFF_SIGNED_IN: _l("Member of staff signed in"),
    Tag.STAFF_SIGNED_OUT: _l("Member of staff signed out"),
    Tag.STAFF_INVITED: _l("Member of staff invited by e-mail"),
    Tag.STAFF_INVITATION_ACCEPTED: _l("Member of staff accepted the invitation"),
    Tag.STAFF_PASSWORD_CHANGED: _l("Member of staff chose a new password"),
    Tag.STAFF_SECOND_STEP_ADDED: _l("Member of staff added a second step to their sign-in"),
    Tag.STAFF_SECOND_STEP_ENDED: _l("The second step of a member of staff was taken away"),
    Tag.STAFF_RECOVERY_CODES_MADE: _l("Member of staff made recovery codes"),
    Tag.STAFF_RECOVERY_CODE_USED: _l("Member of staff used a recovery code"),
    Tag.STAFF_PASSKEY_ADDED: _l("Member of staff added a passkey"),
    Tag.STAFF_PASSKEY_ENDED: _l("Member of staff removed a passkey"),
    Tag.SCHOOL_SIGN_IN_SET: _l("Signing in with the school account set up"),
    Tag.SCHOOL_SIGN_IN_ENDED: _l("Signing in with the school account ended"),
    Tag.STAFF_SCHOOL_ACCOUNT_ADDED: _l("Member of staff connected their school account"),
    Tag.ACCESS_KEY_MADE: _l("Key for a program made"),
    Tag.ACCESS_KEY_ENDED: _l("Key of a program ended"),
    Tag.STAFF_SIGN_IN_GUESSED: _l("Somebody tried many passwords of a member of staff; none of them was right"),
    Tag.STAFF_SIGN_INS_ENDED: _l("Member of staff ended sign-ins on other devices"),
    Tag.PEOPLE_IMPORTED: _l("Class list brought in"),
    Tag.NEW_YEAR_STARTED: _l("New school year started"),
    Tag.YOUNG_PERSON_ADDED: _l("Young person added"),
    Tag.YOUNG_PERSON_CHANGED: _l("Details of a young person changed"),
    Tag.YOUNG_PERSON_NAME_CONFIRMED: _l("Name to be printed confirmed"),
    Tag.YOUNG_PERSON_SIGNED_IN: _l("Young person signed in"),
    Tag.YOUNG_PERSON_LEFT: _l("Young person left"),
    Tag.LEAVER_OPENING_ASKED: _l("Asked for the page of somebody who left to be opened"),
    Tag.LEAVER_OPENING_DECLINED: _l("Page of somebody who left stays closed"),
    Tag.LEAVER_OPENED: _l("Somebody who left is on the list again"),
    Tag.CLAIM_SLIP_MADE: _l("Sign-in slip made"),
    Tag.CLAIM_SLIP_WITHDRAWN: _l("Sign-in slip stopped"),
    Tag.PROGRAMME_ADDED: _l("Programme added"),
    Tag.PROGRAMME_VERSION_ADDED: _l("New version of a programme"),
    Tag.PROGRAMME_DRAFT_BEGUN: _l("Draft of a programme begun"),
    Tag.PROGRAMME_DRAFT_CHANGED: _l("Draft of a programme changed"),
    Tag.PROGRAMME_DRAFT_LEFT: _l("Draft of a programme thrown away"),
    Tag.ENROLMENT_MOVED: _l("Everybody in a programme moved to another version"),
    Tag.ENROLLED: _l("Joined a programme"),
    Tag.ENROLMENT_ENDED: _l("Left a programme"),
    Tag.BREAK_STARTED: _l("Break entered"),
    Tag.BREAK_ENDED: _l("Back from a break"),
    Tag.TRAINING_PLANNED: _l("Training session added"),
    Tag.TRAINING_CALLED_OFF: _l("Training session called off"),
    Tag.ATTENDANCE_RECORDED: _l("Register taken"),
    Tag.ATTENDANCE_CORRECTED: _l("Register corrected"),
    Tag.PRACTICE_RECORDED: _l("Drop-in register taken"),
    Tag.HOURS_SUBMITTED: _l("Time added"),
    Tag.HOURS_APPROVED: _l("Time approved"),
    Tag.HOURS_RETURNED: _l("Time returned"),
    Tag.HOURS_CORRECTED: _l("Time corrected"),
    Tag.HOURS_BROUGHT_FORWARD: _l("Hours from earlier records brought forward"),
    Tag.HOURS_IMPORTED: _l("Log of hours brought in"),
    Tag.APPROVAL_LINK_MADE: _l("Link for approving hours sent"),
    Tag.APPROVAL_LINK_OPENED: _l("Link for approving hours opened"),
    Tag.APPROVAL_LINK_CLOSED: _l("Link for approving hours closed"),
    Tag.SKILL_OBSERVED: _l("Skill seen"),
    Tag.MILESTONE_RECORDED: _l("Milestone recorded"),
    Tag.AWARDED: _l("Award decided"),
    Tag.CREDENTIAL_PREPARED: _l("Certificate prepared"),
    Tag.CREDENTIAL_ISSUED: _l("Certificate signed"),
    Tag.CREDENTIAL_SUSPENDED: _l("Certificate paused"),
    Tag.CREDENTIAL_REINSTATED: _l("Certificate taken up again"),
    Tag.CREDENTIAL_REVOKED: _l("Certificate revoked"),
    Tag.CREDENTIAL_TO_BE_REPLACED: _l("New certificate asked for, in place of one"),
    Tag.CREDENTIAL_REPLACED: _l("Certificate replaced by a newer one"),
    Tag.REVOCATION_ASKED: _l("Asked for a certificate to be revoked"),
    Tag.REVOCATION_DECLINED: _l("Certificate left as it is"),
    Tag.CREDENTIAL_HIDDEN: _l("Certificate hidden from everybody outside"),
    Tag.CREDENTIAL_SHOWN_AGAIN: _l("Certificate shown again"),
    Tag.CREDENTIAL_CHALLENGED: _l("Second look asked for"),
    Tag.CHALLENGE_ANSWERED: _l("Second look answered"),
    Tag.AWARD_SET_ASIDE: _l("Award set aside, to be decided anew"),
    Tag.PAPER_PREPARED: _l("Certificate printed before its day"),
    Tag.KEY_PUBLISHED: _l("Signing key published"),
    Tag.KEY_RETIRED: _l("Signing key retired"),
    Tag.LIST_EXPORTED: _l("List downloaded as a file"),
    Tag.MAIL_SENT: _l("E-mail sent"),
    Tag.CLOCK_TRUSTED: _l("Clock of the service found to be right"),
    Tag.ISSUING_STOPPED: _l("Signing of certificates stopped"),
    Tag.ISSUING_STARTED: _l("Signing of certificates goes on"),
    Tag.LEGAL_HOLD_SET: _l("Record put on hold"),
    Tag.LEGAL_HOLD_ENDED: _l("Record no longer on hold"),
    Tag.RECORD_ERASED: _l("Record of a young person erased"),
    Tag.RETENTION_ENDED: _l("Old entries removed"),
}


@bp.get("/record")
@requires(Permission.SEE_AUDIT)
def record() -> ResponseReturnValue:
    """List what was done, newest first."""
    with reading() as db:
        pages = max(1, -(-queries.count(db, organisation_id=own_organisation()) // PAGE))
        number = min(max(request.args.get("page", 1, type=int), 1), pages)
        events = queries.events(db, organisation_id=own_organisation(), limit=PAGE, offset=(number - 1) * PAGE)
        ids = {event.actor_id for event in events if event.actor_id} | {e.subject_id for e in events if e.subject_id}
        names = people.names_of_staff(db, ids)
        names |= {each: facts.printed_name for each, facts in people.young_people_by_id(db, ids).items()}
        names |= clients.labels(db, [UUID(each) for each in map(_key, events) if each] + list(ids))
    lines = [(event, _what(event), _who(event, names), _about(event, names)) for event in events]
    return page("coordinator/record.html", lines=lines, number=number, pages=pages)


def _what(event: EventFacts) -> str:
    return str(WORDS.get(event.tag, event.tag.value))


def _about(event: EventFacts, names: Mapping[UUID, str]) -> str:
    return names.get(event.subject_id, "") if event.subject_id else ""


def _key(event: EventFacts) -> str | None:
    """Return the id of the key with which a program did this for somebody."""
    key: str | None = event.details.get("through")
    return key


def _who(event: EventFacts, names: Mapping[UUID, str]) -> str:
    if event.actor_id is not None and event.actor_id in names:
        who, key = names[event.actor_id], _key(event)
        return str(_("%(name)s, with the key “%(key)s”", name=who, key=names[UUID(key)])) if key else who
    return str(
        {
            ActorKind.STAFF: _("A member of staff"),
            ActorKind.YOUNG_PERSON: _("A young person"),
            ActorKind.OPERATOR: _("Those who run this service"),
            ActorKind.SERVICE: _("The service itself"),
        }[event.actor_kind]
    )
