"""What befalls a service: passes of the worker, power cuts, keys that are changed or stolen, erasure, lost databases.

What is rare in life is possible at some turns only, or nothing else would ever come to happen.
"""

from __future__ import annotations

import signal
import time
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from accredit.clock import utc_now
from accredit.domain.audit.rules import SERVICE
from accredit.domain.credentials import reissuing
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries
from accredit.domain.issuing.queries import KeyFacts
from accredit.domain.issuing.rules import Purpose
from accredit.domain.retention import operations as retention
from accredit.domain.retention.rules import ErasureReason
from accredit.domain.transparency.rules import Act
from accredit.errors import Conflict
from accredit.keyring import KeyRing
from accredit.storage.erasure import scrub
from accredit.storage.fault_points import PowerCut
from accredit.witness import house
from tests.properties.life import FORMS, NUMBERS, PURPOSES, Backup, Life
from tests.properties.model import POINTS, Key
from tests.properties.template import ORIGIN, PASSPHRASE

BACKUPS = 3
SCHOOLS = st.integers(0, 1)


class OperatorSteps(Life):
    """Acts of the worker, of whoever runs the service, and of chance."""

    # ── the worker

    @rule()
    def issue(self) -> None:
        """The worker does all that waits."""
        self._count("issue")
        self._work()

    def _work(self) -> None:
        self._start()
        self.world.work()
        self.record.issue()
        # A second checkpoint over what the releases themselves wrote into the log.
        self.record.signed = self.locked = len(self.record.log)
        self.is_list_due = False

    def _start(self) -> None:
        """Start the worker if it is down; it erases again whom a crash, or a backup, left in the record."""
        for tombstone in self.world.tombstones.read():
            if tombstone.person_id not in self.record.erased:
                self.record.erase(tombstone.person_id, is_logged=False)
        self.world.start()

    @precondition(lambda self: self.turn % 3 == 0)
    @rule()
    def restart(self) -> None:
        """The worker ends and is started again."""
        self._count("restart")
        self.world.stop()
        self._start()

    @precondition(lambda self: any(self.record.is_reached(point) for point in POINTS))
    @rule(point=st.sampled_from(POINTS))
    def crash(self, point: str) -> None:
        """The power fails at a named point of the worker's pass."""
        self._count("crash")
        self._start()
        is_reached = self.record.is_reached(point)
        ended = self.world.crash(point)
        assert ended == (-signal.SIGKILL if is_reached else 0), f"the pass ended with {ended} at {point}"
        self.record.issue(point if is_reached else "")
        if not is_reached or POINTS.index(point) >= POINTS.index("S5.before_commit"):
            signed = max(self.record.signed, self._size_at_checkpoint(point))
            self.locked = max(self.locked, signed)

    def _size_at_checkpoint(self, point: str) -> int:
        return len(self.record.log) if point == "S5.before_commit" else 0

    @precondition(lambda self: self.record.signed > self.record.witnessed)
    @rule()
    def cosign(self) -> None:
        """A witness cosigns the latest checkpoint."""
        self._count("cosign")
        self._start()
        assert self.world.cosign() == 1
        self.record.witnessed = self.record.signed

    # ── erasure

    @precondition(lambda self: self.turn % 6 == 0 and len(self._people()) > 1)
    @rule(pick=NUMBERS, is_cut=st.booleans())
    def erase(self, pick: int, is_cut: bool) -> None:
        """Somebody's record is erased; or the power fails when that was decided and not yet done."""
        self._count("erase")
        _, person = self._people()[pick % len(self._people())]
        with suppress(PowerCut), self._transaction() as db:
            retention.erase_person(
                db,
                person_id=person,
                reason=ErasureReason.ASKED,
                tombstones=self.world.tombstones,
                actor=SERVICE,
                now=utc_now(),
            )
            if is_cut:
                self._cut()
        if is_cut:
            self.world.stop()
            return
        self.record.erase(person, is_logged=True)
        scrub(self.world.database)

    @staticmethod
    def _cut() -> None:
        raise PowerCut("between the decision and the deed")

    # ── keys

    @precondition(lambda self: self.turn % 4 == 1)
    @rule(school=SCHOOLS, purpose=st.sampled_from(PURPOSES))
    def rotate(self, school: int, purpose: Purpose) -> None:
        """A key takes the place of another."""
        self._count("rotate")
        self._rotate(self.template.schools[school].did, purpose)
        keys = self.record.keys[school, purpose]
        keys.append(Key(number=keys[-1].number + 1))

    @precondition(lambda self: self.turn % 6 == 1)
    @rule()
    def rotate_log_key(self) -> None:
        """The log's key is changed, and the witness is told."""
        self._count("rotate")
        self._rotate(ORIGIN, Purpose.CHECKPOINT)
        house.trust(self.world.folder / "witness", self.world.log_key())

    def _rotate(self, controller: str, purpose: Purpose) -> None:
        self.world.stop()
        self.key_changes += 1
        with self._transaction() as db:
            issuing.rotate_key(
                db,
                controller=controller,
                purpose=purpose,
                keyring=KeyRing.open(self.world.keys, PASSPHRASE),
                now=utc_now(),
                actor=SERVICE,
            )
        self.record.add(Act.KEY_PUBLISHED, Act.KEY_RETIRED)

    @precondition(lambda self: self.turn % 6 == 2)
    @rule(school=SCHOOLS, purpose=st.sampled_from(PURPOSES))
    def compromise(self, school: int, purpose: Purpose) -> None:
        """A key is marked as stolen from now on."""
        key = self.record.key(school, purpose)
        if key is None:
            return
        self._count("compromise")
        # A cosignature states its second: what was witnessed in this one must lie before the theft without doubt.
        time.sleep(1 - utc_now().microsecond / 1_000_000)
        now = utc_now()
        with self._transaction() as db:
            fragment = self._facts(db, school, purpose).fragment
            issuing.mark_compromised(
                db, controller=self.template.schools[school].did, fragment=fragment, since=now, now=now, actor=SERVICE
            )
        self.key_changes += 1
        key.witnessed = self.record.witnessed
        self.record.add(Act.KEY_COMPROMISED)

    def _facts(self, db: object, school: int, purpose: Purpose) -> KeyFacts:
        found = queries.organisation_key(db, organisation_id=self.template.schools[school].id, purpose=purpose)  # type: ignore[arg-type]
        assert found is not None
        return found

    @precondition(lambda self: self._stolen())
    @rule(pick=NUMBERS)
    def reissue(self, pick: int) -> None:
        """What a stolen key signed and no witness placed before the theft is ordered anew."""
        self._count("reissue")
        school, purpose, key = self._stolen()[pick % len(self._stolen())]
        did = self.template.schools[school].did
        is_ready = all(self.record.key(school, each) for each in FORMS)
        with self._expecting(None if is_ready else "no-signing-key"), self._transaction() as db:
            (facts,) = [each for each in queries.register(db) if self._is(each, did, purpose, key)]
            ordered = reissuing.order(db, key=facts, limit=100, actor=SERVICE, now=utc_now())
        if is_ready:
            assert ordered == self.record.reissue(school, purpose, key)

    def _stolen(self) -> list[tuple[int, Purpose, Key]]:
        return [
            (school, purpose, key)
            for (school, purpose), keys in self.record.keys.items()
            for key in keys
            if key.witnessed is not None and purpose in FORMS
        ]

    @staticmethod
    def _is(facts: KeyFacts, did: str, purpose: Purpose, key: Key) -> bool:
        return (facts.controller, facts.purpose) == (did, purpose) and facts.fragment == f"{purpose}-{key.number}"

    # ── copies

    @precondition(lambda self: self.locked == self.record.signed and len(self.backups) < BACKUPS)
    @rule()
    def backup(self) -> None:
        """A backup is made."""
        self._count("backup")
        self.backups.append(Backup(path=self.world.back_up(), record=self.record.copy(), keys=self.key_changes))

    @precondition(lambda self: self._usable_backups())
    @rule(pick=NUMBERS, has_files=st.booleans(), has_lists=st.booleans())
    def restore(self, pick: int, has_files: bool, has_lists: bool) -> None:
        """The database is lost, and a backup comes back: the newest or an older one."""
        self._count("restore")
        chosen = self._usable_backups()[pick % len(self._usable_backups())]
        published = self.world.publish_files() if self.record.signed else {}
        self._bring_back(chosen)
        is_behind = self.locked > len(self.record.log)
        if is_behind and not has_files:
            assert self.world.restore(chosen.path) == 1, self.world.said
            self.record.doubt()
            self._is_refused_to_sign()
            self._bring_back(chosen)
        lists = {each: path for each, path in published.items() if has_lists and each in self.record.lists}
        options = [word for path in lists.values() for word in ("--status-list", path)] if is_behind else []
        if is_behind:
            self.record.roll_forward(self.locked)
            self._revoke_as_published(set(lists))
        code = self.world.restore(chosen.path, *(["--files", self.world.mirror] if is_behind else []), *options)
        # Where nothing was ever signed, nothing can show that the backup is the newest.
        assert code == (1 if self.record.doubtful or not self.locked else 0), self.world.said
        self.look()
        self.look_at_everything()
        if self.record.doubtful:
            self._settle(published)

    def _usable_backups(self) -> list[Backup]:
        if self.locked != self.record.signed:
            return []
        return [each for each in self.backups if each.keys == self.key_changes]

    def _bring_back(self, chosen: Backup) -> None:
        self.world.lose_database()
        self.record = chosen.record.copy()
        self.log_seen = 0
        for tombstone in self.world.tombstones.read():
            if tombstone.person_id not in self.record.erased:
                self.record.erase(tombstone.person_id, is_logged=False)

    def _is_refused_to_sign(self) -> None:
        told = self.world.problems()
        assert [each.partition(":")[0] for each in told] == ["the ledger continues what was signed last"], told
        self.compare()
        with pytest.raises(Conflict) as refused:
            self.world.start()
        assert refused.value.code == "log-rolled-back"

    def _revoke_as_published(self, lists: set[UUID]) -> None:
        self.record.doubtful -= lists
        for award, each in list(self.record.certificates()):
            held = self.held.get(each.credential_id) if each.credential_id else None
            if held is not None and held.is_revoked_in_public and each.status_list in lists:
                self.record.revoke_as_published(award, each)

    def _settle(self, published: dict[UUID, Path]) -> None:
        """Give the published lists afterwards; for a list that never was published, somebody's word."""
        lists = {each: path for each, path in published.items() if each in self.record.doubtful}
        if lists:
            options = [word for path in lists.values() for word in ("--status-list", path)]
            self._revoke_as_published(set(lists))
            assert self.world.settle(*options) == (1 if self.record.doubtful else 0), self.world.said
        if self.record.doubtful:
            self.record.trust()
            assert self.world.settle("--nothing-was-revoked") == 0, self.world.said
