"""R23 and R25: a disk that is full or can only be read. Issuing says so and goes on later; verifying goes on.

On PostgreSQL the disk is that of the keys and the lock store: a server's own is its own to watch.
"""

from __future__ import annotations

import os
import resource
import signal
import traceback
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlmodel import col

import accredit.app
from accredit.clock import utc_now
from accredit.config import load_settings
from accredit.domain.credentials.models import Credential
from accredit.domain.issuing.models import Issuance
from accredit.domain.organisations.rules import Role
from accredit.domain.people import queries as people
from accredit.domain.people import signing_in
from accredit.domain.verification import operations as verification
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import Verdict
from accredit.jobs.worker import open_desk
from accredit.storage import Database
from accredit.storage.promises import Queue
from tests import factories
from tests.faults import child, disks
from tests.faults.catalogue import DATABASES, Run
from tests.faults.report import name_row, not_here
from tests.faults.stage import Stage

SPARE = 4 << 20
PAGES_LEFT = (0, 1, 2, 4, 8, 16, 32, 64, 96, 128, 192, 256)
"""How many pages of 4 KB are free when a pass begins: it fails at another step with each."""
LIMITS_KB = (40, 80, 120, 160, 240, 320, 480, 640)
EMAIL, PASSWORD = "lee@example.org", "a long walk along the river"
GOOD = {Verdict.GENUINE, Verdict.GENUINE_ISSUER_NOT_RECOGNISED}

name_row("R23", "the disk is full, or nearly")
name_row("R25", "the disk can only be read")
not_here(
    "R23 and R25 on PostgreSQL's own disk", "its server is another program; played is the disk of keys and lock store"
)


def runs() -> Iterator[Run]:
    """Yield the runs of both rows."""
    for database in DATABASES:
        for situation in ("new", "later"):
            for pages in PAGES_LEFT if database == "sqlite" else PAGES_LEFT[:4]:
                yield Run(
                    row="R23",
                    database=database,
                    point=f"{situation}.{pages}-pages-free",
                    kind="full",
                    title=f"the disk has {pages} pages left when a pass begins",
                    play=partial(full_disk, pages),
                    situation=situation,
                )
        yield Run(
            row="R23",
            database=database,
            point="low-water",
            kind="mark",
            title="the disk is nearly full",
            play=low_water,
        )
        yield Run(
            row="R25", database=database, point="disk", kind="read-only", title="the disk is read-only", play=read_only
        )
    for limit in LIMITS_KB:
        yield Run(
            row="R23",
            database="sqlite",
            point=f"{limit}-KB",
            kind="too-long",
            title=f"no file may be longer than {limit} KB",
            play=partial(limited, limit),
        )
    yield Run(row="R23", database="sqlite", point="pages", kind="full", title="a page on a full disk", play=full_pages)
    yield Run(
        row="R25",
        database="sqlite",
        point="pages",
        kind="read-only",
        title="a page after a crash, on a disk that can only be read",
        play=read_only_pages,
    )


def full_disk(pages: int, stage: Stage) -> None:
    """Fill the disk under a worker, let it try, make room, and let it go on."""
    stage.settings["ACCREDIT_LOW_WATER"] = "0MB"
    with disks.small_disk(stage.folder, spare=SPARE):
        ended = stage.run(issue_on_a_full_disk, pages * disks.PAGE)
    _must_have_gone_on(stage, ended)


def issue_on_a_full_disk(folder: Path, room: int) -> tuple[str, ...]:
    """Issue while the disk is full, verify, and issue again when it is not; return what went wrong beside that."""
    settings = load_settings()
    with Database(settings.database_url) as database:
        wrong = list(verify_everything(database))
        disks.fill(folder, but_for=room)
        try:
            _issue(database)
        except Exception:  # noqa: BLE001  # what it is stands in the log; the worker goes on
            traceback.print_exc()
        wrong += verify_everything(database)
        disks.make_room(folder)
        _issue(database)
        return (*wrong, *child.unfinished(database))


def limited(kilobytes: int, stage: Stage) -> None:
    """Let no file grow beyond a length for a while: what a quota does, and needs no root."""
    _must_have_gone_on(stage, stage.run(issue_limited, kilobytes * 1024))


def issue_limited(_folder: Path, length: int) -> tuple[str, ...]:
    """Issue under the limit, verify, and issue again without it."""
    settings = load_settings()
    with Database(settings.database_url) as database:
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (length, hard))
        try:
            _issue(database)
        except Exception:  # noqa: BLE001  # what it is stands in the log; the worker goes on
            traceback.print_exc()
        wrong = verify_everything(database)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        _issue(database)
        return (*wrong, *child.unfinished(database))


def low_water(stage: Stage) -> None:
    """Have less room than the mark: nothing is begun, `/readyz` says why, and it goes on when there is room."""
    with disks.small_disk(stage.folder, spare=SPARE):
        ended = stage.run(wait_for_room)
        log = (stage.folder / "child.log").read_text(errors="replace")
    _must_have_gone_on(stage, ended)
    if "make room" not in log or "low-water" not in log:
        stage.found.wrong.append("the worker does not say that there is too little room")


