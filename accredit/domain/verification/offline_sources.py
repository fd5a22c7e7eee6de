"""What trust anchors and evidence answer to a verification, far from the service and without it.

They know less than the service does, and say so: a key that is younger than the anchors and not proved by the log
cannot be told from one that does not exist, and without evidence nobody knows whether a credential stands on record.
Whether it still holds is known from a status list only, and freshly only from one of the last 24 hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from accredit.domain.issuing.rules import Purpose, Stage, Status, suspension_list_url
from accredit.domain.organisations.queries import Recognition
from accredit.domain.transparency.rules import Act
from accredit.domain.verification import evidence as proofs
from accredit.domain.verification.evidence import Evidence
from accredit.domain.verification.sources import LogPlace, OwnRecord
from accredit.domain.verification.trust import Trust, TrustedKey
from accredit.kit.ledger.cosignature import is_surely_before
from accredit.kit.ledger.tlog_proof import VerifiedReceipt
from accredit.kit.linkeddata import LinkedDataError, strict_json
from accredit.kit.vc import data_integrity, json_web_key, status_list, timestamps
from accredit.kit.vc.errors import VcError
from accredit.kit.vc.json_web_key import JoseVerificationKey
from accredit.kit.vc.status_list import StatusBits, StatusEntry
from accredit.kit.vc.verification_key import VerificationKey

FRESH_FOR = timedelta(hours=24)
CLOCK_SKEW = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class _ReadList:
    """A status list whose signature holds."""

    bits: StatusBits
    since: datetime
    until: datetime | None

    def is_fresh(self, now: datetime) -> bool:
        """Say whether it is younger than a day, by its own signed word."""
        is_young = now - FRESH_FOR < self.since <= now + CLOCK_SKEW
        return is_young and (self.until is None or self.until > now)


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What the lists say of one credential, and when they knew it."""

    status: Status
    at: datetime | None
    is_fresh: bool
    is_replaced: bool = False


