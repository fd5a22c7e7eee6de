"""The state of one sequence, and what is looked at after each step.

The steps themselves are in `people_steps` and `operator_steps`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from accredit.domain.issuing.rules import Purpose, Stage, Status
from accredit.domain.verification.rules import Reason, Verdict
from accredit.errors import RuleBroken
from accredit.storage import Session
from tests.properties.model import Answer, Award, Certificate, Key, Record, expected
from tests.properties.template import Template
from tests.properties.world import Row, World

NUMBERS = st.integers(0, 2**16)
PURPOSES = (Purpose.ASSERTION, Purpose.ASSERTION_JWT, Purpose.STATUS)
FORMS = (Purpose.ASSERTION, Purpose.ASSERTION_JWT)
GOOD: dict[bool, Answer] = {
    True: (Verdict.GENUINE, None),
    False: (Verdict.GENUINE_ISSUER_NOT_RECOGNISED, Reason.ISSUER_NOT_RECOGNISED),
}
OF_UNLIKE_ORDER = 2


@dataclass(eq=False)
class Held:
    """A certificate that left the service: somebody may present it at any time."""

    credential_id: UUID
    school: int
    keys: dict[Purpose, int]
    documents: dict[Purpose, bytes]
    place: tuple[UUID, int]
    is_revoked_in_public: bool = False
    answers: dict[Purpose, Answer] = field(default_factory=dict)
    """What was to be answered when it was looked at last."""


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A backup, and what the record was when it was made; no key was changed since where ``keys`` are those of now."""

    path: Path
    record: Record
    keys: int


