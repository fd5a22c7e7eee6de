"""The API is what its own description says: valid OpenAPI, every example true, every answer of the stated shape."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types
from openapi_spec_validator import OpenAPIV31SpecValidator

from accredit.domain.organisations import operations as organisations
from accredit.domain.organisations.rules import Channel
from accredit.domain.verification.rules import decide
from accredit.storage import Database
from accredit.web.api import examples
from accredit.web.api.answers import CHECKS
from accredit.web.api.openapi import document
from accredit.web.api.schema import Problem, Verification
from tests.cast import Cast
from tests.factories import NOW
from tests.populated import Year, played
from tests.snapshots import Snapshots
from tests.web import BASE_URL, Browser, ClientFor

DOCS = (Path(__file__).resolve().parents[4] / "docs/api.md").read_text(encoding="utf-8")
VERDICTS = [("genuine", examples.GENUINE), ("no credential", examples.UNREADABLE)]
PROBLEMS = [("empty", examples.EMPTY), ("unknown code", examples.UNKNOWN_CODE)]


@pytest.fixture
def stranger(client_for: ClientFor) -> Browser:
    return client_for()


@pytest.fixture
def year(client_for: ClientFor, sqlite_database: Database, cast: Cast, tmp_path: Path, snapshots: Snapshots) -> Year:
    found = played(snapshots, sqlite_database, cast, tmp_path)
    with sqlite_database.transaction() as db:
        organisations.confirm(
            db,
            organisation_id=cast.organisation_id,
            channel=Channel.TELEPHONE,
            confirmed_on=NOW.date(),
            actor=cast.operator.actor,
            now=NOW,
        )
    return found


def schema(name: str) -> Draft202012Validator:
    shapes = document()["components"]["schemas"]
    text = json.dumps({"$ref": f"#/$defs/{name}", "$defs": shapes}).replace("#/components/schemas/", "#/$defs/")
    return Draft202012Validator(json.loads(text))


def shape(value: Any) -> Any:
    """What names there are, however long the lists and whatever the texts."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    return shape(value[0]) if isinstance(value, list) and value else type(value).__name__


