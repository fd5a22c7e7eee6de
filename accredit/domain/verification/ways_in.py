"""What somebody typed, pasted or scanned: which of the things that lead to a certificate it is.

- A code, in any case and with any hyphens; or our own address of one, as a QR code holds it.
- Another page of ours: of one credential (which decides itself who may see it), or of something else.
- An address of somebody else, and among these one that looks like ours and is not.
- A credential itself (JSON, or a token), or a receipt of the public log, which is none.
- Anything else is nothing: it may be a letter, or a name, and must travel in no address.

Nothing is opened or looked up here, and nothing is verified.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, urlsplit
from uuid import UUID

from accredit.kit import typed_code
from accredit.kit.lookalikes import hosts_look_alike

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[^\s/@{}]+\.[^\s/@{}.]{2,}(?::\d{1,5})?/\S*", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*")
# The first line of a C2SP tlog-proof, and of a checkpoint whose signatures begin with a dash.
_RECEIPT = re.compile(r"c2sp\.org/tlog-proof@v\d|\S+\n\d+\n[A-Za-z0-9+/]{43}=\n\n— ")
_LONGEST_ADDRESS = 4_000


class Way(StrEnum):
    """What it is."""

    CODE = "code"
    CREDENTIAL_PAGE = "credential-page"
    OWN_PAGE = "own-page"
    LOOK_ALIKE = "look-alike"
    OTHER_ADDRESS = "other-address"
    DOCUMENT = "document"
    RECEIPT = "receipt"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What was understood. ``code`` is what was typed or stands in our address, right or not.

    ``credential_id`` is set for a page of one credential, ``query`` is the rest of that address (a share's token), and
    ``statement`` is what follows the # of a code's address, where a certificate may carry an offline statement.
    """

    way: Way
    code: str | None = None
    credential_id: UUID | None = None
    query: str = ""
    statement: str | None = None
    host: str | None = None


def of_text(text: str, *, hosts: Iterable[str]) -> Arrival:
    """Understand a text; ``hosts`` are those of this service, in small letters, with a port where there is one."""
    text = text.strip().removeprefix("\ufeff")
    if text.startswith("{") or (_TOKEN.fullmatch(text) and not _ADDRESS.fullmatch(text)):
        return Arrival(way=Way.DOCUMENT)
    if _RECEIPT.match(text):
        return Arrival(way=Way.RECEIPT)
    # Mail programs put addresses between pointed brackets, and break none of ours.
    bare = text.removeprefix("<").removesuffix(">")
    if len(bare) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(bare):
        return of_address(bare, hosts=hosts)
    return Arrival(way=Way.CODE, code=text) if typed_code.is_meant(text) else Arrival(way=Way.NOTHING)


def of_address(address: str, *, hosts: Iterable[str]) -> Arrival:
    """Understand an address, with or without its scheme."""
    own = frozenset(hosts)
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        host, name = parts.netloc.lower(), parts.hostname or ""
    except ValueError:
        # A bracket without its partner is enough: whatever it is, it is no address of ours.
        return Arrival(way=Way.OTHER_ADDRESS)
    if host not in own:
        is_alike = any(hosts_look_alike(name, ours.rsplit(":", 1)[0]) for ours in own)
        return Arrival(way=Way.LOOK_ALIKE if is_alike or "@" in host else Way.OTHER_ADDRESS, host=name)
    steps = [step for step in unquote(parts.path).split("/") if step]
    if len(steps) == 2 and steps[0].lower() == "v":
        return Arrival(way=Way.CODE, code=steps[1], statement=parts.fragment or None)
    if len(steps) == 2 and steps[0] == "credentials":
        found = _credential_id(steps[1])
        if found is not None:
            return Arrival(way=Way.CREDENTIAL_PAGE, credential_id=found, query=parts.query)
    return Arrival(way=Way.OWN_PAGE)


def _credential_id(step: str) -> UUID | None:
    try:
        return UUID(step.partition(".")[0])
    except ValueError:
        return None
