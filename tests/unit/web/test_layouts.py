"""Every layout and component, read by the linter and by their promises."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.client import LintingClient
from tests.unit.web.gallery_app import CO_ORDINATOR, VERDICTS, YOUNG_PERSON

Visit = Callable[..., LintingClient]


@pytest.mark.parametrize(
    "path", ["/", "/form", "/young-form", "/sign-in", "/claim", *(f"/verdict/{kind}" for kind in VERDICTS)]
)
def test_public_pages_are_clean(visit: Visit, path: str) -> None:
    assert visit().get(path).status_code == 200


@pytest.mark.parametrize("kind", VERDICTS)
def test_a_verdict_is_a_word_a_shape_and_a_colour(visit: Visit, kind: str) -> None:
    html = visit().get(f"/verdict/{kind}").text
    assert f">{VERDICTS[kind][0]}</h1>" in html
    assert f"verdict--{kind}" in html
    assert "verdict__shape" in html


def test_each_outcome_of_a_check_is_said_in_words(visit: Visit) -> None:
    html = visit().get("/verdict/careful").text
    assert [word in html for word in ("Passed:", "Failed:", "Could not tell:")] == [True, True, True]


def test_a_young_person_always_has_the_way_to_an_adult_and_out(visit: Visit) -> None:
    html = visit(YOUNG_PERSON).get("/young").text
    assert 'href="/talk"' in html
    assert "I need to talk to an adult" in html
    assert 'method="post" action="/out"' in html


def test_staff_see_the_links_they_may_open_in_order(visit: Visit) -> None:
    html = visit(CO_ORDINATOR).get("/staff").text
    assert html.index("This week</a>" if "This week</a>" in html else "This week") < html.index("Hours")
    assert 'aria-current="true"' in html
    assert "Ms T. Exemplar, Example Valley School" in html


def test_nobody_sees_a_link_they_may_not_open(visit: Visit) -> None:
    html = visit(YOUNG_PERSON).get("/form").text
    assert ">Hours<" not in html


def test_news_is_shown_once(visit: Visit) -> None:
    assert "27 young people added." in visit(CO_ORDINATOR).get("/staff").text


@pytest.mark.parametrize("path", ["/", "/form", "/sign-in", "/no-such-page"])
def test_a_demonstration_says_so_on_every_page(visit: Visit, path: str) -> None:
    assert "DEMONSTRATION" in visit(demonstration=True).get(path).text
    assert "DEMONSTRATION" not in visit().get(path).text


def test_public_pages_need_no_script(visit: Visit) -> None:
    assert "<script" not in visit().get("/").text


def test_a_cell_says_its_heading_when_rows_become_cards(visit: Visit) -> None:
    assert 'data-label="Hours">26½ hours</td>' in visit(CO_ORDINATOR).get("/staff").text


@pytest.mark.parametrize(
    ("path", "budget"),
    [pytest.param("/", 50_000, id="a stranger's page"), pytest.param("/talk", 60_000, id="a young person's page")],
)
def test_the_first_visit_stays_light(visit: Visit, path: str, budget: int) -> None:
    client = visit()
    html = client.get(path).text
    files = {part.split('"')[0] for part in html.split('="/static/')[1:]}
    files = {name for name in files if not name.startswith(("favicon", "touch-icon"))}
    weight = len(html.encode()) + sum(len(client.get(f"/static/{name}").data) for name in files)
    assert any(name.startswith("fonts/") for name in files)
    assert weight < budget
