"""What people do: award, pause, revoke, rename. What a rule of the house refuses, the model refuses by that rule."""

from __future__ import annotations

from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from accredit.clock import utc_now
from accredit.domain.awarding import operations as awarding
from accredit.domain.credentials import renewing, revoking
from accredit.domain.credentials.rules import RevokeReason
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing.rules import Stage, Status
from accredit.domain.people import operations as people
from accredit.domain.people import queries as people_queries
from accredit.domain.people.operations import PersonEntry
from accredit.domain.transparency.rules import Act
from tests import factories
from tests.factories import NOW
from tests.properties.life import NUMBERS, Life
from tests.properties.model import Award, Certificate, Order

NAMES = ("Ama Specimen", "Amara Samplová", "Amy Sample", "Ama Enghraifft", "Ama Zažitá")


class PeopleSteps(Life):
    """Acts of co-ordinators and young people."""

    @initialize(count=st.integers(1, 6))
    def begin(self, count: int) -> None:
        """Some are awarded on the first day."""
        for each in self._free_enrolments()[:count]:
            self._award(*each)

    @precondition(lambda self: self._free_enrolments())
    @rule(pick=NUMBERS)
    def award(self, pick: int) -> None:
        """A co-ordinator awards."""
        self._count("award")
        choice = self._free_enrolments()
        self._award(*choice[pick % len(choice)])

    @precondition(lambda self: len(self._free_enrolments()) > 2)
    @rule(count=st.integers(2, 5))
    def award_many(self, count: int) -> None:
        """A co-ordinator awards several."""
        self._count("award_many")
        for each in self._free_enrolments()[:count]:
            self._award(*each)

    def _award(self, school: int, person: UUID, enrolment: UUID, level: str) -> None:
        with self._transaction() as db:
            award = awarding.award(
                db,
                enrolment_id=enrolment,
                level_code=level,
                awarded_on=NOW.date(),
                actor=self.template.schools[school].first,
                now=utc_now(),
            )
        self.record.awards[award] = Award(school=school, person=person, enrolment=enrolment, level=level)
        self.record.add(Act.AWARD_DECIDED)

    @precondition(lambda self: self._suspendable())
    @rule(pick=NUMBERS)
    def suspend(self, pick: int) -> None:
        """A certificate is paused."""
        self._count("suspend")
        award, found = self._suspendable()[pick % len(self._suspendable())]
        self._status("suspend", award, found)
        self.record.suspend(found)

    def _suspendable(self) -> list[tuple[Award, Certificate]]:
        return self._certificates(lambda _, each: self._can_change(each) and each.status is Status.ACTIVE)

    @precondition(lambda self: self._suspended())
    @rule(pick=NUMBERS)
    def reinstate(self, pick: int) -> None:
        """A pause ends."""
        self._count("reinstate")
        award, found = self._suspended()[pick % len(self._suspended())]
        self._status("reinstate", award, found)
        self.record.reinstate(found)

    def _suspended(self) -> list[tuple[Award, Certificate]]:
        return self._certificates(lambda _, each: self._can_change(each) and each.status is Status.SUSPENDED)

    def _can_change(self, found: Certificate) -> bool:
        return found.stage in {Stage.RECORDED, Stage.RELEASED} and not found.is_erased

    def _status(self, verb: str, award: Award, found: Certificate) -> None:
        actor = self.template.schools[award.school].first
        with self._transaction() as db:
            getattr(issuing, verb)(db, issuance_id=found.issuance_id, reason="asked", actor=actor, now=utc_now())

    @precondition(lambda self: self._certificates(lambda _, each: each.issuance_id is not None and not each.is_erased))
    @rule(pick=NUMBERS, verb=st.sampled_from(["suspend", "reinstate"]))
    def is_refused(self, pick: int, verb: str) -> None:
        """Something is asked for that cannot be; nothing happens."""
        self._count("is_refused")
        choice = self._certificates(lambda _, each: each.issuance_id is not None and not each.is_erased)
        award, found = choice[pick % len(choice)]
        rules = {
            ("suspend", Status.SUSPENDED): "already-suspended",
            ("reinstate", Status.ACTIVE): "not-suspended",
        }
        rule = "already-revoked" if found.status is Status.REVOKED else rules.get((verb, found.status))
        rule = rule if found.stage in {Stage.RECORDED, Stage.RELEASED} else "not-issued-yet"
        with self._expecting(rule):
            self._status(verb, award, found)
        if rule is None:
            getattr(self.record, verb)(found)

    @precondition(lambda self: self._shown(lambda each: each.status is not Status.REVOKED and not each.is_asked))
    @rule(pick=NUMBERS)
    def ask(self, pick: int) -> None:
        """One co-ordinator asks for a revocation."""
        self._count("ask")
        choice = self._shown(lambda each: each.status is not Status.REVOKED and not each.is_asked)
        key, award, found = choice[pick % len(choice)]
        actor = self.template.schools[award.school].first
        with self._transaction() as db:
            done = revoking.ask(
                db, award_id=key, reason=RevokeReason.FACTS_WRONG, is_told=True, actor=actor, now=utc_now()
            )
        assert not done
        found.is_asked = True

    @precondition(lambda self: self._shown(lambda each: each.is_asked))
    @rule(pick=NUMBERS)
    def revoke(self, pick: int) -> None:
        """Another co-ordinator confirms a revocation."""
        self._count("revoke")
        choice = self._shown(lambda each: each.is_asked)
        key, award, found = choice[pick % len(choice)]
        refusal = self.record.refusal_to_confirm(award, found)
        with self._expecting(refusal), self._transaction() as db:
            revoking.confirm(db, award_id=key, actor=self.template.schools[award.school].second, now=utc_now())
        if refusal is not None:
            return
        found.is_asked = False
        self.record.confirmed[award.school] += 1
        self.record.revoke(award, found)

    @precondition(lambda self: self._shown(lambda each: each.is_asked))
    @rule(pick=NUMBERS)
    def decline(self, pick: int) -> None:
        """Another co-ordinator says no."""
        self._count("decline")
        choice = self._shown(lambda each: each.is_asked)
        key, award, found = choice[pick % len(choice)]
        with self._transaction() as db:
            revoking.decline(db, award_id=key, actor=self.template.schools[award.school].second, now=utc_now())
        found.is_asked = False

    @precondition(lambda self: self._shown(lambda each: each.status is Status.REVOKED))
    @rule(pick=NUMBERS)
    def award_again(self, pick: int) -> None:
        """After a revocation the level is awarded anew: another award, another certificate."""
        self._count("award_again")
        choice = self._shown(lambda each: each.status is Status.REVOKED)
        key, award, _ = choice[pick % len(choice)]
        if award.is_set_aside:
            return
        with self._transaction() as db:
            actor = self.template.schools[award.school].first
            renewing.allow_again(db, award_id=key, actor=actor, now=utc_now())
        award.is_set_aside = True
        self.record.add(Act.AWARD_SET_ASIDE)
        self._award(award.school, award.person, award.enrolment, award.level)

    @precondition(lambda self: self._held())
    @rule(pick=NUMBERS)
    def issue_after_all(self, pick: int) -> None:
        """A co-ordinator decides about an award that was held back after a restore."""
        self._count("issue_after_all")
        key, award = self._held()[pick % len(self._held())]
        with self._transaction() as db:
            actor = self.template.schools[award.school].first
            renewing.issue_after_all(db, award_id=key, actor=actor, now=utc_now())
        award.is_held = False

    def _held(self) -> list[tuple[UUID, Award]]:
        return [(key, award) for key, award in self.record.awards.items() if award.is_held and award.lacks]

    @precondition(lambda self: self._people())
    @rule(pick=NUMBERS, name=st.sampled_from(NAMES))
    def rename(self, pick: int, name: str) -> None:
        """Somebody has another name from now on, and confirms it; their certificates are ordered anew."""
        self._count("replace")
        school, person = self._people()[pick % len(self._people())]
        actor = self.template.schools[school].first
        with self._transaction() as db:
            before = people_queries.young_person(db, person)
            entry = PersonEntry(
                printed_name=name, known_as="Ama", school_reference=before.school_reference, year_group="12", form="12A"
            )
            people.change_young_person(
                db, young_person_id=person, expected_version=before.version, entry=entry, actor=actor, now=utc_now()
            )
            own = factories.young_actor(person, self.template.schools[school].id)
            people.confirm_printed_name(db, young_person_id=person, name=name, actor=own, now=utc_now())
        self.record.names[person] = name
        for key, award, found in self._shown(lambda each: True):
            if award.person == person:
                self._order(key, award, found)

    def _order(self, key: UUID, award: Award, found: Certificate) -> None:
        refusal = (
            "same-name"
            if found.name == self.record.names[award.person]
            else "already-replaced"
            if found.order is not None
            else "already-revoked"
            if found.status is Status.REVOKED
            else None
        )
        actor = self.template.schools[award.school].first
        with self._expecting(refusal), self._transaction() as db:
            renewing.print_new_name(db, award_id=key, actor=actor, now=utc_now())
        if refusal is None:
            found.order = Order(for_paused=found.status is Status.SUSPENDED)
