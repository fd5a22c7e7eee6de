"""Decide, store, then cosign: in that order no power cut can make a witness contradict itself.

1. read what was cosigned last of the log;
2. decide with `kit.ledger.witness.accept`;
3. cosign, which nobody sees yet;
4. compare-and-swap, on disk; who loses the swap gives the signature away and answers 409;
5. answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from accredit.errors import Conflict
from accredit.kit.ledger import witness
from accredit.kit.ledger.cosignature import CosignerKey, cosign, cosigned_at
from accredit.kit.ledger.signed_note import Ed25519Key, NoteSignature, Sign, SignedNote, parse, verify
from accredit.kit.ledger.witness import NEVER_SEEN, Seen, Submission, WitnessRefusal
from accredit.storage.lock_store import Latest, LockStore

KnownLogs = Callable[[], Mapping[str, Collection[Ed25519Key]]]


class Witness:
    """One witness: its key, the logs it knows, what it cosigned last."""

    def __init__(self, key: CosignerKey, sign: Sign, logs: KnownLogs, state: LockStore) -> None:
        """Join them. ``logs`` is asked at each request, so that a log can be added without a restart."""
        self.key = key
        self._sign = sign
        self._logs = logs
        self._state = state

    def add_checkpoint(self, body: bytes, *, now: datetime) -> str:
        """Answer a request with the cosignature's line.

        Raises `WitnessRefusal` with the status to answer, `NotReady` when nothing can be stored; nothing is signed then
        as far as anybody outside can see.
        """
        submission = Submission.parse(body)
        logs = self._logs()
        latest = self._state.latest(submission.origin)
        seen = NEVER_SEEN if latest is None else Seen(size=latest.size, root=latest.root)
        checkpoint = witness.accept(submission, logs, seen)
        line = self._cosigned(submission.note.text, latest, now)
        signed = [each for _, each in verify(submission.note, logs[submission.origin]).verified]
        note = SignedNote(submission.note.text, (*signed, line)).encode()
        new = Latest(size=checkpoint.size, root=checkpoint.root, note=note)
        try:
            self._state.swap(submission.origin, expected=latest, new=new)
        except Conflict as lost:
            now_there = self._state.latest(submission.origin)
            size = now_there.size if now_there else 0
            raise WitnessRefusal(409, "stale", f"{size} leaves were cosigned meanwhile", size=size) from lost
        return line.line

    def checkpoint(self, path: str) -> str | None:
        """Return the note cosigned last of the log that a monitoring path names, or None."""
        for origin in self._logs():
            if witness.monitoring_path(origin) == path:
                latest = self._state.latest(origin)
                return None if latest is None else latest.note
        return None

    def _cosigned(self, text: str, latest: Latest | None, now: datetime) -> NoteSignature:
        time = int(now.timestamp())
        if latest is not None:
            # A clock that was put back must not make a later checkpoint look earlier.
            ours = [each for each in parse(latest.note).signatures if each.key_id == self.key.key_id]
            time = max([time, *(cosigned_at(each) for each in ours if each.name == self.key.name)])
        return cosign(text, self.key.name, self._sign, self.key.public_key, time=time)
