"""Who an organisation is, and what its people may do.

- A URN has six digits, a UKPRN eight starting with 1, a charity number six or seven (Scotland: SC and six digits;
  Northern Ireland: NIC and six digits).
- An organisation is recognised only after an operator has confirmed it by an outside channel.
- The name and numbers of a recognised organisation change only through an operator: a good name cannot be borrowed.
- A signature is used for the name it was confirmed for, and for no other.
- A slug has 3 to 60 small letters, digits and single hyphens, stands in the DID, and is never reused.
- Nobody acts for an organisation that is suspended (`suspending`).
- A role gives permissions; nothing else does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from accredit.errors import RuleBroken


class Nation(StrEnum):
    """Where the organisation works; it changes words, not rules."""

    ENGLAND = "england"
    WALES = "wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"


class Kind(StrEnum):
    """What sort of organisation it is."""

    SCHOOL = "school"
    COLLEGE = "college"
    COMMUNITY = "community"


class Channel(StrEnum):
    """How an operator confirmed an organisation."""

    TELEPHONE = "telephone"
    LETTER = "letter"
    VISIT = "visit"
    OFFICIAL_REGISTER = "official-register"


class PicturePlace(StrEnum):
    """Where a picture of the school's own stands on its paper."""

    LOGO = "logo"
    PARTNER = "partner"
    """A second logo: a charity or another school that the programme is run with."""
    SIGNATURE = "signature"
    """Of who signs by hand what is printed."""


class SuspensionReason(StrEnum):
    """Why an organisation is suspended."""

    ASKED_FOR = "asked-for"
    """The organisation asked for it, for example after a break-in."""
    NOT_SAFE = "not-safe"
    """What is done in its name is not safe for young people, or not true."""
    NOT_THEM = "not-them"
    """Those who use the account may not be the organisation."""


class Role(StrEnum):
    """What a member of staff is."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "co-ordinator"
    SUPERVISOR = "supervisor"


class Permission(StrEnum):
    """What a view may ask for."""

    MANAGE_ORGANISATION = "manage-organisation"
    MANAGE_STAFF = "manage-staff"
    MANAGE_PEOPLE = "manage-people"
    MANAGE_PROGRAMMES = "manage-programmes"
    RECORD_TRAINING = "record-training"
    RECORD_PRACTICE = "record-practice"
    APPROVE_HOURS = "approve-hours"
    OBSERVE_SKILLS = "observe-skills"
    SEE_PROGRESS = "see-progress"
    AWARD = "award"
    SUSPEND = "suspend"
    REVOKE = "revoke"
    HIDE = "hide"
    SEE_AUDIT = "see-audit"


_GIVES: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.MANAGE_ORGANISATION,
            Permission.MANAGE_STAFF,
            Permission.SEE_AUDIT,
            Permission.SEE_PROGRESS,
            Permission.SUSPEND,
            # Whoever leads on safeguarding must not have to wait for a co-ordinator.
            Permission.HIDE,
        }
    ),
    Role.COORDINATOR: frozenset(Permission) - {Permission.MANAGE_ORGANISATION},
    Role.SUPERVISOR: frozenset(
        {
            Permission.RECORD_PRACTICE,
            Permission.APPROVE_HOURS,
            Permission.OBSERVE_SKILLS,
            Permission.RECORD_TRAINING,
            Permission.SEE_PROGRESS,
        }
    ),
}


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return everything that ``roles`` give together."""
    return frozenset().union(*(_GIVES[role] for role in roles))


def may(roles: Iterable[Role], permission: Permission) -> bool:
    """Say whether any of ``roles`` gives ``permission``."""
    return permission in permissions_of(roles)


@dataclass(frozen=True, kw_only=True)
class Details:
    """What an organisation says of itself."""

    name: str
    town: str | None = None
    urn: str | None = None
    charity_number: str | None = None
    ukprn: str | None = None
    contact: str | None = None
    talk_to: str | None = None
    own_line: str | None = None
    head_name: str | None = None
    head_title: str | None = None
    head_since: date | None = None


def check_urn(text: str) -> str:
    """Return a URN of six digits. Raises `RuleBroken` ``urn``."""
    return _matching("urn", r"[0-9]{6}", text)


def check_ukprn(text: str) -> str:
    """Return a UKPRN of eight digits that starts with 1. Raises `RuleBroken` ``ukprn``."""
    return _matching("ukprn", r"1[0-9]{7}", text)


def check_charity_number(text: str) -> str:
    """Return a charity number of one of the three registers. Raises `RuleBroken` ``charity-number``."""
    return _matching("charity-number", r"[0-9]{6,7}|SC[0-9]{6}|NIC[0-9]{6}", text)


def _matching(rule: str, shape: str, text: str) -> str:
    number = re.sub(r"\s+", "", text).upper()
    if not re.fullmatch(shape, number):
        raise RuleBroken(rule)
    return number


def check_details(details: Details) -> Details:
    """Return the details tidied: empty texts become None, numbers are checked.

    Raises `RuleBroken`: ``organisation-name``, ``urn``, ``ukprn``, ``charity-number``.
    """
    name = " ".join(unicodedata.normalize("NFC", details.name).split())
    if not name or len(name) > 200 or not name.isprintable():
        raise RuleBroken("organisation-name")
    return Details(
        name=name,
        town=_text(details.town),
        urn=check_urn(urn) if (urn := _text(details.urn)) else None,
        charity_number=check_charity_number(charity) if (charity := _text(details.charity_number)) else None,
        ukprn=check_ukprn(ukprn) if (ukprn := _text(details.ukprn)) else None,
        contact=_text(details.contact),
        talk_to=_text(details.talk_to),
        own_line=_text(details.own_line),
        head_name=_text(details.head_name),
        head_title=_text(details.head_title),
        head_since=details.head_since,
    )


def _text(text: str | None) -> str | None:
    return (unicodedata.normalize("NFC", text).strip() or None) if text else None


def check_change(before: Details, after: Details, *, is_recognised: bool, by_operator: bool) -> None:
    """Refuse that a recognised organisation takes another name or number by itself (``confirmed-details``)."""
    told = [(d.name, d.urn, d.charity_number, d.ukprn) for d in (before, after)]
    if is_recognised and not by_operator and told[0] != told[1]:
        raise RuleBroken("confirmed-details")


def check_slug(text: str) -> str:
    """Return a slug. Raises `RuleBroken` ``slug``."""
    if not (3 <= len(text) <= 60 and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text)):
        raise RuleBroken("slug")
    return text


def slug_from(name: str) -> str:
    """Return a slug made from a name: marks and apostrophes dropped, everything else a hyphen."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(symbol for symbol in letters if not unicodedata.combining(symbol) and symbol not in "'’")
    slug = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:50].strip("-")
    return slug if len(slug) >= 3 else f"organisation-{slug}".strip("-")


def did_for(*, host: str, slug: str) -> str:
    """Return the issuer's DID; the colon before a port is percent-encoded (did:web, "Method-specific identifier")."""
    return f"did:web:{host.lower().replace(':', '%3A')}:o:{slug}"
