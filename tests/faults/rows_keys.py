"""R44: a key is gone, damaged, another, or open to others. Issuing stops and says so; verifying goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from accredit.config import load_settings
from accredit.domain.issuing import queries
from accredit.domain.issuing.rules import Purpose
from accredit.storage import Database
from tests.faults.catalogue import DATABASES, Run
from tests.faults.report import name_row
from tests.faults.rows_disks import verify_everything
from tests.faults.stage import Stage


def _gone(file: Path) -> None:
    file.unlink()


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:100])


def _another(file: Path) -> None:
    # A key of ours, under the name of another one.
    other = next(each for each in sorted(file.parent.glob("*.key.pem")) if each != file)
    file.write_bytes(other.read_bytes())


def _open_to_others(file: Path) -> None:
    file.chmod(0o644)


PURPOSES = (Purpose.ASSERTION, Purpose.ASSERTION_JWT, Purpose.STATUS, Purpose.CHECKPOINT)
"""Those that a school has as soon as one certificate is out."""
SPOILT: dict[str, tuple[str, Callable[[Path], None]]] = {
    "gone": ("is gone", _gone),
    "cut": ("was cut short", _cut),
    "another": ("is another key", _another),
    "open": ("can be read by others", _open_to_others),
}

name_row("R44", "a key is missing, damaged, another, or open to others; or the passphrase is wrong")


def runs() -> Iterator[Run]:
    """Yield a run for each key and fault."""
    for database in DATABASES:
        for purpose in PURPOSES:
            for kind, (title, spoil) in SPOILT.items():
                yield Run(
                    row="R44",
                    database=database,
                    point=purpose.value,
                    kind=kind,
                    title=f"the key for {purpose.value} {title}",
                    play=partial(without_key, purpose, spoil),
                )
        yield Run(
            row="R44",
            database=database,
            point="passphrase",
            kind="wrong",
            title="the passphrase is another one",
            play=wrong_passphrase,
        )


def without_key(purpose: Purpose, spoil: Callable[[Path], None], stage: Stage) -> None:
    """Spoil a key, start the worker, verify, and bring the key back."""
    with stage.opened() as database, database.reading() as db:
        (key,) = [each for each in queries.register(db) if each.purpose is purpose and each.is_in_use]
    file = stage.folder / "keys" / f"{key.id}.key.pem"
    before = file.read_bytes()
    spoil(file)
    _refused(stage, "key")
    file.write_bytes(before)
    file.chmod(0o600)


def wrong_passphrase(stage: Stage) -> None:
    """Start the worker with another passphrase."""
    right = stage.settings["ACCREDIT_KEY_PASSPHRASE"]
    stage.settings["ACCREDIT_KEY_PASSPHRASE"] = "somebody else's words"
    _refused(stage, "passphrase")
    stage.settings["ACCREDIT_KEY_PASSPHRASE"] = right


def verify(_folder: Path) -> tuple[str, ...]:
    """Verify what was issued."""
    with Database(load_settings().database_url) as database:
        return verify_everything(database)


def _refused(stage: Stage, word: str) -> None:
    ended = stage.issue()
    # One sentence that names the file or the setting, and no traceback of somebody else's library.
    if not ended.error.startswith("NotReady: ") or word not in ended.error.lower():
        stage.found.wrong.append(f"started with a spoilt key: {ended.error or 'it issued'}")
    verified = stage.run(verify)
    assert verified.code == 0, verified.error
    stage.found.wrong += verified.result or ()
