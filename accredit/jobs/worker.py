"""The process behind ``accredit work``: opens the keys, keeps promises, sweeps, and says that it is alive."""

from __future__ import annotations

import signal
import threading
from collections.abc import Collection
from types import FrameType

import structlog

from accredit.clock import utc_now
from accredit.config import Settings
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries
from accredit.domain.issuing.rules import Purpose
from accredit.domain.retention import operations as retention
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency import queries as log
from accredit.errors import Conflict, NotReady
from accredit.jobs import engine, standing_still
from accredit.jobs.digests import Digests
from accredit.jobs.handlers import Desk, handlers_of
from accredit.jobs.inspecting import inspect_nightly
from accredit.jobs.issuing import Issuer
from accredit.jobs.mail import Post, transport_for
from accredit.jobs.reconciler import Reconciler
from accredit.jobs.refresher_reminders import RefresherReminders
from accredit.jobs.register import Register
from accredit.jobs.witnesses import Witnesses, configured
from accredit.keyring import Algorithm, KeyRing
from accredit.kit.ledger.checkpoint import Checkpoint
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.storage import Database, heartbeat, identity
from accredit.storage.erasure import scrub
from accredit.storage.lock_store import LockStore
from accredit.storage.promises import Queue
from accredit.storage.room import Room
from accredit.storage.tombstones import Tombstones

logger = structlog.get_logger()

BEAT_SECONDS = 5.0
SWEEP_SECONDS = 30.0
ALL = (Queue.SIGN, Queue.DELIVER)


def run(settings: Settings, *, queues: Collection[Queue] = ALL, stop: threading.Event | None = None) -> None:
    """Work until told to stop (SIGTERM, SIGINT, or ``stop``).

    Raises `NotReady` when keys, log or database are not as they must be; nothing was signed then.
    """
    ended = stop or threading.Event()
    database = Database(settings.database_url)
    try:
        with database.reading() as db:
            identity.check(
                db,
                base_url=settings.base_url,
                did_host=settings.did_host,
                demonstration=settings.demonstration,
            )
        erase_again(database, Tombstones(settings.tombstones))
        register = Register.of(settings.registry, settings.registry_keys)
        desk = _open(settings, database, queues)
        reconciler = Reconciler(database, desk, utc_now)
        _stop_on_signals(ended)
        engine.launch(database, worker_id="-".join(queues), queues=queues, handlers=handlers_of(desk))
        logger.info("working", queues=[queue.value for queue in queues])
        beside = [threading.Thread(target=_beat, args=[database, desk, queues, ended], name="heartbeat")]
        if Queue.SIGN in queues:
            # Beside the sweep: a long record takes minutes, and awards must not wait for it.
            looking = [database, settings.lock_store_path, utc_now, ended]
            beside.append(threading.Thread(target=inspect_nightly, args=looking, name="inspection"))
        for each in beside:
            each.start()
        try:
            _sweep_until(reconciler, ended, register, database, desk.issuer)
        finally:
            ended.set()
            for each in beside:
                each.join()
            engine.stop()
    finally:
        database.close()


def _open(settings: Settings, database: Database, queues: Collection[Queue]) -> Desk:
    """Open the desk; where that is refused, pages say why before this process ends."""
    try:
        return open_desk(settings, database, queues)
    except (Conflict, NotReady) as refused:
        if Queue.SIGN in queues:
            standing_still.tell(database, standing_still.code_of(refused), now=utc_now())
        raise


def erase_again(database: Database, tombstones: Tombstones) -> None:
    """Erase whoever an older backup, or a crash in the middle of an erasure, left in the record."""
    with database.transaction() as db:
        erased = retention.reapply(db, tombstones=tombstones, now=utc_now())
    if erased:
        logger.warning("erased again", records=erased)
        scrub(database)


def open_desk(settings: Settings, database: Database, queues: Collection[Queue] = ALL) -> Desk:
    """Open what the queues need: the keys to sign, the way out to deliver and to ask witnesses."""
    witnesses = Witnesses(database, configured(settings.witnesses), utc_now)
    issuer = None
    if Queue.SIGN in queues:
        passphrase = settings.key_passphrase.get_secret_value() if settings.key_passphrase else ""
        keyring = KeyRing.open(settings.keys_dir, passphrase)
        issuer = open_issuer(
            database,
            keyring,
            jwt_algorithm=Algorithm(settings.jwt_algorithm),
            lock=LockStore(settings.lock_store_path),
            witnesses=witnesses,
            per_day=settings.credentials_per_day,
            room=Room.of(database, [settings.keys_dir, settings.lock_store_path.parent], settings.room_needed),
        )
    if Queue.DELIVER not in queues:
        return Desk(issuer=issuer, post=None)
    post = Post(database, transport_for(settings), sender=settings.mail_from, host=settings.did_host, clock=utc_now)
    pepper = settings.pepper.get_secret_value().encode()
    digests = Digests(database, base_url=settings.base_url, pepper=pepper, clock=utc_now)
    reminders = RefresherReminders(database, base_url=settings.base_url, pepper=pepper, clock=utc_now)
    return Desk(issuer=issuer, post=post, witnesses=witnesses, digests=digests, reminders=reminders)


