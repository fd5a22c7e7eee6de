"""The folder of one witness: ``witness.json`` (its name and key), ``keys/``, ``logs.txt``, ``state.sqlite``.

``logs.txt`` has a line ``log <verifier key>`` for each log, as C2SP tlog-policy writes them; two keys of one name are
two keys of one log. Key and state are made once, by `found`; either, when it is missing later, is never made anew: a
witness under another key is another witness, and one that forgot what it cosigned is none.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from accredit.errors import Conflict, NotReady
from accredit.keyring import KeyRing
from accredit.kit.ledger.cosignature import CosignerKey
from accredit.kit.ledger.errors import NoteMalformed
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.kit.vc.multikey import KeyKind, PublicKey
from accredit.storage.lock_store import LockStore

IDENTITY = "witness.json"
LOGS = "logs.txt"
STATE = "state.sqlite"
_HEAD = "# The logs that this witness knows, a line for each of their keys: log <verifier key>\n"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who this witness is: its public key under its name, and where the private half lies."""

    key: CosignerKey
    key_id: UUID


def found(folder: Path, name: str, passphrase: str) -> Identity:
    """Make a witness in a folder that holds none, with a key of its own.

    Raises `Conflict` (``witness-exists``), `NotReady` (``witness-name`` and those of `KeyRing.open`).
    """
    if (folder / IDENTITY).exists():
        raise Conflict("witness-exists", f"{folder} already holds a witness; its key is never replaced.")
    keyring, key_id = KeyRing.open(folder / "keys", passphrase), uuid4()
    try:
        CosignerKey(name, bytes(32))
    except NoteMalformed as error:
        raise NotReady("witness-name", f"“{name}” cannot name a witness: {error.message}.") from error
    made = keyring.create(key_id)
    assert isinstance(made, PublicKey)
    identity = Identity(key=CosignerKey(name, made.raw), key_id=key_id)
    if not (folder / LOGS).exists():
        (folder / LOGS).write_text(_HEAD)
    state_of(folder).begin()
    # Last, and by one rename: a folder either holds a whole witness or none.
    _write(folder / IDENTITY, json.dumps({"name": name, "key": str(key_id), "vkey": str(identity.key)}, indent=2))
    return identity


def identity_of(folder: Path) -> Identity:
    """Read who the witness of a folder is. Raises `NotReady` (``witness-missing``, ``witness-unreadable``)."""
    path = folder / IDENTITY
    if not path.exists():
        raise NotReady("witness-missing", f"{folder} holds no witness. Make one with: accredit witness init NAME")
    try:
        stated = json.loads(path.read_text())
        return Identity(key=CosignerKey.parse(stated["vkey"]), key_id=UUID(stated["key"]))
    except (ValueError, KeyError, TypeError) as error:
        raise NotReady("witness-unreadable", f"{path} is damaged; restore it from a backup.") from error


def open_keys(folder: Path, identity: Identity, passphrase: str) -> KeyRing:
    """Open the witness's private key and compare it with its name. Raises `NotReady`."""
    keyring = KeyRing.open(folder / "keys", passphrase)
    keyring.check({identity.key_id: PublicKey(KeyKind.ED25519, identity.key.public_key)})
    return keyring


def state_of(folder: Path) -> LockStore:
    """Return where the witness keeps what it cosigned last.

    It was made with the witness: one that lost it, and keeps its key, would cosign another history of the same log.
    """
    return LockStore(folder / STATE, must_exist=True)


def known_logs(folder: Path) -> Mapping[str, tuple[Ed25519Key, ...]]:
    """Return the keys of every log the witness knows, by origin. Raises `NotReady` (``witness-logs``)."""
    path, logs = folder / LOGS, dict[str, tuple[Ed25519Key, ...]]()
    for number, line in enumerate(path.read_text().splitlines() if path.exists() else [], start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            key = _log_key(words)
        except NoteMalformed as error:
            raise NotReady("witness-logs", f"{path}, line {number}: {error.message}.") from error
        logs[key.name] = (*logs.get(key.name, ()), key)
    return logs


def _log_key(words: list[str]) -> Ed25519Key:
    if len(words) != 2 or words[0] != "log":
        raise NoteMalformed("log_line", "a line is 'log <verifier key>'")
    return Ed25519Key.parse(words[1])


def trust(folder: Path, verifier_key: str) -> Ed25519Key:
    """Add a log's key to those the witness knows; one that is known already changes nothing.

    Raises `NotReady` (``witness-logs``, ``log-key``).
    """
    try:
        key = Ed25519Key.parse(verifier_key)
    except NoteMalformed as error:
        raise NotReady("log-key", f"That is not a log's verifier key: {error.message}.") from error
    if key not in known_logs(folder).get(key.name, ()):
        path = folder / LOGS
        kept = path.read_text() if path.exists() else _HEAD
        _write(path, f"{kept.rstrip()}\nlog {key}\n")
    return key


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
