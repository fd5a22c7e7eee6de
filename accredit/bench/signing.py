"""The benches of signing, verifying and canonicalising, with PyLD and the bare cryptography beside them.

The bare cryptography is one Ed25519 signature, and one verification, over 64 bytes of hashes: the limit of every
implementation. A credential is counted once however many signatures its check takes.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from accredit.bench import credentials, pyld_peer
from accredit.bench.harness import Bench, Contender, Work
from accredit.kit.linkeddata import canonicalise as canonical_form
from accredit.kit.linkeddata import strict_json, terms
from accredit.kit.vc import data_integrity, eddsa_rdfc_2022
from accredit.kit.vc.errors import ProofInvalid

_MESSAGE: Final = bytes(range(64))
_SIGNATURE: Final = credentials.sign(_MESSAGE)
_Item = TypeVar("_Item")
_UNIT: Final = "credentials per CPU second"


def issue() -> Bench:
    """Document → signed credential, nothing checked."""
    documents = credentials.of_one_achievement()
    peers = pyld_peer.load()
    baselines = (
        Contender(key="raw_ed25519_sign", work=_raw_sign),
        *_beside(peers, lambda found: _each(documents, found.issue)),
    )
    return Bench(
        name="issue",
        unit=_UNIT,
        about="Document → signed credential, nothing checked; one achievement, other people.",
        ours=Contender(key="ours", work=_each(documents, _issue)),
        more=(
            Contender(key="full_size", work=_each(credentials.of_full_size(), _issue)),
            Contender(key="many_achievements", work=_each(credentials.of_many(), _issue)),
        ),
        baselines=baselines,
        missing=_missing(peers),
        wrong=_disagreements(peers, documents),
        facts=_sizes(documents),
    )


def issue_checked() -> Bench:
    """Document → signed credential → verified as anybody would, which is how credentials are issued in practice."""
    documents = credentials.of_one_achievement()
    # To sign one and to verify another: then nothing is at hand from signing.
    others = [_issue(each) for each in (*documents[1:], documents[0])]
    peers, public = pyld_peer.load(), _public()
    baselines = (
        Contender(key="raw_sign_and_verify", work=_raw_sign_and_verify),
        *_beside(peers, lambda found: _each(documents, lambda each: found.verify(found.issue(each), public))),
    )
    return Bench(
        name="issue_checked",
        unit=_UNIT,
        about=(
            "Document → signed → verified from the document, as production does once the rehearsal has held: every "
            "leaf is compared, and the canonical form kept from signing is hashed again. written_twice: that form is "
            "worked out a second time too. with_rehearsal: the same after a rehearsal, signed by the general path and "
            "verified, to whose hash the real key is held (ADR 0015). Not in it: reading and storing, and what else "
            "the public verifier asks."
        ),
        ours=Contender(key="ours", work=_each(documents, lambda each: _is_genuine(_issue(each)))),
        more=(
            Contender(
                key="full_size",
                work=_each(credentials.of_full_size(), lambda each: _is_genuine(_issue(each))),
            ),
            Contender(key="written_twice", work=_each(list(zip(documents, others, strict=True)), _issue_and_verify)),
            Contender(key="with_rehearsal", work=_each(documents, _is_rehearsed_and_genuine)),
        ),
        baselines=baselines,
        missing=_missing(peers),
        wrong=_disagreements(peers, documents),
        facts=_sizes(documents),
    )


def verify() -> Bench:
    """Signed credential → is it genuine: our own shape beside the bare signature, the general path beside PyLD."""
    ours = [_issue(each) for each in credentials.of_one_achievement()]
    general = [_issue(each) for each in credentials.of_many()]
    as_bytes = [json.dumps(each, ensure_ascii=False, separators=(",", ":")).encode() for each in ours]
    peers, public = pyld_peer.load(), _public()
    baselines = (
        Contender(key="raw_ed25519_verify", work=_raw_verify),
        *_beside(peers, lambda found: _each(general, lambda each: found.verify(each, public))),
    )
    return Bench(
        name="verify",
        unit=_UNIT,
        about=(
            "Signed credential → is it genuine, without its status. ours: of a kind that was seen before; "
            "general: every credential of another shape."
        ),
        ours=Contender(key="ours", work=_each(ours, _is_genuine)),
        more=(
            Contender(key="general", work=_each(general, _is_genuine)),
            Contender(key="from_bytes", work=_each(as_bytes, lambda each: _is_genuine(strict_json.loads_object(each)))),
            Contender(
                key="full_size",
                work=_each([_issue(each) for each in credentials.of_full_size()], _is_genuine),
            ),
        ),
        baselines=baselines,
        beside={peer.key: "general" for peer in peers},
        missing=_missing(peers),
        wrong=_disagreements(peers, credentials.of_many()) + sum(_is_genuine(each) for each in _forged(ours)),
        facts=_sizes(credentials.of_one_achievement()),
    )


def canonicalise() -> Bench:
    """Document → canonical N-Quads by RDFC-1.0, every document of another shape."""
    documents = credentials.of_many()
    peers = pyld_peer.load()
    baselines = _beside(peers, lambda found: _each(documents, found.normalise))
    return Bench(
        name="canonicalise",
        about="Document → canonical N-Quads by RDFC-1.0 by the general path, every document of another shape.",
        unit="documents per CPU second",
        ours=Contender(key="ours", work=_each(documents, lambda each: bool(canonical_form(each)))),
        baselines=baselines,
        missing=_missing(peers),
        wrong=_disagreements(peers, documents),
        facts=_sizes(documents),
    )


def _issue(document: Mapping[str, Any]) -> dict[str, Any]:
    return eddsa_rdfc_2022.add_proof(
        document,
        sign=credentials.sign,
        verification_method=credentials.key().id,
        created=credentials.ISSUED,
    )


def _is_genuine(signed: Mapping[str, Any]) -> bool:
    try:
        data_integrity.verify(
            signed,
            resolve=_RESOLVE,
            now=credentials.NOW,
            expected_controller=credentials.ISSUER.did,
        )
    except ProofInvalid:
        return False
    return True


def _issue_and_verify(pair: tuple[Mapping[str, Any], Mapping[str, Any]]) -> bool:
    document, signed = pair
    return bool(_issue(document)) and _is_genuine(signed)


def _is_rehearsed_and_genuine(document: Mapping[str, Any]) -> bool:
    """Do what `issuing.operations.sign` does about signatures."""
    hashes = []

    def noting(message: bytes) -> bytes:
        hashes.append(message[eddsa_rdfc_2022.DOCUMENT_HASH])
        return credentials.sign(message)

    rehearsed = eddsa_rdfc_2022.add_proof(
        document,
        sign=noting,
        verification_method=credentials.key().id,
        created=credentials.ISSUED,
        contexts=terms.pinned(),
    )
    signed = eddsa_rdfc_2022.add_proof(
        document, sign=noting, verification_method=credentials.key().id, created=credentials.ISSUED
    )
    return _is_genuine(rehearsed) and hashes[0] == hashes[1] and _is_genuine(signed)


_RESOLVE: Final = {credentials.key().id: credentials.key()}.get


def _forged(signed: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Change one word of each credential; a bench of a verifier that does not notice measures nothing."""
    forged = copy.deepcopy(list(signed))
    for each in forged:
        each["credentialSubject"]["result"][0]["value"] = "1000"
    return forged


