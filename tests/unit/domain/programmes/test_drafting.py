"""A draft is changed in steps, counts for nobody, and is published as a version that never changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import SERVICE, Tag
from accredit.domain.programmes import drafting, editing, queries, wording
from accredit.domain.programmes.drafting import Change
from accredit.domain.programmes.rules import Definition
from accredit.domain.programmes.templates import TEMPLATES
from accredit.errors import Conflict, NotFound, RuleBroken
from accredit.storage import Database, Session
from tests import factories
from tests.factories import NOW

DAY = date(2026, 7, 1)


def renamed(name: str) -> Change:
    return lambda definition, _taken: replace(definition, name=name)


def change(db: Session, draft_id: UUID, make: Change, version: int | None = None) -> None:
    shown = queries.draft(db, draft_id).version if version is None else version
    drafting.change_draft(db, draft_id=draft_id, expected_version=shown, change=make, actor=SERVICE, now=NOW)


def publish(db: Session, draft_id: UUID, kept: dict[str, str] | None = None) -> tuple[UUID, UUID]:
    version = queries.draft(db, draft_id).version
    return drafting.publish_draft(
        db, draft_id=draft_id, expected_version=version, effective_from=DAY, kept=kept or {}, actor=SERVICE, now=NOW
    )


def begin(db: Session, school: UUID, name: str, like: str | UUID | None = "WA") -> UUID:
    return drafting.begin_programme(db, organisation_id=school, name=name, like=like, actor=SERVICE, now=NOW)


def test_a_programme_of_ones_own_begins_like_a_template(database: Database) -> None:
    with database.transaction() as db:
        school = factories.add_organisation(db)
        draft_id = begin(db, school, "Lunch Friends")
        assert queries.programmes(db, organisation_id=school, on=DAY) == ()
        programme_id, version_id = publish(db, draft_id)
        assert queries.drafts(db, organisation_id=school) == ()
    with database.reading(school) as db:
        facts = queries.programme(db, programme_id, DAY)
        assert (facts.code, facts.name) == ("LF", "Lunch Friends")
        assert facts.current is not None
        assert facts.current.id == version_id
        assert facts.current.definition.level_codes == ("LF-1", "LF-2", "LF-3", "LF-4")


def test_a_programme_of_ones_own_begins_like_another_of_the_same_school_only(database: Database) -> None:
    with database.transaction() as db:
        school, other = factories.add_organisation(db), factories.add_organisation(db, name="Example Valley School")
        programme = factories.add_programme(db, school, template="DB")
        copied = queries.draft(db, begin(db, school, "Library Friends", programme)).definition
        assert (copied.code, copied.modules) == ("LF", TEMPLATES["DB"].modules)
        with pytest.raises(NotFound):
            begin(db, other, "Library Friends", programme)
        with pytest.raises(RuleBroken, match="unknown-template"):
            begin(db, school, "Library Friends", "XX")


def test_two_programmes_of_ones_own_never_share_a_code(database: Database) -> None:
    with database.transaction() as db:
        school = factories.add_organisation(db)
        drafts = [begin(db, school, "Lunch Friends"), begin(db, school, "Library Friends")]
        assert [queries.draft(db, each).definition.code for each in drafts] == ["LF", "LF2"]
        # WA is what the template would be called, if the school took that too.
        assert queries.draft(db, begin(db, school, "Wonderful Adults", None)).definition.code == "WA2"


def test_a_change_begins_with_what_is_in_force_and_two_people_meet_in_one_draft(database: Database) -> None:
    with database.transaction() as db:
        programme = factories.add_programme(db, factories.add_organisation(db))
        first = drafting.begin_change(db, programme_id=programme, actor=SERVICE, now=NOW)
        assert drafting.begin_change(db, programme_id=programme, actor=SERVICE, now=NOW) == first
        assert queries.draft(db, first).definition == TEMPLATES["WA"]
        change(db, first, renamed("Wellbeing Friends"))
        facts = queries.programme(db, programme, DAY)
        assert facts.name == "Wellbeing Ambassadors"
        assert queries.draft_of(db, programme) == queries.draft(db, first)
        assert publish(db, first)[0] == programme
        assert [each.number for each in queries.versions(db, programme)] == [1, 2]
        assert queries.draft_of(db, programme) is None
        assert queries.programme(db, programme, DAY).name == "Wellbeing Friends"


def test_nobody_overwrites_what_they_have_not_seen(database: Database) -> None:
    with database.transaction() as db:
        draft_id = begin(db, factories.add_organisation(db), "Lunch Friends")
        change(db, draft_id, renamed("Break Friends"), version=1)
        with pytest.raises(Conflict, match="changed-meanwhile"):
            change(db, draft_id, renamed("Lunch Company"), version=1)
        assert (queries.draft(db, draft_id).definition.name, queries.draft(db, draft_id).version) == (
            "Break Friends",
            2,
        )
        change(db, draft_id, renamed("Break Friends"))
        assert queries.draft(db, draft_id).version == 2
        with pytest.raises(Conflict, match="changed-meanwhile"):
            drafting.publish_draft(
                db, draft_id=draft_id, expected_version=1, effective_from=DAY, kept={}, actor=SERVICE, now=NOW
            )


def test_a_code_that_was_ever_used_is_not_given_again(database: Database) -> None:
    def dropped(definition: Definition, _taken: frozenset[str]) -> Definition:
        return editing.without_module(definition, "M13")

    def added(definition: Definition, taken: frozenset[str]) -> Definition:
        entry = editing.ModuleEntry(
            title="Company", covers="", minutes=30, valid_months=None, refreshes=(), in_first_training=False,
            before_hours=False,
        )  # fmt: skip
        return editing.with_module(definition, entry, taken=taken)

    with database.transaction() as db:
        programme = factories.add_programme(db, factories.add_organisation(db))
        first = drafting.begin_change(db, programme_id=programme, actor=SERVICE, now=NOW)
        change(db, first, dropped)
        publish(db, first)
        second = drafting.begin_change(db, programme_id=programme, actor=SERVICE, now=NOW)
        change(db, second, added)
        # Whoever attended M13 has not attended this.
        assert [each.code for each in queries.draft(db, second).definition.modules][-2:] == ["M12", "M14"]


def test_what_does_not_fit_or_cannot_be_printed_is_not_published(database: Database) -> None:
    with database.transaction() as db:
        school = factories.add_organisation(db)
        for name, like, rule in (
            ("Lunch Friends", None, "definition"),
            ("Anxiety club", "WA", "words-refused"),
            ("Best Friends", "WA", "words-not-decided"),
        ):
            draft_id = begin(db, school, name, like)
            with pytest.raises(RuleBroken) as caught:
                publish(db, draft_id)
            assert caught.value.rule == rule
            assert queries.draft(db, draft_id).definition.name == name
        assert queries.programmes(db, organisation_id=school, on=DAY) == ()


def test_a_word_that_is_kept_is_on_the_record_with_its_reason(database: Database) -> None:
    with database.transaction() as db:
        draft_id = begin(db, factories.add_organisation(db), "Best Friends")
        [remark] = wording.remarks_on(queries.draft(db, draft_id).definition)
        programme_id, _ = publish(db, draft_id, {remark.key: "young-people-chose-it"})
        event = db.exec(select(AuditEvent).where(col(AuditEvent.tag) == Tag.PROGRAMME_ADDED)).one()
        assert (event.subject_id, event.details) == (programme_id, {"kept_words": ["Best: young-people-chose-it"]})


def test_a_draft_is_thrown_away_and_what_is_in_force_stays(database: Database) -> None:
    with database.transaction() as db:
        programme = factories.add_programme(db, factories.add_organisation(db))
        draft_id = drafting.begin_change(db, programme_id=programme, actor=SERVICE, now=NOW)
        drafting.throw_away(db, draft_id=draft_id, actor=SERVICE, now=NOW)
        assert queries.draft_of(db, programme) is None
        assert len(queries.versions(db, programme)) == 1
        with pytest.raises(NotFound):
            queries.draft(db, draft_id)


def test_another_organisations_programme_and_draft_are_not_found(database: Database) -> None:
    with database.transaction() as db:
        school, other = factories.add_organisation(db), factories.add_organisation(db, name="Example Valley School")
        programme = factories.add_programme(db, school)
        draft_id = begin(db, school, "Lunch Friends")
    for wrong in (draft_id, uuid4()):
        with pytest.raises(NotFound), database.transaction(other) as db:
            drafting.throw_away(db, draft_id=wrong, actor=SERVICE, now=NOW)
    with pytest.raises(NotFound), database.transaction(other) as db:
        drafting.begin_change(db, programme_id=programme, actor=SERVICE, now=NOW)
    with database.reading(other) as db:
        assert queries.drafts(db, organisation_id=school) == ()


def test_every_act_on_a_draft_has_one_event(database: Database) -> None:
    with database.transaction() as db:
        draft_id = begin(db, factories.add_organisation(db), "Lunch Friends")
        change(db, draft_id, renamed("Break Friends"))
        drafting.throw_away(db, draft_id=draft_id, actor=SERVICE, now=NOW)
        tags = db.exec(select(AuditEvent.tag).where(AuditEvent.subject_id == draft_id)).all()
        assert sorted(tags) == [Tag.PROGRAMME_DRAFT_BEGUN, Tag.PROGRAMME_DRAFT_CHANGED, Tag.PROGRAMME_DRAFT_LEFT]
