"""The states of an issuance and of its status, and what may be signed.

- intent → recorded → released, or intent → void; nothing goes back.
- The document is frozen when prepared: signing again gives the same bytes.
- active ⇄ suspended → revoked, active → revoked; revocation is never lifted.
- A status index is random in its list and is never used twice.
- Only what was reserved is signed: by the issuer's own key in use, under the reserved id and status entry, once.
- While issuing is stopped, nothing is recorded or released (``issuing-stopped``); it waits.
- A status changes only for what was issued, and with a reason, which stays with the school.
- A key that is marked as stolen signs nothing more, and what it signed is not recorded any more; none is made in its
  place by itself. The private half of a key goes only when it signs no more and nothing it signed is in force.
- What was issued may be replaced, once, while it is not revoked: another round is issued, and when that one is released
  the earlier one ends in the same transaction, so that there is never none and never two. Revoking it gives up a
  replacement that has not come; one that is signed already is waited for (``being-replaced``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from accredit.errors import RuleBroken
from accredit.kit.vc import did_web
from accredit.kit.vc.json_web_key import JoseKey
from accredit.kit.vc.multikey import PublicKey

LIST_LENGTH = 131_072
"""Bits of a status list: the fewest Bitstring Status List 1.0 §2.2 allows, 16 KiB."""
FULL_ENOUGH = LIST_LENGTH // 2
"""A new list is begun here, so that a random free index is found at once and tells nobody how many came before."""
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class Purpose(StrEnum):
    """What a key is for; one key never serves two purposes."""

    ASSERTION = "assertion"
    ASSERTION_JWT = "assertion-jwt"
    """The second form of each credential, a token, is signed with a key of its own."""
    OFFLINE = "offline"
    """Signs statements for QR codes, which are read where nobody answers. It stands under no relationship of the
    issuer's document, so that no reader of credentials takes one by it."""
    STATUS = "status"
    CHECKPOINT = "checkpoint"


class Stage(StrEnum):
    """How far an issuance has come."""

    INTENT = "intent"
    RECORDED = "recorded"
    RELEASED = "released"
    VOID = "void"


class Status(StrEnum):
    """Whether an issued credential holds."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class StopReason(StrEnum):
    """Why issuing stands still."""

    INCIDENT = "incident"
    """Something was issued, or might be, that should not."""
    KEY_SUSPECTED = "key-suspected"
    MAINTENANCE = "maintenance"


class StatusAct(StrEnum):
    """What the issuer did to a status."""

    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REVOKE = "revoke"


class ReplaceReason(StrEnum):
    """Why another credential takes the place of one."""

    NAME_CHANGED = "name-changed"
    RECORD_CORRECTED = "record-corrected"
    KEY_COMPROMISED = "key-compromised"


@dataclass(frozen=True, kw_only=True)
class Reservation:
    """What is set aside for one credential before its document is built."""

    credential_id: UUID
    issuer: str
    """The DID of the organisation that signs."""
    status_list_url: str
    status_index: int

    @property
    def credential_urn(self) -> str:
        """The credential's id."""
        return f"urn:uuid:{self.credential_id}"


@dataclass(frozen=True, kw_only=True)
class RehearsalKey:
    """The public half of the throw-away key of a rehearsal, as the verifier is to resolve it."""

    controller: str
    verification_method: str
    public_key: JoseKey


