"""Of documents that are alike one is rehearsed whole; of every other one the verifier examines all but the key."""

from __future__ import annotations

import dataclasses
import json
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from accredit.domain.issuing import operations, queries, rules
from accredit.domain.issuing.operations import Alike
from accredit.domain.issuing.rules import Intent, RehearsalKey, Signed
from accredit.domain.verification import rehearsing
from accredit.errors import RuleBroken
from accredit.kit.linkeddata import LinkedDataError
from accredit.kit.openbadges.credential import RowReader
from accredit.kit.vc import eddsa_rdfc_2022, json_web_signature, vc_jwt
from accredit.storage import Database
from tests.unit.domain.issuing.issuer import NOW, Issuer, established


@pytest.fixture
def issuer(database: Database, tmp_path: Path) -> Issuer:
    return established(database, tmp_path)


class Row:
    """Signs documents in a row with the real verifier, and counts what it is asked."""

    def __init__(self, issuer: Issuer) -> None:
        self.keyring = issuer.keyring
        self.whole = self.examined = 0
        self.alike = Alike(self._examine)
        self._examines = partial(rehearsing.lint_form, now=NOW, reader=RowReader())

    def sign(self, intent: Intent) -> Signed:
        return operations.sign(intent, keyring=self.keyring, lint=self._lint, alike=self.alike)

    def _lint(self, document: bytes, key: RehearsalKey) -> None:
        self.whole += 1
        rehearsing.lint(document, key, now=NOW)

    def _examine(self, document: dict[str, Any]) -> bytes:
        self.examined += 1
        return self._examines(document)


def _intents(issuer: Issuer, number: int) -> tuple[Intent, ...]:
    prepared = [issuer.prepare(uuid.uuid4()).id for _ in range(number)]
    with issuer.database.reading() as db:
        return queries.intents(db, prepared)


def _changed(intent: Intent, change: Callable[[dict[str, Any]], object]) -> Intent:
    document = json.loads(intent.unsigned_document)
    change(document)
    return dataclasses.replace(intent, unsigned_document=json.dumps(document).encode())


def test_one_of_a_row_is_rehearsed_in_both_forms_and_each_other_one_is_examined(issuer: Issuer) -> None:
    row = Row(issuer)
    for intent in _intents(issuer, 4):
        signed = row.sign(intent)
        document = json.loads(signed.document)
        eddsa_rdfc_2022.verify(document, public_key=rules.for_proofs(intent.key.public_key))
        assert signed.jwt is not None
        assert intent.jwt_key is not None
        json_web_signature.verify(json_web_signature.read(signed.jwt.decode()), intent.jwt_key.public_key)
        del document["proof"]
        assert document == json.loads(intent.unsigned_document) == vc_jwt.unverified(signed.jwt.decode()).document
    assert (row.whole, row.examined) == (2, 3)


def test_what_is_signed_in_a_row_is_what_is_signed_alone(issuer: Issuer) -> None:
    row, (first, second) = Row(issuer), _intents(issuer, 2)
    row.sign(first)
    alone = Row(issuer).sign(second)
    assert row.sign(second) == alone


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda document: document.update(description="Seven modules."), id="another member"),
        pytest.param(lambda document: document["type"].append("AchievementCredential"), id="a longer list"),
        pytest.param(
            lambda document: document["credentialSubject"]["achievement"].update(id="urn:example:other"),
            id="another achievement",
        ),
        pytest.param(lambda document: document.update(name="Peer Supporter " * 3_000), id="a large document"),
    ],
)
def test_what_is_not_alike_is_rehearsed_whole_again(issuer: Issuer, change: Callable[[dict[str, Any]], object]) -> None:
    row, (first, second) = Row(issuer), _intents(issuer, 2)
    row.sign(first)
    row.sign(_changed(second, change))
    assert (row.whole, row.examined) == (4, 0)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda document: document["issuer"].update(grade="A"), id="a member that is not signed"),
        pytest.param(lambda document: document.update(name=["Peer", "Senior"]), id="two names"),
        pytest.param(
            lambda document: document["credentialSubject"]["achievement"].pop("criteria"), id="an achievement in part"
        ),
        pytest.param(lambda document: document.update(validFrom="2099-03-02T09:30:00Z"), id="a day to come"),
        pytest.param(lambda document: document["credentialSubject"].update(id="somebody"), id="an id that is none"),
    ],
)
def test_what_the_verifier_would_refuse_is_refused_in_a_row_too(
    issuer: Issuer, change: Callable[[dict[str, Any]], object]
) -> None:
    row, (first, second) = Row(issuer), _intents(issuer, 2)
    row.sign(first)
    with pytest.raises((RuleBroken, LinkedDataError)):
        Row(issuer).sign(_changed(second, change))
    with pytest.raises(RuleBroken) as refused:
        row.sign(_changed(second, change))
    assert refused.value.rule == "lint-failed"
    assert row.sign(second).document, "the next one is signed as if nothing had been"


def test_one_that_failed_its_rehearsal_does_not_stand_for_others(issuer: Issuer) -> None:
    row, (first, second) = Row(issuer), _intents(issuer, 2)
    with pytest.raises(RuleBroken):
        row.sign(_changed(first, lambda document: document.update(validFrom="2099-03-02T09:30:00Z")))
    row.sign(second)
    assert row.examined == 0


def test_in_a_row_too_the_real_key_signs_no_other_bytes_than_were_examined(issuer: Issuer) -> None:
    alike, (first, second) = Alike(lambda _document: bytes(32)), _intents(issuer, 2)
    operations.sign(first, keyring=issuer.keyring, lint=lambda _document, _key: None, alike=alike)
    with pytest.raises(RuleBroken) as refused:
        operations.sign(second, keyring=issuer.keyring, lint=lambda _document, _key: None, alike=alike)
    assert refused.value.rule == "lint-failed"


def test_a_token_that_says_something_else_than_was_examined_leaves_the_signer_as_nothing(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (intent,) = _intents(issuer, 1)
    encode = vc_jwt.encode

    def wrong(document: dict[str, Any], **told: Any) -> str:
        return encode({**document, "name": "Head of Everything"}, **told)

    monkeypatch.setattr(vc_jwt, "encode", wrong)
    with pytest.raises(RuleBroken) as refused:
        operations.sign(intent, keyring=issuer.keyring, lint=lambda _document, _key: None)
    assert refused.value.rule == "lint-failed"
