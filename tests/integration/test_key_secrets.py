"""Private keys are in one place only: not in what the service writes, not in the memory of the web (KY02, KY15)."""

from __future__ import annotations

import base64
import contextlib
import os
import time
import traceback
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from alembic import command
from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accredit import migrations
from accredit.cli.backup import backup
from accredit.cli.keys import keys
from accredit.cli.ledger import ledger
from accredit.clock import utc_now
from accredit.domain.issuing import queries
from accredit.keyring import KeyRing
from accredit.keyring.ring import PrivateKey
from accredit.kit.vc import multibase
from accredit.storage import Database
from tests.integration.cohort import PASSPHRASE, WORK, Cohort, awarded, wait_until_released
from tests.processes import Service

WORKING_PASSPHRASE = "only for tests, only for tests"


def _secret(key: PrivateKey) -> bytes:
    """Return what must be known to sign: the seed, the scalar, or one of the primes."""
    if isinstance(key, Ed25519PrivateKey):
        return key.private_bytes_raw()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.private_numbers().private_value.to_bytes(32, "big")
    assert isinstance(key, rsa.RSAPrivateKey)
    return key.private_numbers().p.to_bytes(192, "big")


def _spellings(secret: bytes) -> dict[str, bytes]:
    """Write a secret in every way that a program might."""
    pem = b"-----BEGIN PRIVATE KEY-----"
    plain = base64.b64encode(secret).rstrip(b"=")
    shifted = [base64.b64encode(b"\0" * shift + secret)[4:-4] for shift in (1, 2)]
    return {
        "raw": secret,
        "backwards": secret[::-1],
        "hex": secret.hex().encode(),
        "HEX": secret.hex().upper().encode(),
        "base64": plain,
        "base64url": base64.urlsafe_b64encode(secret).rstrip(b"="),
        "base64 within something": shifted[0],
        "base64 within something else": shifted[1],
        "base32": base64.b32encode(secret).rstrip(b"="),
        "base58": multibase.encode_base58(secret)[1:].encode(),
        # ed25519-priv of Multicodec, as Multikey writes secretKeyMultibase.
        "multibase": multibase.encode_base58(b"\x80\x26" + secret).encode(),
        "Python's repr": repr(secret)[2:-1].encode(),
        "an unencrypted PEM": pem,
    }


