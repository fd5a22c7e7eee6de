"""What travels with a certificate so that it can be checked when nobody can be asked: the *evidence*.

It holds the signed credential to the letter, what opens its leaf of the public log, the leaves of its issuer's keys,
the status lists as they were then, and for people who read it the issuer's Profile and DID document. None of it is
believed because it is there: a leaf counts only where it opens, and stands under a checkpoint of a log that the reader
trusts already (`trust`); a status list only where a key that was proved so signed it.

Not here: making it (`handing_out`), and what follows from it (`offline_sources`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from accredit.domain.issuing.rules import Purpose
from accredit.domain.transparency.rules import Act
from accredit.domain.verification.trust import Trust, TrustedKey, public_key_of
from accredit.errors import AccreditError
from accredit.kit.ledger import commitment
from accredit.kit.ledger.errors import LedgerError
from accredit.kit.ledger.merkle import leaf_hash
from accredit.kit.ledger.tlog_proof import TlogProof, VerifiedReceipt, verify_receipt
from accredit.kit.linkeddata import LinkedDataError, strict_json
from accredit.kit.vc import timestamps
from accredit.kit.vc.errors import VcError

FORMAT = "accredit-evidence/1"
LISTS_FORMAT = "accredit-status/1"
# No ending that readers of badges take for a credential: there is one of those in the file.
FILE_NAME = "credential.evidence"
MAX_BYTES = 2_000_000
MAX_LEAVES = 200
MAX_LISTS = 20


class EvidenceRefused(AccreditError):
    """Evidence that cannot be read; ``detail`` says why."""


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One act of the log with what opens it; nothing of it is proved yet."""

    statement: Mapping[str, Any]
    salt: bytes
    receipt: str

    def to_json(self) -> dict[str, Any]:
        """Write it."""
        return {"statement": dict(self.statement), "salt": self.salt.hex(), "receipt": self.receipt}

    @property
    def act(self) -> str:
        """What was done, as a word of the log."""
        return str(self.statement.get("act"))

    @property
    def record(self) -> Mapping[str, Any]:
        """What the act is about."""
        found = self.statement.get("record")
        return found if isinstance(found, Mapping) else {}


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The evidence of one credential, as read. ``lists`` are signed status lists, proved by nothing yet."""

    made: datetime
    document: str
    token: str | None
    leaf: Leaf
    keys: tuple[Leaf, ...]
    lists: tuple[Mapping[str, Any], ...]
    profile: Mapping[str, Any]
    did: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Write the file."""
        return {
            "format": FORMAT,
            "made": timestamps.write(self.made),
            "credential": {
                "document": self.document,
                **({} if self.token is None else {"token": self.token}),
                "leaf": self.leaf.to_json(),
            },
            "keys": [each.to_json() for each in self.keys],
            "lists": [dict(each) for each in self.lists],
            "issuer": {"profile": dict(self.profile), "did": dict(self.did)},
        }


def write(evidence: Evidence) -> bytes:
    """Write a file that `read` reads; the same evidence always gives the same bytes."""
    return json.dumps(evidence.to_json(), ensure_ascii=False, separators=(",", ":")).encode()


def write_lists(lists: Sequence[Mapping[str, Any]]) -> bytes:
    """Write status lists that belong together as one file."""
    told = {"format": LISTS_FORMAT, "lists": [dict(each) for each in lists]}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def read(data: bytes) -> Evidence:
    """Read evidence, proving nothing. Raises `EvidenceRefused`."""
    try:
        told = strict_json.loads_object(data, max_bytes=MAX_BYTES)
        if told.get("format") != FORMAT:
            raise EvidenceRefused("evidence-format", f"This is no evidence of a certificate ({FORMAT}).")
        return _evidence(told)
    except (LinkedDataError, VcError, KeyError, TypeError, ValueError, AttributeError) as error:
        detail = f"The evidence cannot be read ({type(error).__name__})."
        raise EvidenceRefused("evidence-malformed", detail) from error


