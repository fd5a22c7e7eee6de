"""Suspend, reinstate, revoke; and the signed list that tells everybody else.

Our own pages answer from the rows and change at once. A revocation is in the published list within a minute, by
promise. A suspension is not in that list, where a bit means "for ever": it stands in a list of its own beside it, which
those read who have our tools and not our pages; other software knows nothing of it, and the school is told so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.issuing import queries, rules
from accredit.domain.issuing.models import Issuance, Replacement, StatusEvent, StatusList
from accredit.domain.issuing.queries import KeyFacts
from accredit.domain.issuing.rules import Purpose, Stage, Status, StatusAct
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency.rules import Act, Entry
from accredit.domain.transparency.timekeeping import MOST_BEHIND
from accredit.errors import NotFound, RuleBroken
from accredit.keyring import KeyRing
from accredit.kit.vc import eddsa_rdfc_2022, status_list
from accredit.storage import Session
from accredit.storage.promises import Promise, promise

LASTS = timedelta(hours=24)
"""After this a list is no evidence any more (``validUntil``)."""
SIGN_AGAIN_AFTER = timedelta(hours=6)

_ACTS = {
    StatusAct.SUSPEND: (Act.CREDENTIAL_SUSPENDED, Tag.CREDENTIAL_SUSPENDED),
    StatusAct.REINSTATE: (Act.CREDENTIAL_REINSTATED, Tag.CREDENTIAL_REINSTATED),
    StatusAct.REVOKE: (Act.CREDENTIAL_REVOKED, Tag.CREDENTIAL_REVOKED),
}


def suspend(db: Session, *, issuance_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Pause a credential. Raises `RuleBroken` as `rules.check_status_act` says, and `NotFound`."""
    _change(db, StatusAct.SUSPEND, issuance_id=issuance_id, reason=reason, actor=actor, now=now)


