"""What is logged of an error says where it was raised, and nothing of whom it was about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from accredit import logs
from accredit.errors import NotReady


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def _fail_over(printed_name: str) -> None:
    if len(printed_name) < 100:
        raise ValueError("too short")


def test_an_error_is_logged_without_the_values_at_hand(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    somebody = "Ama Sample"
    try:
        _fail_over(somebody)
    except ValueError:
        structlog.get_logger().exception("credential not recorded", issuance="17")
    told = capsys.readouterr().out
    assert "credential not recorded" in told
    assert "issuance=17" in told
    assert "_fail_over" in told
    assert "ValueError: too short" in told
    assert "Ama Sample" not in told


def test_configuring_again_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    before = len(structlog.get_config()["processors"])
    logs.configure()
    assert len(structlog.get_config()["processors"]) == before


@pytest.mark.parametrize("name", ["cli", "app"])
def test_every_way_in_logs_so(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    import accredit.app
    import accredit.cli
    from tests.web import make_settings

    called: list[str] = []
    monkeypatch.setattr(logs, "configure", lambda: called.append(name))
    if name == "cli":
        CliRunner().invoke(accredit.cli.cli, ["fsck", "--help"])
    else:
        with pytest.raises(NotReady):
            accredit.app.create_app(make_settings())
    assert called == [name]
