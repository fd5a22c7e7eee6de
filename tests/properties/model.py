"""What must be true after each step, told without asking the product.

`Record` is what the database holds, so that a backup is a copy of one. What outlives the database (the lock, the list
of tombstones, the published files, the documents that people hold) is not in it. Nothing here reads a row, or a
document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from uuid import UUID

from accredit.domain.issuing.rules import Purpose, Stage, Status
from accredit.domain.transparency.rules import Act
from accredit.domain.verification.rules import Reason, Verdict
from accredit.storage import fault_points

LOST = "lost"
"""In the place of an act whose leaf came back from the published files: nobody knows any more what it was."""
A_DAYS_REVOCATIONS = 10
POINTS = tuple(name for name in fault_points.NAMES if name.startswith("S") and not name.startswith("S7"))
"""The fault points of the worker's pass, in their order."""
Answer = tuple[Verdict, Reason | None]


@dataclass
class Order:
    """That another certificate is to take the place of one."""

    for_paused: bool = False
    """Whether it was ordered for a paused certificate, and that pause has not ended since."""
    is_given_up: bool = False
    is_done: bool = False


@dataclass
class Certificate:
    """One issuance. ``credential_id`` and what follows are bound when it is first seen."""

    round: int
    keys: dict[Purpose, int]
    name: str
    stage: Stage = Stage.INTENT
    status: Status = Status.ACTIVE
    is_erased: bool = False
    leaf: int | None = None
    order: Order | None = None
    follows: int | None = None
    """The round of the certificate whose place it takes."""
    is_asked: bool = False
    """Whether somebody asked for it to be revoked, and nobody answered."""
    issuance_id: UUID | None = None
    credential_id: UUID | None = None
    status_list: UUID | None = None

    @property
    def is_replaced(self) -> bool:
        """Whether another one has taken its place."""
        return self.order is not None and self.order.is_done


@dataclass
class Award:
    """A decision, and what was issued for it, by round."""

    school: int
    person: UUID
    enrolment: UUID
    level: str
    is_set_aside: bool = False
    is_held: bool = False
    """Whether it waits for a person since an older database came back."""
    certificates: list[Certificate] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        """Whether the next pass prepares something for it."""
        return self.lacks and not self.is_held

    @property
    def lacks(self) -> bool:
        """Whether it has no certificate that stands, and is to have one."""
        return not self.is_set_aside and not any(
            each.stage is not Stage.VOID and (each.order is None or each.order.is_given_up)
            for each in self.certificates
        )

    @property
    def shown(self) -> Certificate | None:
        """What its page shows."""
        for each in reversed(self.certificates):
            if each.stage is Stage.RELEASED and not each.is_replaced and not each.is_erased:
                return each
        return None


@dataclass
class Key:
    """A key by its number; ``witnessed`` is the size of the log that was witnessed when it was stolen."""

    number: int = 1
    witnessed: int | None = None


