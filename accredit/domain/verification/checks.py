"""The numbered checks, in the order in which they are made.

1. readable: one credential comes out of the bytes
2. linked-data: every member means something that is signed; contexts are pinned, nothing is fetched
3. open-badges: the document keeps the rules of Open Badges 3.0
4. signature: every proof of a recognised kind holds over exactly this document, or the token's signature over its own
5. key: the key belongs to the stated issuer and was in use when it signed; of a stolen one a witness must have seen it
6. recorded: our own credentials stand in our record, with these proofs, or as this token to the letter
7. issuer-recognised: an operator confirmed the issuer by an outside channel
8. status: neither revoked nor suspended, known freshly
9. dates: valid now
10. logged: our own credentials stand in the public log under a signed checkpoint
11. holder: the name that was asked about is the name that was signed (only where one was asked about)

A failed foundation (1 to 6) ends the examination: what a forged document says about itself is not looked into.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from accredit.domain.issuing.rules import Stage, Status
from accredit.domain.people.names import name_matches
from accredit.domain.verification import plain, recognition_elsewhere, status_elsewhere
from accredit.domain.verification.examination import Examination, linked_data_reason
from accredit.domain.verification.reading import Presented, Printed, Received
from accredit.domain.verification.rules import Check, CheckId, Outcome, Reason
from accredit.domain.verification.signature_checks import signature_and_key
from accredit.domain.verification.sources import OwnRecord
from accredit.kit.linkeddata import LinkedDataError
from accredit.kit.linkeddata.mapper import to_dataset
from accredit.kit.openbadges import credential as openbadges
from accredit.kit.openbadges.credential import OpenBadgeCredential
from accredit.kit.openbadges.endorsement import EndorsementCredential
from accredit.kit.openbadges.errors import DocumentInvalid
from accredit.kit.openbadges.vocabularies import IdentityType
from accredit.kit.vc.errors import VcError

log = logging.getLogger(__name__)

CLOCK_SKEW = timedelta(seconds=60)
_BADGE_TYPES = {"OpenBadgeCredential", "AchievementCredential"}
_ENDORSEMENT = "EndorsementCredential"
_NO_AWARDS = {"BitstringStatusListCredential", "StatusList2021Credential"}


def examine(received: Received, examination: Examination) -> None:
    """Make every check that can be made; what goes wrong on our side is "could not tell", never an exception."""
    _safely(examination, CheckId.READABLE, lambda found: _readable(found, received))
    if examination.has_passed(CheckId.READABLE) and len(examination.checks) == 1:
        examine_document(examination)


def examine_document(examination: Examination) -> None:
    """Make every check of a document that was read."""
    foundations: tuple[tuple[CheckId, Callable[[Examination], None]], ...] = (
        (CheckId.LINKED_DATA, _linked_data),
        (CheckId.OPEN_BADGES, _open_badges),
        (CheckId.DATES, _our_clock),
        (CheckId.SIGNATURE, signature_and_key),
        (CheckId.RECORDED, _recorded),
    )
    questions = (
        (CheckId.RECOGNISED, _recognised),
        (CheckId.STATUS, _status),
        (CheckId.DATES, _dates),
        (CheckId.LOGGED, _logged),
        (CheckId.HOLDER, _holder),
    )
    for check, ask in foundations:
        _safely(examination, check, ask)
        if any(made.outcome is not Outcome.PASSED for made in examination.checks):
            if not _may_go_on(examination):
                return
            break
    for check, ask in questions:
        _safely(examination, check, ask)


def examine_form(examination: Examination) -> None:
    """Make those checks of a document that was read which ask for neither a key nor a record."""
    for check, ask in (
        (CheckId.LINKED_DATA, _linked_data),
        (CheckId.OPEN_BADGES, _open_badges),
        (CheckId.DATES, _dates),
    ):
        _safely(examination, check, ask)
        if not examination.has_passed(check):
            return


def _our_clock(examination: Examination) -> None:
    # By a clock that is behind what we ourselves signed, a genuine award would look as if it came from the future, and
    # one that is not in force yet as if it were: nothing is said by it (attacks.md VS02).
    if examination.own and examination.sources.is_clock_behind(examination.now):
        examination.untold(CheckId.DATES, Reason.OUR_FAULT)


def _may_go_on(examination: Examination) -> bool:
    # An intact document whose key could not be reached, or is not tied to its issuer, still has dates worth telling.
    return examination.credential is not None and examination.has_passed(CheckId.SIGNATURE)


def _safely(examination: Examination, check: CheckId, ask: Callable[[Examination], None]) -> None:
    try:
        ask(examination)
    except Exception as error:  # noqa: BLE001  # whatever breaks must end as "could not tell", never as green
        # The type only: the message may hold what somebody uploaded.
        log.error("check %s broke: %s", check.value, type(error).__name__)  # noqa: TRY400
        examination.untold(check, Reason.OUR_FAULT)


def _readable(examination: Examination, received: Received) -> None:
    found, kind = received.found, received.found.kind.value
    if isinstance(found, Presented):
        examination.presented, examination.document = found, found.document
        examination.passed(CheckId.READABLE, kind=kind)
    elif isinstance(found, Printed):
        examination.untold(CheckId.READABLE, Reason.FETCHING_IS_OFF, kind=kind)  # See `operations.check`.
    elif found.is_false:
        examination.passed(CheckId.READABLE, kind=kind)
        examination.failed(CheckId.SIGNATURE, found.reason)
    else:
        note = examination.untold if found.is_open else examination.failed
        note(CheckId.READABLE, found.reason, kind=kind)


def _linked_data(examination: Examination) -> None:
    unsecured = {name: value for name, value in examination.document.items() if name != "proof"}
    try:
        examination.dataset = to_dataset(unsecured)
    except LinkedDataError as error:
        examination.failed(CheckId.LINKED_DATA, linked_data_reason(error), path=error.path)
        return
    examination.passed(CheckId.LINKED_DATA)


def _open_badges(examination: Examination) -> None:
    document = examination.document
    found = document.get("type")
    types = {each for each in (found if isinstance(found, list) else [found]) if isinstance(each, str)}
    facts: dict[str, str | int] = {}
    try:
        if examination.expected_endorsed is not None or _ENDORSEMENT in types:
            examination.credential = openbadges.read_endorsement(document)
        elif _BADGE_TYPES & types:
            examination.credential = examination.read_badge(document)
        else:
            examination.credential = plain.read(document)
            facts = {"kind": "credential"}
    except (DocumentInvalid, VcError) as error:
        path = error.problems[0].path if isinstance(error, DocumentInvalid) else error.path
        examination.failed(CheckId.OPEN_BADGES, Reason.OPEN_BADGES_RULES, path=path)
        return
    examination.own = examination.sources.is_own(examination.credential.issuer_id)
    if examination.badge is None and (examination.own or types & _NO_AWARDS) and examination.expected_endorsed is None:
        # Our own lists are signed and stand in no record of awards, so they are neither an award nor a forgery.
        examination.credential = None
        examination.untold(CheckId.OPEN_BADGES, Reason.FORM_NOT_SUPPORTED)
    elif not _is_about(examination):
        examination.failed(CheckId.OPEN_BADGES, Reason.ENDORSES_ANOTHER)
    else:
        examination.passed(CheckId.OPEN_BADGES, **facts)


def _is_about(examination: Examination) -> bool:
    if examination.expected_endorsed is None:
        return True
    found = examination.credential
    return isinstance(found, EndorsementCredential) and found.credential_subject.id in examination.expected_endorsed


def _recorded(examination: Examination) -> None:
    if not examination.own or examination.credential is None:
        return
    record = examination.sources.record(examination.credential.id or "")
    if record is None and examination.sources.known_until() is not None:
        return  # Far from the service only what came along says what stands on record: not asked, so never passed.
    begins = examination.credential.valid_from
    if record is None and begins is not None and examination.sources.was_lost(begins):
        # An older backup came back, and what was issued since is not in it: nobody may call that forged (R57).
        examination.untold(CheckId.RECORDED, Reason.NO_CURRENT_RECORD)
    elif record is None:
        examination.failed(CheckId.RECORDED, Reason.UNKNOWN_HERE)
    elif record.issuer_id != examination.credential.issuer_id:
        examination.failed(CheckId.RECORDED, Reason.NOT_AS_RECORDED)
    elif record.stage is not Stage.RELEASED:
        examination.untold(CheckId.RECORDED, Reason.NOT_PUBLISHED_YET)
    elif not record.proofs:
        # The record was erased: nobody can say any more, and it is never called forged (attacks.md DP11).
        examination.untold(CheckId.RECORDED, Reason.NO_CURRENT_RECORD)
    elif not _is_as_recorded(record, examination):
        examination.failed(CheckId.RECORDED, Reason.NOT_AS_RECORDED)
    else:
        examination.record = record
        examination.passed(CheckId.RECORDED)


def _is_as_recorded(record: OwnRecord, examination: Examination) -> bool:
    token = examination.presented.token if examination.presented else None
    if token is not None:
        # To the letter: anybody can turn a signature of ES256 into another one that holds as well (its twin, n - s).
        return record.token == token
    # Equal proofs that hold under one key are over equal data, however the JSON is spelled.
    return list(record.proofs) == _as_list(examination.document.get("proof"))


def _recognised(examination: Examination) -> None:
    assert examination.credential is not None
    issuer_id = examination.credential.issuer_id
    found = examination.sources.recognition(issuer_id)
    if found is not None:
        on = found.confirmed_on.isoformat()
        examination.passed(CheckId.RECOGNISED, channel=found.channel.value, confirmed_on=on)
    elif examination.own:
        examination.failed(CheckId.RECOGNISED, Reason.ISSUER_NOT_RECOGNISED)
    else:
        recognition_elsewhere.ask(examination, issuer_id)


def _status(examination: Examination) -> None:
    assert examination.credential is not None
    if not (examination.own or examination.credential.statuses or examination.shown_in_part):
        # Open Badges does not oblige an issuer to have a status list; the page says that there is none (VS29).
        # Whoever shows a part may have left it out, since nothing obliges the issuer to make it mandatory either.
        examination.passed(CheckId.STATUS, stated="none")
        return
    if not examination.own and examination.credential.statuses and not examination.offline:
        _status_elsewhere(examination, examination.credential.issuer_id)
        return
    record = examination.record
    if record is None or examination.offline:
        examination.untold(CheckId.STATUS, Reason.STATUS_NOT_FRESH)
        return
    known_at = {"known_at": record.status_known_at.isoformat()} if record.status_known_at else {}
    since = {} if record.status_since is None else {"since": record.status_since.isoformat()}
    if record.status is Status.ACTIVE and not record.is_status_known:
        examination.untold(CheckId.STATUS, Reason.STATUS_NOT_FRESH, **known_at)
    elif record.status is Status.ACTIVE:
        examination.passed(CheckId.STATUS, as_of=(record.status_known_at or examination.now).isoformat())
    elif record.status is Status.SUSPENDED:
        examination.failed(CheckId.STATUS, Reason.SUSPENDED, **since)
    elif record.is_replaced:
        examination.failed(CheckId.STATUS, Reason.REPLACED, **since)
    else:
        examination.failed(CheckId.STATUS, Reason.REVOKED, **since)


def _status_elsewhere(examination: Examination, issuer_id: str) -> None:
    if not examination.has_passed(CheckId.SIGNATURE, CheckId.KEY):
        # Whose list it would be is not known, and nothing is looked up for a stranger in disguise (P5).
        examination.untold(CheckId.STATUS, Reason.STATUS_NOT_FRESH)
        return
    answer = status_elsewhere.read(
        examination.document.get("credentialStatus"),
        issuer_id=issuer_id,
        sources=examination.sources,
        outside=examination.outside,
        now=examination.now,
    )
    examination.checks.append(
        Check(id=CheckId.STATUS, outcome=answer.outcome, reason=answer.reason, facts=answer.facts)
    )


def _dates(examination: Examination) -> None:
    found, presented = examination.credential, examination.presented
    assert found is not None
    assert presented is not None
    begins = max((each for each in (found.valid_from, presented.not_before) if each is not None), default=None)
    # A token may end before its credential does, or say alone that it ends.
    ends = min((end for end in (found.valid_until, presented.expires) if end is not None), default=None)
    if begins is not None and begins > examination.now + CLOCK_SKEW:
        examination.failed(CheckId.DATES, Reason.NOT_YET_VALID, valid_from=begins.isoformat())
    elif ends is not None and ends < examination.now:
        examination.failed(CheckId.DATES, Reason.EXPIRED, valid_until=ends.isoformat())
    else:
        examination.passed(CheckId.DATES, **({} if begins is None else {"valid_from": begins.isoformat()}))


def _logged(examination: Examination) -> None:
    if not examination.own:
        return
    place = examination.record.place if examination.record else None
    if examination.record is not None and examination.record.is_unlogged:
        # Somebody signed with our key, or wrote into our record, past the log (attacks.md LG18).
        examination.failed(CheckId.LOGGED, Reason.NOT_AS_RECORDED)
        return
    if place is None:
        examination.untold(CheckId.LOGGED, Reason.NOT_IN_LOG)
        return
    facts = {"signed_at": place.signed_at.isoformat()}
    if place.witnessed_by is not None and place.witnessed_at is not None:
        # Of our own times nobody else can say anything; of this one a witness of another house does.
        facts = {"witnessed_by": place.witnessed_by, "witnessed_at": place.witnessed_at.isoformat()}
    examination.passed(CheckId.LOGGED, origin=place.origin, index=place.index, size=place.size, **facts)


def _holder(examination: Examination) -> None:
    if examination.expected_name is None or examination.badge is None:
        return
    if any(
        name_matches(examination.expected_name, name, examination.known_as) for name in printed_names(examination.badge)
    ):
        examination.passed(CheckId.HOLDER)
    else:
        examination.failed(CheckId.HOLDER, Reason.NAME_DIFFERS)


def printed_names(credential: OpenBadgeCredential) -> list[str]:
    """Return the names of the holder that stand in a credential unhashed."""
    return [
        each.identity_hash
        for each in credential.subject.identifier
        if each.identity_type == IdentityType.NAME and not each.hashed
    ]


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
