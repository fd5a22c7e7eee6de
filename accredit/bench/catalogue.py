"""Every bench by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from accredit.bench import batch, class_lists, files, logs, page, poison, signing
from accredit.bench.harness import Bench

BENCHES: Final[dict[str, Callable[[], Bench]]] = {
    "bake": files.bake,
    "canonicalise": signing.canonicalise,
    "class_list": class_lists.class_list,
    "issue": signing.issue,
    "issue_checked": signing.issue_checked,
    "ledger": logs.ledger,
    "status": files.status,
    "verify": signing.verify,
}
SERVED: Final[dict[str, Callable[..., dict[str, Any]]]] = {
    "batch": batch.batch,
    "page": page.page,
    "poison": poison.poison,
    "verify_api": page.verify_api,
}
"""Those that measure servers: each takes ``rounds``, ``seconds`` and ``sizes``, and gives the whole answer itself."""
