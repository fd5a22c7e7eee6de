"""``accredit migrate``: ready after one call, the same after two, and never a demonstration by accident."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.processes import Service


def test_a_new_database_is_ready_and_stays_so(tmp_path: Path) -> None:
    service = Service(tmp_path)
    for _ in range(2):
        assert "ready" in service.run("migrate").stdout
    assert service.run("fsck", "--all").returncode == 0


@pytest.mark.attack("DP29")
def test_a_demonstration_cannot_be_switched_on_by_accident(tmp_path: Path) -> None:
    service = Service(tmp_path)
    service.settings["ACCREDIT_DEMONSTRATION"] = "true"
    refused = service.run("migrate", check=False)
    assert refused.returncode == 78
    assert "accredit demo" in refused.stderr


@pytest.mark.attack("DP29")
def test_real_records_do_not_become_a_demonstration(tmp_path: Path) -> None:
    service = Service(tmp_path)
    service.run("migrate")
    service.settings["ACCREDIT_DEMONSTRATION"] = "true"
    refused = service.run("migrate", check=False)
    assert refused.returncode == 78
    assert "a real service's" in refused.stderr


def test_another_address_is_refused_and_says_which_to_put_back(tmp_path: Path) -> None:
    service = Service(tmp_path)
    service.run("migrate")
    first, service.settings["ACCREDIT_BASE_URL"] = service.base_url, "https://other.example.org"
    refused = service.run("serve", check=False)
    assert refused.returncode == 78
    assert first in refused.stderr
