"""The page behind a code: what a stranger reads, and what nobody does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accredit.kit import typed_code
from accredit.web.public.code import BY_READER
from tests.cast import Cast
from tests.populated import Year
from tests.web import Browser


def test_genuine_award_says_so_and_keeps_the_name(stranger: Browser, year: Year, cast: Cast) -> None:
    answer = stranger.get(f"/v/{year.code}")
    text = answer.text
    assert answer.status_code == 200
    assert "verdict--genuine" in text
    assert "This award is real and still holds." in text
    assert "Example Park Academy" in text
    assert "A. S." in text
    assert cast.ama.name not in text
    assert cast.nia.name not in text
    assert "Identity confirmed by telephone, 30 June 2026" in text
    assert "How we know: 10 checks" in text
    assert "not a DBS check" in text
    assert "Office: 01632 960001" in text


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(lambda code: f"/v/{code.lower()}", id="small letters"),
        pytest.param(lambda code: f"/V/{code}", id="all in capitals, as the QR holds it"),
        pytest.param(lambda code: f"/v/{typed_code.show(code)}", id="with hyphens"),
        pytest.param(lambda code: f"/v/{code[:5]}%20{code[5:10]}%20{code[10:]}", id="with spaces"),
    ],
)
def test_code_is_read_however_it_is_written(stranger: Browser, year: Year, written: Callable[[str], str]) -> None:
    assert "verdict--genuine" in stranger.get(written(year.code)).text


def test_page_is_private_light_and_without_script(stranger: Browser, year: Year) -> None:
    answer = stranger.get(f"/v/{year.code}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "<script" not in answer.text
    previews = [line for line in answer.text.splitlines() if "og:" in line]
    assert previews
    assert not any(word in line for line in previews for word in ("A. S.", "Example Park", "Trained"))
    parts = ("public.css", "fonts/lexend-core.woff2", "badges/trained.svg", "favicon.svg")
    sent = [stranger.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"}) for name in parts]
    weight = len(answer.data) + sum(len(each.data) for each in sent)
    assert weight < 50_000, weight
    assert len(answer.data) < 20_000


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Ama Sample", "That is the name on this certificate."),
        ("sample AMA", "That is the name on this certificate."),
        ("Ben Beispiel", "That is not the name on this certificate."),
    ],
    ids=["the name", "another order and case", "somebody else"],
)
def test_name_is_only_matched(stranger: Browser, year: Year, typed: str, said: str) -> None:
    answer = stranger.post(f"/v/{year.code}", data={"name": typed})
    assert answer.status_code == 200
    assert said in answer.text
    assert "Ama Sample" not in answer.text


def test_empty_name_is_asked_for_again(stranger: Browser, year: Year) -> None:
    answer = stranger.post(f"/v/{year.code}", data={"name": "  "})
    assert answer.status_code == 422
    assert "Type the full name on the certificate" in answer.text


def test_guessing_names_ends_soon(stranger: Browser, year: Year) -> None:
    tries = [
        stranger.post(f"/v/{year.code}", data={"name": f"Guess {number}"}) for number in range(BY_READER.times + 1)
    ]
    assert [answer.status_code for answer in tries] == [200] * BY_READER.times + [429]
    assert int(tries[-1].headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("act", "look", "word"),
    [("revoke", "not-genuine", "No longer valid"), ("suspend", "ended", "On hold for now")],
)
def test_award_that_no_longer_holds_says_so_at_once(
    stranger: Browser, year: Year, change_status: Callable[[str], None], act: str, look: str, word: str
) -> None:
    change_status(act)
    answer = stranger.get(f"/v/{year.code}")
    assert f"verdict--{look}" in answer.text
    assert word in answer.text
    assert "Ask the organisation what holds today." in answer.text
    assert "Entered for somebody else" not in answer.text
    assert "verdict--genuine" not in answer.text


def test_unknown_code_is_answered_kindly(stranger: Browser, year: Year) -> None:
    code = typed_code.make(lambda _limit: 3)
    answer = stranger.get(f"/v/{code}")
    assert answer.status_code == 404
    assert "There is no certificate with this code here." in answer.text


def _with_neighbours_swapped(code: str) -> str:
    """Swap the first two neighbours that differ; a code of 14 equal symbols would not pass its own check."""
    at = next(place for place in range(len(code) - 1) if code[place] != code[place + 1])
    return code[:at] + code[at + 1] + code[at] + code[at + 2 :]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(_with_neighbours_swapped, "two that changed places", id="neighbours swapped"),
        pytest.param(lambda code: code[:-1], "This one has 13.", id="one left out"),
        pytest.param(lambda code: "0" + code[1:], "A code never holds", id="a nought"),
    ],
)
def test_slip_is_told_from_an_unknown_code(
    stranger: Browser, year: Year, spoil: Callable[[str], str], said: str
) -> None:
    spoilt = spoil(year.code)
    answer = stranger.get(f"/v/{spoilt}")
    assert answer.status_code == 404
    assert said in answer.text


def test_a_slip_is_shown_in_the_groups_of_the_paper(stranger: Browser, year: Year) -> None:
    spoilt = _with_neighbours_swapped(year.code)
    assert f'value="{typed_code.show(spoilt)}"' in stranger.get(f"/v/{spoilt.lower()}").text
