"""Keys that anyone can look up: public halves printed in specifications and test suites, by fingerprint.

Their private halves are published too, so whatever they sign proves nothing. The list holds the Ed25519 keys of
RFC 8032 section 7.1, of the W3C Data Integrity test vectors and of the Open Badges validators' examples, and those
of P-256 in RFC 7515, RFC 7517 and the W3C vectors; and those of our own tests/vectors. Published RSA keys are shorter
than any that the key ring opens.
"""

from __future__ import annotations

import hashlib

FINGERPRINTS = frozenset(
    {
        "0be59c797debdb9534f9ef17d220a7be",
        "1559bd0e78ae00cd215a218dcf548329",
        "21fe31dfa154a261626bf854046fd227",
        "22eea24ece66aafbe8bdd548cfeffe79",
        "234e25225bff148def05458e007e1539",
        "39f713d0a644253f04529421b9f51b9b",
        "3ba28cbddb7c2559e713abe8910c3e9c",
        "56a3978ba3b4cc87065c59b544bb27a7",
        "5baff89de7de5c1d7b6193a1567ceeeb",
        "5ce318f4a0f564fe0be1b8b59a3b12da",
        "5f9b247e2a654719f198e4f241d6b0df",
        "648cfbbf4c390be58244b54121a61cea",
        "7ffba272d2c28b7cfdfabfef5a7245aa",
        "81a297006c89e7baf943ba3c5e9f1937",
        "91384c411e5af29648f17f922b402655",
        "9794d6d87a28d090ad9a0d1c1c869678",
        "9fa8ca1aac45704973bc8073559ceed4",
        "a468072bf83a2703085af2570d847c88",
        "a82ccdc0e5f018d6c152a5490f7f5b6f",
        "aa7108cc53504a5f31e858ee18a2d731",
        "b6cb0e5c1b6b376dafaf16c80cf0f585",
        "ccec61332b705c4703d1255e88b461b2",
        "d33518610d52bd0abe069cf184e0fb19",
        "dac073e0123bdea59dd9b3bda9cf6037",
        "f4274ec74c2f488ee0780506f1c040af",
        "f797c73f5b327df789a2090d5fea0ae6",
        "fc5acfe63ac11f1249fe4ccb651369ca",
    }
)
"""The first 32 digits of the SHA-256 of each, for readers in other languages as well."""

# Of tests/vectors: whoever has this source can sign with them, but nobody else would take them for anybody's.
_OF_OUR_TESTS = frozenset(
    {
        "2c5a92ed92c0b7999f215be93c8f0433",
        "4a67330b803d5c88757afb9328615344",
        "56475aa75463474c0285df5dbf2bcab7",
    }
)


def is_published_test_key(public_key: bytes) -> bool:
    """Say whether a key is one whose private half is published.

    ``public_key`` is the 32 bytes of Ed25519 or the compressed point of P-256.
    """
    return _fingerprint(public_key) in FINGERPRINTS | _OF_OUR_TESTS


def is_printed_in_a_specification(public_key: bytes) -> bool:
    """Say whether a key is one that others published with its private half; ``public_key`` as above."""
    return _fingerprint(public_key) in FINGERPRINTS


def _fingerprint(public_key: bytes) -> str:
    return hashlib.sha256(public_key).hexdigest()[:32]
