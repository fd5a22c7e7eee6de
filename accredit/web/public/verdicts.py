"""From a report of the engine to what the verdict page shows.

The words are the engine's own (`domain.verification.words`), so that page, API and command line say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from flask_babel import gettext

from accredit.domain.organisations.rules import Channel
from accredit.domain.verification import words
from accredit.domain.verification.report import VerificationReport
from accredit.domain.verification.rules import Check, CheckId, Outcome, Reason, Verdict
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


@dataclass(frozen=True, kw_only=True)
class VerdictShown:
    """The head of the page, the checks, and what to do next. ``look`` is the component's kind."""

    look: str
    word: str
    text: str
    detail: str
    next_step: str
    checks: tuple[CheckShown, ...]
    is_genuine: bool
    caution: str | None
    """Said where nobody confirmed the issuer."""


def shown(report: VerificationReport) -> VerdictShown:
    """Put a report into words."""
    return VerdictShown(
        look=LOOKS[report.colour],
        word=_word(report),
        text=_text(report),
        detail=_("Checked just now, %(moment)s.", moment=_moment(report.checked_at)),
        next_step=_(report.next_step),
        checks=tuple(_check(check) for check in report.checks if check.id is not CheckId.HOLDER),
        is_genuine=report.verdict is Verdict.GENUINE,
        caution=_(words.UNCONFIRMED) if report.is_of_a_stranger else None,
    )


def _word(report: VerificationReport) -> str:
    if report.reason is Reason.SUSPENDED:
        return _("On hold for now")
    if report.reason is Reason.REPLACED:
        return _("There is a newer one")
    if report.reason is Reason.REVOKED:
        return _("No longer valid")
    return _(words.HEADINGS[report.verdict])


def _text(report: VerificationReport) -> str:
    if report.reason is None:
        return _(words.GENUINE_LINE)
    said = _(words.REASONS[report.reason])
    since = next((check.facts["since"] for check in report.checks if "since" in check.facts), None)
    return said if since is None else f"{said} {_('Since %(day)s.', day=_day(str(since)))}"


def _check(check: Check) -> CheckShown:
    detail = _(words.REASONS[check.reason]) if check.reason else _fact(check.id, check.facts)
    outcome = {Outcome.COULD_NOT_TELL: "could-not-tell"}.get(check.outcome, check.outcome.value)
    return CheckShown(outcome=outcome, text=_(words.CHECKS[check.id]), detail=detail)


def _fact(check: CheckId, facts: Mapping[str, str | int]) -> str | None:
    match check:
        case CheckId.RECOGNISED if "channel" in facts:
            return confirmed(Channel(str(facts["channel"])), date.fromisoformat(str(facts["confirmed_on"])))
        case CheckId.STATUS if "as_of" in facts:
            return _("As of %(moment)s.", moment=_moment(datetime.fromisoformat(str(facts["as_of"]))))
        case CheckId.STATUS:
            return _("The issuer publishes no list of revoked awards, so nobody can revoke it.")
        case CheckId.LOGGED if "witnessed_at" in facts:
            return _(
                "Entry %(entry)s of the log. It was there by %(moment)s: the independent witness %(witness)s says so.",
                entry=f"{facts['index']:,}",
                moment=_moment(datetime.fromisoformat(str(facts["witnessed_at"]))),
                witness=facts["witnessed_by"],
            )
        case CheckId.LOGGED:
            moment = _moment(datetime.fromisoformat(str(facts["signed_at"])))
            # A time of ours is only our word; what the log proves is the order.
            return _(
                "Entry %(entry)s, under a checkpoint signed %(moment)s (time stated by this service).",
                entry=f"{facts['index']:,}",
                moment=moment,
            )
        case _:
            return None


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


def own_code(address: str, hosts: frozenset[str]) -> str | None:
    """Return the typed code in a verification address of this service (``/v/…`` in any case), or None."""
    try:
        parts = urlsplit(address)
    except ValueError:
        # A bracket without its partner is enough: whatever it is, it is no address of ours.
        return None
    steps = [step for step in parts.path.split("/") if step]
    if parts.netloc.lower() not in hosts or len(steps) != 2 or steps[0].lower() != "v":
        return None
    return steps[1]


def _moment(moment: datetime) -> str:
    return moment_in_words(moment, page_language())


def _day(text: str) -> str:
    return date_in_words(datetime.fromisoformat(text), page_language())
