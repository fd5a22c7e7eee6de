"""Keys as text, and the keys that would make forgery easy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accredit.kit.vc import multibase, multikey
from accredit.kit.vc.errors import KeyRefused
from accredit.kit.vc.multikey import KeyKind
from tests.unit.kit.vc import vc_examples as examples

P = 2**255 - 19
# The torsion points of the curve by their encoding: orders 1, 2, 4, 4 and 8, and second spellings of the first two.
_ORDER_8 = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
_OTHER_8 = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"


def _signed(encoding: str) -> str:
    data = bytearray.fromhex(encoding)
    data[31] |= 0x80
    return data.hex()


WEAK = {
    "the identity": (1).to_bytes(32, "little").hex(),
    "order two": (P - 1).to_bytes(32, "little").hex(),
    "order four": (0).to_bytes(32, "little").hex(),
    "order four, other sign": _signed((0).to_bytes(32, "little").hex()),
    "order eight": _ORDER_8,
    "order eight, other sign": _signed(_ORDER_8),
    "the other of order eight": _OTHER_8,
    "the other of order eight, other sign": _signed(_OTHER_8),
    "the identity with a sign": _signed((1).to_bytes(32, "little").hex()),
    "p spelt for zero": P.to_bytes(32, "little").hex(),
    "p + 1 spelt for one": (P + 1).to_bytes(32, "little").hex(),
    "p + 18, a second spelling": (P + 18).to_bytes(32, "little").hex(),
}


@pytest.mark.parametrize("encoding", WEAK.values(), ids=WEAK)
def test_vc03_refuses_weak_keys_when_they_are_read(encoding: str) -> None:
    raw = bytes.fromhex(encoding)
    with pytest.raises(KeyRefused) as refused:
        multikey.decode(multibase.encode_base58(b"\xed\x01" + raw))
    assert refused.value.code == "weak_key"
    with pytest.raises(KeyRefused):
        multikey.encode_ed25519(raw)


MALFORMED = {
    "nothing": ("", "key_malformed"),
    "hexadecimal": ("f00", "key_malformed"),
    "a character outside the alphabet": ("z0OIl", "key_malformed"),
    "far too long": ("z" + "2" * 5_000, "key_malformed"),
    "31 bytes": (multibase.encode_base58(b"\xed\x01" + bytes(31)), "key_malformed"),
    "33 bytes": (multibase.encode_base58(b"\xed\x01" + bytes(33)), "key_malformed"),
    "no point of the curve": (multibase.encode_base58(b"\xed\x01" + (2).to_bytes(32, "little")), "key_malformed"),
    "no point of P-256": (multibase.encode_base58(b"\x80\x24\x02" + b"\xff" * 32), "key_malformed"),
    "an uncompressed point": (multibase.encode_base58(b"\x80\x24\x04" + bytes(32)), "key_malformed"),
    "a secret key": (multibase.encode_base58(b"\x80\x26" + bytes(32)), "key_unsupported"),
    "an X25519 key": (multibase.encode_base58(b"\xec\x01" + bytes(32)), "key_unsupported"),
}


@pytest.mark.parametrize("case", MALFORMED.values(), ids=MALFORMED)
def test_refuses_what_is_no_key(case: tuple[str, str]) -> None:
    text, code = case
    with pytest.raises(KeyRefused) as refused:
        multikey.decode(text)
    assert refused.value.code == code


@given(st.integers(1, 2**128))
def test_an_ed25519_key_reads_back_as_itself(seed: int) -> None:
    found = examples.public(seed)
    assert found.multibase.startswith("z6Mk")
    assert multikey.decode(found.multibase) == found
    assert multikey.encode_ed25519(found.raw) == found.multibase


@pytest.mark.parametrize(("kind", "beginning"), [(KeyKind.P256, "zDn"), (KeyKind.P384, "z82")])
def test_keys_of_the_nist_curves_verify(kind: KeyKind, beginning: str) -> None:
    public, sign = examples.curve_signer(kind, 7)
    # As Controlled Identifiers 1.0 §2.2.2 says of each kind.
    assert public.multibase.startswith(beginning)
    signature = sign(b"message")
    assert multikey.decode(public.multibase) == public
    assert public.verifies(signature, b"message")
    assert not public.verifies(signature, b"another message")
    assert not public.verifies(signature[:-1], b"message")
    assert not public.verifies(bytes(len(signature)), b"message")


def test_vc02_a_signature_with_the_group_order_added_is_refused() -> None:
    order = 2**252 + 27742317777372353535851937790883648493
    signature = examples.private(1).sign(b"message")
    s = int.from_bytes(signature[32:], "little") + order
    assert examples.public(1).verifies(signature, b"message")
    assert not examples.public(1).verifies(signature[:32] + s.to_bytes(32, "little"), b"message")


@given(st.binary(max_size=80))
def test_multibase_reads_back_what_it_writes(data: bytes) -> None:
    assert multibase.decode_base58(multibase.encode_base58(data)) == data
    assert multibase.decode_base64url(multibase.encode_base64url(data)) == data


@pytest.mark.parametrize("text", ["", "zAA", "uAA==", "uAB", "uA", "u+/", "u\u00e9", "uAA\n"])
def test_base64url_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match="base64url"):
        multibase.decode_base64url(text)