@dataclass
class Record:
    """What the database holds."""

    log: list[str]
    names: dict[UUID, str]
    keys: dict[tuple[int, Purpose], list[Key]]
    signed: int = 0
    witnessed: int = 0
    awards: dict[UUID, Award] = field(default_factory=dict)
    erased: set[UUID] = field(default_factory=set)
    confirmed: Counter[int] = field(default_factory=Counter)
    """How many revocations the second co-ordinator of each school confirmed today."""
    lists: set[UUID] = field(default_factory=set)
    doubtful: set[UUID] = field(default_factory=set)
    closed: set[UUID] = field(default_factory=set)

    def copy(self) -> Record:
        """Return the record as a backup keeps it."""
        return deepcopy(self)

    def certificates(self) -> Iterator[tuple[Award, Certificate]]:
        """Return every issuance with its award."""
        for award in self.awards.values():
            for each in award.certificates:
                yield award, each

    def key(self, school: int, purpose: Purpose) -> Key | None:
        """Return the key in use."""
        newest = self.keys[school, purpose][-1]
        return None if newest.witnessed is not None else newest

    def add(self, *acts: Act) -> None:
        """Append to the log."""
        self.log += [act.value for act in acts]

    # ── acts of people

    def suspend(self, found: Certificate) -> None:
        """Pause."""
        found.status = Status.SUSPENDED
        self.add(Act.CREDENTIAL_SUSPENDED)

    def reinstate(self, found: Certificate) -> None:
        """End a pause."""
        found.status = Status.ACTIVE
        if found.order is not None:
            found.order.for_paused = False
        self.add(Act.CREDENTIAL_REINSTATED)

    def refusal_to_confirm(self, award: Award, found: Certificate) -> str | None:
        """Return the rule that keeps a revocation from being confirmed."""
        if self.confirmed[award.school] >= A_DAYS_REVOCATIONS:
            return "too-many-revocations"
        return "being-replaced" if self._following(award, found, Stage.RECORDED) else None

    def revoke(self, award: Award, found: Certificate) -> None:
        """End for good; what was to follow is given up."""
        found.status = Status.REVOKED
        self.add(Act.CREDENTIAL_REVOKED)
        if found.order is not None:
            found.order.is_given_up = True
        for each in self._following(award, found, Stage.INTENT):
            each.stage = Stage.VOID

    def _following(self, award: Award, found: Certificate, stage: Stage) -> list[Certificate]:
        if found.order is None or found.order.is_done:
            return []
        return [each for each in award.certificates if each.follows == found.round and each.stage is stage]

    def erase(self, person: UUID, *, is_logged: bool) -> None:
        """Forget somebody."""
        self.erased.add(person)
        for award in self.awards.values():
            if award.person != person:
                continue
            award.is_set_aside = True
            for each in award.certificates:
                each.stage = Stage.VOID if each.stage is Stage.INTENT else each.stage
                each.is_erased, each.is_asked = True, False
                if each.leaf is not None and is_logged:
                    self.add(Act.CREDENTIAL_ERASED)
        if is_logged:
            self.add(Act.RECORD_ERASED)

    def reissue(self, school: int, purpose: Purpose, key: Key) -> int:
        """Order anew what a stolen key signed and no witness saw before; return how many."""
        assert key.witnessed is not None
        ordered = 0
        for award, each in self.certificates():
            is_affected = (
                award.school == school
                and each.keys[purpose] == key.number
                and each.stage is Stage.RELEASED
                and not each.is_erased
                and each.leaf is not None
                and each.leaf >= key.witnessed
            )
            if is_affected and each.order is None and each.status is Status.ACTIVE:
                each.order = Order()
                ordered += 1
        return ordered

    # ── the worker

    def issue(self, until: str = "") -> None:
        """Do a pass of the worker, up to a named fault point."""
        done = POINTS.index(until) if until else len(POINTS)
        if done >= POINTS.index("S1.after_commit"):
            self._prepare()
        if done >= POINTS.index("S4.after_commit"):
            self._record()
        if done >= POINTS.index("S5.after_commit"):
            self.signed = len(self.log)
        if done >= POINTS.index("S6.after_commit"):
            self._release()

    def is_reached(self, point: str) -> bool:
        """Say whether a pass comes by a fault point."""
        if point.startswith("S1"):
            return any(award.waits for award in self.awards.values())
        if point.startswith(("S2", "S3", "S4")):
            trial = self.copy()
            trial._prepare()
            signable = [each for _, each in trial.certificates() if trial.may_be_signed(_, each)]
            return bool(signable)
        return bool(self.log)

    def may_be_signed(self, award: Award, found: Certificate) -> bool:
        """Say whether an intent is still what would be prepared, as far as its keys go."""
        in_use = {purpose: self.key(award.school, purpose) for purpose in found.keys}
        return found.stage is Stage.INTENT and all(
            key is not None and key.number == found.keys[purpose] for purpose, key in in_use.items()
        )

    def _prepare(self) -> None:
        for award in self.awards.values():
            keys = {each: self.key(award.school, each) for each in (Purpose.ASSERTION, Purpose.ASSERTION_JWT)}
            if not award.waits or None in keys.values():
                continue
            earlier = [each for each in award.certificates if each.order and not each.order.is_given_up]
            open_order = next((each for each in earlier if not each.is_replaced), None)
            award.certificates.append(
                Certificate(
                    round=len(award.certificates),
                    keys={purpose: key.number for purpose, key in keys.items() if key is not None},
                    name=self.names[award.person],
                    follows=None if open_order is None else open_order.round,
                )
            )

    def _record(self) -> None:
        for award, each in self.certificates():
            if each.stage is not Stage.INTENT:
                continue
            if self.may_be_signed(award, each) and each.name == self.names[award.person]:
                each.stage = Stage.RECORDED
                self.add(Act.CREDENTIAL_ISSUED)
            else:
                each.stage = Stage.VOID

    def _release(self) -> None:
        released = [
            (award, each)
            for award, each in self.certificates()
            if each.stage is Stage.RECORDED and (each.leaf is None or each.leaf < self.signed)
        ]
        for award, each in released:
            each.stage = Stage.RELEASED
            former = None if each.follows is None else award.certificates[each.follows]
            if former is None or former.order is None or former.order.is_given_up or former.order.is_done:
                continue
            self._hand_over(former, former.order, each)

    def _hand_over(self, former: Certificate, order: Order, following: Certificate) -> None:
        is_paused = former.status is Status.SUSPENDED and not order.for_paused
        if is_paused and following.status is Status.ACTIVE:
            self.suspend(following)
        order.is_done = True
        former.status = Status.REVOKED
        self.add(Act.CREDENTIAL_REPLACED)

    # ── a restored backup

    def roll_forward(self, size: int) -> None:
        """Take in the leaves that the published files hold and this record lacks."""
        self.log += [LOST] * (size - len(self.log))
        self.signed = size
        self.doubt()

    def revoke_as_published(self, award: Award, found: Certificate) -> None:
        """Take from a published list that something was revoked."""
        if found.stage not in {Stage.RECORDED, Stage.RELEASED} or found.status is Status.REVOKED:
            return
        following = self._following(award, found, Stage.RECORDED)
        if not following or found.order is None:
            self.revoke(award, found)
            return
        following[0].stage = Stage.RELEASED
        self._hand_over(found, found.order, following[0])

    def doubt(self) -> None:
        """Close every list: nobody knows what was revoked meanwhile, nor which places were given out."""
        self.doubtful |= self.lists - self.closed
        self.closed |= self.lists
        for _, each in self.certificates():
            if each.stage is Stage.INTENT:
                each.stage = Stage.VOID
        for award in self.awards.values():
            award.is_held = award.is_held or award.lacks

    def trust(self) -> None:
        """Take somebody's word that nothing was revoked meanwhile."""
        self.doubtful.clear()
        for award in self.awards.values():
            award.is_held = False


