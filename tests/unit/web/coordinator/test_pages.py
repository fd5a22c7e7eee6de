"""Every page of the co-ordinator opens, for a school that has just begun and for one that is running."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.web import ClientFor

PAGES = (
    "/school/",
    "/school/people",
    "/school/people?q=ama&sort=year",
    "/school/people/add",
    "/school/people/class-list",
    "/school/staff",
    "/school/staff/add",
    "/school/programmes",
    "/school/programmes/add",
    "/school/training",
    "/school/certificates",
    "/school/record",
)


@pytest.mark.parametrize("address", PAGES)
def test_the_co_ordinator_opens_each_page(address: str, client_for: ClientFor, cast: Cast) -> None:
    assert client_for(cast.nia).get(address).status_code == 200


@pytest.mark.parametrize("address", PAGES)
def test_another_school_sees_its_own_empty_pages(address: str, client_for: ClientFor, cast: Cast) -> None:
    answer = client_for(cast.oz).get(address)
    assert answer.status_code == 200
    text = answer.get_data(as_text=True)
    assert not [name for name in ("Ama", "Ben Beispiel", "Cai", "Sam Specimen", "Nia", "Lee Muster") if name in text]


@pytest.mark.parametrize("address", PAGES)
def test_a_young_person_is_kept_out(address: str, client_for: ClientFor, cast: Cast) -> None:
    assert client_for(cast.ama).get(address).status_code == 403


@pytest.mark.parametrize("address", PAGES)
def test_a_stranger_is_asked_to_sign_in(address: str, client_for: ClientFor) -> None:
    answer = client_for().get(address)
    assert answer.status_code == 303
    assert "/sign-in" in answer.location
