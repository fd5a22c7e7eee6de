"""Every bench by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from accredit.bench import files, logs, signing
from accredit.bench.harness import Bench

BENCHES: Final[dict[str, Callable[[], Bench]]] = {
    "bake": files.bake,
    "canonicalise": signing.canonicalise,
    "issue": signing.issue,
    "issue_checked": signing.issue_checked,
    "ledger": logs.ledger,
    "status": files.status,
    "verify": signing.verify,
}
