"""WZ24: nobody awards themselves, and a surname in common is on record."""

from __future__ import annotations

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.awarding import operations
from accredit.domain.people.models import Staff
from accredit.domain.people.names import share_a_surname
from accredit.errors import RuleBroken
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import NOW, TODAY
from tests.unit.domain.awarding.test_award import cast as cast  # noqa: PLC0414  # a fixture

pytestmark = pytest.mark.attack("WZ24")


def award_ama(database: Database, cast: Cast, awarder: str) -> None:
    with database.transaction() as db:
        staff = db.get(Staff, cast.nia.id)
        assert staff is not None
        staff.name = awarder
    with database.transaction(cast.organisation_id) as db:
        operations.award(
            db,
            enrolment_id=cast.ama.enrolled,
            level_code="WA-TRN",
            awarded_on=TODAY,
            actor=cast.nia.actor,
            now=NOW,
        )


@pytest.mark.parametrize("name", ["Ama Sample", "AMA  SAMPLE", "Sample, Ama", "Amá Sample"])
def test_an_award_never_bears_the_name_of_whoever_decides_it(database: Database, cast: Cast, name: str) -> None:
    with pytest.raises(RuleBroken, match="own-award"):
        award_ama(database, cast, name)


@pytest.mark.parametrize(
    ("awarder", "details"),
    [
        pytest.param("Kofi Sample", {"level": "WA-TRN", "same_surname": True}, id="a surname in common"),
        pytest.param("Kofi Muster", {"level": "WA-TRN"}, id="none in common"),
    ],
)
def test_a_surname_in_common_is_on_record(
    database: Database, cast: Cast, awarder: str, details: dict[str, object]
) -> None:
    award_ama(database, cast, awarder)
    with database.reading() as db:
        assert [row.details for row in db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.AWARDED))] == [details]


@pytest.mark.parametrize(
    ("one", "other", "is_shared"),
    [
        pytest.param("Nia Owen", "Gwen OWEN", True, id="in other letters"),
        pytest.param("Nia Ffôn-Jones", "Gwen Jones", True, id="part of a double one"),
        pytest.param("Ana de la Cruz", "Bea de Leon", False, id="a particle in common"),
        pytest.param("Nia Owen", "Owen Price", False, id="a surname that is a first name"),
        pytest.param("Nia", "Nia", False, id="one word is no surname"),
    ],
)
def test_what_a_surname_in_common_is(one: str, other: str, is_shared: bool) -> None:
    assert share_a_surname(one, other) is is_shared