class OfflineSources:
    """`sources.Sources` over a file of trust anchors, and what came with the certificates."""

    version: str | None = None

    def __init__(
        self,
        trust: Trust,
        *,
        now: datetime,
        evidence: Sequence[Evidence] = (),
        lists: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self.trust = trust
        self.now = now
        self.evidence = tuple(evidence)
        self.lists = (*lists, *(each for found in self.evidence for each in found.lists))
        self._proved = [key for found in self.evidence for key in proofs.keys_of(found, trust)]

    def is_own(self, issuer_id: str) -> bool:
        """Say whether the id is of the service that the anchors are about."""
        return self.trust.is_own(issuer_id)

    def keys(self, issuer_id: str) -> Sequence[VerificationKey] | None:
        """Return the keys of an organisation that the anchors or the log vouch for."""
        found = self._keys(issuer_id, Purpose.ASSERTION)
        return None if found is None else [key for key in found if isinstance(key, VerificationKey)]

    def token_keys(self, issuer_id: str) -> Sequence[JoseVerificationKey] | None:
        """Return those that sign tokens."""
        return self._keys(issuer_id, Purpose.ASSERTION_JWT)

    def known_until(self) -> datetime | None:
        """What is younger than the anchors may be missing here."""
        return self.trust.made

    def recognition(self, issuer_id: str) -> Recognition | None:
        """Say how the organisation was confirmed, when the anchors were written."""
        found = self.trust.issuer(issuer_id)
        return None if found is None else found.recognition

    def record(self, credential_id: str) -> OwnRecord | None:
        """Return what the log holds of a credential, proved by its evidence."""
        for each in self.evidence:
            document = _document_of(each)
            if document is None or document.get("id") != credential_id:
                continue
            receipt = self._issued(each)
            if receipt is not None:
                return self._record(each, document, receipt)
        return None

    def was_witnessed(self, credential_id: str, *, before: datetime) -> bool:
        """Say whether a trusted witness saw the log with this credential before a moment."""
        for each in self.evidence:
            document = _document_of(each)
            receipt = None if document is None or document.get("id") != credential_id else self._issued(each)
            seen = None if receipt is None else proofs.seen_at(receipt)
            if seen is not None and is_surely_before(seen[1], before):
                return True
        return False

    def was_lost(self, at: datetime) -> bool:
        """Nothing was lost here."""
        return False

    def is_clock_behind(self, now: datetime) -> bool:
        """Nothing here tells the time."""
        return False

    def _keys(self, issuer_id: str, purpose: Purpose) -> list[JoseVerificationKey] | None:
        if not self.is_own(issuer_id):
            return None
        known = self.trust.issuer(issuer_id)
        told = [*(known.keys if known else ()), *(key for key in self._proved if key.controller == issuer_id)]
        merged: dict[str, TrustedKey] = {}
        for key in told:
            if key.purpose is purpose:
                merged[key.id] = _stricter(merged[key.id], key) if key.id in merged else key
        return [_verification_key(key) for key in merged.values()] or None

    def _issued(self, evidence: Evidence) -> VerifiedReceipt | None:
        """Prove that the log holds the issue of exactly these bytes (as `DatabaseSources` asks of our own record)."""
        record = evidence.leaf.record
        if evidence.leaf.act != Act.CREDENTIAL_ISSUED or record.get("sha256") != _digest(evidence.document):
            return None
        if evidence.token is not None and record.get("jwtSha256") != _digest(evidence.token):
            return None
        return proofs.proved(evidence.leaf, self.trust)

    def _record(self, evidence: Evidence, document: Mapping[str, Any], receipt: VerifiedReceipt) -> OwnRecord:
        issuer = document.get("issuer")
        found = document.get("proof")
        seen = proofs.seen_at(receipt)
        known = self._status(document)
        return OwnRecord(
            issuer_id=str(issuer.get("id") if isinstance(issuer, Mapping) else issuer),
            stage=Stage.RELEASED,
            proofs=tuple(found) if isinstance(found, list) else (found,),
            token=evidence.token,
            status=known.status,
            status_since=None,
            is_status_known=known.is_fresh,
            status_known_at=known.at,
            is_replaced=known.is_replaced,
            place=LogPlace(
                origin=receipt.checkpoint.origin,
                index=receipt.index,
                size=receipt.checkpoint.size,
                signed_at=timestamps.parse(evidence.leaf.statement.get("at")),
                witnessed_by=seen[0] if seen else None,
                witnessed_at=seen[1] if seen else None,
            ),
        )

    def _status(self, document: Mapping[str, Any]) -> _Known:
        """Say what the newest lists know, when they knew it, and whether that is still fresh.

        A revocation is for ever, so an old list is enough for it; that nothing happened since needs a fresh one.
        """
        try:
            entry = status_list.parse_entry(document.get("credentialStatus"))
        except VcError:
            return _Known(status=Status.ACTIVE, at=None, is_fresh=False)
        issuer = document.get("issuer")
        issuer_id = str(issuer.get("id") if isinstance(issuer, Mapping) else issuer)
        revoked = self._newest(entry, issuer_id)
        paused = replace(entry, list_url=suspension_list_url(entry.list_url), purpose="suspension")
        suspended = self._newest(paused, issuer_id)
        known_at = min((each.since for each in (revoked, suspended) if each), default=None)
        if revoked is not None and revoked.bits.is_set(entry.index):
            # Set in the list of pauses of that time as well: not taken back, but followed by a newer one (ADR 22).
            # An earlier list may still say that it was paused before it was revoked.
            beside = suspended if suspended is not None and suspended.since >= revoked.since else None
            is_replaced = beside is not None and bool(beside.bits.is_set(entry.index))
            return _Known(status=Status.REVOKED, at=known_at, is_fresh=True, is_replaced=is_replaced)
        is_fresh = all(each is not None and each.is_fresh(self.now) for each in (revoked, suspended))
        if suspended is not None and suspended.is_fresh(self.now) and suspended.bits.is_set(entry.index):
            return _Known(status=Status.SUSPENDED, at=known_at, is_fresh=True)
        return _Known(status=Status.ACTIVE, at=known_at, is_fresh=is_fresh)

    def _newest(self, entry: StatusEntry, issuer_id: str) -> _ReadList | None:
        found = [self._read_list(each, entry, issuer_id) for each in self.lists if each.get("id") == entry.list_url]
        return max((each for each in found if each is not None), key=lambda each: each.since, default=None)

    def _read_list(self, document: Mapping[str, Any], entry: StatusEntry, issuer_id: str) -> _ReadList | None:
        keys = {key.id: key for key in self._keys(issuer_id, Purpose.STATUS) or [] if isinstance(key, VerificationKey)}
        if document.get("issuer") != issuer_id:
            return None
        try:
            data_integrity.verify(document, resolve=keys.get, now=self.now, expected_controller=issuer_id)
            bits = status_list.read_list(document, entry)
            bits.value(entry.index)
            until = document.get("validUntil")
            return _ReadList(
                bits=bits,
                since=timestamps.parse(document.get("validFrom")),
                until=None if until is None else timestamps.parse(until),
            )
        except (VcError, LinkedDataError):
            return None


def _document_of(evidence: Evidence) -> dict[str, Any] | None:
    try:
        return strict_json.loads_object(evidence.document)
    except LinkedDataError:
        return None


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _stricter(one: TrustedKey, other: TrustedKey) -> TrustedKey:
    """Join what two places say of a key, believing the less of the two; another key under its name ends both."""
    ends = [at for at in (one.retired, other.retired) if at is not None]
    stolen = [at for at in (one.compromised, other.compromised) if at is not None]
    if one.public_key != other.public_key:
        stolen.append(min(one.created, other.created))
    return replace(one, retired=min(ends, default=None), compromised=min(stolen, default=None))


def _verification_key(key: TrustedKey) -> JoseVerificationKey:
    return json_web_key.verification_method(
        key.public_key,
        id=key.id,
        controller=key.controller,
        valid_from=key.created,
        retired=key.retired,
        revoked=key.compromised,
    )