def wait_for_room(_folder: Path) -> tuple[str, ...]:
    """Sweep with too little room, look at the pages, lower the mark, and sweep again."""
    settings = load_settings()
    with Database(settings.database_url) as database:
        with database.reading() as db:
            before = db.execute(sa.select(sa.func.count()).select_from(Issuance)).scalar_one()
        _issue(database)
        with database.reading() as db:
            after = db.execute(sa.select(sa.func.count()).select_from(Issuance)).scalar_one()
        wrong = list(verify_everything(database))
        wrong += [f"{after - before} were prepared without room"] if after != before else []
        told = _site(database).get("/readyz", base_url=settings.base_url)
        if told.status_code != 503 or "issuing goes on by itself" not in told.get_json()["room"]:
            wrong.append(f"/readyz says {told.status_code} {told.get_json()}")
        os.environ["ACCREDIT_LOW_WATER"] = "1MB"
        _issue(database)
        return (*wrong, *child.unfinished(database))


def full_pages(stage: Stage) -> None:
    """Open pages and send a form to a service whose disk is full."""
    _let_somebody_sign_in(stage)
    with disks.small_disk(stage.folder, spare=SPARE):
        _must_have_gone_on(stage, stage.run(pages_on_a_full_disk), whole=False)


def pages_on_a_full_disk(folder: Path) -> tuple[str, ...]:
    """Fill the disk under a service, look at its pages, make room, and sign in."""
    settings = load_settings()
    with Database(settings.database_url) as database:
        # A service that runs has its database open; one that is started on a full disk cannot open it (docs/operating).
        _site(database).get("/readyz", base_url=settings.base_url)
        disks.fill(folder, but_for=0)
        wrong = _pages(database, expected=503)
        disks.make_room(folder)
        return (*wrong, *_pages(database, expected=303))


def read_only(stage: Stage) -> None:
    """Start the worker on a disk that can only be read: it signs nothing, and ends with a sentence."""
    with disks.read_only(stage.folder):
        ended = stage.issue()
        log = (stage.folder / "child.log").read_text(errors="replace")
    if ended.code == 0 and "can only be read" not in log:
        stage.found.wrong.append("it says nothing of a disk that can only be read")
    with stage.opened() as database:
        if not child.unfinished(database):
            stage.found.wrong.append("it issued on a disk that can only be read")


def read_only_pages(stage: Stage) -> None:
    """Crash, start again on a disk that can only be read, and look at the pages."""
    _let_somebody_sign_in(stage)
    ended = stage.issue("S4.after_commit:kill")
    assert ended.code == -signal.SIGKILL
    with disks.read_only(stage.folder):
        _must_have_gone_on(stage, stage.run(pages_that_cannot_be_saved), whole=False)


def pages_that_cannot_be_saved(_folder: Path) -> tuple[str, ...]:
    """Look at the pages of a service that can write nothing."""
    settings = load_settings()
    with Database(settings.database_url) as database:
        return _pages(database, expected=503)


def verify_everything(database: Database) -> tuple[str, ...]:
    """Verify what was released; return every verdict that is not as it should be (I19)."""
    with database.reading() as db:
        released = sa.select(col(Issuance.signed_document)).where(col(Issuance.released_at).is_not(None))
        documents = [each for each in db.execute(released).scalars() if each is not None]
        reports = [verification.verify(each, now=utc_now(), sources=DatabaseSources(db)).verdict for each in documents]
    return tuple(f"an issued credential is {each}" for each in reports if each not in GOOD)


def _issue(database: Database) -> None:
    issuer = open_desk(load_settings(), database, [Queue.SIGN]).issuer
    assert issuer is not None
    issuer.issue_waiting()


def _must_have_gone_on(stage: Stage, ended: child.Ended, *, whole: bool = True) -> None:
    assert ended.code == 0, ended.error
    stage.found.wrong += ended.result or ()
    if whole:
        with stage.opened() as database:
            stage.found.wrong += child.unfinished(database)


def _site(database: Database) -> FlaskClient:
    app = accredit.app.compose(database, load_settings())
    app.config.update(WTF_CSRF_ENABLED=False)
    return app.test_client()


def _pages(database: Database, *, expected: int) -> tuple[str, ...]:
    """Verify by a code, and sign in; return what is not as it should be."""
    site, host = _site(database), load_settings().base_url
    with database.reading() as db:
        released = sa.select(col(Credential.code)).join(Issuance, col(Issuance.id) == col(Credential.issuance_id))
        code = db.execute(released.where(col(Issuance.released_at).is_not(None))).scalars().first()
    answer = site.get(f"/api/verify/{code}", base_url=host)
    wrong = []
    if answer.status_code != 200 or answer.get_json()["verdict"] not in GOOD:
        wrong.append(f"verifying is answered with {answer.status_code}: {answer.text[:200]}")
    signed_in = site.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}, base_url=host)
    if signed_in.status_code != expected or "Traceback" in signed_in.text:
        wrong.append(f"signing in is answered with {signed_in.status_code}, not {expected}: {signed_in.text[-300:]}")
    if expected == 503 and "Nothing is lost" not in signed_in.text:
        wrong.append("the page does not say that nothing is lost")
    return tuple(wrong)


def _let_somebody_sign_in(stage: Stage) -> None:
    with stage.opened() as database, database.transaction() as db:
        staff_id = factories.add_staff(db, stage.school.organisation_id, name="Lee Enghraifft", email=EMAIL)
        factories.give_role(db, staff_id, Role.COORDINATOR)
        account = people.account_by_email(db, EMAIL)
        assert account is not None
        signing_in.set_password(db, account_id=account.id, text=PASSWORD)
