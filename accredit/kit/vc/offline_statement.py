"""What a printed certificate can say of itself when nobody answers: a CWT (RFC 8392) in the digits of a QR code.

The digits stand behind the ``#`` of the address that the QR holds anyway, so no server is ever sent them. They are one
decimal number (QR's densest mode: 3⅓ bits a digit) whose bytes are 0x01, the version, and zlib over a COSE_Sign1
(RFC 9052) by Ed25519:

    18([protected: << {1: -8, 4: key} >>, {}, << claims >>, signature])

``key`` is the first eight bytes of SHA-256 over the 32 bytes of the public key. The claims are a map with integer keys,
in the order of RFC 8949 §4.2.1: 1 ``iss`` the issuer's DID, 6 ``iat`` when it was stated (seconds), 7 ``cti`` the
credential's UUID, and for private use -65537, an array: the typed code, the holder's name, the organisation, the award,
the day it was awarded (days since 1970-01-01), modules, minutes under supervision, and adults who approved them.

There is one way to write what is signed, so anything spelled otherwise is refused; how it was packed is left open, for
every zlib packs in its own way. It says what was so when it was signed: nothing in it can say that the award still
holds. Not here: whose key it is, and what a verifier makes of it.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from accredit.kit.vc import cbor_shape
from accredit.kit.vc.errors import StatementInvalid
from accredit.kit.vc.multikey import KeyKind, PublicKey

Sign = Callable[[bytes], bytes]

MAX_DIGITS: Final = 870
"""What a QR code of version 15 at level M holds behind an address of 60 characters (ISO/IEC 18004, table 7)."""

_VERSION: Final = 1
_MAX_BYTES: Final = 1_024
_KEY_ID: Final = 8
_EDDSA_BY: Final = bytes.fromhex("a2012704")
"""``{1: -8, 4: …``: the algorithm is EdDSA, and the key is named next (RFC 9053 §2.2)."""
_SIGN1: Final = b"\xd2"
"""Tag 18: COSE_Sign1 (RFC 9052 §4.2)."""
_CLAIMS: Final = bytes.fromhex("a4")
_PRIVATE: Final = bytes.fromhex("3a00010000")
"""The key -65537: from -65536 down is for private use (RFC 8392 §9.1)."""
_EPOCH: Final = date(1970, 1, 1)
_DIGITS = re.compile(r"[1-9][0-9]*", re.ASCII)
_LONGEST: Final = {"issuer": 255, "code": 20, "name": 120, "organisation": 200, "award": 160}


@dataclass(frozen=True, kw_only=True)
class Statement:
    """An award in few words. ``stated_at`` is in whole seconds."""

    issuer: str
    credential_id: UUID
    code: str
    name: str
    organisation: str
    award: str
    awarded_on: date
    modules: int
    minutes: int
    adults: int
    stated_at: datetime


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """What digits claim, before anything of it is verified: ``key_id`` says which key of the issuer is to be asked."""

    statement: Statement
    key_id: bytes
    message: bytes
    signature: bytes


def key_id(public_key: PublicKey) -> bytes:
    """Name a key in eight bytes."""
    return hashlib.sha256(public_key.raw).digest()[:_KEY_ID]


def encode(statement: Statement, *, public_key: PublicKey, sign: Sign) -> str:
    """Sign a statement and write it as decimal digits; the same statement gives the same digits.

    `sign` makes an Ed25519 signature by the private half of `public_key`. Raises `StatementInvalid` with code
    ``statement_malformed`` for a value that cannot be stated, and ``statement_too_long`` where the digits would not
    fit beside an address in a QR code of version 15 at level M.
    """
    protected, claims = _protected(public_key), _claims(statement)
    signature = sign(_to_be_signed(protected, claims))
    # Read back, so that nothing leaves that a reader would refuse, and no signature that does not hold.
    digits = _digits(_sign1(protected, claims, signature))
    verify(read(digits), public_key=public_key)
    if len(digits) > MAX_DIGITS:
        raise StatementInvalid("statement_too_long", f"At most {MAX_DIGITS} digits fit into the QR code.")
    return digits


def read(digits: str) -> Claimed:
    """Read what digits claim. Raises `StatementInvalid` with code ``statement_malformed``; nothing is verified yet."""
    # Ten digits carry at most 3⅓ bits each, and Python counts the cost of long numbers by their square.
    if len(digits) > 2 * MAX_DIGITS or not _DIGITS.fullmatch(digits):
        raise StatementInvalid("statement_malformed", "A statement is one decimal number.")
    number = int(digits)
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    if data[0] != _VERSION:
        raise StatementInvalid("statement_malformed", "This is a statement of a kind that is not known here.")
    cose = _unpacked(data[1:])
    try:
        return _read_sign1(cbor_shape.Reader(cose))
    except (ValueError, OverflowError) as error:
        raise StatementInvalid("statement_malformed", "This is no statement of an award.") from error


def verify(claimed: Claimed, *, public_key: PublicKey) -> Statement:
    """Return the statement whose signature holds under a key.

    Raises `StatementInvalid` with code ``wrong_key`` for another key than it names, or ``signature_invalid``.
    """
    if public_key.kind is not KeyKind.ED25519 or key_id(public_key) != claimed.key_id:
        raise StatementInvalid("wrong_key", "The statement names another key.")
    if not public_key.verifies(claimed.signature, claimed.message):
        raise StatementInvalid("signature_invalid", "The statement was not signed by this key, or was changed.")
    return claimed.statement


def _protected(public_key: PublicKey) -> bytes:
    return _EDDSA_BY + cbor_shape.octets(key_id(public_key))


def _claims(statement: Statement) -> bytes:
    told = (statement.code, statement.name, statement.organisation, statement.award)
    counted = ((statement.awarded_on - _EPOCH).days, statement.modules, statement.minutes, statement.adults)
    if any(number < 0 for number in counted):
        raise StatementInvalid("statement_malformed", "Nothing that is counted is below zero.")
    return b"".join(
        (
            _CLAIMS,
            cbor_shape.number(1),
            cbor_shape.text(statement.issuer),
            cbor_shape.number(6),
            cbor_shape.number(int(statement.stated_at.timestamp())),
            cbor_shape.number(7),
            cbor_shape.octets(statement.credential_id.bytes),
            _PRIVATE,
            cbor_shape.array(*map(cbor_shape.text, told), *map(cbor_shape.number, counted)),
        )
    )


def _to_be_signed(protected: bytes, claims: bytes) -> bytes:
    # RFC 9052 §4.4: Sig_structure, without external data.
    return cbor_shape.array(
        cbor_shape.text("Signature1"), cbor_shape.octets(protected), cbor_shape.octets(b""), cbor_shape.octets(claims)
    )


def _sign1(protected: bytes, claims: bytes, signature: bytes) -> bytes:
    empty_map = b"\xa0"
    return _SIGN1 + cbor_shape.array(
        cbor_shape.octets(protected), empty_map, cbor_shape.octets(claims), cbor_shape.octets(signature)
    )


def _digits(cose: bytes) -> str:
    return str(int.from_bytes(bytes([_VERSION]) + zlib.compress(cose, 9), "big"))


def _unpacked(packed: bytes) -> bytes:
    # A few bytes of zlib can stand for megabytes, so the cap is on what comes out.
    machine = zlib.decompressobj()
    try:
        data = machine.decompress(packed, _MAX_BYTES)
    except zlib.error as error:
        raise StatementInvalid("statement_malformed", "This is no statement of an award.") from error
    if not machine.eof or machine.unused_data:
        raise StatementInvalid("statement_malformed", "A statement ends where its number ends.")
    return data


def _read_sign1(reader: cbor_shape.Reader) -> Claimed:
    reader.literal(_SIGN1 + b"\x84")
    protected = reader.octets(len(_EDDSA_BY) + 1 + _KEY_ID)
    reader.literal(b"\xa0")
    claims = reader.some_octets(at_most=_MAX_BYTES)
    signature = reader.octets(64)
    reader.end()
    header = cbor_shape.Reader(protected)
    header.literal(_EDDSA_BY)
    return Claimed(
        statement=_read_claims(cbor_shape.Reader(claims)),
        key_id=header.octets(_KEY_ID),
        message=_to_be_signed(protected, claims),
        signature=signature,
    )


def _read_claims(reader: cbor_shape.Reader) -> Statement:
    reader.literal(_CLAIMS + cbor_shape.number(1))
    issuer = reader.text(at_most=_LONGEST["issuer"])
    reader.literal(cbor_shape.number(6))
    stated = reader.number(below=1 << 33)
    reader.literal(cbor_shape.number(7))
    credential = reader.octets(16)
    reader.literal(_PRIVATE + b"\x88")
    code, name, organisation, award = (
        reader.text(at_most=_LONGEST[each]) for each in ("code", "name", "organisation", "award")
    )
    day, modules, minutes, adults = (reader.number(below=1 << 20) for _ in range(4))
    reader.end()
    return Statement(
        issuer=issuer,
        credential_id=UUID(bytes=credential),
        code=code,
        name=name,
        organisation=organisation,
        award=award,
        awarded_on=_EPOCH + timedelta(days=day),
        modules=modules,
        minutes=minutes,
        adults=adults,
        stated_at=datetime.fromtimestamp(stated, UTC),
    )
