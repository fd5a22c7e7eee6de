"""Every route: for whom it is, that looking changes nothing, and that Oz of another school sees nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlmodel import SQLModel
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

import accredit.web
from accredit.domain.transparency import queries as log
from accredit.domain.transparency.rules import Act
from accredit.domain.verification.rules import Reason, Verdict
from accredit.storage import Database
from accredit.web.access import Access, Audience, declared_access
from accredit.web.coordinator.looking import NAMING
from accredit.web.public.note import STAMP
from accredit.web.public.verdicts import reference
from accredit.web.viewer import Viewer, current_viewer
from tests.cast import Cast, Player
from tests.factories import NOW
from tests.house.public_addresses import PUBLIC_ADDRESSES
from tests.populated import Year, let_share, let_train, of_training, populate, sent_links
from tests.web import Browser, ClientFor

WEB = Path(accredit.web.__file__).parent
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER|TRUNCATE)\b", re.IGNORECASE)
ROLES = ("nobody", "ama", "cai", "nia", "sam", "lee", "operator", "oz", "olu")
OUTSIDERS = ("oz", "olu")


@dataclass(frozen=True)
class World:
    """The app, the people, and a browser for each."""

    app: Flask
    cast: Cast
    year: Year
    database: Database
    browsers: Mapping[str, Browser]

    def player(self, role: str) -> Player | None:
        """Return who plays a role; None for a stranger."""
        return None if role == "nobody" else getattr(self.cast, role)

    def canaries(self) -> tuple[str, ...]:
        """Return what nobody outside Ama's school may ever read."""
        inside = (self.cast.ama, self.cast.ben, self.cast.cai, self.cast.sam, self.cast.nia, self.cast.lee)
        return tuple(player.name for player in inside)

    def closed(self, method: str) -> Iterator[tuple[Rule, Access]]:
        """Yield the rules that are for some readers only. No reader opens what is for programs: see below."""
        for rule, access in self.rules(method):
            if access.audience not in {Audience.PUBLIC, Audience.CLIENT}:
                yield rule, access

    def rules(self, method: str) -> Iterator[tuple[Rule, Access]]:
        """Yield every rule that answers ``method``, with its audience."""
        declared = declared_access(self.app)
        for rule in self.app.url_map.iter_rules():
            access = declared.get(rule.endpoint)
            if method in (rule.methods or ()) and access is not None:
                yield rule, access

    def path(self, rule: Rule) -> str:
        """Return the rule's address with the ids of Ama's school."""
        values = {name: self._value(rule, name) for name in rule.arguments}
        with self.app.test_request_context():
            built = rule.build(values)
        assert built is not None, rule
        return built[1]

    def _value(self, rule: Rule, name: str) -> object:
        items = getattr(rule._converters[name], "items", None)
        if items is not None:
            return min(items)
        values, audience = self.values(), rule.endpoint.split(".")[0]
        key = next((k for k in (f"{rule.endpoint}:{name}", f"{audience}:{name}", name) if k in values), None)
        assert key is not None, f"say in World.values() what <{name}> of {rule.rule} ({rule.endpoint}) is"
        return values[key]

    def _leaf_of_award(self) -> int:
        with self.database.reading() as db:
            found = log.leaf_index(db, act=Act.AWARD_DECIDED, subject_id=self.year.award_id)
        assert found is not None
        return found

    def _reference_of_a_note(self) -> str:
        # Nobody has confirmed the school here, so this is what is answered about the code.
        said = (Verdict.GENUINE_ISSUER_NOT_RECOGNISED, Reason.ISSUER_NOT_RECOGNISED)
        with self.app.app_context():
            return reference(self.year.code, NOW, *said)

    def values(self) -> dict[str, object]:
        """Return what stands for each name in an address; ``endpoint:name`` comes first."""
        cast, year = self.cast, self.year
        return {
            "organisation_id": cast.organisation_id,
            "programme_id": cast.programme_id,
            "young_person_id": cast.ama.id,
            "person_id": cast.ama.id,
            "other_id": cast.ben.id,
            "enrolment_id": cast.ama.enrolled,
            "coordinator.end_break:enrolment_id": cast.ben.enrolled,
            "break_id": year.break_id,
            "staff_id": cast.sam.id,
            "role_id": year.role_id,
            "holiday_id": year.holiday_id,
            **dict.fromkeys(("sign_in_id", "passkey_id", "key_id", "log_id", "record_id"), UUID(int=7)),
            "token": "a-link-that-nobody-was-sent",
            "session_id": year.training_id,
            "draft_id": year.draft_id,
            "part_code": "drop-in",
            "supervisor:session_id": year.practice_id,
            "entry_id": year.waiting_id,
            "request_id": year.joining_id,
            "award_id": year.award_id,
            "issuance_id": year.issuance_id,
            "credential_id": year.credential_id,
            "level_code": "WA-TRN",
            **sent_links(self.database, self.cast) | of_training(self.database, self.cast),
            "slug": "example-park-academy",
            "code": year.code,
            "achievement_id": year.achievement,
            "public_id": year.achievement,
            "list_id": year.status_list,
            "tile_path": "entries/000.p/1",
            "index": self._leaf_of_award(),
            "day": NOW.date().isoformat(),
            "stamp": NOW.strftime(STAMP),
            "reference": self._reference_of_a_note(),
        }


