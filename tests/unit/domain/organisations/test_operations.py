"""Organisations, and how an operator's confirmation makes one recognised."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import SERVICE, Tag
from accredit.domain.organisations import operations, queries
from accredit.domain.organisations.queries import Recognition
from accredit.domain.organisations.rules import Channel, Details, Kind, Nation
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.storage import Database
from tests import factories
from tests.cast import make_cast
from tests.factories import NOW, TODAY


def test_an_organisation_has_one_identity_for_ever(database: Database) -> None:
    with database.transaction() as db:
        first = factories.add_organisation(db, name="Example Park Academy")
        second = factories.add_organisation(db, name="Example Park Academy")
        facts = [queries.organisation(db, organisation_id) for organisation_id in (first, second)]
        assert [f.slug for f in facts] == ["example-park-academy", "example-park-academy-2"]
        assert facts[0].did == "did:web:accredit.example:o:example-park-academy"
        renamed = replace(facts[0].details, name="Another Name")
        operations.change_details(db, organisation_id=first, details=renamed, actor=SERVICE, now=NOW)
        assert queries.organisation(db, first).did == facts[0].did
        assert queries.organisation_by_slug(db, "example-park-academy") == queries.organisation(db, first)
        assert queries.organisation_by_did(db, facts[1].did) == facts[1]
        assert [f.name for f in queries.organisations(db)] == ["Another Name", "Example Park Academy"]


def test_a_slug_is_never_given_twice(database: Database) -> None:
    with database.transaction() as db:
        factories.add_organisation(db)
        with pytest.raises(RuleBroken, match="slug-in-use"):
            operations.add_organisation(
                db,
                details=Details(name="Another"),
                kind=Kind.COMMUNITY,
                nation=Nation.WALES,
                host=factories.HOST,
                slug="example-park-academy",
                actor=SERVICE,
                now=NOW,
            )


def test_only_an_operator_makes_an_organisation_recognised(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
        school = cast.organisation_id

        def confirm(actor: object, on: date = TODAY) -> None:
            operations.confirm(
                db,
                organisation_id=school,
                channel=Channel.TELEPHONE,
                confirmed_on=on,
                actor=actor,  # type: ignore[arg-type]
                now=NOW,
            )

        for actor in (cast.lee.actor, cast.nia.actor, SERVICE):
            with pytest.raises(Forbidden):
                confirm(actor)
        with pytest.raises(RuleBroken, match="confirmed-in-the-future"):
            confirm(cast.operator.actor, TODAY + timedelta(days=1))
        assert queries.recognition(db, school) is None
        confirm(cast.operator.actor)
        expected = Recognition(channel=Channel.TELEPHONE, confirmed_on=TODAY)
        assert queries.recognition(db, school) == expected
        assert queries.organisation(db, school).recognition == expected
        assert queries.recognition(db, cast.other_organisation_id) is None


def test_a_withdrawn_confirmation_no_longer_holds_and_both_are_kept(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
        school, operator = cast.organisation_id, cast.operator.actor
        with pytest.raises(RuleBroken, match="not-confirmed"):
            operations.withdraw_confirmation(
                db, organisation_id=school, channel=Channel.LETTER, on=TODAY, actor=operator, now=NOW
            )
        operations.confirm(
            db, organisation_id=school, channel=Channel.VISIT, confirmed_on=TODAY, actor=operator, now=NOW
        )
        db.flush()
        later = NOW + timedelta(hours=1)
        operations.withdraw_confirmation(
            db, organisation_id=school, channel=Channel.LETTER, on=TODAY, actor=operator, now=later
        )
        assert queries.recognition(db, school) is None
        tags = db.exec(select(AuditEvent.tag).where(AuditEvent.subject_id == school)).all()
        assert {Tag.ORGANISATION_RECOGNISED, Tag.ORGANISATION_CONFIRMATION_WITHDRAWN} <= set(tags)


def test_a_recognised_organisation_cannot_take_another_name_by_itself(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
        school, operator = cast.organisation_id, cast.operator.actor
        operations.confirm(
            db, organisation_id=school, channel=Channel.VISIT, confirmed_on=TODAY, actor=operator, now=NOW
        )
        details = queries.organisation(db, school).details
        with pytest.raises(RuleBroken, match="confirmed-details"):
            operations.change_details(
                db, organisation_id=school, details=replace(details, name="Famous"), actor=cast.lee.actor, now=NOW
            )
        talk = replace(details, talk_to="Ms Muster, room 4")
        operations.change_details(db, organisation_id=school, details=talk, actor=cast.lee.actor, now=NOW)
        famous = replace(talk, name="Famous")
        operations.change_details(db, organisation_id=school, details=famous, actor=operator, now=NOW)
        assert queries.organisation(db, school).details == famous


def test_another_school_cannot_change_the_details(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
    with database.transaction(cast.other_organisation_id) as db, pytest.raises(NotFound):
        operations.change_details(
            db, organisation_id=cast.organisation_id, details=Details(name="Mine"), actor=cast.oz.actor, now=NOW
        )
    with database.transaction() as db, pytest.raises(NotFound):
        queries.organisation(db, uuid4())
