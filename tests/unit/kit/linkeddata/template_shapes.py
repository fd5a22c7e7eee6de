"""Documents of several shapes with the places where they may differ, for the tests of templates."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from accredit.bench import credentials
from accredit.kit.linkeddata.patterns import Path, differences

V2 = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"


def changed(document: dict[str, Any], places: Sequence[Path], values: Sequence[Any]) -> dict[str, Any]:
    """Copy a document with these values in these places."""
    found = copy.deepcopy(document)
    for path, value in zip(places, values, strict=True):
        holder: Any = found
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = value
    return found


def _own(documents: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], list[Path]]:
    places: set[Path] = set()
    for other in documents[1:]:
        places |= differences(documents[0], other) or set()
    return documents[0], sorted(places, key=repr)


def _badge(**members: Any) -> dict[str, Any]:
    return {
        "@context": [V2, OB],
        "id": "urn:uuid:6a1676b8-b51f-11ed-937b-d76685a20ff5",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "did:web:accredit.example", "type": ["Profile"], "name": "Northfield"},
        "validFrom": "2026-01-01T00:00:00Z",
        **members,
    }


def _twins() -> tuple[dict[str, Any], list[Path]]:
    """Pieces of evidence that only their place tells apart, and lists of texts whose order is that of their values."""
    evidence = [
        {"type": ["Evidence"], "name": name, "description": {"@value": "cy", "@language": "cy-GB"}} for name in "ab"
    ]
    subject = {
        "type": ["AchievementSubject"],
        "achievement": {"id": "https://x.example/a", "type": ["Achievement"], "name": "n", "tag": ["one", "two", "x"]},
    }
    places: list[Path] = [
        ("evidence", 0, "name"),
        ("evidence", 1, "name"),
        ("evidence", 1, "description", "@value"),
        ("credentialSubject", "achievement", "tag", 0),
        ("credentialSubject", "achievement", "tag", 2),
        ("validFrom",),
    ]
    return _badge(evidence=evidence, credentialSubject=subject), places


def _identifiers() -> tuple[dict[str, Any], list[Path]]:
    """Nodes that are named by what stands in a place, and one that is only referred to."""
    subject = {
        "id": "urn:uuid:0",
        "type": ["AchievementSubject"],
        "achievement": {
            "id": "https://x.example/a",
            "type": ["Achievement"],
            "name": "n",
            "creator": {"id": "did:web:creator.example", "type": ["Profile"], "name": "Creator"},
        },
        "source": {"id": "did:web:source.example", "type": ["Profile"]},
        "result": [{"type": ["Result"], "resultDescription": "https://x.example/a#1", "value": "1"}],
    }
    places: list[Path] = [
        ("id",),
        ("issuer", "id"),
        ("credentialSubject", "id"),
        ("credentialSubject", "achievement", "creator", "id"),
        ("credentialSubject", "source", "id"),
        ("credentialSubject", "result", 0, "resultDescription"),
        ("evidence", 0, "id"),
    ]
    return _badge(credentialSubject=subject, evidence=[{"id": "https://x.example/evidence"}]), places


def _unnamed() -> tuple[dict[str, Any], list[Path]]:
    """A document without an id, with numbers and a boolean beside the places."""
    document = _badge(
        credentialSubject={
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://x.example/a",
                "type": ["Achievement"],
                "name": "n",
                "creditsAvailable": 2.5,
                "resultDescription": [
                    {
                        "id": "https://x.example/a#1",
                        "type": ["ResultDescription"],
                        "name": "n",
                        "resultType": "Result",
                        "allowedValue": ["low", "high", "low"],
                    }
                ],
            },
            "narrative": "n",
        },
        evidence=[{"type": ["Evidence"], "name": "e", "genre": True}],
    )
    del document["id"]
    description: Path = ("credentialSubject", "achievement", "resultDescription", 0)
    places: list[Path] = [
        ("credentialSubject", "narrative"),
        (*description, "name"),
        (*description, "allowedValue", 1),
        ("evidence", 0, "name"),
        ("credentialSubject", "achievement", "name"),
    ]
    return document, places


def _values_of_no_name() -> tuple[dict[str, Any], list[Path]]:
    """A node without a name of which several varying texts are said: what is said comes in the order of the texts."""
    evidence = {"type": ["Evidence"], "name": ["a", "b", "fixed"], "narrative": ["c", "d"], "genre": "e"}
    # Beside one text that varies stands one that does not, and may come before or after it.
    beside = [{"type": ["Evidence"], "name": ["x", "m"], "narrative": narrative} for narrative in "efgh"]
    places: list[Path] = [
        ("evidence", 0, "name", 0),
        ("evidence", 0, "name", 1),
        ("evidence", 0, "narrative", 1),
        ("evidence", 0, "genre"),
        *(("evidence", position, "name", 0) for position in range(2, 6)),
    ]
    return _badge(evidence=[evidence, {"type": ["Evidence"], "name": "other"}, *beside]), places


def _configuration() -> tuple[dict[str, Any], list[Path]]:
    document = {
        "@context": [V2, OB],
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-01-01T00:00:00Z",
        "verificationMethod": "did:web:accredit.example#key",
        "proofPurpose": "assertionMethod",
    }
    return document, [("created",), ("verificationMethod",)]


SHAPES = {
    "a credential of the service": _own(credentials.of_one_achievement(24)),
    "a credential of a whole programme": _own(credentials.of_full_size(12)),
    "twins and lists of values": _twins(),
    "identifiers": _identifiers(),
    "no id, and numbers": _unnamed(),
    "texts of a node without a name": _values_of_no_name(),
    "a proof configuration": _configuration(),
}
