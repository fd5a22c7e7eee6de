"""A transparency log: Merkle tree, tiles, signed notes, checkpoints, receipts, salted commitments.

`merkle` is RFC 6962 hashing with the proofs of RFC 9162; `tiles`, `signed_note`, `checkpoint`, `cosignature` and
`tlog_proof` are the C2SP formats of those names; `commitment` turns a record into an entry that says nothing by itself.

Nothing here stores, fetches, reads a clock or holds a key: hashes come from a function the caller passes in,
signatures are made by a function the caller passes in. The ledger on SQL is `domain.transparency`.
"""

from __future__ import annotations
