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


@pytest.mark.attack("WI22")
@pytest.mark.parametrize(
    "text", ["a\nb=1", "a\r\x1b[2J\x1b[31mb", "a\x00\x7f\x9bb", "a\u2028b\u0085b", '{"a": "b"}\n{"level": "info"}']
)
def test_wi22_no_text_is_an_entry_of_its_own_or_colours_a_terminal(
    capsys: pytest.CaptureFixture[str], text: str
) -> None:
    logs.configure()
    structlog.get_logger().info(f"said {text}", who=text, all=[text])
    try:
        int(text)
    except ValueError:
        structlog.get_logger().exception("failed", cause=text)
    told = capsys.readouterr().out
    assert not any(symbol in told for symbol in "\r\x00\x1b\x7f\x9b\u2028\u0085")
    entries = [line for line in told.split("\n") if line[:2] == "20"]
    assert len(entries) == 2


@pytest.mark.attack("WI22", "WI31")
def test_wi31_what_failed_is_found_by_its_reference_and_the_address_is_in_no_log(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    import re

    from accredit.web.access import public
    from tests.unit.web.gallery_app import make_gallery

    @public
    def failing(code: str) -> str:
        secret = "the name of somebody"
        raise ValueError(f"at {secret}")

    app = make_gallery()
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/failing/<code>", "failing", failing)
    with structlog.testing.capture_logs() as journal:
        answer = app.test_client().get("/failing/SECRET%0aINFO%20all%20is%20well")
    assert answer.status_code == 500
    for inside in ("Traceback", "ValueError", "test_logs", "/failing", "somebody"):
        assert inside not in answer.text
    (entry,) = [each for each in journal if each["event"] == "a page failed"]
    assert (entry["cause"], entry["endpoint"]) == ("ValueError", "failing")
    assert re.fullmatch(r"[0-9a-f]{8}", entry["reference"])
    assert entry["reference"] in answer.text
    logged = caplog.text + "".join(capfd.readouterr())
    assert "failing" in logged
    assert "SECRET" not in logged
