"""The bench of a whole class set: everybody it awards has a released credential, and its baselines stand beside it."""

from __future__ import annotations

import importlib.util

from accredit.bench.batch import batch
from accredit.cli.bench import in_words


def test_everybody_awarded_is_issued_and_printed_and_the_baselines_stand_beside() -> None:
    found = batch(rounds=1, seconds=0.0, sizes=(2, 3, 5))
    assert found["bench"] == "batch"
    assert found["ours"]["errors"] == 0
    assert found["ours"]["per_cpu_s"] > 0
    assert {"rate_at_2", "rate_at_3", "rate_at_5"} <= found["facts"].keys()
    expected = {"weasyprint_each"} | (
        {"pyld_service", "pyld_service_checked"} if importlib.util.find_spec("pyld") else set()
    )
    assert found["ratio"].keys() == found["baselines"].keys() == expected
    assert "weasyprint_each" in in_words(found)
