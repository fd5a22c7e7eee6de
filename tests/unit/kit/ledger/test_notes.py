"""Signed notes, checkpoints, cosignatures and receipts: written, read, verified, and refused when altered."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from accredit.kit.ledger import merkle, signed_note
from accredit.kit.ledger.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from accredit.kit.ledger.cosignature import CosignerKey, cosign, cosigned_at
from accredit.kit.ledger.errors import LedgerError, NoteMalformed, NoteRejected, ProofInvalid
from accredit.kit.ledger.signed_note import Ed25519Key, NoteSignature, SignedNote
from accredit.kit.ledger.tlog_proof import TlogProof, verify_receipt

ORIGIN = "accredit.example/ledger"
LOG = Ed25519PrivateKey.from_private_bytes(b"l" * 32)
WITNESS = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
LOG_PUBLIC = LOG.public_key().public_bytes_raw()
LOG_KEY = Ed25519Key(ORIGIN, LOG_PUBLIC)
WITNESS_KEY = CosignerKey("witness.example", WITNESS.public_key().public_bytes_raw())
LEAVES = [merkle.leaf_hash(bytes([at])) for at in range(11)]
CHECKPOINT = Checkpoint(origin=ORIGIN, size=11, root=merkle.root_of(LEAVES))
NOTE = sign_checkpoint(CHECKPOINT, LOG.sign, LOG_PUBLIC)


def _code(caught: pytest.ExceptionInfo[LedgerError]) -> str:
    return caught.value.code


def _cosigned(note: str = NOTE) -> SignedNote:
    signed = signed_note.parse(note)
    line = cosign(signed.text, "witness.example", WITNESS.sign, WITNESS_KEY.public_key, time=1_800_000_000)
    return signed.with_signatures([line])


def _receipt(index: int = 4) -> TlogProof:
    proof = merkle.inclusion_proof(merkle.hashes_from_leaves(LEAVES), index, 11)
    return TlogProof(index=index, hashes=tuple(proof), checkpoint=_cosigned(), extra=b"anything")


def test_a_signed_checkpoint_reads_back_and_verifies() -> None:
    checkpoint, verified = open_checkpoint(NOTE.encode(), [LOG_KEY], expected_origin=ORIGIN)
    assert checkpoint == CHECKPOINT
    assert [key for key, _ in verified.verified] == [LOG_KEY]
    assert signed_note.parse(NOTE).encode() == NOTE


def test_keys_read_back_from_their_text() -> None:
    assert Ed25519Key.parse(str(LOG_KEY)) == LOG_KEY
    assert CosignerKey.parse(str(WITNESS_KEY)) == WITNESS_KEY
    with pytest.raises(NoteMalformed, match="key_type"):
        Ed25519Key.parse(str(WITNESS_KEY))
    with pytest.raises(NoteMalformed, match="key_type"):
        CosignerKey.parse(str(LOG_KEY))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda note: note.replace("\n11\n", "\n12\n"), "signature_invalid"),
        (lambda note: note.replace("11", "011"), "signature_invalid"),
        (lambda note: note.replace("— accredit", "— another"), "no_known_key"),
        (lambda note: note.replace("\n\n", "\n"), "note_form"),
        (lambda note: note[:-1], "note_form"),
        (lambda note: note + "\n", "note_form"),
        (lambda note: note.replace("— ", "- "), "signature_line"),
        (lambda note: note.replace("accredit", "accre\tdit"), "note_characters"),
        (lambda note: note.replace("=\n", "\n"), "signature_line"),
        (lambda note: note + note.splitlines(keepends=True)[-1] * 100, "note_signatures"),
        (lambda note: note + "— x AAAAAA==\n", "signature_line"),
    ],
    ids=[
        "another size", "a leading zero", "another name", "no empty line", "no last newline", "an empty last line",
        "a hyphen for the dash", "a tab", "base64 without padding", "101 signatures", "an empty signature",
    ],
)  # fmt: skip
def test_an_altered_note_is_refused(change: object, code: str) -> None:
    with pytest.raises(LedgerError) as caught:
        signed_note.verify(change(NOTE), [LOG_KEY])  # type: ignore[operator]
    assert _code(caught) == code


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(NoteMalformed, match="UTF-8"):
        signed_note.parse(b"\xff\n\n\xe2\x80\x94 a AAAAAAAA\n")
    with pytest.raises(NoteMalformed, match="note_size"):
        signed_note.parse(b"x" * 1_000_001)


def test_a_text_may_hold_empty_lines_of_its_own() -> None:
    text = "one\n\ntwo\n\nthree\n"
    line = signed_note.sign(text, ORIGIN, LOG.sign, LOG_PUBLIC)
    assert signed_note.verify(SignedNote(text, (line,)).encode(), [LOG_KEY]).text == text


def test_one_wrong_signature_of_a_known_key_spoils_a_note_with_a_right_one() -> None:
    note = signed_note.parse(NOTE)
    wrong = NoteSignature(ORIGIN, LOG_KEY.key_id, bytes(64))
    with pytest.raises(NoteRejected, match="signature_invalid"):
        signed_note.verify(note.with_signatures([wrong]), [LOG_KEY])


def test_a_signature_of_an_unknown_key_is_ignored_and_a_repeated_one_counts_once() -> None:
    note = signed_note.parse(NOTE)
    stranger = NoteSignature("stranger", bytes(4), bytes(64))
    verified = signed_note.verify(note.with_signatures([stranger, *note.signatures]), [LOG_KEY])
    assert len(verified.verified) == 1


def test_two_different_keys_of_one_name_and_id_are_ambiguous() -> None:
    class Twin:
        name, key_id = LOG_KEY.name, LOG_KEY.key_id

        def verifies(self, text: str, signature: bytes) -> bool:
            return True

    with pytest.raises(NoteRejected, match="ambiguous_keys"):
        signed_note.verify(NOTE, [LOG_KEY, Twin()])


def test_a_signer_that_answers_nonsense_publishes_nothing() -> None:
    with pytest.raises(NoteRejected, match="signature_invalid"):
        sign_checkpoint(CHECKPOINT, lambda data: bytes(64), LOG_PUBLIC)
    with pytest.raises(NoteRejected, match="signature_invalid"):
        cosign(CHECKPOINT.text, "w", LOG.sign, WITNESS_KEY.public_key, time=1)
    with pytest.raises(NoteMalformed, match="cosignature_time"):
        cosign(CHECKPOINT.text, "w", WITNESS.sign, WITNESS_KEY.public_key, time=-1)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\u2003b"])
def test_a_key_name_with_spaces_or_plus_is_refused(name: str) -> None:
    with pytest.raises(NoteMalformed, match="key_name"):
        Ed25519Key(name, LOG_PUBLIC)


@pytest.mark.parametrize("text", ["", "a+b", "a+00000000+AQ==", f"a+00000000+{base64.b64encode(b'x' * 33).decode()}"])
def test_a_verifier_key_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(NoteMalformed):
        Ed25519Key.parse(text)


def test_a_key_of_another_length_is_refused() -> None:
    for kind in (Ed25519Key, CosignerKey):
        with pytest.raises(NoteMalformed, match="public_key"):
            kind("a", b"short")


@pytest.mark.parametrize(
    "text",
    ["o\n1\n", "o\n1\nAAAA\n", "o\n01\n" + "A" * 43 + "=\n", "o\n-1\n" + "A" * 43 + "=\n", "o\n1\n" + "A" * 43 + "=",
     "o\n0\n" + "A" * 43 + "=\n", "o\n9223372036854775808\n" + "A" * 43 + "=\n", "o p\n1\n" + "A" * 43 + "=\n",
     "o\n1\n" + "A" * 42 + "B=\n", "o\n1\n" + "A" * 43 + "=\n\n", "o\n" + "9" * 5000 + "\n" + "A" * 43 + "=\n"],
    ids=["no root", "a short root", "a leading zero", "a negative size", "no last newline", "an empty log's wrong root",
         "a size of 2**63", "a space in the origin", "base64 with stray bits", "an empty extension", "a huge number"],
)  # fmt: skip
def test_a_checkpoint_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(NoteMalformed):
        Checkpoint.parse(text)


def test_a_checkpoint_of_another_log_is_refused() -> None:
    with pytest.raises(NoteRejected, match="origin_mismatch"):
        open_checkpoint(NOTE, [LOG_KEY], expected_origin="another.example/log")
    cosigned = _cosigned()
    only_witness = SignedNote(cosigned.text, cosigned.signatures[1:])
    with pytest.raises(NoteRejected, match="no_log_signature"):
        open_checkpoint(only_witness, [LOG_KEY, WITNESS_KEY], expected_origin=ORIGIN)


def test_extension_lines_are_kept() -> None:
    extended = Checkpoint(origin=ORIGIN, size=0, root=merkle.EMPTY_ROOT, extensions=("more",))
    assert Checkpoint.parse(extended.text) == extended


def test_a_receipt_verifies_offline_and_tells_when_a_witness_saw_it() -> None:
    text = _receipt().write()
    assert TlogProof.parse(text) == _receipt()
    shown = verify_receipt(
        text.encode(), LEAVES[4], log_key=LOG_KEY, expected_origin=ORIGIN, witnesses=[WITNESS_KEY], quorum=1
    )
    assert (shown.index, shown.checkpoint, shown.seen) == (4, CHECKPOINT, {"witness.example": 1_800_000_000})


def test_a_receipt_without_known_witnesses_shows_no_time() -> None:
    assert verify_receipt(_receipt(), LEAVES[4], log_key=LOG_KEY, expected_origin=ORIGIN).seen == {}
    with pytest.raises(NoteRejected, match="quorum"):
        verify_receipt(_receipt(), LEAVES[4], log_key=LOG_KEY, expected_origin=ORIGIN, quorum=1)


def test_a_receipt_for_another_leaf_or_index_is_refused() -> None:
    with pytest.raises(ProofInvalid):
        verify_receipt(_receipt(), LEAVES[5], log_key=LOG_KEY, expected_origin=ORIGIN)
    moved = _receipt().write().replace("index 4", "index 5")
    with pytest.raises(ProofInvalid):
        verify_receipt(moved, LEAVES[4], log_key=LOG_KEY, expected_origin=ORIGIN)


def test_a_witness_named_as_the_log_cannot_stand_in_for_it() -> None:
    twin = CosignerKey(ORIGIN, WITNESS_KEY.public_key)
    line = cosign(CHECKPOINT.text, ORIGIN, WITNESS.sign, twin.public_key, time=1)
    receipt = TlogProof(index=4, hashes=_receipt().hashes, checkpoint=SignedNote(CHECKPOINT.text, (line,)))
    with pytest.raises(NoteRejected, match="no_log_signature"):
        verify_receipt(receipt, LEAVES[4], log_key=LOG_KEY, expected_origin=ORIGIN, witnesses=[twin])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text.replace("@v1", "@v2"), "receipt_form"),
        (lambda text: text.replace("index 4", "index 04"), "receipt_index"),
        (lambda text: text.replace("index 4\n", ""), "receipt_index"),
        (lambda text: text.replace("extra ", "extra !"), "receipt_extra"),
        (lambda text: text.replace("index 4\n", "index 4\n" + "A" * 43 + "=\n" + "AAAA\n"), "receipt_proof"),
        (lambda text: text.replace("index 4\n", "index 4\n" + ("A" * 43 + "=\n") * 64), "receipt_proof"),
        (lambda text: "c2sp.org/tlog-proof@v1\n", "receipt_form"),
        (lambda text: "x" * 1_000_001, "receipt_size"),
    ],
    ids=["another version", "a leading zero", "no index", "bad extra", "a short hash", "64 hashes", "no checkpoint",
         "over a megabyte"],
)  # fmt: skip
def test_a_receipt_of_another_form_is_refused(change: object, code: str) -> None:
    with pytest.raises(NoteMalformed) as caught:
        TlogProof.parse(change(_receipt().write()))  # type: ignore[operator]
    assert _code(caught) == code


def test_a_receipt_that_is_no_text_is_refused() -> None:
    with pytest.raises(NoteMalformed, match="UTF-8"):
        TlogProof.parse(b"\xff")


def test_only_a_cosignature_tells_a_time() -> None:
    with pytest.raises(NoteMalformed, match="cosignature"):
        cosigned_at(signed_note.parse(NOTE).signatures[0])
    assert not WITNESS_KEY.verifies(CHECKPOINT.text, bytes(64))


@given(st.binary(max_size=400) | st.text(max_size=400))
def test_no_input_raises_anything_but_the_ledgers_own_errors(data: bytes | str) -> None:
    for read in (signed_note.parse, TlogProof.parse):
        with pytest.raises(NoteMalformed):
            read(data)


@given(st.integers(0, len(NOTE.encode()) - 1), st.integers(0, 7))
def test_every_flipped_bit_of_a_signed_checkpoint_is_noticed(at: int, bit: int) -> None:
    flipped = bytearray(NOTE.encode())
    flipped[at] ^= 1 << bit
    with pytest.raises(LedgerError):
        open_checkpoint(bytes(flipped), [LOG_KEY], expected_origin=ORIGIN)
