"""Programmes are copied from templates and change by new versions; nothing old is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.exc import DatabaseError
from sqlmodel import select

from accredit.domain.audit.rules import SERVICE
from accredit.domain.programmes import operations, queries
from accredit.domain.programmes.models import ProgrammeVersion
from accredit.domain.programmes.templates import TEMPLATES
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Database
from tests import factories
from tests.factories import NOW, YEAR_START

CHANGE = date(2026, 1, 5)


def test_the_version_that_holds_depends_on_the_day(database: Database) -> None:
    with database.transaction() as db:
        school = factories.add_organisation(db)
        programme = factories.add_programme(db, school)
        shorter = replace(TEMPLATES["WA"], name="Wellbeing Friends", log_within_days=14)
        version = operations.add_version(
            db, programme_id=programme, definition=shorter, effective_from=CHANGE, actor=SERVICE, now=NOW
        )
    with database.reading(school) as db:
        first = queries.current_version(db, programme, date(2026, 1, 4))
        assert (first.number, first.definition) == (1, TEMPLATES["WA"])
        assert queries.current_version(db, programme, CHANGE).id == version
        assert queries.version(db, first.id) == first
        assert [v.number for v in queries.versions(db, programme)] == [1, 2]
        [facts] = queries.programmes(db, organisation_id=school, on=CHANGE)
        assert facts == queries.programme(db, programme, CHANGE)
        assert (facts.code, facts.name) == ("WA", "Wellbeing Friends")
        assert facts.current is not None
        assert facts.current.definition == shorter
        assert queries.programme(db, programme, date(2025, 8, 31)).current is None
        with pytest.raises(NotFound):
            queries.current_version(db, programme, date(2025, 8, 31))


def test_a_version_never_changes(database: Database) -> None:
    with database.transaction() as db:
        factories.add_programme(db, factories.add_organisation(db))
    with pytest.raises(DatabaseError, match="append-only"), database.transaction() as db:
        db.exec(select(ProgrammeVersion)).one().number = 7


@pytest.mark.parametrize(
    ("template", "rule"),
    [pytest.param("WA", "programme-code-in-use", id="twice"), pytest.param("XX", "unknown-template", id="unknown")],
)
def test_a_template_is_known_and_copied_once(database: Database, template: str, rule: str) -> None:
    with database.transaction() as db:
        school = factories.add_organisation(db)
        factories.add_programme(db, school)
        with pytest.raises(RuleBroken, match=rule):
            factories.add_programme(db, school, template=template)
        factories.add_programme(db, factories.add_organisation(db))


def test_a_version_fits_together_and_does_not_start_before_the_last(database: Database) -> None:
    with database.transaction() as db:
        programme = factories.add_programme(db, factories.add_organisation(db))
        for definition, day, rule in (
            (replace(TEMPLATES["WA"], levels=()), CHANGE, "definition"),
            (TEMPLATES["WA"], date(2025, 8, 31), "version-date"),
        ):
            with pytest.raises(RuleBroken) as caught:
                operations.add_version(
                    db, programme_id=programme, definition=definition, effective_from=day, actor=SERVICE, now=NOW
                )
            assert caught.value.rule == rule
        assert queries.current_version(db, programme, YEAR_START).number == 1
