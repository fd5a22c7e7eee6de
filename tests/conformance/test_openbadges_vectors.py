"""Badge documents against the published schemas, examples and baked files, and against openbadgeslib.

The schemas and examples are not ours and are not in this repository: set ACCREDIT_SHARED to a folder that holds
`standards/vectors`, or the tests skip and say so.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from accredit.kit.openbadges import detect
from accredit.kit.openbadges.credential import read, read_endorsement
from accredit.kit.openbadges.errors import DocumentInvalid
from tests.unit.kit.openbadges.test_documents import credential

SHARED = Path(os.environ.get("ACCREDIT_SHARED", Path(__file__).parents[2].parent / "shared"))
OB3 = SHARED / "standards" / "vectors" / "ob3"
pytestmark = pytest.mark.skipif(
    not OB3.is_dir(), reason="NOT CHECKED against published badge schemas and examples: set ACCREDIT_SHARED"
)
STRICT = "schema/ghpages-2024-07-30/achievementcredential.json"
LOOSE = "schema/purl-copy-2026-06/ob_v3p0_achievementcredential_schema.json"
# What is wrong with each example of the reference validator that is refused here, by its rule and path.
REFUSED = {
    "simple-err-context.json": ("$.@context", "context"),
    "simple-err-credential-subject-result-type.json": ("$.credentialSubject.result[1].type", "type"),
    "simple-err-credential-subject-type.json": ("$.credentialSubject.type", "type"),
    "simple-err-evidence-type.json": ("$.evidence[1].type", "type"),
    "simple-err-issuer-type.json": ("$.issuer.type", "type"),
    "simple-err-issuer.json": ("$.issuer", "required"),
    "simple-err-type.json": ("$.type", "type"),
    "simple-noproof.json": ("$.credentialSubject.achievement", "required"),
}


def _load(path: str) -> Any:
    return json.loads((OB3 / path).read_text())


def _examples() -> list[Any]:
    files = sorted([*(OB3 / "examples/spec").glob("*.json"), *(OB3 / "examples/validator").glob("*.json")])
    return [pytest.param(file, id=file.name) for file in files if file.name != "expected.json"]


@pytest.mark.parametrize("schema", [STRICT, LOOSE])
def test_what_we_build_follows_the_schema(schema: str) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="NOT CHECKED against the schemas: jsonschema is missing")
    checker = jsonschema.Draft201909Validator(_load(schema))
    assert [error.message for error in checker.iter_errors(credential().document())] == []
    assert list(checker.iter_errors({**credential().document(), "credentialStatus": []}))


@pytest.mark.parametrize("file", _examples())
def test_an_example_is_read_or_its_fault_is_named(file: Path) -> None:
    document = json.loads(file.read_text())
    reader = read_endorsement if "EndorsementCredential" in document["type"] else read
    if file.name in REFUSED:
        with pytest.raises(DocumentInvalid) as caught:
            reader(document)
        assert REFUSED[file.name] in [(each.path, each.rule) for each in caught.value.problems]
        return
    found = reader(document)
    assert reader(found.document()) == found


@pytest.mark.parametrize("name", ["simple-json.png", "simple-jwt.svg", "simple.jwt", "simple.json"])
def test_a_credential_comes_out_of_a_published_file(name: str) -> None:
    taken = detect.unbake((OB3 / "examples/validator" / name).read_bytes())
    if "jwt" in name:
        assert isinstance(taken, str)
        assert taken.count(".") == 2
    else:
        assert read(json.loads(taken)).name == "Teamwork Badge"
