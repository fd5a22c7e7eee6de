"""The register of issuers elsewhere as this service keeps it: every edition accepted, the latest in force.

1. read the edition under the keys that are pinned now
2. compare it with the last one accepted, in the same transaction; the same one again changes nothing
3. keep it, with an event of the audit trail. After a crash: all or nothing

Every process reads it from the database, so all of them see one edition, and an older one never comes back with a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from hashlib import sha256

from sqlmodel import col, select

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import SERVICE, Actor, Tag
from accredit.domain.organisations import queries as organisations
from accredit.domain.verification import registry as registers
from accredit.domain.verification.models import RegisterEdition
from accredit.domain.verification.outside import KnownName, Outside
from accredit.domain.verification.registry import NO_REGISTRY, Registry
from accredit.errors import NotReady, RuleBroken
from accredit.fetching.fetcher import Errand
from accredit.kit.ledger.errors import LedgerError
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.storage import Session


def pinned(texts: Iterable[str]) -> tuple[Ed25519Key, ...]:
    """Read the keys that an operator pinned. Raises `NotReady` (``registry-key``)."""
    try:
        return tuple(Ed25519Key.parse(text) for text in texts)
    except LedgerError as error:
        detail = f"A key in ACCREDIT_REGISTRY_KEYS cannot be read: {error.message}."
        raise NotReady("registry-key", detail) from error


def accept(db: Session, note: bytes, *, keys: Sequence[Ed25519Key], now: datetime, actor: Actor = SERVICE) -> Registry:
    """Take an edition into force; the one that is in force already is left as it is.

    Raises `RuleBroken` as `registry.read` and `registry.check_next` do; then the last one stays in force.
    """
    found = registers.read(note, keys)
    last = _latest(db)
    before = NO_REGISTRY if last is None else registers.parse(_text(last.note))
    if found.text == before.text:
        return found
    registers.check_next(found, last=before, now=now)
    row = RegisterEdition(
        name=found.name, version=found.version, note=note, digest=sha256(note).hexdigest(), accepted_at=now
    )
    db.add(row)
    db.flush()
    audit.record(
        db, tag=Tag.REGISTER_ACCEPTED, actor=actor, now=now, subject=row.id, version=found.version, sha256=row.digest
    )
    return found


def in_force(db: Session, keys: Sequence[Ed25519Key]) -> Registry:
    """Return the latest edition, whether it has run out or not; none where no key that signed it is pinned now."""
    row = _latest(db)
    return NO_REGISTRY if row is None else _read(row.note, tuple(keys))


class DatabaseOutside(Outside):
    """What is outside, as this service knows it: look-ups if there is an errand, its register, names that are taken."""

    def __init__(self, db: Session, *, keys: Sequence[Ed25519Key], errand: Errand | None) -> None:
        super().__init__(errand)
        self._db = db
        self._keys = keys

    @cached_property
    def _in_force(self) -> Registry:
        return in_force(self._db, self._keys)

    @property
    def registry(self) -> Registry:
        """The edition in force."""
        return self._in_force

    @cached_property
    def _names(self) -> tuple[KnownName, ...]:
        own = [each for each in organisations.organisations(self._db) if each.recognition is not None]
        return (
            *(KnownName(name=each.name, issuer_id=each.did) for each in own),
            *(KnownName(name=each.name, issuer_id=each.issuer_id) for each in self._in_force.issuers.values()),
        )

    @property
    def known_names(self) -> Sequence[KnownName]:
        """Organisations that an operator confirmed, here or in the register."""
        return self._names


def _latest(db: Session) -> RegisterEdition | None:
    return db.exec(select(RegisterEdition).order_by(col(RegisterEdition.version).desc()).limit(1)).first()


@lru_cache(maxsize=4)
def _read(note: bytes, keys: tuple[Ed25519Key, ...]) -> Registry:
    try:
        return registers.read(note, keys)
    except RuleBroken:
        # Its key is no longer pinned: whoever took it away meant that nothing of it counts any more.
        return NO_REGISTRY


def _text(note: bytes) -> str:
    # It was read when it was accepted, so it can be taken apart.
    return note.decode().rpartition("\n\n")[0] + "\n"