class Life(RuleBasedStateMachine):
    """One service's life."""

    template: ClassVar[Template]
    folder: ClassVar[Path]
    steps: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        """Begin with a fresh copy of the template."""
        super().__init__()
        self.place = Path(tempfile.mkdtemp(dir=self.folder))
        self.world = World(self.template, self.place)
        self.record = Record(
            log=self.world.log(0),
            names={
                person.id: f"Ama Sample-{number}"
                for school in self.template.schools
                for number, person in enumerate(school.people)
            },
            keys={(number, purpose): [Key()] for number in range(len(self.template.schools)) for purpose in PURPOSES},
        )
        self.held: dict[UUID, Held] = {}
        self.backups: list[Backup] = []
        self.key_changes = 0
        self.turn = 0
        self.log_seen = 0
        self.locked = 0
        """What the lock knows: sometimes a checkpoint more than the record, after a crash."""

    def teardown(self) -> None:
        """Look at everything once more, and take the service away."""
        try:
            self.look_at_everything()
        finally:
            self.world.close()
            shutil.rmtree(self.place)

    # ── what can be done now

    def _certificates(self, wanted: Callable[[Award, Certificate], bool]) -> list[tuple[Award, Certificate]]:
        return [(award, each) for award, each in self.record.certificates() if wanted(award, each)]

    def _shown(self, wanted: Callable[[Certificate], bool]) -> list[tuple[UUID, Award, Certificate]]:
        found = ((key, award, award.shown) for key, award in self.record.awards.items())
        return [(key, award, shown) for key, award, shown in found if shown is not None and wanted(shown)]

    def _free_enrolments(self) -> list[tuple[int, UUID, UUID, str]]:
        taken = {award.enrolment for award in self.record.awards.values() if not award.is_set_aside}
        return [
            (number, person.id, enrolment, level)
            for number, school in enumerate(self.template.schools)
            for person in school.people
            for enrolment, level in person.enrolments
            if enrolment not in taken and person.id not in self.record.erased
        ]

    def _people(self) -> list[tuple[int, UUID]]:
        return [
            (number, person.id)
            for number, school in enumerate(self.template.schools)
            for person in school.people
            if person.id not in self.record.erased
        ]

    def _count(self, name: str) -> None:
        self.steps[name] += 1

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with self.world.database.transaction() as db:
            yield db

    @contextmanager
    def _expecting(self, refusal: str | None) -> Iterator[None]:
        """Do something that a rule refuses, by its id, or that none does."""
        if refusal is None:
            yield
            return
        with pytest.raises(RuleBroken) as told:
            yield
        assert told.value.rule == refusal

    # ── what is looked at after each step

    @invariant()
    def look(self) -> None:
        """Look at the whole service, and at each certificate whose answer may have changed; of the others at one."""
        problems = self.world.problems()
        assert not problems, problems
        self.compare()

    def compare(self) -> None:
        """Compare the service with the model."""
        rows = self.world.rows()
        self._bind(rows)
        self._compare(rows)
        self._compare_log()
        self._compare_lists(rows)
        changed = [each for each in self.held.values() if self._answers(each) != each.answers]
        others = [each for each in self.held.values() if each not in changed]
        self.turn += 1
        self._present(changed + others[self.turn % len(others) :][:1] if others else changed)

    def look_at_everything(self) -> None:
        """Present every certificate, follow every code, and ask whether the log continues all that was ever signed."""
        self._present(list(self.held.values()))
        assert self.world.continues_all(), "a checkpoint that was signed is not continued (I7)"
        by_issuance = {each.issuance_id: award for award, each in self.record.certificates()}
        for issuance_id, code in self.world.codes().items():
            leads_to = self.world.shown(code)
            assert leads_to == self._leads_to(by_issuance[issuance_id], issuance_id)

    def _leads_to(self, award: Award, issuance_id: UUID) -> UUID | None:
        found = next(each for each in award.certificates if each.issuance_id == issuance_id)
        while found.is_replaced:
            found = next(
                each
                for each in award.certificates
                if each.follows == found.round and each.stage in {Stage.RECORDED, Stage.RELEASED}
            )
        return found.credential_id if found.stage is Stage.RELEASED and not found.is_erased else None

    def _bind(self, rows: list[Row]) -> None:
        """Learn ids and places of what the model knows to be there; hold what left the service."""
        by_key = {(row.award_id, row.round): row for row in rows}
        for key, award in self.record.awards.items():
            for each in award.certificates:
                row = by_key.get((key, each.round))
                if row is None:
                    continue
                if each.credential_id is None:
                    each.issuance_id, each.credential_id, each.status_list = row.id, row.credential_id, row.status_list
                    self.record.lists.add(row.status_list)
                if each.leaf is None and each.stage in {Stage.RECORDED, Stage.RELEASED}:
                    each.leaf = row.leaf
                if (
                    each.stage is Stage.INTENT
                    and row.stage is Stage.VOID
                    and not self.record.may_be_signed(award, each)
                ):
                    # The power failed among those that were given up: it may be before this one, or after it.
                    each.stage = Stage.VOID
                if each.stage is Stage.RELEASED and row.credential_id not in self.held and not row.is_empty:
                    self._hold(award, each, row)

    def _hold(self, award: Award, each: Certificate, row: Row) -> None:
        documents = dict(zip(FORMS, self.world.documents(row.id), strict=True))
        place = (row.status_list, row.index)
        self.held[row.credential_id] = Held(row.credential_id, award.school, each.keys, documents, place)

    def _compare(self, rows: list[Row]) -> None:
        found = [(row.award_id, row.round, row.stage, row.status, row.leaf is None, row.is_empty) for row in rows]
        predicted = [
            (
                *(key, each.round, each.stage, each.status, each.leaf is None),
                each.is_erased or each.stage in {Stage.INTENT, Stage.VOID},
            )
            for key, award in self.record.awards.items()
            for each in award.certificates
        ]
        assert not set(found) ^ set(predicted), (
            f"found {set(found) - set(predicted)}, not {set(predicted) - set(found)}"
        )
        leaves = [each.leaf for _, each in self.record.certificates() if each.leaf is not None]
        assert len(leaves) == len(set(leaves)), "two certificates at one place of the log"

    def _compare_log(self) -> None:
        found = self.world.log(self.log_seen)
        predicted = self.record.log[self.log_seen :]
        # Within one transaction the order is the product's to choose.
        assert Counter(found) == Counter(predicted)
        self.record.log[self.log_seen :] = found
        self.log_seen = len(self.record.log)
        signed, witnessed, locked = self.world.sizes()
        assert (signed, witnessed) == (self.record.signed, self.record.witnessed)
        assert locked == self.locked

    def _compare_lists(self, rows: list[Row]) -> None:
        """No list calls revoked what is in force, nor takes back what the public knows as revoked."""
        revoked = {(row.status_list, row.index) for row in rows if row.status is Status.REVOKED}
        bits = self.world.bits()
        said = {(list_id, index) for list_id, indexes in bits.items() for index in indexes}
        known = {(row.status_list, row.index) for row in rows}
        assert said & known <= revoked, "a list calls revoked what is in force (I8)"
        for each in self.held.values():
            if each.place in said:
                each.is_revoked_in_public = True
            elif each.is_revoked_in_public and each.place[0] in bits:
                raise AssertionError("a published revocation was taken back (I8)")

    def _answers(self, held: Held) -> dict[Purpose, Answer]:
        good = GOOD[self.template.schools[held.school].is_recognised]
        return {
            form: expected(self.record, held.credential_id, form, school=held.school, key=held.keys[form], good=good)
            for form in FORMS
        }

    def _present(self, chosen: list[Held]) -> None:
        wanted = [(held, form, answer) for held in chosen for form, answer in self._answers(held).items()]
        answers = self.world.verify(held.documents[form] for held, form, _ in wanted)
        for (held, form, answer), found in zip(wanted, answers, strict=True):
            assert found == answer, f"{held.credential_id} as {form}: {found}, expected {answer}"
            if held.is_revoked_in_public:
                assert found not in GOOD.values(), "what was published as revoked holds again"
            held.answers[form] = answer
