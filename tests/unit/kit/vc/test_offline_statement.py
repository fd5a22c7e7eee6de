"""The statement in the digits of a QR code: small, one spelling, readable by others, and nothing else passes for it."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import cbor2
import cwt
import pytest
import qrcode
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from qrcode.constants import ERROR_CORRECT_M

from accredit.kit.vc import cbor_shape, multikey, offline_statement
from accredit.kit.vc.errors import StatementInvalid
from accredit.kit.vc.multikey import KeyKind
from accredit.kit.vc.offline_statement import Statement

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PUBLIC = multikey.from_raw(KeyKind.ED25519, PRIVATE.public_key().public_bytes_raw())
OTHER = multikey.from_raw(
    KeyKind.ED25519, Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
)
STATEMENT = Statement(
    issuer="did:web:accredit.example:o:northfield-academy",
    credential_id=UUID("6a1676b8-b51f-41ed-937b-d76685a20ff5"),
    code="7K3MD9RTWX4HQP",
    name="Siân Ŵyn Llewellyn-Okonkwo",
    organisation="Northfield Academy, Cardiff",
    award="Wellbeing Ambassador: Peer Supporter",
    awarded_on=date(2026, 6, 30),
    modules=8,
    minutes=1_590,
    adults=3,
    stated_at=datetime(2026, 7, 1, 14, 3, 7, tzinfo=UTC),
)


def digits(statement: Statement = STATEMENT) -> str:
    return offline_statement.encode(statement, public_key=PUBLIC, sign=PRIVATE.sign)


def cose(number: str) -> bytes:
    value = int(number)
    data = value.to_bytes((value.bit_length() + 7) // 8, "big")
    assert data[0] == 1
    return zlib.decompress(data[1:])


def packed(data: bytes, *, version: int = 1, level: int = 9) -> str:
    return str(int.from_bytes(bytes([version]) + zlib.compress(data, level), "big"))


def test_what_was_stated_is_read_back() -> None:
    claimed = offline_statement.read(digits())
    assert offline_statement.verify(claimed, public_key=PUBLIC) == STATEMENT
    assert claimed.key_id == offline_statement.key_id(PUBLIC)


def test_the_same_statement_has_the_same_digits() -> None:
    assert digits() == digits()


def test_a_reader_of_another_house_verifies_it() -> None:
    key = cwt.COSEKey.from_pem(_pem(), kid=offline_statement.key_id(PUBLIC).hex())
    key._kid = offline_statement.key_id(PUBLIC)
    decoder = cwt.COSE.new(alg_auto_inclusion=False, kid_auto_inclusion=False)
    payload = decoder.decode(cose(digits()), keys=[key])
    claims = cbor2.loads(payload)
    assert claims[1] == STATEMENT.issuer
    assert claims[6] == int(STATEMENT.stated_at.timestamp())
    assert claims[7] == STATEMENT.credential_id.bytes
    assert claims[-65537] == [
        STATEMENT.code, STATEMENT.name, STATEMENT.organisation, STATEMENT.award, 20_634, 8, 1_590, 3
    ]  # fmt: skip
    assert list(claims) == [1, 6, 7, -65537]


def test_it_is_written_as_deterministic_cbor() -> None:
    data = cose(digits())
    assert cbor2.dumps(cbor2.loads(data), canonical=True) == data


def _pem() -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_address_and_statement_fit_a_code_of_version_15() -> None:
    longest = replace(STATEMENT, name="N" * 60, organisation="O" * 70, award="A" * 60)
    address = "HTTPS://ACCREDIT.NORTHFIELD-COUNTY-SCHOOLS.EXAMPLE/V/7K3MD9RTWX4HQP#"
    code = qrcode.QRCode(version=None, error_correction=ERROR_CORRECT_M)
    code.add_data(address + digits(longest), optimize=10)
    code.make(fit=True)
    assert code.version <= 15


def test_the_most_digits_fit_beside_an_address_of_sixty_characters() -> None:
    code = qrcode.QRCode(version=15, error_correction=ERROR_CORRECT_M)
    code.add_data("A" * 60, optimize=0)
    code.add_data("#", optimize=0)
    code.add_data("7" * offline_statement.MAX_DIGITS, optimize=0)
    code.make(fit=False)


def test_what_would_not_fit_is_not_made() -> None:
    noise = "".join(chr(0x4E00 + 97 * step % 20_000) for step in range(66))
    with pytest.raises(StatementInvalid) as refused:
        digits(replace(STATEMENT, organisation=noise, issuer="did:web:" + noise[:80]))
    assert refused.value.code == "statement_too_long"


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(replace(STATEMENT, name="x" * 121), id="a name that is too long"),
        pytest.param(replace(STATEMENT, minutes=-1), id="fewer than no minutes"),
        pytest.param(replace(STATEMENT, minutes=1 << 20), id="more minutes than anybody has"),
        pytest.param(replace(STATEMENT, awarded_on=date(1969, 12, 31)), id="a day before all days"),
    ],
)
def test_what_no_reader_would_take_is_not_made(statement: Statement) -> None:
    with pytest.raises(StatementInvalid) as refused:
        digits(statement)
    assert refused.value.code == "statement_malformed"


def test_a_signer_that_errs_is_noticed() -> None:
    with pytest.raises(StatementInvalid) as refused:
        offline_statement.encode(STATEMENT, public_key=PUBLIC, sign=lambda _message: bytes(64))
    assert refused.value.code == "signature_invalid"


def test_it_may_be_packed_by_another_zlib() -> None:
    assert offline_statement.read(packed(cose(digits()), level=0)).statement == STATEMENT


def test_another_key_does_not_do() -> None:
    with pytest.raises(StatementInvalid) as refused:
        offline_statement.verify(offline_statement.read(digits()), public_key=OTHER)
    assert refused.value.code == "wrong_key"


def test_every_changed_byte_is_noticed() -> None:
    data = cose(digits())
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1
        with pytest.raises(StatementInvalid):
            offline_statement.verify(offline_statement.read(packed(bytes(changed))), public_key=PUBLIC)


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("", id="nothing"),
        pytest.param("0" + digits(), id="a zero before it"),
        pytest.param(digits() + " ", id="a space behind it"),
        pytest.param("٣" * 20, id="digits of another script"),
        pytest.param("12a4", id="a letter in it"),
        pytest.param("7" * 1_761, id="more digits than any statement has"),
        pytest.param("1", id="a version and nothing else"),
        pytest.param(packed(cose(digits()), version=2), id="another version"),
        pytest.param(packed(b"\0" * 100_000), id="little that stands for much"),
        pytest.param(packed(cose(digits()) + b"\0"), id="something behind the end"),
        pytest.param(packed(cose(digits())[1:]), id="no tag"),
        pytest.param(packed(cbor2.dumps({"hello": "world"})), id="CBOR of something else"),
        pytest.param(str(int.from_bytes(b"\1" + zlib.compress(b"x") + b"y", "big")), id="something behind the packing"),
        pytest.param(str(int.from_bytes(b"\1not packed", "big")), id="nothing that was packed"),
    ],
)
def test_anything_else_is_refused(number: str) -> None:
    with pytest.raises(StatementInvalid) as refused:
        offline_statement.read(number)
    assert refused.value.code == "statement_malformed"


def test_a_name_that_is_no_text_is_refused() -> None:
    data = cose(digits()).replace("Ŵ".encode(), b"\xff\xfe")
    with pytest.raises(StatementInvalid):
        offline_statement.read(packed(data))


def test_numbers_are_written_in_their_shortest_form() -> None:
    for number in (0, 23, 24, 255, 256, 65_535, 65_536, 1 << 32, (1 << 64) - 1):
        assert cbor_shape.number(number) == cbor2.dumps(number)
    with pytest.raises(ValueError, match="too large"):
        cbor_shape.number(1 << 64)