def read_lists(data: bytes) -> tuple[Mapping[str, Any], ...]:
    """Read a file of status lists, or one status list by itself; nothing is verified. Raises `EvidenceRefused`."""
    try:
        told = strict_json.loads_object(data, max_bytes=MAX_BYTES)
    except LinkedDataError as error:
        raise EvidenceRefused("lists-malformed", f"The status list cannot be read ({error.code}).") from error
    if told.get("format") != LISTS_FORMAT:
        return (told,)
    lists = told.get("lists")
    if not isinstance(lists, list) or len(lists) > MAX_LISTS or not all(isinstance(each, dict) for each in lists):
        raise EvidenceRefused("lists-malformed", "This file of status lists is not whole.")
    return tuple(lists)


def _evidence(told: Mapping[str, Any]) -> Evidence:
    credential, issuer = told["credential"], told["issuer"]
    keys, lists = told["keys"], told["lists"]
    if not isinstance(keys, list) or not isinstance(lists, list) or len(keys) > MAX_LEAVES or len(lists) > MAX_LISTS:
        raise ValueError("more than a certificate can need")
    document, token = credential["document"], credential.get("token")
    if not isinstance(document, str) or not (token is None or isinstance(token, str)):
        raise TypeError("the credential is a text")
    if not all(isinstance(each, dict) for each in (*lists, issuer["profile"], issuer["did"])):
        raise TypeError("a list and a document are objects")
    return Evidence(
        made=timestamps.parse(told["made"]),
        document=document,
        token=token,
        leaf=_leaf(credential["leaf"]),
        keys=tuple(map(_leaf, keys)),
        lists=tuple(lists),
        profile=issuer["profile"],
        did=issuer["did"],
    )


def _leaf(told: Mapping[str, Any]) -> Leaf:
    statement, receipt = told["statement"], told["receipt"]
    if not isinstance(statement, dict) or not isinstance(receipt, str):
        raise TypeError("a leaf is a statement, a salt and a receipt")
    return Leaf(statement=statement, salt=bytes.fromhex(told["salt"]), receipt=receipt)


def proved(leaf: Leaf, trust: Trust) -> VerifiedReceipt | None:
    """Prove that a leaf opens, and stands in a log that is trusted; None where it does not.

    The witnesses that are trusted are told with the times at which they saw it.
    """
    try:
        entry = commitment.commit(leaf.statement, leaf.salt)
        receipt = TlogProof.parse(leaf.receipt)
    except LedgerError:
        return None
    for log in trust.logs:
        try:
            return verify_receipt(
                receipt, leaf_hash(entry), log_key=log, expected_origin=log.name, witnesses=trust.witnesses
            )
        except LedgerError:
            continue
    return None


def keys_of(evidence: Evidence, trust: Trust) -> tuple[TrustedKey, ...]:
    """Return the keys whose publication the trusted log holds, each with what else the log says of it."""
    known = [leaf for leaf in evidence.keys if proved(leaf, trust) is not None]
    found = []
    for leaf in known:
        if leaf.act != Act.KEY_PUBLISHED:
            continue
        try:
            found.append(_key(leaf, known))
        except (VcError, KeyError, TypeError, ValueError, AttributeError):
            # A kind of key that this reader is too old for: as if it were not there.
            continue
    return tuple(found)


def _key(leaf: Leaf, known: Sequence[Leaf]) -> TrustedKey:
    name = leaf.record["key"]
    told = [each for each in known if each.record.get("key") == name]
    retired = [timestamps.parse(each.statement["at"]) for each in told if each.act == Act.KEY_RETIRED]
    # Told again with an earlier moment it is the earliest that counts: the less is believed, the better.
    stolen = [timestamps.parse(each.record["since"]) for each in told if each.act == Act.KEY_COMPROMISED]
    return TrustedKey(
        id=name,
        purpose=Purpose(leaf.record["purpose"]),
        public_key=public_key_of(leaf.record),
        created=timestamps.parse(leaf.statement["at"]),
        retired=min(retired, default=None),
        compromised=min(stolen, default=None),
    )


def seen_at(receipt: VerifiedReceipt) -> tuple[str, datetime] | None:
    """Name the witness that saw it first, and when; None where no trusted one did."""
    if not receipt.seen:
        return None
    name, time = min(receipt.seen.items(), key=lambda each: each[1])
    return name, datetime.fromtimestamp(time, UTC)
