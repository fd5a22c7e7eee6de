"""From a report of the engine to what the verdict page shows.

The words are the engine's own (`domain.verification.words`), so that page, API and command line say the same.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256

from flask import current_app
from flask_babel import gettext

from accredit.domain.credentials.views import IssuedView
from accredit.domain.organisations.rules import Channel
from accredit.domain.organisations.standing import Standing
from accredit.domain.people.names import check_name
from accredit.domain.verification import words
from accredit.domain.verification.as_text import as_text
from accredit.domain.verification.endorsements import EndorsementReport
from accredit.domain.verification.report import Claims, VerificationReport
from accredit.domain.verification.rules import Check, CheckId, Outcome, Reason, Verdict
from accredit.errors import RuleBroken
from accredit.kit.typed_code import ALPHABET
from accredit.web.languages import page_language
from accredit.web.words import date_in_words, moment_in_words


def _(text: str, **values: object) -> str:
    return str(gettext(text, **values))


LOOKS = {"green": "genuine", "red": "not-genuine", "amber": "careful", "grey": "ended"}


@dataclass(frozen=True, kw_only=True)
class CheckShown:
    """One check in words."""

    outcome: str
    text: str
    detail: str | None
    meaning: str
    """What it asks, and why that matters."""


@dataclass(frozen=True, kw_only=True)
class EndorsementShown:
    """What somebody else says of it, and the verdict on that alone. ``claimed`` is what a stranger calls itself."""

    word: str
    name: str | None
    claimed: str | None
    comment: str | None
    why: str | None


@dataclass(frozen=True, kw_only=True)
class VerdictShown:
    """The head of the page, the checks, and what to do next. ``look`` is the component's kind."""

    look: str
    word: str
    text: str
    detail: str
    moment: str
    next_step: str
    checks: tuple[CheckShown, ...]
    is_genuine: bool
    caution: str | None
    looks_like: tuple[str, str] | None
    """A warning, and whom a reader might take the issuer for: an organisation that was confirmed, and is another."""
    endorsements: tuple[EndorsementShown, ...]
    """Said where nobody confirmed the issuer."""


def shown(report: VerificationReport) -> VerdictShown:
    """Put a report into words."""
    return VerdictShown(
        look=LOOKS[report.colour],
        word=_heading(report),
        text=_text(report),
        detail=_("Checked just now, %(moment)s.", moment=_moment(report.checked_at)),
        moment=_moment(report.checked_at),
        next_step=_(report.next_step),
        checks=tuple(_check(check) for check in report.checks if check.id is not CheckId.HOLDER),
        is_genuine=report.verdict is Verdict.GENUINE,
        caution=_(words.UNCONFIRMED) if report.is_of_a_stranger else None,
        looks_like=_looks_like(report),
        endorsements=tuple(_endorsement(each) for each in report.endorsements),
    )


def _looks_like(report: VerificationReport) -> tuple[str, str] | None:
    recognised = report.check(CheckId.RECOGNISED)
    found = None if recognised is None else recognised.facts.get("looks_like")
    return None if found is None else (_(words.LOOKS_LIKE), str(found))


def _endorsement(found: EndorsementReport) -> EndorsementShown:
    return EndorsementShown(
        word=_(words.HEADINGS[found.verdict]),
        name=as_text(found.endorser_name) if found.verdict is Verdict.GENUINE else None,
        claimed=as_text(found.endorser_name or found.endorser_id) if found.verdict is not Verdict.GENUINE else None,
        comment=as_text(found.comment),
        why=_(words.REASONS[found.reason]) if found.reason else None,
    )


def _heading(report: VerificationReport) -> str:
    claims, status = report.claims, report.check(CheckId.STATUS)
    if report.reason is not Reason.STATUS_NOT_FRESH or not report.is_from_someone_known or claims is None:
        return _(report.heading)
    issued = _day(claims.awarded_on or claims.valid_from)
    if status is not None and "known_at" in status.facts:
        return _(
            "Genuine when issued on %(day)s; whether it still holds was last known on %(known)s",
            day=issued,
            known=_day(str(status.facts["known_at"])),
        )
    return _("Genuine when issued on %(day)s; whether it still holds is not known now", day=issued)


def _text(report: VerificationReport) -> str:
    if report.reason is None:
        return _(words.GENUINE_LINE)
    said = _(words.REASONS[report.reason])
    since = next((check.facts["since"] for check in report.checks if "since" in check.facts), None)
    return said if since is None else said + " " + _("Since %(day)s.", day=_day(str(since)))


def _check(check: Check) -> CheckShown:
    detail = _(words.REASONS[check.reason]) if check.reason else _fact(check.id, check.facts)
    outcome = {Outcome.COULD_NOT_TELL: "could-not-tell"}.get(check.outcome, check.outcome.value)
    meaning = _(words.MEANINGS[check.id])
    return CheckShown(outcome=outcome, text=_(words.CHECKS[check.id]), detail=detail, meaning=meaning)


