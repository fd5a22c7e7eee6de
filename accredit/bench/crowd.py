"""A service with as many credentials as is asked for: thirty that are whole, and rows of a crowd around them.

The thirty are those of the demonstration, each issued anew after the crowd has come, so that their places in the tables
and in the log are among all the others. The crowd are rows of the same tables, with every index, key and leaf, and with
documents of two bytes: nobody ever asks for them, and a million whole ones would be 25 GB. Such a database is made to
be measured and thrown away; `accredit fsck` would rightly complain about it.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import col

from accredit import __file__ as package
from accredit.bench.load import HOST, free_port
from accredit.clock import utc_now
from accredit.domain.audit.rules import SERVICE
from accredit.domain.credentials.models import Credential
from accredit.domain.issuing import replacing
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import ReplaceReason, Stage
from accredit.domain.transparency import operations as transparency
from accredit.errors import NotReady
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.kit.ledger.merkle import leaf_hash
from accredit.storage import Database, Session

_ROOT: Final = Path(package).resolve().parents[1]
_CHUNK: Final = 50_000
_CACHE_KILOBYTES: Final = 1_000_000


def _id(kind: str, number: str) -> str:
    return f"printf('fe{kind}%029x', {number})"


# What differs from row to row, by table; all else is copied. The ids of a table ascend, as those of real rows do
# (UUIDv7), so that every row is written at the end of its index; only what strangers may know looks like chance.
_ROWS: Final[Mapping[str, Mapping[str, str]]] = {
    "young_person": {"id": _id("1", "n"), "school_reference": "'C' || n", "upn_hash": "NULL"},
    "award": {"id": _id("2", "n"), "enrolment_id": _id("3", "n"), "assessment": "'{}'", "portfolio": "'{}'"},
    "issuance": {
        "id": _id("4", "n"),
        "subject_id": _id("2", "n"),
        "credential_id": "lower(hex(randomblob(16)))",
        "status_list_id": _id("5", "n / 131072"),
        "status_index": "n % 131072",
        "unsigned_document": "NULL",
        "signed_document": "X'7B7D'",
        "signed_jwt": "NULL",
        "signed_jwt_digest": "NULL",
        "jwt_signing_key_id": "NULL",
        "leaf_index": "n",
    },
    "credential": {
        "id": _id("6", "n"),
        "award_id": _id("2", "n"),
        "issuance_id": _id("4", "n"),
        "young_person_id": _id("1", "n"),
        "code": "hex(randomblob(7))",
    },
    "ledger_record": {
        "leaf_index": "n",
        "act": "'credential-issued'",
        "subject_id": _id("4", "n"),
        "record": "'{}'",
    },
}


@dataclass(frozen=True)
class Service:
    """A folder with its settings, and the codes of the credentials that are whole."""

    folder: Path
    environment: Mapping[str, str]
    codes: tuple[str, ...]

    @property
    def address(self) -> str:
        """The address of the database."""
        return self.environment["ACCREDIT_DATABASE_URL"]


def demonstration(folder: Path) -> None:
    """Play the demonstration's year in a folder. Raises `NotReady` where that fails."""
    command = [sys.executable, "-m", "accredit", "demo", "--once", "--folder", str(folder), "--port", str(free_port())]
    played = subprocess.run(command, env=without_settings(), capture_output=True, text=True, check=False)  # noqa: S603  # our own program
    if played.returncode:
        raise NotReady("bench-demonstration", f"The demonstration could not be played: {played.stderr[-300:]}")


