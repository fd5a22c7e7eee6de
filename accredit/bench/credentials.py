"""Credentials to measure on: what the service really builds, for people who do not exist.

`of_one_achievement` are those of one cohort: the same achievement, other names, hours, dates and ids. `of_many` differ
in their shape too, so that nothing learnt from one helps with the next. Both are of about 17 kB in canonical form, as
were those that others have been measured with; `of_full_size` are those of a whole programme.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from accredit.domain.credentials.document import (
    CredentialFacts,
    IssuerFacts,
    achievement_document,
    credential_document,
    frameworks_of,
)
from accredit.domain.credentials.rules import LedgerSpan, ModuleDone, SkillShown, Totals
from accredit.domain.programmes.rules import Definition, Level
from accredit.domain.programmes.templates import TEMPLATES
from accredit.kit.vc import multikey
from accredit.kit.vc.verification_key import VerificationKey

ISSUER: Final = IssuerFacts(
    did="did:web:accredit.example:o:northfield",
    name="Northfield School",
    url="https://accredit.example/o/northfield",
)
ISSUED: Final = datetime(2026, 7, 10, 14, 30, tzinfo=UTC)
NOW: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
COUNT: Final = 64

# A key that anybody can make, for measuring only; what it signs names a host that cannot exist.
_SECRET: Final = Ed25519PrivateKey.from_private_bytes(b"accredit: a key to measure with.")
_NAMES: Final = ("Ama Sample", "Siân O'Brien-Llŷr", "Zoë Example", "Bartholomew Featherstonehaugh-Example", "李 Sample")


@cache
def key() -> VerificationKey:
    """Return the key that the measured credentials are signed with, as its issuer publishes it."""
    raw = _SECRET.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    public_key = multikey.from_raw(multikey.KeyKind.ED25519, raw)
    return VerificationKey(id=f"{ISSUER.did}#{public_key.multibase}", controller=ISSUER.did, public_key=public_key)


def sign(message: bytes) -> bytes:
    """Sign with that key."""
    return _SECRET.sign(message)


@cache
def of_one_achievement(count: int = COUNT) -> tuple[dict[str, Any], ...]:
    """Build the credentials of a cohort, about 5 kB each as JSON and 17 kB in canonical form."""
    return _cohort(*_shortened(*_programme(0), modules=2, skills=1), count)


@cache
def of_full_size(count: int = COUNT) -> tuple[dict[str, Any], ...]:
    """Build the credentials of a cohort of a whole programme, about 11 kB each as JSON."""
    return _cohort(*_programme(0), count)


@cache
def of_many(count: int = COUNT) -> tuple[dict[str, Any], ...]:
    """Build credentials of as many achievements, with other numbers of modules, skills and pieces of evidence."""
    documents = []
    for number in range(count):
        definition, level = _shortened(*_programme(number), modules=1 + number % 4, skills=number % 3)
        facts = _facts(definition, level, _achievement(definition, level, number), number)
        documents.append(_read(credential_document(replace(facts, ledger=facts.ledger if number % 2 else None))))
    return tuple(documents)


def _cohort(definition: Definition, level: Level, count: int) -> tuple[dict[str, Any], ...]:
    achievement = _achievement(definition, level, 0)
    return tuple(_read(credential_document(_facts(definition, level, achievement, number))) for number in range(count))


def _read(document: dict[str, Any]) -> dict[str, Any]:
    """Copy a document as one that was read from its bytes: it shares nothing with any other."""
    copied: dict[str, Any] = json.loads(json.dumps(document))
    return copied


def _programme(number: int) -> tuple[Definition, Level]:
    definitions = sorted(TEMPLATES)
    definition = TEMPLATES[definitions[number % len(definitions)]]
    return definition, definition.levels[1 + number % (len(definition.levels) - 1)]


def _shortened(definition: Definition, level: Level, *, modules: int, skills: int) -> tuple[Definition, Level]:
    codes = level.module_codes[:modules]
    kept = tuple(module for module in definition.modules if module.code in codes)
    shorter = replace(definition, modules=kept, skills=definition.skills[:skills])
    return shorter, replace(level, module_codes=codes)


def _achievement(definition: Definition, level: Level, number: int) -> dict[str, Any]:
    url = f"https://accredit.example/achievements/{_uuid(9, number)}"
    return achievement_document(url=url, issuer=ISSUER, definition=definition, level=level, demonstration=False)


def _facts(definition: Definition, level: Level, achievement: dict[str, Any], number: int) -> CredentialFacts:
    first = date(2025, 9, 8) + timedelta(days=number % 11)
    modules = [module for module in definition.modules if module.code in level.module_codes]
    return CredentialFacts(
        credential_id=_uuid(1, number),
        subject_id=_uuid(2, number),
        issuer=ISSUER,
        achievement=achievement,
        award_title=level.title,
        programme_name=definition.name,
        printed_name=_NAMES[number % len(_NAMES)],
        totals=Totals(
            modules=len(modules),
            training_minutes=sum(module.minutes for module in modules),
            minutes=level.minutes + 15 * (number % 37),
            meetings=level.supervision_meetings + number % 3,
            entries=12 + number % 9,
            adults=1 + number % 3,
            first_on=first + timedelta(days=30),
            last_on=date(2026, 6, 1) + timedelta(days=number % 20),
        ),
        modules=tuple(
            ModuleDone(code=module.code, title=module.title, on=first + timedelta(days=7 * week))
            for week, module in enumerate(modules)
        ),
        skills=tuple(
            SkillShown(code=skill.code, title=skill.title, evidence=("observed",), frameworks=frameworks_of(skill))
            for skill in definition.skills
        ),
        awarded_on=ISSUED.date(),
        issued_at=ISSUED + timedelta(seconds=number),
        status_list_url="https://accredit.example/status/Yk3mZq7TtVw1aB2c",
        status_index=(number * 7_919 + 94_567) % 131_072,
        ledger=LedgerSpan(origin="accredit.example/ledger", first=100 + number, last=900 + number, count=15),
        tariff_line=False,
        demonstration=False,
    )


def _uuid(kind: int, number: int) -> UUID:
    return UUID(int=(kind << 120) | (0x4000_8000 << 48) | number)
