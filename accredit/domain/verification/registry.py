"""A register of issuers elsewhere: a text that somebody whom the operator trusts has signed, with an end.

- It is a signed note (C2SP signed-note); its text is one JSON object of format ``accredit.issuers/v1``.
- It counts only under a key that the operator pinned, and only until ``expires``, at most 400 days after ``issued``.
- A later edition has a higher ``version``; one that is lower than the last one accepted is refused, and so is another
  text under the same number: whoever could bring an old one back could bring back an issuer that was struck off.
- An entry names the whole id of an issuer, never a host: under one host there may be pages of pupils.
- An entry lends nothing to what it does not name: an achievement of somebody else only where ``also_for`` names them.

Signed bytes are the text as it stands. Not here: where editions are kept (`registering`), and who is pinned.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from accredit.errors import RuleBroken
from accredit.kit.ledger import signed_note
from accredit.kit.ledger.errors import LedgerError
from accredit.kit.ledger.signed_note import Ed25519Key, Sign
from accredit.kit.linkeddata import JsonRefused, strict_json
from accredit.kit.vc import did_key, did_web, timestamps
from accredit.kit.vc.errors import VcError

FORMAT: Final = "accredit.issuers/v1"
LONGEST_LIFE: Final = timedelta(days=400)
CLOCK_SKEW: Final = timedelta(minutes=5)
_MAX_ISSUERS: Final = 5_000
_MEMBERS: Final = frozenset({"format", "name", "version", "issued", "expires", "issuers"})
_ENTRY: Final = frozenset({"id", "name", "confirmed_by", "channel", "confirmed_on"})
_CHANNEL = re.compile(r"[a-z][a-z\-]{1,39}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Registered:
    """An issuer elsewhere, and who confirmed it, how and when."""

    issuer_id: str
    name: str
    confirmed_by: str
    channel: str
    confirmed_on: date
    also_for: tuple[str, ...] = ()
    """Whose achievements it may award beside its own, by id."""


@dataclass(frozen=True, kw_only=True)
class Registry:
    """One edition of a register, whose signature holds."""

    name: str
    version: int
    issued: datetime | None
    expires: datetime | None
    issuers: Mapping[str, Registered] = field(default_factory=dict)
    text: str = ""

    def is_fresh(self, now: datetime) -> bool:
        """Say whether it counts at a moment."""
        if self.issued is None or self.expires is None:
            return False
        return self.issued - CLOCK_SKEW <= now < self.expires

    def find(self, issuer_id: str) -> Registered | None:
        """Return the entry of an issuer by its whole id."""
        return self.issuers.get(issuer_id)


NO_REGISTRY: Final = Registry(name="", version=0, issued=None, expires=None)


def read(note: bytes, keys: Sequence[Ed25519Key]) -> Registry:
    """Read an edition that one of ``keys`` signed.

    Raises `RuleBroken` ``registry-signature`` where no pinned key signed it or the text was changed, and
    ``registry-malformed``.
    """
    try:
        verified = signed_note.verify(note, keys)
    except LedgerError as error:
        raise RuleBroken(
            "registry-signature", "No key that is pinned here signed this register as it stands."
        ) from error
    return parse(verified.text)


def parse(text: str) -> Registry:
    """Read the text of an edition. Raises `RuleBroken` (``registry-malformed``)."""
    try:
        told = strict_json.loads_object(text.encode())
        return _registry(told, text)
    except (JsonRefused, VcError, ValueError, TypeError, KeyError) as error:
        raise RuleBroken("registry-malformed", f"The register is not written as it must be: {error}.") from error


def sign(text: str, *, name: str, sign: Sign, public_key: bytes) -> bytes:
    """Sign the text of an edition. Raises `RuleBroken` (``registry-malformed``)."""
    if not text.endswith("\n"):
        text += "\n"
    parse(text)
    try:
        line = signed_note.sign(text, name, sign, public_key)
    except LedgerError as error:
        raise RuleBroken("registry-malformed", str(error)) from error
    return signed_note.SignedNote(text, (line,)).encode().encode()


def check_next(found: Registry, *, last: Registry, now: datetime) -> None:
    """Refuse an edition that may not follow the last one accepted.

    Raises `RuleBroken` ``registry-rolled-back``, ``registry-forked`` (another text under the number that is known),
    ``registry-expired`` or ``registry-in-the-future``.
    """
    if found.version < last.version:
        detail = f"This is edition {found.version}; edition {last.version} was accepted before."
        raise RuleBroken("registry-rolled-back", detail)
    if found.version == last.version and found.text != last.text:
        raise RuleBroken("registry-forked", f"Another text was accepted as edition {last.version}.")
    assert found.issued is not None
    assert found.expires is not None
    if found.issued - CLOCK_SKEW > now:
        raise RuleBroken("registry-in-the-future", "This edition says that it was made in the future.")
    if found.expires <= now:
        raise RuleBroken("registry-expired", "This edition has expired.")


def write(registry: Mapping[str, Any]) -> str:
    """Write an edition as it is signed: for people to read and to compare."""
    return json.dumps(registry, ensure_ascii=False, indent=2) + "\n"


def _registry(told: Mapping[str, Any], text: str) -> Registry:
    if told.keys() != _MEMBERS or told["format"] != FORMAT:
        raise ValueError(f"its members are {', '.join(sorted(_MEMBERS))}, and its format is {FORMAT}")
    issued = timestamps.parse(told["issued"], path="$.issued")
    expires = timestamps.parse(told["expires"], path="$.expires")
    if not issued < expires <= issued + LONGEST_LIFE:
        raise ValueError(f"it ends after it begins, and at most {LONGEST_LIFE.days} days later")
    version, entries = told["version"], told["issuers"]
    if isinstance(version, bool) or not isinstance(version, int) or not 1 <= version < 1 << 31:
        raise ValueError("version is a number from 1")
    if not isinstance(entries, list) or len(entries) > _MAX_ISSUERS:
        raise ValueError(f"issuers is a list of at most {_MAX_ISSUERS}")
    found = [_entry(each) for each in entries]
    by_id = {each.issuer_id: each for each in found}
    if len(by_id) != len(found):
        raise ValueError("an issuer stands in it twice")
    return Registry(name=_text(told["name"]), version=version, issued=issued, expires=expires, issuers=by_id, text=text)


def _entry(told: Mapping[str, Any]) -> Registered:
    extra = told.keys() - _ENTRY
    if told.keys() < _ENTRY or extra - {"also_for"}:
        raise ValueError(f"an entry has {', '.join(sorted(_ENTRY))}, and perhaps also_for")
    if not _CHANNEL.fullmatch(told["channel"]):
        raise ValueError("channel is one word, such as telephone or official-register")
    also = told.get("also_for", [])
    if not isinstance(also, list) or not all(isinstance(each, str) and each for each in also):
        raise ValueError("also_for is a list of ids")
    return Registered(
        issuer_id=_identifier(told["id"]),
        name=_text(told["name"]),
        confirmed_by=_text(told["confirmed_by"]),
        channel=told["channel"],
        confirmed_on=date.fromisoformat(told["confirmed_on"]),
        also_for=tuple(also),
    )


def _identifier(value: str) -> str:
    if value.startswith("did:web:"):
        did_web.document_url(value)
    elif value.startswith("did:key:"):
        did_key.did_document(value)
    elif not re.fullmatch(r"https://[a-z0-9.\-]+/[\x21-\x7e]*", value):
        raise ValueError("an issuer is a did:web, a did:key or an https address with a path")
    return value


def _text(value: str) -> str:
    if not (isinstance(value, str) and value.strip() == value and 0 < len(value) <= 200 and value.isprintable()):
        raise ValueError("a name is a short text")
    return value