Lint = Callable[[bytes, RehearsalKey], None]
"""Runs the public verifier over a rehearsed credential. Raises `RuleBroken` (``lint-failed``)."""
Examine = Callable[[dict[str, Any]], bytes]
"""Makes those checks of the public verifier that need no key of a document that was read, and gives the SHA-256 of its
canonical form as the general path writes it. Raises `RuleBroken` (``lint-failed``)."""
Build = Callable[[Reservation], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class IntentKey:
    """A key that a document is to be signed with, by its name in the issuer's document."""

    id: UUID
    verification_method: str
    public_key: JoseKey
    is_in_use: bool


@dataclass(frozen=True, kw_only=True)
class Intent:
    """A frozen document on its way to the signer, with all that is needed to check it once more."""

    issuance_id: UUID
    organisation_id: UUID
    kind: str
    subject_id: UUID
    reservation: Reservation
    unsigned_document: bytes
    record_hash: bytes
    key: IntentKey
    jwt_key: IntentKey | None
    """None for what was prepared before there was a JWT form: it is signed in the first form only."""
    prepared_at: datetime

    @property
    def is_key_in_use(self) -> bool:
        """Whether every key it is to be signed with may still sign."""
        return self.key.is_in_use and (self.jwt_key is None or self.jwt_key.is_in_use)


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A signed document that is nowhere yet: not stored, not in the log, not to be shown.

    ``jwt`` says the same as ``document``, as a token; the digests are SHA-256.
    """

    issuance_id: UUID
    document: bytes
    digest: bytes
    jwt: bytes | None
    jwt_digest: bytes | None


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What `operations.record` did: which issuances it recorded, and which it refused and why."""

    recorded: tuple[UUID, ...]
    refused: Mapping[UUID, RuleBroken]


def status_list_url(issuer: str, public_id: str) -> str:
    """Return where a list of this issuer is published, on the host of its DID, which stands in signed bytes."""
    origin = did_web.document_url(issuer).split("/", 3)[:3]
    return "/".join([*origin, "status", public_id])


def suspension_list_url(list_url: str) -> str:
    """Return where the pauses stand that belong to a list of revocations, at the same places in the list.

    A credential may name one list only (Open Badges 3.0), so this address follows from that one.
    """
    return f"{list_url}-suspension"


def verification_method(controller: str, fragment: str) -> str:
    """Return a key's full name: the DID it speaks for and its fragment."""
    return f"{controller}#{fragment}"


def for_proofs(public_key: JoseKey) -> PublicKey:
    """Return a key that embedded proofs can be made with. Raises `RuleBroken` (``no-signing-key``) for one of RSA."""
    if isinstance(public_key, PublicKey):
        return public_key
    raise RuleBroken("no-signing-key")


def check_permit(
    *,
    document: Mapping[str, Any],
    reservation: Reservation,
    is_key_in_use: bool = True,
) -> None:
    """Refuse to sign what is not exactly the reserved document under a key in use.

    Raises `RuleBroken` ``no-signing-key``, or ``not-as-reserved`` with the member that differs.
    """
    if not is_key_in_use:
        raise RuleBroken("no-signing-key")
    issuer, status = document.get("issuer"), document.get("credentialStatus")
    found = {
        "id": document.get("id"),
        "issuer": issuer.get("id") if isinstance(issuer, Mapping) else issuer,
        "statusListCredential": status.get("statusListCredential") if isinstance(status, Mapping) else None,
        "statusListIndex": status.get("statusListIndex") if isinstance(status, Mapping) else None,
        "proof": document.get("proof"),
    }
    expected = {
        "id": reservation.credential_urn,
        "issuer": reservation.issuer,
        "statusListCredential": reservation.status_list_url,
        "statusListIndex": str(reservation.status_index),
        "proof": None,
    }
    for member, value in expected.items():
        if found[member] != value:
            raise RuleBroken("not-as-reserved", f"{member} is not the reserved one", member=member)


def free_index(draw: Callable[[int], int], taken: Callable[[int], bool]) -> int:
    """Draw random indexes until one was never used; lists are begun anew long before that becomes slow."""
    while taken(index := draw(LIST_LENGTH)):
        pass
    return index


AFTER: dict[StatusAct, Status] = {
    StatusAct.SUSPEND: Status.SUSPENDED,
    StatusAct.REINSTATE: Status.ACTIVE,
    StatusAct.REVOKE: Status.REVOKED,
}


def check_status_act(*, act: StatusAct, stage: Stage, status: Status, reason: str) -> Status:
    """Return the status after ``act``.

    Raises `RuleBroken`: ``not-issued-yet``, ``already-revoked``, ``already-suspended``, ``not-suspended``,
    ``reason-needed``.
    """
    if stage not in {Stage.RECORDED, Stage.RELEASED}:
        raise RuleBroken("not-issued-yet")
    if status is Status.REVOKED:
        raise RuleBroken("already-revoked")
    if act is StatusAct.SUSPEND and status is Status.SUSPENDED:
        raise RuleBroken("already-suspended")
    if act is StatusAct.REINSTATE and status is not Status.SUSPENDED:
        raise RuleBroken("not-suspended")
    if not reason.strip():
        raise RuleBroken("reason-needed")
    return AFTER[act]


def check_replace(*, stage: Stage, status: Status, is_ordered: bool) -> None:
    """Refuse to replace what cannot be.

    Raises `RuleBroken`: ``not-issued-yet``, ``already-revoked``, ``already-replaced``.
    """
    if stage is not Stage.RELEASED:
        raise RuleBroken("not-issued-yet")
    if is_ordered:
        raise RuleBroken("already-replaced")
    if status is Status.REVOKED:
        raise RuleBroken("already-revoked")


def check_compromise(*, since: datetime, now: datetime) -> None:
    """Refuse to mark a key as stolen from a moment that has not come. Raises `RuleBroken` (``in-the-future``)."""
    if since > now:
        raise RuleBroken("in-the-future", "That moment has not come yet.")


def check_deletion(*, in_use: bool, living: int) -> None:
    """Refuse to delete a private key that signs, or whose credentials live.

    Raises `RuleBroken`: ``key-in-use``, ``credentials-live``.
    """
    if in_use:
        raise RuleBroken("key-in-use", "This key is in use. Put another in its place first: accredit keys rotate")
    if living:
        detail = f"{living:,} credentials that it signed are still in force. To delete it all the same, add --force."
        raise RuleBroken("credentials-live", detail)


def next_fragment(purpose: Purpose, used: Collection[str], *, lost: int = 0) -> str:
    """Return a name for a new key that its controller never used: ``assertion-1``, then ``assertion-2``.

    ``lost`` is how many acts an older backup knows nothing of: so many keys may have been published meanwhile.
    """
    number = 1 + (lost + len(used) if lost else 0)
    while f"{purpose}-{number}" in used:
        number += 1
    return f"{purpose}-{number}"
