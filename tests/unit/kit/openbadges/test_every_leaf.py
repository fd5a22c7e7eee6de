"""A credential with every property of every class, in each secured form: no leaf changes unnoticed (VC01)."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accredit.kit.linkeddata import LinkedDataError
from accredit.kit.vc import data_integrity, eddsa_jcs_2022, eddsa_rdfc_2022, vc_jwt
from accredit.kit.vc.errors import VcError
from accredit.kit.vc.json_web_key import encode_base64url
from accredit.kit.vc.json_web_signature import es256_signer
from tests.unit.kit.openbadges.test_every_property import complete
from tests.unit.kit.vc import token_examples as tokens
from tests.unit.kit.vc import vc_examples as examples

Path = tuple[str | int, ...]
Document = dict[str, Any]
KEY = examples.key(1)
TOKEN_KEY = tokens.curve_key()


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Give the path of every single value, and of every list and object that is empty."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not isinstance(value, dict | list) or not value:
        yield path
    for step, child in children:
        yield from leaves(child, (*path, step))


def altered(value: Any) -> Any:
    """Change a value a little, so that it is still of its kind."""
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else f"{value}1"


def changes(document: Document, path: Path) -> Iterator[Document]:
    """Give the document with one leaf altered, and without it."""
    for remove in (False, True):
        copied = copy.deepcopy(document)
        node: Any = copied
        for step in path[:-1]:
            node = node[step]
        if remove:
            del node[path[-1]]
        else:
            node[path[-1]] = altered(node[path[-1]])
        yield copied


def whole() -> Document:
    """A badge with every property; no two things in it have one id, for then each would speak for the other."""
    found: Document = json.loads(json.dumps(complete().document()))
    seen: set[str] = set()

    def rename(value: Any) -> None:
        if isinstance(value, dict):
            if value.get("id") in seen:
                value["id"] += f"/{len(seen)}"
            seen.add(value.get("id", ""))
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            rename(inner)

    rename(found)
    return found


@pytest.mark.attack("VC01")
@pytest.mark.parametrize("suite", [eddsa_rdfc_2022, eddsa_jcs_2022], ids=["eddsa-rdfc-2022", "eddsa-jcs-2022"])
def test_vc01_no_leaf_under_a_proof_can_change(suite: Any) -> None:
    document: Document = suite.add_proof(
        whole(),
        sign=examples.private(1).sign,
        verification_method=KEY.id,
        created=examples.CREATED,
        options={"id": "urn:x:proof", "domain": "https://wallet.example", "challenge": "7f"},
    )

    def verify(changed: Document) -> None:
        data_integrity.verify(changed, resolve=_resolve, now=examples.NOW)

    verify(document)
    held = unnoticed(document, verify)
    if suite is eddsa_rdfc_2022:
        # An endorsement inside repeats contexts that are in force already: without one it means the same.
        held = [path for path in held if "endorsement" not in path or path[-2] != "@context"]
    assert held == []


@pytest.mark.attack("VC01")
def test_vc01_no_leaf_of_a_token_can_change() -> None:
    token = vc_jwt.encode(whole(), kid=TOKEN_KEY.id, alg="ES256", sign=es256_signer(tokens.curve_secret()))
    header, _, signature = token.split(".")
    found = vc_jwt.decode(token, resolve=_resolve, now=examples.NOW)

    def verify(changed: Document) -> None:
        body = encode_base64url(json.dumps(changed).encode())
        vc_jwt.decode(f"{header}.{body}.{signature}", resolve=_resolve, now=examples.NOW)

    assert unnoticed({**found.document, **found.claims}, verify) == []


def _resolve(method: str) -> Any:
    return {KEY.id: KEY, TOKEN_KEY.id: TOKEN_KEY}.get(method)


def unnoticed(document: Document, verify: Callable[[Document], object]) -> list[Path]:
    """Find the leaves that were changed, or taken away, without any refusal."""
    every = list(leaves(document))
    assert len(every) > 300
    held = []
    for path in every:
        for changed in changes(document, path):
            try:
                verify(changed)
            except (VcError, LinkedDataError):
                continue
            held.append(path)
    return held