def _fact(check: CheckId, facts: Mapping[str, str | int]) -> str | None:
    match check:
        case CheckId.RECOGNISED if "channel" in facts:
            return confirmed(Channel(str(facts["channel"])), date.fromisoformat(str(facts["confirmed_on"])))
        case CheckId.RECOGNISED if "register" in facts and "edition" in facts:
            return _registered(facts)
        case CheckId.OPEN_BADGES if facts.get("kind") == "credential":
            return _("It is no badge; it keeps the rules that all such credentials have.")
        case CheckId.STATUS:
            return _status(facts)
        case CheckId.LOGGED:
            return _logged(facts)
        case _:
            return None


def _status(facts: Mapping[str, str | int]) -> str:
    if "as_of" in facts:
        return _("As of %(moment)s.", moment=_moment(datetime.fromisoformat(str(facts["as_of"]))))
    return _("The issuer publishes no list of revoked awards, so nobody can revoke it.")


def _registered(facts: Mapping[str, str | int]) -> str:
    return _(
        "Confirmed on %(day)s by %(who)s; it stands in %(register)s, edition %(edition)s.",
        day=date_in_words(date.fromisoformat(str(facts["confirmed_on"])), page_language()),
        who=facts["confirmed_by"],
        register=facts["register"],
        edition=facts["edition"],
    )


def _logged(facts: Mapping[str, str | int]) -> str:
    if "witnessed_at" in facts:
        return _(
            "Entry %(entry)s of the log. It was there by %(moment)s: the independent witness %(witness)s says so.",
            entry=f"{facts['index']:,}",
            moment=_moment(datetime.fromisoformat(str(facts["witnessed_at"]))),
            witness=facts["witnessed_by"],
        )
    # A time of ours is only our word; what the log proves is the order.
    return _(
        "Entry %(entry)s of the log, which this service signed on %(moment)s by its own clock.",
        entry=f"{facts['index']:,}",
        moment=_moment(datetime.fromisoformat(str(facts["signed_at"]))),
    )


def confirmed(channel: Channel, on: date) -> str:
    """Say how and when an operator confirmed an organisation."""
    day = date_in_words(on, page_language())
    match channel:
        case Channel.TELEPHONE:
            return _("Identity confirmed by telephone, %(day)s", day=day)
        case Channel.LETTER:
            return _("Identity confirmed by letter, %(day)s", day=day)
        case Channel.VISIT:
            return _("Identity confirmed by a visit, %(day)s", day=day)
        case Channel.OFFICIAL_REGISTER:
            return _("Identity confirmed in an official register, %(day)s", day=day)


def reference(code: str, at: datetime, verdict: Verdict, reason: Reason | None) -> str:
    """Return the ten symbols, 5-5, by which this service knows that it gave an answer about a code in a minute."""
    minute = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
    said = "\n".join(("accredit/note-of-a-check/1", code, minute, verdict.value, reason.value if reason else ""))
    number = int.from_bytes(hmac.digest(_note_key(), said.encode(), sha256))
    symbols = []
    for _place in range(10):
        number, value = divmod(number, len(ALPHABET))
        symbols.append(ALPHABET[value])
    return "".join(symbols[:5]) + "-" + "".join(symbols[5:])


def _note_key() -> bytes:
    secret = current_app.secret_key
    # A key of its own, so that nothing signed for one purpose can serve another.
    return hmac.digest(secret.encode() if isinstance(secret, str) else bytes(secret or b""), b"note-of-a-check", sha256)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Whom to ask in doubt, as our own register knows them."""

    name: str
    contact: str | None


def ask_of(view: IssuedView, standing: Standing) -> Ask:
    """Return whom to ask about a credential of ours: nobody answers for an organisation that has closed."""
    return Ask(name=view.organisation_name, contact=None if standing.closed_on else view.organisation_contact)


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """What a file of somebody else says, fit to be shown as its own words and nobody's promise."""

    award: str | None
    issuer_name: str | None
    issuer_id: str | None
    name: str | None
    is_odd_name: bool
    awarded_on: str | None
    narrative: str | None


def as_claimed(claims: Claims) -> Claimed:
    """Make claims fit to be shown."""
    return Claimed(
        award=as_text(claims.award_name or claims.achievement_name),
        issuer_name=as_text(claims.issuer_name),
        issuer_id=as_text(claims.issuer_id),
        name=as_text(claims.printed_name),
        is_odd_name=is_odd_name(claims.printed_name),
        awarded_on=_day(claims.awarded_on) if claims.awarded_on else None,
        narrative=as_text(claims.narrative),
    )


def is_odd_name(text: str | None) -> bool:
    """Say whether a name holds what no name holds: a tick, a hidden sign, text that runs the other way."""
    try:
        check_name(text or "x")
    except RuleBroken:
        return True
    return False


def _moment(moment: datetime) -> str:
    return moment_in_words(moment, page_language())


def _day(text: str) -> str:
    return date_in_words(datetime.fromisoformat(text), page_language())
