"""What a witness takes and refuses: each answer of C2SP tlog-witness, and the log's side of the conversation."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accredit.kit.ledger import merkle, witness
from accredit.kit.ledger.checkpoint import Checkpoint, sign_checkpoint
from accredit.kit.ledger.cosignature import CosignerKey, cosign, cosigned_at
from accredit.kit.ledger.errors import LedgerError, NoteMalformed, NoteRejected
from accredit.kit.ledger.signed_note import Ed25519Key, parse
from accredit.kit.ledger.witness import NEVER_SEEN, Seen, Submission, WitnessRefusal

ORIGIN = "log.example/ledger"
LOG, OTHER, COSIGNER = (Ed25519PrivateKey.generate() for _ in range(3))
LEAVES = [merkle.leaf_hash(bytes([at])) for at in range(40)]
FORKED = [merkle.leaf_hash(b"rewritten"), *LEAVES[1:]]
KNOWN = {ORIGIN: (Ed25519Key(ORIGIN, LOG.public_key().public_bytes_raw()),)}
WITNESS = CosignerKey("witness.example.org", COSIGNER.public_key().public_bytes_raw())


def _seen(size: int, leaves: list[bytes] = LEAVES) -> Seen:
    return Seen(size=size, root=merkle.root_of(leaves[:size]))


def _note(
    size: int, *, leaves: list[bytes] = LEAVES, key: Ed25519PrivateKey = LOG, origin: str = ORIGIN, root: bytes = b""
) -> str:
    stated = Checkpoint(origin=origin, size=size, root=root or merkle.root_of(leaves[:size]))
    return sign_checkpoint(stated, key.sign, key.public_key().public_bytes_raw())


def _request(old: int, new: int, **note: object) -> Submission:
    leaves = note.get("leaves", LEAVES)
    assert isinstance(leaves, list)
    proof = merkle.consistency_proof(merkle.hashes_from_leaves(leaves), old, new) if 0 < old <= new else []
    return Submission(old_size=old, proof=tuple(proof), note=parse(_note(new, **note)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new"),
    [(0, 1), (0, 40), (1, 2), (7, 7), (7, 8), (8, 33), (0, 0)],
    ids=[
        "the first leaf",
        "a log met late",
        "one more",
        "the same again",
        "to a full subtree",
        "by many",
        "an empty log",
    ],
)
def test_what_continues_is_accepted(old: int, new: int) -> None:
    request = _request(old, new)
    assert Submission.parse(request.write().encode()) == request
    assert witness.accept(request, KNOWN, _seen(old) if old else NEVER_SEEN).size == new


@pytest.mark.parametrize(
    ("request_", "seen", "status", "code"),
    [
        pytest.param(_request(0, 5, origin="other.example"), NEVER_SEEN, 404, "unknown_log", id="an unknown origin"),
        pytest.param(_request(0, 5, key=OTHER), NEVER_SEEN, 403, "no_known_key", id="a key that is not the log's"),
        pytest.param(
            Submission(
                old_size=0,
                proof=(),
                note=parse(_note(5).replace(_note(5).split("\n")[2], _note(6).split("\n")[2])),
            ),
            NEVER_SEEN,
            403,
            "signature_invalid",
            id="the log's own key over another root",
        ),
        pytest.param(_request(6, 5), _seen(6), 400, "old_size", id="a log that shrank"),
        pytest.param(_request(4, 9), _seen(7), 409, "stale", id="proved from an older size"),
        pytest.param(_request(0, 9), _seen(7), 409, "stale", id="proved from nothing though it is known"),
        pytest.param(_request(9, 12), _seen(7), 409, "stale", id="proved from a size never cosigned"),
        pytest.param(
            _request(7, 9, leaves=FORKED), _seen(7), 422, "root_mismatch", id="LG03 a history that was rewritten"
        ),
        pytest.param(
            _request(7, 7, leaves=FORKED), _seen(7), 422, "root_mismatch", id="LG04 a second root for one size"
        ),
        pytest.param(
            Submission(old_size=7, proof=(), note=parse(_note(9))), _seen(7), 422, "proof_too_short", id="no proof"
        ),
        pytest.param(
            Submission(old_size=7, proof=(bytes(32),) * 63, note=parse(_note(9))),
            _seen(7),
            422,
            "proof_too_long",
            id="a proof that is too long",
        ),
        pytest.param(
            Submission(old_size=0, proof=(bytes(32),), note=parse(_note(9))),
            NEVER_SEEN,
            422,
            "proof_not_empty",
            id="a proof from an empty log",
        ),
    ],
)
@pytest.mark.attack("LG03", "LG04")
def test_what_does_not_continue_is_refused(request_: Submission, seen: Seen, status: int, code: str) -> None:
    with pytest.raises(WitnessRefusal) as refused:
        witness.accept(request_, KNOWN, seen)
    assert (refused.value.status, refused.value.code) == (status, code)
    assert refused.value.size == (seen.size if status == 409 else None)


def test_an_empty_log_has_one_root() -> None:
    text = f"{ORIGIN}\n0\n{_note(1).splitlines()[2]}\n"
    signature = LOG.sign(text.encode())
    line = parse(_note(1)).signatures[0]
    forged = type(parse(_note(1)))(text, (type(line)(line.name, line.key_id, signature),))
    with pytest.raises(WitnessRefusal) as refused:
        witness.accept(Submission(old_size=0, proof=(), note=forged), KNOWN, NEVER_SEEN)
    assert refused.value.status == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"old 1\n" + _note(3).encode(), 400),
        (b"old -1\n\n" + _note(3).encode(), 400),
        (b"old 01\n\n" + _note(3).encode(), 400),
        (b"old 9223372036854775808\n\n" + _note(3).encode(), 400),
        (b"new 0\n\n" + _note(3).encode(), 400),
        (b"old 1\nAAAA\n\n" + _note(3).encode(), 400),
        (b"old 1\n" + b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n" * 64 + b"\n" + _note(3).encode(), 400),
        (b"old 0\n\n\xff\xfe", 400),
        (b"old \xff\n\n" + _note(3).encode(), 400),
        (b"old 0\n\n" + b"x" * 500_001, 400),
        (b"old 0\n\n" + _note(3).encode()[:-2] + b"!\n", 403),
    ],
    ids=[
        "nothing",
        "no empty line before the note",
        "a negative size",
        "a size with a leading zero",
        "a size of 2**63",
        "another first line",
        "a hash of three bytes",
        "64 proof lines",
        "a note that is not UTF-8",
        "proof lines that are not ASCII",
        "half a megabyte",
        "a signature that is not base64",
    ],
)
def test_a_request_of_another_form(body: bytes, status: int) -> None:
    with pytest.raises(WitnessRefusal) as refused:
        Submission.parse(body)
    assert refused.value.status == status


def test_the_log_believes_an_answer_only_as_far_as_it_verifies() -> None:
    text = parse(_note(3)).text
    line = cosign(text, WITNESS.name, COSIGNER.sign, WITNESS.public_key, time=1_770_000_000)
    other = cosign(text, "other.example", OTHER.sign, OTHER.public_key().public_bytes_raw(), time=1)
    found = witness.read_cosignature((other.line + line.line).encode(), text, WITNESS)
    assert cosigned_at(found) == 1_770_000_000
    with pytest.raises(NoteRejected, match="no_known_key"):
        witness.read_cosignature(other.line.encode(), text, WITNESS)
    with pytest.raises(NoteRejected, match="signature_invalid"):
        witness.read_cosignature(line.line.encode(), parse(_note(4)).text, WITNESS)
    for broken in (b"", b"thank you", b"\xff", b"x" * 100_001):
        with pytest.raises(NoteMalformed):
            witness.read_cosignature(broken, text, WITNESS)


def test_the_monitoring_path_is_that_of_the_published_example() -> None:
    assert witness.monitoring_path("rome2026h1.example.org") == (
        "/000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706/checkpoint"
    )


def test_every_refusal_is_of_the_ledgers_one_family() -> None:
    assert issubclass(WitnessRefusal, LedgerError)
