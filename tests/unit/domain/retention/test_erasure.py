"""One person's record goes, on both databases: everywhere, for good, and the log stands as it stood."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
import sqlmodel

from accredit.clock import utc_now
from accredit.domain.audit.rules import SERVICE
from accredit.domain.awarding import operations as awarding
from accredit.domain.credentials import queries as credentials
from accredit.domain.credentials import support_record_asking, support_records
from accredit.domain.issuing import self_audit
from accredit.domain.issuing.models import Issuance, StatusList
from accredit.domain.notifications.models import OutgoingMail
from accredit.domain.people.models import ClaimSlip, YoungPerson
from accredit.domain.people.own_page_models import OwnPasskey, OwnPasskeyChallenge, WordCard
from accredit.domain.retention import operations, queries
from accredit.domain.retention.models import Erasure
from accredit.domain.retention.rules import ErasureReason, HoldReason, RecordKind
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency import queries as log
from accredit.domain.transparency.rules import Act
from accredit.domain.verification import operations as verification
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import Reason, Verdict
from accredit.errors import NotFound, RuleBroken
from accredit.jobs.tidying import tidy
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.storage import Database, identity
from accredit.storage.erasure import scrub
from accredit.storage.tombstones import Tombstones
from tests.cast import Cast, make_cast
from tests.factories import HOST, NOW
from tests.own_devices import added, asked_for_new, give_words
from tests.populated import PASSPHRASE, Year, populate

CANARY = "Zephyrine Quixotica"


@dataclasses.dataclass(frozen=True, kw_only=True)
class School:
    database: Database
    cast: Cast
    year: Year
    folder: Path

    @property
    def tombstones(self) -> Tombstones:
        return Tombstones(self.folder / "erased.jsonl")

    def erase(self, person_id: UUID) -> None:
        with self.database.transaction() as db:
            operations.erase_person(
                db,
                person_id=person_id,
                reason=ErasureReason.ASKED,
                tombstones=self.tombstones,
                actor=SERVICE,
                now=NOW,
            )

    def publish(self) -> None:
        open_issuer(self.database, KeyRing.open(self.folder / "keys", PASSPHRASE)).publish()

    def document(self) -> bytes:
        with self.database.reading() as db:
            found = credentials.signed_document(db, self.year.credential_id)
        assert found is not None
        return found


@pytest.fixture
def school(database: Database, tmp_path: Path) -> School:
    """Ama holds a signed award under a name that stands nowhere else."""
    with database.transaction() as db:
        identity.claim(db, base_url=f"https://{HOST}", did_host=HOST, demonstration=False, now=NOW)
        transparency.ensure_log(db, origin=f"{HOST}/ledger")
        cast = make_cast(db)
        ama = db.get(YoungPerson, cast.ama.id)
        ama.printed_name, ama.known_as, ama.form = CANARY, CANARY, CANARY
    year = populate(database, cast, tmp_path)
    return School(database=database, cast=cast, year=year, folder=tmp_path)


def _everything(database: Database) -> str:
    """Return every row of every table, ours and the engine's, as text."""
    with database.engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        rows = [row for table in tables for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"')]
    as_text = [value.decode("latin-1") if isinstance(value, bytes) else str(value) for row in rows for value in row]
    return "\n".join(as_text)


def test_i18_dp09_an_erased_name_is_nowhere_and_the_log_stands(school: School) -> None:
    with school.database.reading() as db:
        before = log.latest_checkpoint(db)
    assert CANARY in _everything(school.database)
    school.erase(school.cast.ama.id)
    school.publish()
    assert scrub(school.database)
    assert CANARY not in _everything(school.database)
    for path in school.folder.rglob("*"):
        assert path.is_dir() or CANARY.encode() not in path.read_bytes(), path
    with school.database.reading() as db:
        after = log.latest_checkpoint(db)
        assert before is not None
        assert after is not None
        assert after.size > before.size
        assert log.verify_chain(db) == ()
        assert self_audit.verify_store(db) == ()


def test_lg15_the_leaves_of_an_erased_record_mean_nothing_and_others_still_do(school: School) -> None:
    with school.database.reading() as db:
        of_ama = log.leaf_index(db, act=Act.CREDENTIAL_ISSUED, subject_id=school.year.issuance_id)
        assert of_ama is not None
        leaf = log.leaf_hash_at(db, of_ama)
        of_key = min(each.leaf_index for each in log.committed(db, acts=[Act.KEY_PUBLISHED]))
    school.erase(school.cast.ama.id)
    with school.database.reading() as db:
        assert log.opened(db, of_ama) is None
        assert log.leaf_hash_at(db, of_ama) == leaf
        assert log.inclusion(db, of_ama) is not None
        assert log.opened(db, of_key) is not None


def test_dp11_an_erased_certificate_is_neither_confirmed_nor_called_forged(school: School) -> None:
    document = school.document()
    school.erase(school.cast.ama.id)
    with school.database.reading() as db:
        report = verification.verify(document, now=utc_now(), sources=DatabaseSources(db))
        assert (report.verdict, report.reason) == (Verdict.CANNOT_CONFIRM, Reason.NO_CURRENT_RECORD)
        assert verification.verify_code(db, code=school.year.code, now=utc_now()) is None
        assert credentials.view_by_credential_id(db, school.year.credential_id) is None


def test_dp09_a_record_of_what_they_did_goes_with_its_holder(school: School) -> None:
    ama = school.cast.ama
    with school.database.transaction(school.cast.organisation_id) as db:
        record_id = support_record_asking.ask(
            db, enrolment_id=ama.enrolled, shows_months=True, actor=ama.actor, now=utc_now()
        )
    assert open_issuer(school.database, KeyRing.open(school.folder / "keys", PASSPHRASE)).issue_waiting().released == 1
    with school.database.reading() as db:
        (view,) = support_records.of_young_person(db, ama.id)
        document = credentials.signed_document(db, view.credential_id)
    assert view.record_id == record_id
    assert document is not None
    assert CANARY in document.decode()
    school.erase(ama.id)
    school.publish()
    assert scrub(school.database)
    assert CANARY not in _everything(school.database)
    with school.database.reading() as db:
        report = verification.verify(document, now=utc_now(), sources=DatabaseSources(db))
        assert (report.verdict, report.reason) == (Verdict.CANNOT_CONFIRM, Reason.NO_CURRENT_RECORD)
        assert verification.verify_code(db, code=view.code, now=utc_now()) is None
        assert self_audit.verify_store(db) == ()


def test_dp09_the_keys_in_their_devices_go_with_their_holder(school: School) -> None:
    with school.database.transaction(school.cast.organisation_id) as db:
        for player in (school.cast.ama, school.cast.ben):
            give_words(db, player)
            added(db, player)
            asked_for_new(db, player.actor)
    school.erase(school.cast.ama.id)
    with school.database.reading() as db:
        for model in (OwnPasskey, OwnPasskeyChallenge):
            assert [row.young_person_id for row in db.execute(sa.select(model)).scalars()] == [school.cast.ben.id]


def test_the_status_index_of_an_erased_certificate_stays_used(school: School) -> None:
    school.erase(school.cast.ama.id)
    with school.database.transaction() as db:
        row = db.get(Issuance, school.year.issuance_id)
        ids = {"id": UUID(int=1), "credential_id": UUID(int=2), "subject_id": UUID(int=3)}
        db.add(Issuance(**{**row.model_dump(), **ids}))
        with pytest.raises(sa.exc.IntegrityError):
            db.flush()
        db.rollback()
    with school.database.reading() as db:
        assert db.execute(sa.select(sa.func.count()).select_from(StatusList)).scalar_one() == 1


def test_an_award_that_waits_for_its_signature_is_void_once_its_holder_is_erased(school: School) -> None:
    with school.database.transaction() as db:
        awarding.award(
            db,
            enrolment_id=school.cast.ben.enrolled,
            level_code="WA-TRN",
            awarded_on=NOW.date(),
            actor=school.cast.nia.actor,
            now=NOW,
        )
    school.erase(school.cast.ben.id)
    done = open_issuer(school.database, KeyRing.open(school.folder / "keys", PASSPHRASE)).issue_waiting()
    assert (done.prepared, done.recorded, done.refused) == (0, 0, {})


def test_nothing_of_anybody_else_is_touched(school: School) -> None:
    def rest() -> dict[str, int]:
        with school.database.reading() as db:
            return {
                table.name: db.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
                for table in sqlmodel.SQLModel.metadata.sorted_tables
            }

    before = rest()
    with school.database.reading() as db:
        found = queries.belongings(db, school.cast.ama.id)
    assert found is not None
    school.erase(school.cast.ama.id)
    after = rest()
    for model, ids in found.rows:
        assert after[model.__tablename__] == before[model.__tablename__] - len(ids)
    for name in ("issuance", "practice_session", "training_session", "staff", "organisation", "status_list"):
        assert after[name] == before[name], name
    assert after["erased_row"] == len(found.ids)


def test_nobody_takes_a_row_out_without_its_tombstone(school: School) -> None:
    statement = sa.text('DELETE FROM "award"')
    with school.database.transaction() as db, pytest.raises(sa.exc.DBAPIError, match="append-only"):
        db.execute(statement)
    with school.database.transaction() as db, pytest.raises(sa.exc.DBAPIError, match="append-only"):
        db.execute(sa.text("DELETE FROM ledger_leaf"))


def test_a_held_record_stays_until_the_hold_ends(school: School) -> None:
    ama = school.cast.ama.id
    with school.database.transaction() as db:
        operations.hold(db, person_id=ama, reason=HoldReason.COMPLAINT, actor=SERVICE, now=NOW)
    with pytest.raises(RuleBroken, match="on-hold"):
        school.erase(ama)
    assert school.tombstones.read() == []
    with school.database.transaction() as db:
        operations.end_hold(db, person_id=ama, actor=SERVICE, now=NOW)
    with school.database.transaction() as db, pytest.raises(RuleBroken, match="not-on-hold"):
        operations.end_hold(db, person_id=ama, actor=SERVICE, now=NOW)
    school.erase(ama)
    assert [each.person_id for each in school.tombstones.read()] == [ama]
    with pytest.raises(NotFound):
        school.erase(ama)


def test_a_power_cut_after_the_decision_is_finished_and_only_once(school: School) -> None:
    class Cut(Exception):
        pass

    with pytest.raises(Cut), school.database.transaction() as db:
        operations.erase_person(
            db,
            person_id=school.cast.ama.id,
            reason=ErasureReason.ASKED,
            tombstones=school.tombstones,
            actor=SERVICE,
            now=NOW,
        )
        raise Cut
    assert CANARY in _everything(school.database)
    for expected in (1, 0):
        with school.database.transaction() as db:
            assert operations.reapply(db, tombstones=school.tombstones, now=NOW) == expected
    assert CANARY not in _everything(school.database)
    with school.database.reading() as db:
        (erasure,) = db.execute(sa.select(Erasure)).scalars()
        assert erasure.person_id == school.cast.ama.id
        assert self_audit.verify_store(db) == ()


def test_dp12_the_schedule_lets_go_in_time_and_keeps_what_is_held(school: School) -> None:
    def due(days: int) -> dict[RecordKind, int]:
        with school.database.reading() as db:
            return {each.kind: len(each.ids) for each in queries.due(db, now=NOW + timedelta(days=days))}

    assert due(1) == dict.fromkeys(RecordKind, 0)
    # Ben, Cai and Olu have no award; Ama is 25 in February 2034.
    assert due(2 * 365 + 1)[RecordKind.WITHOUT_AWARD] == 3
    assert due(2 * 365 + 1)[RecordKind.WITH_AWARD] == 0
    assert due(8 * 365)[RecordKind.WITH_AWARD] == 1
    with school.database.transaction() as db:
        operations.hold(db, person_id=school.cast.ben.id, reason=HoldReason.CLAIM, actor=SERVICE, now=NOW)
    assert due(2 * 365 + 1)[RecordKind.WITHOUT_AWARD] == 2


def test_nobody_goes_by_night(school: School) -> None:
    late = NOW + timedelta(days=60 * 365)
    with school.database.reading() as db:
        assert any(each.ids for each in queries.due(db, now=late) if each.kind not in operations.OF_NOBODY)
        people = len(db.execute(sa.select(YoungPerson)).all())
    tidy(school.database, now=late)
    with school.database.reading() as db:
        assert len(db.execute(sa.select(YoungPerson)).all()) == people


def test_what_was_only_for_signing_in_goes_and_nothing_else(school: School) -> None:
    with school.database.transaction() as db:
        person = db.get(YoungPerson, school.cast.ben.id)
        db.add(
            ClaimSlip(
                organisation_id=person.organisation_id,
                young_person_id=person.id,
                code_hash=b"old",
                made_at=NOW,
                withdrawn_at=NOW,
            )
        )
        db.add(
            WordCard(
                organisation_id=person.organisation_id,
                young_person_id=person.id,
                words_hash=b"old",
                made_at=NOW,
                withdrawn_at=NOW,
            )
        )
        db.add(OutgoingMail(to_address=None, subject=None, text=None, created_at=NOW, sent_at=NOW))
    later = NOW + timedelta(days=91)
    with school.database.reading() as db:
        found = {each.kind: len(each.ids) for each in queries.due(db, now=later) if each.ids}
    assert found == {RecordKind.OLD_SLIPS: 1, RecordKind.OLD_WORDS: 1, RecordKind.SENT_MESSAGES: 1}
    assert (tidy(school.database, now=NOW), tidy(school.database, now=later)) == (0, 3)
    with school.database.reading() as db:
        assert [each for each in queries.due(db, now=later) if each.ids] == []
        assert log.verify_chain(db) == ()