@pytest.fixture
def world(app: Flask, cast: Cast, sqlite_database: Database, client_for: ClientFor, tmp_path: Path) -> World:
    year = let_share(sqlite_database, cast, populate(sqlite_database, cast, tmp_path))
    let_train(sqlite_database, cast)
    browsers = {role: client_for(None if role == "nobody" else getattr(cast, role)) for role in ROLES}
    return World(app, cast, year, sqlite_database, browsers)


def reader(browser: Browser) -> Viewer:
    with browser:
        browser.get("/nowhere-at-all")
        return current_viewer()


@contextmanager
def watched_writes(database: Database) -> Iterator[list[str]]:
    """Collect every statement that would change something, committed or not."""
    written: list[str] = []

    def look(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if WRITES.match(statement):
            written.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", look)
    try:
        yield written
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", look)


def records_of(database: Database, organisation_id: UUID) -> str:
    """Return a hash of everything that is kept for an organisation."""
    digest = hashlib.sha256()
    with database.engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            if "organisation_id" in table.c:
                wanted = sa.select(table).where(table.c.organisation_id == organisation_id)
                for row in sorted(map(repr, connection.execute(wanted))):
                    digest.update(row.encode())
    return digest.hexdigest()


def test_every_audience_is_here(app: Flask) -> None:
    # The conformance mode is an application of its own, and must never be part of this one.
    packages = {path.parent.name for path in WEB.glob("*/__init__.py")} - {"conformance"}
    assert packages <= {rule.endpoint.split(".")[0] for rule in app.url_map.iter_rules()}


def test_every_route_says_for_whom_it_is(app: Flask) -> None:
    assert [name for name, access in declared_access(app).items() if access is None] == []


def test_public_addresses_are_those_that_are_listed(world: World) -> None:
    public = {
        rule.rule
        for method in ("GET", "POST")
        for rule, access in world.rules(method)
        if access.audience is Audience.PUBLIC
    }
    assert public == PUBLIC_ADDRESSES


def _notes_a_look(rule: Rule, statement: str) -> bool:
    """Say whether a statement only writes down who looked at a young person's page (ADR 31)."""
    return bool(NAMING & rule.arguments) and statement.startswith("INSERT INTO audit_event ")


@pytest.mark.parametrize("role", ROLES)
def test_looking_changes_nothing_and_never_breaks(world: World, role: str) -> None:
    faults = []
    with watched_writes(world.database) as written:
        for rule, _ in world.rules("GET"):
            answer = world.browsers[role].get(world.path(rule))
            faults += [f"{rule.rule} wrote {statement}" for statement in written if not _notes_a_look(rule, statement)]
            written.clear()
            if answer.status_code >= 500 and rule.rule != "/readyz":
                faults.append(f"{rule.rule} answered {answer.status_code}")
    assert faults == []


def test_stranger_at_a_closed_page_is_asked_to_sign_in(world: World) -> None:
    faults = []
    for rule, access in world.closed("GET"):
        answer = world.browsers["nobody"].get(world.path(rule))
        expected = "/start" if access.audience is Audience.YOUNG_PERSON else "/sign-in"
        if answer.status_code != 303 or not (answer.location or "").startswith(f"{expected}?next="):
            faults.append(f"{rule.rule}: {answer.status_code} {answer.location}")
    assert faults == []


def test_stranger_cannot_send_a_closed_form(world: World) -> None:
    before = records_of(world.database, world.cast.organisation_id)
    answers = {rule.rule: world.browsers["nobody"].post(world.path(rule)) for rule, _ in world.closed("POST")}
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 401} == {}
    assert records_of(world.database, world.cast.organisation_id) == before


