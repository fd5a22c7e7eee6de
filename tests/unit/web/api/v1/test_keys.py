"""The key of a program: where it is taken from, what it opens, and how often."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator
from sqlalchemy import event

from accredit.domain.clients import operations, queries
from accredit.domain.clients.rules import Scope, make_key
from accredit.domain.organisations import suspending
from accredit.domain.organisations.rules import SuspensionReason
from accredit.domain.people import queries as people
from accredit.domain.people.models import SecondStep, SecondStepDemand
from accredit.storage import Database
from accredit.web.access import Audience, declared_access
from accredit.web.api.v1.contract import OPERATIONS
from accredit.web.api.v1.keys import REQUESTS, WRONG_KEYS
from tests.cast import Cast
from tests.factories import NOW, TODAY
from tests.unit.web.api.v1.conftest import ProgramFor, shape
from tests.unit.web.coordinator.test_looking import somebody_writes
from tests.web import ClientFor


def test_a_key_says_what_it_opens(program_for: ProgramFor) -> None:
    told = program_for(Scope.PEOPLE_READ, Scope.HOURS_WRITE).get("/key")
    assert told == {
        "label": "A program",
        "scopes": ["hours:write", "people:read"],
        "last_day": (TODAY + timedelta(days=30)).isoformat(),
    }


@pytest.mark.attack("WA32")
@pytest.mark.parametrize(
    ("headers", "code"),
    [
        pytest.param({}, "key-needed", id="WA32 without a key"),
        pytest.param({"Authorization": "Basic YTpi"}, "key-needed", id="WA32 with a password"),
        pytest.param({"Authorization": f"Bearer {make_key()}"}, "key-not-open", id="WA32 with a key that nobody made"),
        pytest.param({"Authorization": "Bearer x"}, "key-not-open", id="WA32 with what is no key"),
        pytest.param({"Authorization": "Bearer"}, "key-not-open", id="WA32 with nothing"),
    ],
)
def test_without_a_key_nothing_opens(
    headers: dict[str, str], code: str, client_for: ClientFor, cast: Cast, app: Flask
) -> None:
    del app
    # Whoever is signed in is nobody here: no cookie opens anything.
    for browser in (client_for(), client_for(cast.nia), client_for(cast.operator)):
        answer = browser.get("/api/v1/people", headers=headers)
        assert answer.status_code == 401
        assert answer.get_json(force=True)["code"] == code
        assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="accredit"')
        assert "Set-Cookie" not in answer.headers
        shape("Trouble").validate(answer.get_json(force=True))


@pytest.mark.attack("WA32")
def test_wa32_a_key_in_an_address_is_refused(program_for: ProgramFor, client_for: ClientFor) -> None:
    program = program_for(Scope.PEOPLE_READ)
    for headers in ({}, {"Authorization": f"Bearer {program.key}"}):
        answer = client_for().get(f"/api/v1/people?key={program.key}", headers=headers)
        assert answer.status_code == 400
        assert answer.get_json(force=True)["code"] == "key-in-address"


@pytest.mark.attack("WA32")
def test_wa32_every_address_opens_to_its_scopes_alone(
    program_for: ProgramFor, app: Flask, sqlite_database: Database, cast: Cast
) -> None:
    declared = declared_access(app)
    assert {each.name for each in OPERATIONS} == {
        name.removeprefix("api_v1.")
        for name, access in declared.items()
        if access and access.audience is Audience.CLIENT
    }
    programs = {scope: program_for(scope) for scope in Scope}
    faults = []
    for operation in OPERATIONS:
        path = operation.path.replace("<uuid:young_person_id>", str(cast.ama.id))
        path = path.replace("<uuid:programme_id>", str(cast.programme_id))
        path = path.replace("<uuid:enrolment_id>", str(cast.ama.enrolled))
        path = path.replace("<uuid:session_id>", str(cast.ama.id)).replace("<uuid:award_id>", str(cast.ama.id))
        for scope, program in programs.items():
            answer = program.send(operation.method, path)
            is_open = not operation.scopes or scope in operation.scopes
            if (answer.status_code != 403) != is_open:
                faults.append(f"{operation.method} {path} with {scope}: {answer.status_code}")
            if not is_open and answer.get_json(force=True)["code"] != "scope-missing":
                faults.append(f"{operation.method} {path}: {answer.text}")
    assert faults == []


def test_a_key_of_another_school_finds_nothing(program_for: ProgramFor, cast: Cast) -> None:
    program = program_for(*Scope, of=cast.oz)
    known = {
        "<uuid:young_person_id>": cast.ama.id,
        "<uuid:programme_id>": cast.programme_id,
        "<uuid:enrolment_id>": cast.ama.enrolled,
    }
    for operation in OPERATIONS:
        path = operation.path
        for name, value in known.items():
            path = path.replace(name, str(value))
        if path == operation.path or "<" in path:
            continue
        answer = program.send(operation.method, path, json={}, headers={"If-Match": '"1"'})
        assert answer.status_code in {404, 422}, path
        assert not any(name in answer.text for name in ("Ama", "Sample", "Wellbeing")), path
    assert [each["school_reference"] for each in program.get("/people")["items"]] == ["3101"]
    assert "Ama" not in program.send("GET", "/people").text


def test_a_key_that_is_ended_opens_nothing_from_then_on(
    program_for: ProgramFor, sqlite_database: Database, cast: Cast
) -> None:
    program = program_for(Scope.PEOPLE_READ)
    program.get("/people")
    with sqlite_database.transaction(cast.organisation_id) as db:
        (key,) = queries.keys(db, organisation_id=cast.organisation_id, on=TODAY)
        operations.end_key(db, key_id=key.id, actor=cast.nia.actor, now=NOW)
    assert program.send("GET", "/people").status_code == 401


def test_the_day_of_the_last_use_is_noted_once_a_day(
    program_for: ProgramFor, sqlite_database: Database, cast: Cast, today: time_machine.Traveller
) -> None:
    program = program_for(Scope.PEOPLE_READ)

    def used() -> object:
        with sqlite_database.reading(cast.organisation_id) as db:
            return queries.keys(db, organisation_id=cast.organisation_id, on=TODAY)[0].last_used_on

    assert used() is None
    program.get("/key")
    assert used() == TODAY
    today.shift(timedelta(days=2))
    program.get("/key")
    assert used() == TODAY + timedelta(days=2)


def test_each_answer_says_how_often_a_key_may_ask_and_too_many_are_refused(
    program_for: ProgramFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, other = program_for(Scope.PEOPLE_READ), program_for(Scope.PEOPLE_READ)
    first = program.send("GET", "/key")
    assert first.headers["RateLimit-Policy"] == f'"requests";q={REQUESTS.times};w={REQUESTS.seconds}'
    for _ in range(REQUESTS.times - 1):
        last = program.send("GET", "/key")
    assert last.headers["RateLimit"].startswith('"requests";r=0;t=')
    refused = program.send("GET", "/key")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= REQUESTS.seconds
    assert other.send("GET", "/key").status_code == 200


def test_guessing_at_keys_is_slowed_down_and_nobody_else_with_it(program_for: ProgramFor) -> None:
    program = program_for(Scope.PEOPLE_READ)
    for _ in range(WRONG_KEYS.times):
        assert program.send("GET", "/key", key=make_key()).status_code == 401
    assert program.send("GET", "/key", key=make_key()).status_code == 429
    assert program.send("GET", "/key").status_code == 200


def test_an_unknown_address_is_told_as_a_problem(program_for: ProgramFor) -> None:
    answer = program_for(Scope.PEOPLE_READ).browser.get("/api/v1/nowhere")
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


def test_the_description_is_valid_openapi_3_1(client_for: ClientFor) -> None:
    described = client_for().get("/api/v1/openapi.json").get_json()
    OpenAPIV31SpecValidator(described).validate()
    assert set(described["paths"]) >= {"/api/v1/people", "/api/v1/class-list", "/api/v1/key"}
    assert described["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_what_is_asked_for_comes_although_somebody_else_writes(
    program_for: ProgramFor, sqlite_database: Database
) -> None:
    program = program_for(Scope.PEOPLE_READ)
    sqlite_database.engine.dispose()
    event.listen(
        sqlite_database.engine, "connect", lambda connection, _record: connection.execute("PRAGMA busy_timeout = 20")
    )
    with somebody_writes(sqlite_database):
        assert program.send("GET", "/people").status_code == 200
    assert program.send("GET", "/people").status_code == 200


@pytest.mark.attack("WA32")
def test_a_key_does_no_more_than_its_maker_may_who_lacks_a_second_step(
    program_for: ProgramFor, cast: Cast, sqlite_database: Database, today: time_machine.Traveller
) -> None:
    ours, theirs = program_for(Scope.PEOPLE_READ), program_for(Scope.PEOPLE_READ, of=cast.oz)
    since = TODAY + timedelta(days=1)
    with sqlite_database.transaction() as db:
        db.add(SecondStepDemand(organisation_id=cast.organisation_id, since=since, said_at=NOW))
    assert ours.send("GET", "/people").status_code == 200, "until the day itself everybody may go on"
    today.shift(timedelta(days=1))
    refused = ours.send("GET", "/people")
    assert (refused.status_code, refused.get_json(force=True)["code"]) == (403, "second-step-missing")
    assert theirs.send("GET", "/people").status_code == 200
    with sqlite_database.transaction() as db:
        account_id = people.staff_member(db, cast.nia.id).account_id
        assert account_id is not None
        db.add(SecondStep(account_id=account_id, secret=b"x", used_step=0, made_at=NOW, confirmed_at=NOW))
    assert ours.send("GET", "/people").status_code == 200


@pytest.mark.attack("WA12")
def test_the_key_of_a_suspended_school_opens_nothing(
    program_for: ProgramFor, cast: Cast, sqlite_database: Database
) -> None:
    ours, theirs = program_for(Scope.PEOPLE_READ), program_for(Scope.PEOPLE_READ, of=cast.oz)
    with sqlite_database.transaction() as db:
        suspending.suspend(
            db,
            organisation_id=cast.organisation_id,
            reason=SuspensionReason.ASKED_FOR,
            actor=cast.operator.actor,
            now=NOW,
        )
    assert ours.send("GET", "/people").status_code == 401
    assert theirs.send("GET", "/people").status_code == 200