def reinstate(db: Session, *, issuance_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """End a pause. Raises `RuleBroken` as `rules.check_status_act` says, and `NotFound`."""
    _change(db, StatusAct.REINSTATE, issuance_id=issuance_id, reason=reason, actor=actor, now=now)


def revoke(db: Session, *, issuance_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """End a credential for good, and give up a replacement that has not come yet.

    Raises `RuleBroken` as `rules.check_status_act` says, ``being-replaced`` while the one that follows is signed and
    not yet released, and `NotFound`.
    """
    order = lock_with_what_follows(db, issuance_id)
    _change(db, StatusAct.REVOKE, issuance_id=issuance_id, reason=reason, actor=actor, now=now)
    if order is not None:
        _give_up_replacement(db, order, now)


def end_replaced(db: Session, order: Replacement, *, actor: Actor, now: datetime) -> None:
    """End the earlier one of a replacement: revoked in the list, replaced on our pages and in the log.

    Raises as `revoke` does.
    """
    successor = queries.issuance(db, order.successor_id) if order.successor_id else None
    _change(
        db,
        StatusAct.REVOKE,
        issuance_id=order.issuance_id,
        reason=order.reason.value,
        actor=actor,
        now=now,
        logged=(Act.CREDENTIAL_REPLACED, Tag.CREDENTIAL_REPLACED),
        said={} if successor is None else {"by": f"urn:uuid:{successor.credential_id}"},
    )


def lock_with_what_follows(db: Session, issuance_id: UUID) -> Replacement | None:
    """Lock an issuance, the order that another one takes its place, and that other one; return an order not ended."""
    # Before the log is held, and in the order in which a release locks them: of two that want the same rows each waits
    # for the other, and neither is broken off.
    for locked in (Issuance.id, Replacement.issuance_id):
        db.execute(sa.select(col(locked)).where(col(locked) == issuance_id).with_for_update())
    order: Replacement | None = db.execute(
        sa.select(Replacement)
        .where(col(Replacement.issuance_id) == issuance_id, col(Replacement.ended_at).is_(None))
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if order is not None:
        db.execute(sa.select(col(Issuance.id)).where(col(Issuance.id) == order.successor_id).with_for_update())
    return order


def _give_up_replacement(db: Session, order: Replacement, now: datetime) -> None:
    order.given_up_at = now
    following = db.execute(
        sa.select(Issuance).where(col(Issuance.id) == order.successor_id).with_for_update()
    ).scalar_one_or_none()
    if following is not None and following.stage is Stage.RECORDED:
        raise RuleBroken("being-replaced")
    if following is not None and following.stage is Stage.INTENT:
        following.stage, following.void_reason = Stage.VOID, "revoked-meanwhile"
    db.flush()


def _change(
    db: Session,
    act: StatusAct,
    *,
    issuance_id: UUID,
    reason: str,
    actor: Actor,
    now: datetime,
    logged: tuple[Act, Tag] | None = None,
    said: Mapping[str, object] | None = None,
) -> None:
    row = db.execute(
        sa.select(Issuance)
        .where(col(Issuance.id) == issuance_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("issuance")
    row.status = rules.check_status_act(act=act, stage=row.stage, status=row.status, reason=reason)
    row.status_since = now
    occurrence = db.execute(
        sa.select(sa.func.count()).where(col(StatusEvent.issuance_id) == issuance_id, col(StatusEvent.act) == act)
    ).scalar_one()
    db.add(
        StatusEvent(
            organisation_id=row.organisation_id,
            issuance_id=row.id,
            act=act,
            reason=reason.strip(),
            actor_id=actor.id,
            at=now,
        )
    )
    leaf, tag = logged or _ACTS[act]
    audit.record(db, tag=tag, actor=actor, now=now, subject=row.id, organisation_id=row.organisation_id)
    promise(db, Promise.PUBLISH_STATUS_LIST, row.status_list_id)
    promise(db, Promise.PUBLISH_CHECKPOINT, "log")
    entry = Entry(
        act=leaf,
        subject_id=row.id,
        organisation_id=row.organisation_id,
        occurrence=occurrence,
        record={"credential": f"urn:uuid:{row.credential_id}", "role": actor.role or actor.kind.value, **(said or {})},
    )
    transparency.append_many(db, entries=[entry], now=now)


def publish_status_list(db: Session, *, list_id: UUID, keyring: KeyRing, now: datetime) -> bool:
    """Sign a list anew if a bit changed or the signature is growing old; say whether it was signed.

    Raises `RuleBroken` (``no-signing-key``), and `NotFound` for an unknown list.
    """
    row = db.execute(
        sa.select(StatusList)
        .where(col(StatusList.id) == list_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("status-list")
    if row.doubtful_since is not None:
        # Signed anew it would tell everybody that what was revoked holds; the old signature runs out instead.
        return False
    revoked, paused = _bits(db, row)
    state = _state(revoked, paused)
    # Signed by a clock that was wrong: nobody can use it before its time has come, so it is signed anew.
    is_ahead = row.signed_at is not None and row.signed_at > now + MOST_BEHIND
    is_young = row.signed_at is not None and now < row.signed_at + SIGN_AGAIN_AFTER
    if row.signed_state == state and is_young and not is_ahead:
        return False
    key = _status_key(db, row.organisation_id)
    # Never earlier than the list it replaces, though the clock be put back by moments.
    at = (max(now, row.signed_at) if row.signed_at and not is_ahead else now).replace(microsecond=0)
    url = rules.status_list_url(key.controller, row.public_id)
    row.signed_list = _signed_list(url, status_list.encode(revoked, row.length), key, keyring, at)
    row.signed_suspensions = _signed_list(
        rules.suspension_list_url(url), status_list.encode(paused, row.length), key, keyring, at, purpose="suspension"
    )
    row.signed_at = at
    row.signed_state = state
    db.flush()
    return True


def _signed_list(
    url: str, encoded: str, key: KeyFacts, keyring: KeyRing, at: datetime, purpose: str = "revocation"
) -> bytes:
    document = status_list.list_credential(url, key.controller, encoded, at, purpose=purpose, valid_until=at + LASTS)
    signed = eddsa_rdfc_2022.add_proof(
        document,
        sign=lambda message: keyring.sign(key.id, message),
        verification_method=key.verification_method,
        created=at,
    )
    eddsa_rdfc_2022.verify(signed, public_key=rules.for_proofs(key.public_key))
    return json.dumps(signed, separators=(",", ":")).encode()


def is_current(db: Session, row: StatusList) -> bool:
    """Say whether a list, as it was signed last, says what is recorded now."""
    return row.signed_state == _state(*_bits(db, row))


def _bits(db: Session, row: StatusList) -> tuple[list[int], list[int]]:
    # In both lists: it ended because a newer one took its place, which is no pause, and nobody took anything back
    # (docs/adr/0022-pauses-are-signed-beside-the-revocations.md).
    paused = {*queries.revoked_indexes(db, row.id, Status.SUSPENDED), *replaced_indexes(db, row.id)}
    return _revoked(db, row), sorted(paused)


def replaced_indexes(db: Session, list_id: UUID) -> tuple[int, ...]:
    """Return which bits of a list are of credentials that ended because another took their place, in order."""
    rows = db.execute(
        sa.select(col(Issuance.status_index))
        .join(Replacement, col(Replacement.issuance_id) == col(Issuance.id))
        .where(
            col(Issuance.status_list_id) == list_id,
            col(Issuance.status) == Status.REVOKED,
            col(Replacement.ended_at).is_not(None),
        )
        .order_by(col(Issuance.status_index))
    )
    return tuple(rows.scalars())


def _state(revoked: Sequence[int], paused: Sequence[int]) -> str:
    return hashlib.sha256(f"{','.join(map(str, revoked))};{','.join(map(str, paused))}".encode()).hexdigest()


def _revoked(db: Session, row: StatusList) -> list[int]:
    """Return the indexes that are to be set: of what is revoked, and of what was and is known here no more.

    An older database may have come back without credentials that were issued and revoked since (`recovery`). What the
    list said of them once it says for ever.
    """
    revoked = set(queries.revoked_indexes(db, row.id))
    if row.closed_at is not None and row.signed_list is not None:
        before = status_list.decode(json.loads(row.signed_list)["credentialSubject"]["encodedList"])
        held = sa.select(col(Issuance.status_index)).where(col(Issuance.status_list_id) == row.id)
        given_out = set(db.execute(held).scalars())
        revoked |= {index for index in range(row.length) if index not in given_out and before.is_set(index)}
    return sorted(revoked)


def _status_key(db: Session, organisation_id: UUID) -> KeyFacts:
    key = queries.organisation_key(db, organisation_id=organisation_id, purpose=Purpose.STATUS)
    if key is None:
        raise RuleBroken("no-signing-key")
    return key
