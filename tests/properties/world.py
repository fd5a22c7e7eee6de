"""One service that steps are done to: its database, its keys, its lock, its witness, and what lies outside of them.

Everything goes through the product's own operations and commands. What a step must lead to is `model`'s.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from unittest import mock
from uuid import UUID

import sqlalchemy as sa
from click import Command
from click.testing import CliRunner
from sqlmodel import col
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from accredit.cli.backup import backup
from accredit.cli.ledger import ledger
from accredit.cli.restore import restore, settle
from accredit.clock import utc_now
from accredit.domain.credentials import queries as credentials
from accredit.domain.credentials.models import Credential
from accredit.domain.issuing import queries as issuing
from accredit.domain.issuing.models import Issuance, StatusList
from accredit.domain.transparency import queries as log
from accredit.domain.transparency.models import LedgerCheckpoint, LedgerLeaf, LedgerRecord
from accredit.domain.verification import operations as verification
from accredit.domain.verification.queries import DatabaseSources
from accredit.errors import RuleBroken
from accredit.jobs.handlers import Desk
from accredit.jobs.inspecting import checks
from accredit.jobs.issuing import Issuer
from accredit.jobs.reconciler import Reconciler
from accredit.jobs.witnesses import Witnesses, configured
from accredit.jobs.worker import erase_again, open_issuer
from accredit.keyring import KeyRing
from accredit.kit.ledger.merkle import range_root
from accredit.kit.vc import status_list
from accredit.storage import Database
from accredit.storage.lock_store import LockStore
from accredit.storage.tombstones import Tombstones
from accredit.witness.application import WitnessApplication, open_witness
from tests.factories import HOST
from tests.integration.lost_database import postgresql_programs
from tests.properties import child
from tests.properties.model import LOST, Answer
from tests.properties.template import ORIGIN, PASSPHRASE, Template, copy_folder


class Switchboard:
    """The one address under which the witness of the sequence that is being played is reached."""

    def __init__(self) -> None:
        """Begin to listen on a free port of this machine."""
        self.witness: WitnessApplication | None = None
        self._server = make_server("127.0.0.1", 0, self, threaded=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.port}"

    def __call__(self, environ: dict[str, object], start_response: object) -> Iterable[bytes]:
        """Pass a request on."""
        application = self.witness or Response("nobody is there", status=503)
        return application(environ, start_response)  # type: ignore[arg-type]


@cache
def switchboard() -> Switchboard:
    """Return the one of this process."""
    return Switchboard()


@dataclass(frozen=True, kw_only=True)
class Row:
    """One issuance as the database has it."""

    id: UUID
    award_id: UUID
    round: int
    credential_id: UUID
    stage: str
    status: str
    leaf: int | None
    status_list: UUID
    index: int
    is_empty: bool


@dataclass
class World:
    """One service."""

    template: Template
    folder: Path
    url: str = ""
    seen: dict[int, bytes] = field(default_factory=dict)
    """The roots of all checkpoints that ever were, by size."""
    places: dict[tuple[UUID, int], UUID] = field(default_factory=dict)
    """Which credential was ever given a place in a status list."""

    def __post_init__(self) -> None:
        """Begin as a copy of the template."""
        copy_folder(self.template, self.folder)
        self.url = self.template.kind.copy(self.folder)
        self.database = Database(self.url)
        self.issuer: Issuer | None = None
        self.witnesses: Witnesses | None = None
        self.said = ""
        switchboard().witness = WitnessApplication(open_witness(self.folder / "witness", PASSPHRASE), utc_now)
        self._environment = mock.patch.dict(os.environ, self.environment())
        self._environment.start()

    def close(self) -> None:
        """Give everything back."""
        self._environment.stop()
        self.database.close()
        self.template.kind.drop()

    # ── places

    @property
    def keys(self) -> Path:
        """The folder of keys."""
        return self.folder / "keys"

    @property
    def lock(self) -> LockStore:
        """What was signed last."""
        return LockStore(self.keys / "last-signed.sqlite")

    @property
    def tombstones(self) -> Tombstones:
        """The list of who was erased."""
        return Tombstones(self.folder / "erased.jsonl")

    @property
    def mirror(self) -> Path:
        """The published files, as somebody else's web host carries them."""
        return self.folder / "mirror"

    def environment(self) -> dict[str, str]:
        """Return the settings of the service."""
        return {
            "ACCREDIT_BASE_URL": f"https://{HOST}",
            "ACCREDIT_SECRET_KEY": "s" * 32,
            "ACCREDIT_PEPPER": "p" * 32,
            "ACCREDIT_DATABASE_URL": self.url,
            "ACCREDIT_KEYS_DIR": str(self.keys),
            "ACCREDIT_TOMBSTONES": str(self.tombstones.path),
            "PATH": f"{postgresql_programs()}:{os.environ['PATH']}",
        }

    def run(self, command: Command, *arguments: object) -> int:
        """Run a command of the product; return its exit code. Raises what it raises."""
        result = CliRunner(env=self.environment()).invoke(command, [str(each) for each in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.said = result.output
        return result.exit_code

    # ── the worker

    def start(self) -> Issuer:
        """Open what the worker opens, unless it is open."""
        if self.issuer is None:
            erase_again(self.database, self.tombstones)
            known = json.dumps([{"vkey": self.template.witness, "url": switchboard().url}])
            self.witnesses = Witnesses(self.database, configured(known), utc_now)
            keyring = KeyRing.open(self.keys, PASSPHRASE)
            self.issuer = open_issuer(self.database, keyring, lock=self.lock, witnesses=self.witnesses)
        return self.issuer

    def stop(self) -> None:
        """End the worker."""
        self.issuer = self.witnesses = None

    def work(self) -> None:
        """Keep every promise there is: issue, sign what status lists can be signed, and a checkpoint over it all."""
        issuer = self.start()
        Reconciler(self.database, Desk(issuer=issuer, post=None), utc_now).sweep()
        with self.database.reading() as db:
            lists = db.execute(sa.select(col(StatusList.id))).scalars().all()
        for each in lists:
            # Where its key was stolen and none is in its place yet, what was published stands.
            with suppress(RuleBroken):
                issuer.publish_status_list(each)
        issuer.publish()

    def crash(self, point: str) -> int:
        """Let the power fail at a named point of the worker's pass; return how the process ended."""
        self.stop()
        self.database.close()
        return child.issue_once(self.url, self.keys, PASSPHRASE, f"{point}:kill")

    def cosign(self) -> int:
        """Have the latest checkpoint cosigned."""
        self.start()
        assert self.witnesses is not None
        return self.witnesses.collect()

    # ── copies

    def back_up(self) -> Path:
        """Make a backup."""
        folder = self.folder / "backups" / str(len(list((self.folder / "backups").glob("*"))))
        assert self.run(backup, folder) == 0, self.said
        (made,) = folder.iterdir()
        return made

    def publish_files(self) -> dict[UUID, Path]:
        """Bring the mirror up to date; return the status lists in it."""
        assert self.run(ledger, "export", self.mirror) == 0, self.said
        found = {}
        with self.database.reading() as db:
            for each in db.execute(sa.select(StatusList)).scalars():
                if each.signed_list is not None:
                    found[each.id] = self.folder / f"list-{each.public_id}.json"
                    found[each.id].write_bytes(each.signed_list)
        return found

    def lose_database(self) -> None:
        """Point the service at a place where there is nothing."""
        self.stop()
        self.database.close()
        self.url = self.template.kind.empty(self.folder)
        os.environ["ACCREDIT_DATABASE_URL"] = self.url

    def restore(self, path: Path, *options: object) -> int:
        """Bring a backup back into the empty place; return the command's exit code."""
        code = self.run(restore, path, *options)
        self.database = Database(self.url)
        return code

    def settle(self, *options: object) -> int:
        """Say what was revoked meanwhile."""
        return self.run(settle, *options)

    # ── looking

    def problems(self) -> list[str]:
        """Run every check of ``accredit fsck --all``."""
        return [f"{name}: {each}" for name, check in checks(self.lock.path).items() for each in check(self.database)]

    def rows(self) -> list[Row]:
        """Return every issuance, and see that no place of a status list was ever given to two."""
        with self.database.reading() as db:
            found = [
                Row(
                    id=row.id,
                    award_id=row.subject_id,
                    round=row.round,
                    credential_id=row.credential_id,
                    stage=row.stage,
                    status=row.status,
                    leaf=row.leaf_index,
                    status_list=row.status_list_id,
                    index=row.status_index,
                    is_empty=row.signed_digest is None,
                )
                for row in db.execute(
                    sa.select(
                        *(col(Issuance.id), col(Issuance.subject_id), col(Issuance.round), col(Issuance.credential_id)),
                        *(col(Issuance.stage), col(Issuance.status), col(Issuance.leaf_index)),
                        *(col(Issuance.status_list_id), col(Issuance.status_index), col(Issuance.signed_digest)),
                    ).order_by(col(Issuance.subject_id), col(Issuance.round))
                )
            ]
        for each in found:
            owner = self.places.setdefault((each.status_list, each.index), each.credential_id)
            assert owner == each.credential_id, "a place in a status list was given out twice (I3)"
        return found

    def documents(self, issuance_id: UUID) -> tuple[bytes, bytes]:
        """Return both forms of what was signed."""
        with self.database.reading() as db:
            row = db.execute(
                sa.select(col(Issuance.signed_document), col(Issuance.signed_jwt)).where(
                    col(Issuance.id) == issuance_id
                )
            ).one()
        assert row[0] is not None
        assert row[1] is not None
        return row[0], row[1]

    def verify(self, documents: Iterable[bytes]) -> Iterator[Answer]:
        """Return the answer on each document."""
        with self.database.reading() as db:
            for each in documents:
                report = verification.verify(each, now=utc_now(), sources=DatabaseSources(db))
                yield report.verdict, report.reason

    def log(self, since: int) -> list[str]:
        """Return the acts of the leaves from an index on."""
        with self.database.reading() as db:
            rows = db.execute(
                sa.select(col(LedgerLeaf.index), col(LedgerRecord.act))
                .outerjoin(LedgerRecord, col(LedgerRecord.leaf_index) == col(LedgerLeaf.index))
                .where(col(LedgerLeaf.index) >= since)
                .order_by(col(LedgerLeaf.index))
            ).all()
        assert [index for index, _ in rows] == list(range(since, since + len(rows)))
        return [LOST if act is None else act.value for _, act in rows]

    def sizes(self) -> tuple[int, int, int]:
        """Return what was signed last, what a witness cosigned last, and what the lock knows."""
        with self.database.reading() as db:
            latest, cosigned = log.latest_checkpoint(db), log.last_cosigned(db, self.template.witness)
            for row in db.execute(sa.select(LedgerCheckpoint)).scalars():
                assert self.seen.setdefault(row.size, row.root) == row.root, "two roots for one size (I7)"
        kept = self.lock.latest(ORIGIN)
        return latest.size if latest else 0, cosigned.size if cosigned else 0, kept.size if kept else 0

    def continues_all(self) -> bool:
        """Say whether the log continues every checkpoint that was ever signed (I7)."""
        with self.database.reading() as db:
            held = log.size(db)
            return all(
                size <= held and range_root(log.hashes(db, size), 0, size) == root for size, root in self.seen.items()
            )

    def bits(self) -> dict[UUID, set[int]]:
        """Return what each list says that is published now."""
        with self.database.reading() as db:
            names = db.execute(sa.select(col(StatusList.public_id))).scalars().all()
            published = [each for name in names if (each := issuing.current_status_list(db, name)) is not None]
        found = {}
        for list_id, data in ((each.id, each.document) for each in published):
            decoded = status_list.decode(json.loads(data)["credentialSubject"]["encodedList"])
            known = [index for (of_list, index) in self.places if of_list == list_id]
            found[list_id] = {index for index in known if decoded.is_set(index)}
        return found

    def shown(self, code: str) -> UUID | None:
        """Return the credential that a typed code leads to."""
        with self.database.reading() as db:
            view = credentials.view_by_code(db, code)
        return None if view is None else view.credential_id

    def codes(self) -> dict[UUID, str]:
        """Return the typed codes by issuance."""
        with self.database.reading() as db:
            given = sa.select(col(Credential.issuance_id), col(Credential.code))
            return {issuance_id: code for issuance_id, code in db.execute(given)}  # noqa: C416  # rows, no items

    @contextmanager
    def keyring(self) -> Iterator[KeyRing]:
        """Open the keys as ``accredit keys`` does, beside the worker."""
        yield KeyRing.open(self.keys, PASSPHRASE)

    def log_key(self) -> str:
        """Return the verifier key of the log."""
        with self.database.reading() as db:
            return issuing.log_verifier_key(db) or ""