@pytest.mark.parametrize("role", [role for role in ROLES if role != "nobody"])
def test_page_of_another_audience_is_refused(world: World, role: str) -> None:
    browser, faults = world.browsers[role], []
    viewer = reader(browser)
    for method in ("GET", "POST"):
        for rule, access in world.closed(method):
            if not access.admits(viewer):
                status = browser.open(world.path(rule), method=method).status_code
                faults += [f"{method} {rule.rule}: {status}"] if status != 403 else []
    assert faults == []


@pytest.mark.parametrize("role", ["ama", "nia", "sam", "lee", "operator"])
def test_page_of_ones_own_opens(world: World, role: str) -> None:
    browser, faults = world.browsers[role], []
    viewer = reader(browser)
    for rule, access in world.closed("GET"):
        # Nobody asked for a record of peer support in this year; its pages have tests of their own.
        if access.admits(viewer) and rule.endpoint != "learner.record_file":
            status = browser.get(world.path(rule)).status_code
            faults += [f"{rule.rule}: {status}"] if status >= 400 else []
    assert faults == []


def test_public_page_opens_to_a_stranger(world: World) -> None:
    # Without a worker the service is not ready, and a credential is not there for a stranger: both as they should be.
    # So is what nobody began in this browser, and the page that begins a service which somebody runs already.
    closed = {
        "/readyz": 503,
        "/sign-in/code": 303,
        "/sign-in/second-step": 303,
        "/start/yours": 303,
        "/sign-in/school/<slug>/back": 303,
        "/sign-in/school/<slug>": 404,
        "/sign-in/school/<slug>/go": 404,
        "/invitation/<token>": 404,
        "/approve": 404,
        "/begin": 303,
    }
    faults = []
    for rule, access in world.rules("GET"):
        if access.audience is Audience.PUBLIC and not rule.rule.startswith("/credentials/"):
            status = world.browsers["nobody"].get(world.path(rule)).status_code
            faults += [f"{rule.rule}: {status}"] if status != closed.get(rule.rule, 200) else []
    assert faults == []


@pytest.mark.parametrize("role", OUTSIDERS)
def test_outsider_sees_nothing(world: World, role: str) -> None:
    faults = []
    for rule, access in world.rules("GET"):
        answer = world.browsers[role].get(world.path(rule))
        faults += told(world, rule, answer)
        about_a_school = any(name != "kind" for name in rule.arguments)
        if about_a_school and access.audience is not Audience.PUBLIC and answer.status_code not in {401, 403, 404}:
            faults.append(f"{rule.rule} answered {answer.status_code}")
    assert faults == []


def told(world: World, rule: Rule, answer: TestResponse) -> list[str]:
    """Return the secrets that an answer tells."""
    text = answer.get_data().decode("utf-8", "replace")
    return [f"{rule.rule} tells {canary!r}" for canary in world.canaries() if canary in text]