def without_settings() -> dict[str, str]:
    """Return the environment without any setting, in which this very package is found."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ACCREDIT_")}
    return kept | {"PYTHONPATH": str(_ROOT)}


def crowded(played: Path, folder: Path, *, credentials: int, port: int) -> Service:
    """Copy a demonstration that was played, add a crowd until there are so many credentials, and issue thirty anew."""
    shutil.copytree(played, folder)
    settings = _settings(folder, port)
    with Database(settings["ACCREDIT_DATABASE_URL"]) as database:
        with database.reading() as db:
            there: int = db.execute(sa.select(sa.func.count()).select_from(Credential)).scalar_one()
        # Each of those that are there is issued once more.
        _fill(database, max(0, credentials - 2 * there), now=utc_now())
        codes = _issued_anew(database, folder)
    return Service(folder=folder, environment=settings, codes=codes)


def _settings(folder: Path, port: int) -> dict[str, str]:
    lines = (folder / "settings.sh").read_text(encoding="utf-8").splitlines()
    values = dict(line.removeprefix("export ").split("=", 1) for line in lines)
    values = {name: value.strip("'") for name, value in values.items()}
    return values | {
        "ACCREDIT_BASE_URL": f"http://{HOST}:{port}",
        "ACCREDIT_LISTEN_PORT": str(port),
        "ACCREDIT_DATABASE_URL": f"sqlite:///{folder / 'accredit.sqlite'}",
        "ACCREDIT_KEYS_DIR": str(folder / "keys"),
        # Every question comes from a reader of its own, as the requests say: limits are for one reader.
        "ACCREDIT_TRUSTED_PROXIES": "1",
    }


def _fill(database: Database, number: int, *, now: datetime) -> None:
    with database.transaction() as db:
        first = transparency.lock_head(db).size
        for start in range(first, first + number, _CHUNK):
            add_leaves(db, min(_CHUNK, first + number - start), now=now)
    connection = database.engine.raw_connection()
    try:
        driver: Any = connection.driver_connection
        # Nothing here has to survive a power cut, and what refers to what was made above.
        for pragma in ("foreign_keys", "synchronous", "query_only", "secure_delete", "cell_size_check"):
            driver.execute(f"PRAGMA {pragma} = OFF")
        driver.execute(f"PRAGMA cache_size = -{_CACHE_KILOBYTES}")
        driver.execute("PRAGMA journal_mode = OFF")
        driver.execute("BEGIN IMMEDIATE")
        for table in _ROWS:
            driver.execute(_copying(driver, table), (first, number))
        driver.execute("COMMIT")
        driver.execute("PRAGMA journal_mode = WAL")
    finally:
        # Not back to the pool: its pragmas are others'.
        connection.invalidate()


def add_leaves(db: Session, number: int, *, now: datetime) -> None:
    """Append leaves of chance, as `transparency.append_many` would, without what they commit to."""
    tree = transparency.lock_head(db)
    moment = now.replace(tzinfo=None).isoformat(" ", timespec="microseconds")
    rows, completed = [], []
    chance = os.urandom(32 * number)
    for at in range(0, len(chance), 32):
        entry = chance[at : at + 32]
        hashed = leaf_hash(entry)
        rows.append((tree.size, entry, hashed, moment))
        completed += tree.append(hashed)
    statement = 'INSERT INTO ledger_leaf ("index", entry, leaf_hash, appended_at) VALUES (?, ?, ?, ?)'
    db.connection().exec_driver_sql(statement, rows)
    transparency.keep_nodes(db, completed)
    head = {"size": tree.size, "frontier": b"".join(tree.hashes)}
    db.execute(sa.text("UPDATE ledger_head SET size = :size, frontier = :frontier"), head)


def _copying(driver: Any, table: str) -> str:
    columns = [row[1] for row in driver.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(_ROWS[table].get(name, f't."{name}"') for name in columns)
    template = f"(SELECT * FROM {table} LIMIT 1) AS t"  # noqa: S608  # nosec B608  # names of this module
    numbers = "WITH RECURSIVE counted(n, left) AS (SELECT ?1, ?2 UNION ALL SELECT n + 1, left - 1 FROM counted)"
    some = "(SELECT n FROM counted WHERE left > 0 LIMIT ?2)"
    return f"INSERT INTO {table} {numbers} SELECT {values} FROM {template} CROSS JOIN {some}"  # noqa: S608  # nosec B608


def _issued_anew(database: Database, folder: Path) -> tuple[str, ...]:
    secrets = json.loads((folder / "demonstration.json").read_text(encoding="utf-8"))["secrets"]
    with (folder / "people.csv").open(encoding="utf-8-sig", newline="") as file:
        printed = [line["Code"].replace("-", "") for line in csv.DictReader(file)]
    with database.transaction() as db:
        for issuance_id in _issuances(db, printed):
            reason = ReplaceReason.RECORD_CORRECTED
            replacing.replace(db, issuance_id=issuance_id, reason=reason, actor=SERVICE, now=utc_now())
    done = open_issuer(database, KeyRing.open(folder / "keys", secrets["key_passphrase"])).issue_waiting()
    if done.refused or not done.released:
        raise NotReady("bench-issuing", f"The thirty could not be issued anew: {done.refused}")
    with database.reading() as db:
        newest = sa.select(col(Credential.code)).join(Issuance, col(Issuance.id) == col(Credential.issuance_id))
        rounds = newest.where(col(Issuance.round) > 0, col(Issuance.stage) == Stage.RELEASED)
        return tuple(db.execute(rounds.order_by(col(Credential.code))).scalars())


def _issuances(db: Session, codes: list[str]) -> Iterator[Any]:
    for at in range(0, len(codes), 500):
        wanted = sa.select(col(Credential.issuance_id)).where(col(Credential.code).in_(codes[at : at + 500]))
        yield from db.execute(wanted).scalars().all()
