"""The ledger's one small family of errors; each carries a stable code and one sentence a developer can act on."""

from __future__ import annotations


class LedgerError(ValueError):
    """Root of the family. `code` is stable and documented; `message` says what was wrong, and where."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the stable `code` beside the sentence."""
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class OutOfRange(LedgerError):
    """An index, size, level or width that cannot exist in a tree."""


class ProofInvalid(LedgerError):
    """An inclusion or consistency proof that does not prove what it claims."""


class TileInvalid(LedgerError):
    """A tile path, tile or bundle of entries that is not as tlog-tiles writes it."""


class NoteMalformed(LedgerError):
    """A signed note, verifier key, checkpoint or receipt that cannot be read."""


class NoteRejected(LedgerError):
    """A readable note whose signatures or contents are not those expected."""


class RecordInvalid(LedgerError):
    """A record or salt that has no canonical form, so that no commitment to it can be made."""
