"""Programmes, registers, hours and certificates through a key: what a co-ordinator's page does, and no more."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.clients.rules import Scope
from accredit.domain.practice import queries as practice
from accredit.storage import Database
from accredit.web.api.v1.contract import OPERATIONS
from tests.cast import Cast
from tests.factories import TODAY
from tests.populated import Year, populate
from tests.unit.web.api.v1.conftest import Program, ProgramFor

DAY = TODAY.isoformat()


@pytest.fixture
def program(program_for: ProgramFor) -> Program:
    return program_for(*Scope)


@pytest.fixture
def year(sqlite_database: Database, cast: Cast, tmp_path: Path) -> Year:
    return populate(sqlite_database, cast, tmp_path)


def test_programmes_and_who_is_in_them(program: Program, cast: Cast) -> None:
    (only,) = program.get("/programmes")["items"]
    assert only == program.get(f"/programmes/{cast.programme_id}")
    assert (only["code"], only["name"]) == ("WA", "Wellbeing Ambassadors")
    assert only["modules"]
    assert only["levels"][0]["code"] == "WA-TRN"
    inside = program.get(f"/programmes/{cast.programme_id}/enrolments")["items"]
    assert {each["id"] for each in inside} == {str(p.enrolled) for p in (cast.ama, cast.ben, cast.cai)}
    assert [each["school_reference"] for each in inside if each["is_on_break"]] == ["3102"]


def test_young_people_join_once_and_leave(program: Program, cast: Cast) -> None:
    added = program.send("POST", "/people", json={"printed_name": "Dia Enghraifft"}).get_json()["id"]
    path = f"/programmes/{cast.programme_id}/enrolments"
    sent = {"young_people": [added, str(cast.ama.id)], "started_on": DAY}
    joined = program.send("POST", path, json=sent)
    assert joined.status_code == 201
    places = {each["young_person_id"]: each["enrolment_id"] for each in joined.get_json()["items"]}
    assert places[str(cast.ama.id)] == str(cast.ama.enrolled)
    ended = program.send("POST", f"/enrolments/{places[added]}/end", json={"ended_on": DAY})
    assert (ended.status_code, ended.get_json()) == (200, {"ended_on": DAY})
    again = program.send("POST", f"/enrolments/{places[added]}/end", json={"ended_on": DAY})
    assert again.get_json(force=True)["code"] == "enrolment-ended"
    unknown = program.send("POST", path, json=sent | {"young_people": [str(cast.olu.id)]})
    assert unknown.status_code == 404


def test_a_session_is_planned_and_its_register_taken(program: Program, cast: Cast) -> None:
    adults = {each["name"]: each for each in program.get("/adults")["items"]}
    assert {name for name, each in adults.items() if each["is_supervisor"]} == {cast.sam.name}
    sent = {
        "programme_id": str(cast.programme_id),
        "title": "First training",
        "held_on": DAY,
        "starts_at": "09:30",
        "modules": ["M1", "M2"],
        "led_by": adults[cast.nia.name]["id"],
    }
    planned = program.send("POST", "/training-sessions", json=sent)
    assert planned.status_code == 201
    path = f"/training-sessions/{planned.get_json()['id']}"
    register = program.get(path)
    assert register["session"]["title"] == "First training"
    assert {line["enrolment_id"] for line in register["items"]} == {
        str(player.enrolled) for player in (cast.ama, cast.ben, cast.cai)
    }
    ticks = [
        {"enrolment_id": str(cast.ama.enrolled), "present": True},
        {"enrolment_id": str(cast.cai.enrolled), "present": True, "modules": ["M1"]},
    ]
    taken = program.send("PUT", f"{path}/attendance", json={"items": ticks})
    assert taken.status_code == 200
    assert taken.get_json()["confirmed"] == 3
    again = program.send("PUT", f"{path}/attendance", json={"items": ticks})
    assert again.get_json() == {"confirmed": 0, "withdrawn": 0, "absent": 0, "unchanged": 4}
    (listed,) = program.get(f"/training-sessions?programme={cast.programme_id}")["items"]
    assert (listed["is_taken"], listed["people_present"]) == (True, 2)
    paused = [{"enrolment_id": str(cast.ben.enrolled), "present": True}]
    refused = program.send("PUT", f"{path}/attendance", json={"items": paused})
    assert refused.get_json(force=True)["code"] == "on-a-break"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"modules": ["M99"]}, "module-not-in-programme", id="a module of no programme"),
        pytest.param({"led_by": str(UUID(int=7))}, "led_by", id="led by nobody"),
        pytest.param({"title": ""}, "title", id="without a title"),
        pytest.param({"held_on": "30/06/2026"}, "held_on", id="a date that is not ISO"),
        pytest.param({"programme_id": str(UUID(int=7))}, "not-found", id="of no programme"),
    ],
)
def test_a_session_that_cannot_be_planned(program: Program, cast: Cast, change: dict[str, object], told: str) -> None:
    sent = {
        "programme_id": str(cast.programme_id),
        "title": "First training",
        "held_on": DAY,
        "modules": ["M1"],
        "led_by": str(cast.nia.id),
    }
    answer = program.send("POST", "/training-sessions", json=sent | change)
    assert answer.status_code in {404, 422}
    assert told in answer.text


def test_hours_are_submitted_and_wait_for_the_adult(
    program: Program, cast: Cast, year: Year, sqlite_database: Database
) -> None:
    path = f"/enrolments/{cast.ama.enrolled}/hours"
    before = program.get(path)["items"]
    sent = {
        "activity": "drop-in",
        "held_on": "2026-06-26",
        "starts_at": "07:30",
        "minutes": 30,
        "supervised_by": str(cast.sam.id),
    }
    added = program.send("POST", path, json=sent)
    assert added.status_code == 201, added.text
    new = next(each for each in program.get(path)["items"] if each["id"] == added.get_json()["id"])
    assert new["status"] == "submitted"
    assert len(program.get(path)["items"]) == len(before) + 1
    with sqlite_database.reading(cast.organisation_id) as db:
        assert practice.entry(db, UUID(new["id"])).decided_by_name is None
    overlap = program.send("POST", path, json=sent)
    assert overlap.get_json(force=True)["code"] == "overlap"
    nobody = program.send("POST", path, json=sent | {"starts_at": "12:00", "supervised_by": str(cast.nia.id)})
    assert nobody.get_json(force=True)["code"] == "not-a-supervisor"
    del year


def test_how_everybody_stands_and_what_was_awarded(program: Program, cast: Cast, year: Year) -> None:
    standing = {
        each["young_person_id"]: each for each in program.get(f"/programmes/{cast.programme_id}/readiness")["items"]
    }
    ama = standing[str(cast.ama.id)]
    assert ama["name_is_confirmed"] is True
    awarded = [level for level in ama["levels"] if level["awarded_on"]]
    assert awarded
    assert all(level["missing"] for each in standing.values() for level in each["levels"] if not level["is_met"])
    assert not standing[str(cast.cai.id)]["name_is_confirmed"]
    listed = program.get("/certificates")["items"]
    one = program.get(f"/certificates/{year.award_id}")
    assert one in listed
    assert (one["young_person_id"], one["progress"]) == (str(cast.ama.id), "released")
    assert one["credential_id"] == str(year.credential_id)
    assert program.send("GET", f"/certificates/{UUID(int=7)}").status_code == 404
    assert program.get(f"/certificates?programme={cast.programme_id}")["items"] == listed
    assert program.send("GET", f"/certificates?programme={UUID(int=7)}").status_code == 404


def test_no_key_decides_anything(program: Program, sqlite_database: Database) -> None:
    del program
    decisions = {
        Tag.AWARDED,
        Tag.HOURS_APPROVED,
        Tag.HOURS_RETURNED,
        Tag.YOUNG_PERSON_NAME_CONFIRMED,
        Tag.SKILL_OBSERVED,
    }
    with sqlite_database.reading() as db:
        events = db.exec(select(AuditEvent)).all()
    assert not [event.tag for event in events if "through" in event.details and event.tag in decisions]
    words = {"award", "approve", "return", "revoke", "suspend", "confirm", "slip", "observe", "hide", "erase"}
    written = [each.path for each in OPERATIONS if each.method != "GET"]
    assert not [path for path in written if any(word in path for word in words)]
