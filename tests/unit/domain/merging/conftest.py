"""The school of these tests, on both databases, and its second co-ordinator."""

from __future__ import annotations

from pathlib import Path

import pytest

from accredit.domain.organisations.rules import Role
from accredit.storage import Database
from tests import factories
from tests.cast import Player
from tests.unit.domain.merging.school import School, make_school


@pytest.fixture
def school(database: Database, tmp_path: Path) -> School:
    """Ama holds a signed award; Amy is Ama again."""
    return make_school(database, tmp_path)


@pytest.fixture
def mia(school: School) -> Player:
    """A second co-ordinator."""
    with school.database.transaction() as db:
        staff_id = factories.add_staff(db, school.cast.organisation_id, name="Mia Mostra", email="mia@example.org")
        factories.give_role(db, staff_id, Role.COORDINATOR)
    actor = factories.staff_actor(staff_id, school.cast.organisation_id, Role.COORDINATOR)
    return Player(id=staff_id, name="Mia Mostra", actor=actor)