def _secrets_of(folder: Path, passphrase: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {"the passphrase": passphrase.encode()}
    for path in sorted(folder.glob("*.key.pem")):
        key = serialization.load_pem_private_key(path.read_bytes(), passphrase.encode())
        assert isinstance(key, Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
        found |= {f"{path.name} in {way}": text for way, text in _spellings(_secret(key)).items()}
    return found


def _leaks(files: Iterable[Path], secrets: Mapping[str, bytes]) -> list[str]:
    return [
        f"{path} holds {what}"
        for path in files
        if path.is_file()
        for data in [path.read_bytes()]
        for what, text in secrets.items()
        if text in data
    ]


@pytest.mark.attack("KY02")
@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_ky02_nothing_that_is_written_holds_a_private_key_or_the_passphrase(
    sqlite_database: Database, tmp_path: Path, algorithm: str
) -> None:
    cohort = awarded(sqlite_database, tmp_path, 2)
    command.stamp(migrations.configuration(sqlite_database), "head")
    output = tmp_path / "output"
    output.mkdir()
    _issue_with_a_log(cohort, output / "work.log", algorithm)
    environment = cohort.environment() | {
        "ACCREDIT_JWT_ALGORITHM": algorithm,
        "ACCREDIT_TOMBSTONES": str(tmp_path / "erased.jsonl"),
    }
    for number, (program, arguments) in enumerate(
        [
            (backup, [str(output / "backups")]),
            (keys, ["list"]),
            (keys, ["export", str(output / "register.toml")]),
            (ledger, ["export", str(output / "log")]),
        ]
    ):
        done = CliRunner(env=environment).invoke(program, arguments)
        assert done.exit_code == 0, done.output + repr(done.exception)
        (output / f"{number}.out").write_text(done.output)
    _fail_with_a_traceback(cohort, output / "trouble.log")
    secrets = _secrets_of(tmp_path / "keys", PASSPHRASE)
    assert len(secrets) > 4 * 10
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "accredit.sqlite" for path in files)
    assert sum(path.is_relative_to(output) for path in files) > 6
    assert _leaks(files, secrets) == []
    # The search finds what is there to be found, in each spelling.
    for what, text in secrets.items():
        (tmp_path / "planted").write_bytes(b"before " + text + b" after")
        assert any(what in leak for leak in _leaks([tmp_path / "planted"], secrets))


def _issue_with_a_log(cohort: Cohort, log: Path, algorithm: str) -> None:
    saved = os.dup(1), os.dup(2)
    with log.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            with _working(cohort, algorithm):
                wait_until_released(cohort, len(cohort.awards))
        finally:
            os.dup2(saved[0], 1)
            os.dup2(saved[1], 2)
            os.close(saved[0])
            os.close(saved[1])
    assert b"working" in log.read_bytes()


@contextlib.contextmanager
def _working(cohort: Cohort, algorithm: str) -> Iterator[None]:
    """Run a worker of its own that makes keys for tokens by an algorithm."""
    process = cohort.start(WORK, ACCREDIT_JWT_ALGORITHM=algorithm)
    try:
        # On its command line, which everybody on the machine can read.
        assert PASSPHRASE.encode() not in Path(f"/proc/{process.pid}/cmdline").read_bytes()
        yield
    finally:
        process.terminate()
        process.wait(30)


def _fail_with_a_traceback(cohort: Cohort, log: Path) -> None:
    """Let signing break in the middle, and keep what would be told of it."""
    ring = KeyRing.open(cohort.folder / "keys", PASSPHRASE)
    with cohort.database.reading() as db:
        (key, *_) = queries.register(db)
    ring._load(key.id)
    try:
        ring.sign(key.id, None)  # type: ignore[arg-type]
    except TypeError:
        log.write_text(traceback.format_exc() + repr(ring) + str(vars(ring)["_keys"]) + utc_now().isoformat())
    assert "Traceback" in log.read_text()


def _memory(process_id: int) -> Iterator[bytes]:
    """Yield every part of a process's memory that can be read."""
    with Path(f"/proc/{process_id}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process_id}/maps").read_text().splitlines():
            span, rights, *_ = line.split()
            if not rights.startswith("r") or line.endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
                continue
            begin, end = (int(part, 16) for part in span.split("-"))
            with contextlib.suppress(OSError, ValueError, OverflowError):
                memory.seek(begin)
                yield memory.read(end - begin)


def _held(process_ids: Iterable[int], secrets: Mapping[str, bytes]) -> set[str]:
    return {
        what
        for process_id in process_ids
        for part in _memory(process_id)
        for what, text in secrets.items()
        if text in part
    }


def _family(process_id: int) -> list[int]:
    children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
    return [process_id, *(member for child in children for member in _family(int(child)))]


@pytest.mark.attack("KY15")
@pytest.mark.attack("KY07")
def test_ky15_the_memory_of_the_web_holds_no_private_key_and_that_of_the_worker_does(tmp_path: Path) -> None:
    service = Service(tmp_path / "service")
    service.run("migrate")
    try:
        # As on a machine where somebody set the passphrase for both: the web forgets it.
        web = service.start("serve", ACCREDIT_KEY_PASSPHRASE=WORKING_PASSPHRASE)
        worker = service.start("work")
        service.wait_until_served()
        folder = Path(service.settings["ACCREDIT_KEYS_DIR"])
        _wait_for(folder)
        for path in ("/healthz", "/readyz", "/", "/ledger/checkpoint"):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(service.base_url + path, timeout=20).read()
        secrets = {
            what: text
            for what, text in _secrets_of(folder, WORKING_PASSPHRASE).items()
            if not what.endswith(("an unencrypted PEM",))
        }
        # The kernel keeps the environment that a process began with, whatever the process forgets.
        secrets.pop("the passphrase")
        assert _held(_family(web.pid), secrets) == set()
        assert any(what.endswith("raw") for what in _held(_family(worker.pid), secrets)), "the search finds keys"
    finally:
        service.stop()


def _wait_for(folder: Path) -> None:
    deadline = time.monotonic() + 60
    while not list(folder.glob("*.key.pem")):
        assert time.monotonic() < deadline, "the worker made no key"
        time.sleep(0.1)
