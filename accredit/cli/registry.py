"""``accredit registry``: the register of issuers elsewhere, for those who make one and for those who trust one."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID, uuid4

import click

from accredit.clock import utc_now
from accredit.config import key_passphrase, load_settings
from accredit.domain.organisations import queries as organisations
from accredit.domain.verification import registering
from accredit.domain.verification import registry as registers
from accredit.errors import Conflict, NotReady
from accredit.keyring import KeyRing
from accredit.kit.ledger.errors import LedgerError
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.kit.vc.multikey import PublicKey
from accredit.storage import Database

_IDENTITY = "registry.json"
_folder = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/registry"),
    show_default=True,
    help="where the register's own key lives",
)
_keys = click.option("--key", "keys", multiple=True, metavar="VERIFIER_KEY", help="Pin this key for once.")


@click.group()
def registry() -> None:
    """Make or trust a register of organisations elsewhere.

    A register is a file that somebody signs, with a version and an end. Whoever trusts it pins the key of whoever signs
    it in ACCREDIT_REGISTRY_KEYS; an older edition than the last one accepted never comes back.
    """


@registry.command()
@click.argument("name")
@_folder
def init(name: str, folder: Path) -> None:
    """Make a key for a register called NAME, such as register.example.org, and print what others pin.

    It needs ACCREDIT_KEY_PASSPHRASE and no other setting.
    """
    if (folder / _IDENTITY).exists():
        raise Conflict("registry-exists", f"{folder} already holds a register's key; it is never replaced.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keyring, key_id = KeyRing.open(folder / "keys", key_passphrase()), uuid4()
    made = keyring.create(key_id)
    assert isinstance(made, PublicKey)
    try:
        key = Ed25519Key(name, made.raw)
    except LedgerError as error:
        raise NotReady("registry-name", f"“{name}” cannot name a register: {error.message}.") from error
    (folder / _IDENTITY).write_text(json.dumps({"name": name, "key": str(key_id), "vkey": str(key)}, indent=2) + "\n")
    click.echo(str(key))


@registry.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="where to write it")
@_folder
def sign(source: Path, out: Path, folder: Path) -> None:
    """Sign the register in SOURCE, a JSON file, as docs/operating/register.md describes it."""
    try:
        told = json.loads((folder / _IDENTITY).read_text())
    except (OSError, ValueError) as error:
        detail = f"{folder} holds no key of a register. Make one: accredit registry init NAME"
        raise NotReady("registry-missing", detail) from error
    key, key_id = Ed25519Key.parse(told["vkey"]), UUID(told["key"])
    keyring = KeyRing.open(folder / "keys", key_passphrase())
    note = registers.sign(
        source.read_text(encoding="utf-8"),
        name=key.name,
        sign=lambda message: keyring.sign(key_id, message),
        public_key=key.public_key,
    )
    out.write_bytes(note)
    found = registers.read(note, [key])
    click.echo(
        f"Edition {found.version} of {found.name}: {len(found.issuers)} issuers, until {found.expires:%d %B %Y}."
    )


@registry.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_keys
def check(file: Path, keys: tuple[str, ...]) -> None:
    """Check FILE under the pinned keys, and change nothing."""
    pinned = registering.pinned(keys or load_settings().registry_keys)
    found = registers.read(file.read_bytes(), pinned)
    fresh = "in force" if found.is_fresh(utc_now()) else "NOT in force now"
    click.echo(f"Edition {found.version} of {found.name}, {fresh}, until {found.expires:%d %B %Y}.")
    for each in found.issuers.values():
        click.echo(f"  {each.issuer_id}  {each.name}")
    if fresh != "in force":
        raise click.exceptions.Exit(1)


@registry.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def add(file: Path) -> None:
    """Take FILE into force; one that is older than the last, expired or under no pinned key is refused."""
    settings = load_settings()
    pinned = registering.pinned(settings.registry_keys)
    with Database(settings.database_url) as database, database.transaction() as db:
        found = registering.accept(db, file.read_bytes(), keys=pinned, now=utc_now())
    click.echo(f"Edition {found.version} of {found.name} is in force: {len(found.issuers)} issuers.")


@registry.command(name="list")
def list_issuers() -> None:
    """List who is recognised: organisations of this service, and those of the register in force."""
    settings = load_settings()
    with Database(settings.database_url) as database, database.reading() as db:
        own = [each for each in organisations.organisations(db) if each.recognition is not None]
        register = registering.in_force(db, registering.pinned(settings.registry_keys))
    for each in own:
        assert each.recognition is not None
        click.echo(f"{each.did}  {each.name}  ({each.recognition.channel}, {each.recognition.confirmed_on:%d %B %Y})")
    if register.version:
        fresh = "in force" if register.is_fresh(utc_now()) else "HAS RUN OUT: nobody is recognised by it"
        click.echo(f"{register.name}, edition {register.version}, {fresh}, until {register.expires:%d %B %Y}:")
    for entry in register.issuers.values():
        click.echo(f"{entry.issuer_id}  {entry.name}  ({entry.channel}, {entry.confirmed_on:%d %B %Y})")
