"""A stage for one misfortune: a copy of the small school, processes that may die in it, recovery, the whole check."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.credentials.models import Credential
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import Stage as Step
from accredit.domain.notifications.models import OutgoingMail
from accredit.domain.transparency.models import LedgerRecord
from accredit.domain.transparency.rules import Act
from accredit.storage import Database, Session
from accredit.storage.lock_store import LockStore
from tests import databases
from tests.faults import child, school
from tests.faults.child import Child, Ended
from tests.faults.school import School

ORDINARY_FILES = {"accredit.sqlite", "accredit.sqlite-wal", "accredit.sqlite-shm", "child.log", "outbox.txt"}


@dataclass(kw_only=True)
class Found:
    """What the whole check found: acknowledged and gone, there twice, not in the ledger, or wrong in another way."""

    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    unlogged: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.lost or self.duplicated or self.unlogged or self.wrong)

    def add(self, other: Found) -> None:
        """Take over what another check found."""
        self.lost += other.lost
        self.duplicated += other.duplicated
        self.unlogged += other.unlogged
        self.wrong += other.wrong


class Stage:
    """One school in one folder, on one database.

    ``awards`` and ``mails`` are what was acknowledged: a play that has more acknowledged adds it there. ``found`` is
    for a play that finds something itself, in the same words.
    """

    def __init__(self, folder: Path, database_kind: str, url: str, built: School) -> None:
        """Name what lies in ``folder``; nothing is opened."""
        self.folder, self.database_kind, self.url, self.school = folder, database_kind, url, built
        self.settings = school.settings_of(folder, url)
        self.awards = set(built.awards)
        self.mails = set(built.mails)
        self.found = Found()

    @contextmanager
    def opened(self) -> Iterator[Database]:
        """Open the database from this process, for a while."""
        database = Database(self.url)
        try:
            yield database
        finally:
            database.close()

    @property
    def lock(self) -> LockStore:
        """What was signed last, outside the database."""
        return LockStore(self.folder / "keys" / "last-signed.sqlite")

    def start(self, act: Callable[..., Any], *arguments: Any, fault: str = "", waits: bool = False) -> Child:
        """Start a process that does ``act(folder, *arguments)`` with this stage's settings."""
        return child.start(act, self.folder, self.settings, *arguments, fault=fault, waits=waits)

    def run(self, act: Callable[..., Any], *arguments: Any, fault: str = "") -> Ended:
        """Do the same and wait for its end."""
        return self.start(act, *arguments, fault=fault).end()

    def issue(self, fault: str = "") -> Ended:
        """Run one pass of issuing in a process of its own."""
        return self.run(child.issue_once, fault=fault)

    def recover(self, fault: str = "") -> Ended:
        """Start the worker anew and let it sweep until nothing is left to do, in a process of its own."""
        return self.run(child.recover, fault=fault)

    def check(self) -> Found:
        """Look at everything, when all should be at its end; `Found` is empty when nothing is amiss."""
        told = self.run(child.check_everything)
        found = Found(wrong=[*(told.result or ()), *([told.error or "fsck died"] if told.code else [])])
        with self.opened() as database:
            found.wrong += child.unfinished(database)
            with database.reading() as db:
                self._check_credentials(db, found)
                self._check_log(db, found)
                self._check_mail(db, found)
        found.wrong += self._stray_files()
        found.add(self.found)
        return found

    def _check_credentials(self, db: Session, found: Found) -> None:
        live = db.execute(sa.select(Issuance).where(col(Issuance.stage) != Step.VOID)).scalars().all()
        released = Counter(row.subject_id for row in live if row.stage is Step.RELEASED)
        found.lost += [f"award {each}" for each in sorted(self.awards - set(released))]
        of_awards = Counter(row.subject_id for row in live)
        found.duplicated += [f"award {each}: {count} credentials" for each, count in of_awards.items() if count > 1]
        found.wrong += [f"award {each} is nobody's" for each in sorted(set(of_awards) - self.awards)]
        everything = db.execute(sa.select(Issuance)).scalars().all()
        places = Counter((row.status_list_id, row.status_index) for row in everything)
        found.duplicated += [f"place {index} of a list" for (_, index), count in places.items() if count > 1]
        codes = Counter(db.execute(sa.select(col(Credential.issuance_id))).scalars())
        ids = {row.id for row in live}
        found.lost += [f"the code of {each}" for each in sorted(ids - set(codes))]
        found.duplicated += [f"codes of {each}" for each, count in codes.items() if count > 1]

    @staticmethod
    def _check_log(db: Session, found: Found) -> None:
        leaves = db.execute(
            sa.select(col(LedgerRecord.subject_id), col(LedgerRecord.leaf_index)).where(
                col(LedgerRecord.act) == Act.CREDENTIAL_ISSUED
            )
        ).all()
        logged = dict((row.subject_id, row.leaf_index) for row in leaves)  # noqa: C402  # rows are not pairs to mypy
        found.duplicated += [
            f"leaves of {each}" for each, count in Counter(row.subject_id for row in leaves).items() if count > 1
        ]
        signed = db.execute(sa.select(Issuance).where(col(Issuance.signed_document).is_not(None))).scalars().all()
        found.unlogged += [
            f"issuance {row.id}" for row in signed if row.leaf_index is None or logged.get(row.id) != row.leaf_index
        ]

    def _check_mail(self, db: Session, found: Found) -> None:
        unsent = set(db.execute(sa.select(col(OutgoingMail.id)).where(col(OutgoingMail.sent_at).is_(None))).scalars())
        found.wrong += [f"letter {each} was not sent" for each in sorted(unsent)]
        outbox = self.folder / "outbox.txt"
        accepted = outbox.read_text(encoding="utf-8").split() if outbox.exists() else []
        # At least once, and under the same number each time, so that whoever gets it twice can see that (I12).
        found.lost += [f"letter {each}" for each in sorted(self.mails) if f"<{each}@accredit.example>" not in accepted]
        known = {f"<{each}@accredit.example>" for each in self.mails}
        found.duplicated += [f"a letter under another number: {each}" for each in accepted if each not in known]

    def _stray_files(self) -> list[str]:
        files = [each.relative_to(self.folder) for each in self.folder.rglob("*") if each.is_file()]
        ordinary = ORDINARY_FILES | {"keys/last-signed.sqlite", "keys/last-signed.sqlite-journal"}
        return [
            f"a file is left: {each}"
            for each in files
            if str(each) not in ordinary and not (each.parent.name == "keys" and _is_key(each.name))
        ]