@pytest.mark.parametrize("role", ["nobody", "cai", "oz", "olu", "operator"])
def test_credential_is_not_there_for_anybody_but_its_holder_and_their_school(world: World, role: str) -> None:
    unknown, known = (f"/credentials/{number}" for number in (UUID(int=7), world.year.credential_id))
    for suffix in ("", ".json", ".pdf", ".png", ".svg"):
        answers = [world.browsers[role].get(path + suffix) for path in (unknown, known)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].get_data() == answers[1].get_data()
    assert world.browsers["ama"].get(known).status_code == 200
    assert world.browsers["nia"].get(known).status_code == 200


def test_strangers_read_no_name_on_any_public_page(world: World) -> None:
    faults = []
    for rule, access in world.rules("GET"):
        if access.audience is Audience.PUBLIC:
            faults += told(world, rule, world.browsers["nobody"].get(world.path(rule)))
    assert faults == []


@pytest.mark.parametrize("role", OUTSIDERS)
def test_outsider_changes_nothing(world: World, role: str) -> None:
    before = records_of(world.database, world.cast.organisation_id)
    faults = []
    for rule, _ in world.closed("POST"):
        answer = world.browsers[role].post(world.path(rule), data=everything(world))
        faults += told(world, rule, answer)
        if answer.status_code >= 500:
            faults.append(f"{rule.rule} answered {answer.status_code}")
    assert faults == []
    assert records_of(world.database, world.cast.organisation_id) == before


def everything(world: World) -> dict[str, list[str]]:
    """Return a form that answers every page at once, filled with the ids of Ama's school."""
    cast, year = world.cast, world.year
    day, first = ["29", "6", "2026"], ["1", "9", "2025"]
    fields: dict[str, Sequence[object]] = {
        **{name: [year.waiting_id] for name in ("entry", "entries")},
        **{name: [cast.ama.enrolled] for name in ("enrolment", "enrolments", "present", "people")},
        "young_person": [cast.ama.id],
        "programme": [cast.programme_id],
        "level": ["WA-PS"],
        "staff": [cast.sam.id],
        "led_by": [cast.nia.id],
        "adult": [cast.sam.id],
        "reason": ["unclear"],
        "skill": ["empathy"],
        "activity": ["drop-in"],
        "kind": ["drop-in"],
        "do": ["approve"],
        "role": ["supervisor"],
        **{name: ["y"] for name in ("checks_confirmed", "confirm")},
        "milestone": ["reflection"],
        "certificate_form": ["high-contrast"],
        "template": ["PM"],
        "modules": ["M7"],
        "name": ["Una Uno"],
        "printed_name": ["Una Uno"],
        "known_as": ["Una"],
        "email": ["una@example.org"],
        "title": ["A session"],
        "starts_at": ["15:30"],
        "minutes": ["30"],
        "version": [2],
        "place": ["Room 4"],
        **dict.fromkeys(("day", "starts_on", "reached_on", "awarded_on", "on"), day),
        **dict.fromkeys(("held_on", "held_from", "held_until", "ends_on", "ended_on"), day),
        **dict.fromkeys(("started_on", "effective_from"), first),
    }
    return {name: [str(value) for value in values] for name, values in fields.items()}


def test_the_same_forms_do_change_things_when_their_owner_sends_them(world: World) -> None:
    # Otherwise the test above would pass on forms that nobody could send.
    effective = []
    viewers = {role: reader(world.browsers[role]) for role in ("nia", "sam", "ama")}
    for rule, access in world.closed("POST"):
        before = records_of(world.database, world.cast.organisation_id)
        for role, viewer in viewers.items():
            if access.admits(viewer):
                world.browsers[role].post(world.path(rule), data=everything(world))
        if records_of(world.database, world.cast.organisation_id) != before:
            effective.append(rule.rule)
    assert len(effective) >= 12, effective


def test_another_young_person_of_the_same_school_sees_nothing_of_ama(world: World) -> None:
    faults = []
    for rule, access in world.closed("GET"):
        if access.audience is Audience.YOUNG_PERSON and rule.arguments:
            answer = world.browsers["cai"].get(world.path(rule))
            faults += [f"{rule.rule}: {answer.status_code}"] if answer.status_code not in {403, 404} else []
    assert faults == []
