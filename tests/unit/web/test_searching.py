"""WI19: what is typed into a search box is looked for as it stands, in either database, and never as a pattern."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col
from time_machine import Traveller

from accredit.domain.clients import operations as clients
from accredit.domain.clients.models import AccessKey
from accredit.domain.clients.rules import Scope, Wish
from accredit.domain.organisations.models import Organisation
from accredit.domain.people import leaving
from accredit.domain.people.models import Staff, YoungPerson
from accredit.domain.training.models import TrainingSession
from accredit.storage import Database
from tests import factories
from tests.cast import Cast, Player, make_cast
from tests.factories import NOW
from tests.populated import populate
from tests.unit.web.test_lists import LISTS, RECORD, rows
from tests.web import Browser, compose, make_settings, prepare, sign_in

MARKED = "A%_\\a"
"""What one line of each list holds; every sign in it means something in a pattern."""
IN_IT = ("%", "_", "\\", "a%")
NOT_IN_IT = ("_%", "%%", "a__a", "[a-z]")


@pytest.fixture
def places(database: Database, today: Traveller, tmp_path: Path) -> dict[str, tuple[Browser, str]]:
    """The lists of a school after a year, on either database, and who looks at each; one line holds the signs."""
    settings = make_settings(str(database.engine.url))
    with database.transaction() as db:
        cast = make_cast(db)
    prepare(database, settings)
    populate(database, cast, tmp_path)
    mark_one_of_each(database, cast)
    app = compose(database, settings)
    found: dict[Player, Browser] = {}
    for who in (cast.nia, cast.operator):
        client = app.test_client()
        assert isinstance(client, Browser)
        sign_in(client, who, cast)
        found[who] = client
    return {
        name: (found[cast.operator if address.startswith("/admin") else cast.nia], address)
        for name, address in {**LISTS, "record": RECORD}.items()
        for address in [address.format(programme=cast.programme_id)]
    }


def mark_one_of_each(database: Database, cast: Cast) -> None:
    """Write the signs past all rules of entry: what is looked for here is not what may be typed there."""
    with database.transaction(cast.organisation_id) as db:
        for label in ("Readiness board", "Another board"):
            wish = Wish(label=label, scopes=frozenset(Scope), last_day=factories.TODAY)
            clients.make_key(db, organisation_id=cast.organisation_id, wish=wish, actor=cast.nia.actor, now=NOW)
        gone = [
            factories.add_young_person(db, cast.organisation_id, name=f"Zed {each}", reference=f"999{each}")
            for each in ("One", "Two")
        ]
        for each in gone:
            leaving.mark_left(db, young_person_id=each, actor=cast.nia.actor, now=NOW)
    changes = (
        (YoungPerson, "known_as", col(YoungPerson.id).in_([cast.ama.id, gone[0]])),
        (YoungPerson, "form", col(YoungPerson.id) == cast.ama.id),
        (Staff, "job_title", col(Staff.id) == cast.sam.id),
        (TrainingSession, "title", sa.true()),
        (AccessKey, "label", col(AccessKey.label) == "Readiness board"),
        (Organisation, "town", col(Organisation.id) == cast.organisation_id),
    )
    with database.engine.begin() as connection:
        for model, column, which in changes:
            connection.execute(sa.update(model).where(which).values({column: MARKED}))


@pytest.mark.attack("WI19")
@pytest.mark.timeout(600)
def test_what_is_typed_is_looked_for_as_it_stands(places: dict[str, tuple[Browser, str]]) -> None:
    faults, boxes = [], 0
    for name, (browser, address) in places.items():
        text = browser.get(address).text
        box = re.search(r'<input [^>]*name="(\w+)" type="search"', text)
        if box is None:
            continue
        boxes += 1
        # Marks and signs are no part of a name, so the record of acts looks for nothing then; letters it does look for.
        signs = [sign for sign in (*IN_IT, *NOT_IN_IT) if name != "record" or not any(map(str.isalpha, sign))]
        for sign in signs:
            answer = browser.get(address, query_string={box[1]: sign})
            expected = 1 if sign in IN_IT and name != "record" else 0
            shown = len(rows(answer.text))
            if (answer.status_code, shown) != (200, expected) or (not expected and "fits that" not in answer.text):
                faults.append((name, sign, answer.status_code, shown))
    assert faults == []
    assert boxes >= 12
