"""A badge of an issuer that this verifier knows and recognises, so that only an attack keeps it from being genuine."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import pytest

from accredit.domain.organisations.queries import Recognition
from accredit.domain.organisations.rules import Channel
from accredit.domain.verification import operations
from accredit.domain.verification.report import VerificationReport
from accredit.domain.verification.rules import Reason, Verdict
from accredit.domain.verification.sources import NoSources
from accredit.kit.vc import eddsa_rdfc_2022
from accredit.kit.vc.verification_key import VerificationKey
from tests.unit.kit.vc import vc_examples as examples
from tests.unit.kit.vc.vc_examples import CREATED, ISSUER, NOW

Document = dict[str, Any]
Change = Callable[[Document], object]
KEY = examples.key(1)
GENUINE, NG, UR = Verdict.GENUINE, Verdict.NOT_GENUINE, Verdict.UNREADABLE
CC, IO, NC = Verdict.CANNOT_CONFIRM, Verdict.INTEGRITY_ONLY, Verdict.NOT_CURRENT


class Known(NoSources):
    """Knows the keys of one issuer, whom an operator has confirmed."""

    def __init__(self, *keys: VerificationKey) -> None:
        self._keys = keys or (KEY,)

    def keys(self, issuer_id: str) -> Sequence[VerificationKey] | None:
        """Return the issuer's keys; of anybody else none can be had."""
        return self._keys if issuer_id == ISSUER else None

    def recognition(self, issuer_id: str) -> Recognition | None:
        """The one issuer is recognised."""
        return Recognition(channel=Channel.TELEPHONE, confirmed_on=date(2026, 3, 2)) if issuer_id == ISSUER else None


def signed(document: Document | None = None, *, suite: Any = eddsa_rdfc_2022, key: VerificationKey = KEY, seed: int = 1,
           **options: Any) -> Document:  # fmt: skip
    """Sign the badge, or another document, as its issuer would."""
    found: Document = suite.add_proof(
        document or examples.badge(),
        sign=examples.private(seed).sign,
        verification_method=key.id,
        created=options.pop("created", CREATED),
        **options,
    )
    return found


def altered(*changes: Change, document: Document | None = None) -> Document:
    """Change a signed badge."""
    found = copy.deepcopy(document or signed())
    for change in changes:
        change(found)
    return found


def put(**members: Any) -> Change:
    """Put members at the top; None takes one away."""
    return lambda document: _put(document, members)


def in_proof(**members: Any) -> Change:
    """Put members into the proof."""
    return lambda document: _put(document["proof"][0], members)


def in_subject(**members: Any) -> Change:
    """Put members into the subject."""
    return lambda document: _put(document["credentialSubject"], members)


def in_achievement(**members: Any) -> Change:
    """Put members into the achievement."""
    return lambda document: _put(document["credentialSubject"]["achievement"], members)


def _put(node: Document, members: Document) -> None:
    for name, value in members.items():
        if value is None:
            node.pop(name, None)
        else:
            node[name] = value


def verified(data: Document | bytes | str, *keys: VerificationKey, now: datetime = NOW) -> VerificationReport:
    """Verify JSON, or a document as JSON."""
    if isinstance(data, dict):
        data = json.dumps(data)
    raw = data.encode() if isinstance(data, str) else data
    return operations.verify(raw, now=now, sources=Known(*keys))


def answer(report: VerificationReport) -> tuple[Verdict, Reason | None]:
    """What is said, and why."""
    return report.verdict, report.reason


def attack(identifier: str, title: str, *values: Any) -> Any:
    """One row of a table of attacks."""
    return pytest.param(*values, id=f"{identifier} {title}", marks=pytest.mark.attack(identifier))
