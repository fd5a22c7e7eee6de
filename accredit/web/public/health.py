"""Is the service alive, and is it ready? For whoever watches it; says nothing about anybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from flask import Response, current_app, jsonify

from accredit.clock import utc_now
from accredit.domain.issuing import queries as issuing
from accredit.domain.issuing.stopping import stops
from accredit.domain.transparency.timekeeping import check_clock
from accredit.errors import NotReady
from accredit.storage import Session, heartbeat, identity, inspection, standstill
from accredit.web.access import public
from accredit.web.database import reading
from accredit.web.public import bp
from accredit.web.settings import current_settings
from accredit.web.standing_still import shortage

SIGNER = "sign"
SCHEMA_CHECK = "accredit.check_schema"
_NOT_INSPECTED = "not looked through yet: the worker does it within minutes of its first start, and every night"
_LOOKED_AT_EVERY = timedelta(days=2)


@bp.get("/healthz")
@public
def healthz() -> Response:
    """Say that this process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def readyz() -> Response:
    """Say what works and what does not; 503 until everything does.

    “Degraded” (200) when the record is not as it should be: verifying goes on, and a person has to look at it.
    """
    parts: dict[str, str] = {}
    try:
        with reading(everywhere=True) as db:
            parts["database"] = "ok"
            parts["schema"] = _schema(db)
            parts["worker"] = _worker(db)
            parts["room"] = _room()
            parts["clock"] = _clock(db)
            parts["issuing"] = _issuing(db)
            parts["record"] = _record(db)
            parts["keys"] = "ok" if issuing.log_key(db) else "none yet: the worker makes them with the first award"
    except sa.exc.SQLAlchemyError:
        # What is wrong with it stands in the log; an address of a database is nobody's business here.
        parts["database"] = "not reachable"
    needed = ("database", "schema", "worker", "room", "clock")
    is_ready = all(parts.get(name) == "ok" for name in needed)
    is_whole = parts.get("record") in {"ok", _NOT_INSPECTED}
    answer = jsonify(status=("ready" if is_whole else "degraded") if is_ready else "not ready", **parts)
    answer.status_code = 200 if is_ready else 503
    return answer


def _schema(db: Session) -> str:
    check: Callable[[], None] | None = current_app.extensions.get(SCHEMA_CHECK)
    try:
        if check is not None:
            check()
        return "ok" if identity.read(db) else "not set up: run accredit migrate"
    except NotReady as error:
        return error.detail


def _room() -> str:
    found = shortage()
    return "ok" if found is None else f"issuing is paused: {found.detail}"


def _clock(db: Session) -> str:
    try:
        check_clock(db, now=utc_now())
    except NotReady as wrong:
        return wrong.detail
    return "ok"


def _issuing(db: Session) -> str:
    stopped = stops(db)
    if stopped.everybody:
        return f"stopped since {stopped.everybody.since:%Y-%m-%d %H:%M} UTC: {stopped.everybody.reason.value}"
    limit = current_settings().credentials_per_day
    if issuing.recorded_since(db, utc_now() - timedelta(days=1)) >= limit:
        return f"paused: {limit:,} in 24 hours is what ACCREDIT_CREDENTIALS_PER_DAY allows"
    # How many, not whose: an organisation's trouble is its own.
    return f"stopped for {len(stopped.organisations)} organisations" if stopped else "ok"


def _record(db: Session) -> str:
    # How many, not what: the sentences name rows, and stand on the operator's page and in the worker's journal.
    found = inspection.latest(db)
    if found is None:
        return _NOT_INSPECTED
    if found.wrong:
        since = f"{found.began_at:%Y-%m-%d %H:%M} UTC"
        return f"not as it should be, as of {since}, in {found.wrong:,} place(s): run accredit fsck --all"
    if utc_now() - found.began_at > _LOOKED_AT_EVERY:
        return f"not looked through since {found.began_at:%Y-%m-%d %H:%M} UTC: see the worker's journal"
    return "ok"


def _worker(db: Session) -> str:
    still = standstill.current(db, SIGNER)
    if still is not None:
        since = f"{still.since:%Y-%m-%d %H:%M} UTC"
        return f"signing stands still since {since} ({still.code}): the operator's page and the journal say what to do"
    if heartbeat.is_alive(db, queue=SIGNER, now=utc_now()):
        return "ok"
    return "not running: awards are waiting to be signed until accredit work runs"