def _disagreements(peers: Sequence[pyld_peer.Peer], documents: Sequence[Mapping[str, Any]]) -> int:
    """Count the documents whose canonical form is another than PyLD's: they would not be the same work."""
    return sum(peers[0].normalise(each) != canonical_form(each) for each in documents) if peers else 0


def _beside(peers: Sequence[pyld_peer.Peer], work: Callable[[pyld_peer.Peer], Work]) -> tuple[Contender, ...]:
    return tuple(Contender(key=peer.key, work=work(peer)) for peer in peers)


def _each(items: Sequence[_Item], does: Callable[[_Item], object]) -> Work:
    """Do something with the items one after the other, again from the first after the last."""
    count = len(items)
    return lambda number: bool(does(items[number % count]))


def _raw_sign(_number: int) -> bool:
    return len(credentials.sign(_MESSAGE)) == 64


def _raw_verify(_number: int) -> bool:
    _PUBLIC.verify(_SIGNATURE, _MESSAGE)
    return True


def _raw_sign_and_verify(_number: int) -> bool:
    _PUBLIC.verify(credentials.sign(_MESSAGE), _MESSAGE)
    return True


def _public() -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(credentials.key().public_key.raw)


_PUBLIC: Final = _public()


def _missing(peers: Sequence[pyld_peer.Peer]) -> dict[str, str]:
    return {} if peers else {"pyld": pyld_peer.MISSING}


def _sizes(documents: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Tell the middle size of the documents in bytes: as JSON, and in canonical form."""
    as_json = sorted(len(json.dumps(each, ensure_ascii=False, separators=(",", ":")).encode()) for each in documents)
    canonical = sorted(len(canonical_form(each)) for each in documents)
    return {"json_bytes": as_json[len(as_json) // 2], "canonical_bytes": canonical[len(canonical) // 2]}