def open_issuer(
    database: Database,
    keyring: KeyRing,
    *,
    jwt_algorithm: Algorithm = Algorithm.ES256,
    lock: LockStore | None = None,
    witnesses: Witnesses | None = None,
    per_day: int | None = None,
    room: Room | None = None,
) -> Issuer:
    """Start the log and its key if this is the first time, and compare the keys with the register.

    Organisations that signed before there was a JWT form get their key for it. The log is compared with what the
    ``lock`` and the ``witnesses`` know was signed. Raises `NotReady`; `Conflict` for a log that was rolled back.
    """
    seen = _seen_by(witnesses, database) if witnesses else []
    with database.transaction() as db:
        service = identity.read(db)
        if service is None:
            raise NotReady("not-migrated", "The database is not set up yet. Run: accredit migrate")
        origin = f"{service.did_host}/ledger"
        transparency.ensure_log(db, origin=origin)
        register = queries.register(db)
        keyring.check({key.id: key.public_key for key in register if key.is_in_use})
        issuing.ensure_log_key(db, origin=origin, keyring=keyring, now=utc_now())
        if lock is not None:
            transparency.check_against(db, lock=lock, seen=seen)
        for key in register:
            if key.purpose is Purpose.ASSERTION and key.is_in_use and key.organisation_id is not None:
                issuing.ensure_keys(
                    db,
                    organisation_id=key.organisation_id,
                    controller=key.controller,
                    keyring=keyring,
                    now=utc_now(),
                    jwt_algorithm=jwt_algorithm,
                )
    has_witnesses = witnesses is not None and bool(witnesses.addresses)
    return Issuer(
        database,
        keyring,
        utc_now,
        jwt_algorithm=jwt_algorithm,
        lock=lock,
        has_witnesses=has_witnesses,
        per_day=per_day,
        room=room,
    )


def _seen_by(witnesses: Witnesses, database: Database) -> list[Checkpoint]:
    # Outside every transaction: a witness that is slow must not hold up the service.
    with database.reading() as db:
        origin = log.origin(db)
        register = queries.verification_keys(db, origin or "")
    log_keys = [Ed25519Key(key.controller, key.raw) for key in register if key.purpose is Purpose.CHECKPOINT]
    return [] if origin is None else witnesses.seen(origin, log_keys)


def _sweep_until(
    reconciler: Reconciler,
    ended: threading.Event,
    register: Register,
    database: Database,
    issuer: Issuer | None,
) -> None:
    while True:
        register.take_into_force(database, now=utc_now())
        # A fault of the database, a full disk or a mail server away must not end the worker: it says so and goes on.
        try:
            done = reconciler.sweep()
        except (Conflict, NotReady) as refused:
            # Another log than was signed, a wrong clock, a lost key: a person must act, and the sentence says how.
            logger.error("nothing is issued", code=refused.code, detail=refused.detail)  # noqa: TRY400
            code: str | None = standing_still.code_of(refused)
        except Exception as error:
            logger.exception("sweep failed")
            code = standing_still.code_of(error)
        else:
            code = standing_still.of_pass(issuer, done.refused.values())
        if issuer is not None:
            standing_still.tell(database, code, now=utc_now())
        if ended.wait(SWEEP_SECONDS):
            return


def _beat(database: Database, desk: Desk, queues: Collection[Queue], ended: threading.Event) -> None:
    # Beside the sweep and not within it: five hundred awards take longer than a worker may be silent.
    while True:
        try:
            # Of signing it gives no sign of life while a key is missing, so that /readyz says that something is wrong.
            silent = {Queue.SIGN} if desk.issuer is not None and not desk.issuer.has_its_keys() else set()
            if silent:
                logger.error("a key is missing", advice="restore the folder of keys from its backup")
            with database.transaction() as db:
                for queue in queues:
                    if queue not in silent:
                        heartbeat.beat(db, queue=queue.value, now=utc_now())
        except Exception:
            logger.exception("no sign of life could be given")
        if ended.wait(BEAT_SECONDS):
            return


def _stop_on_signals(ended: threading.Event) -> None:
    if threading.current_thread() is not threading.main_thread():
        return

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
