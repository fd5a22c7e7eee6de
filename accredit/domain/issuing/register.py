"""The public history of keys as a text for people and programs: ``register.toml``, kept beside a deployment.

It says of each key what did.json says, and besides which leaf of the log committed to each event of its life.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from accredit.domain.issuing import queries
from accredit.domain.issuing.queries import KeyFacts
from accredit.domain.transparency import queries as log
from accredit.domain.transparency.rules import Act
from accredit.storage import Session

HEADING = """\
# The public history of the keys of this service. Nothing in it is secret.
# `retired`: it signed until then, and what it signed stays good. `compromised`: what no witness saw in the log before
# then is not trusted. Each `_leaf` is the entry of the log that committed to it.
"""


def register_toml(db: Session) -> str:
    """Write the register of keys, oldest first; the same register always gives the same text."""
    origin = log.origin(db)
    lines = [HEADING, f"log = {_text(origin)}\n"] if origin else [HEADING]
    for key in queries.register(db):
        lines.append("\n[[key]]\n")
        lines += [f"{name} = {value}\n" for name, value in _members(db, key)]
    return "".join(lines)


def _members(db: Session, key: KeyFacts) -> Iterator[tuple[str, str]]:
    yield "id", _text(key.verification_method)
    yield "controller", _text(key.controller)
    yield "purpose", _text(key.purpose.value)
    if key.public_key_jwk is not None:
        jwk = json.loads(key.public_key_jwk)
        inner = ", ".join(f"{name} = {_text(value)}" for name, value in sorted(jwk.items()))
        yield "publicKeyJwk", f"{{ {inner} }}"
    elif key.public_key_multibase is not None:
        yield "publicKeyMultibase", _text(key.public_key_multibase)
    for name, at, act in (
        ("created", key.created_at, Act.KEY_PUBLISHED),
        ("retired", key.retired_at, Act.KEY_RETIRED),
        ("compromised", key.compromised_at, Act.KEY_COMPROMISED),
    ):
        if at is None:
            continue
        yield name, _moment(at)
        # Told again with an earlier moment, it is the last telling that holds.
        told = log.count(db, act=act, subject_id=key.id)
        leaf = log.leaf_index(db, act=act, subject_id=key.id, occurrence=max(told - 1, 0))
        if leaf is not None:
            yield f"{name}_leaf", str(leaf)


def _text(value: str) -> str:
    # What JSON writes in ASCII is a basic string of TOML 1.0 too.
    return json.dumps(value)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