def expected(record: Record, credential_id: UUID, purpose: Purpose, *, school: int, key: int, good: Answer) -> Answer:
    """Return the one answer on a document that somebody holds, signed with the ``key`` of that number."""
    found = next((each for _, each in record.certificates() if each.credential_id == credential_id), None)
    stolen = next(each.witnessed for each in record.keys[school, purpose] if each.number == key)
    if stolen is not None and (found is None or not _was_witnessed(found, stolen)):
        return Verdict.NOT_GENUINE, Reason.KEY_COMPROMISED
    reason = _missing(found)
    if reason is not None or found is None:
        return Verdict.CANNOT_CONFIRM, reason
    if found.status is not Status.ACTIVE:
        ended = Reason.REPLACED if found.is_replaced else Reason.REVOKED
        return Verdict.NOT_CURRENT, Reason.SUSPENDED if found.status is Status.SUSPENDED else ended
    return (Verdict.CANNOT_CONFIRM, Reason.STATUS_NOT_FRESH) if found.status_list in record.doubtful else good


def _missing(found: Certificate | None) -> Reason | None:
    if found is None:
        return Reason.NO_CURRENT_RECORD
    if found.stage is not Stage.RELEASED:
        return Reason.NOT_PUBLISHED_YET
    return Reason.NO_CURRENT_RECORD if found.is_erased else None


def _was_witnessed(found: Certificate, size: int) -> bool:
    return found.leaf is not None and found.leaf < size