def _is_key(name: str) -> bool:
    try:
        UUID(name.removesuffix(".key.pem"))
    except ValueError:
        return False
    return True


class Theatre:
    """Builds each school once, and sets stages up from copies of it."""

    def __init__(self, folder: Path) -> None:
        """Keep everything in ``folder``; use it as a context manager, which ends what was started."""
        self._folder = folder
        self._open = ExitStack()
        self._built: dict[tuple[str, str], School] = {}
        self._cluster: str | None = None
        self._count = 0

    def __enter__(self) -> Self:
        """Nothing is built before it is needed."""
        return self

    def __exit__(self, *error: object) -> None:
        """Stop the cluster, if one was started."""
        self._open.close()

    @contextmanager
    def stage(self, database_kind: str, situation: str = "later") -> Iterator[Stage]:
        """Set a fresh copy up, and clear it away afterwards."""
        built = self._school(database_kind, situation)
        self._count += 1
        folder = self._folder / f"stage-{self._count}"
        shutil.copytree(self._prepared(database_kind, situation), folder)
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            if database_kind == "postgresql":
                url = stack.enter_context(databases.postgresql_copy(self._postgresql, template=_template(situation)))
            else:
                url = f"sqlite:///{folder / 'accredit.sqlite'}"
            yield Stage(folder, database_kind, url, built)

    def _school(self, database_kind: str, situation: str) -> School:
        key = (database_kind, situation)
        if key not in self._built:
            folder = self._prepared(database_kind, situation)
            folder.mkdir(parents=True)
            url = f"sqlite:///{folder / 'accredit.sqlite'}"
            if database_kind == "postgresql":
                url = databases.create_postgresql(self._postgresql, _template(situation))
            database = Database(url)
            self._built[key] = school.build(database, school.settings_of(folder, url), situation)
            databases.settle(database)
        return self._built[key]

    @property
    def _postgresql(self) -> str:
        if self._cluster is None:
            self._cluster = self._open.enter_context(databases.postgresql_cluster())
        return self._cluster

    def _prepared(self, database_kind: str, situation: str) -> Path:
        return self._folder / f"{database_kind}-{situation}"


def _template(situation: str) -> str:
    return f"school_{situation}"
