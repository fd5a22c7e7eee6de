"""Issue everything that waits: prepare, sign, record, publish, release, in chunks that share a checkpoint.

Steps 4 to 7 of the life of a credential, of whichever kind (`credentials.kinds`): awards first. Every pass begins from
what the database says, never from what a promise said: whoever runs it after a crash finishes what was begun and adds
nothing. What cannot be issued, for whatever reason, is left for the next pass and named in a log; it never keeps the
others waiting.

1. prepare (one transaction for a chunk): subjects without an issuance get one. After a crash: intents.
2. sign (no transaction): after a crash, nothing happened.
3. record (one transaction for a chunk): after a crash, recorded or not, never half.
4. publish: a checkpoint, and the status lists never signed; then release what the checkpoint covers.
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import sqlalchemy.exc
import structlog

from accredit.domain.credentials import offline
from accredit.domain.credentials import queries as credential_queries
from accredit.domain.credentials.kinds import KINDS, Kind
from accredit.domain.credentials.waiting import Waiting
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries, statements
from accredit.domain.issuing.rules import Signed
from accredit.domain.issuing.stopping import stops
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency import queries as log
from accredit.domain.transparency.rules import LogSigner
from accredit.domain.transparency.timekeeping import MOST_BEHIND, check_clock
from accredit.errors import AccreditError, NotReady, RuleBroken
from accredit.jobs.signer import Signer, kind_of
from accredit.keyring import Algorithm, KeyRing
from accredit.kit.vc.errors import VcError
from accredit.storage import Database, Session
from accredit.storage.fault_points import fault_point
from accredit.storage.lock_store import LockStore
from accredit.storage.room import Room

logger = structlog.get_logger()
_Waiting = TypeVar("_Waiting")

# A chunk is one transaction, and on SQLite the whole service waits for it to write: at 2 ms each, well under a second.
CHUNK = 100
# What waits is looked for once for so many, since looking costs the more the more was ever awarded.
LOOK_AHEAD = 5_000
# So many are released in one transaction.
RELEASED_TOGETHER = 500


@dataclass
class Issued:
    """What one pass did; ``refused`` maps subjects (or issuances) to the rule that stopped them."""

    prepared: int = 0
    recorded: int = 0
    released: int = 0
    refused: dict[UUID, str] = field(default_factory=dict)
    waiting: defaultdict[str, deque[Waiting]] = field(
        default_factory=lambda: defaultdict(deque), repr=False, compare=False
    )
    """By kind: seen to wait, and next to be prepared."""
    intents: defaultdict[str, deque[UUID]] = field(
        default_factory=lambda: defaultdict(deque), repr=False, compare=False
    )
    """By kind: seen to wait, and next to be signed."""
    seen_all: set[str] = field(default_factory=set, repr=False, compare=False)
    """Kinds of which nothing waits but what was seen."""
    signer: Signer | None = field(default=None, repr=False, compare=False)


class Issuer:
    """Issues what waits, one pass at a time in this process."""

    def __init__(
        self,
        database: Database,
        keyring: KeyRing,
        clock: Callable[[], datetime],
        *,
        jwt_algorithm: Algorithm = Algorithm.ES256,
        lock: LockStore | None = None,
        has_witnesses: bool = False,
        per_day: int | None = None,
        room: Room | None = None,
    ) -> None:
        """Join the database, the open key ring and the clock; ``jwt_algorithm`` is for keys that are made from now.

        ``lock`` remembers, outside the database, what was signed last; without it nobody else may sign this log. No
        more than ``per_day`` credentials are signed within 24 hours, and none while there is too little ``room``.
        """
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._jwt_algorithm = jwt_algorithm
        self._lock = lock
        self._has_witnesses = has_witnesses
        self._per_day = per_day
        self._room = room
        self._turn = threading.Lock()

    def issue_waiting(self) -> Issued:
        """Issue everything that waits and release it; return what was done."""
        with self._turn:
            self._check_clock()
            self._check_log()
            done = Issued()
            for kind in KINDS:
                while self._prepare_chunk(kind, done):
                    pass
            for kind in KINDS:
                while self._sign_chunk(kind, done):
                    pass
            done.released = self._publish()
            return done

    def has_its_keys(self) -> bool:
        """Say whether every key that is in use can be signed with."""
        with self._database.reading() as db:
            in_use = [key.id for key in queries.register(db) if key.is_in_use]
        return all(self._keyring.holds(key_id) for key_id in in_use)

    def has_room(self) -> bool:
        """Say whether there is room to begin something new."""
        return self._room is None or self._room.shortage() is None

    def publish(self) -> int:
        """Sign a checkpoint of the log as it is and release what it covers; return how many were released."""
        with self._turn:
            self._check_clock()
            return self._publish()

    def publish_status_list(self, list_id: UUID) -> bool:
        """Sign one status list if it changed or grows old."""
        with self._turn:
            self._check_clock()
            return self._publish_list(list_id)

    def sign_statements(self) -> int:
        """Sign every statement that was asked for; return how many were. One that cannot be signed stops no other."""
        with self._database.reading() as db:
            waiting = statements.waiting(db)
        with self._turn:
            return sum(self._state(issuance_id) for issuance_id in waiting)

    def _state(self, issuance_id: UUID) -> bool:
        now = self._clock()
        try:
            with self._database.transaction() as db:
                view = credential_queries.view_of_issuance(db, issuance_id)
                return view is not None and statements.state(
                    db,
                    issuance_id=issuance_id,
                    controller=view.organisation_did,
                    statement=lambda: offline.statement_of(view, now=now),
                    keyring=self._keyring,
                    now=now,
                )
        except (AccreditError, VcError) as refused:
            # Its kind only: what does not fit into a QR code is a name.
            logger.error("statement not signed", issuance=str(issuance_id), rule=kind_of(refused))  # noqa: TRY400
            return False

    def sign_lists(self, *, signed_before: datetime) -> int:
        """Sign every list that was never signed, or last before a moment; return how many were."""
        with self._database.reading() as db:
            ahead = self._clock() + MOST_BEHIND
            lists = queries.lists_to_sign(db, signed_before=signed_before, signed_after=ahead)
        with self._turn:
            self._check_clock()
            return self._publish_lists(lists)

    def _check_clock(self) -> None:
        with self._database.reading() as db:
            check_clock(db, now=self._clock())

    def _check_log(self) -> None:
        # An old database that came back must not grow: what it would append is another history than was signed.
        if self._lock is not None:
            with self._database.transaction() as db:
                transparency.check_against(db, lock=self._lock)

    def _has_room(self) -> bool:
        # Asked before every chunk: what was begun is finished with what is left, and nothing new is begun.
        shortage = None if self._room is None else self._room.shortage()
        if shortage is not None:
            logger.error("nothing is issued", code="low-water", detail=shortage.detail, folder=str(shortage.folder))
        return shortage is None

    def _prepare_chunk(self, kind: Kind, done: Issued) -> int:
        if not self._has_room():
            return 0
        now, ahead = self._clock(), done.waiting[kind.name]
        with self._database.reading() as db:
            stopped = stops(db)
            if stopped.everybody:
                return 0
            if not ahead and kind.name not in done.seen_all:
                without, not_of = tuple(done.refused), stopped.organisations
                ahead.extend(kind.waiting(db, limit=LOOK_AHEAD, due_by=now, without=without, not_of=not_of))
                # Whatever comes from now on has a promise of its own; to look again costs the more was ever awarded.
                done.seen_all |= {kind.name} if len(ahead) < LOOK_AHEAD else set()
        waiting = _next(ahead, CHUNK)
        if not waiting:
            return 0
        self._ensure_keys(waiting, now)
        try:
            with self._database.transaction() as db:
                prepared = self._prepare(db, kind, waiting, now, done)
                issuing.check_on(db, organisation_ids={each.organisation_id for each in waiting})
                fault_point("S1.before_commit")
        except RuleBroken:
            # Somebody stopped issuing meanwhile: nothing of this chunk is kept. What is not theirs is found once more.
            done.seen_all.discard(kind.name)
            return len(waiting)
        fault_point("S1.after_commit")
        done.prepared += prepared
        return len(waiting)

    def _ensure_keys(self, waiting: Sequence[Waiting], now: datetime) -> None:
        for organisation_id, controller in {(each.organisation_id, each.controller) for each in waiting}:
            with self._database.transaction() as db:
                issuing.ensure_keys(
                    db,
                    organisation_id=organisation_id,
                    controller=controller,
                    keyring=self._keyring,
                    now=now,
                    jwt_algorithm=self._jwt_algorithm,
                )

    def _prepare(self, db: Session, kind: Kind, waiting: Sequence[Waiting], now: datetime, done: Issued) -> int:
        # Asked again where nobody else writes: since they were seen, one may have been undone, or prepared elsewhere.
        seen = [each.subject_id for each in waiting]
        by_issuer: defaultdict[tuple[UUID, str], list[UUID]] = defaultdict(list)
        for each in kind.waiting(db, limit=len(seen), due_by=now, only=seen):
            by_issuer[each.organisation_id, each.controller].append(each.subject_id)
        return sum(self._prepare_of(db, kind, issuer, mine, now, done) for issuer, mine in by_issuer.items())

    def _prepare_of(
        self, db: Session, kind: Kind, issuer: tuple[UUID, str], mine: Sequence[UUID], now: datetime, done: Issued
    ) -> int:
        organisation_id, controller = issuer
        refused: Mapping[UUID, Exception]
        try:
            # A savepoint, so that nothing is kept of what could not be written whole.
            with db.begin_nested():
                prepared = kind.prepare(
                    db, subject_ids=mine, organisation_id=organisation_id, controller=controller, now=now
                )
            number, refused = len(prepared.issuances), prepared.refused
        except sqlalchemy.exc.OperationalError:
            # The database is away, which says nothing about these.
            raise
        except Exception as broken:  # noqa: BLE001  # one that breaks must not keep every other one waiting
            if len(mine) > 1:
                parts = mine[: len(mine) // 2], mine[len(mine) // 2 :]
                return sum(self._prepare_of(db, kind, issuer, part, now, done) for part in parts)
            number, refused = 0, {mine[0]: broken}
        for subject_id, reason in refused.items():
            done.refused[subject_id] = kind_of(reason)
            logger.warning("not prepared", kind=kind.name, subject=str(subject_id), rule=kind_of(reason))
        return number

    def _signer(self, done: Issued) -> Signer:
        # Anew for each pass: what was rehearsed once is not relied on for ever.
        return Signer(self._database, self._keyring, self._clock, done.refused)

    def _sign_chunk(self, kind: Kind, done: Issued) -> int:
        if not self._has_room():
            return 0
        ahead = done.intents[kind.name]
        with self._database.reading() as db:
            stopped = stops(db)
            if stopped.everybody:
                return 0
            if not ahead:
                without, not_of = tuple(done.refused), stopped.organisations
                ahead.extend(queries.waiting(db, kind=kind.name, limit=LOOK_AHEAD, without=without, not_of=not_of))
            ids = _next(ahead, self._left_today(db)) if ahead else []
            intents = queries.intents(db, ids)
        signer = done.signer = done.signer or self._signer(done)
        signed = [each for intent in intents if (each := signer.sign(intent)) is not None]
        if signed:
            self._record(kind, signed, done)
        return len(ids)

    def _left_today(self, db: Session) -> int:
        if self._per_day is None:
            return CHUNK
        left = self._per_day - queries.recorded_since(db, self._clock() - timedelta(days=1))
        if left <= 0:
            # A thief in the database could have anything signed, but not unseen and not without end (attacks.md KY07).
            logger.error("nothing more is signed today", limit=self._per_day, setting="ACCREDIT_CREDENTIALS_PER_DAY")
        return min(max(left, 0), CHUNK)

    def _record(self, kind: Kind, signed: Sequence[Signed], done: Issued) -> None:
        try:
            with self._database.transaction() as db:
                result = issuing.record(db, signed=signed, record_hashes=kind.record_hashes, now=self._clock())
                fault_point("S4.before_commit")
        except (AccreditError, sqlalchemy.exc.DBAPIError) as error:
            # One poisoned credential must not keep ninety-nine good ones waiting: the chunk is halved until it stands
            # alone.
            if len(signed) == 1:
                done.refused[signed[0].issuance_id] = kind_of(error)
                logger.exception("credential not recorded", issuance=str(signed[0].issuance_id))
                return
            half = len(signed) // 2
            self._record(kind, signed[:half], done)
            self._record(kind, signed[half:], done)
            return
        fault_point("S4.after_commit")
        done.recorded += len(result.recorded)
        done.refused.update({issuance_id: refused.rule for issuance_id, refused in result.refused.items()})

    def _publish(self) -> int:
        now = self._clock()
        with self._database.transaction() as db:
            signed = transparency.checkpoint(db, signer=self._log_signer(db), now=now, lock=self._lock)
            if self._has_witnesses and signed is not None:
                transparency.have_cosigned(db, size=signed.size)
            fault_point("S5.before_commit")
        fault_point("S5.after_commit")
        with self._database.reading() as db:
            never_signed = queries.lists_never_signed(db)
        self._publish_lists(never_signed)
        released = 0
        while True:
            with self._database.transaction() as db:
                together = len(issuing.release(db, now=now, limit=RELEASED_TOGETHER))
                fault_point("S6.before_commit")
            fault_point("S6.after_commit")
            released += together
            if together < RELEASED_TOGETHER:
                return released

    def _publish_lists(self, lists: Sequence[UUID]) -> int:
        signed = 0
        for list_id in lists:
            try:
                signed += self._publish_list(list_id)
            except AccreditError as refused:
                # An organisation without its key must not let the lists of every other one grow old.
                logger.error("status list not signed", status_list=str(list_id), rule=refused.code)  # noqa: TRY400
        return signed

    def _publish_list(self, list_id: UUID) -> bool:
        with self._database.transaction() as db:
            return issuing.publish_status_list(db, list_id=list_id, keyring=self._keyring, now=self._clock())

    def _log_signer(self, db: Session) -> LogSigner:
        origin = log.origin(db)
        key = queries.log_key(db)
        if origin is None or key is None:
            raise NotReady("no-log", "The log has not been started; run: accredit migrate")
        return LogSigner(public_key=key.raw, sign=lambda message: self._keyring.sign(key.id, message))


def _next(waiting: deque[_Waiting], number: int) -> list[_Waiting]:
    return [waiting.popleft() for _ in range(min(number, len(waiting)))]
