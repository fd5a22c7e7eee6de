"""Forms say what is wrong, beside the field and in the summary, and the summary leads there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from accredit.web.forms import DateField, Form, errors_of
from tests.client import LintingClient
from tests.unit.web.gallery_app import Everything, make_gallery


def test_every_error_links_to_an_input_that_is_there(visit: Callable[..., LintingClient]) -> None:
    # The linter fails on a link to an id that does not exist.
    answer = visit().post("/form", data={"day": ["31", "2", "2026"], "words": "x" * 300})
    assert answer.status_code == 422
    assert "<title>Error: Add a session – accredit</title>" in answer.text
    assert 'href="#day-day">Enter a date as day, month and year' in answer.text
    assert answer.text.count("Enter a date as") == 2
    assert "There are 6 things to put right" in answer.text


def test_what_was_typed_is_kept_when_it_is_no_date(visit: Callable[..., LintingClient]) -> None:
    html = visit().post("/form", data={"day": ["31", "February", "26"]}).text
    assert 'value="February"' in html


@pytest.mark.parametrize("parts", [["3"], ["3", "12"], ["3", "12", "2026", "7"]])
def test_a_date_of_too_few_or_too_many_parts_is_an_error_and_no_crash(
    visit: Callable[..., LintingClient], parts: list[str]
) -> None:
    assert visit().post("/form", data={"day": parts}).status_code == 422


def test_the_character_count_knows_its_limit(visit: Callable[..., LintingClient]) -> None:
    assert 'data-maxlength="200"' in visit().get("/form").text


def test_what_scripts_will_say_is_in_the_page(visit: Callable[..., LintingClient]) -> None:
    html = visit().get("/form").text
    assert "You can write up to 200 characters" in html
    assert 'data-i18n.characters-under-limit.few="You have %{count} characters left"' in html
    assert 'aria-label="Show password"' in html


def test_no_hint_is_empty(visit: Callable[..., LintingClient]) -> None:
    html = visit().get("/form").text
    assert "govuk-hint" in html
    assert not re.search(r"govuk-hint[^>]*>\s*</div>", html)


class _Dated(Form):
    day = DateField("Day")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param(["3", "12", "2026"], date(2026, 12, 3), id="as people write it"),
        pytest.param([" 03", "12 ", "2026"], date(2026, 12, 3), id="with zeros and spaces"),
        pytest.param(["", "", ""], None, id="left empty"),
    ],
)
def test_a_date_is_read(parts: list[str], expected: date | None) -> None:
    with make_gallery().test_request_context():
        form = _Dated(formdata=MultiDict([("day", part) for part in parts]), meta={"csrf": False})
        assert form.validate()
        assert form.day.data == expected


def test_nothing_is_wrong_with_no_form_or_an_untouched_one() -> None:
    with make_gallery().test_request_context():
        assert errors_of(None) == []
        assert errors_of(Everything(meta={"csrf": False})) == []


@pytest.mark.parametrize("body", [b"a&" * 10_001, b"".join(b"%x=1&" % each for each in range(10_001))])
def test_vx31_a_form_of_more_fields_than_any_page_has_is_not_taken_apart(
    visit: Callable[..., LintingClient], body: bytes
) -> None:
    answer = visit().post("/form", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413


def test_vx31_a_register_of_everybody_is_taken_apart(visit: Callable[..., LintingClient]) -> None:
    answer = visit().post("/form", data={"present": [str(each) for each in range(5_000)]})
    assert answer.status_code == 422
