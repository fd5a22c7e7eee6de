"""A young person is told all that is recorded about them, and nothing about anybody else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.issuing.models import Issuance
from accredit.domain.people.models import Staff, YoungPerson
from accredit.domain.people.own_page_models import OwnPasskey
from accredit.domain.retention.everything import KEPT_BACK, TOLD, Everything, everything
from accredit.domain.retention.queries import Belongings, belongings
from accredit.domain.transparency import operations as transparency
from accredit.errors import NotFound
from accredit.storage import Database, identity, new_id
from tests.cast import Cast, make_cast
from tests.factories import HOST, NOW
from tests.own_devices import added, give_words
from tests.populated import populate

CANARIES = {"school_reference": "C4NARY-1", "year_group": "C4NARY-2", "form": "C4NARY-3", "name_said": "C4NARY-4"}


@pytest.fixture
def cast(database: Database, tmp_path: Path) -> Cast:
    """Ama's year, with a mark in every text about her."""
    with database.transaction() as db:
        identity.claim(db, base_url=f"https://{HOST}", did_host=HOST, demonstration=False, now=NOW)
        transparency.ensure_log(db, origin=f"{HOST}/ledger")
        cast = make_cast(db)
        ama = db.get(YoungPerson, cast.ama.id)
        for name, mark in CANARIES.items():
            setattr(ama, name, mark)
    populate(database, cast, tmp_path)
    with database.transaction(cast.organisation_id) as db:
        give_words(db, cast.ama)
        added(db, cast.ama)
    return cast


def told(database: Database, cast: Cast) -> Everything:
    with database.reading(cast.organisation_id) as db:
        return everything(db, cast.ama.id)


def of(database: Database, cast: Cast) -> Belongings:
    with database.reading(cast.organisation_id) as db:
        found = belongings(db, cast.ama.id)
    assert found is not None
    return found


@pytest.mark.attack("DP08", "DP23")
def test_every_kind_of_row_and_every_column_is_told_or_kept_back_for_a_reason(database: Database, cast: Cast) -> None:
    assert {model for model, _ in of(database, cast).rows} | {Issuance} == set(TOLD)
    for model, names in TOLD.items():
        columns = set(model.__table__.columns.keys())
        assert set(names) <= columns, model
        assert columns - set(names) <= set(KEPT_BACK), f"{model.__name__}: told or kept back?"


@pytest.mark.attack("DP08")
def test_every_value_of_every_row_is_there(database: Database, cast: Cast) -> None:
    found, belongs = told(database, cast), of(database, cast)
    rows = {section.kind: len(section.rows) for section in found.sections}
    wanted = {model.__tablename__: len(ids) for model, ids in belongs.rows if TOLD[model] and ids}
    assert rows == wanted | {"issuance": len(belongs.issuances)}
    written = json.dumps(found.to_json())
    assert all(mark in written for mark in CANARIES.values())
    assert found.printed_name in written


@pytest.mark.attack("DP08")
def test_nobody_else_is_in_it(database: Database, cast: Cast) -> None:
    written = json.dumps(told(database, cast).to_json(), ensure_ascii=False)
    with database.reading() as db:
        adults = db.execute(sa.select(col(Staff.name), col(Staff.id))).all()
        others = db.execute(
            sa.select(col(YoungPerson.printed_name), col(YoungPerson.id)).where(col(YoungPerson.id) != cast.ama.id)
        ).all()
    assert len(adults) > 3
    assert len(others) > 2
    for name, row_id in (*adults, *others):
        assert name not in written
        assert str(row_id) not in written


def test_a_device_is_named_and_nothing_of_its_key_is_told(database: Database, cast: Cast) -> None:
    found = told(database, cast)
    sections: dict[str, Any] = {each.kind: each.rows for each in found.sections}
    assert sections["own_passkey"] == ({"browser": "safari", "system": "iphone", "made_at": NOW, "last_used_on": None},)
    with database.reading() as db:
        row = db.execute(sa.select(OwnPasskey)).scalar_one()
    for secret in (row.public_key, row.credential_id, row.user_handle):
        assert secret.hex() not in json.dumps(found.to_json())


def test_codes_are_told_in_the_words_of_the_programme(database: Database, cast: Cast) -> None:
    sections: dict[str, Any] = {each.kind: each.rows for each in told(database, cast).sections}
    (place,) = sections["enrolment"]
    assert place["programme_id"] == "Wellbeing Ambassadors"
    parts = {row["module_code"] for row in sections["attendance"]}
    assert parts
    assert all(len(part) > len("M10") for part in parts)
    assert {row["enrolment_id"] for row in sections["hours_entry"]} == {"Wellbeing Ambassadors"}
    assert all(" " in row["activity_type"] or row["activity_type"].istitle() for row in sections["hours_entry"])


def test_what_was_done_is_told_without_who(database: Database, cast: Cast) -> None:
    acts = told(database, cast).acts
    assert [each.at for each in acts] == sorted(each.at for each in acts)
    assert {"award.decided", "attendance.recorded"} & {each.tag.value for each in acts}
    assert {each.by for each in acts} <= {
        "co-ordinator",
        "supervisor",
        "administrator",
        "young-person",
        "service",
        "staff",
    }


def test_nobody_is_not_found(database: Database, cast: Cast) -> None:
    with database.reading(cast.other_organisation_id) as db:
        for person_id in (new_id(), cast.ama.id):
            with pytest.raises(NotFound):
                everything(db, person_id)