def test_the_description_is_valid_openapi_3_1(stranger: Browser) -> None:
    answer = stranger.get("/api/openapi.json")
    described = answer.get_json()
    OpenAPIV31SpecValidator(described).validate()
    assert described["servers"] == [{"url": BASE_URL}]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def _examples(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        for name, member in node.items():
            if name == "examples":
                yield from ((each, example["value"]) for each, example in member.items())
            else:
                yield from _examples(member)
    elif isinstance(node, list):
        for member in node:
            yield from _examples(member)


def test_every_example_of_the_description_is_tried_below() -> None:
    tried: list[Any] = [value for _, value in VERDICTS + PROBLEMS]
    tried += [examples.BY_CODE, examples.BY_CODE["code"], examples.NO_CREDENTIAL]
    found = [value for _, value in _examples(document())]
    assert found
    assert [value for value in found if value not in tried] == []


@pytest.mark.parametrize(("name", "example"), VERDICTS, ids=[name for name, _ in VERDICTS])
def test_an_example_of_a_verdict_has_the_stated_shape_and_follows_from_its_checks(
    name: str, example: dict[str, Any]
) -> None:
    schema("Verification").validate(example)
    made = Verification.model_validate(example).checks
    assert [check.number for check in made] == sorted(check.number for check in made)
    assert decide(made, own=True) == (example["verdict"], example["reason"])  # type: ignore[arg-type]  # same members


@pytest.mark.parametrize(("name", "example"), PROBLEMS, ids=[name for name, _ in PROBLEMS])
def test_an_example_of_a_problem_has_the_stated_shape(name: str, example: dict[str, Any]) -> None:
    schema("Problem").validate(example)
    Problem.model_validate(example)


def test_what_the_examples_ask_is_answered_as_they_say(stranger: Browser) -> None:
    unreadable = stranger.post("/api/verify", data=examples.NO_CREDENTIAL).get_json()
    assert unreadable | {"checked_at": None} == examples.UNREADABLE | {"checked_at": None}
    assert stranger.post("/api/verify").get_json(force=True) == examples.EMPTY
    by_body = stranger.post("/api/verify", json=examples.BY_CODE)
    by_path = stranger.get(f"/api/verify/{examples.BY_CODE['code']}")
    assert by_body.get_json(force=True) == by_path.get_json(force=True) == examples.UNKNOWN_CODE


def test_the_example_of_a_genuine_one_looks_like_a_real_one(
    stranger: Browser, client_for: ClientFor, cast: Cast, year: Year
) -> None:
    signed = client_for(cast.ama).get(f"/credentials/{year.credential_id}.json").data
    real = stranger.post("/api/verify", data=signed).get_json()
    schema("Verification").validate(real)
    assert (real["verdict"], real["reason"]) == ("GENUINE", None)
    assert shape(real) == shape(examples.GENUINE)
    assert [check["id"] for check in real["checks"]] == [check["id"] for check in examples.GENUINE["checks"]]
    names = {check["id"]: set(check["facts"]) for check in examples.GENUINE["checks"]}
    assert {check["id"]: set(check["facts"]) for check in real["checks"]} == names


@pytest.mark.parametrize("kind", ["json", "jwt", "png", "svg", "pdf"])
def test_every_form_is_answered_in_the_stated_shape(
    stranger: Browser, client_for: ClientFor, cast: Cast, year: Year, kind: str
) -> None:
    data = client_for(cast.ama).get(f"/credentials/{year.credential_id}.{kind}").data
    as_body = stranger.post("/api/verify", data=data).get_json()
    as_form = stranger.post("/api/verify", data={"file": (io.BytesIO(data), "x")}).get_json()
    schema("Verification").validate(as_body)
    assert as_body["verdict"] == "GENUINE"
    assert as_form == as_body


def test_a_code_and_a_form_are_answered_in_the_stated_shape(
    stranger: Browser, client_for: ClientFor, cast: Cast, year: Year
) -> None:
    by_code = stranger.get(f"/api/verify/{year.code}").get_json()
    pasted = stranger.post("/api/verify", data={"text": f"{BASE_URL}/V/{year.code}"}).get_json()
    for report in (by_code, pasted):
        schema("Verification").validate(report)
        assert report["verdict"] == "GENUINE"
        assert report["claims"]["initials"] == "A. S."
        assert report["claims"]["printed_name"] is None
    signed = client_for(cast.ama).get(f"/credentials/{year.credential_id}.json").data
    uploaded = stranger.post("/api/verify", data={"text": signed.decode()}).get_json()
    assert uploaded["claims"]["printed_name"] == cast.ama.name


@pytest.mark.attack("VH09")
def test_vh09_nothing_in_an_answer_is_a_lone_boolean(stranger: Browser, year: Year) -> None:
    text = stranger.get(f"/api/verify/{year.code}").text
    assert next(iter(json.loads(text))) == "verdict"

    def booleans(value: Any) -> Iterator[bool]:
        if isinstance(value, bool):
            yield value
        members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for member in members:
            yield from booleans(member)

    assert list(booleans(json.loads(text))) == []
    assert "boolean" not in json.dumps(document())


def test_what_nobody_confirmed_stands_apart(
    stranger: Browser, sqlite_database: Database, cast: Cast, year: Year
) -> None:
    assert stranger.get(f"/api/verify/{year.code}").get_json()["unconfirmed_claims"] is None
    with sqlite_database.transaction() as db:
        organisations.withdraw_confirmation(
            db,
            organisation_id=cast.organisation_id,
            channel=Channel.LETTER,
            on=NOW.date(),
            actor=cast.operator.actor,
            now=NOW,
        )
    report = stranger.get(f"/api/verify/{year.code}").get_json()
    assert report["verdict"] == "GENUINE_ISSUER_NOT_RECOGNISED"
    assert report["claims"] is None
    assert report["unconfirmed_claims"]["issuer_name"] == "Example Park Academy"


def test_any_site_may_ask_and_nothing_is_stored(stranger: Browser, year: Year) -> None:
    asked = stranger.options("/api/verify", headers={"Origin": "https://example.org"})
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in asked.headers["Access-Control-Allow-Methods"]
    assert asked.headers["Access-Control-Allow-Headers"] == "Content-Type"
    for answer in (
        stranger.get(f"/api/verify/{year.code}"),
        stranger.get("/api/verify/2"),
        stranger.post("/api/verify"),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers
        assert "Set-Cookie" not in answer.headers
        assert answer.vary == {"Cookie"} or not answer.vary


@pytest.mark.attack("VH14")
def test_vh14_each_answer_says_how_often_one_may_ask_and_too_many_are_refused(stranger: Browser) -> None:
    first = stranger.get("/api/verify/2")
    assert first.headers["RateLimit-Policy"] == f'"checks";q={CHECKS.times};w={CHECKS.seconds}'
    assert first.headers["RateLimit"].startswith(f'"checks";r={CHECKS.times - 1};t=')
    for _ in range(CHECKS.times - 1):
        last = stranger.get("/api/verify/2")
    assert last.headers["RateLimit"].startswith('"checks";r=0;t=')
    refused = stranger.get("/api/verify/2")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= CHECKS.seconds
    schema("Problem").validate(refused.get_json(force=True))


def test_the_page_for_people_names_every_path_and_member() -> None:
    wanted = set(document()["paths"]) | set(Verification.model_fields) | set(Problem.model_fields)
    assert [name for name in sorted(wanted) if f"`{name}`" not in DOCS and f" {name}" not in DOCS] == []
