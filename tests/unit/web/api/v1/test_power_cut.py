"""A program that gets no answer sends the same again, and what it asked for is there once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from accredit.domain.clients import queries
from accredit.domain.clients.rules import Scope
from accredit.domain.people import queries as people
from accredit.storage import Database, fault_points
from accredit.storage.fault_points import PowerCut
from accredit.web.api.v1 import contract
from tests.cast import Cast
from tests.factories import TODAY
from tests.unit.web.api.v1.conftest import Program, ProgramFor

DIA = {"printed_name": "Dia Enghraifft"}
NAME = {"Idempotency-Key": "night-1"}


@pytest.fixture(autouse=True)
def power() -> Iterator[None]:
    yield
    fault_points.arrange("")


@pytest.fixture
def program(program_for: ProgramFor) -> Program:
    found = program_for(Scope.PEOPLE_WRITE)
    # The day of its first use is written by a transaction of its own, which is not what is cut here.
    found.get("/key")
    return found


def dias(database: Database, cast: Cast) -> list[UUID]:
    with database.reading(cast.organisation_id) as db:
        everybody = people.young_people(db, organisation_id=cast.organisation_id)
    return [each.id for each in everybody if each.printed_name == DIA["printed_name"]]


@pytest.mark.attack("WZ15")
@pytest.mark.parametrize(
    ("point", "kept", "replayed"),
    [
        pytest.param("web.before_commit", 0, None, id="WZ15 power cut before the commit: nothing, then once"),
        pytest.param("web.after_commit", 1, "true", id="WZ15 power cut after the commit: once, and told so"),
    ],
)
def test_a_lost_answer_is_asked_for_again(
    point: str, kept: int, replayed: str | None, program: Program, sqlite_database: Database, cast: Cast
) -> None:
    fault_points.arrange(f"{point}:raise")
    with pytest.raises(PowerCut):
        program.send("POST", "/people", json=DIA, headers=NAME)
    fault_points.arrange("")
    assert len(dias(sqlite_database, cast)) == kept
    again = program.send("POST", "/people", json=DIA, headers=NAME)
    assert (again.status_code, again.headers.get("Idempotent-Replayed")) == (201, replayed)
    assert [str(each) for each in dias(sqlite_database, cast)] == [again.get_json()["id"]]


@pytest.mark.attack("WZ15")
def test_wz15_the_same_request_at_the_same_time_is_asked_to_wait(
    program: Program, app: Flask, sqlite_database: Database, cast: Cast
) -> None:
    with sqlite_database.reading(cast.organisation_id) as db:
        (key,) = queries.keys(db, organisation_id=cast.organisation_id, on=TODAY)
    places: Any = app.extensions.setdefault(contract._IN_FLIGHT, contract._InFlight())
    with places.doing(key.id, "night-1"):
        meanwhile = program.send("POST", "/people", json=DIA, headers=NAME)
        other = program.send("POST", "/people", json={"printed_name": "Efa"}, headers={"Idempotency-Key": "night-2"})
    assert (meanwhile.status_code, meanwhile.get_json(force=True)["code"]) == (409, "in-flight")
    assert other.status_code == 201
    assert dias(sqlite_database, cast) == []
    assert program.send("POST", "/people", json=DIA, headers=NAME).status_code == 201
    assert len(dias(sqlite_database, cast)) == 1
